//! A prompt taken apart: a heading, and what follows.

/// What a video is made of, in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Words {
    /// The first line, if it is a heading (`# …`) or short and followed by others.
    pub(super) heading: String,
    /// The rest, sentence by sentence.
    pub(super) sentences: Vec<String>,
}

/// The longest line that counts as a heading without a sign.
const HEADING_CHARS_MAX: usize = 80;

impl Words {
    /// Takes a prompt apart.
    pub(super) fn of(prompt: &str) -> Self {
        let mut lines = prompt.lines().map(str::trim).filter(|line| !line.is_empty());
        let Some(first) = lines.next() else { return Self::default() };
        let rest: Vec<&str> = lines.collect();
        let bare = first.trim_start_matches('#').trim();
        let is_short = first.chars().count() <= HEADING_CHARS_MAX && !rest.is_empty();
        if bare.len() < first.len() || is_short {
            let sentences = rest.iter().flat_map(|line| sentences(line)).collect();
            return Self { heading: bare.to_owned(), sentences };
        }
        let all = [first].into_iter().chain(rest);
        Self { heading: String::new(), sentences: all.flat_map(sentences).collect() }
    }

    /// The sentences as one text.
    pub(super) fn text(&self) -> String {
        let gap = if self.sentences.iter().any(|sentence| is_chinese(sentence)) { "" } else { " " };
        self.sentences.join(gap)
    }
}

/// Whether a text has Chinese characters.
pub(super) fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}'))
}

/// The sentences of a line. A point ends one only before a blank, so that numbers stay whole.
fn sentences(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut sentence = String::new();
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        sentence.push(c);
        let next = chars.peek().copied();
        let ends = match c {
            '。' | '！' | '？' => next.is_none_or(|next| !matches!(next, '”' | '」' | '』')),
            '.' | '!' | '?' => next.is_some_and(char::is_whitespace) && !is_abbreviated(&sentence),
            '”' | '」' => {
                sentence.chars().rev().nth(1).is_some_and(|c| matches!(c, '。' | '！' | '？'))
            }
            _ => false,
        };
        if ends {
            found.push(sentence.trim().to_owned());
            sentence.clear();
        }
    }
    if !sentence.trim().is_empty() {
        found.push(sentence.trim().to_owned());
    }
    found
}

/// Whether a sentence that ends here would end with an initial or a title.
fn is_abbreviated(sentence: &str) -> bool {
    let last = sentence.trim_end_matches('.').rsplit(char::is_whitespace).next();
    last.is_some_and(|last| {
        let is_initial = last.chars().count() == 1 && last.chars().all(char::is_uppercase);
        is_initial
            || matches!(last, "Mr" | "Mrs" | "Ms" | "Dr" | "Prof" | "St" | "No" | "Gen" | "Sen")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_is_marked_or_short_and_followed() {
        let words = Words::of("# Elbe rises\nThe river rose by 1.5 metres. Dr. Kim warns.");
        assert_eq!(words.heading, "Elbe rises");
        assert_eq!(words.sentences, ["The river rose by 1.5 metres.", "Dr. Kim warns."]);
        assert_eq!(Words::of("Elbe rises\n\nRain.").heading, "Elbe rises");
        let alone = Words::of("The river rose. It will rain.");
        assert_eq!((alone.heading.as_str(), alone.sentences.len()), ("", 2));
        assert_eq!(Words::of(" \n "), Words::default());
    }

    #[test]
    fn chinese_sentences_end_without_blanks() {
        let words = Words::of("河水上涨。官员说：“会下雨。”学校停课！");
        assert_eq!(words.sentences, ["河水上涨。", "官员说：“会下雨。”", "学校停课！"]);
        assert_eq!(words.text(), "河水上涨。官员说：“会下雨。”学校停课！");
    }
}
