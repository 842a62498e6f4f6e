//! Sound on servers: OpenAI's protocol, and the paths of whisper.cpp and Piper.

use generators::{
    EventSender, GeneratorError, Hearing, Recogniser as _, Transcript,
    openai::{
        Settings,
        audio::{AudioPaths, SpeechOrder, UpstreamRecogniser, UpstreamVoice},
    },
};

use crate::routes::{Reply, Routes, Way};

const VERBOSE: &str = r#"{"task":"transcribe","language":"german","duration":1.0,
    "text":"Guten Tag.","segments":[{"id":0,"start":0.0,"end":0.9,"text":" Guten Tag."}]}"#;

fn settings(server: &Routes, path: &str, model: Option<&str>) -> Settings {
    let waits = server.connection().waits;
    let model = model.map(str::to_owned);
    Settings { model, waits, retries_max: 0, ..Settings::new(format!("{}{path}", server.url)) }
}

async fn hear(model: &UpstreamRecogniser, hearing: Hearing) -> Result<Transcript, GeneratorError> {
    let (sender, mut receiver) = EventSender::channel(4);
    let listening = async { while receiver.recv().await.is_some() {} };
    tokio::join!(model.hear(hearing, sender), listening).0
}

fn second() -> Hearing {
    Hearing::new(vec![0.25; 16_000])
}

#[tokio::test]
async fn a_sound_is_sent_as_a_form_and_its_words_come_back() {
    let server = Routes::start(|_| Reply::Json(VERBOSE.to_owned())).await;
    let settings = settings(&server, "/v1", Some("whisper-1"));
    let model = UpstreamRecogniser::new("ear", settings, AudioPaths::default()).unwrap();
    assert_eq!(model.card().backend, "openai");
    let hearing = Hearing {
        language: Some("de".to_owned()),
        prompt: Some("Elbe".to_owned()),
        temperature: 0.5,
        word_times: true,
        ..second()
    };
    let transcript = hear(&model, hearing.clone()).await.unwrap();
    assert_eq!((transcript.text().as_str(), transcript.language.as_str()), ("Guten Tag.", "de"));
    assert_eq!(transcript.seconds, 1.0);
    let asked = server.asked("POST /v1/audio/transcriptions").pop().unwrap();
    let text = asked.text();
    for (name, value) in [
        ("model", "whisper-1"),
        ("language", "de"),
        ("prompt", "Elbe"),
        ("temperature", "0.5"),
        ("response_format", "verbose_json"),
        ("timestamp_granularities[]", "word"),
    ] {
        assert!(text.contains(&format!("name=\"{name}\"\r\n\r\n{value}\r\n")), "{name}");
    }
    assert!(text.contains("filename=\"sound.wav\"\r\ncontent-type: audio/wav\r\n\r\nRIFF"));
    assert!(asked.body.len() > 32_000);
    hear(&model, Hearing { to_english: true, ..hearing }).await.unwrap();
    let asked = server.asked("POST /v1/audio/translations").pop().unwrap().text();
    assert!(!asked.contains("name=\"language\"") && !asked.contains("name=\"translate\""));
}

#[tokio::test]
async fn other_programs_have_other_paths() {
    let server = Routes::start(|asked| match asked.line.as_str() {
        "POST /inference" => Reply::Json(r#"{"text":" Hello."}"#.to_owned()),
        "POST /" => Reply::Bytes(b"RIFF....WAVE".to_vec()),
        _ => Reply::Status("404 Not Found"),
    })
    .await;
    let paths = AudioPaths::whisper_cpp();
    let model = UpstreamRecogniser::new("ear", settings(&server, "", None), paths).unwrap();
    let hearing = Hearing { to_english: true, ..second() };
    assert_eq!(hear(&model, hearing).await.unwrap().text(), "Hello.");
    let asked = server.asked("POST /inference").pop().unwrap().text();
    assert!(asked.contains("name=\"translate\"\r\n\r\ntrue"));
    // It has one model, so nobody asks which.
    assert!(server.asked("GET").is_empty());
    let voice = UpstreamVoice::new("piper", settings(&server, "", None), AudioPaths::piper());
    let (sender, _receiver) = EventSender::channel(1);
    let order = SpeechOrder { speed: 2.0, ..SpeechOrder::new("Good morning.") };
    let sound = voice.unwrap().speak(&order, sender).await.unwrap();
    assert_eq!(sound.bytes, b"RIFF....WAVE");
    let body =
        server.asked("POST /").into_iter().find(|asked| asked.line == "POST /").unwrap().json();
    assert_eq!((&body["text"], &body["length_scale"]), (&"Good morning.".into(), &0.5.into()));
}

#[tokio::test]
async fn a_text_is_spoken_in_the_form_that_is_asked_for() {
    let server = Routes::start(|asked| match asked.line.as_str() {
        "GET /v1/models" => Reply::Json(r#"{"data":[{"id":"kokoro"}]}"#.to_owned()),
        _ => Reply::Bytes(b"ID3 sound".to_vec()),
    })
    .await;
    let voice = UpstreamVoice::new("v", settings(&server, "/v1", None), AudioPaths::default());
    let voice = voice.unwrap();
    let order = SpeechOrder {
        voice: Some("af_sky".to_owned()),
        format: "mp3".to_owned(),
        ..SpeechOrder::new("Good morning.")
    };
    let (sender, _receiver) = EventSender::channel(1);
    assert_eq!(voice.speak(&order, sender.clone()).await.unwrap().bytes, b"ID3 sound");
    let body = server.asked("POST /v1/audio/speech").pop().unwrap().json();
    assert_eq!(body["model"], "kokoro");
    assert_eq!((&body["voice"], &body["response_format"]), (&"af_sky".into(), &"mp3".into()));
    let empty = voice.speak(&SpeechOrder::new("  "), sender.clone()).await;
    assert_eq!(empty.unwrap_err(), GeneratorError::PromptEmpty);
    let hasty = SpeechOrder { speed: 9.0, ..order };
    let refused = voice.speak(&hasty, sender).await.unwrap_err();
    assert!(matches!(refused, GeneratorError::Parameter { parameter: "speed", .. }));
}

#[tokio::test]
async fn faults_have_their_names_and_tell_no_secrets() {
    let cases: [(Way, &str); 5] = [
        (|| Reply::Json("{}".to_owned()), "upstream_malformed"),
        (|| Reply::Status("500 Internal Server Error"), "upstream_failed"),
        (|| Reply::Status("413 Payload Too Large"), "upstream_refused"),
        (|| Reply::Hang, "upstream_reset"),
        (|| Reply::Stall, "upstream_timed_out"),
    ];
    for (reply, code) in cases {
        let server = Routes::start(move |_| reply()).await;
        let settings = settings(&server, "/v1", Some("m"));
        let ear = UpstreamRecogniser::new("e", settings.clone(), AudioPaths::default()).unwrap();
        let voice = UpstreamVoice::new("v", settings, AudioPaths::default()).unwrap();
        let (sender, _receiver) = EventSender::channel(1);
        let heard = hear(&ear, second()).await.unwrap_err();
        let spoken = voice.speak(&SpeechOrder::new("x"), sender).await.unwrap_err();
        for error in [heard, spoken] {
            assert!(!error.to_string().contains("secret"), "{error}");
            match error {
                GeneratorError::Upstream(error) => assert_eq!(error.code(), code),
                other => panic!("{code}: {other}"),
            }
        }
    }
}

#[tokio::test]
async fn who_leaves_is_not_waited_for() {
    let server = Routes::start(|_| Reply::Stall).await;
    let settings = settings(&server, "/v1", Some("m"));
    let ear = UpstreamRecogniser::new("e", settings, AudioPaths::default()).unwrap();
    let (sender, receiver) = EventSender::channel(1);
    let leaving = async {
        server.comes("POST").await;
        drop(receiver);
    };
    let (heard, ()) = tokio::join!(ear.hear(second(), sender), leaving);
    assert_eq!(heard.unwrap_err(), GeneratorError::Cancelled);
    let refused = hear(&ear, Hearing::new([f32::NAN])).await;
    assert!(matches!(refused, Err(GeneratorError::Parameter { parameter: "file", .. })));
}
