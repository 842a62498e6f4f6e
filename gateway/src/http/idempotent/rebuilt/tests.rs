use std::sync::Arc;

use audit::LogOptions;
use axum::http::Request;
use serde_json::Value;
use types::{GenerationRequest, Message, Modality, Principal, Role, Sampling, Speaker};

use super::*;
use crate::{
    config::Config,
    idempotency,
    installation::Installation,
    outcome::Outcome,
    pipeline::{Delivery, Step},
    wiring::Stages,
};

const BODY: &str = r#"{"model": "null", "messages": [{"role": "user", "content": "Go."}]}"#;

async fn line(folder: &std::path::Path) -> Line {
    let made = Installation::create(folder, "Test Press").unwrap();
    let file = made.config_file();
    std::fs::write(&file, "[generators.null]\nkind = \"null\"\n").unwrap();
    let config = Config::load(Some(&file)).unwrap();
    let installation = Installation::new(folder.to_path_buf(), config);
    let options = LogOptions::new("localhost/imprimatur");
    Line::new(Arc::new(Stages::open_with(installation, options).await.unwrap()))
}

fn journalist() -> Principal {
    let (tenant, desk, subject) = ("press".into(), "city".into(), "ada".into());
    Principal { tenant, desk, role: Role::Journalist, subject }
}

fn ask() -> GenerationRequest {
    let messages = vec![Message { role: Speaker::User, text: "Go.".into() }];
    GenerationRequest::new(
        Modality::Text,
        "null",
        messages,
        Sampling { seed: 1, ..Sampling::default() },
    )
}

fn before(here: bool, seconds: u64) -> Before {
    Before { here, age: Duration::from_secs(seconds) }
}

async fn rebuilt(line: &Line, key: Sha256, body: &str) -> Option<Response> {
    let (parts, ()) = Request::post("/v1/chat/completions").body(()).unwrap().into_parts();
    let ended = ended(line, key, before(false, 1)).unwrap();
    answer(line, &parts, body.as_bytes(), ended).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_released_without_an_answer_is_answered_from_its_record() {
    let folder = tempfile::tempdir().unwrap();
    let line = line(folder.path()).await;
    let key = Sha256::of(b"key");
    let run = line.run(journalist(), ask(), Delivery::Whole);
    let Ok(Outcome::Released(release)) = idempotency::carrying(key, run).await else {
        panic!("the null model's sentence is released")
    };
    let size = line.stages().log.size();
    let response = rebuilt(&line, key, BODY).await.unwrap();
    assert_eq!(response.headers()["x-imprimatur-asset"], release.asset_id.to_string());
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let body: Value = serde_json::from_slice(&bytes).unwrap();
    let text = String::from_utf8(release.bytes.clone()).unwrap();
    assert_eq!(body["choices"][0]["message"]["content"], text);
    assert_eq!(body["imprimatur"]["receipt"]["index"], release.receipt.index);
    assert_eq!(body["imprimatur"]["receipt"]["leaf_hash"], release.receipt.leaf_hash.to_string());
    assert!(body["imprimatur"]["warnings"][0].as_str().unwrap().contains("from its record"));

    let streamed = BODY.replacen('{', "{\"stream\": true, ", 1);
    let response = rebuilt(&line, key, &streamed).await.unwrap();
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let said = String::from_utf8(bytes.to_vec()).unwrap();
    assert!(said.contains(&text) && said.ends_with("data: [DONE]\n\n"), "{said}");
    assert_eq!(line.stages().log.size(), size, "nothing more is on record");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_interrupted_may_run_again_once_it_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let line = line(folder.path()).await;
    let key = Sha256::of(b"key");
    // Nothing on record yet: another process may be about to admit it.
    assert!(ended(&line, key, before(true, 0)).unwrap().is_none());
    assert!(ended(&line, key, before(false, 59)).is_err());
    assert!(ended(&line, key, before(false, 60)).unwrap().is_none());

    let admitted = idempotency::carrying(key, line.admit(journalist(), ask())).await.unwrap();
    assert!(ended(&line, key, before(false, 60)).is_err(), "it may be under way");
    assert!(ended(&line, key, before(false, 600)).unwrap().is_none(), "it cannot be any more");
    let Step::Go(admitted) = admitted else { panic!("it is admitted") };
    let size = line.stages().log.size();
    drop(admitted);
    while line.stages().log.size() == size {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(ended(&line, key, before(false, 1)).unwrap().is_none());
    assert!(rebuilt(&line, key, BODY).await.is_none());
}
