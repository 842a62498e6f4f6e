//! How a text could go on, and how it could be put shorter: by rules, with blanks for what only the
//! writer knows. No fact is made up.

use serde::Serialize;
use types::{Language, Span};

use crate::{
    ideas::{self, Matter},
    language,
    profile::{Length, Profile, Proposal, Tone},
    reading::{Kind, Reading},
};

/// Most suggestions that are made.
const SUGGESTIONS_MAX: usize = 10;

/// What a suggestion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Use {
    /// A next sentence, with blanks in square brackets.
    Continue,
    /// Other words for a stretch of the text.
    Replace,
}

/// A suggestion.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Suggestion {
    /// What it is.
    #[serde(rename = "use")]
    pub purpose: Use,
    /// What it is about.
    pub matter: &'static str,
    /// The words.
    pub text: String,
    /// What it replaces, or where it goes.
    pub span: Span,
    /// How it sounds.
    pub tone: Tone,
    /// How much it matters, from 0 to 1, before taste.
    pub weight: f32,
}

impl Proposal for Suggestion {
    fn base(&self) -> f32 {
        self.weight
    }

    fn features(&self) -> Vec<String> {
        let length = Length::of(self.text.chars().count(), 50).name();
        let purpose = match self.purpose {
            Use::Continue => "continue",
            Use::Replace => "replace",
        };
        vec![
            format!("use:{purpose}"),
            format!("matter:{}", self.matter),
            format!("tone:{}", self.tone.name()),
            format!("length:{length}"),
        ]
    }

    fn text(&self) -> &str {
        &self.text
    }
}

/// Next sentences by what is missing: matter, tone, English, Chinese.
const NEXT: [(Matter, Tone, &str, &str); 14] = [
    (
        Matter::Source,
        Tone::Neutral,
        "[Name], [function], said that [what].",
        "[姓名]（[职务]）表示，[内容]。",
    ),
    (Matter::Source, Tone::Formal, "According to [source], [what].", "据[来源]介绍，[内容]。"),
    (Matter::When, Tone::Neutral, "It happened on [day] at [time].", "事情发生在[日期][时间]。"),
    (Matter::Where, Tone::Neutral, "It happened in [place].", "事情发生在[地点]。"),
    (Matter::Who, Tone::Neutral, "[Name] is responsible for [what].", "[姓名]负责[事项]。"),
    (
        Matter::Voice,
        Tone::Lively,
        "“[Quotation],” said [name], who [how they are concerned].",
        "“[引语]，”[姓名]说，[与此事的关系]。",
    ),
    (Matter::Voice, Tone::Plain, "[Name] said: “[Quotation].”", "[姓名]说：“[引语]。”"),
    (
        Matter::Number,
        Tone::Neutral,
        "In figures: [number] [unit], compared with [number] in [year].",
        "数据显示：[数字][单位]，[年份]为[数字]。",
    ),
    (
        Matter::Angle,
        Tone::Neutral,
        "The next step is [what], expected on [day].",
        "下一步是[事项]，预计在[日期]。",
    ),
    (
        Matter::Angle,
        Tone::Formal,
        "[Organisation] had not replied to questions by [time].",
        "截至[时间]，[机构]尚未回应。",
    ),
    (
        Matter::Angle,
        Tone::Lively,
        "What does that mean for [whom]? [Answer].",
        "这对[谁]意味着什么？[回答]。",
    ),
    (Matter::Angle, Tone::Plain, "Background: [what happened before].", "背景：[此前发生了什么]。"),
    (Matter::Claim, Tone::Neutral, "[Source] bases that on [evidence].", "[来源]的依据是[证据]。"),
    (Matter::Passive, Tone::Plain, "[Name] did [what].", "[姓名]做了[什么]。"),
];
/// What can be said shorter.
const SHORTER: [(&str, &str); 26] = [
    ("in order to", "to"),
    ("at this point in time", "now"),
    ("due to the fact that", "because"),
    ("in the event that", "if"),
    ("a large number of", "many"),
    ("the majority of", "most"),
    ("with regard to", "about"),
    ("in spite of the fact that", "although"),
    ("prior to", "before"),
    ("subsequent to", "after"),
    ("is able to", "can"),
    ("are able to", "can"),
    ("has the ability to", "can"),
    ("make a decision", "decide"),
    ("for the purpose of", "for"),
    ("in close proximity to", "near"),
    ("until such time as", "until"),
    ("utilise", "use"),
    ("utilize", "use"),
    ("commence", "begin"),
    ("进行讨论", "讨论"),
    ("进行调查", "调查"),
    ("进行研究", "研究"),
    ("作出决定", "决定"),
    ("在目前的情况下", "目前"),
    ("由于……的原因", "因为"),
];

/// Suggestions for a text, the best for the person first. None for a text without words.
#[must_use]
pub fn suggestions(text: &str, language: Option<Language>, profile: &Profile) -> Vec<Suggestion> {
    let language = language.unwrap_or_else(|| language::detect(text));
    if !text.chars().any(char::is_alphabetic) {
        return Vec::new();
    }
    let reading = Reading::of(text);
    let end = reading.chars.len();
    let asked = ideas::ideas(text, Some(language), &Profile::default());
    let mut found = shorter(&reading);
    for (matter, tone, english, chinese) in NEXT {
        let Some(idea) = asked.iter().find(|idea| idea.matter == matter) else { continue };
        let text = if language == Language::Zh { chinese } else { english };
        found.push(Suggestion {
            purpose: Use::Continue,
            matter: matter.name(),
            text: text.to_owned(),
            span: Span { start: end, end },
            tone,
            weight: idea.weight,
        });
    }
    profile.rank(&mut found);
    found.truncate(SUGGESTIONS_MAX);
    found
}

/// Stretches that can be said shorter.
fn shorter(reading: &Reading) -> Vec<Suggestion> {
    let words: Vec<_> = reading.tokens.iter().filter(|token| token.kind != Kind::Space).collect();
    let mut found = Vec::new();
    let phrases: Vec<(Vec<String>, &str)> = SHORTER
        .iter()
        .map(|(long, short)| {
            (
                Reading::of(long)
                    .tokens
                    .into_iter()
                    .filter(|t| t.kind != Kind::Space)
                    .map(|t| t.lower)
                    .collect(),
                *short,
            )
        })
        .collect();
    for at in 0..words.len() {
        for (phrase, short) in &phrases {
            let Some(stretch) = words.get(at..at + phrase.len()) else { continue };
            let same = stretch
                .iter()
                .zip(phrase)
                .all(|(token, word)| token.lower == *word && !token.shielded);
            if let (true, [first, .., last]) | (true, [first @ last]) = (same, stretch) {
                found.push(Suggestion {
                    purpose: Use::Replace,
                    matter: "shorter",
                    text: (*short).to_owned(),
                    span: Span { start: first.start, end: last.end },
                    tone: Tone::Plain,
                    weight: 0.65,
                });
            }
        }
    }
    found.truncate(SUGGESTIONS_MAX);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_words_become_short() {
        let text = "They met in order to utilise the room.";
        let made = suggestions(text, None, &Profile::default());
        let short: Vec<_> = made
            .iter()
            .filter(|s| s.purpose == Use::Replace)
            .map(|s| (s.text.as_str(), s.span.start))
            .collect();
        assert_eq!(short, [("to", 9), ("use", 21)]);
    }

    #[test]
    fn what_comes_next_has_blanks_for_facts() {
        for (text, sign) in [("The bridge was closed.", '['), ("大桥被关闭了。", '[')] {
            let made = suggestions(text, None, &Profile::default());
            assert!(
                made.iter().filter(|s| s.purpose == Use::Continue).all(|s| s.text.contains(sign)),
                "{made:?}"
            );
            assert!(made.len() >= 4);
        }
        assert_eq!(suggestions("", None, &Profile::default()), []);
    }

    #[test]
    fn tone_is_heard() {
        let profile = Profile { tone: Some(Tone::Lively), ..Profile::default() };
        let made = suggestions("The bridge was closed.", None, &profile);
        assert_eq!(made.first().map(|s| s.tone), Some(Tone::Lively));
    }
}
