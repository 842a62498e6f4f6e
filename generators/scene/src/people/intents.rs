//! What somebody means who speaks to a character.

/// What a sentence is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Intent {
    Greeting,
    Farewell,
    Thanks,
    Human,
    Name,
    MyName,
    Recall,
    Role,
    Goal,
    Place,
    Weather,
    Time,
    Where,
    Come,
    Wave,
    Insult,
    Praise,
    Yes,
    No,
    Price,
}

/// In the order in which they are looked for.
const SIGNS: [(Intent, &[&str]); 20] = [
    (
        Intent::Human,
        &[
            "are you human",
            "are you real",
            "are you a robot",
            "are you an ai",
            "are you ai",
            "a bot",
            "a person",
            "你是人",
            "真人",
            "机器人",
            "人工智能",
            "是ai",
        ],
    ),
    (
        Intent::Recall,
        &[
            "my name?",
            "what is my name",
            "what's my name",
            "remember me",
            "who am i",
            "我叫什么",
            "记得我",
            "我是谁",
        ],
    ),
    (Intent::MyName, &["my name is", "i am called", "call me", "i'm ", "我叫", "我的名字是"]),
    (
        Intent::Name,
        &[
            "your name",
            "who are you",
            "how are you called",
            "你叫什么",
            "你是谁",
            "怎么称呼",
            "名字",
        ],
    ),
    (
        Intent::Insult,
        &["stupid", "idiot", "shut up", "hate you", "ugly", "笨蛋", "白痴", "闭嘴", "讨厌你"],
    ),
    (
        Intent::Come,
        &[
            "come here",
            "come closer",
            "follow me",
            "walk",
            "come with",
            "过来",
            "靠近",
            "跟我来",
            "走过来",
        ],
    ),
    (Intent::Wave, &["wave", "say hi", "挥手", "打招呼"]),
    (
        Intent::Where,
        &[
            "where",
            "show me",
            "which way",
            "how do i get",
            "point at",
            "look at",
            "在哪",
            "哪里",
            "怎么走",
            "带我看",
            "指给我",
        ],
    ),
    (
        Intent::Weather,
        &["weather", "rain", "sun", "snow", "fog", "wind", "天气", "下雨", "下雪", "太阳", "雾"],
    ),
    (
        Intent::Time,
        &["what time", "what hour", "how late", "time is it", "几点", "时间", "什么时候"],
    ),
    (
        Intent::Role,
        &[
            "what do you do",
            "your job",
            "your work",
            "do you work",
            "what are you doing",
            "你做什么",
            "你的工作",
            "在做什么",
            "干什么",
        ],
    ),
    (Intent::Price, &["how much", "price", "cost", "buy", "多少钱", "价格", "买"]),
    (
        Intent::Goal,
        &[
            "what do you want",
            "your goal",
            "why are you here",
            "tell me more",
            "tell me about",
            "your story",
            "a story",
            "something interesting",
            "news",
            "你想",
            "目标",
            "为什么在这",
            "讲讲",
            "说说",
            "故事",
            "新闻",
        ],
    ),
    (
        Intent::Place,
        &[
            "this place",
            "what is here",
            "what can i see",
            "what is this",
            "around here",
            "这里",
            "这个地方",
            "看什么",
            "有什么",
        ],
    ),
    (Intent::Thanks, &["thank", "thanks", "谢谢", "感谢"]),
    (Intent::Farewell, &["goodbye", "bye", "see you", "farewell", "再见", "拜拜"]),
    (
        Intent::Praise,
        &[
            "i like",
            "beautiful",
            "great",
            "lovely",
            "nice",
            "wonderful",
            "喜欢",
            "漂亮",
            "真好",
            "好看",
            "棒",
        ],
    ),
    (
        Intent::Greeting,
        &[
            "hello",
            "hi ",
            "hi!",
            "hey",
            "good morning",
            "good evening",
            "good day",
            "你好",
            "您好",
            "早上好",
            "晚上好",
            "嗨",
        ],
    ),
    (
        Intent::Yes,
        &["yes", "sure", "okay", "of course", "please do", "好的", "是的", "当然", "可以"],
    ),
    (Intent::No, &["no ", "no.", "not now", "never", "不要", "不用", "不是"]),
];

/// What a sentence means, if any sign of it is known.
pub(super) fn intent(text: &str) -> Option<Intent> {
    let text = format!("{} ", text.to_lowercase());
    let found = |sign: &str| {
        text.match_indices(sign).any(|(at, _)| {
            let before = text.get(..at).and_then(|head| head.chars().next_back());
            let word = sign.is_ascii() && before.is_some_and(|c| c.is_ascii_alphanumeric());
            !word
        })
    };
    SIGNS.iter().find(|(_, signs)| signs.iter().any(|sign| found(sign))).map(|row| row.0)
}

/// The name that somebody gives, in at most 24 characters.
pub(super) fn given_name(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let signs = ["my name is", "i am called", "call me", "i'm", "我的名字是", "我叫"];
    let rest = signs.iter().find_map(|sign| {
        let at = lower.find(sign)?;
        // The same place in both only where lower case changes no lengths.
        text.get(at + sign.len()..).filter(|_| lower.len() == text.len())
    })?;
    let rest = rest.trim_start();
    let name = rest.split(|c: char| !(c.is_alphanumeric() || c == '-')).next()?;
    let name: String = name.chars().take(24).collect();
    let ordinary = ["not", "a", "the", "so", "very", "just", "here", "happy", "fine", "什么"];
    (!name.is_empty() && !ordinary.contains(&name.as_str())).then_some(name)
}
