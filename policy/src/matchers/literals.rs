//! Literals without which a regex cannot match: a cheap reason not to run it.

use regex_syntax::hir::{Hir, HirKind};

/// Shorter literals stand in every text.
const BYTES_MIN: usize = 3;
/// More literals are no filter.
const COUNT_MAX: usize = 64;

/// One of the returned literals stands in every match of the tree, without regard to ASCII case.
/// The tree is that of the regex as it is written, without the flag for case.
pub(super) fn required(tree: &Hir) -> Option<Vec<String>> {
    match tree.kind() {
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).ok()?.to_lowercase();
            (text.len() >= BYTES_MIN).then(|| vec![text])
        }
        HirKind::Capture(capture) => required(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => required(&repetition.sub),
        HirKind::Concat(parts) => {
            // The part whose shortest literal is longest filters best.
            parts.iter().filter_map(required).max_by_key(|literals| shortest(literals))
        }
        HirKind::Alternation(parts) => {
            let each: Option<Vec<Vec<String>>> = parts.iter().map(required).collect();
            let all: Vec<String> = each?.into_iter().flatten().collect();
            (all.len() <= COUNT_MAX).then_some(all)
        }
        HirKind::Empty | HirKind::Class(_) | HirKind::Look(_) | HirKind::Repetition(_) => None,
    }
}

fn shortest(literals: &[String]) -> usize {
    literals.iter().map(String::len).min().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matchers::tree;

    #[test]
    fn a_literal_is_required_only_if_every_match_has_one() {
        let cases: [(&str, Option<&[&str]>); 6] = [
            (r"\bsteps? to build", Some(&[" to build"])),
            (r"(?:pipe|nail) ?bombs?", Some(&["bomb"])),
            (r"(?:pipe|[0-9])x", None),
            (r"(?:bomb)?x", None),
            (r"(?:Bomb)+", Some(&["bomb"])),
            (r"制作.{0,8}炸弹", Some(&["炸弹"])),
        ];
        for (source, expected) in cases {
            let found = required(&tree(source, false).unwrap());
            let expected =
                expected.map(|literals| literals.iter().map(ToString::to_string).collect());
            assert_eq!(found, expected, "{source}");
        }
    }
}
