//! A pack's own tests: what each rule, taken by itself, must decide.

use std::fmt;

use types::{Action, Decision};

use crate::{Engine, Hook, PolicyError, pack::Pack, rule::Rule};

/// The outcome of a pack's own tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestReport {
    /// How many passed.
    pub passed: usize,
    /// Those that did not.
    pub failed: Vec<FailedTest>,
}

/// A test whose rule decided otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedTest {
    /// The rule's id.
    pub rule: String,
    /// Where the rule begins in the pack.
    pub line: usize,
    /// The judged text.
    pub text: String,
    /// Before or after generation.
    pub hook: Hook,
    /// What the pack expects.
    pub expected: Action,
    /// What the rule decided.
    pub decided: Action,
}

impl fmt::Display for FailedTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, line, text, hook, expected, decided } = self;
        write!(
            f,
            "rule `{rule}` (line {line}) decides {decided} about {hook} {text:?}, its test expects {expected}"
        )
    }
}

/// Runs the tests of a pack, without loading it.
///
/// # Errors
/// [`PolicyError`] when the pack cannot be read or compiled.
pub fn test(text: &str) -> Result<TestReport, PolicyError> {
    let pack = Pack::parse(text)?;
    Ok(run(&pack, &Engine::compile(&pack)?))
}

/// Runs every test under a scope that its rule applies to.
pub(crate) fn run(pack: &Pack, engine: &Engine) -> TestReport {
    let mut report = TestReport { passed: 0, failed: Vec::new() };
    for ((text, line), rule) in pack.rules().zip(engine.rules()) {
        for test in &text.tests {
            let scope = rule.example_scope(test.hook);
            let decided = decided(rule, &engine.judge(&scope, &test.text).decision);
            if decided == test.expect {
                report.passed += 1;
                continue;
            }
            report.failed.push(FailedTest {
                rule: rule.id.clone(),
                line,
                text: test.text.clone(),
                hook: scope.hook,
                expected: test.expect,
                decided,
            });
        }
    }
    report
}

/// What a rule asks for, also in shadow.
fn decided(rule: &Rule, decision: &Decision) -> Action {
    let fired = decision.findings.iter().any(|finding| finding.rule == rule.id);
    if fired { rule.action } else { Action::Allow }
}
