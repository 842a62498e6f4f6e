//! Literals without which a regex cannot match: a cheap reason not to run it.

use regex_syntax::hir::{Class, Hir, HirKind};

/// More literals are no filter.
const COUNT_MAX: usize = 64;

/// Shorter literals stand in every text.
pub(super) const fn of_regex(literal: &str) -> bool {
    literal.len() >= 3
}

/// What announces personal data or a secret; figures alone announce nothing.
pub(super) fn of_entity(literal: &str) -> bool {
    literal == "@" || literal.len() >= 2 && literal.chars().any(|letter| !letter.is_ascii_digit())
}

/// One of the returned literals stands in every match of the tree, without regard to ASCII case;
/// each is as good as `good` demands.
pub(super) fn required(tree: &Hir, good: fn(&str) -> bool) -> Option<Vec<String>> {
    if let Some(literal) = exactly(tree) {
        return good(&literal).then(|| vec![literal]);
    }
    match tree.kind() {
        HirKind::Capture(capture) => required(&capture.sub, good),
        HirKind::Repetition(repetition) if repetition.min > 0 => required(&repetition.sub, good),
        HirKind::Concat(parts) => {
            // The part whose shortest literal is longest filters best.
            let own = runs(parts).filter(|literal| good(literal)).map(|literal| vec![literal]);
            let inner = parts.iter().filter_map(|part| required(part, good));
            own.chain(inner).max_by_key(|literals| shortest(literals))
        }
        HirKind::Alternation(parts) => {
            let each: Option<Vec<_>> = parts.iter().map(|part| required(part, good)).collect();
            let all: Vec<String> = each?.into_iter().flatten().collect();
            (all.len() <= COUNT_MAX).then_some(all)
        }
        HirKind::Empty
        | HirKind::Literal(_)
        | HirKind::Class(_)
        | HirKind::Look(_)
        | HirKind::Repetition(_) => None,
    }
}

/// The one text that a tree matches, in lower case: a literal, or a letter in both cases.
fn exactly(tree: &Hir) -> Option<String> {
    let letters: Vec<char> = match tree.kind() {
        HirKind::Literal(literal) => {
            return Some(std::str::from_utf8(&literal.0).ok()?.to_lowercase());
        }
        HirKind::Class(Class::Unicode(class)) if class.ranges().len() <= 2 => {
            class.ranges().iter().flat_map(|range| [range.start(), range.end()]).collect()
        }
        HirKind::Class(Class::Bytes(class)) if class.ranges().len() <= 2 => {
            let bytes = class.ranges().iter().flat_map(|range| [range.start(), range.end()]);
            bytes.map(char::from).collect()
        }
        _ => return None,
    };
    let first = letters.first()?.to_ascii_lowercase();
    let same = letters.iter().all(|letter| letter.to_ascii_lowercase() == first);
    // Two ranges of one letter each, or one of them.
    (same && first.is_ascii_alphabetic()).then(|| first.to_string())
}

/// The texts that neighbouring parts of a sequence match together.
fn runs(parts: &[Hir]) -> impl Iterator<Item = String> {
    let exact: Vec<Option<String>> = parts.iter().map(exactly).collect();
    let runs: Vec<String> =
        exact.split(Option::is_none).map(|run| run.iter().flatten().cloned().collect()).collect();
    runs.into_iter().filter(|run| !run.is_empty())
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
        let cases: [(&str, Option<&[&str]>); 7] = [
            (r"\bsteps? to build", Some(&[" to build"])),
            (r"(?:pipe|nail) ?bombs?", Some(&["bomb"])),
            (r"(?:pipe|[0-9])x", None),
            (r"(?:bomb)?x", None),
            (r"(?:Bomb)+", Some(&["bomb"])),
            (r"(?i-u:api)[_-](?i-u:key|token)", Some(&["key", "token"])),
            (r"制作.{0,8}炸弹", Some(&["炸弹"])),
        ];
        for (source, expected) in cases {
            let found = required(&tree(source, false).unwrap(), of_regex);
            let expected =
                expected.map(|literals| literals.iter().map(ToString::to_string).collect());
            assert_eq!(found, expected, "{source}");
        }
    }
}
