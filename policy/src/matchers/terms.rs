//! Terms: words and phrases, and the literals that regexes require, in one automaton.

use std::{collections::BTreeMap, ops::Range};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex_syntax::hir::Hir;

use super::{ClauseId, pattern};
use crate::normalise::{View, is_word};

/// Longer terms are quotations, not terms.
const TERM_MAX: usize = 200;

/// So many patterns are compiled to the faster automaton.
const DFA_MAX: usize = 2_000;

/// The automaton and what each of its patterns stands for.
#[derive(Debug)]
pub(super) struct Terms {
    automaton: AhoCorasick,
    targets: Vec<Target>,
}

/// What a pattern stands for.
#[derive(Debug)]
pub(super) enum Target {
    /// A term of some clauses.
    Term { clauses: Vec<ClauseId>, form: Form },
    /// A literal without which some regexes cannot match.
    Literal(Vec<usize>),
}

/// In which form a term stands in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    /// As a word.
    Word,
    /// As the beginning of a word: `poison*`.
    Beginning,
}

impl Terms {
    /// Calls `found` for every term that stands as its form demands, and every literal.
    pub(super) fn scan(&self, view: &View<'_>, mut found: impl FnMut(&Target, Range<usize>)) {
        for hit in self.automaton.find_overlapping_iter(view.text()) {
            let Some(target) = self.targets.get(hit.pattern().as_usize()) else { continue };
            let stands = match target {
                Target::Literal(_) => true,
                Target::Term { form, .. } => stands(view, hit.range(), *form),
            };
            if stands {
                found(target, hit.range());
            }
        }
    }
}

/// Whether a term has the borders of a word, if it is in a script that has them.
fn stands(view: &View<'_>, bytes: Range<usize>, form: Form) -> bool {
    let text = view.text();
    let before = text.get(..bytes.start).and_then(|text| text.chars().next_back());
    let after = text.get(bytes.end..).and_then(|text| text.chars().next());
    let inside = text.get(bytes).unwrap_or_default();
    let joins = |inner: Option<char>, outer: Option<char>| {
        inner.is_some_and(is_word) && outer.is_some_and(is_word)
    };
    let begins = !joins(inside.chars().next(), before);
    let ends = form == Form::Beginning || !joins(inside.chars().next_back(), after);
    begins && ends
}

/// Collects terms; one that several rules name is looked for once.
#[derive(Debug, Default)]
pub(super) struct Builder {
    terms: BTreeMap<(String, Form), Vec<ClauseId>>,
    literals: BTreeMap<String, Vec<usize>>,
}

impl Builder {
    /// Adds a term; what a stream must watch for.
    pub(super) fn term(&mut self, term: &str, clause: ClauseId) -> Result<Hir, String> {
        let (text, form) = match term.strip_suffix('*') {
            Some(beginning) => (beginning, Form::Beginning),
            None => (term, Form::Word),
        };
        let text = as_seen(text);
        if text.trim().is_empty() || text.trim() != text {
            return Err(format!("the term `{term}` is empty or begins or ends with white space"));
        }
        if text.chars().count() > TERM_MAX {
            return Err(format!(
                "the term `{term}` is longer than {TERM_MAX} characters: use a shorter part"
            ));
        }
        let tree = pattern::literal(&text)?;
        self.terms.entry((text, form)).or_default().push(clause);
        Ok(tree)
    }

    /// Adds a literal that the regex of this number requires.
    pub(super) fn literal(&mut self, literal: &str, pattern: usize) {
        self.literals.entry(literal.to_owned()).or_default().push(pattern);
    }

    pub(super) fn build(self) -> Result<Terms, String> {
        let (mut patterns, mut targets) = (Vec::new(), Vec::new());
        for ((text, form), mut clauses) in self.terms {
            clauses.dedup();
            patterns.push(text);
            targets.push(Target::Term { clauses, form });
        }
        for (text, mut regexes) in self.literals {
            regexes.dedup();
            patterns.push(text);
            targets.push(Target::Literal(regexes));
        }
        // Faster, and larger: too large for long word lists.
        let kind = (patterns.len() <= DFA_MAX).then_some(AhoCorasickKind::DFA);
        let automaton =
            AhoCorasick::builder().ascii_case_insensitive(true).kind(kind).build(patterns);
        Ok(Terms { automaton: automaton.map_err(|error| error.to_string())?, targets })
    }
}

/// A term as the clean view shows it: NFKC, lower case.
fn as_seen(term: &str) -> String {
    let views = crate::normalise::Views::of(term);
    views.clean.text().to_lowercase()
}
