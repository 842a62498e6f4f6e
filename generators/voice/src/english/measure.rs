//! Which variants of the sounds are said, and how long each lasts (after Klatt 1979).

use super::{Arpa, sounds::sound};
use crate::score::Said;

/// A word as it will be said.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Uttered {
    pub(crate) phones: Vec<Arpa>,
    /// The item of the sentence that it belongs to.
    pub(crate) item: usize,
    /// Carries no accent.
    pub(crate) light: bool,
    pub(crate) emphasis: i8,
}

/// A phone with what surrounds it.
#[derive(Debug, Clone, Copy)]
struct Draft {
    arpa: Arpa,
    item: usize,
    /// First and last phone of its word.
    first: bool,
    last: bool,
    /// How many vowels of the word come after it, and how many the word has.
    vowels_after: usize,
    vowels: usize,
    light: bool,
    emphasis: i8,
}

/// The sounds of the words of one phrase, and for each word the index of its stressed vowel.
pub(crate) fn measure(words: &[Uttered], closing: bool) -> (Vec<Said>, Vec<Option<usize>>) {
    let drafts = drafts(words);
    let mut said = Vec::with_capacity(drafts.len());
    let mut stressed: Vec<Option<usize>> = vec![None; words.len()];
    let mut word = 0;
    for (at, draft) in drafts.iter().enumerate() {
        if draft.arpa.is_vowel() && (draft.arpa.stress == 1 || draft.vowels == 1) {
            let place = stressed.get_mut(word).filter(|place| place.is_none());
            if let Some(place) = place {
                *place = Some(said.len());
            }
        }
        said.extend(say(&drafts, at, closing));
        if draft.last {
            word += 1;
        }
    }
    (said, stressed)
}

fn drafts(words: &[Uttered]) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for word in words {
        let vowels = word.phones.iter().filter(|phone| phone.is_vowel()).count();
        let mut left = vowels;
        for (at, arpa) in word.phones.iter().enumerate() {
            left -= usize::from(arpa.is_vowel());
            drafts.push(Draft {
                arpa: *arpa,
                item: word.item,
                first: at == 0,
                last: at + 1 == word.phones.len(),
                vowels_after: left,
                vowels,
                light: word.light,
                emphasis: word.emphasis,
            });
        }
    }
    drafts
}

/// What surrounds a phone.
struct Around<'a> {
    before: Option<&'a Draft>,
    here: &'a Draft,
    after: Option<&'a Draft>,
    beyond: Option<&'a Draft>,
    /// In the last syllable of the phrase.
    final_syllable: bool,
}

fn say(drafts: &[Draft], at: usize, closing: bool) -> Option<Said> {
    let here = drafts.get(at)?;
    let rest = drafts.get(at + 1..).unwrap_or_default();
    let around = Around {
        before: at.checked_sub(1).and_then(|at| drafts.get(at)),
        here,
        after: drafts.get(at + 1),
        beyond: drafts.get(at + 2),
        final_syllable: closing && !rest.iter().any(|draft| draft.arpa.is_vowel()),
    };
    let sound = sound(variant(&around))?;
    let stress = if here.arpa.is_vowel() { here.arpa.stress } else { onset_stress(drafts, at) };
    let weak = stress == 0 && here.arpa.is_vowel();
    let emphasis = f32::from(here.emphasis);
    let share = if sound.is_vowel() {
        vowel_share(&around, stress)
    } else {
        consonant_share(&around, stress)
    };
    let share = share * (1.0 + 0.12 * emphasis);
    let least = if weak { sound.ms_min * 0.7 } else { sound.ms_min };
    let breath = breath_ms(&around, stress);
    let ms = least + (sound.ms - least).max(0.0) * share + breath * 0.6;
    let gain_db =
        if weak { -2.5 } else { 0.0 } + emphasis * 1.5 - if here.light { 1.0 } else { 0.0 };
    Some(Said { sound, ms, word: Some(here.item), stress, breath_ms: breath, gain_db })
}

/// The stress of the vowel that a consonant leads to inside its word.
fn onset_stress(drafts: &[Draft], at: usize) -> u8 {
    let mut stress = 0;
    for draft in drafts.iter().skip(at) {
        if draft.arpa.is_vowel() {
            stress = draft.arpa.stress;
        }
        if draft.arpa.is_vowel() || draft.last {
            break;
        }
    }
    stress
}

fn is_vowel(draft: Option<&Draft>) -> bool {
    draft.is_some_and(|draft| draft.arpa.is_vowel())
}

fn named(draft: Option<&Draft>, names: &[&str]) -> bool {
    draft.is_some_and(|draft| names.contains(&draft.arpa.name))
}

/// The name of the sound that stands for a phone here.
fn variant(around: &Around<'_>) -> &'static str {
    let Arpa { name, stress } = around.here.arpa;
    let coda = is_vowel(around.before)
        && !around.here.first
        && (around.here.last || !is_vowel(around.after));
    match name {
        "AH" if stress == 0 => "AX",
        "IH" if stress == 0 && !named(around.after, &["NG"]) => "IX",
        "ER" if stress == 0 => "AXR",
        "L" if coda || around.here.last && !around.here.first => "LX",
        "R" if coda => "RX",
        "T" | "D" if flaps(around) => "DX",
        _ => name,
    }
}

/// Between vowels before an unstressed one.
fn flaps(around: &Around<'_>) -> bool {
    let before = is_vowel(around.before) || named(around.before, &["R"]);
    let weak_after = around.after.is_some_and(|after| {
        after.arpa.is_vowel() && after.arpa.stress == 0 && (!after.first || after.light)
    });
    before && !around.here.first && weak_after
}

/// Klatt's factors for a vowel.
fn vowel_share(around: &Around<'_>, stress: u8) -> f32 {
    let here = around.here;
    let mut share = 1.0;
    if around.final_syllable {
        share *= 1.35;
    }
    if here.vowels_after > 0 {
        share *= 0.85;
    }
    if here.vowels > 1 {
        share *= 0.85;
    }
    if stress == 0 {
        share *= if here.vowels_after > 0 && !here.first { 0.5 } else { 0.65 };
    } else if stress == 2 {
        share *= 0.85;
    }
    if here.light {
        share *= 0.7;
    }
    let following = around.after.filter(|_| !here.last);
    let coda = match following.map_or("", |after| after.arpa.name) {
        "" => 1.15,
        "V" | "DH" | "Z" | "ZH" => 1.35,
        "B" | "D" | "G" | "JH" => 1.2,
        "M" | "N" | "NG" => 0.9,
        "P" | "T" | "K" | "CH" => 0.75,
        "L" | "R" => 0.95,
        _ => 0.95,
    };
    share * if around.final_syllable { coda } else { 0.7 * coda + 0.3 }
}

fn consonant_share(around: &Around<'_>, stress: u8) -> f32 {
    let here = around.here;
    let mut share = if here.first { 1.0 } else { 0.85 };
    if stress == 0 {
        share *= 0.8;
    }
    let neighbour = |draft: Option<&Draft>| draft.is_some_and(|draft| !draft.arpa.is_vowel());
    match (neighbour(around.before), neighbour(around.after)) {
        (true, true) => share *= 0.6,
        (true, false) | (false, true) => share *= 0.75,
        _ => {}
    }
    if around.final_syllable && !here.first {
        share *= 1.25;
    }
    share
}

/// How long a voiceless stop breathes.
fn breath_ms(around: &Around<'_>, stress: u8) -> f32 {
    if !["P", "T", "K"].contains(&around.here.arpa.name) || flaps(around) {
        return 0.0;
    }
    let place: f32 = match around.here.arpa.name {
        "P" => -5.0,
        "K" => 8.0,
        _ => 0.0,
    };
    if named(around.before, &["S"]) && !around.here.first {
        return 12.0 + place;
    }
    let leads = is_vowel(around.after)
        || named(around.after, &["R", "L", "W", "Y"]) && is_vowel(around.beyond);
    if !leads || around.here.last {
        return 24.0 + place;
    }
    if stress > 0 || around.here.first { 50.0 + place } else { 28.0 + place }
}
