//! Whatever comes in: a typed error or a revision, never a panic, and memory stays bounded.

use proptest::prelude::*;
use scene::{Brief, Feedback, SceneError, Session, gltf, page, svg};
use serde_json::json;

use crate::scenes::{apply, open};

#[test]
fn what_is_too_long_or_unknown_is_refused_by_name() {
    let parse = |json: serde_json::Value| Brief::parse(json.to_string().as_bytes());
    let long = parse(json!({"kind": "scene", "prompt": "a".repeat(2_001)}));
    assert!(matches!(long, Err(SceneError::TooLong { what: "prompt", .. })));
    assert_eq!(parse(json!({"kind": "scene"})), Err(SceneError::Empty("prompt")));
    let other = parse(json!({"kind": "scene", "prompt": "a", "language": "fr"}));
    assert_eq!(other, Err(SceneError::Language("fr".into())));
    let extra = parse(json!({"kind": "scene", "prompt": "a", "colour": 1}));
    assert!(matches!(extra, Err(SceneError::Unreadable { .. })));
    for event in [
        r#"{"type": "click"}"#,
        r#"{"type": "click", "target": "a", "x": 1}"#,
        r#"{"type": "jump"}"#,
        r#"{"type": "tick", "seconds": "x"}"#,
        "[",
    ] {
        let parsed = Feedback::parse(event.as_bytes());
        assert!(matches!(parsed, Err(SceneError::Unreadable { .. })), "{event}: {parsed:?}");
    }
    let mut session = open(json!({"kind": "scene", "prompt": "a park"}));
    let event = Feedback::Tick { seconds: f64::NAN };
    assert_eq!(session.feedback(&event), Err(SceneError::Seconds));
    let event = Feedback::Say { to: None, text: "x".repeat(501) };
    assert!(matches!(session.feedback(&event), Err(SceneError::TooLong { .. })));
    let event = Feedback::Audience { group: "all".into() };
    assert_eq!(session.feedback(&event), Err(SceneError::NotHere("audience")));
}

#[test]
fn thousands_of_events_leave_a_session_small() {
    let mut session = open(json!({"kind": "scene", "prompt": "a park", "seed": 1}));
    for round in 0..1_500_u32 {
        let event = match round % 5 {
            0 => Feedback::Like { target: "tree-1".into() },
            1 => Feedback::Say { to: None, text: format!("question {round} about nothing") },
            2 => Feedback::Tick { seconds: 33.0 },
            3 => Feedback::Say { to: None, text: format!("my name is N{round}") },
            _ => Feedback::Click { target: "person-1".into() },
        };
        session.feedback(&event).unwrap();
    }
    let size = session.snapshot().to_string().len();
    assert!(size < 80_000, "{size} bytes");
    assert_eq!(session.number(), 1_500);
}

#[test]
fn damaged_snapshots_are_refused() {
    let session = open(json!({"kind": "scene", "prompt": "a park"}));
    let mut other = session.snapshot();
    other["form"] = 2.into();
    assert!(matches!(Session::restore(other.to_string().as_bytes()), Err(SceneError::Snapshot(_))));
    let mut advert = session.snapshot();
    advert["document"]["kind"] = "advertisement".into();
    assert!(Session::restore(advert.to_string().as_bytes()).is_err());
    assert!(Session::restore(b"{}").is_err());
}

fn event() -> impl Strategy<Value = Feedback> {
    let target = prop_oneof![
        Just("person-1".to_owned()),
        Just("bench-1".to_owned()),
        Just("tree-2".to_owned()),
        "\\PC{0,20}",
    ];
    let option = prop_oneof![
        Just("next-hour"),
        Just("next-weather"),
        Just("come"),
        Just("overview"),
        Just("x"),
    ];
    prop_oneof![
        target.clone().prop_map(|target| Feedback::Click { target }),
        target.clone().prop_map(|target| Feedback::Like { target }),
        target.clone().prop_map(|target| Feedback::Dislike { target }),
        (target, 0.0..9.0_f64).prop_map(|(target, seconds)| Feedback::Dwell { target, seconds }),
        "(\\PC|[{}<>&\\x00]){0,60}".prop_map(|text| Feedback::Say { to: None, text }),
        option.prop_map(|option| Feedback::Choose { option: option.to_owned() }),
        (0.0..100.0_f64).prop_map(|seconds| Feedback::Tick { seconds }),
        Just(Feedback::Skip),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_events_keep_document_and_changes_together(
        prompt in "(a park|a street|\\PC{1,30})", events in proptest::collection::vec(event(), 0..12), seed: u64,
    ) {
        let brief = json!({"kind": "scene", "prompt": prompt, "seed": seed});
        let Ok(brief) = Brief::parse(brief.to_string().as_bytes()) else { return Ok(()) };
        let mut session = Session::open(&brief).unwrap().0;
        let mut mirror = serde_json::to_value(session.document()).unwrap();
        for event in events {
            let before = session.clone();
            match session.feedback(&event) {
                Ok(revision) => {
                    revision.changed.iter().for_each(|change| apply(&mut mirror, change));
                    prop_assert!(mirror == serde_json::to_value(session.document()).unwrap());
                }
                Err(_) => prop_assert!(before == session),
            }
        }
        let kept = session.snapshot().to_string();
        prop_assert!(Session::restore(kept.as_bytes()).unwrap() == session);
    }

    #[test]
    fn any_name_leaves_page_and_picture_whole(name in "(\\PC|[<>&\"']){1,40}", goal in "\\PC{0,60}") {
        let brief = json!({"kind": "scene", "prompt": "a studio", "characters": [{"name": name, "goal": goal}]});
        let Ok(brief) = Brief::parse(brief.to_string().as_bytes()) else { return Ok(()) };
        let session = Session::open(&brief).unwrap().0;
        let shown = page(&session, &name, "en", Some("/v1/sessions/1"), Some("n"));
        prop_assert_eq!(shown.matches("<script").count(), 5);
        prop_assert_eq!(shown.matches("</script>").count(), 5);
        prop_assert!(svg(&session).ends_with("</svg>\n"));
        prop_assert!(gltf(&session).is_ok());
    }

    #[test]
    fn any_bytes_are_an_event_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Feedback::parse(&bytes);
        let _ = Brief::parse(&bytes);
        let _ = Session::restore(&bytes);
    }
}
