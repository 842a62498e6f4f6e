//! The configuration is read again while requests run: none is lost, old ones end under the old rules.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use audit::Record;
use gateway::{outcome::Outcome, pipeline::Delivery};
use generators::{EventSender, Generator, GeneratorError, Job, ModelCard, Output, Token};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::{
    inside,
    newsroom::{Newsroom, RIVER, Server, chat},
    rules::pack,
};

const LOADERS: usize = 6;
const RELOADS: usize = 20;

/// Asks until it is told to stop, every other time for a stream; how often it was answered.
fn load(server: &Server, key: &str, stop: &AtomicBool) -> usize {
    let mut answered = 0;
    while !stop.load(Ordering::SeqCst) {
        let mut request = chat(RIVER);
        let is_stream = answered % 2 == 1;
        if is_stream {
            request["stream"] = json!(true);
        }
        let answer = server.post(key, "/v1/chat/completions", &request);
        let text = String::from_utf8_lossy(&answer.bytes);
        assert_eq!(answer.status, 200, "{text}");
        assert!(!is_stream || text.ends_with("data: [DONE]\n\n"), "{text}");
        answered += 1;
    }
    answered
}

#[test]
fn twenty_reloads_under_load_lose_no_request() {
    let newsroom = Newsroom::new();
    let packs = [pack(1, "forbidden"), pack(2, "verboten")];
    fs::write(newsroom.path("policy.toml"), &packs[0]).unwrap();
    let (journalist, ops) = (newsroom.key("journalist", "ada"), newsroom.key("ops", "olga"));
    let server = newsroom.serve();
    let stop = AtomicBool::new(false);
    let answered: usize = std::thread::scope(|scope| {
        let loading: Vec<_> =
            (0..LOADERS).map(|_| scope.spawn(|| load(&server, &journalist, &stop))).collect();
        let mut versions = Vec::new();
        for turn in 1..=RELOADS {
            fs::write(newsroom.path("policy.toml"), &packs[turn % 2]).unwrap();
            let answer = server.post(&ops, "/admin/reload", &json!({}));
            let now = answer.json();
            assert_eq!((answer.status, &now["in_force"]["changed"]), (200, &json!(true)), "{now}");
            assert_eq!(now["in_force"]["models"], now["in_force"]["models_kept"], "{now}");
            versions.push(now["in_force"]["policy"]["sha256"].clone());
        }
        assert_ne!(versions[0], versions[1]);
        assert_eq!(versions[1], versions[RELOADS - 1]);
        stop.store(true, Ordering::SeqCst);
        loading.into_iter().map(|loader| loader.join().unwrap()).sum()
    });
    assert!(answered >= LOADERS, "{answered}");
    assert_eq!(server.counter("imprimatur_config_reload_total{result=\"applied\"}"), 20);
    assert_eq!(server.counter("imprimatur_requests_open"), 0);
    drop(server);
    let entries = newsroom.lines(&["audit", "tail", "-n", "100000"]);
    let count =
        |event: &str| entries.iter().filter(|entry| entry["record"]["event"] == event).count();
    assert_eq!((count("admitted"), count("released")), (answered, answered));
    assert_eq!((count("failed"), count("interrupted"), count("refused")), (0, 0, 0));
    // The first one: `init` had recorded the rules that come with an installation.
    assert_eq!(count("policy_changed"), 1 + RELOADS, "each change is on record");
    newsroom.json(&["audit", "verify"], 0);
}

#[test]
fn what_cannot_be_used_is_refused_and_the_last_good_one_stays() {
    let newsroom = Newsroom::new();
    fs::write(newsroom.path("policy.toml"), pack(1, "forbidden")).unwrap();
    let (journalist, ops) = (newsroom.key("journalist", "ada"), newsroom.key("ops", "olga"));
    let server = newsroom.serve();
    let file = newsroom.path("imprimatur.toml");
    let good = fs::read_to_string(&file).unwrap();
    let refuse = |config: &str, rules: &str, words: &str| {
        fs::write(&file, config).unwrap();
        fs::write(newsroom.path("policy.toml"), rules).unwrap();
        let answer = server.post(&ops, "/admin/reload", &json!({}));
        let body = answer.json();
        assert_eq!((answer.status, &body["error"]["code"]), (400, &json!("configuration_refused")));
        assert!(body["error"]["message"].as_str().unwrap().contains(words), "{words}: {body}");
    };
    let rules = pack(2, "verboten");
    refuse("[server]\nlissten = 1", &rules, "listen");
    refuse("not toml", &rules, "refused");
    refuse(&good, "id = \"broken\"", "rule pack");
    refuse(&good, &rules.replace("expect = \"block\"", "expect = \"allow\""), "rule pack");
    refuse(&good.replace("body_bytes_max = 33554432", "listen_x = 1"), &rules, "listen_x");
    refuse(&good.replace("127.0.0.1:8787", "127.0.0.1:8799"), &rules, "server.listen");
    refuse(&good.replace("localhost/imprimatur", "localhost/other"), &rules, "audit.origin");
    refuse(
        &(good.clone() + "\n[generators.x]\nkind = \"nonsense\"\npath = \"x\"\n"),
        &rules,
        "nonsense",
    );

    let ask = |word: &str| server.post(&journalist, "/v1/moderations", &json!({"input": word}));
    let action = |word: &str| ask(word).json()["results"][0]["action"].clone();
    assert_eq!(action("forbidden"), "block", "the old rules are in force");
    assert_eq!(action("verboten"), "allow");
    assert_eq!(server.counter("imprimatur_config_reload_total{result=\"refused\"}"), 8);

    fs::write(&file, good.replace("body_bytes_max = 33554432", "body_bytes_max = 300")).unwrap();
    fs::write(newsroom.path("policy.toml"), &rules).unwrap();
    server.hang_up();
    server.until(|server| {
        let text = String::from_utf8(server.get("", "/metrics").bytes).unwrap();
        text.contains("imprimatur_config_reload_total{result=\"applied\"} 1")
    });
    assert_eq!(action("verboten"), "block", "SIGHUP does the same");
    let long = ask(&"word ".repeat(100));
    assert_eq!(long.status, 413, "limits are new, too: {}", long.json());
    assert_eq!(server.post(&journalist, "/admin/reload", &json!({})).status, 403);
    assert_eq!(server.post("", "/admin/reload", &json!({})).status, 401);
}

/// Waits at a gate before it writes.
#[derive(Debug)]
struct Gated {
    model: Arc<dyn Generator>,
    begun: Arc<Notify>,
    gate: Arc<Notify>,
}

#[async_trait]
impl Generator for Gated {
    fn card(&self) -> &ModelCard {
        self.model.card()
    }

    async fn generate(&self, job: Job, events: EventSender) -> Result<Output, GeneratorError> {
        self.begun.notify_one();
        self.gate.notified().await;
        self.model.generate(job, events).await
    }

    fn tokens(&self, _text: &str) -> Option<Vec<Token>> {
        None
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_begun_ends_under_the_rules_that_it_began_with() {
    let folder = tempfile::tempdir().unwrap();
    let installation = inside::installation(folder.path());
    fs::write(installation.policy_file(), pack(1, "forbidden")).unwrap();
    let stages = inside::open(inside::reopen(folder.path()), inside::log_options()).await.unwrap();
    let (begun, gate) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let model = Arc::clone(&stages.generators["null"]);
    let gated = Gated { model, begun: Arc::clone(&begun), gate: Arc::clone(&gate) };
    let line = inside::line(stages);
    let before = line.stages().policy().version().sha256;

    let (running, generator) = (line.clone(), Arc::new(gated));
    let old = tokio::spawn(async move {
        let (who, what) = (inside::journalist(), inside::ask("null"));
        running.run_with(who, what, generator, Delivery::Whole).await
    });
    begun.notified().await;
    fs::write(installation.policy_file(), pack(2, "verboten")).unwrap();
    let reloaded = line.reload().await.unwrap();
    assert!(reloaded.changed && reloaded.policy.version == "2");
    let who = inside::journalist();
    let new = line.run(who, inside::ask("null"), Delivery::Whole).await.unwrap();
    gate.notify_one();
    let old = tokio::time::timeout(Duration::from_secs(20), old).await.unwrap().unwrap().unwrap();
    let policy = |outcome: Outcome| {
        let Outcome::Released(release) = outcome else { panic!("{outcome:?}") };
        let entry = line.stages().log.entry(release.receipt.index).unwrap();
        Record::parse(&entry).unwrap().input.unwrap().policy.sha256
    };
    assert_eq!(policy(old), before);
    assert_eq!(policy(new), reloaded.policy.sha256);
    assert!(!line.reload().await.unwrap().changed, "the same again changes nothing");
    let about = |value: &Value| value.as_str().unwrap().len();
    assert_eq!(about(&json!(reloaded.sha256)), 64);
}
