//! Shorter forms of an English sentence.

/// Words that open an addition after a comma, which a headline can do without.
const ADDITIONS: [&str; 20] = [
    "which",
    "who",
    "whose",
    "where",
    "although",
    "though",
    "because",
    "while",
    "but",
    "and",
    "as",
    "according",
    "after",
    "before",
    "since",
    "when",
    "including",
    "with",
    "despite",
    "so",
];
/// Verbs of telling: what stands after them, or before, is who says it.
const TELLING: [&str; 6] = ["said", "says", "announced", "told", "added", "reported"];
const DAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const PARTS: [&str; 5] = ["morning", "afternoon", "evening", "night", "noon"];
/// Words before which a sentence may be cut when it is too long otherwise.
const CUTS: [&str; 12] = [
    "after", "because", "while", "although", "before", "but", "and", "against", "during", "near",
    "outside", "between",
];

/// The sentence without what a headline can do without, from whole to short; those that fit.
pub(super) fn shortened(sentence: &str, chars_max: usize) -> Vec<String> {
    let bare = sentence.trim_end_matches(['.', '!', ' ']);
    let steps: [fn(&str) -> String; 4] =
        [without_opening, without_teller, without_additions, without_days];
    let mut text = bare.to_owned();
    let mut versions = Vec::new();
    for step in steps {
        text = step(&text);
        versions.push(finished(&text));
    }
    versions.extend(cut(&text, chars_max).map(|short| finished(&short)));
    versions
        .retain(|version| version.chars().count() <= chars_max && version.split(' ').count() >= 3);
    versions.reverse();
    versions.dedup();
    versions
}

/// `On Tuesday, the council …` begins with the council.
fn without_opening(text: &str) -> String {
    match text.split_once(", ") {
        Some((opening, rest)) if opening.split(' ').count() <= 5 && opens(opening) => {
            rest.to_owned()
        }
        _ => text.to_owned(),
    }
}

fn opens(opening: &str) -> bool {
    const OPENERS: [&str; 16] = [
        "On",
        "In",
        "At",
        "After",
        "Before",
        "However",
        "Meanwhile",
        "Moreover",
        "During",
        "Last",
        "This",
        "Earlier",
        "Since",
        "By",
        "Despite",
        "Yesterday",
    ];
    opening.split(' ').next().is_some_and(|word| OPENERS.contains(&word))
}

/// `…, the authority announced` and `…, according to the office` say who says it.
fn without_teller(text: &str) -> String {
    let Some((claim, teller)) = text.rsplit_once(", ") else { return text.to_owned() };
    let tells = teller.starts_with("according to")
        || teller.split(' ').count() <= 6
            && teller.split(' ').next_back().is_some_and(|word| TELLING.contains(&word));
    if tells { claim.to_owned() } else { text.to_owned() }
}

/// Cuts additions at the end, and between commas.
fn without_additions(text: &str) -> String {
    let parts: Vec<&str> = text.split(", ").collect();
    let addition =
        |part: &str| part.split(' ').next().is_some_and(|word| ADDITIONS.contains(&word));
    let Some((first, rest)) = parts.split_first() else { return text.to_owned() };
    if rest.is_empty() || first.split(' ').count() < 3 {
        return text.to_owned();
    }
    // What is between two commas goes alone; after an addition at the end goes everything.
    let kept: Vec<&str> = match rest {
        [between, end] if addition(between) && !addition(end) => vec![first, end],
        _ => {
            let until = rest.iter().position(|part| addition(part)).unwrap_or(rest.len());
            std::iter::once(first).chain(rest.iter().take(until)).copied().collect()
        }
    };
    kept.join(if kept.len() == 2 && rest.len() == 2 { " " } else { ", " })
}

/// `on Tuesday evening` is left to the text.
fn without_days(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let mut kept: Vec<&str> = Vec::with_capacity(words.len());
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let day = |word: &&str| DAYS.contains(&word.trim_end_matches(','));
        let named = matches!(*word, "on" | "early" | "late");
        let mut end = at;
        while words.get(end).is_some_and(|word| matches!(*word, "on" | "early" | "late")) {
            end += 1;
        }
        if named && words.get(end).is_some_and(day) {
            end += 1;
            if words.get(end).is_some_and(|word| PARTS.contains(word)) {
                end += 1;
            }
            at = end;
        } else {
            kept.push(word);
            at += 1;
        }
    }
    kept.join(" ")
}

/// Cuts before a word that begins an addition, as late as fits.
fn cut(text: &str, chars_max: usize) -> Option<String> {
    let words: Vec<&str> = text.split(' ').collect();
    let places =
        (4..words.len()).rev().filter(|at| words.get(*at).is_some_and(|word| CUTS.contains(word)));
    let mut short = places.filter_map(|at| words.get(..at)).map(|words| words.join(" "));
    short.find(|text| finished(text).chars().count() <= chars_max)
}

/// Without articles, and with a capital.
fn finished(text: &str) -> String {
    let words = text.trim_end_matches([',', ' ', ';', ':']).split(' ');
    let kept: Vec<&str> =
        words.filter(|word| !matches!(*word, "the" | "a" | "an" | "The" | "A" | "An")).collect();
    let joined = kept.join(" ");
    let mut letters = joined.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_become_short() {
        let check = |sentence: &str, expected: &str| {
            let made = shortened(sentence, 70);
            assert_eq!(made.first().map(String::as_str), Some(expected), "{made:?}");
        };
        check(
            "The city council approved a new budget on Tuesday evening.",
            "City council approved new budget",
        );
        check(
            "Bus fares will rise by five per cent in January, the transport authority announced.",
            "Bus fares will rise by five per cent in January",
        );
        check("On Friday, the ferry ran aground.", "Ferry ran aground");
    }
}
