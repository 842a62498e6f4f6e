//! What a text is about, by the words of its field, and what is worth asking there.

use types::Language;

use crate::sentences::content_words;

/// A field with its words and the questions that readers have there.
pub(crate) struct Topic {
    pub(crate) name: &'static str,
    english: &'static [&'static str],
    chinese: &'static [&'static str],
    pub(crate) angles: [[&'static str; 2]; 2],
}

const TOPICS: [Topic; 9] = [
    Topic {
        name: "weather",
        english: &[
            "rain",
            "flood",
            "flooded",
            "storm",
            "snow",
            "wind",
            "river",
            "forecast",
            "drought",
            "temperature",
            "weather",
        ],
        chinese: &[
            "暴雨", "洪水", "台风", "降雪", "天气", "气温", "河水", "水位", "干旱", "预报", "积水",
        ],
        angles: [
            [
                "Compare with past years: how unusual is this?",
                "Say what people should do now, and where help can be had.",
            ],
            ["与往年比较：这种情况有多不寻常？", "说明居民现在应该怎么做，到哪里求助。"],
        ],
    },
    Topic {
        name: "politics",
        english: &[
            "council",
            "mayor",
            "government",
            "minister",
            "parliament",
            "election",
            "vote",
            "budget",
            "law",
            "party",
            "ministry",
        ],
        chinese: &[
            "议会", "市长", "政府", "部长", "选举", "投票", "预算", "法律", "议员", "政策", "部门",
        ],
        angles: [
            ["Say who voted how, and what happens next.", "Who pays, and who gains?"],
            ["说明谁投了赞成票、谁反对，下一步是什么。", "谁来承担费用，谁会受益？"],
        ],
    },
    Topic {
        name: "economy",
        english: &[
            "price", "prices", "market", "company", "shares", "bank", "jobs", "profit", "sales",
            "costs", "fares", "trade",
        ],
        chinese: &[
            "价格", "市场", "公司", "股票", "银行", "就业", "利润", "销售", "成本", "票价", "贸易",
            "企业",
        ],
        angles: [
            [
                "Put the sum into proportion: for one household, in one year.",
                "Ask what competitors or other cities do.",
            ],
            ["把金额换算成一个家庭一年的负担。", "了解竞争对手或其他城市的做法。"],
        ],
    },
    Topic {
        name: "health",
        english: &[
            "hospital",
            "doctor",
            "doctors",
            "patients",
            "clinic",
            "disease",
            "vaccine",
            "health",
            "treatment",
        ],
        chinese: &["医院", "医生", "病人", "患者", "门诊", "疾病", "疫苗", "健康", "治疗"],
        angles: [
            [
                "Ask an independent doctor what the evidence is.",
                "Tell readers how to get an appointment or advice.",
            ],
            ["请独立医生评价证据。", "告诉读者如何预约或咨询。"],
        ],
    },
    Topic {
        name: "crime",
        english: &[
            "police", "court", "arrested", "murder", "theft", "trial", "judge", "suspect",
            "charged", "ruling", "crime",
        ],
        chinese: &[
            "警方",
            "法院",
            "逮捕",
            "被告",
            "盗窃",
            "审判",
            "法官",
            "嫌疑人",
            "判决",
            "起诉",
        ],
        angles: [
            [
                "Say what is charged and what is proved: until a verdict, nobody is guilty.",
                "Ask the defence for its answer.",
            ],
            ["区分指控与已证实的事实：判决之前任何人都不是罪犯。", "征求辩护方的回应。"],
        ],
    },
    Topic {
        name: "sport",
        english: &[
            "match",
            "team",
            "coach",
            "goal",
            "goals",
            "season",
            "league",
            "player",
            "tournament",
            "championship",
        ],
        chinese: &["比赛", "球队", "教练", "进球", "赛季", "联赛", "球员", "冠军", "主队", "决赛"],
        angles: [
            [
                "Find the moment that decided it, and who made it.",
                "Say what the result means for the table.",
            ],
            ["找出决定胜负的一刻和关键人物。", "说明结果对积分榜的影响。"],
        ],
    },
    Topic {
        name: "science",
        english: &[
            "researchers",
            "study",
            "university",
            "scientists",
            "data",
            "measured",
            "results",
            "experiment",
            "glacier",
            "climate",
        ],
        chinese: &[
            "研究",
            "大学",
            "科学家",
            "数据",
            "测量",
            "结果",
            "实验",
            "冰川",
            "气候",
            "研究人员",
        ],
        angles: [
            [
                "Say how sure the result is, and who paid for the study.",
                "Ask someone who was not part of it.",
            ],
            ["说明结论有多可靠，研究经费来自哪里。", "请没有参与研究的专家评价。"],
        ],
    },
    Topic {
        name: "transport",
        english: &[
            "bus",
            "train",
            "ferry",
            "road",
            "traffic",
            "tunnel",
            "passengers",
            "station",
            "flight",
            "airport",
            "bridge",
        ],
        chinese: &[
            "公交",
            "公共汽车",
            "火车",
            "渡轮",
            "道路",
            "交通",
            "隧道",
            "乘客",
            "车站",
            "航班",
            "机场",
        ],
        angles: [
            [
                "Tell travellers what changes for them, from when.",
                "Ask how often this has happened.",
            ],
            ["告诉乘客从什么时候起有哪些变化。", "了解类似情况发生过多少次。"],
        ],
    },
    Topic {
        name: "culture",
        english: &[
            "museum",
            "film",
            "book",
            "music",
            "concert",
            "art",
            "artist",
            "exhibition",
            "theatre",
            "festival",
            "drawings",
        ],
        chinese: &[
            "博物馆",
            "电影",
            "图书",
            "音乐",
            "音乐会",
            "艺术",
            "艺术家",
            "展览",
            "剧院",
            "作品",
            "收藏",
        ],
        angles: [
            [
                "Show one work closely instead of many from afar.",
                "Ask where it comes from and to whom it belonged.",
            ],
            ["细看一件作品，胜过泛谈许多作品。", "了解作品的来历和原主人。"],
        ],
    },
];

/// The fields of a text, the likeliest first; at most two.
pub(crate) fn topics(text: &str, language: Language) -> Vec<&'static Topic> {
    let words = content_words(text, language);
    let count = |topic: &Topic| {
        let list = if language == Language::Zh { topic.chinese } else { topic.english };
        words.iter().filter(|word| list.contains(&word.as_str())).count()
    };
    let mut found: Vec<(usize, &Topic)> =
        TOPICS.iter().map(|topic| (count(topic), topic)).collect();
    found.retain(|(count, _)| *count > 0);
    found.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    found.into_iter().take(2).map(|(_, topic)| topic).collect()
}
