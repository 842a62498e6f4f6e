//! What is allowed in a pack but hardly meant.

use std::fmt;

use regex_syntax::hir::{Hir, HirKind, Look};
use types::Action;

use crate::{
    Engine, PolicyError,
    matchers::tree,
    normalise::is_han,
    pack::{MatcherText, Mode, Pack, RuleText},
};

/// Something in a pack that is hardly meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LintFinding {
    /// The rule's id.
    pub rule: String,
    /// Where the rule begins.
    pub line: usize,
    /// What is odd, and what to do.
    pub advice: String,
}

impl fmt::Display for LintFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rule `{}` (line {}): {}", self.rule, self.line, self.advice)
    }
}

/// Reads a pack and says what in it is hardly meant.
///
/// # Errors
/// [`PolicyError`] when the pack cannot be read or compiled.
pub fn lint(text: &str) -> Result<Vec<LintFinding>, PolicyError> {
    let pack = Pack::parse(text)?;
    Engine::compile(&pack)?;
    let mut findings = Vec::new();
    for (rule, line) in pack.rules() {
        let advice = rule_advice(rule).into_iter().chain(unreachable(&pack, rule));
        findings.extend(advice.map(|advice| LintFinding { rule: rule.id.clone(), line, advice }));
    }
    Ok(findings)
}

fn rule_advice(rule: &RuleText) -> Vec<String> {
    let mut advice = Vec::new();
    if rule.tests.is_empty() {
        advice.push(
            "it has no tests: add a text that it finds and one that it must not find".to_owned(),
        );
    } else if rule.tests.iter().all(|test| test.expect == Action::Allow) {
        advice.push("no test shows what it finds: add one".to_owned());
    } else if rule.tests.iter().all(|test| test.expect != Action::Allow) {
        advice.push("no test shows what it lets pass: add one with expect = \"allow\"".to_owned());
    }
    if rule.message.zh.is_none() {
        advice.push("its message has no Chinese: add zh".to_owned());
    }
    for matcher in matchers(rule) {
        advice
            .extend(matcher.regex.iter().flat_map(|source| regex_advice(source, matcher.max_len)));
        if rule.action == Action::Redact
            && matcher.secrets.iter().any(|name| name == "all" || name == "private_key")
        {
            advice.push(
                "only the first line of a private key is found: use block, not redact".to_owned(),
            );
        }
    }
    advice
}

/// Every matcher of a rule.
fn matchers(rule: &RuleText) -> Vec<MatcherText> {
    let when = &rule.when;
    let own = MatcherText {
        terms: when.terms.clone(),
        regex: when.regex.clone(),
        pii: when.pii.clone(),
        secrets: when.secrets.clone(),
        classifier: when.classifier.clone(),
        max_len: when.max_len,
    };
    let unless = rule.unless.as_ref().map(|unless| MatcherText {
        regex: unless.regex.clone(),
        max_len: unless.max_len,
        ..MatcherText::default()
    });
    when.any.iter().chain(&when.all).cloned().chain([own]).chain(unless).collect()
}

fn regex_advice(source: &str, max_len: Option<u32>) -> Vec<String> {
    let Ok(tree) = tree(source, false) else { return Vec::new() };
    let mut advice = Vec::new();
    if word_border_at_han(&tree) {
        advice.push(format!(
            "`{source}` has a Unicode \\b beside a Han character, where there is none: leave it out or write (?-u:\\b)"
        ));
    }
    if tree.properties().maximum_len().is_none() && max_len.is_none() {
        advice.push(format!("`{source}` repeats without end: write {{0,n}} or give max_len"));
    }
    advice
}

/// Whether somewhere a Unicode word border stands directly beside a Han character.
fn word_border_at_han(tree: &Hir) -> bool {
    let border = |tree: &Hir| {
        matches!(
            tree.kind(),
            HirKind::Look(Look::WordUnicode | Look::WordStartUnicode | Look::WordEndUnicode)
        )
    };
    match tree.kind() {
        HirKind::Concat(parts) => {
            let beside = parts.windows(2).any(|pair| match pair {
                [a, b] => (border(a) && edge(b, true)) || (edge(a, false) && border(b)),
                _ => false,
            });
            beside || parts.iter().any(word_border_at_han)
        }
        HirKind::Alternation(parts) => parts.iter().any(word_border_at_han),
        HirKind::Capture(capture) => word_border_at_han(&capture.sub),
        HirKind::Repetition(repetition) => word_border_at_han(&repetition.sub),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => false,
    }
}

/// Whether a tree may begin (or end) with a Han character that is written in it.
fn edge(tree: &Hir, begins: bool) -> bool {
    match tree.kind() {
        HirKind::Literal(literal) => {
            let text = String::from_utf8_lossy(&literal.0).into_owned();
            let letter = if begins { text.chars().next() } else { text.chars().next_back() };
            letter.is_some_and(is_han)
        }
        HirKind::Concat(parts) => {
            let part = if begins { parts.first() } else { parts.last() };
            part.is_some_and(|part| edge(part, begins))
        }
        HirKind::Alternation(parts) => parts.iter().any(|part| edge(part, begins)),
        HirKind::Capture(capture) => edge(&capture.sub, begins),
        HirKind::Repetition(repetition) => edge(&repetition.sub, begins),
        HirKind::Empty | HirKind::Class(_) | HirKind::Look(_) => false,
    }
}

/// A rule whose every term another rule without conditions also finds, with an action as strict.
fn unreachable(pack: &Pack, rule: &RuleText) -> Option<String> {
    let terms = |rule: &RuleText| -> Vec<String> {
        rule.when.terms.iter().map(|term| term.to_lowercase()).collect()
    };
    let only_terms = |rule: &RuleText| {
        let when = &rule.when;
        !when.terms.is_empty()
            && when.regex.is_empty()
            && when.pii.is_empty()
            && when.secrets.is_empty()
            && when.classifier.is_none()
    };
    let own = terms(rule);
    let others = pack.rules().map(|(other, _)| other).take_while(|other| other.id != rule.id);
    let covers = |other: &&RuleText| {
        let wide = other.unless.is_none() && other.scope.is_wide() && other.mode == Mode::Enforce;
        let always = other.valid_from.is_none() && other.valid_until.is_none();
        let theirs = terms(other);
        wide && always
            && other.action >= rule.action
            && own.iter().all(|term| theirs.contains(term))
    };
    let covering = others.filter(|other| only_terms(other) && only_terms(rule)).find(covers)?;
    Some(format!("rule `{}` already finds all its terms, as strictly: remove it", covering.id))
}
