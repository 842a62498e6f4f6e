//! Tones that change beside others: third tones, 一 and 不.

use super::{Syllable, readings::Word};

/// Changes the tones of a phrase in place.
pub(crate) fn apply(words: &mut [Word]) {
    one_and_not(words);
    for word in words.iter_mut() {
        thirds(&mut word.syllables.iter_mut().collect::<Vec<_>>());
    }
    // Between words: the last third tone before a third one, from left to right.
    let mut all: Vec<&mut Syllable> =
        words.iter_mut().flat_map(|word| word.syllables.iter_mut()).collect();
    for at in 1..all.len() {
        let next = all.get(at).map_or(0, |next| next.tone);
        let after = all.get(at + 1).map_or(0, |after| after.tone);
        // Of three in a row between words the middle one keeps its tone: it ends a group.
        if let Some(this) = all.get_mut(at - 1)
            && this.tone == 3
            && next == 3
            && (after != 3 || at % 2 == 1)
        {
            this.tone = 2;
        }
    }
}

/// In a word each third tone before a third tone rises.
fn thirds(syllables: &mut [&mut Syllable]) {
    for at in 1..syllables.len() {
        let next = syllables.get(at).map_or(0, |next| next.tone);
        if let Some(this) = syllables.get_mut(at - 1)
            && this.tone == 3
            && next == 3
        {
            this.tone = 2;
        }
    }
}

/// 一 and 不 rise before a falling tone; 一 falls before the others. In numbers and at the end 一
/// keeps its own.
fn one_and_not(words: &mut [Word]) {
    let characters: Vec<char> = words
        .iter()
        .flat_map(|word| {
            let mut characters: Vec<char> = word.text.chars().collect();
            characters.truncate(word.syllables.len());
            characters.resize(word.syllables.len(), ' ');
            characters
        })
        .collect();
    let mut all: Vec<&mut Syllable> =
        words.iter_mut().flat_map(|word| word.syllables.iter_mut()).collect();
    for at in 0..all.len() {
        let next = all.get(at + 1).map_or(0, |next| next.tone);
        let here = characters.get(at).copied().unwrap_or(' ');
        let before = at.checked_sub(1).and_then(|at| characters.get(at)).copied().unwrap_or(' ');
        let after = characters.get(at + 1).copied().unwrap_or(' ');
        let number = |c: char| "零一二三四五六七八九十百千点第幺月日号".contains(c);
        let counted = number(before) || number(after) && !"百千".contains(after);
        let Some(this) = all.get_mut(at) else { break };
        match here {
            '不' if this.tone == 4 && next == 4 => this.tone = 2,
            '一' if this.tone == 1 && !counted && next > 0 => {
                this.tone = if next == 4 || next == 5 { 2 } else { 4 };
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::readings::words, *};

    fn check(text: &str, expected: &str) {
        let mut words = words(text);
        apply(&mut words);
        let tones: String =
            words.iter().flat_map(|word| &word.syllables).map(|s| s.tone.to_string()).collect();
        assert_eq!(tones, expected, "{text}");
    }

    #[test]
    fn tones_change_beside_others() {
        check("你好", "23");
        check("不是", "24");
        check("不能", "42");
        check("一天", "41");
        check("一样", "24");
        check("第一名", "412");
        check("十一月", "214");
    }
}
