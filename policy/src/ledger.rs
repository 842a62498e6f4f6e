//! From matches to rules that fired.
//!
//! A rule looks only at matches and at what lies within its reach. So it can be decided as soon as
//! that much text has followed, and more text never takes a decision back.

use std::{collections::BTreeMap, sync::Arc};

use types::{Action, Finding, Language, Span};

use crate::{
    Scope,
    engine::Compiled,
    judgement::Redaction,
    matchers::{Class, ClauseId, Hit, Kind},
    pack::Mode,
    rule::Rule,
};

/// What was found so far under the rules in force.
#[derive(Debug)]
pub(crate) struct Ledger {
    pack: Arc<Compiled>,
    entries: Vec<Entry>,
    /// For each clause the entry of the rule that it belongs to, if that is in force.
    owners: Vec<Option<usize>>,
    /// The strictest action of what fired and is enforced.
    action: Action,
}

/// What was found for one rule.
#[derive(Debug)]
struct Entry {
    /// The rule's place in the pack.
    rule: usize,
    /// The caller takes the rule back.
    overridden: bool,
    /// Matches of a rule that needs more than one: undecided, or near enough to such.
    waiting: Vec<Hit>,
    /// The longest match so far.
    longest: usize,
    /// Matches of the first clause whose reach ends here or before are decided.
    decided: usize,
    /// Where it fired, by what.
    fired: BTreeMap<Kind, Fired>,
}

/// Where a rule fired by matches of one kind.
#[derive(Debug, Default)]
struct Fired {
    /// Whether only a disguise was found there.
    spans: BTreeMap<(usize, usize), bool>,
    /// The highest score, in thousandths.
    score: u16,
}

impl Ledger {
    /// An empty ledger for the rules at the places `in_force`, which apply to `scope`.
    pub(crate) fn new(pack: Arc<Compiled>, in_force: &[usize], scope: &Scope) -> Self {
        let mut owners = vec![None; pack.matchers.clauses()];
        for (entry, rule) in in_force.iter().filter_map(|rule| pack.rules.get(*rule)).enumerate() {
            for clause in rule.when.clauses() {
                if let Some(owner) = owners.get_mut(clause) {
                    *owner = Some(entry);
                }
            }
        }
        let entry = |place: &usize| {
            let rule = pack.rules.get(*place);
            Entry::new(*place, rule.is_some_and(|rule| rule.is_overridden(scope)))
        };
        let entries = in_force.iter().map(entry).collect();
        Self { pack, entries, owners, action: Action::Allow }
    }

    pub(crate) const fn action(&self) -> Action {
        self.action
    }

    /// Whether some rule in force can be decided only where a sentence ends.
    pub(crate) fn waits_for_sentences(&self) -> bool {
        self.by_rule().any(|(entry, rule)| {
            let asks = rule.when.clauses().any(|clause| self.pack.matchers.uses(clause).classifier);
            asks && (entry.withholds(rule) || !rule.when.is_simple())
        })
    }

    /// Categories that rules in force ask the classifier for.
    pub(crate) fn classes(&self) -> impl Iterator<Item = &Class> {
        self.pack.matchers.classes(|clause| self.wants(clause))
    }

    /// Whether a rule in force has this clause.
    pub(crate) fn wants(&self, clause: ClauseId) -> bool {
        self.owners.get(clause).is_some_and(Option::is_some)
    }

    /// Adds final matches and decides what text up to code point `end` suffices for; `None` is the
    /// end of the text.
    pub(crate) fn add(&mut self, hits: Vec<Hit>, end: Option<usize>) {
        for hit in hits {
            let owner = self.owners.get(hit.clause).copied().flatten();
            let Some(entry) = owner.and_then(|owner| self.entries.get_mut(owner)) else { continue };
            let Some(rule) = self.pack.rules.get(entry.rule) else { continue };
            if rule.when.is_simple() {
                entry.fire(&hit);
                self.action = self.action.max(entry.effect(rule));
            } else {
                entry.longest = entry.longest.max(hit.span.end - hit.span.start);
                entry.waiting.push(hit);
            }
        }
        for entry in self.entries.iter_mut().filter(|entry| !entry.waiting.is_empty()) {
            let Some(rule) = self.pack.rules.get(entry.rule) else { continue };
            if entry.settle(rule, end.unwrap_or(usize::MAX)) {
                self.action = self.action.max(entry.effect(rule));
            }
        }
    }

    /// The first code point of a match that may yet be part of what must be withheld.
    pub(crate) fn held(&self) -> Option<usize> {
        self.by_rule()
            .filter(|(entry, rule)| entry.withholds(rule))
            .filter_map(|(entry, rule)| entry.held(rule))
            .min()
    }

    /// What to replace, of rules that ask for it.
    pub(crate) fn redactions(&self) -> Vec<Redaction> {
        let mut redactions = Vec::new();
        let takes_out = |(entry, rule): &(&Entry, &Rule)| entry.effect(rule) == Action::Redact;
        for (entry, _) in self.by_rule().filter(takes_out) {
            for (kind, fired) in &entry.fired {
                let spans =
                    fired.spans.keys().map(|(start, end)| Span { start: *start, end: *end });
                redactions.extend(spans.map(|span| Redaction::new(span, &kind.to_string())));
            }
        }
        redactions
    }

    /// One finding for each rule and kind that fired.
    pub(crate) fn findings(&self, language: Language) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (entry, rule) in self.by_rule() {
            findings.extend(entry.fired.iter().map(|(kind, fired)| Finding {
                rule: rule.id.clone(),
                rule_version: rule.version,
                action: rule.asks(entry.overridden),
                category: rule.category,
                kind: kind.to_string(),
                score: f32::from(fired.score) / 1000.0,
                spans: outermost(fired.spans.keys()),
                obfuscated: fired.spans.values().all(|disguised| *disguised),
                shadow: rule.is_shadow(),
                message: rule.message(language).to_owned(),
            }));
        }
        findings
    }

    /// Rules that have fired and were taken back, with what they would have asked for.
    pub(crate) fn overridden(&self) -> impl Iterator<Item = (&str, Action)> {
        let fired = |(entry, _): &(&Entry, &Rule)| entry.overridden && !entry.fired.is_empty();
        self.by_rule().filter(fired).map(|(_, rule)| (rule.id.as_str(), rule.action))
    }

    fn by_rule(&self) -> impl Iterator<Item = (&Entry, &Rule)> {
        self.entries.iter().filter_map(|entry| Some((entry, self.pack.rules.get(entry.rule)?)))
    }
}

impl Entry {
    const fn new(rule: usize, overridden: bool) -> Self {
        Self {
            rule,
            overridden,
            waiting: Vec::new(),
            longest: 0,
            decided: 0,
            fired: BTreeMap::new(),
        }
    }

    /// What the rule does when it fires.
    fn effect(&self, rule: &Rule) -> Action {
        if rule.is_shadow() { Action::Allow } else { rule.asks(self.overridden) }
    }

    /// Whether a stream must not let go of what the rule may find.
    fn withholds(&self, rule: &Rule) -> bool {
        rule.mode == Mode::Enforce && rule.asks(self.overridden) >= Action::Redact
    }

    fn fire(&mut self, hit: &Hit) {
        let fired = self.fired.entry(hit.kind).or_default();
        fired.score = fired.score.max(hit.score);
        let marks = if hit.marks.is_empty() { std::slice::from_ref(&hit.span) } else { &hit.marks };
        for mark in marks {
            let disguised = fired.spans.entry((mark.start, mark.end)).or_insert(true);
            *disguised &= hit.disguised;
        }
    }

    /// Decides matches whose reach ends at `now` or before; whether the rule fired.
    fn settle(&mut self, rule: &Rule, now: usize) -> bool {
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.sort_by_key(|hit| hit.span.start);
        let mut fired = Vec::new();
        for first in waiting.iter().filter(|hit| hit.clause == rule.when.first) {
            let reach = end_of_reach(rule, first);
            if self.decided < reach && reach <= now {
                fired.extend(self.fires(rule, first, &waiting));
            }
        }
        for hit in &fired {
            self.fire(hit);
        }
        self.decided = now;
        let kept = 2 * rule.when.reach() + self.longest + 1;
        waiting.retain(|hit| hit.span.end.saturating_add(kept) > now);
        self.waiting = waiting;
        !fired.is_empty()
    }

    /// The first clause's match with those of the others near it, if that makes the rule fire.
    fn fires(&self, rule: &Rule, first: &Hit, sorted: &[Hit]) -> Vec<Hit> {
        let near = |clause: usize, within: usize| {
            self.near(sorted, first.span, within).filter(move |hit| hit.clause == clause)
        };
        if rule.when.unless.is_some_and(|(unless, within)| near(unless, within).next().is_some()) {
            return Vec::new();
        }
        let (mut found, mut disguised) = (vec![first.clone()], first.disguised);
        for clause in &rule.when.others {
            let partners: Vec<&Hit> = near(*clause, rule.when.within).collect();
            if partners.is_empty() {
                return Vec::new();
            }
            // Without undoing a disguise this part would be missing.
            disguised |= partners.iter().all(|partner| partner.disguised);
            found.extend(partners.into_iter().cloned());
        }
        for hit in &mut found {
            hit.disguised = disguised;
        }
        found
    }

    /// Of matches sorted by their start those at most `within` from `span`.
    fn near<'h>(
        &self,
        sorted: &'h [Hit],
        span: Span,
        within: usize,
    ) -> impl Iterator<Item = &'h Hit> {
        let earliest = span.start.saturating_sub(within + self.longest);
        let from = sorted.partition_point(|hit| hit.span.start < earliest);
        let reachable =
            sorted.iter().skip(from).take_while(move |hit| hit.span.start <= span.end + within);
        reachable.filter(move |hit| hit.span.end + within >= span.start)
    }

    /// The start of the first match that is undecided, or near such.
    fn held(&self, rule: &Rule) -> Option<usize> {
        let undecided = |hit: &Hit| end_of_reach(rule, hit) > self.decided;
        let unless = rule.when.unless.map(|unless| unless.0);
        let firsts =
            || self.waiting.iter().filter(|hit| hit.clause == rule.when.first && undecided(hit));
        let parts = self.waiting.iter().filter(|hit| Some(hit.clause) != unless && undecided(hit));
        let partners =
            firsts().flat_map(|first| self.near(&self.waiting, first.span, rule.when.within));
        parts.chain(partners).map(|hit| hit.span.start).min()
    }
}

fn end_of_reach(rule: &Rule, hit: &Hit) -> usize {
    hit.span.end.saturating_add(rule.when.reach()).saturating_add(1)
}

/// Rising spans without those that lie inside another.
fn outermost<'a>(spans: impl Iterator<Item = &'a (usize, usize)>) -> Vec<Span> {
    let mut kept: Vec<Span> = Vec::new();
    for (start, end) in spans {
        while kept.last().is_some_and(|last| last.start == *start && last.end < *end) {
            kept.pop();
        }
        if kept.last().is_none_or(|last| last.end < *end) {
            kept.push(Span { start: *start, end: *end });
        }
    }
    kept
}
