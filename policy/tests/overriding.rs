//! Rules that a person may take back for one request.

use policy::{Engine, Hook, Scope};
use types::{Action, CheckRun, Decision, Language, Modality, Role};

const PACK: &str = r#"
id = "p"
version = "1"

[[rule]]
id = "recipes"
version = 1
category = "illicit"
message = { en = "No recipes." }
when = { terms = ["how to brew it"] }
action = "block"
may_override = ["standards"]

[[rule]]
id = "numbers"
version = 1
category = "pii"
message = { en = "No numbers." }
when = { terms = ["555 0199"] }
action = "redact"
may_override = ["standards", "editor"]

[[rule]]
id = "never"
version = 1
category = "sexual/minors"
message = { en = "Never." }
when = { terms = ["unspeakable"] }
action = "block"
"#;

fn scope(role: Role, overridden: &[&str]) -> Scope {
    Scope {
        tenant: "press".into(),
        desk: "news".into(),
        role,
        modality: Modality::Text,
        hook: Hook::Output,
        language: Language::En,
        now: 0,
        overridden: overridden.iter().map(|rule| (*rule).to_owned()).collect(),
    }
}

fn overrides(decision: &Decision) -> Vec<(&str, &str)> {
    let told = |check: &'static str, run: &CheckRun| run.check.starts_with(check);
    let checks = decision.checks.iter().filter(|run| told("override.", run));
    checks.map(|run| (run.check.as_str(), run.outcome.as_str())).collect()
}

#[test]
fn only_the_named_role_takes_back_only_the_named_rules() {
    let engine = Engine::from_toml(PACK).unwrap();
    let recipe = "He wrote down how to brew it.";
    let decided = |role, overridden: &[&str], text: &str| {
        engine.judge(&scope(role, overridden), text).decision
    };
    for (role, overridden, expected) in [
        (Role::Standards, &["recipes"][..], Action::Flag),
        (Role::Standards, &[], Action::Block),
        (Role::Standards, &["numbers"], Action::Block),
        (Role::Editor, &["recipes"], Action::Block),
        (Role::Journalist, &["recipes", "numbers"], Action::Block),
    ] {
        let decision = decided(role, overridden, recipe);
        assert_eq!(decision.action, expected, "{role} {overridden:?}");
        assert_eq!(decision.findings.len(), 1, "what is taken back is on record");
        assert_eq!(decision.findings[0].action, expected);
        let told = overrides(&decision);
        assert_eq!(!told.is_empty(), expected == Action::Flag);
        assert!(told.iter().all(|told| *told == ("override.recipes", "block")));
    }
    let all = ["recipes", "numbers", "never"];
    assert_eq!(decided(Role::Standards, &all, "unspeakable").action, Action::Block);
    assert_eq!(overrides(&decided(Role::Standards, &all, "An ordinary day.")), []);
    assert_eq!(engine.may_override("recipes"), Some(&[Role::Standards][..]));
    assert_eq!((engine.may_override("never"), engine.may_override("x")), (Some(&[][..]), None));
}

#[test]
fn a_number_that_is_taken_back_is_not_taken_out_of_a_text_or_a_stream() {
    let engine = Engine::from_toml(PACK).unwrap();
    let text = "Call 555 0199 for help. The line is free.";
    let plain = engine.judge(&scope(Role::Editor, &[]), text);
    assert!(!plain.redacted.unwrap().contains("555"));
    let scope = scope(Role::Editor, &["numbers"]);
    let judged = engine.judge(&scope, text);
    assert_eq!((judged.decision.action, judged.redacted), (Action::Flag, None));
    let mut judge = engine.stream(&scope);
    let mut sent = String::new();
    for letter in text.chars() {
        let step = judge.push(&letter.to_string());
        assert_eq!(step.verdict, None);
        sent += &step.emit;
    }
    let finished = judge.finish();
    assert_eq!(sent + &finished.emit, text);
    assert_eq!(finished.judgement.decision, judged.decision);
}

#[test]
fn a_rule_that_lets_everything_through_has_nothing_to_take_back() {
    let pack = PACK.replace("action = \"block\"\nmay", "action = \"flag\"\nmay");
    let error = Engine::from_toml(&pack).unwrap_err().to_string();
    assert!(error.contains("recipes") && error.contains("may_override"), "{error}");
}
