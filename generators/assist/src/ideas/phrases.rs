//! The words by which checks know what is there, and the words in which ideas are told.

use types::Language;

use super::Matter;

/// Somebody says how it is known.
pub(super) const SOURCES: [&str; 30] = [
    "said",
    "says",
    "told",
    "according to",
    "announced",
    "reported",
    "confirmed",
    "stated",
    "wrote",
    "explained",
    "argued",
    "described",
    "表示",
    "据",
    "称",
    "介绍",
    "说",
    "透露",
    "指出",
    "认为",
    "宣布",
    "解释",
    "报道",
    "通报",
    "证实",
    "提醒",
    "强调",
    "回应",
    "声明",
    "公布",
];
/// A time.
pub(super) const TIMES: [&str; 46] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "today",
    "yesterday",
    "tomorrow",
    "tonight",
    "last year",
    "last week",
    "this week",
    "next week",
    "morning",
    "evening",
    "星期",
    "周一",
    "周二",
    "周三",
    "周四",
    "周五",
    "周六",
    "周日",
    "今天",
    "昨天",
    "明天",
    "昨夜",
    "上午",
    "下午",
    "凌晨",
    "月",
    "年",
    "日前",
];
/// A claim that wants somebody who makes it.
pub(super) const CLAIMS: [&str; 34] = [
    "worst",
    "best",
    "first ever",
    "largest",
    "biggest",
    "most",
    "experts",
    "critics",
    "many people",
    "widely",
    "reportedly",
    "allegedly",
    "it is believed",
    "some say",
    "everyone",
    "nobody",
    "never",
    "always",
    "clearly",
    "obviously",
    "史上",
    "最大",
    "最好",
    "最严重",
    "最高",
    "首次",
    "专家",
    "有人",
    "许多人",
    "据说",
    "众所周知",
    "普遍",
    "显然",
    "从来",
];
/// Acronyms that readers know.
pub(super) const ACRONYMS: [&str; 24] = [
    "US", "USA", "UK", "EU", "UN", "NATO", "BBC", "TV", "AI", "IT", "GPS", "DNA", "OK", "PM", "AM",
    "CEO", "FBI", "CIA", "NASA", "WHO", "FIFA", "UEFA", "COVID", "ID",
];

/// The idea about what is missing or hidden.
pub(super) fn idea(matter: Matter, about: &str, language: Language) -> String {
    let [english, chinese] = match matter {
        Matter::Who => {
            ["Say who: no person or organisation is named.", "交代人物：文中没有出现人名或机构名。"]
        }
        Matter::When => {
            ["Say when: no day, date or time is named.", "交代时间：文中没有日期或时间。"]
        }
        Matter::Where => ["Say where: no place is named.", "交代地点：文中没有地名。"],
        Matter::Source => {
            ["Say how you know: no source is named.", "交代来源：文中没有说明消息出处。"]
        }
        Matter::Claim => [
            "Who says so? Name a source, or leave it out: “{}”.",
            "谁这么说？请注明来源，或删去：“{}”。",
        ],
        Matter::Voice => [
            "Add a voice: quote somebody who is concerned.",
            "增加当事人的声音：引用一位相关人士的话。",
        ],
        Matter::Number => {
            ["Give a number: how many, how much, how long?", "给出数字：多少、多大、多久？"]
        }
        Matter::Passive => {
            ["Who did it? The passive hides that: “{}”.", "是谁做的？被动句隐去了主语：“{}”。"]
        }
        Matter::LongSentence => ["Split this long sentence: “{}”.", "这句话太长，可以拆开：“{}”。"],
        Matter::Acronym => ["Write out “{}” where it stands first.", "首次出现时写出“{}”的全称。"],
        Matter::Angle => ["", ""],
    };
    let pattern = if language == Language::Zh { chinese } else { english };
    pattern.replace("{}", about)
}
