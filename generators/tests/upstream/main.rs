//! Servers that misbehave, as real servers on this machine: every fault has its name, and nothing
//! hangs.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test did not expect ends it"
)]

mod a1111;
mod comfyui;
mod faults;
mod pictures;
mod routed;
mod routes;
mod server;
mod sound;

use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use generators::{
    Event, EventSender, FinishReason, Generator, GeneratorError, Job, Output, SampledBy,
    TextOutput, Upstream,
    openai::{Key, Settings, models},
};
use types::{Message, Modality, Sampling, Speaker};

use server::{
    Close, DONE, Pause, Reset, STOP, Send, Server, UntilGone, WHOLE, answer, events, json, said,
    send, settings,
};

fn job(whole: bool) -> Job {
    let text = "What does the river do?".to_owned();
    let sampling = Sampling { seed: 7, ..Sampling::default() };
    let messages = vec![Message { role: Speaker::User, text }];
    Job { messages, sampling, whole, ..Job::default() }
}

/// Runs a job and gives its text with what was streamed.
async fn run(settings: Settings, whole: bool) -> (Result<TextOutput, GeneratorError>, String) {
    let model = Upstream::new("m", settings).unwrap();
    run_on(&model, whole).await
}

async fn run_on(model: &Upstream, whole: bool) -> (Result<TextOutput, GeneratorError>, String) {
    run_model(model, whole).await
}

async fn run_model(
    model: &dyn Generator,
    whole: bool,
) -> (Result<TextOutput, GeneratorError>, String) {
    let (sender, mut receiver) = EventSender::channel(1);
    let listening = async {
        let mut streamed = String::new();
        while let Some(event) = receiver.recv().await {
            if let Event::Token { text, .. } = event {
                streamed.push_str(&text);
            }
        }
        streamed
    };
    let running = async { tokio::join!(model.generate(job(whole), sender), listening) };
    let limit = Duration::from_secs(20);
    let (output, streamed) = tokio::time::timeout(limit, running).await.expect("nothing hangs");
    let text = output.map(|output| match output {
        Output::Text(text) => text,
        other => panic!("{other:?}"),
    });
    (text, streamed)
}

fn code(result: &Result<TextOutput, GeneratorError>) -> &'static str {
    match result {
        Err(GeneratorError::Upstream(error)) => error.code(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_text_comes_whole_and_in_pieces() {
    let server = Server::start(vec![vec![json(WHOLE)]]).await;
    let (text, told) = run(server.settings(), true).await;
    let text = text.unwrap();
    assert_eq!((text.text.as_str(), told.as_str()), ("The Elbe rises.", "The Elbe rises."));
    assert_eq!((text.usage.prompt_tokens, text.usage.completion_tokens), (9, 4));
    assert_eq!((text.finish_reason, text.sampler), (FinishReason::Stop, SampledBy::Upstream));

    let usage =
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":4}}\n\n";
    let script = vec![
        events(),
        said("The "),
        said("Elbe rises."),
        send(STOP),
        send(usage),
        send(DONE),
        Close,
    ];
    let server = Server::start(vec![script]).await;
    let (streamed, told) = run(server.settings(), false).await;
    assert_eq!((streamed.unwrap(), told.as_str()), (text, "The Elbe rises."));
}

#[tokio::test]
async fn characters_may_be_cut_anywhere() {
    let event = "data: {\"choices\":[{\"delta\":{\"content\":\"河水🌊\"}}]}\n\n".as_bytes();
    let mut script = vec![events()];
    for byte in event.chunks(1) {
        script.extend([Send(byte.to_vec()), Pause(1)]);
    }
    script.extend([send(STOP), send(DONE), Close]);
    let server = Server::start(vec![script]).await;
    let mut settings = server.settings();
    settings.waits.total = Duration::from_secs(4);
    assert_eq!(run(settings, false).await.0.unwrap().text, "河水🌊");
}

#[tokio::test]
async fn a_stream_whose_end_was_told_is_whole_without_the_last_word() {
    let server = Server::start(vec![vec![events(), said("The"), send(STOP), Close]]).await;
    assert_eq!(run(server.settings(), false).await.0.unwrap().text, "The");
    // Nor need a server know streams.
    let server = Server::start(vec![vec![json(WHOLE)]]).await;
    assert_eq!(run(server.settings(), false).await.0.unwrap().text, "The Elbe rises.");
}

#[tokio::test]
async fn nobody_there_is_told_at_once() {
    let start = Instant::now();
    let (result, _) = run(settings("http://127.0.0.1:1/v1"), true).await;
    assert_eq!(code(&result), "upstream_unreachable");
    assert!(start.elapsed() < Duration::from_millis(500));
}

#[tokio::test]
async fn a_try_that_read_nothing_is_repeated_and_one_that_read_something_is_not() {
    let server = Server::start(vec![vec![Reset], vec![json(WHOLE)]]).await;
    assert!(run(server.settings(), true).await.0.is_ok());
    assert_eq!(server.requests(), 2);

    let broken = vec![events(), said("The"), Pause(20), Reset];
    let server = Server::start(vec![broken, vec![json(WHOLE)]]).await;
    assert_eq!(code(&run(server.settings(), false).await.0), "upstream_reset");
    assert_eq!(server.requests(), 1);

    let server = Server::start(vec![vec![answer("500 Internal Server Error", "", "")]]).await;
    assert_eq!(code(&run(server.settings(), true).await.0), "upstream_failed");
    assert_eq!(server.requests(), 3, "two retries");
}

#[tokio::test]
async fn another_endpoint_takes_over_and_the_failing_one_is_left_alone() {
    let bad = Server::start(vec![vec![answer("500 Internal Server Error", "", "")]]).await;
    let good = Server::start(vec![vec![json(WHOLE)]]).await;
    let settings = Settings { urls: vec![bad.url.clone(), good.url.clone()], ..bad.settings() };
    let model = Upstream::new("m", settings).unwrap();
    for _ in 0..30 {
        assert!(run_on(&model, true).await.0.is_ok());
    }
    assert_eq!((bad.requests(), good.requests()), (5, 30), "the circuit opens after five failures");
}

#[tokio::test]
async fn who_asks_for_time_gets_it() {
    let busy = vec![answer("503 Service Unavailable", "retry-after: 9\r\n", "")];
    let server = Server::start(vec![busy]).await;
    let model = Upstream::new("m", server.settings()).unwrap();
    for _ in 0..3 {
        let Err(GeneratorError::Upstream(error)) = run_on(&model, true).await.0 else { panic!() };
        assert_eq!(error.retry_after_s, Some(9));
    }
    assert_eq!(server.requests(), 1, "nobody asks again before");
}

#[tokio::test]
async fn connections_are_used_again_and_requests_carry_the_key() {
    let server = Server::start(vec![vec![json(WHOLE)]]).await;
    let settings = Settings { key: Some(Key::new("Hunter2\n")), ..server.settings() };
    let model = Upstream::new("m", settings).unwrap();
    for _ in 0..5 {
        run_on(&model, true).await.0.unwrap();
    }
    assert_eq!((server.requests(), server.connections.load(Ordering::SeqCst)), (5, 1));
    assert!(server.head.lock().unwrap().contains("authorization: bearer hunter2\r\n"));
    assert!(!format!("{model:?}").to_lowercase().contains("hunter2"));
}

#[tokio::test]
async fn who_leaves_ends_the_connection() {
    let server = Server::start(vec![vec![events(), said("The"), UntilGone]]).await;
    let model = Upstream::new("m", server.settings()).unwrap();
    let (sender, mut receiver) = EventSender::channel(1);
    let leaving = async move { assert!(receiver.recv().await.is_some()) };
    let (output, ()) = tokio::join!(model.generate(job(false), sender), leaving);
    assert_eq!(output, Err(GeneratorError::Cancelled));
    let start = Instant::now();
    while server.gone.load(Ordering::SeqCst) == 0 {
        assert!(start.elapsed() < Duration::from_secs(2), "the server was not told");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn models_are_listed_and_the_first_is_used_where_none_is_named() {
    let list = r#"{"object":"list","data":[{"id":"big/one"},{"id":""},{"id":"small"}]}"#;
    let server = Server::start(vec![vec![json(list)], vec![json(WHOLE)]]).await;
    assert_eq!(models::list(&server.settings()).await.unwrap(), ["big/one", "small"]);

    let server = Server::start(vec![vec![json(list)], vec![json(WHOLE)]]).await;
    let settings = Settings { model: None, ..server.settings() };
    let model = Upstream::new("m", settings).unwrap();
    assert!(run_on(&model, true).await.0.is_ok());
    assert!(run_on(&model, true).await.0.is_ok());
    assert_eq!(server.requests(), 3, "the list is asked for once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_says_what_is_wrong_with_each_server() {
    let server = Server::start(vec![vec![json(r#"{"data":[{"id":"other"}]}"#)]]).await;
    let settings = Settings {
        urls: vec![server.url.clone(), "http://127.0.0.1:1/v1".into()],
        ..server.settings()
    };
    let checking = tokio::task::spawn_blocking(move || models::check(&settings).problems);
    let problems = checking.await.unwrap();
    assert!(problems[0].contains("no model `m`"), "{problems:?}");
    assert!(problems[1].contains("cannot be reached"), "{problems:?}");
}

#[tokio::test]
async fn a_picture_is_handed_on_as_a_file() {
    let server = Server::start(vec![vec![json(r#"{"data":[{"b64_json":"iVBORw=="}]}"#)]]).await;
    let settings = Settings { modality: Modality::Image, ..server.settings() };
    let (sender, _receiver) = EventSender::channel(1);
    let output = Upstream::new("m", settings).unwrap().generate(job(true), sender).await;
    assert!(matches!(output, Ok(Output::Picture(file)) if file.bytes == b"\x89PNG"));
}
