//! Regexes of rules. They match without regard to case, in the clean and the folded view.
//!
//! Every start is tried by itself, and matches may overlap: so what is found does not depend on
//! where a search began, and a stream finds what a whole text shows. Repetitions are bounded, so
//! every match has an end.

use std::ops::Range;

use regex_automata::{Anchored, Input, meta, util::syntax};
use regex_syntax::hir::{Hir, HirKind, Look, Repetition};

use super::literals;

/// How often an unbounded repetition repeats when a rule does not say.
const REPEATS: u32 = 64;
/// A longer repetition would keep a stream waiting.
const REPEATS_MAX: u32 = 512;
/// Memory for one regex.
const BYTES_MAX: usize = 8 << 20;

/// A regex of a rule.
#[derive(Debug)]
pub(super) struct Pattern {
    regex: meta::Regex,
    literals: Vec<String>,
    /// The longest match in bytes.
    longest: usize,
}

impl Pattern {
    /// Compiles a regex; also its syntax tree. An error is a sentence.
    pub(super) fn new(source: &str, max_len: Option<u32>) -> Result<(Self, Hir), String> {
        let repeats = max_len.unwrap_or(REPEATS);
        if repeats == 0 || repeats > REPEATS_MAX {
            return Err(format!("max_len is {repeats}: write 1 to {REPEATS_MAX}"));
        }
        let tree = ascii_borders(&bounded(&tree(source, true)?, repeats));
        if tree.properties().minimum_len().is_none() {
            return Err(format!("the regex `{source}` can never match: remove it"));
        }
        if tree.properties().minimum_len() == Some(0) {
            return Err(format!("the regex `{source}` matches the empty text: demand a character"));
        }
        let regex = compile(&tree).map_err(|_| {
            format!("the regex `{source}` is too large: write narrower classes or a lower max_len")
        })?;
        let literals = literals::required(&self::tree(source, false)?, literals::of_regex);
        Ok((Self::compiled(regex, literals, &tree), tree))
    }

    /// Compiles the tree of a kind of personal data or secret.
    pub(super) fn of_entity(tree: &Hir) -> Result<Self, String> {
        let literals = literals::required(tree, literals::of_entity);
        Ok(Self::compiled(compile(tree)?, literals, tree))
    }

    fn compiled(regex: meta::Regex, literals: Option<Vec<String>>, tree: &Hir) -> Self {
        let longest = tree.properties().maximum_len().unwrap_or(usize::MAX);
        Self { regex, literals: literals.unwrap_or_default(), longest }
    }

    /// One of these stands in every match; empty when nothing is known.
    pub(super) fn literals(&self) -> &[String] {
        &self.literals
    }

    pub(super) const fn has_literals(&self) -> bool {
        !self.literals.is_empty()
    }

    /// Where matches that hold a literal at `bytes` can begin.
    pub(super) fn starts(&self, text: &str, bytes: &Range<usize>) -> Range<usize> {
        text.floor_char_boundary(bytes.end.saturating_sub(self.longest))..bytes.start + 1
    }

    /// Gives back the memory of its searches: a clone has the same program and an empty cache.
    pub(super) fn forget(&mut self) {
        self.regex = self.regex.clone();
    }

    /// Calls `found` for the match at every start within `starts` that has one.
    pub(super) fn scan(
        &self,
        text: &str,
        starts: Range<usize>,
        mut found: impl FnMut(Range<usize>),
    ) {
        let mut from = starts.start;
        // No match that begins in time ends later.
        let end = text.ceil_char_boundary(starts.end.saturating_add(self.longest).min(text.len()));
        while from < starts.end {
            let hit = self.regex.search(&Input::new(text).span(from..end));
            let Some(hit) = hit.filter(|hit| hit.start() < starts.end) else { break };
            found(hit.range());
            let next = text.get(hit.start()..).and_then(|rest| rest.chars().next());
            from = hit.start() + next.map_or(1, char::len_utf8);
        }
    }
}

/// Adds a range to ranges, joining it to the last ones that it touches. Ranges come in the order of
/// the ends of literals, so their starts rise but for the literals' lengths.
pub(super) fn extend(ranges: &mut Vec<Range<usize>>, mut range: Range<usize>) {
    while let Some(last) = ranges.pop_if(|last| range.start <= last.end && last.start <= range.end)
    {
        range = last.start.min(range.start)..last.end.max(range.end);
    }
    ranges.push(range);
}

/// The match that begins exactly at byte `at`.
pub(super) fn at(regex: &meta::Regex, text: &str, at: usize) -> Option<Range<usize>> {
    let input = Input::new(text).span(at..text.len()).anchored(Anchored::Yes);
    regex.search(&input).map(|hit| hit.range())
}

/// The syntax tree of a regex.
pub(crate) fn tree(source: &str, any_case: bool) -> Result<Hir, String> {
    let config = syntax::Config::new().case_insensitive(any_case);
    syntax::parse_with(source, &config).map_err(|error| {
        let reason = error.to_string();
        format!("the regex `{source}` is not one: {}", reason.lines().last().unwrap_or_default())
    })
}

/// The tree of a literal without regard to case.
pub(super) fn literal(text: &str) -> Result<Hir, String> {
    tree(&regex_syntax::escape(text), true)
}

/// Compiles a tree.
pub(super) fn compile(tree: &Hir) -> Result<meta::Regex, String> {
    compile_all(std::slice::from_ref(tree))
}

/// Compiles several trees to one regex that matches where any of them does.
pub(super) fn compile_all(trees: &[Hir]) -> Result<meta::Regex, String> {
    let config =
        meta::Config::new().nfa_size_limit(Some(BYTES_MAX)).hybrid_cache_capacity(BYTES_MAX);
    let built = meta::Builder::new().configure(config).build_many_from_hir(trees);
    built.map_err(|error| error.to_string())
}

/// The tree with ASCII word borders for Unicode ones: a Unicode `\b` is none between a Han
/// character and a Latin one, and it makes searches in Chinese slow.
fn ascii_borders(tree: &Hir) -> Hir {
    map(tree, &|tree| match tree.kind() {
        HirKind::Look(Look::WordUnicode) => Some(Hir::look(Look::WordAscii)),
        _ => None,
    })
}

/// The tree with `repeats` as the limit of every repetition that has none.
pub(super) fn bounded(tree: &Hir, repeats: u32) -> Hir {
    map(tree, &|tree| match tree.kind() {
        HirKind::Repetition(Repetition { min, max: None, greedy, sub }) => {
            let max = Some(repeats.max(*min));
            let sub = Box::new(bounded(sub, repeats));
            Some(Hir::repetition(Repetition { min: *min, max, greedy: *greedy, sub }))
        }
        _ => None,
    })
}

/// The tree with the parts that `change` changes, without captures.
fn map(tree: &Hir, change: &dyn Fn(&Hir) -> Option<Hir>) -> Hir {
    if let Some(changed) = change(tree) {
        return changed;
    }
    let each = |parts: &[Hir]| parts.iter().map(|part| map(part, change)).collect();
    match tree.kind() {
        HirKind::Repetition(repetition) => {
            Hir::repetition(repetition.with(map(&repetition.sub, change)))
        }
        HirKind::Capture(capture) => map(&capture.sub, change),
        HirKind::Concat(parts) => Hir::concat(each(parts)),
        HirKind::Alternation(parts) => Hir::alternation(each(parts)),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => tree.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str, text: &str) -> Vec<Range<usize>> {
        let (pattern, _) = Pattern::new(source, None).unwrap();
        let mut found = Vec::new();
        pattern.scan(text, 0..text.len(), |bytes| found.push(bytes));
        found
    }

    #[test]
    fn every_start_has_its_match_and_a_border_stands_beside_han() {
        assert_eq!(found("[ab]{1,3}", "aba"), [0..3, 1..3, 2..3]);
        assert_eq!(found("ab+", "abb abx"), [0..3, 4..6]);
        assert_eq!(found(r"\bak47\b", "用AK47射击，AK47"), [3..7, 16..20]);
        assert!(found(r"\bak47\b", "xAK47").is_empty());
    }

    #[test]
    fn ranges_that_touch_are_joined() {
        let mut ranges = vec![];
        for range in [0..5, 8..10, 3..9, 20..21] {
            extend(&mut ranges, range);
        }
        assert_eq!(ranges, [0..10, 20..21]);
    }

    proptest::proptest! {
        /// Where its literals stand is enough to find every match.
        #[test]
        fn literals_lead_to_every_match(text in "[a-d弹 ]{0,30}") {
            for source in ["abc[a-d ]{0,4}bcd", "(?:abc|弹a) ?b", "a{2,3}弹弹"] {
                let (pattern, _) = Pattern::new(source, None).unwrap();
                let mut all = Vec::new();
                pattern.scan(&text, 0..text.len(), |bytes| all.push(bytes));
                let mut led = Vec::new();
                for literal in pattern.literals() {
                    for (at, _) in text.match_indices(literal.as_str()) {
                        let starts = pattern.starts(&text, &(at..at + literal.len()));
                        pattern.scan(&text, starts, |bytes| led.push(bytes));
                    }
                }
                led.sort_by_key(|bytes| bytes.start);
                led.dedup();
                proptest::prop_assert_eq!(&all, &led);
            }
        }
    }
}
