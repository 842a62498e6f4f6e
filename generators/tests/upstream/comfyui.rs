//! Servers of ComfyUI, with websockets that misbehave.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use generators::{
    ComfyUi, Generator as _, GeneratorError,
    comfyui::{Settings, check},
};
use serde_json::json;
use tempfile::TempDir;
use tokio_tungstenite::tungstenite::Message as Frame;
use types::Task;

use crate::routes::{Asked, End, PNG, Reply, Routes, draw, fault, job, leave};

const HISTORY: &str = r#"{"run-1":{"outputs":{"9":{"images":[{"filename":"a b.png","subfolder":"d","type":"output"}]}},"status":{"status_str":"success","completed":true,"messages":[]}}}"#;

/// How a server behaves; what is `None` goes well.
#[derive(Default)]
struct Ways {
    talk: Vec<String>,
    end: Option<End>,
    /// Looks at the history before the run is there.
    late: usize,
    history: Option<fn() -> Reply>,
    prompt: Option<fn() -> Reply>,
    view: Option<fn() -> Reply>,
    upload: Option<fn() -> Reply>,
    websocket: Option<fn() -> Reply>,
    forgets: bool,
}

fn told(kind: &str, more: &serde_json::Value) -> String {
    let mut data = json!({"prompt_id": "run-1"});
    data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"type": kind, "data": data}).to_string()
}

async fn serves(ways: Ways) -> Routes {
    let (looks, stopped) = (AtomicUsize::new(0), Arc::new(AtomicBool::new(false)));
    Routes::start(move |asked: &Asked| {
        let (path, _) = asked.line.split_once('?').unwrap_or((&asked.line, ""));
        let or = |way: Option<fn() -> Reply>, usual: &str| {
            way.map_or_else(|| Reply::Json(usual.to_owned()), |way| way())
        };
        match path {
            "GET /prompt" => Reply::Json(r#"{"exec_info":{"queue_remaining":0}}"#.to_owned()),
            "GET /ws" => match ways.websocket {
                Some(way) => way(),
                None => {
                    let frames = ways.talk.iter().map(|text| Frame::text(text.clone())).collect();
                    Reply::Talk(frames, ways.end.unwrap_or(End::Stays))
                }
            },
            "POST /upload/image" => {
                or(ways.upload, r#"{"name":"up.png","subfolder":"","type":"temp"}"#)
            }
            "POST /prompt" => {
                or(ways.prompt, r#"{"prompt_id":"run-1","number":1,"node_errors":{}}"#)
            }
            "GET /history/run-1" => {
                let early = looks.fetch_add(1, Ordering::SeqCst) < ways.late;
                if early { Reply::Json("{}".to_owned()) } else { or(ways.history, HISTORY) }
            }
            "GET /view" => ways.view.map_or_else(|| Reply::Bytes(PNG.to_vec()), |way| way()),
            "GET /queue" if ways.forgets || stopped.load(Ordering::SeqCst) => {
                Reply::Json(r#"{"queue_running":[],"queue_pending":[]}"#.to_owned())
            }
            "GET /queue" => Reply::Json(
                r#"{"queue_running":[[0,"run-1",{},{},[]]],"queue_pending":[]}"#.to_owned(),
            ),
            "POST /interrupt" => {
                stopped.store(true, Ordering::SeqCst);
                Reply::Bytes(Vec::new())
            }
            _ => Reply::Bytes(Vec::new()),
        }
    })
    .await
}

/// A graph whose one node has these inputs.
fn graph(inputs: &serde_json::Value) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("graph.json");
    std::fs::write(&path, json!({"3": {"class_type": "X", "inputs": inputs}}).to_string()).unwrap();
    (folder, path)
}

fn model(server: &Routes, inputs: &serde_json::Value) -> ComfyUi {
    let (_folder, template) = graph(inputs);
    ComfyUi::new("m", &Settings { connection: server.connection(), template }).unwrap()
}

fn words() -> serde_json::Value {
    json!({"text": "{{prompt}}", "seed": "{{seed}}"})
}

#[tokio::test]
async fn a_graph_is_filled_and_its_steps_are_told() {
    let talk = vec![
        r#"{"type":"status","data":{}}"#.to_owned(),
        told("progress", &json!({"value": 1, "max": 2})),
        told("progress", &json!({"value": 2, "max": 2})),
        told("executing", &json!({"node": null})),
    ];
    // The end is told before it stands in the history.
    let server = serves(Ways { talk, late: 2, ..Ways::default() }).await;
    let model = model(&server, &words());
    let prompt = r#"a "quay", {{seed}} "]}"#;
    let (file, steps) = draw(&model, job(Task::Create, prompt)).await;
    assert_eq!((file.unwrap(), steps), (PNG.to_vec(), vec![(1, 2), (2, 2)]));
    let sent = server.asked("POST /prompt")[0].json();
    let expected = json!({"3": {"class_type": "X", "inputs": {"text": prompt, "seed": 7}}});
    assert_eq!(sent["prompt"], expected);
    let client = sent["client_id"].as_str().unwrap();
    assert_eq!(server.asked("GET /ws")[0].line, format!("GET /ws?clientId={client}"));
    assert_eq!(
        server.asked("GET /view")[0].line,
        "GET /view?filename=a+b.png&subfolder=d&type=output"
    );
    // The server need not remember the words.
    assert_eq!(server.comes("POST /history").await.json(), json!({"delete": ["run-1"]}));
    assert!(server.asked("POST /interrupt").is_empty());
}

#[tokio::test]
async fn pictures_go_where_the_graph_wants_them() {
    let server =
        serves(Ways { websocket: Some(|| Reply::Status("404 Not Found")), ..Ways::default() })
            .await;
    let inputs = json!({
        "a": "{{source}}", "b": "{{mask}}", "c": "{{garment}}", "w": "{{width}}", "h": "{{height|64}}",
    });
    let model = model(&server, &inputs);
    assert_eq!(model.card().tasks, [Task::TryOn]);
    assert_eq!(draw(&model, job(Task::TryOn, "")).await.0.unwrap(), PNG);
    let uploads = server.asked("POST /upload/image");
    assert_eq!(uploads.len(), 3);
    assert!(uploads.iter().all(|upload| upload.text().contains("\u{fffd}PNG")));
    let sent = server.asked("POST /prompt")[0].json()["prompt"]["3"]["inputs"].clone();
    let up = "up.png [temp]";
    assert_eq!(sent, json!({"a": up, "b": up, "c": up, "w": 8, "h": 64}));
    let (refused, _) = draw(&model, job(Task::Create, "a quay")).await;
    assert!(matches!(refused, Err(GeneratorError::Parameter { parameter: "task", .. })));
}

#[tokio::test]
async fn a_websocket_that_fails_is_not_needed() {
    let progress = || told("progress", &json!({"value": 1, "max": 2}));
    let rows = [
        Ways { talk: vec![progress()], end: Some(End::Breaks), late: 2, ..Ways::default() },
        Ways { websocket: Some(|| Reply::Hang), late: 1, ..Ways::default() },
        Ways { websocket: Some(|| Reply::Stall), ..Ways::default() },
        Ways { websocket: Some(|| Reply::Status("403 Forbidden")), ..Ways::default() },
        Ways { websocket: Some(|| Reply::Json("{}".to_owned())), ..Ways::default() },
        Ways {
            talk: vec!["{\"type\":\"prog".to_owned(), told("execution_success", &json!({}))],
            ..Ways::default()
        },
    ];
    for ways in rows {
        let server = serves(ways).await;
        let (file, _) = draw(&model(&server, &words()), job(Task::Create, "a quay")).await;
        assert_eq!(file.unwrap(), PNG);
        assert_eq!(server.asked("POST /prompt").len(), 1);
    }
}

#[tokio::test]
async fn every_fault_has_its_name_and_nothing_is_sent_twice() {
    let error = json!({"exception_type": "MemoryError", "exception_message": "the secret plan"});
    let end = || vec![told("execution_success", &json!({}))];
    let failed = || {
        Reply::Json(r#"{"run-1":{"outputs":{},"status":{"status_str":"error","messages":[["execution_error",{"exception_type":"the secret plan"}]]}}}"#.to_owned())
    };
    let rows = [
        (
            Ways { talk: vec![told("execution_error", &error)], ..Ways::default() },
            "upstream_reported",
        ),
        (Ways { talk: end(), history: Some(failed), ..Ways::default() }, "upstream_reported"),
        (
            Ways {
                talk: end(),
                history: Some(|| Reply::Json("{\"run-1\":{".to_owned())),
                ..Ways::default()
            },
            "upstream_malformed",
        ),
        (
            Ways {
                talk: end(),
                history: Some(|| Reply::Json(r#"{"run-1":{"outputs":{}}}"#.to_owned())),
                ..Ways::default()
            },
            "upstream_malformed",
        ),
        (Ways { talk: end(), late: 99, forgets: true, ..Ways::default() }, "upstream_reported"),
        (
            Ways {
                talk: end(),
                view: Some(|| Reply::Bytes(b"the secret plan".to_vec())),
                ..Ways::default()
            },
            "upstream_malformed",
        ),
        (
            Ways { talk: end(), view: Some(|| Reply::Bytes(vec![0; 97 << 20])), ..Ways::default() },
            "upstream_too_large",
        ),
        (
            Ways { talk: end(), view: Some(|| Reply::Stall), ..Ways::default() },
            "upstream_timed_out",
        ),
        (Ways { prompt: Some(|| Reply::Stall), ..Ways::default() }, "upstream_timed_out"),
        (Ways { prompt: Some(|| Reply::Hang), ..Ways::default() }, "upstream_reset"),
        (
            Ways { prompt: Some(|| Reply::Status("400 Bad Request")), ..Ways::default() },
            "upstream_refused",
        ),
        (
            Ways {
                prompt: Some(|| Reply::Json(r#"{"prompt_id":"../queue"}"#.to_owned())),
                ..Ways::default()
            },
            "upstream_malformed",
        ),
    ];
    for (place, (ways, expected)) in rows.into_iter().enumerate() {
        let server = serves(ways).await;
        let (file, _) = draw(&model(&server, &words()), job(Task::Create, "a quay")).await;
        assert_eq!(fault(&file), expected, "row {place}");
        assert_eq!(server.asked("POST /prompt").len(), 1, "row {place}");
    }
}

#[tokio::test]
async fn an_upload_that_fails_ends_the_run_before_it_begins() {
    let server =
        serves(Ways { upload: Some(|| Reply::Json("{\"na".to_owned())), ..Ways::default() }).await;
    let (file, _) = draw(&model(&server, &json!({"a": "{{source}}"})), job(Task::Vary, "")).await;
    assert_eq!(fault(&file), "upstream_malformed");
    assert!(server.asked("POST /prompt").is_empty());
}

#[tokio::test]
async fn who_leaves_takes_the_run_back() {
    let server = serves(Ways { late: 99, end: Some(End::Breaks), ..Ways::default() }).await;
    let model = model(&server, &words());
    leave(&model, job(Task::Create, "a quay"), &server, "GET /history").await;
    let interrupt = server.comes("POST /interrupt").await;
    assert_eq!(interrupt.json(), json!({"prompt_id": "run-1"}));
    assert!(!server.asked("POST /queue").is_empty());
}

#[tokio::test]
async fn a_run_that_never_ends_is_given_up_and_taken_back() {
    let server = serves(Ways { late: 999, end: Some(End::Breaks), ..Ways::default() }).await;
    let (_folder, template) = graph(&words());
    let mut connection = server.connection();
    connection.waits.total = Duration::from_millis(1200);
    let model = ComfyUi::new("m", &Settings { connection, template }).unwrap();
    let (file, _) = draw(&model, job(Task::Create, "a quay")).await;
    assert_eq!(fault(&file), "upstream_timed_out");
    server.comes("POST /interrupt").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_reads_the_graph_and_asks_the_server() {
    let server = Routes::start(|_| Reply::Json(r#"{"system":{},"devices":[]}"#.to_owned())).await;
    let (_folder, template) = graph(&json!({"text": "{{promt}}"}));
    let connection = server.connection();
    assert!(
        ComfyUi::new("m", &Settings { connection: connection.clone(), template: template.clone() })
            .is_err()
    );
    let settings = Settings { connection, template };
    let problems = tokio::task::spawn_blocking(move || check(&settings).problems).await.unwrap();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].contains("no placeholder `promt`"), "{problems:?}");
}
