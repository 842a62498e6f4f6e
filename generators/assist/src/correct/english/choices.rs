//! Words that are taken for one another, told apart by their neighbours: confusions, agreement,
//! articles that are missing.

mod surroundings;

use std::sync::LazyLock;

use surroundings::Surroundings;

use super::{
    super::{Finds, Kind as Slip, Rule},
    cased, words,
};
use crate::{
    context::{Model, Place},
    reading::{Reading, Token},
};

const CONFUSED: Rule = Rule { kind: Slip::Grammar, name: "confused_words" };
const SLIPPED: Rule = Rule { kind: Slip::Spelling, name: "wrong_word" };
const AGREEMENT: Rule = Rule { kind: Slip::Grammar, name: "agreement" };
const ARTICLE: Rule = Rule { kind: Slip::Grammar, name: "missing_article" };

static MODEL: LazyLock<Model> =
    LazyLock::new(|| Model::unpack(include_bytes!("../../../data/english.context")));

/// Words that are confused because they sound alike or look alike.
const CONFUSIONS: usize = 42;
/// Forms of verbs and pronouns that must agree, up to here.
const AGREEING: usize = 55;
/// Every set of words. The last two sets are made of rules: a word and its s-form, and a place
/// before a word without an article and with one.
pub(in crate::correct) const SETS: [&[&str]; 84] = [
    &["their", "there", "they're"],
    &["its", "it's"],
    &["your", "you're"],
    &["then", "than"],
    &["to", "too", "two"],
    &["of", "off"],
    &["lose", "loose"],
    &["affect", "effect"],
    &["whose", "who's"],
    &["were", "where", "we're"],
    &["quite", "quiet"],
    &["principal", "principle"],
    &["accept", "except"],
    &["advice", "advise"],
    &["weather", "whether"],
    &["passed", "past"],
    &["lead", "led"],
    &["by", "buy"],
    &["hear", "here"],
    &["right", "write"],
    &["peace", "piece"],
    &["site", "sight", "cite"],
    &["council", "counsel"],
    &["complement", "compliment"],
    &["brake", "break"],
    &["capital", "capitol"],
    &["rise", "raise"],
    &["know", "now"],
    &["new", "knew"],
    &["no", "know"],
    &["week", "weak"],
    &["weather", "wether"],
    &["threw", "through"],
    &["are", "our"],
    &["ensure", "insure"],
    &["allowed", "aloud"],
    &["role", "roll"],
    &["plain", "plane"],
    &["sale", "sail"],
    &["personal", "personnel"],
    &["access", "excess"],
    &["device", "devise"],
    &["is", "are"],
    &["was", "were"],
    &["has", "have"],
    &["does", "do"],
    &["isn't", "aren't"],
    &["wasn't", "weren't"],
    &["hasn't", "haven't"],
    &["doesn't", "don't"],
    &["this", "these"],
    &["that", "those"],
    &["much", "many"],
    &["less", "fewer"],
    &["he", "him"],
    &["the", "he"],
    &["the", "they"],
    &["the", "then"],
    &["and", "an"],
    &["for", "or"],
    &["this", "his"],
    &["was", "as"],
    &["has", "as"],
    &["there", "here"],
    &["from", "form"],
    &["of", "or"],
    &["on", "no"],
    &["on", "one"],
    &["in", "is"],
    &["is", "it"],
    &["our", "or"],
    &["our", "out"],
    &["not", "now"],
    &["her", "here"],
    &["you", "your"],
    &["with", "wit"],
    &["that", "than"],
    &["them", "then"],
    &["been", "bee"],
    &["be", "by"],
    &["said", "sad"],
    &["had", "hat"],
    &["", "s"],
    &["", "a", "the"],
];
const S_FORM: usize = 82;
const MISSING: usize = 83;

pub(super) fn find(finds: &mut Finds<'_>, names: &[bool]) {
    let mut found = Vec::new();
    visit(finds.reading, names, &mut |token, place| {
        // Whether an article is one too many, or the other one, only the facts tell.
        let open = place.set != MISSING || place.written == 0 && !token.capital;
        let sounds = token.lower == "an" && before_vowel(finds.reading, token);
        if let Some(choice) = MODEL.better(&place).filter(|_| open && !sounds) {
            let gain = MODEL.best(&place).1;
            found.push((gain, token, place, choice));
        }
    });
    asked(finds);
    // Where two sets object to one word, the surer one speaks.
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (_, token, place, choice) in found {
        if !token.shielded {
            propose(finds, token, &place, choice);
        }
    }
}

/// `asked weather the road …`: after words of asking, no weather is meant.
fn asked(finds: &mut Finds<'_>) {
    const ASKING: [&str; 20] = [
        "asked",
        "ask",
        "know",
        "knows",
        "known",
        "see",
        "decide",
        "decided",
        "determine",
        "question",
        "unclear",
        "wonder",
        "wondered",
        "check",
        "clear",
        "doubt",
        "unknown",
        "matter",
        "about",
        "decides",
    ];
    const AFTER: [&str; 14] = [
        "the", "they", "he", "she", "it", "or", "to", "we", "you", "this", "these", "there", "any",
        "a",
    ];
    let reading = finds.reading;
    for window in reading.tokens.windows(5) {
        let [asking, _, word, _, after] = window else { continue };
        let meant = word.lower == "weather" && !word.shielded;
        if meant && ASKING.contains(&asking.lower.as_str()) && AFTER.contains(&after.lower.as_str())
        {
            let message = format!("“whether” fits after “{}”.", asking.lower);
            finds.replace((word.start, word.end), &CONFUSED, vec!["whether".to_owned()], message);
        }
    }
}

/// `an` before a vowel is an article, whatever else is around it.
fn before_vowel(reading: &Reading, token: &Token) -> bool {
    let next = reading.char(token.end + 1).to_ascii_lowercase();
    matches!(next, 'a' | 'e' | 'i' | 'o' | 'u' | 'h') || next.is_numeric()
}

fn propose(finds: &mut Finds<'_>, token: &Token, place: &Place, choice: usize) {
    let written = finds.reading.written(token);
    let choices = SETS.get(place.set).copied().unwrap_or_default();
    let word = choices.get(choice).copied().unwrap_or_default();
    match place.set {
        MISSING => {
            let vowel = token.lower.starts_with(['a', 'e', 'i', 'o', 'u']);
            let article = match word {
                "a" if vowel => "an",
                other => other,
            };
            let message = format!("An article seems to be missing before “{written}”.");
            let at = (token.start, token.start);
            finds.replace(at, &ARTICLE, vec![format!("{article} ")], message);
        }
        S_FORM => {
            let other = if choice == 1 { with_s(&token.lower) } else { without_s(&token.lower) };
            if let Some(other) = other {
                let message = format!("“{written}” does not agree with the words around it.");
                let replacement = vec![cased(&written, &other)];
                finds.replace((token.start, token.end), &AGREEMENT, replacement, message);
            }
        }
        set => {
            let rule = match set {
                _ if set < CONFUSIONS => &CONFUSED,
                _ if set < AGREEING => &AGREEMENT,
                _ => &SLIPPED,
            };
            let message = format!("“{word}” fits the words around it better than “{written}”.");
            let replacement = vec![cased(&written, word)];
            finds.replace((token.start, token.end), rule, replacement, message);
        }
    }
}

/// Every place of a text where the model has a say.
pub(in crate::correct) fn places(reading: &Reading) -> Vec<Place> {
    let names = super::names::names(reading);
    let mut found = Vec::new();
    visit(reading, &names, &mut |_, place| found.push(place));
    found
}

fn visit<'r>(reading: &'r Reading, names: &[bool], tell: &mut dyn FnMut(&'r Token, Place)) {
    let surroundings = Surroundings::of(reading, names);
    for (at, token) in surroundings.words() {
        let word = token.lower.as_str();
        for (set, choices) in SETS.iter().enumerate().take(S_FORM) {
            if let Some(written) = choices.iter().position(|choice| *choice == word) {
                let features = surroundings.features(at, 1, None);
                tell(token, Place { set, choices: choices.len(), written, features });
            }
        }
        if let Some((stem, written)) = s_form(word) {
            let features = surroundings.features(at, 1, Some(stem));
            tell(token, Place { set: S_FORM, choices: 2, written, features });
        }
        match word {
            "a" | "an" | "the" => {
                let written = if word == "the" { 2 } else { 1 };
                if let Some((next, _)) = surroundings.word_at(at + 1) {
                    let features = surroundings.features(at, 1, Some(next));
                    tell(token, Place { set: MISSING, choices: 3, written, features });
                }
            }
            _ if !surroundings.follows_determiner(at) => {
                let features = surroundings.features(at, 0, Some(word));
                tell(token, Place { set: MISSING, choices: 3, written: 0, features });
            }
            _ => {}
        }
    }
}

/// A word's stem and whether it is the s-form, if it has both forms.
fn s_form(word: &str) -> Option<(&str, usize)> {
    if word.len() < 3
        || word.contains('\'')
        || SETS.iter().take(S_FORM).any(|set| set.contains(&word))
    {
        return None;
    }
    if let Some(stem) = word.strip_suffix('s').filter(|stem| with_s(stem).as_deref() == Some(word))
    {
        return Some((stem, 1));
    }
    if without_s(word).is_some() {
        return Some((word, 1));
    }
    with_s(word).map(|_| (word, 0))
}

/// The s-form, if there is one.
fn with_s(word: &str) -> Option<String> {
    let form = if let Some(stem) =
        word.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u']))
    {
        format!("{stem}ies")
    } else if word.ends_with(['s', 'x', 'z']) || word.ends_with("ch") || word.ends_with("sh") {
        format!("{word}es")
    } else {
        format!("{word}s")
    };
    words::grade(&form).is_some_and(|grade| grade > 1).then_some(form)
}

/// The form without s, if the word is an s-form.
fn without_s(word: &str) -> Option<String> {
    let stems = [
        word.strip_suffix("ies").map(|stem| format!("{stem}y")),
        word.strip_suffix("es").map(str::to_owned),
        word.strip_suffix('s').map(str::to_owned),
    ];
    let mut fitting = stems.into_iter().flatten().filter(|stem| {
        words::grade(stem).is_some_and(|grade| grade > 1) && with_s(stem).as_deref() == Some(word)
    });
    fitting.next()
}
