//! Scenes: what they show, and how people in them answer.

use scene::{Brief, Change, Document, Doing, Feedback, Hour, Mood, Session, Weather};
use serde_json::{Value, json};

pub(crate) fn open(brief: Value) -> Session {
    Session::open(&Brief::parse(brief.to_string().as_bytes()).unwrap()).unwrap().0
}

fn say(session: &mut Session, text: &str) -> String {
    let event = Feedback::Say { to: None, text: text.to_owned() };
    session.feedback(&event).unwrap();
    session.document().characters["person-1"].says.clone()
}

#[test]
fn a_prompt_becomes_a_place_and_unknown_words_are_named() {
    let session = open(json!({
        "kind": "scene", "prompt": "A harbour at night in the rain with four boats and a zeppelin", "seed": 3,
    }));
    let document = session.document();
    assert_eq!((document.time, document.weather), (Hour::Night, Weather::Rain));
    let boats = document.nodes.values().filter(|node| node.label == "Fishing boat").count();
    assert!(boats >= 4, "{boats}");
    assert_eq!(document.warnings, ["nothing in this scene stands for: zeppelin"]);
    let neutral = open(json!({"kind": "scene", "prompt": "quarks"}));
    assert_eq!(neutral.document().place, "plaza");
}

#[test]
fn the_same_brief_and_feedback_give_the_same_revisions() {
    let run = || {
        let mut session = open(json!({"kind": "scene", "prompt": "a park", "seed": 9}));
        let events = [
            Feedback::Like { target: "bench-1".into() },
            Feedback::Tick { seconds: 40.0 },
            Feedback::Weather { weather: Weather::Snow },
        ];
        let all: Vec<_> = events.iter().map(|event| session.feedback(event).unwrap()).collect();
        serde_json::to_string(&all).unwrap()
    };
    assert_eq!(run(), run());
}

#[test]
fn characters_answer_point_come_and_remember() {
    let mut session = open(json!({
        "kind": "scene", "prompt": "a harbour", "seed": 1,
        "characters": [{"name": "Marta", "role": "fisher", "goal": "The old boat must be saved."}],
    }));
    assert!(session.document().characters["person-1"].says.contains("made with AI"));
    assert_eq!(say(&mut session, "My name is Li"), "Pleased to meet you, Li.");
    assert_eq!(say(&mut session, "do you remember me?"), "You are Li.");
    assert!(say(&mut session, "What do you want?").contains("The old boat must be saved."));
    let camera = session.document().camera.clone();
    assert!(say(&mut session, "Where is the lighthouse?").starts_with("The lighthouse is "));
    assert_ne!(session.document().camera, camera, "the view follows");
    assert!(say(&mut session, "Are you human?").starts_with("No. I am a character made with AI"));
    let before = session.document().characters["person-1"].at;
    assert_eq!(say(&mut session, "come here please"), "I am coming.");
    let person = &session.document().characters["person-1"];
    assert!(person.at != before && person.does == Doing::Walk);
    say(&mut session, "you idiot");
    assert_eq!(session.document().characters["person-1"].mood, Mood::Hurt);
    assert!(say(&mut session, "Is it raining?").contains("clear"));
}

#[test]
fn chinese_characters_answer_in_chinese() {
    let mut session = open(json!({"kind": "scene", "prompt": "黄昏的渔港", "language": "zh"}));
    assert_eq!(session.document().time, Hour::Dusk);
    assert_eq!(say(&mut session, "我叫小李"), "很高兴认识你，小李。");
    assert!(say(&mut session, "灯塔在哪里？").starts_with("灯塔"));
    assert!(say(&mut session, "你是真人吗？").contains("人工智能"));
}

#[test]
fn what_is_liked_is_added_and_what_is_disliked_goes() {
    let mut session = open(json!({"kind": "scene", "prompt": "a park", "seed": 2}));
    let count = |session: &Session| {
        session.document().nodes.values().filter(|n| n.label == "Bench" && n.shown).count()
    };
    let before = count(&session);
    let revision = session.feedback(&Feedback::Like { target: "bench-1".into() }).unwrap();
    assert_eq!(count(&session), before + 1);
    assert!(revision.because.contains("was added"), "{}", revision.because);
    session.feedback(&Feedback::Dislike { target: "bench-1".into() }).unwrap();
    assert_eq!(count(&session), before);
    assert!(session.feedback(&Feedback::Click { target: "bench-1".into() }).is_err());
}

#[test]
fn changes_make_the_document_before_into_the_one_after() {
    let mut session =
        open(json!({"kind": "scene", "prompt": "a village with a windmill", "seed": 5}));
    let mut mirror = serde_json::to_value(session.document()).unwrap();
    let events = [
        Feedback::Time { time: Hour::Night },
        Feedback::Like { target: "house-1".into() },
        Feedback::Say { to: Some("person-2".into()), text: "hello".into() },
        Feedback::Choose { option: "next-weather".into() },
        Feedback::Dislike { target: "windmill-1".into() },
        Feedback::Tick { seconds: 60.0 },
        Feedback::Skip,
    ];
    for event in events {
        let revision = session.feedback(&event).unwrap();
        revision.changed.iter().for_each(|change| apply(&mut mirror, change));
        assert_eq!(mirror, serde_json::to_value(&revision.document).unwrap(), "{event:?}");
        let size = serde_json::to_vec(&revision.changed).unwrap().len();
        assert!(size < 24_000, "{event:?}: {size} bytes");
    }
}

pub(crate) fn apply(document: &mut Value, change: &Change) {
    let (path, value) = match change {
        Change::Add { path, value } | Change::Replace { path, value } => (path, Some(value)),
        Change::Remove { path } => (path, None),
    };
    let (parent, name) = path.rsplit_once('/').unwrap();
    let name = name.replace("~1", "/").replace("~0", "~");
    let parent = document.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => drop(parent.insert(name, value.clone())),
        None => drop(parent.remove(&name).unwrap()),
    }
}

#[test]
fn every_text_of_a_document_is_among_the_texts_of_its_revisions() {
    let brief = json!({"kind": "scene", "prompt": "a market with a dragon", "seed": 4});
    let brief = Brief::parse(brief.to_string().as_bytes()).unwrap();
    let (mut session, opened) = Session::open(&brief).unwrap();
    let mut said: Vec<String> = opened.texts.into_iter().map(|said| said.text).collect();
    for text in ["hello", "what is this place?", "tell me about the stall", "gibberish"] {
        let event = Feedback::Say { to: None, text: text.to_owned() };
        said.extend(session.feedback(&event).unwrap().texts.into_iter().map(|said| said.text));
        for shown in shown(session.document()) {
            assert!(said.contains(&shown), "{shown}");
        }
    }
}

fn shown(document: &Document) -> Vec<String> {
    let people = document.characters.values();
    let mut all: Vec<String> =
        people.flat_map(|c| [c.name.clone(), c.role.clone(), c.says.clone()]).collect();
    all.extend(document.nodes.values().map(|node| node.label.clone()));
    all.extend(document.warnings.iter().cloned());
    all.extend([document.title.clone(), document.description.clone(), document.notice.clone()]);
    all.retain(|text| !text.is_empty());
    all
}

#[test]
fn a_session_goes_on_after_a_restart() {
    let mut session = open(json!({"kind": "scene", "prompt": "a beach", "seed": 8}));
    say(&mut session, "My name is Ada");
    let kept = session.snapshot().to_string();
    let mut again = Session::restore(kept.as_bytes()).unwrap();
    assert_eq!(again, session);
    assert_eq!(say(&mut again, "what is my name?"), "You are Ada.");
    say(&mut session, "what is my name?");
    assert_eq!(again, session);
}
