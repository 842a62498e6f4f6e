//! What a stream must hold back: text that more text could make part of a match.
//!
//! For a tree R the tree P(R) matches every beginning of what R matches. The leftmost match of
//! P(R) that ends where the text ends is the first byte from which a match may still grow; the
//! search runs backwards from the end and stops as soon as nothing can.

use std::sync::OnceLock;

use regex_automata::{Input, meta};
use regex_syntax::hir::{Hir, HirKind, Look, Repetition};

use super::pattern;

/// Finds where a match may have begun; compiled when the first stream needs it.
#[derive(Debug, Default)]
pub(super) struct Pending {
    trees: Vec<Hir>,
    beginnings: OnceLock<Beginnings>,
}

#[derive(Debug)]
enum Beginnings {
    /// Any beginning of a match, at the end of the text.
    Of(Box<meta::Regex>),
    /// The rules are too large to be watched together: everything waits for the end.
    Everything,
}

impl Pending {
    /// Watches for matches of one more tree.
    pub(super) fn watch(&mut self, tree: Hir) {
        self.trees.push(tree);
    }

    /// The first byte from which a match may still grow; the text's length when there is none.
    pub(super) fn find(&self, text: &str) -> usize {
        match self.beginnings.get_or_init(|| self.compile()) {
            Beginnings::Everything => 0,
            Beginnings::Of(regex) => {
                regex.search(&Input::new(text)).map_or(text.len(), |hit| hit.start())
            }
        }
    }

    fn compile(&self) -> Beginnings {
        let beginnings = self.trees.iter().map(beginnings).chain([Hir::empty()]).collect();
        let tree = Hir::concat(vec![Hir::alternation(beginnings), Hir::look(Look::End)]);
        pattern::compile(&tree)
            .map_or(Beginnings::Everything, |regex| Beginnings::Of(Box::new(regex)))
    }
}

/// A tree that matches every beginning of what `tree` matches, also the empty one and the whole.
fn beginnings(tree: &Hir) -> Hir {
    match tree.kind() {
        // Whether an assertion holds at the end depends on what follows.
        HirKind::Empty | HirKind::Look(_) => Hir::empty(),
        HirKind::Literal(literal) => {
            let letters = String::from_utf8_lossy(&literal.0).into_owned();
            let letters =
                letters.chars().rev().map(|letter| Hir::literal(letter.to_string().into_bytes()));
            letters.fold(Hir::empty(), |rest, letter| optional(Hir::concat(vec![letter, rest])))
        }
        HirKind::Class(_) => optional(tree.clone()),
        HirKind::Capture(capture) => beginnings(&capture.sub),
        HirKind::Repetition(repetition) => {
            let Some(max) = repetition.max.unwrap_or(u32::MAX).checked_sub(1) else {
                return Hir::empty();
            };
            let before = Hir::repetition(Repetition {
                min: 0,
                max: Some(max),
                greedy: true,
                sub: repetition.sub.clone(),
            });
            Hir::concat(vec![before, beginnings(&repetition.sub)])
        }
        HirKind::Concat(parts) => parts.iter().rev().fold(Hir::empty(), |rest, part| {
            Hir::alternation(vec![Hir::concat(vec![part.clone(), rest]), beginnings(part)])
        }),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(beginnings).collect()),
    }
}

fn optional(tree: Hir) -> Hir {
    Hir::repetition(Repetition { min: 0, max: Some(1), greedy: true, sub: Box::new(tree) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(sources: &[&str], text: &str) -> usize {
        let mut pending = Pending::default();
        for source in sources {
            pending.watch(pattern::Pattern::new(source, None).unwrap().1);
        }
        pending.find(text)
    }

    #[test]
    fn only_a_beginning_at_the_end_is_pending() {
        let cases = [
            ("a pipe bo", 2),
            ("a pipe bo.", 10),
            ("a pipe bomb", 2),
            ("nothing", 7),
            ("PIPE", 0),
            ("how to build a", 0),
            ("how to build a house. The next day", 34),
            ("见炸", 3),
        ];
        for (text, expected) in cases {
            let sources = [r"\bpipe bomb\b", r"how to [^.]{0,40}nail bomb", "炸弹"];
            assert_eq!(find(&sources, text), expected, "{text}");
        }
    }

    proptest::proptest! {
        /// Matches that begin before what is pending are the same in any longer text.
        #[test]
        fn no_match_grows_from_what_was_let_go(text in "[abx \\-é弹]{0,24}", cut in 0_usize..24) {
            let sources = ["ab+x", r"\bb[^x]{0,5}é", "(?:a|弹b){2,3}", r"x\b-a*", "弹é"];
            let cut = text.char_indices().nth(cut).map_or(text.len(), |(at, _)| at);
            let pending = find(&sources, &text[..cut]);
            for source in sources {
                let (regex, _) = pattern::Pattern::new(source, None).unwrap();
                let settled = |text: &str| {
                    let mut hits = Vec::new();
                    regex.scan(text, 0..text.len(), |hit| hits.push(hit));
                    hits.retain(|hit| hit.start < pending);
                    hits
                };
                proptest::prop_assert_eq!(settled(&text[..cut]), settled(&text), "{}", source);
            }
        }
    }
}
