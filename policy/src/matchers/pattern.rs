//! Regexes of rules. They match without regard to case, in the clean and the folded view.
//!
//! Every start is tried by itself, and matches may overlap: so what is found does not depend on
//! where a search began, and a stream finds what a whole text shows. Repetitions are bounded, so
//! every match has an end.

use std::ops::Range;

use regex_automata::{Anchored, Input, meta, util::syntax};
use regex_syntax::hir::{Hir, HirKind, Repetition};

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
}

impl Pattern {
    /// Compiles a regex; also its syntax tree. An error is a sentence.
    pub(super) fn new(source: &str, max_len: Option<u32>) -> Result<(Self, Hir), String> {
        let repeats = max_len.unwrap_or(REPEATS);
        if repeats == 0 || repeats > REPEATS_MAX {
            return Err(format!("max_len is {repeats}: write 1 to {REPEATS_MAX}"));
        }
        let tree = bounded(&tree(source, true)?, repeats);
        if tree.properties().minimum_len().is_none() {
            return Err(format!("the regex `{source}` can never match: remove it"));
        }
        if tree.properties().minimum_len() == Some(0) {
            return Err(format!("the regex `{source}` matches the empty text: demand a character"));
        }
        let regex = compile(&tree).map_err(|_| {
            format!("the regex `{source}` is too large: write narrower classes or a lower max_len")
        })?;
        let literals = literals::required(&self::tree(source, false)?).unwrap_or_default();
        Ok((Self { regex, literals }, tree))
    }

    /// One of these stands in every match; empty when nothing is known.
    pub(super) fn literals(&self) -> &[String] {
        &self.literals
    }

    pub(super) const fn has_literals(&self) -> bool {
        !self.literals.is_empty()
    }

    /// Calls `found` for the match at every start within `bytes` that has one.
    pub(super) fn scan(&self, text: &str, bytes: Range<usize>, found: impl FnMut(Range<usize>)) {
        every_start(&self.regex, text, bytes, found);
    }
}

/// Calls `found` for the match at every start within `bytes` that has one.
pub(super) fn every_start(
    regex: &meta::Regex,
    text: &str,
    bytes: Range<usize>,
    mut found: impl FnMut(Range<usize>),
) {
    let mut from = bytes.start;
    while let Some(hit) = regex.search(&Input::new(text).span(from..bytes.end)) {
        found(hit.range());
        let next = text.get(hit.start()..).and_then(|rest| rest.chars().next());
        from = hit.start() + next.map_or(1, char::len_utf8);
        if from > bytes.end {
            break;
        }
    }
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

/// The tree with `repeats` as the limit of every repetition that has none.
pub(super) fn bounded(tree: &Hir, repeats: u32) -> Hir {
    match tree.kind() {
        HirKind::Repetition(repetition) => Hir::repetition(Repetition {
            min: repetition.min,
            max: Some(repetition.max.unwrap_or_else(|| repeats.max(repetition.min))),
            greedy: repetition.greedy,
            sub: Box::new(bounded(&repetition.sub, repeats)),
        }),
        HirKind::Capture(capture) => bounded(&capture.sub, repeats),
        HirKind::Concat(parts) => {
            Hir::concat(parts.iter().map(|part| bounded(part, repeats)).collect())
        }
        HirKind::Alternation(parts) => {
            Hir::alternation(parts.iter().map(|part| bounded(part, repeats)).collect())
        }
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => tree.clone(),
    }
}
