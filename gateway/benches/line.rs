//! What the line costs without a model, beside a bare axum handler and a raw durable write.
//!
//! Run with `cargo bench -p gateway`; the ratios are formed within one run.

#![expect(clippy::unwrap_used, reason = "a figure that cannot be measured ends the run")]

use std::{fs::File, io::Write as _, path::Path};

use axum::{Json, Router, routing::post};
use criterion::{Criterion, criterion_group, criterion_main};
use gateway::{http, installation::Installation, pipeline::Line, wiring::Stages};
use serde_json::{Value, json};
use tokio::{net::TcpListener, runtime::Runtime};

const NULL: &str = "\n[generators.null]\nkind = \"null\"\n";

fn serve(runtime: &Runtime, routes: Router) -> String {
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    runtime.spawn(async move { axum::serve(listener, routes).await });
    url
}

fn line(runtime: &Runtime, folder: &Path) -> (Line, String) {
    Installation::create(folder, "Bench").unwrap();
    let file = folder.join("imprimatur.toml");
    let text = std::fs::read_to_string(&file).unwrap() + NULL;
    std::fs::write(&file, text).unwrap();
    let config = gateway::config::Config::load(Some(&file)).unwrap();
    let installation = Installation::new(folder.to_path_buf(), config);
    let stages = runtime.block_on(Stages::open(installation)).unwrap();
    let principal = types::Principal {
        tenant: "t".into(),
        desk: "d".into(),
        role: types::Role::Journalist,
        subject: "bench".into(),
    };
    let (_, key) = runtime.block_on(stages.accounts.create(principal)).unwrap();
    (Line::new(std::sync::Arc::new(stages)), key)
}

fn overhead(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (line, key) = line(&runtime, folder.path());
    let server = line.stages().installation.config().server.clone();
    let ours = serve(&runtime, http::api(line, &server));
    let bare = serve(
        &runtime,
        Router::new().route("/", post(|Json(body): Json<Value>| async move { Json(body) })),
    );
    let body = json!({"model": "null", "messages": [{"role": "user", "content": "The council meets on Tuesday."}]});
    let agent = ureq::Agent::new_with_defaults();

    let mut group = criterion.benchmark_group("overhead");
    group.bench_function("bare axum", |bench| {
        bench
            .iter(|| agent.post(&bare).send_json(&body).unwrap().body_mut().read_to_vec().unwrap());
    });
    let mut file = File::create(folder.path().join("raw")).unwrap();
    let record = [7_u8; 1024];
    group.bench_function("append 1 KiB + fdatasync", |bench| {
        bench.iter(|| {
            file.write_all(&record).unwrap();
            file.sync_data().unwrap();
        });
    });
    let url = format!("{ours}/v1/chat/completions");
    let bearer = format!("Bearer {key}");
    group.bench_function("the line, null generator", |bench| {
        bench.iter(|| {
            let sent = agent.post(&url).header("authorization", &bearer).send_json(&body);
            sent.unwrap().body_mut().read_to_vec().unwrap()
        });
    });
    group.finish();
}

criterion_group!(benches, overhead);
criterion_main!(benches);
