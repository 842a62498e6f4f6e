//! Hearing with the tiny checkpoint of `tests/golden`.

use std::{fs, path::PathBuf, sync::Arc};

use super::*;
use crate::{Event, EventReceiver, recogniser::Segment};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/whisper")
}

/// A copy of the folder that may be damaged.
fn copy() -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, copy.path().join(path.file_name().unwrap())).unwrap();
    }
    copy
}

async fn hear_with(
    model: &Whisper,
    hearing: Hearing,
) -> (Result<Transcript, GeneratorError>, Vec<Event>) {
    let (sender, receiver) = EventSender::channel(4);
    let (transcript, events) = tokio::join!(model.hear(hearing, sender), collect(receiver));
    (transcript, events)
}

async fn collect(mut receiver: EventReceiver) -> Vec<Event> {
    let mut events = Vec::new();
    while let Some(event) = receiver.recv().await {
        events.push(event);
    }
    events
}

async fn hear_all(hearing: Hearing) -> Transcript {
    hear_with(&Whisper::open("tiny", &folder()).unwrap(), hearing).await.0.unwrap()
}

fn tones(seconds: f32) -> Vec<f32> {
    (0..(seconds * 16_000.0) as usize).map(|index| (index as f32 * 0.07).sin() * 0.3).collect()
}

fn in_order(segments: &[Segment], seconds: f64) {
    let mut last = 0.0;
    for segment in segments {
        // A window may end after the sound does.
        assert!(segment.start >= last && segment.end > segment.start, "{segment:?}");
        assert!(segment.start <= seconds + 2.0);
        last = segment.start;
    }
}

#[tokio::test]
async fn the_same_sound_gives_the_same_transcript_and_its_events() {
    let model = Whisper::open("tiny", &folder()).unwrap();
    let hearing = Hearing { word_times: true, ..Hearing::new(tones(7.0)) };
    let (first, events) = hear_with(&model, hearing.clone()).await;
    let first = first.unwrap();
    in_order(&first.segments, 7.0);
    assert_eq!(hear_with(&model, hearing).await.0.unwrap(), first);
    let told: String = events
        .iter()
        .filter_map(
            |event| if let Event::Token { text } = event { Some(text.as_str()) } else { None },
        )
        .collect();
    assert_eq!(told.trim(), first.text());
    assert!(events.contains(&Event::Step { done: 7, total: 7 }));
    for segment in &first.segments {
        let words: String = segment.words.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(words, segment.text);
        assert!(segment.words.windows(2).all(|pair| pair[0].start <= pair[1].start));
    }
    assert!(["en", "de", "zh"].contains(&first.language.as_str()), "{}", first.language);
}

#[tokio::test]
async fn silence_is_an_empty_transcript_at_once() {
    // Three hours would take minutes if they were looked at window by window.
    let silence = hear_all(Hearing::new(vec![1e-6; 3 * 3_600 * 16_000])).await;
    assert!(silence.segments.is_empty());
    assert_eq!((silence.language.as_str(), silence.seconds), ("und", 10_800.0));
    assert_eq!(silence.text(), "");
    let named = Hearing { language: Some("DE".to_owned()), ..Hearing::new(vec![0.0; 16_000]) };
    assert_eq!(hear_all(named).await.language, "de");
}

#[tokio::test]
async fn noise_and_clipping_end_in_a_transcript() {
    let mut state = 1_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    let samples: Vec<f32> = (0..5 * 16_000).map(|_| 100.0 * noise()).collect();
    in_order(&hear_all(Hearing::new(samples)).await.segments, 5.0);
    // A sound shorter than a frame.
    in_order(&hear_all(Hearing::new([0.5; 3])).await.segments, 1.0);
}

#[tokio::test]
async fn what_cannot_be_heard_is_a_typed_error() {
    let model = Whisper::open("tiny", &folder()).unwrap();
    let refused = [
        (Hearing::new([]), "file"),
        (Hearing::new([f32::INFINITY; 400]), "file"),
        (Hearing { language: Some("fr".to_owned()), ..Hearing::new([0.1; 400]) }, "language"),
        (Hearing { temperature: 2.0, ..Hearing::new([0.1; 400]) }, "temperature"),
    ];
    for (hearing, expected) in refused {
        match hear_with(&model, hearing).await.0 {
            Err(GeneratorError::Parameter { parameter, .. }) => assert_eq!(parameter, expected),
            other => panic!("{expected}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn who_leaves_stops_the_run() {
    let model = Arc::new(Whisper::open("tiny", &folder()).unwrap());
    let (sender, receiver) = EventSender::channel(1);
    let hearing = Hearing::new(tones(3_600.0));
    let run = tokio::spawn(async move { model.hear(hearing, sender).await });
    drop(receiver);
    assert_eq!(run.await.unwrap().unwrap_err(), GeneratorError::Cancelled);
}

#[tokio::test]
async fn a_prompt_and_a_temperature_change_what_is_written_within_bounds() {
    let prompt = "the river rose ".repeat(40);
    let hearing = Hearing {
        prompt: Some(prompt + "<|endoftext|>"),
        temperature: 0.7,
        to_english: true,
        ..Hearing::new(tones(5.0))
    };
    let first = hear_all(hearing.clone()).await;
    assert_eq!(hear_all(hearing).await, first);
    assert!(first.segments.iter().all(|segment| segment.temperature == 0.7));
}

#[test]
fn vocabulary_and_merges_are_the_same_tokenizer() {
    let copy = copy();
    let text = fs::read(folder().join("tokenizer.json")).unwrap();
    let whole: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let mut vocabulary = whole["model"]["vocab"].clone();
    for token in whole["added_tokens"].as_array().unwrap() {
        vocabulary[token["content"].as_str().unwrap()] = token["id"].clone();
    }
    let merges = whole["model"]["merges"].as_array().unwrap().iter().map(|pair| {
        let pair: Vec<&str> =
            pair.as_array().unwrap().iter().map(|x| x.as_str().unwrap()).collect();
        pair.join(" ")
    });
    let merges = merges.collect::<Vec<_>>().join("\n");
    fs::write(copy.path().join("vocab.json"), vocabulary.to_string()).unwrap();
    fs::write(copy.path().join("merges.txt"), format!("#version: 0.2\n{merges}\n")).unwrap();
    let one = Whisper::open("tiny", copy.path()).unwrap();
    fs::remove_file(copy.path().join("tokenizer.json")).unwrap();
    let other = Whisper::open("tiny", copy.path()).unwrap();
    let text = " the river rose, 河水上涨";
    let ids = one.opened.vocabulary.encode(text).unwrap();
    assert_eq!(other.opened.vocabulary.encode(text).unwrap(), ids);
    assert_eq!(other.opened.vocabulary.decode(&ids).unwrap(), text);
    assert_eq!(other.opened.vocabulary.times, one.opened.vocabulary.times);
}

#[test]
fn damaged_folders_are_named_by_their_file() {
    assert_eq!(check(&folder()).problems, Vec::<String>::new());
    let damage = |name: &str, content: &[u8], said: &str| {
        let copy = copy();
        fs::write(copy.path().join(name), content).unwrap();
        let error = Whisper::open("x", copy.path()).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(said), "{name}: {error}");
        assert!(!check(copy.path()).problems.is_empty());
    };
    damage("config.json", b"{", "config.json");
    damage("generation_config.json", b"[1]", "generation_config.json");
    damage("tokenizer.json", b"{}", "tokenizer.json");
    damage("preprocessor_config.json", b"{\"mel_filters\": [[1.0]]}", "mel_filters");
    damage("preprocessor_config.json", b"{\"sampling_rate\": 8000}", "16000");
    damage("imprimatur.json", b"{\"nonsense\": 1}", "imprimatur.json");
    let weights = fs::read(folder().join("model.safetensors")).unwrap();
    damage("model.safetensors", &weights[..weights.len() / 2], "cut off");
    let config = fs::read_to_string(folder().join("config.json")).unwrap();
    let changed = |from: &str, to: &str| {
        assert!(config.contains(from), "{from}");
        config.replace(from, to)
    };
    let wider = changed("\"d_model\": 32", "\"d_model\": 64");
    damage("config.json", wider.as_bytes(), "config.json says");
    let odd = changed("\"decoder_attention_heads\": 4", "\"decoder_attention_heads\": 5");
    damage("config.json", odd.as_bytes(), "divide");
    let other = changed("\"model_type\": \"whisper\"", "\"model_type\": \"bert\"");
    damage("config.json", other.as_bytes(), "whisper is served");
    let bent = changed("\"activation_function\": \"gelu\"", "\"activation_function\": \"sine\"");
    damage("config.json", bent.as_bytes(), "sine");
}
