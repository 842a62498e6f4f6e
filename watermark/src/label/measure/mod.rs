//! Finds labels in finished files and measures them as a check would: from pixels, samples and
//! characters alone.

mod matching;
mod movie;
mod picture;
mod sound;
mod text;

pub use movie::{MovieFound, movie};
pub use picture::{PictureFound, PictureLimits, picture};
pub use sound::{Rhythm, rhythm};
pub use text::{TextFound, line};

/// Whether a text holds one word of each list. Words of Latin letters stand by themselves and keep
/// their case: "AI" is neither in "said" nor in "Air".
#[must_use]
pub fn holds(text: &str, elements: &[Vec<String>]) -> bool {
    elements.iter().all(|words| words.iter().any(|word| has_word(text, word)))
}

fn has_word(text: &str, word: &str) -> bool {
    let joins = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let latin = word.is_ascii();
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|after| after.chars().next());
        !latin || !joins(before) && !joins(after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_by_themselves() {
        let elements = |lists: &[&[&str]]| -> Vec<Vec<String>> {
            lists.iter().map(|list| list.iter().map(ToString::to_string).collect()).collect()
        };
        let china = elements(&[&["人工智能", "AI"], &["生成", "合成"]]);
        for (text, expected) in [
            ("AI生成", true),
            ("本文由人工智能合成", true),
            ("AI-generated", false),
            ("生成", false),
            ("", false),
        ] {
            assert_eq!(holds(text, &china), expected, "{text}");
        }
        let europe = elements(&[&["AI"]]);
        for (text, expected) in
            [("AI", true), ("AI-generated", true), ("PAID", false), ("ai", false), ("AIs", false)]
        {
            assert_eq!(holds(text, &europe), expected, "{text}");
        }
    }
}
