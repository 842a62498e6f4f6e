//! What characters say, in both languages. `{…}` is filled in.

use super::intents::Intent;

/// First and later answers, in English and Chinese.
pub(super) struct Phrase {
    pub(super) intent: Intent,
    pub(super) english: [&'static str; 2],
    pub(super) chinese: [&'static str; 2],
}

const fn phrase(intent: Intent, english: [&'static str; 2], chinese: [&'static str; 2]) -> Phrase {
    Phrase { intent, english, chinese }
}

const PHRASES: [Phrase; 18] = [
    phrase(
        Intent::Greeting,
        ["Hello{visitor}! I am {name}{role}.", "Hello again{visitor}. What would you like to see?"],
        ["你好{visitor}！我是{name}{role}。", "又见面了{visitor}。你想看什么？"],
    ),
    phrase(
        Intent::Farewell,
        ["Goodbye{visitor}. Come back whenever you like.", "Until next time{visitor}."],
        ["再见{visitor}，欢迎再来。", "下次见{visitor}。"],
    ),
    phrase(
        Intent::Thanks,
        ["You are welcome{visitor}.", "Gladly{visitor}."],
        ["不客气{visitor}。", "很乐意{visitor}。"],
    ),
    phrase(
        Intent::Human,
        [
            "No. I am a character made with AI, and so is everything you see here.",
            "As I said: I am made with AI.",
        ],
        ["不是。我是由人工智能生成的角色，这里的一切也是。", "刚才说过：我是人工智能生成的。"],
    ),
    phrase(
        Intent::Name,
        ["I am {name}{role}.", "Still {name}."],
        ["我是{name}{role}。", "我还是{name}。"],
    ),
    phrase(
        Intent::Role,
        ["I am here as {plain_role}. {place_line}", "The same as before: I am {plain_role}."],
        ["我在这里是{plain_role}。{place_line}", "和刚才一样：我是{plain_role}。"],
    ),
    phrase(
        Intent::Goal,
        ["{goal}", "I told you what matters to me. Ask me where things are, and I will show you."],
        ["{goal}", "我在意的事已经告诉你了。你可以问我东西在哪里，我指给你看。"],
    ),
    phrase(
        Intent::Place,
        ["{place_line} You can see {things}.", "Look around: {things}."],
        ["{place_line}你能看到{things}。", "看看四周：{things}。"],
    ),
    phrase(
        Intent::Weather,
        ["{weather_line}", "It has not changed: {weather_line}"],
        ["{weather_line}", "还是老样子：{weather_line}"],
    ),
    phrase(Intent::Time, ["{time_line}", "{time_line}"], ["{time_line}", "{time_line}"]),
    phrase(Intent::Come, ["I am coming.", "On my way."], ["我来了。", "这就过来。"]),
    phrase(Intent::Wave, ["Like this?", "There you go."], ["这样吗？", "看，我在挥手。"]),
    phrase(
        Intent::Insult,
        ["I would rather talk about something else.", "Let us keep it friendly."],
        ["我们聊点别的吧。", "我们友好地聊吧。"],
    ),
    phrase(
        Intent::Praise,
        ["I am glad that you like it{visitor}.", "Thank you{visitor}."],
        ["你喜欢，我很高兴{visitor}。", "谢谢{visitor}。"],
    ),
    phrase(
        Intent::Yes,
        ["Good. Then look at {thing}.", "Good."],
        ["好。那就看看{thing}吧。", "好的。"],
    ),
    phrase(Intent::No, ["All right.", "As you like."], ["好吧。", "随你。"]),
    phrase(
        Intent::Price,
        [
            "Nothing is sold here: this is a scene to look at.",
            "As I said, there is nothing to buy here.",
        ],
        ["这里不卖东西，只是一个可以看的场景。", "刚才说过，这里没有东西出售。"],
    ),
    phrase(
        Intent::Recall,
        ["You have not told me your name.", "You have not told me your name yet."],
        ["你还没告诉我你的名字。", "你还没告诉我你的名字呢。"],
    ),
];

/// The answers to an intent.
pub(super) fn of(intent: Intent) -> Option<&'static Phrase> {
    PHRASES.iter().find(|phrase| phrase.intent == intent)
}
