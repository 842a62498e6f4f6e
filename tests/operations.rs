//! The server under its operators: a listener of their own, an orderly end, certificates, traces.

mod collector;
mod ending;
mod tls;

use std::collections::BTreeSet;

use serde_json::json;

use crate::newsroom::{Newsroom, RIVER, Server, chat, get, post};

#[test]
fn operators_have_a_listener_of_their_own() {
    let newsroom = Newsroom::with("\n[generators.broken]\nkind = \"llama\"\npath = \"nowhere\"\n");
    let server = Server::start_with(&newsroom.path("."), &["--admin-listen", "127.0.0.1:0"]);
    let admin = |path: &str| get(&format!("{}{path}", server.admin));
    assert_eq!(admin("/healthz").status, 200);
    let metrics = String::from_utf8(admin("/metrics").bytes).unwrap();
    assert!(metrics.contains("imprimatur_model_usable{model=\"broken\"} 0"), "{metrics}");
    assert!(metrics.contains("imprimatur_model_usable{model=\"newsdesk-starter\"} 1"), "{metrics}");
    assert_eq!(server.get("", "/metrics").status, 404, "it has left the API");
    let ready = admin("/readyz");
    let body = ready.json();
    assert_eq!((ready.status, &body["state"]), (200, &json!("ready")), "{body}");
    for check in ["policy", "marking", "signing", "audit_log", "evidence_vault", "disk", "models"] {
        assert_eq!(body["checks"][check], "ok", "{body}");
    }
    assert_eq!(body["generators"]["broken"]["usable"], false);
    assert!(body["generators"]["broken"]["reason"].is_string(), "{body}");
    let strangers = server.get("", "/readyz").json();
    assert_eq!(strangers["generators"]["broken"]["usable"], false);
    assert!(strangers["generators"]["broken"]["reason"].is_null(), "reasons may name paths");
    for path in ["/v1/models", "/openapi.json", "/log/checkpoint", "/v1/reviews"] {
        assert_eq!(admin(path).status, 404, "{path}");
    }
    let reloaded = post(&format!("{}/admin/reload", server.admin), b"");
    assert_eq!(reloaded.json()["reloaded"], true);
    assert_eq!(reloaded.json()["in_force"]["changed"], false);
    let metrics = String::from_utf8(admin("/metrics").bytes).unwrap();
    let sha256 = reloaded.json()["in_force"]["sha256"].as_str().unwrap().to_owned();
    assert!(metrics.contains(&format!("imprimatur_config_info{{sha256=\"{sha256}\"")), "{metrics}");
}

/// The table in `gateway/README.md` names every metric that is registered, and no other.
#[test]
fn the_readme_names_every_metric() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/metrics");
    let inside = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = inside.chain([format!("{folder}.rs").into()]);
    let sources: String = files.map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let after = sources.split("registry.register(").skip(1);
    let registered: BTreeSet<&str> = after.filter_map(|rest| rest.split('"').nth(1)).collect();
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    let rows: BTreeSet<&str> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("| `imprimatur_"))
        .filter_map(|line| line.split('`').next())
        .collect();
    assert_eq!(rows, registered);

    let newsroom = Newsroom::new();
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    assert_eq!(server.post(&key, "/v1/chat/completions", &chat(RIVER)).status, 200);
    let text = String::from_utf8(server.get("", "/metrics").bytes).unwrap();
    for name in text.lines().filter_map(|line| line.strip_prefix("# TYPE imprimatur_")) {
        // Those of models that stand in for each other and of webhooks have tables of their own.
        if name.starts_with("model_") && !name.starts_with("model_usable") {
            continue;
        }
        assert!(rows.contains(name.split(' ').next().unwrap()), "{name}");
    }
    for name in ["first_token_seconds_count 1", "requests_open 0", "log_append_seconds_count"] {
        assert!(text.contains(&format!("imprimatur_{name}")), "{name} in {text}");
    }
    assert!(text.contains("imprimatur_tokens_total{direction=\"output\"}"), "{text}");
    assert!(text.contains("imprimatur_http_answers_total{code=\"200\"}"), "{text}");
}

#[test]
fn the_doctor_looks_at_what_operators_rely_on() {
    let newsroom = Newsroom::with(
        "\n[server.tls]\ncertificate = \"tls.pem\"\nkey = \"tls.key\"\n\n[telemetry.otlp]\nendpoint = \
         \"http://127.0.0.1:9\"\n",
    );
    let file = newsroom.path("imprimatur.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let open = "[server]\nadmin_listen = \"0.0.0.0:8789\"";
    std::fs::write(&file, text.replacen("[server]", open, 1)).unwrap();
    let report = newsroom.json(&["doctor"], 1);
    let found = |check: &str| {
        let findings = report["findings"].as_array().unwrap();
        findings
            .iter()
            .any(|finding| finding["check"] == check && finding["fix"].as_str().unwrap().len() > 20)
    };
    for check in ["tls", "admin listener", "collector"] {
        assert!(found(check), "{check} in {report}");
    }
}
