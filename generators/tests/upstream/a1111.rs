//! Servers of the web UI.

use generators::{
    GeneratorError, WebUi,
    a1111::{Settings, check},
    server::{Connection, Key},
};
use types::Task;

use crate::routes::{PNG, PNG_BASE64, Reply, Routes, Way, draw, fault, job, leave};

const STEPS: &str = r#"{"progress":0.3,"eta_relative":1.0,"state":{"job":"scripts_txt2img","sampling_step":6,"sampling_steps":20},"current_image":null}"#;

fn settings(server: &Routes) -> Settings {
    Settings { connection: server.connection(), model: Some("sd15".to_owned()) }
}

fn model(server: &Routes) -> WebUi {
    WebUi::new("m", settings(server)).unwrap()
}

fn made() -> Reply {
    Reply::Json(format!(r#"{{"images":["{PNG_BASE64}"],"parameters":{{}},"info":"secret"}}"#))
}

/// A server whose pictures are these.
async fn serves(reply: impl Fn() -> Reply + Send + Sync + 'static) -> Routes {
    Routes::start(move |asked| match asked.line.as_str() {
        "GET /sdapi/v1/upscalers" => {
            Reply::Json(r#"[{"name":"None"},{"name":"R-ESRGAN 4x+"}]"#.to_owned())
        }
        line if line.starts_with("GET /sdapi/v1/progress") => Reply::Json(STEPS.to_owned()),
        "POST /sdapi/v1/interrupt" => Reply::Json("{}".to_owned()),
        _ => reply(),
    })
    .await
}

#[tokio::test]
async fn each_task_has_its_request_and_steps_are_told() {
    let server = serves(|| Reply::After(700, Box::new(made()))).await;
    let model = model(&server);
    let (file, steps) = draw(&model, job(Task::Create, "a quay")).await;
    assert_eq!((file.unwrap(), steps), (PNG.to_vec(), vec![(6, 20)]));
    let server = serves(made).await;
    let model = self::model(&server);
    assert_eq!(draw(&model, job(Task::Inpaint, "a quay")).await.0.unwrap(), PNG);
    assert_eq!(draw(&model, job(Task::Vary, "")).await.0.unwrap(), PNG);
    let sent: Vec<_> = server.asked("POST").iter().map(super::routes::Asked::json).collect();
    assert!(sent[0]["mask"].is_string() && sent[0]["init_images"][0].is_string());
    assert!(sent[1]["mask"].is_null() && sent[1]["init_images"][0].is_string());
    let (refused, _) = draw(&model, job(Task::Style, "a quay")).await;
    assert!(matches!(refused, Err(GeneratorError::Parameter { parameter: "task", .. })));
}

#[tokio::test]
async fn a_picture_gets_more_pixels_and_the_key_is_shown() {
    let made = || Reply::Json(format!(r#"{{"html_info":"","image":"{PNG_BASE64}"}}"#));
    let server = serves(made).await;
    let key = Some(Key::new("desk:hunter2"));
    let connection = Connection { key, ..server.connection() };
    let model = WebUi::new("m", Settings { connection, model: None }).unwrap();
    assert_eq!(draw(&model, job(Task::Upscale, "")).await.0.unwrap(), PNG);
    let sent = &server.asked("POST /sdapi/v1/extra-single-image")[0];
    assert_eq!(sent.json()["upscaler_1"], "R-ESRGAN 4x+");
    assert!(sent.head.contains("authorization: Basic ZGVzazpodW50ZXIy"));
}

#[tokio::test]
async fn every_bad_answer_has_its_name_and_nothing_is_sent_twice() {
    let cases: [(Way, &str); 8] = [
        (|| Reply::Stall, "upstream_timed_out"),
        (|| Reply::Hang, "upstream_reset"),
        (|| Reply::Json(r#"{"images":["iVBO"#.to_owned()), "upstream_malformed"),
        (|| Reply::Json(r#"{"images":[]}"#.to_owned()), "upstream_malformed"),
        (|| Reply::Json(r#"{"images":["dGhlIHNlY3JldA=="]}"#.to_owned()), "upstream_malformed"),
        (|| Reply::Bytes(vec![b' '; 97 << 20]), "upstream_too_large"),
        (|| Reply::Status("500 Internal Server Error"), "upstream_failed"),
        (|| Reply::Status("422 Unprocessable Entity"), "upstream_refused"),
    ];
    for (reply, expected) in cases {
        let server = serves(reply).await;
        let mut settings = settings(&server);
        settings.connection.waits.total = std::time::Duration::from_millis(900);
        let (file, _) =
            draw(&WebUi::new("m", settings).unwrap(), job(Task::Create, "a quay")).await;
        assert_eq!(fault(&file), expected);
        assert_eq!(server.asked("POST /sdapi/v1/txt2img").len(), 1, "{expected}");
        if expected == "upstream_timed_out" {
            server.comes("POST /sdapi/v1/interrupt").await;
        }
    }
}

#[tokio::test]
async fn who_leaves_interrupts_the_server() {
    let server = serves(|| Reply::Stall).await;
    let model = model(&server);
    leave(&model, job(Task::Create, "a quay"), &server, "POST /sdapi/v1/txt2img").await;
    server.comes("POST /sdapi/v1/interrupt").await;
}

#[tokio::test]
async fn a_server_that_fails_before_the_run_is_asked_again_or_another_is() {
    let bad = Routes::start(|_| Reply::Status("500 Internal Server Error")).await;
    let good = serves(made).await;
    let mut settings = settings(&bad);
    settings.connection.urls.push(good.url.clone());
    let model = WebUi::new("m", settings).unwrap();
    for _ in 0..4 {
        assert!(draw(&model, job(Task::Create, "a quay")).await.0.is_ok());
    }
    assert_eq!(good.asked("POST").len(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_says_what_is_missing() {
    let list = r#"[{"title":"other.safetensors [abc]","model_name":"other"}]"#;
    let server = Routes::start(|_| Reply::Json(list.to_owned())).await;
    let mut settings = settings(&server);
    settings.connection.urls.push("http://127.0.0.1:1".to_owned());
    let checking = tokio::task::spawn_blocking(move || check(&settings).problems);
    let problems = checking.await.unwrap();
    assert!(problems[0].contains("no checkpoint `sd15`"), "{problems:?}");
    assert!(problems[1].contains("cannot be reached"), "{problems:?}");
}
