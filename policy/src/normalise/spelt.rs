//! Letters that were spelt out one by one, and the borders of their words.
//!
//! Wider gaps are borders where a text has them (`k i l l  y o u`, `k.i.l.l y.o.u`). Letters
//! between two such borders, or all letters of a text that has none, are cut into English words.

use super::{
    disguise::{self, Letter},
    letters::{is_apostrophe, is_punctuation, is_separator},
    words,
};

/// Letters without a wider gap between them, and what is seen before them.
#[derive(Debug, Default)]
struct Piece {
    before: Vec<Letter>,
    letters: Vec<Letter>,
}

/// The gap of most letters of a run.
struct Usual {
    /// Whether it has visible signs, and the first of them.
    visible: bool,
    sign: Option<char>,
    /// How many signs the narrowest has, and how many of them are visible.
    signs: usize,
    signs_visible: usize,
    /// Whether words are told apart by a space where letters are by visible signs.
    spaced: bool,
}

/// The words of a run with its signs; a space stands for the code points between two words.
pub(super) fn words(run: impl Iterator<Item = Letter>) -> Vec<Letter> {
    let mut seen: Vec<Letter> = Vec::new();
    for Piece { before, letters } in pieces(run) {
        seen.extend(before);
        let mut first = true;
        for word in cut(&disguise::spelt(letters)) {
            let border = seen.last().zip(word.first());
            if let Some(((_, [_, end]), (_, [start, _]))) = border.filter(|_| !first) {
                let space = (' ', [*end.min(start), *end.max(start)]);
                seen.push(space);
            }
            first = false;
            seen.extend(word);
        }
    }
    seen
}

/// Cuts a run at its wider gaps.
fn pieces(run: impl Iterator<Item = Letter>) -> Vec<Piece> {
    let mut spaced: Vec<(Vec<Letter>, Letter)> = Vec::new();
    let mut gap = Vec::new();
    for letter in run {
        if is_separator(letter.0) || is_punctuation(letter.0) {
            gap.push(letter);
        } else {
            spaced.push((std::mem::take(&mut gap), letter));
        }
    }
    let usual = usual(spaced.iter().skip(1).map(|(gap, _)| gap.as_slice()));
    let mut pieces = vec![Piece::default()];
    for (gap, letter) in spaced {
        let before = border(&gap, &usual);
        if !before.is_empty() {
            pieces.push(Piece { before, letters: Vec::new() });
        }
        if let Some(piece) = pieces.last_mut() {
            piece.letters.push(letter);
        }
    }
    pieces
}

const fn is_visible(letter: &&Letter) -> bool {
    !letter.0.is_whitespace()
}

fn usual<'g>(gaps: impl Iterator<Item = &'g [Letter]>) -> Usual {
    let plain = |gap: &&[Letter]| gap.iter().all(|(sign, _)| is_separator(*sign));
    let gaps: Vec<&[Letter]> = gaps.filter(plain).collect();
    let (with, without): (Vec<&[Letter]>, Vec<&[Letter]>) =
        gaps.into_iter().partition(|gap| gap.iter().any(|letter| is_visible(&letter)));
    let visible = with.len() > without.len();
    let spaced = visible && !without.is_empty();
    let kind = if visible { with } else { without };
    let sign = kind.iter().flat_map(|gap| gap.iter()).find(is_visible).map(|(sign, _)| *sign);
    Usual {
        visible,
        sign,
        signs: kind.iter().map(|gap| gap.len()).min().unwrap_or_default(),
        signs_visible: kind
            .iter()
            .map(|gap| gap.iter().filter(is_visible).count())
            .min()
            .unwrap_or_default(),
        spaced,
    }
}

/// What a reader sees in a gap: punctuation, the signs that other gaps do not have, and a space;
/// nothing in a usual gap.
fn border(gap: &[Letter], usual: &Usual) -> Vec<Letter> {
    let (Some(first), Some(last)) = (gap.first(), gap.last()) else { return Vec::new() };
    let marks: Vec<Letter> =
        gap.iter().filter(|(sign, _)| is_punctuation(*sign)).copied().collect();
    let visible = gap.iter().filter(is_visible).count();
    let space = (' ', [first.1[0], last.1[1]]);
    if !marks.is_empty() {
        let joins = marks.iter().all(|(mark, _)| is_apostrophe(*mark));
        return marks.into_iter().chain((!joins).then_some(space)).collect();
    }
    if visible > usual.signs_visible {
        // `s e l f - h a r m` is one word, after a full stop comes another, before a hash, too.
        let signs = || gap.iter().filter(is_visible);
        let other = signs().find(|(sign, _)| Some(*sign) != usual.sign);
        let sign = other.or_else(|| signs().next()).copied();
        let is = |wanted| sign.is_some_and(|(sign, _)| sign == wanted);
        let (starts, ends) = (is('#').then_some(space), is('.').then_some(space));
        return starts.into_iter().chain(sign).chain(ends).collect();
    }
    if usual.spaced && gap.len() > usual.signs && visible > 0 && last.0.is_whitespace() {
        // Of `s.t.o.p. g.o o.n` the last sign is the sentence's.
        let stop = gap.iter().filter(is_visible).find(|(sign, _)| *sign == '.').copied();
        return stop.into_iter().chain([space]).collect();
    }
    let wide = (visible > 0) != usual.visible || gap.len() > usual.signs;
    wide.then_some(space).into_iter().collect()
}

/// Cuts runs of ASCII letters into words. What else stands among them stays where it is.
fn cut(letters: &[Letter]) -> Vec<Vec<Letter>> {
    let same = |a: &Letter, b: &Letter| a.0.is_ascii_alphabetic() == b.0.is_ascii_alphabetic();
    let mut found: Vec<Vec<Letter>> = Vec::new();
    for run in letters.chunk_by(same) {
        let text: String = run.iter().map(|(letter, _)| letter.to_ascii_lowercase()).collect();
        if text.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            let words = words::cut(&text).into_iter().filter_map(|word| run.get(word));
            found.extend(words.map(<[Letter]>::to_vec));
        } else {
            found.push(run.to_vec());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> Vec<Letter> {
        words(text.chars().zip(0_u32..).map(|(letter, at)| (letter, [at, at + 1])))
    }

    fn check(text: &str, expected: &str) {
        let joined: String = seen(text).iter().map(|(letter, _)| letter).collect();
        assert_eq!(joined, expected, "{text}");
    }

    #[test]
    fn wider_gaps_are_borders() {
        check("p i p e  b o m b", "pipe bomb");
        check("p.i.p.e b.o.m.b", "pipe bomb");
        check("p . i . p . e  b . o . m . b", "pipe bomb");
        check("p-i-p-e--b-o-m-b", "pipe-bomb");
        check("x q z  v k w", "xqz vkw");
        check("F.B.I. a", "FBI a");
    }

    #[test]
    fn what_other_gaps_do_not_have_is_seen() {
        check("s e l f - h a r m", "self-harm");
        check("s.e.l.f.-.h.a.r.m", "self-harm");
        check("s.t.o.p.. g.o o.n", "stop. go on");
        check("s.t.o.p. g.o o.n", "stop. go on");
        check("s t o p  # n o w", "stop #now");
        check("d o n ' t  g o , s t a y", "don't go, stay");
    }

    #[test]
    fn letters_without_wider_gaps_are_cut_into_words() {
        check("h o w t o b u i l d a b o m b", "how to build a bomb");
        check("h o w t o b u i l d  a b o m b", "how to build a bomb");
        check("k 1 l l t h e m a l l", "kill them all");
        check("A.K.4.7", "AK 47");
        check("F.B.I", "FBI");
    }

    proptest::proptest! {
        #[test]
        fn every_letter_leads_back_to_itself(text in "[a-zA-Z](?: {1,2}[a-zA-Z]| ?[.,'-] [a-z]){2,60}") {
            let (seen, letters) = (seen(&text), text.chars().collect::<Vec<_>>());
            for (letter, [start, end]) in &seen {
                let own = &letters[*start as usize..*end as usize];
                proptest::prop_assert!(*letter == ' ' || own.contains(letter), "{letter} {own:?}");
            }
            proptest::prop_assert!(seen.is_sorted_by_key(|(_, [_, end])| *end));
        }
    }
}
