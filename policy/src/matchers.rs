//! What rules look for, compiled together: one pass finds all terms, secret keywords and literals
//! that regexes require; only the regexes that can match then run.

mod checksum;
mod classes;
mod entities;
mod literals;
mod pattern;
mod pending;
mod personal;
mod secrets;
mod telephone;
mod terms;

use std::{fmt, ops::Range};

use regex_syntax::hir::Hir;
use types::{Category, Span};

use crate::{
    Hook, PolicyError,
    classify::Sentence,
    normalise::{View, Views},
    pack::MatcherText,
};
pub(crate) use classes::{Class, name};
pub(crate) use entities::BEFORE;
use entities::{Announced, Entities, Entity, Form};
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
    /// How sure it is, in thousandths.
    pub(crate) score: u16,
    /// What in the span is to be shown, if not all of it.
    pub(crate) marks: Vec<Span>,
}

impl Hit {
    /// A match of something that is there or not.
    const fn sure(clause: ClauseId, kind: Kind, span: Span, disguised: bool) -> Self {
        Self { clause, kind, span, disguised, score: 1000, marks: Vec::new() }
    }
}

/// What matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Term,
    Regex,
    Pii(&'static str),
    Secret(&'static str),
    Classifier(Category),
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Term => f.write_str("term"),
            Self::Regex => f.write_str("regex"),
            Self::Pii(name) => write!(f, "pii.{name}"),
            Self::Secret(name) => write!(f, "secret.{name}"),
            Self::Classifier(category) => write!(f, "classifier.{}", name(*category)),
        }
    }
}

/// All matchers of a pack.
#[derive(Debug)]
pub(crate) struct Matchers {
    terms: Terms,
    detectors: Vec<Detector>,
    /// Those of the entities that no literal announces: numbers.
    numbers: Entities,
    classes: Vec<Class>,
    pending: [Pending; 2],
    uses: Vec<Uses>,
}

/// A pattern of some clauses.
#[derive(Debug)]
struct Detector {
    pattern: Pattern,
    kind: Kind,
    /// What the pattern found must pass, for personal data and secrets.
    check: fn(&str) -> bool,
    clauses: Vec<ClauseId>,
}

/// Which checks a clause makes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Uses {
    pub(crate) terms: bool,
    pub(crate) regex: bool,
    pub(crate) pii: bool,
    pub(crate) secrets: bool,
    pub(crate) classifier: bool,
}

impl Uses {
    pub(crate) const fn or(self, other: Self) -> Self {
        Self {
            terms: self.terms || other.terms,
            regex: self.regex || other.regex,
            pii: self.pii || other.pii,
            secrets: self.secrets || other.secrets,
            classifier: self.classifier || other.classifier,
        }
    }
}

impl Matchers {
    /// Everything that begins at code point `from` or later and that a clause in force wants.
    pub(crate) fn scan(
        &self,
        views: &Views<'_>,
        from: usize,
        wants: &dyn Fn(ClauseId) -> bool,
    ) -> Vec<Hit> {
        let clean = &views.clean;
        let mut hits = Vec::new();
        let mut found = |clause, kind, bytes: Range<usize>| {
            let disguised = clean.is_disguised(bytes.clone());
            hits.push(Hit::sure(clause, kind, clean.span(bytes), disguised));
        };
        self.scan_view(clean, from, wants, &mut found);
        if self.numbers.clauses().any(wants) {
            self.numbers.scan(clean, clean.byte_of(from), &mut found);
        }
        if let Some(folded) = &views.folded {
            self.scan_view(folded, from, wants, &mut |clause, kind, bytes| {
                // The digits of personal data and secrets are lost in the folded view.
                let words = matches!(kind, Kind::Term | Kind::Regex);
                if words && folded.is_disguised(bytes.clone()) {
                    hits.push(Hit::sure(clause, kind, folded.span(bytes), true));
                }
            });
        }
        hits.retain(|hit| hit.span.start >= from && wants(hit.clause));
        hits
    }

    /// What a sentence is about, for clauses that are wanted.
    pub(crate) fn classified(
        &self,
        sentence: &Sentence<'_>,
        wants: &dyn Fn(ClauseId) -> bool,
    ) -> Vec<Hit> {
        self.classes(wants).filter_map(|class| class.hit(sentence)).collect()
    }

    /// Categories that wanted clauses ask the classifier for.
    pub(crate) fn classes(&self, wants: impl Fn(ClauseId) -> bool) -> impl Iterator<Item = &Class> {
        self.classes.iter().filter(move |class| wants(class.clause))
    }

    /// The first code point from which a match under rules for `hook` may reach beyond code point
    /// `end`, where a unit starts; `end` when there is none.
    pub(crate) fn pending(&self, hook: Hook, views: &Views<'_>, end: usize) -> usize {
        let [input, output] = &self.pending;
        let pending = if hook == Hook::Input { input } else { output };
        let in_view = |view: &View<'_>| {
            let bytes = view.byte_of(end);
            let at = pending.find(view.text().get(..bytes).unwrap_or_default());
            if at < bytes { view.span(at..bytes).start } else { end }
        };
        views.folded.as_ref().map_or(end, in_view).min(in_view(&views.clean))
    }

    /// Gives back the memory in which searches keep what they have learned.
    pub(crate) fn forget(&mut self) {
        self.detectors.iter_mut().for_each(|detector| detector.pattern.forget());
        self.numbers.forget();
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
        wants: &dyn Fn(ClauseId) -> bool,
        found: &mut impl FnMut(ClauseId, Kind, Range<usize>),
    ) {
        let (text, from) = (view.text(), view.byte_of(from));
        let mut starts: Vec<Vec<Range<usize>>> = vec![Vec::new(); self.detectors.len()];
        self.terms.scan(view, |target, bytes| match target {
            Target::Term { clauses, .. } => {
                for clause in clauses {
                    found(*clause, Kind::Term, bytes.clone());
                }
            }
            Target::Literal(detectors) => {
                for (at, detector) in
                    detectors.iter().filter_map(|at| Some((*at, self.detectors.get(*at)?)))
                {
                    if let Some(starts) = starts.get_mut(at) {
                        pattern::extend(starts, detector.pattern.starts(text, &bytes));
                    }
                }
            }
        });
        for (detector, starts) in self.detectors.iter().zip(starts) {
            if !detector.clauses.iter().any(|clause| wants(*clause)) {
                continue;
            }
            let everywhere = (!detector.pattern.has_literals()).then_some(0..text.len());
            for starts in starts.into_iter().chain(everywhere) {
                let starts = starts.start.max(from)..starts.end;
                detector.pattern.scan(text, starts, |bytes| {
                    if text.get(bytes.clone()).is_some_and(detector.check) {
                        for clause in &detector.clauses {
                            found(*clause, detector.kind, bytes.clone());
                        }
                    }
                });
            }
        }
    }
}

/// Collects what the rules of a pack look for.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    terms: terms::Builder,
    detectors: Vec<Detector>,
    numbers: Vec<(Form, ClauseId)>,
    classes: Vec<Class>,
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
            return Err(
                "a matcher is empty: give it terms, regex, pii, secrets or a classifier".into()
            );
        }
        let mut uses = Uses::default();
        for part in parts {
            uses.terms |= !part.terms.is_empty();
            uses.regex |= !part.regex.is_empty();
            uses.pii |= !part.pii.is_empty();
            uses.secrets |= !part.secrets.is_empty();
            uses.classifier |= part.classifier.is_some();
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

    /// Whether a clause asks the classifier.
    pub(crate) fn is_class(&self, clause: ClauseId) -> bool {
        self.uses.get(clause).is_some_and(|uses| uses.classifier)
    }

    fn part(&mut self, part: &MatcherText, clause: ClauseId) -> Result<Vec<Hir>, String> {
        let mut trees = Vec::new();
        for term in &part.terms {
            trees.push(self.terms.term(term, clause)?);
        }
        for source in &part.regex {
            let (pattern, tree) = Pattern::new(source, part.max_len)?;
            self.detector(Detector {
                pattern,
                kind: Kind::Regex,
                check: |_| true,
                clauses: vec![clause],
            });
            trees.push(tree);
        }
        if let Some(classifier) = &part.classifier {
            self.classes.push(Class::new(classifier, clause)?);
        }
        let personal = part.pii.iter().map(|name| entities::named(personal::ALL, "pii", name));
        let secrets =
            part.secrets.iter().map(|name| entities::named(secrets::ALL, "secrets", name));
        for named in personal.chain(secrets) {
            for entity in named? {
                self.entity(entity, clause)?;
                trees.push(entity.tree()?);
                for form in
                    personal::ANNOUNCED.iter().filter(|form| form.entity.kind == entity.kind)
                {
                    let Announced { entity, by } = form;
                    self.numbers.push((Form { entity, by: Some(*by) }, clause));
                    trees.push(entity.tree()?);
                }
            }
        }
        Ok(trees)
    }

    fn entity(&mut self, entity: &'static Entity, clause: ClauseId) -> Result<(), String> {
        let known = self.detectors.iter_mut().find(|detector| detector.kind == entity.kind);
        if let Some(known) = known {
            known.clauses.push(clause);
            return Ok(());
        }
        let pattern = Pattern::of_entity(&entity.tree()?)?;
        if pattern.has_literals() {
            self.detector(Detector {
                pattern,
                kind: entity.kind,
                check: entity.check,
                clauses: vec![clause],
            });
        } else {
            self.numbers.push((Form { entity, by: None }, clause));
        }
        Ok(())
    }

    fn detector(&mut self, detector: Detector) {
        for literal in detector.pattern.literals() {
            self.terms.literal(literal, self.detectors.len());
        }
        self.detectors.push(detector);
    }

    pub(crate) fn build(self) -> Result<Matchers, PolicyError> {
        Ok(Matchers {
            terms: self.terms.build().map_err(PolicyError::TooLarge)?,
            detectors: self.detectors,
            numbers: Entities::new(self.numbers).map_err(PolicyError::TooLarge)?,
            classes: self.classes,
            pending: self.pending,
            uses: self.uses,
        })
    }
}
