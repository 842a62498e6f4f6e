//! Translating with the tiny checkpoints of `tests/golden`, which know five sentences.

use std::{
    fs,
    path::{Path, PathBuf},
};

use types::Task;

use super::*;
use crate::{Event, kind_of, open, open_recogniser, open_translator};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

/// A copy of a folder that may be damaged.
fn copy(name: &str) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(folder(name)).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, copy.path().join(path.file_name().unwrap())).unwrap();
    }
    copy
}

async fn translate(
    model: &dyn Translator,
    texts: &[&str],
    pair: (Option<&str>, &str),
) -> (Result<Vec<String>, GeneratorError>, Vec<Event>) {
    let (sender, mut receiver) = EventSender::channel(8);
    let texts = texts.iter().map(|text| (*text).to_owned()).collect();
    let mut events = Vec::new();
    let reading = async {
        while let Some(event) = receiver.recv().await {
            events.push(event);
        }
    };
    let (found, ()) = tokio::join!(model.translate(texts, pair.0, pair.1, sender), reading);
    (found, events)
}

const RIVER: &str = "The river rose by 40 centimetres overnight.";
const FLUSS: &str = "Der Fluss stieg über Nacht um 40 Zentimeter.";
const WHO: &str = "Who pays for the flood defence plan?";
const WER: &str = "Wer bezahlt den Hochwasserschutz?";

#[tokio::test]
async fn sentences_are_translated_one_by_one_and_breaks_stay() {
    for kind in ["marian", "t5"] {
        let model = open_translator(kind, "tiny", &folder(kind)).unwrap();
        let text = format!("  {RIVER} {WHO}\n\n{WHO}\n");
        let (found, events) =
            translate(&*model, &[&text, "", " \n", WHO], (Some("en"), "de")).await;
        let expected = format!("  {FLUSS} {WER}\n\n{WER}\n");
        assert_eq!(found.unwrap(), [expected.as_str(), "", " \n", WER], "{kind}");
        assert_eq!(events.last(), Some(&Event::Step { done: 4, total: 4 }));
    }
}

#[tokio::test]
async fn languages_are_known_or_refused() {
    let marian = Translation::marian("tiny", &folder("marian")).unwrap();
    let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    assert_eq!(marian.pairs(), [pair("en", "de"), pair("en", "zh")]);
    let t5 = Translation::t5("tiny", &folder("t5")).unwrap();
    assert_eq!(t5.pairs(), [pair("en", "de")]);
    let refused = |found: Result<Vec<String>, GeneratorError>, expected: &str| match found {
        Err(GeneratorError::Parameter { parameter, .. }) => assert_eq!(parameter, expected),
        other => panic!("{expected}: {other:?}"),
    };
    refused(translate(&marian, &["x"], (None, "fr")).await.0, "target_language");
    refused(translate(&t5, &["x"], (None, "qq")).await.0, "target_language");
    refused(translate(&t5, &["x"], (Some("qq"), "de")).await.0, "source_language");
    let long = "a ".repeat(600_000);
    refused(translate(&t5, &[&long], (None, "de")).await.0, "input");
}

#[tokio::test]
async fn long_and_strange_texts_end() {
    for kind in ["marian", "t5"] {
        let model = open_translator(kind, "tiny", &folder(kind)).unwrap();
        let long = "the council and the river, ".repeat(40);
        let strange = "</s> <pad> >>deu<< \u{0} 🌊 ﷺ";
        let (found, _) = translate(&*model, &[&long, strange], (None, "de")).await;
        let found = found.unwrap();
        assert!(!found[0].is_empty(), "{kind}");
        assert_eq!(translate(&*model, &[&long, strange], (None, "de")).await.0.unwrap(), found);
    }
}

#[tokio::test]
async fn who_leaves_stops_the_run() {
    let model = Translation::t5("tiny", &folder("t5")).unwrap();
    let (sender, receiver) = EventSender::channel(1);
    drop(receiver);
    let found = model.translate(vec![RIVER.repeat(50)], None, "de", sender).await;
    assert_eq!(found.unwrap_err(), GeneratorError::Cancelled);
}

#[test]
fn folders_are_recognised_and_do_one_thing() {
    for kind in ["marian", "t5", "whisper"] {
        assert_eq!(kind_of(&folder(kind)), Some(kind));
        let task = if kind == "whisper" { Task::Transcribe } else { Task::Translate };
        assert_eq!(open(kind, "x", &folder(kind)).unwrap().card().tasks, [task]);
        let checked = crate::check(kind, &folder(kind)).unwrap();
        assert_eq!(checked.problems, Vec::<String>::new());
        assert_eq!(checked.kind, kind);
        assert!(checked.parameters.unwrap() > 10_000);
    }
    assert!(open_recogniser("t5", "x", &folder("t5")).is_err());
    assert!(open_translator("whisper", "x", &folder("whisper")).is_err());
    assert!(open_recogniser("whisper", "x", &folder("whisper")).is_ok());
}

#[test]
fn damaged_folders_are_named_by_their_file() {
    let damage = |kind: &str, name: &str, content: &[u8], said: &str| {
        let copy = copy(kind);
        fs::write(copy.path().join(name), content).unwrap();
        let error = open_translator(kind, "x", copy.path()).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(said), "{kind} {name}: {error}");
        assert!(!crate::check(kind, copy.path()).unwrap().problems.is_empty());
    };
    damage("marian", "source.spm", b"\x0a\xff", "source.spm");
    damage("marian", "target.spm", b"", "target.spm");
    damage("marian", "vocab.json", b"{\"a\": 100000}", "100000");
    damage("marian", "vocab.json", b"{\"a\": 1}", "<unk>");
    damage("marian", "config.json", b"[]", "config.json");
    damage("t5", "spiece.model", b"PK\x03\x04", "spiece.model");
    damage("t5", "generation_config.json", b"{\"num_beams\": \"x\"}", "generation_config.json");
    let weights = fs::read(folder("t5").join("model.safetensors")).unwrap();
    damage("t5", "model.safetensors", &weights[..100], "cut off");
    let config = fs::read_to_string(folder("t5").join("config.json")).unwrap();
    let more = config.replace("\"num_layers\": 2", "\"num_layers\": 3");
    damage("t5", "config.json", more.as_bytes(), "has no tensor");
    let other =
        config.replace("\"feed_forward_proj\": \"relu\"", "\"feed_forward_proj\": \"sine\"");
    damage("t5", "config.json", other.as_bytes(), "sine");
}

#[test]
fn a_card_may_say_what_the_files_do_not() {
    let copy = copy("t5");
    let manual = r#"{"name": "Brücke", "licence": "CC-BY-4.0", "pairs": [["en", "fr"]]}"#;
    fs::write(copy.path().join("imprimatur.json"), manual).unwrap();
    let model = Translation::t5("tiny", copy.path()).unwrap();
    assert_eq!(model.card().name, "Brücke");
    assert_eq!(model.card().languages, ["en", "fr"]);
    assert_eq!(model.card().backend, "t5");
    assert_eq!(model.pairs(), [("en".to_owned(), "fr".to_owned())]);
}
