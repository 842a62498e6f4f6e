//! Any text before the rules of a newsroom: spans lie in the text, and a stream that is cut anywhere decides
//! like the whole and never lets go of what is withheld. The first two bytes say how the text is cut.
#![cfg_attr(fuzzing, no_main)]

use std::sync::LazyLock;

use policy::{Engine, Hook, Judgement, PolicyError, Scope};
use types::{Action, Language, Modality, Role};

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| run(data));

static ENGINE: LazyLock<Result<Engine, PolicyError>> = LazyLock::new(Engine::newsroom);

pub(crate) fn run(data: &[u8]) {
    let Some(([first, second], text)) = data.split_first_chunk() else { return };
    let (Ok(text), Ok(engine)) = (std::str::from_utf8(text), ENGINE.as_ref()) else { return };
    let scope = Scope {
        tenant: "press".into(),
        desk: "news".into(),
        role: Role::Journalist,
        modality: Modality::Text,
        hook: if first & 1 == 0 { Hook::Input } else { Hook::Output },
        language: if first & 2 == 0 { Language::En } else { Language::Zh },
        now: 1_800_000_000,
        overridden: Vec::new(),
    };
    let whole = engine.judge(&scope, text);
    let points = text.chars().count();
    for finding in &whole.decision.findings {
        assert!((0.0..=1.0).contains(&finding.score), "{finding:?}");
        assert!(
            finding.spans.iter().all(|span| span.start <= span.end && span.end <= points),
            "{finding:?}"
        );
    }
    let sizes = [usize::from(first >> 2) + 1, usize::from(*second) + 1];
    let (sent, streamed) = streamed(engine, &scope, text, sizes);
    assert_eq!(streamed, whole, "a stream decides like the whole");
    if whole.decision.action < Action::Rewrite {
        assert_eq!(sent, whole.redacted.unwrap_or_else(|| text.to_owned()));
    }
}

/// What a stream lets go of, in pieces of so many code points by turns, and its judgement.
fn streamed(engine: &Engine, scope: &Scope, text: &str, sizes: [usize; 2]) -> (String, Judgement) {
    let mut judge = engine.stream(scope);
    let mut letters = text.chars();
    let (mut sent, mut withheld) = (String::new(), false);
    for size in sizes.iter().cycle() {
        let piece: String = letters.by_ref().take(*size).collect();
        if piece.is_empty() {
            break;
        }
        let step = judge.push(&piece);
        assert!(!withheld || step.emit.is_empty(), "nothing follows a verdict");
        withheld |= step.verdict.is_some();
        sent += &step.emit;
    }
    let finished = judge.finish();
    (sent + &finished.emit, finished.judgement)
}
