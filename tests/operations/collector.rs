//! Traces and metrics as a collector gets them; and logs. Never content, never keys.

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    process::{Command, Stdio},
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, Uri},
};
use opentelemetry_proto::tonic::{
    collector::{metrics::v1::ExportMetricsServiceRequest, trace::v1::ExportTraceServiceRequest},
    common::v1::{KeyValue, any_value::Value as Any},
    trace::v1::Span,
};
use prost::Message as _;
use serde_json::{Value, json};

use super::ending::Writer;
use crate::newsroom::{Newsroom, PROGRAM, RIVER, Server, chat};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const SPAN: &str = "b7ad6b7169203331";

/// A path, whether the header was there, and a body.
type Report = (String, bool, Vec<u8>);

struct Collector {
    url: String,
    reports: Arc<Mutex<Vec<Report>>>,
    _runtime: tokio::runtime::Runtime,
}

impl Collector {
    fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = { runtime }.worker_threads(1).enable_all().build().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let reports = Arc::<Mutex<Vec<Report>>>::default();
        let heard = Arc::clone(&reports);
        let routes =
            Router::new().fallback(move |uri: Uri, headers: HeaderMap, body: Bytes| async move {
                let known = headers.get("x-collector").is_some_and(|value| value == "s3cret");
                heard.lock().unwrap().push((uri.path().to_owned(), known, body.to_vec()));
            });
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            axum::serve(listener, routes).await
        });
        Self { url, reports, _runtime: runtime }
    }

    fn of(&self, path: &str) -> Vec<Vec<u8>> {
        let reports = self.reports.lock().unwrap();
        assert!(reports.iter().all(|(_, known, _)| *known), "every report has the header");
        let told = reports.iter().filter(|(to, ..)| to == path);
        told.map(|(_, _, body)| body.clone()).collect()
    }

    fn spans(&self) -> Vec<Span> {
        let reports = self.of("/v1/traces");
        let requests =
            reports.iter().map(|body| ExportTraceServiceRequest::decode(body.as_slice()).unwrap());
        let resources = requests.flat_map(|request| request.resource_spans);
        resources.flat_map(|of| of.scope_spans).flat_map(|of| of.spans).collect()
    }

    fn metrics(&self) -> Vec<String> {
        let reports = self.of("/v1/metrics");
        let requests = reports
            .iter()
            .map(|body| ExportMetricsServiceRequest::decode(body.as_slice()).unwrap());
        let resources = requests.flat_map(|request| request.resource_metrics);
        let metrics = resources.flat_map(|of| of.scope_metrics).flat_map(|of| of.metrics);
        metrics.map(|metric| metric.name).collect()
    }
}

fn value(attributes: &[KeyValue], name: &str) -> Value {
    let found = attributes.iter().find(|attribute| attribute.key == name);
    match found.and_then(|attribute| attribute.value.clone()).and_then(|value| value.value) {
        Some(Any::StringValue(text)) => json!(text),
        Some(Any::IntValue(number)) => json!(number),
        _ => Value::Null,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A chat within a trace.
fn ask(server: &Server, key: &str, model: &str, flags: &str) -> u16 {
    let mut request = chat(RIVER);
    request["model"] = json!(model);
    // The writer only streams.
    request["stream"] = json!(model == "writer");
    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let answer = agent
        .post(format!("{}/v1/chat/completions", server.url))
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {key}"))
        .header("traceparent", format!("00-{TRACE}-{SPAN}-{flags}"))
        .send(request.to_string().as_bytes());
    let mut answer = answer.unwrap();
    answer.body_mut().read_to_string().unwrap();
    answer.status().as_u16()
}

#[test]
fn a_collector_gets_a_span_for_every_stage_and_nothing_of_the_content() {
    let (collector, writer) = (Collector::start(), Writer::start(3));
    let newsroom = writer.newsroom(0, 30);
    let file = newsroom.path("imprimatur.toml");
    let text = fs::read_to_string(&file).unwrap();
    let otlp = format!(
        "\n[telemetry.otlp]\nendpoint = \"{}\"\nheaders_file = \"otlp.headers\"\nratio = 0.0\n",
        collector.url
    );
    fs::write(&file, text + &otlp).unwrap();
    fs::write(newsroom.path("otlp.headers"), "x-collector: s3cret\n").unwrap();
    assert_eq!(newsroom.run(&["serve"]).status.code(), Some(2), "others can read the headers");
    let mode = fs::Permissions::from_mode(0o600);
    fs::set_permissions(newsroom.path("otlp.headers"), mode).unwrap();
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    assert_eq!(ask(&server, &key, "newsdesk-starter", "01"), 200);
    assert_eq!(ask(&server, &key, "writer", "01"), 200);
    assert_eq!(ask(&server, &key, "newsdesk-starter", "00"), 200, "its caller does not trace");
    assert_eq!(server.post(&key, "/v1/chat/completions", &chat(RIVER)).status, 200);
    assert_eq!(server.terminate(), Some(0));

    let spans = collector.spans();
    let roots: Vec<&Span> = spans.iter().filter(|span| hex(&span.parent_span_id) == SPAN).collect();
    assert_eq!(roots.len(), 2, "those whose callers trace: {spans:?}");
    assert!(spans.iter().all(|span| hex(&span.trace_id) == TRACE));
    let root = roots.iter().find(|span| span.name == "chat newsdesk-starter");
    let root = root.unwrap_or_else(|| panic!("{roots:?}"));
    let about = |name: &str| value(&root.attributes, name);
    assert_eq!(about("gen_ai.operation.name"), "chat");
    assert_eq!(about("gen_ai.request.model"), "newsdesk-starter");
    assert!(about("gen_ai.usage.input_tokens").as_i64().unwrap() > 0, "{root:?}");
    assert!(about("gen_ai.usage.output_tokens").as_i64().unwrap() > 0, "{root:?}");
    assert_eq!(about("imprimatur.outcome"), "released");
    let children: Vec<&Span> =
        spans.iter().filter(|span| span.parent_span_id == root.span_id).collect();
    for stage in ["policy.input", "generate", "policy.output", "label", "mark", "sign", "log"] {
        let found = children.iter().find(|span| span.name == stage);
        let span = found.unwrap_or_else(|| panic!("{stage} in {children:?}"));
        assert!(span.start_time_unix_nano >= root.start_time_unix_nano, "{stage}");
        assert!(span.end_time_unix_nano <= root.end_time_unix_nano, "{stage}");
    }
    let passed = writer.traceparents.lock().unwrap().clone();
    let writing = roots.iter().find(|span| span.name == "chat writer").unwrap();
    assert_eq!(passed, [format!("00-{TRACE}-{}-01", hex(&writing.span_id))], "passed on");

    let metrics = collector.metrics();
    for name in [
        "gen_ai.server.request.duration",
        "gen_ai.server.time_to_first_token",
        "gen_ai.client.token.usage",
    ] {
        assert!(metrics.iter().any(|metric| metric == name), "{name} in {metrics:?}");
    }
    for (path, _, body) in collector.reports.lock().unwrap().iter() {
        let text = String::from_utf8_lossy(body);
        for secret in ["Elbe", "Dresden", "river", "Bridge", "ada", &key] {
            assert!(!text.contains(secret), "{path} tells {secret}");
        }
    }
}

#[test]
fn logs_name_requests_and_nothing_of_their_content() {
    let newsroom = Newsroom::new();
    let file = newsroom.path("imprimatur.toml");
    let text = fs::read_to_string(&file).unwrap();
    let text = text.replace("filter = \"warn\"\njson = false", "filter = \"debug\"\njson = true");
    fs::write(&file, text).unwrap();
    let key = newsroom.key("journalist", "ada");
    let log = fs::File::create(newsroom.path("stderr")).unwrap();
    let mut serving = Command::new(PROGRAM);
    serving.current_dir(newsroom.path(".")).args(["--json", "serve", "--listen", "127.0.0.1:0"]);
    let server = Server::of(serving.stdout(Stdio::piped()).stderr(log).spawn().unwrap()).unwrap();
    let prompt = "A prompt with the unlikely word xylographer";
    let answer = server.post(&key, "/v1/chat/completions", &chat(RIVER));
    let id = answer.header("x-request-id").to_owned();
    server.post(&key, "/v1/moderations", &json!({"input": prompt}));
    server.post(&key, "/v1/chat/completions", &chat(prompt));
    server.get("imp_000000000000_wrongkey", &format!("/v1/models?key={key}"));
    assert_eq!(server.terminate(), Some(0));
    let log = fs::read_to_string(newsroom.path("stderr")).unwrap();
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told = lines.iter().any(|line| {
        line["fields"]["request"] == id.as_str() && line["fields"]["outcome"] == "released"
    });
    assert!(told, "{id} in {log}");
    for secret in ["xylographer", "Elbe", "wrongkey", key.rsplit('_').next().unwrap()] {
        assert!(!log.contains(secret), "the log tells {secret}");
    }
}
