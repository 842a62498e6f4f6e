//! English words, and what a misspelt one was meant to be.

use std::sync::LazyLock;

use crate::packed::{Lines, unpack};

/// Longest word that is corrected; longer ones are no words.
const WORD_CHARS_MAX: usize = 30;
/// A candidate is at least this common.
const GRADE_MIN: u8 = 2;
/// One that is two slips away is at least this common.
const GRADE_DISTANT_MIN: u8 = 4;
/// Both halves of two words written as one are at least this common.
const GRADE_JOINED_MIN: u8 = 6;

static ENGLISH: LazyLock<Lines> =
    LazyLock::new(|| Lines::new(unpack(include_bytes!("../../../data/english.words")), 1));

/// How common a word is, from 0 to 9, by its exact letters; `None` if there is no such word.
pub(crate) fn grade(word: &str) -> Option<u8> {
    let row = ENGLISH.find(word)?;
    ENGLISH.line(row).1.bytes().next().map(|digit| digit.saturating_sub(b'0'))
}

/// Whether a word in small letters is one, also with an ending or a beginning that words take.
pub(crate) fn is_known(word: &str) -> bool {
    const BEGINNINGS: [&str; 17] = [
        "non", "anti", "pre", "post", "multi", "cyber", "micro", "inter", "over", "under", "mis",
        "bio", "geo", "eco", "mega", "re", "un",
    ];
    const ENDINGS: [&str; 9] = ["'s", "s", "less", "ness", "like", "wise", "able", "ly", "ing"];
    if grade(word).is_some() || capitalised(word) {
        return true;
    }
    let whole = |stem: &str, least: usize| stem.len() >= least && grade(stem).is_some();
    BEGINNINGS.iter().any(|start| word.strip_prefix(start).is_some_and(|stem| whole(stem, 5)))
        || word.strip_suffix("'s").is_some_and(|stem| whole(stem, 2) || capitalised(stem))
        || word.strip_suffix("s'").is_some_and(|stem| whole(stem, 2))
        || ENDINGS
            .iter()
            .skip(2)
            .any(|end| word.strip_suffix(end).is_some_and(|stem| whole(stem, 6)))
}

/// Whether a word is a name when written with a capital.
pub(crate) fn capitalised(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(|first| {
        grade(&first.to_uppercase().chain(letters).collect::<String>()).is_some()
    })
}

/// What an unknown word was meant to be, the likeliest first; none if nothing is likely. A
/// `doubtful` one may be a name.
pub(crate) fn candidates(word: &str, doubtful: bool) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    if letters.len() < 3 || letters.len() > WORD_CHARS_MAX || !word.is_ascii() {
        return Vec::new();
    }
    let mut found: Vec<(f32, String)> = Vec::new();
    // What may be a name is only corrected where the slip is a likely one of a common word.
    let (least, most) = if doubtful { (GRADE_JOINED_MIN, 1.0) } else { (GRADE_MIN, f32::INFINITY) };
    edits(&letters, &mut |candidate, cost| {
        if let Some(grade) = grade(candidate).filter(|grade| *grade >= least && cost <= most) {
            found.push((f32::from(grade) * 1.4 - cost, candidate.to_owned()));
        }
    });
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    found.dedup_by(|a, b| a.1 == b.1);
    found.into_iter().map(|(_, candidate)| candidate).take(5).collect()
}

/// Two common words that were written as one.
pub(crate) fn parted(word: &str) -> Option<String> {
    let common = |part: &str| grade(part).is_some_and(|grade| grade >= GRADE_JOINED_MIN);
    let places = (1..word.len()).filter_map(|at| word.split_at_checked(at));
    let mut pairs =
        places.filter(|(a, b)| common(a) && common(b) && (a.len() > 1 || *a == "a") && b.len() > 1);
    let (a, b) = pairs.next()?;
    Some(format!("{a} {b}"))
}

/// A long word that is two slips away, if only one common word is.
pub(crate) fn distant(word: &str) -> Option<String> {
    let letters = word.len();
    if !(7..=20).contains(&letters) || !word.is_ascii() {
        return None;
    }
    let start = word.get(..2)?;
    let from = ENGLISH.lower_bound(start);
    let mut found: Option<(u8, &str)> = None;
    for row in from..ENGLISH.len() {
        let (other, grade) = ENGLISH.line(row);
        if !other.starts_with(start) {
            break;
        }
        let grade = grade.bytes().next().map_or(0, |digit| digit.saturating_sub(b'0'));
        let near = grade >= GRADE_DISTANT_MIN && other.len().abs_diff(letters) <= 2;
        if near && within_two(word.as_bytes(), other.as_bytes()) {
            match found {
                Some((best, _)) if best >= grade => {}
                _ => found = Some((grade, other)),
            }
        }
    }
    found.map(|(_, other)| other.to_owned())
}

/// Whether two slips make one word of the other: the common beginning and end are taken off, and
/// what is left is short or nearly equal.
fn within_two(a: &[u8], b: &[u8]) -> bool {
    fn reach(a: &[u8], b: &[u8], left: u8) -> bool {
        let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
        let (a, b) = (a.get(same..).unwrap_or_default(), b.get(same..).unwrap_or_default());
        if a.is_empty() || b.is_empty() {
            return a.len() + b.len() <= usize::from(left);
        }
        let Some(left) = left.checked_sub(1) else { return false };
        let tail = |s: &'_ [u8], by: usize| -> Vec<u8> { s.get(by..).unwrap_or_default().to_vec() };
        let swapped = matches!((a, b), ([p, q, ..], [r, s, ..]) if p == s && q == r);
        reach(&tail(a, 1), b, left)
            || reach(a, &tail(b, 1), left)
            || reach(&tail(a, 1), &tail(b, 1), left)
            || swapped && reach(&tail(a, 2), &tail(b, 2), left)
    }
    reach(a, b, 2)
}

/// Tells every word that is one slip away, with the cost of the slip.
fn edits(letters: &[char], tell: &mut dyn FnMut(&str, f32)) {
    let mut word = String::with_capacity(letters.len() + 1);
    let mut say = |parts: [&[char]; 4], cost: f32| {
        word.clear();
        word.extend(parts.into_iter().flatten());
        tell(&word, cost);
    };
    for at in 0..=letters.len() {
        let (before, after) = letters.split_at_checked(at).unwrap_or_default();
        let first = if at == 0 { 2.0 } else { 0.0 };
        if let [a, b, rest @ ..] = after {
            say([before, &[*b], &[*a], rest], 0.3 + first);
        }
        if let [a, rest @ ..] = after {
            let doubled = before.last() == Some(a) || rest.first() == Some(a);
            say([before, rest, &[], &[]], if doubled { 0.2 } else { 1.2 } + first);
        }
        for c in ('a'..='z').chain(['\'']) {
            let doubled = before.last() == Some(&c) || after.first() == Some(&c);
            let cost = if doubled {
                0.2
            } else if c == '\'' {
                0.6
            } else {
                1.0
            };
            say([before, &[c], after, &[]], cost + first);
            if let [a, rest @ ..] = after {
                say([before, &[c], rest, &[]], if near(*a, c) { 1.2 } else { 2.2 } + first);
            }
        }
    }
}

/// Letters that lie side by side on a keyboard, or that sound alike.
fn near(a: char, b: char) -> bool {
    const ROWS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
    const ALIKE: [&str; 6] = ["aeiou", "cks", "iy", "fv", "mn", "dt"];
    let beside = |row: &&str| match (row.find(a), row.find(b)) {
        (Some(at), Some(other)) => at.abs_diff(other) == 1,
        _ => false,
    };
    ROWS.iter().any(beside) || ALIKE.iter().any(|group| group.contains(a) && group.contains(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_undone() {
        let check = |word: &str, expected: &str| {
            assert!(!is_known(word), "{word}");
            assert_eq!(
                candidates(word, false).first().map(String::as_str),
                Some(expected),
                "{word}"
            );
        };
        check("goverment", "government");
        check("recieve", "receive");
        check("teh", "the");
        check("occured", "occurred");
        check("seperate", "separate");
        check("committe", "committee");
        check("dont", "don't");
    }

    #[test]
    fn words_of_the_day_are_words() {
        for word in
            ["smartphone", "organise", "organize", "mayor's", "cyberattacks", "reopened", "colour"]
        {
            assert!(is_known(word), "{word}");
        }
    }

    #[test]
    fn two_words_are_parted() {
        assert_eq!(parted("inthe").as_deref(), Some("in the"));
        assert_eq!(parted("xqzzy"), None);
    }
}
