//! Advertisements: only what the brief says, and what people like.

use scene::{Brief, Feedback, SceneError, Session};
use serde_json::{Value, json};

fn brief(more: Value) -> Brief {
    let mut brief = json!({
        "kind": "advertisement", "seed": 3, "audience": "commuters",
        "product": {"name": "Harbour bike", "category": "bicycle", "price": "€ 490",
            "facts": [["frame", "steel"], ["weight", "11 kg"], ["gears", "8"]]},
    });
    for (name, value) in more.as_object().unwrap() {
        brief[name] = value.clone();
    }
    Brief::parse(brief.to_string().as_bytes()).unwrap()
}

fn figures(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| !c.is_ascii_digit());
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

#[test]
fn nothing_is_said_that_the_brief_does_not_say() {
    let (mut session, _) = Session::open(&brief(json!({}))).unwrap();
    for round in 0..200_u64 {
        let event = match round % 4 {
            0 => Feedback::Skip,
            1 => Feedback::Choose { option: "words".into() },
            2 => Feedback::Dislike { target: "headline".into() },
            _ => Feedback::Tick { seconds: 30.0 },
        };
        session.feedback(&event).unwrap();
        let advert = session.document().advert.clone().unwrap();
        for text in [&advert.headline, &advert.copy, &advert.call] {
            for figure in figures(text) {
                assert!(["490", "11", "8"].contains(&figure.as_str()), "{text}");
            }
            let lower = text.to_lowercase();
            for press in ["hurry", "only today", "last chance", "now!", "best"] {
                assert!(!lower.contains(press), "{text}");
            }
        }
    }
}

#[test]
fn pressure_in_a_brief_is_left_out_and_named() {
    let (session, _) = Session::open(&brief(json!({
        "product": {"name": "Lamp", "category": "lamp", "price": "only today € 5",
            "facts": [["offer", "last chance, only 3 left in stock"], ["weight", "2 kg"]]},
    })))
    .unwrap();
    let advert = session.document().advert.clone().unwrap();
    assert_eq!(advert.facts.len(), 1);
    assert_eq!(advert.price, None);
    assert_eq!(session.document().warnings.len(), 2, "{:?}", session.document().warnings);
}

#[test]
fn the_variant_that_people_like_stays() {
    let (mut session, _) = Session::open(&brief(json!({}))).unwrap();
    let liked = "Harbour bike for commuters";
    for _ in 0..150 {
        let shown = session.document().advert.clone().unwrap().headline;
        let event = if shown == liked {
            Feedback::Like { target: "headline".into() }
        } else {
            Feedback::Dislike { target: "headline".into() }
        };
        session.feedback(&event).unwrap();
    }
    let mut shown = 0;
    for _ in 0..40 {
        session.feedback(&Feedback::Tick { seconds: 30.0 }).unwrap();
        shown += usize::from(session.document().advert.clone().unwrap().headline == liked);
    }
    assert!(shown >= 30, "shown {shown} of 40 times");
}

#[test]
fn a_click_on_the_call_unfolds_the_facts() {
    let (mut session, _) = Session::open(&brief(json!({}))).unwrap();
    let revision = session.feedback(&Feedback::Click { target: "call".into() }).unwrap();
    assert!(revision.document.advert.unwrap().open);
    let paths = serde_json::to_string(&revision.changed).unwrap();
    assert!(paths.contains("/advert/open"), "{paths}");
}

#[test]
fn what_is_not_there_is_a_typed_error_and_changes_nothing() {
    let (mut session, _) = Session::open(&brief(json!({}))).unwrap();
    let before = session.clone();
    let click = Feedback::Click { target: "banner".into() };
    assert!(matches!(session.feedback(&click), Err(SceneError::UnknownTarget { .. })));
    let say = Feedback::Say { to: None, text: "hello".into() };
    assert_eq!(session.feedback(&say), Err(SceneError::NotHere("say")));
    assert_eq!(session, before);
    let parsed = Brief::parse(br#"{"kind": "advertisement"}"#);
    assert_eq!(parsed, Err(SceneError::NoProduct));
}
