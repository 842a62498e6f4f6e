//! What rules look for, compiled together: one pass finds all terms, secret keywords and literals
//! that regexes require; only the regexes that can match then run.

mod checksum;
mod entities;
mod literals;
mod pattern;
mod pending;
mod personal;
mod secrets;
mod terms;

use std::{fmt, ops::Range};

use regex_syntax::hir::Hir;
use types::Span;

use crate::{
    Hook, PolicyError,
    normalise::{View, Views},
    pack::MatcherText,
};
use entities::{Entities, Entity};
use pattern::Pattern;
pub(crate) use pattern::tree;
use pending::Pending;
use terms::{Target, Terms};

/// A set of matchers any of which satisfies one part of a rule.
pub(crate) type ClauseId = usize;

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) clause: ClauseId,
    pub(crate) kind: Kind,
    pub(crate) span: Span,
    /// Found only after undoing a disguise.
    pub(crate) disguised: bool,
}

/// What matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Term,
    Regex,
    Pii(&'static str),
    Secret(&'static str),
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Term => f.write_str("term"),
            Self::Regex => f.write_str("regex"),
            Self::Pii(name) => write!(f, "pii.{name}"),
            Self::Secret(name) => write!(f, "secret.{name}"),
        }
    }
}

/// All matchers of a pack.
#[derive(Debug)]
pub(crate) struct Matchers {
    terms: Terms,
    patterns: Vec<(Pattern, ClauseId)>,
    entities: Entities,
    pending: [Pending; 2],
    uses: Vec<Uses>,
}

/// Which checks a clause makes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Uses {
    pub(crate) terms: bool,
    pub(crate) regex: bool,
    pub(crate) pii: bool,
    pub(crate) secrets: bool,
}

impl Uses {
    pub(crate) const fn or(self, other: Self) -> Self {
        Self {
            terms: self.terms || other.terms,
            regex: self.regex || other.regex,
            pii: self.pii || other.pii,
            secrets: self.secrets || other.secrets,
        }
    }
}

impl Matchers {
    /// Everything that begins at code point `from` or later.
    pub(crate) fn scan(&self, views: &Views<'_>, from: usize) -> Vec<Hit> {
        let mut hits = Vec::new();
        self.scan_view(&views.clean, from, &mut |clause, kind, bytes| {
            let disguised = views.clean.is_disguised(bytes.clone());
            hits.push(Hit { clause, kind, span: views.clean.span(bytes), disguised });
        });
        // Personal data and secrets are not written in disguise: their digits would be lost.
        let bytes = views.clean.byte_of(from)..views.clean.text().len();
        self.entities.scan(views.clean.text(), bytes, &mut |entity, clause, bytes| {
            let disguised = views.clean.is_disguised(bytes.clone());
            hits.push(Hit { clause, kind: entity.kind, span: views.clean.span(bytes), disguised });
        });
        if let Some(folded) = &views.folded {
            self.scan_view(folded, from, &mut |clause, kind, bytes| {
                if folded.is_disguised(bytes.clone()) {
                    hits.push(Hit { clause, kind, span: folded.span(bytes), disguised: true });
                }
            });
        }
        hits.retain(|hit| hit.span.start >= from);
        hits
    }

    /// The first code point that more text could make part of a match, under rules for `hook`.
    pub(crate) fn pending(&self, hook: Hook, views: &Views<'_>) -> Option<usize> {
        let [input, output] = &self.pending;
        let pending = if hook == Hook::Input { input } else { output };
        let in_view = |view: &View<'_>| {
            let at = pending.find(view.text());
            (at < view.text().len()).then(|| view.span(at..view.text().len()).start)
        };
        let folded = views.folded.as_ref().and_then(in_view);
        in_view(&views.clean).into_iter().chain(folded).min()
    }

    /// How many clauses there are.
    pub(crate) const fn clauses(&self) -> usize {
        self.uses.len()
    }

    pub(crate) fn uses(&self, clause: ClauseId) -> Uses {
        self.uses.get(clause).copied().unwrap_or_default()
    }

    fn scan_view(
        &self,
        view: &View<'_>,
        from: usize,
        found: &mut impl FnMut(ClauseId, Kind, Range<usize>),
    ) {
        let mut wanted = vec![false; self.patterns.len()];
        self.terms.scan(view, |target, bytes| match target {
            Target::Term { clauses, .. } => {
                for clause in clauses {
                    found(*clause, Kind::Term, bytes.clone());
                }
            }
            Target::Literal(patterns) => {
                for pattern in patterns {
                    if let Some(wanted) = wanted.get_mut(*pattern) {
                        *wanted = true;
                    }
                }
            }
        });
        let bytes = view.byte_of(from)..view.text().len();
        for ((pattern, clause), wanted) in self.patterns.iter().zip(wanted) {
            if wanted || !pattern.has_literals() {
                pattern
                    .scan(view.text(), bytes.clone(), |bytes| found(*clause, Kind::Regex, bytes));
            }
        }
    }
}

/// Collects what the rules of a pack look for.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    terms: terms::Builder,
    patterns: Vec<(Pattern, ClauseId)>,
    entities: Vec<(&'static Entity, ClauseId)>,
    pending: [Pending; 2],
    uses: Vec<Uses>,
}

impl Builder {
    /// A new clause of any of `parts`, for streams before and after generation. An error is a
    /// sentence about the matcher.
    pub(crate) fn clause(
        &mut self,
        parts: &[MatcherText],
        hooks: &[Hook],
    ) -> Result<ClauseId, String> {
        let clause = self.uses.len();
        if parts.is_empty() || parts.iter().any(MatcherText::is_empty) {
            return Err("a matcher is empty: give it terms, regex, pii or secrets".into());
        }
        let mut uses = Uses::default();
        for part in parts {
            uses.terms |= !part.terms.is_empty();
            uses.regex |= !part.regex.is_empty();
            uses.pii |= !part.pii.is_empty();
            uses.secrets |= !part.secrets.is_empty();
            for tree in self.part(part, clause)? {
                for (pending, hook) in self.pending.iter_mut().zip([Hook::Input, Hook::Output]) {
                    if hooks.contains(&hook) {
                        pending.watch(tree.clone());
                    }
                }
            }
        }
        self.uses.push(uses);
        Ok(clause)
    }

    fn part(&mut self, part: &MatcherText, clause: ClauseId) -> Result<Vec<Hir>, String> {
        let mut trees = Vec::new();
        for term in &part.terms {
            trees.extend(self.terms.term(term, clause)?);
        }
        for source in &part.regex {
            let (pattern, tree) = Pattern::new(source, part.max_len)?;
            for literal in pattern.literals() {
                self.terms.literal(literal, self.patterns.len());
            }
            self.patterns.push((pattern, clause));
            trees.push(tree);
        }
        let personal = part.pii.iter().map(|name| entities::named(personal::ALL, "pii", name));
        let secrets =
            part.secrets.iter().map(|name| entities::named(secrets::ALL, "secrets", name));
        for named in personal.chain(secrets) {
            for entity in named? {
                self.entities.push((entity, clause));
                trees.push(entity.tree()?);
            }
        }
        Ok(trees)
    }

    pub(crate) fn build(self) -> Result<Matchers, PolicyError> {
        Ok(Matchers {
            terms: self.terms.build().map_err(PolicyError::TooLarge)?,
            patterns: self.patterns,
            entities: Entities::new(self.entities).map_err(PolicyError::TooLarge)?,
            pending: self.pending,
            uses: self.uses,
        })
    }
}
