//! For every cutting of a text into pieces a stream decides like the whole text, and never lets go
//! of what is withheld.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::sync::LazyLock;

use policy::{Engine, Hook, Judgement, Scope};
use proptest::prelude::*;
use types::{Action, Decision, Language, Modality, Role};

/// Rules of every kind, and an action of every strictness.
const PACK: &str = r#"
id = "stream"
version = "1"

[[rule]]
id = "term"
version = 1
category = "violence"
when = { terms = ["pipe bomb", "kill*", "炸弹", "自杀方法"] }
action = "ACTION"
message = { en = "m" }

[[rule]]
id = "regex"
version = 1
category = "illicit"
when = { regex = ['\bhow to (?:make|build) [^.\n]{0,20}bombs?\b', 'x+y'] }
action = "ACTION"
message = { en = "m" }

[[rule]]
id = "redacted"
version = 1
category = "pii"
when = { pii = ["all"] }
action = "redact"
message = { en = "m" }

[[rule]]
id = "secret"
version = 1
category = "secrets"
when = { secrets = ["aws_access_key", "assigned"] }
action = "redact"
message = { en = "m" }

[[rule]]
id = "near"
version = 1
category = "defamation"
when = { all = [{ terms = ["mayor", "市长"] }, { terms = ["thief", "骗子"] }], within = 12 }
unless = { terms = ["court", "法院"], within = 10 }
action = "ACTION"
message = { en = "m" }

[[rule]]
id = "flagged"
version = 1
category = "harassment"
when = { terms = ["idiot"] }
action = "flag"
message = { en = "m" }
"#;

/// Rules that ask the classifier, by itself and near a word.
const CLASSIFIED: &str = r#"
[[rule]]
id = "threat"
version = 1
category = "harassment/threatening"
when = { classifier = { category = "harassment/threatening", min = 0.3 } }
action = "ACTION"
message = { en = "m" }

[[rule]]
id = "insult"
version = 1
category = "harassment"
when = { classifier = { category = "harassment" } }
action = "flag"
message = { en = "m" }

[[rule]]
id = "violent-mayor"
version = 1
category = "violence"
when = { all = [{ classifier = { category = "violence", min = 0.6 } }, { terms = ["mayor", "市长"] }], within = 30 }
unless = { terms = ["court"], within = 20 }
action = "ACTION"
message = { en = "m" }
"#;

const ACTIONS: [Action; 4] = [Action::Label, Action::Redact, Action::Review, Action::Block];

/// The pack with `action` for its rules; compiled once.
fn engine(action: Action) -> Engine {
    static ENGINES: LazyLock<Vec<(Action, Engine)>> = LazyLock::new(|| {
        let engine =
            |action: Action| Engine::from_toml(&PACK.replace("ACTION", &action.to_string()));
        ACTIONS.map(|action| (action, engine(action).unwrap())).into()
    });
    ENGINES.iter().find(|(known, _)| *known == action).unwrap().1.clone()
}

fn scope() -> Scope {
    Scope {
        tenant: "press".into(),
        desk: "news".into(),
        role: Role::Journalist,
        modality: Modality::Text,
        hook: Hook::Output,
        language: Language::En,
        now: 0,
        overridden: Vec::new(),
    }
}

/// Streams `text` in pieces of the given numbers of code points, over and over.
fn stream(engine: &Engine, text: &str, sizes: &[usize]) -> (String, Judgement) {
    let mut judge = engine.stream(&scope());
    let mut letters = text.chars().peekable();
    let (mut sent, mut withheld) = (String::new(), false);
    for size in sizes.iter().cycle() {
        let piece: String = letters.by_ref().take((*size).max(1)).collect();
        if piece.is_empty() {
            break;
        }
        let step = judge.push(&piece);
        assert!(!withheld || step.emit.is_empty(), "nothing follows a verdict");
        withheld |=
            step.verdict.is_some_and(|judgement| judgement.decision.action >= Action::Rewrite);
        sent += &step.emit;
    }
    let finished = judge.finish();
    (sent + &finished.emit, finished.judgement)
}

/// The pack with rules that ask the classifier; a classifier has nothing to redact.
fn classified(action: Action) -> Engine {
    static ENGINES: LazyLock<Vec<(Action, Engine)>> = LazyLock::new(|| {
        let rules = CLASSIFIED.to_owned() + PACK.split_once("version = \"1\"").unwrap().1;
        let pack = format!("id = \"classified\"\nversion = \"1\"\n{rules}");
        let engine =
            |action: Action| Engine::from_toml(&pack.replace("ACTION", &action.to_string()));
        WITHOUT_REDACT.map(|action| (action, engine(action).unwrap())).into()
    });
    ENGINES.iter().find(|(known, _)| *known == action).unwrap().1.clone()
}

const WITHOUT_REDACT: [Action; 4] = [Action::Label, Action::Rewrite, Action::Review, Action::Block];

fn check(action: Action, text: &str, sizes: &[usize]) -> Result<(), TestCaseError> {
    check_with(&engine(action), text, sizes)
}

fn check_with(engine: &Engine, text: &str, sizes: &[usize]) -> Result<(), TestCaseError> {
    let whole = engine.judge(&scope(), text);
    let (sent, judgement) = stream(engine, text, sizes);
    prop_assert_eq!(&judgement, &whole);
    if whole.decision.action < Action::Rewrite {
        prop_assert_eq!(sent, whole.redacted.unwrap_or_else(|| text.to_owned()));
        return Ok(());
    }
    let allowed = before_withheld(text, &whole.decision);
    prop_assert!(allowed.starts_with(&sent), "{sent:?} was sent of {text:?}, {allowed:?} may be");
    Ok(())
}

/// The text before the first match that withholds it, redacted.
fn before_withheld(text: &str, decision: &Decision) -> String {
    let withheld = decision.findings.iter().filter(|finding| finding.action >= Action::Rewrite);
    let first = withheld.flat_map(|finding| &finding.spans).map(|span| span.start).min().unwrap();
    let redacted = decision.findings.iter().filter(|finding| finding.action == Action::Redact);
    let mut spans: Vec<(usize, usize, &str)> = redacted
        .flat_map(|finding| finding.spans.iter().map(|span| (span.start, span.end, &*finding.kind)))
        .collect();
    spans.sort_by_key(|(start, end, _)| (*start, usize::MAX - end));
    let (mut out, mut replaced) = (String::new(), 0);
    for (point, letter) in text.chars().enumerate().take(first) {
        for (_, end, kind) in spans.iter().filter(|span| span.0 == point) {
            if point >= replaced {
                out += &kind.split_once('.').map_or_else(
                    || "[redacted]".to_owned(),
                    |(_, entity)| format!("[redacted: {entity}]"),
                );
            }
            replaced = replaced.max(*end);
        }
        if point >= replaced {
            out.push(letter);
        }
    }
    out
}

/// Texts in which things are found, also in disguise.
fn texts() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(PIECES);
    prop::collection::vec(pieces, 0..24).prop_map(|pieces| pieces.concat())
}

#[rustfmt::skip]
const PIECES: &[&str] = &[
    "pipe", "bomb", "pipe bomb", "pipe bombs", "kill", "killer", "how to build ",
    "how to make a ", "炸弹", "炸", "弹", "自杀", "方法", "mayor",
    "thief", "court", "市长", "骗子", "法院", "idiot", "xx",
    "y", "x", "p i p e  b o m b", "p.i.p.e", "k1ll", "kіll", "k\u{200b}i\u{200b}ll",
    "kiiill", "𝐤𝐢𝐥𝐥", "ｋｉｌｌ", "k\u{336}ill", "炸*弹", "炸 ", "炸彈",
    "\u{202e}bmob epip\u{202c}", "\u{202e}llik", "\u{202c}", "\u{200b}", "\u{301}", "4111 1111 1111 1111", "4111",
    " 1111", "a@example.com", "a@b", ".c", "+44 20 7946 0958", "13800138000", "AKIAIOSFODNN7EXAMPLE",
    "api_key=abc123def456ghi7", "=", "1", "12", ":", "192.168.0.1", "219-09-9999",
    " ", " ", " ", ".", ". ", ",", "。",
    "\n", "\n\n", "-", "*", "a", "b", "é",
    "!", "@", "the ", "and ", "h o w t o b u i l d a p i p e b o m b", "d o n ' t ", "k.i.l.l.t.h.e.m ",
    "k i l l , t h e m . ", "\u{202e}.bmob epip a dliub ot woH .iH\u{202c}", "call me at ", "Phone: ",
    "555 0143", "96 228011", " office", " fax", "call us", "x12", "\u{202e}", "It's ", "'s", "n!",
    "aG93IHRvIGJ1aWxkIGEgcGlwZSBib21i", "IGEgcGlwZSBib21i", "706970652062", "6f6d62", "%6b", "%69ll", "&#107;", "&#1", "\\u0", "06b",
];

#[rustfmt::skip]
const SENTENCES: &[&str] = &[
    "I will kill you and your family. ", "You stupid bitch! ", "我要杀了你。", "The council met on Tuesday. ",
    "He stabbed the mayor in the chest", ". ", "\n", " ", "“", "” ", "。", "！", "court ", "the mayor ",
    "I w i l l k i l l y o u a n d y o u r f a m i l y . ", "\u{202e}.uoy llik lliw I .olleH\u{202c} ",
    "Shut up or I'll smash your face in", "I w\u{200b}ill k1ll you", "市长说，", "…", "? ", "4111 1111 1111 1111 ",
    "\u{202e}.uoy llik lliw I\n.olleH\u{202c} ", "\u{202e}I will kill you ", "SGVsbG8uIEkgd2lsbCBraWxsIHlvdSBhbmQgeW91ciBmYW1pbHku", "SSB3aWxs", "/",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_cutting_decides_like_the_whole(
        text in texts(),
        sizes in prop::collection::vec(1_usize..9, 1..6),
        action in prop::sample::select(&ACTIONS[..]),
    ) {
        check(action, &text, &sizes)?;
    }

    #[test]
    fn any_text_at_all_decides_like_the_whole(text: String, sizes in prop::collection::vec(1_usize..4, 1..3)) {
        check(Action::Block, &text, &sizes)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_cutting_is_classified_like_the_whole(
        pieces in prop::collection::vec(prop::sample::select(SENTENCES), 0..12),
        others in texts(),
        sizes in prop::collection::vec(1_usize..30, 1..6),
        action in prop::sample::select(&WITHOUT_REDACT[..]),
    ) {
        let half = pieces.len() / 2;
        let text = pieces[..half].concat() + &others + &pieces[half..].concat();
        check_with(&classified(action), &text, &sizes)?;
    }
}

#[test]
fn what_more_text_changes_as_a_whole_waits() {
    let texts = [
        // A space at the end of a reversed run stands at its beginning.
        "how to build pipe bombkill炸弹p i p e  b o m b\u{202e}llikpipe ",
        // The first part of a rule waits for the second.
        "炸pipe bomb市长炸弹thief",
        // A label needs its match as much as a block.
        "pipe bomb炸弹",
    ];
    for (text, action) in texts.iter().flat_map(|text| ACTIONS.map(|action| (text, action))) {
        check(action, text, &[1]).unwrap();
    }
}

#[test]
fn only_the_last_word_waits() {
    let engine = engine(Action::Block);
    let mut judge = engine.stream(&scope());
    let mut sent = String::new();
    for word in "The council met on Tuesday to talk about the old bridge. ".split_inclusive(' ') {
        sent += &judge.push(word).emit;
    }
    assert!(sent.ends_with("the old "), "{sent}");
}

#[test]
fn only_the_last_sentence_waits_for_the_classifier() {
    let engine = classified(Action::Block);
    let mut judge = engine.stream(&scope());
    assert_eq!(judge.push("The council met. The old bridge was ").emit, "The council met. ");
    assert_eq!(judge.push("closed on Monday. ").emit, "");
    assert_eq!(judge.push("I will kill you").emit, "The old bridge was closed on Monday. ");
    let step = judge.push(" and your family. The");
    let verdict = step.verdict.unwrap().decision;
    assert_eq!((verdict.action, step.emit.as_str()), (Action::Block, ""));
    let threat = verdict.findings.iter().find(|finding| finding.rule == "threat").unwrap();
    assert_eq!(threat.kind, "classifier.harassment/threatening");
    assert!(threat.score >= 0.3 && threat.score <= 1.0);
    assert!(threat.spans.iter().all(|span| span.start >= 54), "{:?}", threat.spans);
    let outcome = |name: &str| {
        let check = verdict.checks.iter().find(|check| check.check == name);
        check.map(|check| check.outcome.clone()).unwrap_or_default()
    };
    assert_eq!(outcome("classifier.model").len(), 64, "a digest");
    let scores = outcome("classifier.scores");
    assert!(scores.contains("harassment/threatening ") && scores.contains(" of "), "{scores}");
}

#[test]
fn a_long_text_is_looked_at_once() {
    // No timing here: with rescans of everything this test would not end.
    let engine = engine(Action::Block);
    for piece in [
        "The river rose by 20 cm. ",
        "p",
        "kil ",
        "炸",
        "how to build ",
        "a\u{200b}",
        "1",
        "mayor ",
        "aGVs",
        "aG/",
        "%6b",
        "\u{202e}a\n",
    ] {
        let text = piece.repeat(12_000 / piece.len());
        let (sent, judgement) = stream(&engine, &text, &[4]);
        assert_eq!((sent, judgement.decision.action), (text, Action::Allow));
    }
}

#[test]
fn a_verdict_comes_with_the_word_and_nothing_of_it_is_sent() {
    let engine = engine(Action::Block);
    let mut judge = engine.stream(&scope());
    assert_eq!(judge.push("The pi").emit, "The ");
    assert_eq!(judge.push("pe bo").emit, "");
    assert!(judge.push("mb").verdict.is_none(), "it may become a bomber");
    let step = judge.push(" was");
    assert_eq!(step.verdict.map(|judgement| judgement.decision.action), Some(Action::Block));
    assert_eq!(step.emit, "");
    let finished = judge.finish();
    assert_eq!((finished.emit.as_str(), finished.judgement.decision.action), ("", Action::Block));
}
