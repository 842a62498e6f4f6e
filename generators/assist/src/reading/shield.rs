//! What correction leaves alone: links, addresses, code, markup, and the words of others.

/// Longest quotation that is looked for: an unclosed mark must not hide the rest of a text.
const QUOTE_CHARS_MAX: usize = 600;
/// Longest tag of markup.
const TAG_CHARS_MAX: usize = 300;

/// For each character, whether it is shielded.
pub(crate) fn shielded(chars: &[char]) -> Vec<bool> {
    let mut shield = vec![false; chars.len()];
    runs(chars, &mut shield);
    let closes: [(char, char, usize); 9] = [
        ('“', '”', QUOTE_CHARS_MAX),
        ('「', '」', QUOTE_CHARS_MAX),
        ('『', '』', QUOTE_CHARS_MAX),
        ('《', '》', QUOTE_CHARS_MAX),
        ('〈', '〉', QUOTE_CHARS_MAX),
        ('«', '»', QUOTE_CHARS_MAX),
        ('"', '"', QUOTE_CHARS_MAX),
        ('`', '`', QUOTE_CHARS_MAX),
        ('<', '>', TAG_CHARS_MAX),
    ];
    for (open, close, longest) in closes {
        pairs(chars, &mut shield, (open, close), longest);
    }
    shield
}

/// Shields what stands between two marks of one paragraph.
fn pairs(chars: &[char], shield: &mut [bool], (open, close): (char, char), longest: usize) {
    let mut opened: Option<usize> = None;
    for (at, &c) in chars.iter().enumerate() {
        match opened {
            Some(from) if c == close => {
                cover(shield, from, at + 1);
                opened = None;
            }
            // A paragraph's end closes nothing: the mark was a slip, or stands for inches.
            Some(from) if c == '\n' || at - from > longest => opened = None,
            None if c == open && begins(chars, at, open) => opened = Some(at),
            _ => {}
        }
    }
}

fn begins(chars: &[char], at: usize, open: char) -> bool {
    let next = chars.get(at + 1).copied().unwrap_or(' ');
    match open {
        '<' => next.is_ascii_alphabetic() || matches!(next, '/' | '!'),
        '"' => !at.checked_sub(1).and_then(|at| chars.get(at)).is_some_and(char::is_ascii_digit),
        _ => true,
    }
}

fn cover(shield: &mut [bool], start: usize, end: usize) {
    if let Some(stretch) = shield.get_mut(start..end) {
        stretch.fill(true);
    }
}

/// Shields runs without blanks that are no words: links, addresses, paths, identifiers.
fn runs(chars: &[char], shield: &mut [bool]) {
    let mut at = 0;
    while at < chars.len() {
        let run = |c: &&char| c.is_ascii() && !c.is_whitespace();
        let len = chars.iter().skip(at).take_while(run).count();
        let stretch = chars.get(at..at + len).unwrap_or_default();
        if is_code(stretch) {
            cover(shield, at, at + len);
        }
        at += len.max(1);
    }
}

fn is_code(run: &[char]) -> bool {
    let Some(&first) = run.first() else { return false };
    let inner = |mark: char| {
        run.windows(3).any(|w| match w {
            [a, m, b] => *m == mark && a.is_alphanumeric() && b.is_alphanumeric(),
            _ => false,
        })
    };
    let dotted = run.windows(3).any(|w| match w {
        [a, '.', b] => {
            a.is_ascii_alphabetic() && b.is_ascii_lowercase()
                || a.is_ascii_lowercase() && b.is_ascii_alphanumeric() && !b.is_ascii_uppercase()
        }
        _ => false,
    });
    let has = |text: &str| {
        let text: Vec<char> = text.chars().collect();
        run.windows(text.len()).any(|window| window == text.as_slice())
    };
    (matches!(first, '#' | '@' | '$' | '\\' | '~')
        && run.len() > 1
        && !run.get(1).is_some_and(char::is_ascii_digit))
        || has("://")
        || has("www.")
        || run.contains(&'_')
        || run.contains(&'\\')
        || has("()")
        || has("::")
        || has("--")
        || inner('@')
        || inner('=')
        || (first == '/' && run.len() > 2)
        || (first == '&' && run.contains(&';'))
        || dotted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let chars: Vec<char> = text.chars().collect();
        let shield = shielded(&chars);
        let kept: String =
            chars.iter().zip(shield).map(|(c, hidden)| if hidden { '_' } else { *c }).collect();
        assert_eq!(kept, expected);
    }

    #[test]
    fn links_quotes_and_code_are_shielded() {
        check("see https://a.b/c now", "see _____________ now");
        check("write to a@b.no please", "write to ______ please");
        check("he said “teh end” and", "he said _________ and");
        check("说“按装”后", "说____后");
        check("run `teh` or <b>x</b>", "run _____ or ___x____");
        check("a 5\" pipe", "a 5\" pipe");
        check("He left.Then it", "He left.Then it");
        check("max_len = 3", "_______ = 3");
    }

    #[test]
    fn an_open_mark_hides_nothing() {
        check("“not closed\nnext", "“not closed\nnext");
    }
}
