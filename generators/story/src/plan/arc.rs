//! What each chapter does in the story, and what it is called.

use super::facts::Facts;
use crate::Brief;

/// A step of a story.
#[derive(Clone, Copy)]
pub(super) struct Beat {
    pub(super) heading: &'static str,
    pub(super) goal: &'static str,
}

const fn beat(heading: &'static str, goal: &'static str) -> Beat {
    Beat { heading, goal }
}

const ENGLISH: [Beat; 12] = [
    beat("Where it begins", "Show the place and the time, and say what the story is about."),
    beat("Who is there", "Bring in those whom it concerns and what they want."),
    beat("A first sign", "Tell the first event that changes something."),
    beat("How it came to this", "Tell what went before and why it matters."),
    beat("What the figures say", "Explain the facts and compare them."),
    beat("The turn", "Tell the event on which everything turns."),
    beat(
        "Voices",
        "Let those who are concerned be heard, without inventing quotations of real people.",
    ),
    beat("What is at stake", "Say what may be won or lost."),
    beat("What was done", "Tell what people did about it."),
    beat("What remains open", "Name what nobody knows yet."),
    beat("What comes next", "Say what is expected, and how sure that is."),
    beat("Looking back", "End with an image from the beginning, and what has changed."),
];

const CHINESE: [Beat; 12] = [
    beat("故事的开始", "写出地点和时间，说明故事讲什么。"),
    beat("在场的人", "介绍相关的人和他们的愿望。"),
    beat("最初的变化", "讲述带来变化的第一件事。"),
    beat("来龙去脉", "说明此前发生了什么，为什么重要。"),
    beat("数字说明什么", "解释事实并作比较。"),
    beat("转折", "讲述决定走向的事件。"),
    beat("各方的声音", "写出相关者的看法，不为真实人物编造引语。"),
    beat("关系到什么", "说明可能的得失。"),
    beat("人们做了什么", "讲述人们采取的行动。"),
    beat("尚无答案", "指出目前无人知道的事。"),
    beat("接下来", "说明预期以及把握有多大。"),
    beat("回望", "以开头的画面收尾，写出改变。"),
];

/// Which steps a story of so many chapters takes: always the first, and the last where there are
/// several, the turn in the middle.
pub(super) fn goals(count: u32, chinese: bool) -> Vec<Beat> {
    let beats = if chinese { CHINESE } else { ENGLISH };
    let steps: &[usize] = match count {
        1 => &[0],
        2 => &[0, 11],
        3 => &[0, 5, 11],
        4 => &[0, 2, 5, 11],
        5 => &[0, 2, 5, 8, 11],
        6 => &[0, 1, 2, 5, 8, 11],
        7 => &[0, 1, 2, 4, 5, 8, 11],
        8 => &[0, 1, 2, 3, 4, 5, 8, 11],
        9 => &[0, 1, 2, 3, 4, 5, 8, 10, 11],
        10 => &[0, 1, 2, 3, 4, 5, 7, 8, 10, 11],
        11 => &[0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11],
        _ => &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    };
    steps.iter().filter_map(|step| beats.get(*step).copied()).collect()
}

/// The heading of a chapter: its source's title where each chapter has one of its own, the thing
/// its facts are about, or the step of the story.
pub(super) fn heading(brief: &Brief, at: u32, facts: Option<&Facts>, beat: &str) -> String {
    let enough = brief.sources.len() >= brief.chapters as usize;
    let source = brief.sources.get(at as usize).map(|source| source.title.trim());
    if let Some(title) = source.filter(|title| enough && !title.is_empty()) {
        return shorten(title, 80);
    }
    match facts.and_then(Facts::subject) {
        Some(subject) => {
            let colon = if brief.chinese() { "：" } else { ": " };
            format!("{}{colon}{beat}", shorten(subject, 40))
        }
        None => beat.to_owned(),
    }
}

/// The title of a story: the first sentence of its brief without what asks for it.
pub(super) fn title(brief: &Brief) -> String {
    let text = brief.brief.trim();
    let first =
        text.split(['.', '。', '!', '！', '?', '？', '\n', ';', '；']).next().unwrap_or(text);
    let mut rest = first.trim();
    for asked in ASKED {
        let begins = rest.get(..asked.len()).is_some_and(|head| head.eq_ignore_ascii_case(asked));
        if begins {
            rest = rest.get(asked.len()..).unwrap_or(rest).trim_start();
        }
    }
    let rest = rest.trim_matches(|c: char| c.is_whitespace() || ":：,，".contains(c));
    let shown = rest.chars().any(|c| crate::xml::allowed(c) && !c.is_whitespace());
    let rest = if shown { rest } else { first.trim() };
    let mut characters = rest.chars();
    let title: String = characters
        .next()
        .map(|first| first.to_uppercase().chain(characters).collect())
        .unwrap_or_default();
    let title = shorten(&title, 80);
    let usable = title.chars().any(|c| crate::xml::allowed(c) && !c.is_whitespace());
    let unnamed = if brief.chinese() { "故事" } else { "A story" };
    if usable { title } else { unnamed.to_owned() }
}

/// Beginnings of briefs that ask for a story rather than name it; longer ones first.
const ASKED: [&str; 16] = [
    "please ",
    "write ",
    "tell ",
    "make ",
    "create ",
    "me ",
    "us ",
    "a short story ",
    "a story ",
    "a picture book ",
    "a tale ",
    "about ",
    "请",
    "写一个关于",
    "写一个",
    "讲一个",
];

fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let cut: String = text.chars().take(most).collect();
    let at_word = cut.rfind(' ').filter(|at| *at * 2 > cut.len());
    format!("{}…", at_word.and_then(|at| cut.get(..at)).unwrap_or(&cut))
}
