//! Videos of words alone, with material, and of a storyboard.

use std::sync::Arc;

use types::{Message, Speaker};

use super::*;
use crate::{Material, Raster};

fn job(task: Task, words: &str) -> Job {
    let message = Message { role: Speaker::User, text: words.to_owned() };
    let mut job = Job { messages: vec![message], ..Job::default() };
    (job.drawing.task, job.drawing.size) = (task, Some((320, 180)));
    job
}

async fn run(job: Job) -> Result<VideoOutput, GeneratorError> {
    let (sender, mut receiver) = EventSender::channel(1);
    let model = Filming::new("film");
    let heard = async { while receiver.recv().await.is_some() {} };
    let (output, ()) = tokio::join!(model.generate(job, sender), heard);
    match output? {
        Output::Video(video) => Ok(video),
        other => panic!("{other:?} is no video"),
    }
}

#[tokio::test]
async fn a_presenter_says_the_words() {
    let made = run(job(Task::Anchor, "# Elbe\nThe river rose. It will rain.")).await.unwrap();
    assert_eq!(made.bytes.get(4..8), Some(b"ftyp".as_slice()));
    assert!((2.0..9.0).contains(&made.seconds), "{}", made.seconds);
    assert!(made.transcript.contains("The river rose.") && made.transcript.contains("Elbe"));
    assert!(made.captions.starts_with("WEBVTT") && made.captions.contains("The river rose."));
}

#[tokio::test]
async fn pictures_tables_and_sentences_become_scenes() {
    let mut asked = job(Task::Effects, "Levels\nMonday.\nTuesday.\nThe end.");
    let raster = Raster { width: 64, height: 40, pixels: vec![120; 64 * 40 * 3] };
    asked.material = Material {
        pictures: vec![Arc::new(raster)],
        tables: vec!["Day,Level (cm)\nMon,412\nTue,\nWed,455\n".to_owned()],
        sound: None,
    };
    asked.filming.seconds = Some(6.0);
    let made = run(asked).await.unwrap();
    assert!((made.seconds - 6.0).abs() < 0.2, "{}", made.seconds);
    for words in ["Levels", "Monday.", "Tuesday.", "The end."] {
        assert!(made.transcript.contains(words), "{} lacks {words}", made.transcript);
    }
}

#[tokio::test]
async fn a_named_voice_says_what_is_shown() {
    let mut asked = job(Task::Effects, "Rain is coming.");
    asked.speaking.voice = Some("linden".to_owned());
    let made = run(asked).await.unwrap();
    assert!(made.captions.contains("Rain"), "{}", made.captions);
}

#[tokio::test]
async fn a_storyboard_is_made_as_it_is_or_refused_by_name() {
    let mut asked = job(Task::Effects, "");
    asked.filming.storyboard = Some(r#"{"scenes": [{"seconds": 1.0}]}"#.to_owned());
    assert!((run(asked).await.unwrap().seconds - 1.0).abs() < 0.1);
    for board in ["{", r#"{"scenes": []}"#, r#"{"scenes": [{"colour": 1}]}"#] {
        let mut asked = job(Task::Effects, "");
        asked.filming.storyboard = Some(board.to_owned());
        let error = run(asked).await.unwrap_err();
        let named = matches!(error, GeneratorError::Parameter { parameter: "storyboard", .. });
        assert!(named, "{board}: {error}");
    }
}

#[tokio::test]
async fn an_unknown_presenter_or_voice_is_named() {
    let mut asked = job(Task::Anchor, "Hello.");
    asked.filming.presenter = Some("nobody".to_owned());
    assert!(run(asked).await.unwrap_err().to_string().contains("nobody"));
    let mut asked = job(Task::Anchor, "Hello.");
    asked.speaking.voice = Some("nobody".to_owned());
    assert!(run(asked).await.unwrap_err().to_string().contains("nobody"));
}
