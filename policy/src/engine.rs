//! The engine: a pack that passed its own tests, ready to judge.

use std::{fmt, sync::Arc};

use types::{Action, Category, CheckRun, Decision, PolicyVersion, Role};

use crate::{
    CategoryScore, Judgement, NEWSROOM_PACK, PolicyError, Scope, StreamJudge,
    classify::{self, Classifying, Model, Scores},
    judgement::{joined, redact},
    ledger::Ledger,
    matchers::{Builder, Matchers, Uses, name},
    normalise::{Views, segment},
    pack::{Mode, Pack},
    rule::Rule,
    trial,
};

/// A pack that is ready to judge; clones share it.
#[derive(Debug, Clone)]
pub struct Engine(Arc<Compiled>);

/// A compiled pack.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) rules: Vec<Rule>,
    pub(crate) matchers: Matchers,
    pub(crate) model: &'static Model,
    version: PolicyVersion,
}

impl Engine {
    /// The engine of [`NEWSROOM_PACK`].
    ///
    /// # Errors
    /// None in a build whose tests pass.
    pub fn newsroom() -> Result<Self, PolicyError> {
        Self::from_toml(NEWSROOM_PACK)
    }

    /// Reads a pack and runs its inline tests.
    ///
    /// # Errors
    /// [`PolicyError`] when the pack cannot be read, a rule makes no sense, or a test fails.
    pub fn from_toml(text: &str) -> Result<Self, PolicyError> {
        Self::tested(&Pack::parse(text)?)
    }

    /// Reads a base pack and what an organisation adds to it. The overlay cannot change, switch off
    /// or take back a rule of the base.
    ///
    /// # Errors
    /// As [`Engine::from_toml`]; also when the overlay has a rule with the id of one of the base.
    pub fn layered(base: &str, overlay: &str) -> Result<Self, PolicyError> {
        Self::tested(&Pack::parse(base)?.with_overlay(Pack::parse(overlay)?)?)
    }

    fn tested(pack: &Pack) -> Result<Self, PolicyError> {
        let engine = Self::compile(pack)?;
        let report = trial::run(pack, &engine);
        if !report.failed.is_empty() {
            return Err(PolicyError::Tests(report.failed));
        }
        // The tests go through every rule, which what is judged later mostly does not.
        Ok(match Arc::try_unwrap(engine.0) {
            Ok(mut compiled) => {
                compiled.matchers.forget();
                Self(Arc::new(compiled))
            }
            Err(shared) => Self(shared),
        })
    }

    /// Compiles a pack without running its tests.
    pub(crate) fn compile(pack: &Pack) -> Result<Self, PolicyError> {
        let mut builder = Builder::default();
        let mut rules: Vec<Rule> = Vec::new();
        for (text, line) in pack.rules() {
            let rule = Rule::build(text, line, &mut builder)?;
            if rules.iter().any(|other| other.id == rule.id) {
                let reason = "another rule has this id: give each its own".to_owned();
                return Err(PolicyError::Rule { rule: rule.id, line, reason });
            }
            rules.push(rule);
        }
        let matchers = builder.build()?;
        let model = Model::built_in()?;
        Ok(Self(Arc::new(Compiled { rules, matchers, model, version: pack.version() })))
    }

    /// Judges a whole text.
    #[must_use]
    pub fn judge(&self, scope: &Scope, text: &str) -> Judgement {
        let mut ledger = self.ledger(scope);
        let mut classifying = self.classifying(&ledger);
        let units = classifying.as_ref().map(|_| segment(text, 0, 0).units);
        let views = match &units {
            Some(units) => Views::with_units(text, units),
            None => Views::of(text),
        };
        let mut hits = self.0.matchers.scan(&views, 0, &|clause| ledger.wants(clause));
        if let Some((classifying, units)) = classifying.as_mut().zip(units) {
            for sentence in classify::split(text, &units) {
                let part = views.part(text, &units, sentence.clone());
                let sentence = classifying.read(units.get(sentence).unwrap_or_default(), part);
                hits.extend(self.0.matchers.classified(&sentence, &|clause| ledger.wants(clause)));
            }
        }
        ledger.add(hits, None);
        self.judgement(scope, &ledger, text, classifying.map(|classifying| classifying.best()))
    }

    /// How much a text is about each of OpenAI's categories, and whether it tries to override
    /// instructions; whatever the rules ask for.
    #[must_use]
    pub fn scores(&self, text: &str) -> Vec<CategoryScore> {
        classify::scores(self.0.model, text)
    }

    /// The classifier, if a rule in force asks for it.
    pub(crate) fn classifying(&self, ledger: &Ledger) -> Option<Classifying> {
        ledger.classes().next().map(|_| Classifying::new(self.0.model))
    }

    /// Judges a text while it is being written.
    #[must_use]
    pub fn stream(&self, scope: &Scope) -> StreamJudge {
        StreamJudge::new(self.clone(), scope.clone())
    }

    /// The pack and the digest of its canonical form.
    #[must_use]
    pub fn version(&self) -> &PolicyVersion {
        &self.0.version
    }

    /// Whether some rule looks for a category; off and in shadow count as no and yes.
    #[must_use]
    pub fn covers(&self, category: Category) -> bool {
        self.0.rules.iter().any(|rule| rule.category == category && rule.mode != Mode::Off)
    }

    /// Which roles may take a rule back for one request; `None` when no rule has this id.
    #[must_use]
    pub fn may_override(&self, rule: &str) -> Option<&[Role]> {
        self.0.rules.iter().find(|known| known.id == rule).map(Rule::may_override)
    }

    pub(crate) fn rules(&self) -> &[Rule] {
        &self.0.rules
    }

    pub(crate) fn matchers(&self) -> &Matchers {
        &self.0.matchers
    }

    pub(crate) fn ledger(&self, scope: &Scope) -> Ledger {
        let in_force: Vec<usize> = self.in_force(scope).collect();
        Ledger::new(self.0.clone(), &in_force, scope)
    }

    /// What a ledger says about the text it was filled from.
    pub(crate) fn judgement(
        &self,
        scope: &Scope,
        ledger: &Ledger,
        text: &str,
        scores: Option<Scores>,
    ) -> Judgement {
        let decision = Decision {
            action: ledger.action(),
            findings: ledger.findings(scope.language),
            checks: self.checks(scope, ledger, scores.as_ref()),
            policy: self.0.version.clone(),
        };
        let redactions = joined(ledger.redactions());
        let replaced = !redactions.is_empty() && decision.action < Action::Block;
        Judgement { decision, redacted: replaced.then(|| redact(text, 0, &redactions)) }
    }

    fn in_force(&self, scope: &Scope) -> impl Iterator<Item = usize> {
        let rules = self.0.rules.iter().enumerate();
        rules.filter(|(_, rule)| rule.applies(scope)).map(|(place, _)| place)
    }

    /// The checks that rules in force ask for: `ran`, or `no_rule`. Of the classifier also the
    /// digest of its model and its scores; of a rule that was taken back what it would have done.
    fn checks(&self, scope: &Scope, ledger: &Ledger, scores: Option<&Scores>) -> Vec<CheckRun> {
        let in_force = self.in_force(scope).filter_map(|place| self.0.rules.get(place));
        let clauses = in_force.flat_map(|rule| rule.when.clauses());
        let uses =
            clauses.map(|clause| self.0.matchers.uses(clause)).fold(Uses::default(), Uses::or);
        let ran = [
            ("terms", uses.terms),
            ("regex", uses.regex),
            ("pii", uses.pii),
            ("secrets", uses.secrets),
            ("classifier", uses.classifier),
        ];
        let outcome = |ran| if ran { "ran" } else { "no_rule" }.to_owned();
        let ran =
            ran.map(|(check, ran)| CheckRun { check: check.to_owned(), outcome: outcome(ran) });
        ran.into_iter()
            .chain(scores.into_iter().flat_map(|scores| self.scored(ledger, scores)))
            .chain(ledger.overridden().map(|(rule, action)| CheckRun {
                check: format!("override.{rule}"),
                outcome: action.to_string(),
            }))
            .collect()
    }

    /// In few words, because a record is short: thresholds follow from the model's digest and the
    /// pack's, so only one that was reached is said beside its score.
    fn scored(&self, ledger: &Ledger, scores: &Scores) -> [CheckRun; 2] {
        let mut told: Vec<String> = Vec::new();
        for class in ledger.classes() {
            let score = scores.get(class.place).copied().unwrap_or_default();
            let own = self.0.model.thresholds(class.place).map(|(en, zh)| en.min(zh));
            let Some(least) = class.min.or(own) else { continue };
            let name = name(class.category);
            let one = if score >= least {
                format!("{name} {} of {}", Thousandths::of(score), Thousandths::of(least))
            } else {
                format!("{name} {}", Thousandths::of(score))
            };
            if !told.contains(&one) {
                told.push(one);
            }
        }
        let run = |check: &str, outcome| CheckRun { check: check.to_owned(), outcome };
        [
            run("classifier.model", self.0.model.digest().to_string()),
            run("classifier.scores", told.join(", ")),
        ]
    }
}

/// Scores have three decimals; as whole numbers they are written much faster than as fractions.
struct Thousandths(u16);

impl Thousandths {
    fn of(score: f32) -> Self {
        Self((score * 1000.0).round() as u16)
    }
}

impl fmt::Display for Thousandths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}", self.0 / 1000, self.0 % 1000)
    }
}
