//! Keys with scopes and ends, limits and budgets, and what a key that ends leaves behind.

use std::{
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use access::NewKey;
use audit::Event;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{
    inside,
    leaving::{Endless, events, until},
    newsroom::{Newsroom, RIVER, chat},
};

#[test]
fn a_limited_key_does_what_it_is_for() {
    let newsroom = Newsroom::new();
    let whose = ["--tenant", "press", "--desk", "city", "--role", "editor", "--subject", "ada"];
    let create = [&["keys", "create"], &whose[..], &["--scope", "generate:text,verify"]].concat();
    let made = newsroom.json(&create, 0);
    assert_eq!(made["scopes"], json!(["generate:text", "verify"]));
    let key = made["key"].as_str().unwrap();
    let prefix = made["prefix"].as_str().unwrap().trim_end_matches('…');
    assert!(key.starts_with(prefix) && prefix.len() > 12);
    let wrong = [&["keys", "create"], &whose[..], &["--scope", "everything"]].concat();
    assert_eq!(newsroom.run(&wrong).status.code(), Some(2));

    let id = made["id"].as_str().unwrap();
    let rotated = newsroom.json(&["keys", "rotate", "--api", id, "--overlap", "2h"], 0);
    let newer = rotated["key"].as_str().unwrap();
    let listed = newsroom.lines(&["keys", "list"]);
    assert!(listed[0]["previous_until"].is_string() && listed[0].get("key").is_none());

    let server = newsroom.serve();
    for key in [key, newer] {
        assert_eq!(server.post(key, "/v1/chat/completions", &chat(RIVER)).status, 200);
        let refused = server.get(key, "/v1/reviews");
        assert_eq!(refused.status, 403);
        assert_eq!(refused.json()["error"]["code"], "missing_scope");
    }
    let ops = server.get(key, "/v1/keys");
    assert_eq!(ops.json()["error"]["code"], "forbidden");
}

#[test]
fn whoever_runs_the_place_makes_and_ends_keys_while_it_serves() {
    let newsroom = Newsroom::new();
    let ops = newsroom.key("ops", "root");
    let stranger = newsroom.key_of("other", "ops", "root of others");
    let server = newsroom.serve();
    let wanted = json!({"subject": "ada", "desk": "city", "role": "journalist"});
    let made = server.post(&ops, "/v1/keys", &wanted).json();
    let (id, key) = (made["id"].as_str().unwrap(), made["key"].as_str().unwrap());
    assert_eq!(made["principal"]["tenant"], "press");
    assert_eq!(server.post(key, "/v1/chat/completions", &chat(RIVER)).status, 200);
    assert_eq!(server.delete(&stranger, &format!("/v1/keys/{id}")).status, 404);
    assert_eq!(server.delete(&ops, &format!("/v1/keys/{id}")).json()["revoked"], true);
    assert_eq!(server.post(key, "/v1/chat/completions", &chat(RIVER)).status, 401);
    let listed = server.get(&ops, "/v1/keys").json();
    let row = listed["data"].as_array().unwrap().iter().find(|row| row["id"] == id).unwrap();
    assert!(row["last_used_at"].is_string() && row["revoked"] == true);
    let body = json!({"subject": "a", "desk": "b", "role": "public"});
    assert_eq!(server.post(&ops, "/v1/keys", &body).status, 400);
}

#[test]
fn a_rate_is_told_and_kept() {
    let newsroom =
        Newsroom::with("\n[[auth.budgets]]\ntenant = \"press\"\nrequests_per_minute = 2\n");
    let (key, other) = (newsroom.key("journalist", "ada"), newsroom.key_of("other", "ops", "bob"));
    let server = newsroom.serve();
    let first = server.get(&key, "/v1/models");
    assert_eq!(first.header("x-ratelimit-limit-requests"), "2");
    assert_eq!(first.header("x-ratelimit-remaining-requests"), "1");
    assert!(first.header("x-ratelimit-reset-requests").ends_with('s'));
    assert_eq!(server.get(&key, "/v1/models").status, 200);
    let over = server.get(&key, "/v1/models");
    assert_eq!(over.status, 429);
    assert_eq!(over.json()["error"]["code"], "rate_limit_exceeded");
    let wait: u64 = over.header("retry-after").parse().unwrap();
    assert!((1..=31).contains(&wait), "{wait}");
    assert_eq!(server.get(&other, "/v1/models").header("x-ratelimit-limit-requests"), "");
}

#[test]
fn a_day_s_budget_of_tokens_and_pictures_ends() {
    let newsroom = Newsroom::with(
        "\n[[auth.budgets]]\ntenant = \"press\"\nimages_per_day = 1\ntokens_per_day = 20\n",
    );
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    let picture = json!({"prompt": "a lighthouse"});
    assert_eq!(server.post(&key, "/v1/images/generations", &picture).status, 200);
    let over = server.post(&key, "/v1/images/generations", &picture);
    assert_eq!(
        (over.status, over.json()["error"]["code"].as_str()),
        (429, Some("insufficient_quota"))
    );
    assert!(
        !over.header("x-imprimatur-receipt").is_empty() || !over.header("retry-after").is_empty()
    );

    let first = server.post(&key, "/v1/chat/completions", &chat(RIVER));
    assert_eq!(first.status, 200);
    assert_eq!(first.header("x-ratelimit-limit-tokens"), "20");
    let used = first.json()["usage"]["total_tokens"].as_u64().unwrap();
    assert!(used > 20, "the story needs more than the budget: {used}");
    let over = server.post(&key, "/v1/chat/completions", &chat(RIVER));
    assert_eq!((over.status, over.header("x-ratelimit-remaining-tokens")), (429, "0"));
}

fn request(address: &str, key: &str, model: &str, stream: bool) -> String {
    let body = json!({
        "model": model, "stream": stream, "messages": [{"role": "user", "content": "Go on."}],
    })
    .to_string();
    format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\n\
         connection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

async fn ends_with_its_key(stream: bool, end: impl AsyncFn(&access::Access, &str), code: &str) {
    let folder = tempfile::tempdir().unwrap();
    let installation = inside::installation(folder.path());
    let mut stages = inside::open(installation, inside::log_options()).await.unwrap();
    let stopped = Arc::new(AtomicBool::new(false));
    let card = stages.generators["null"].card().clone();
    let endless = Endless { card, stopped: Arc::clone(&stopped) };
    stages.generators.insert("endless".to_owned(), Arc::new(endless));
    let expires_at = Some(stages.accounts.now() + 2).filter(|_| code == "key_expired");
    let (principal, scopes) = (inside::journalist(), access::Scopes::default());
    let new = NewKey { principal, scopes, expires_at };
    let (made, key) = stages.accounts.create_key(new).await.unwrap();
    let line = inside::line(stages);
    let address = inside::serve(&line).await;

    let mut connection = TcpStream::connect(&address).await.unwrap();
    let asked = request(&address, &key, "endless", stream);
    connection.write_all(asked.as_bytes()).await.unwrap();
    until(|| line.stages().metrics.generator_calls.get() == 1).await;
    let accounts = line.stages().accounts.clone();
    end(&accounts, &made.id).await;
    let mut read = Vec::new();
    let reading = connection.read_to_end(&mut read);
    tokio::time::timeout(Duration::from_secs(30), reading).await.unwrap().unwrap();
    let read = String::from_utf8_lossy(&read);
    assert!(read.contains(&format!("\"code\":\"{code}\"")), "{read}");
    assert_eq!(read.contains("[DONE]"), stream);

    until(|| events(&line.stages().log).contains(&Event::Interrupted)).await;
    until(|| stopped.load(std::sync::atomic::Ordering::SeqCst)).await;
    let ends = events(&line.stages().log).into_iter().filter(|event| event.is_terminal()).count();
    assert_eq!(ends, 1, "one terminal record");
    let mut again = TcpStream::connect(&address).await.unwrap();
    again.write_all(request(&address, &key, "null", false).as_bytes()).await.unwrap();
    let mut read = String::new();
    again.read_to_string(&mut read).await.unwrap();
    assert!(read.starts_with("HTTP/1.1 401"), "{read}");
}

async fn revoke(accounts: &access::Access, id: &str) {
    accounts.revoke(id).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_its_key_and_says_so() {
    ends_with_its_key(true, revoke, "key_revoked").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_in_one_piece_ends_with_its_key_as_well() {
    ends_with_its_key(false, revoke, "key_revoked").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_expires_in_mid_stream_ends_it() {
    ends_with_its_key(true, async |_: &access::Access, _: &str| {}, "key_expired").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_modest_tenant_is_served_beside_a_greedy_one() {
    let folder = tempfile::tempdir().unwrap();
    let made = inside::installation(folder.path());
    let file = made.config_file();
    let text = std::fs::read_to_string(&file).unwrap();
    let few = text.replace("remote_generations_max = 256", "remote_generations_max = 2");
    assert_ne!(few, text);
    std::fs::write(&file, few).unwrap();
    let installation = inside::reopen(folder.path());
    let mut stages = inside::open(installation, inside::log_options()).await.unwrap();
    let null = Arc::clone(&stages.generators["null"]);
    stages.generators.insert("slow".to_owned(), Arc::new(Slow(null)));
    let greedy = inside::key(&stages.accounts).await;
    let mut principal = inside::journalist();
    principal.tenant = "modest".into();
    let (_, modest) = stages.accounts.create(principal).await.unwrap();
    let line = inside::line(stages);
    let address = inside::serve(&line).await;

    let ask = |key: &str| {
        let asked = request(&address, key, "slow", false);
        let address = address.clone();
        tokio::spawn(async move {
            let mut connection = TcpStream::connect(&address).await.unwrap();
            connection.write_all(asked.as_bytes()).await.unwrap();
            let mut read = String::new();
            connection.read_to_string(&mut read).await.unwrap();
            assert!(read.starts_with("HTTP/1.1 200"), "{read}");
            tokio::time::Instant::now()
        })
    };
    let greedy: Vec<_> = (0..24).map(|_| ask(&greedy)).collect();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let modest = ask(&modest).await.unwrap();
    let mut before = 0;
    for asked in greedy {
        before += usize::from(asked.await.unwrap() < modest);
    }
    assert!(before < 16, "{before} of 24 requests of the greedy tenant came first");
}

/// Takes a tenth of a second for what takes no time.
#[derive(Debug)]
struct Slow(Arc<dyn generators::Generator>);

#[async_trait::async_trait]
impl generators::Generator for Slow {
    fn card(&self) -> &generators::ModelCard {
        self.0.card()
    }

    async fn generate(
        &self,
        job: generators::Job,
        events: generators::EventSender,
    ) -> Result<generators::Output, generators::GeneratorError> {
        tokio::time::sleep(Duration::from_millis(100)).await;
        self.0.generate(job, events).await
    }

    fn tokens(&self, text: &str) -> Option<Vec<generators::Token>> {
        self.0.tokens(text)
    }
}

#[test]
fn a_key_of_a_disabled_person_ends_and_what_they_approved_stays() {
    let newsroom = Newsroom::new();
    let ops = newsroom.key("ops", "root");
    let bob =
        ["people", "create", "bob", "--tenant", "press", "--desk", "city", "--role", "editor"];
    assert!(newsroom.json(&bob, 0)["link"].as_str().unwrap().starts_with("/console/sign-in?link="));
    let editor = newsroom.key("editor", "bob");
    let author = newsroom.key("journalist", "grace");
    let server = newsroom.serve();
    let asset = server.post(&author, "/v1/chat/completions", &chat(RIVER)).json();
    let asset = asset["imprimatur"]["asset_id"].as_str().unwrap().to_owned();
    let approval = json!({"decision": "approve", "reason": "accurate"});
    let approved = server.post(&editor, &format!("/v1/reviews/{asset}"), &approval).json();
    let index = approved["receipt"]["index"].as_u64().unwrap();

    let people = server.get(&ops, "/v1/people").json();
    let people: Vec<&Value> = people["data"].as_array().unwrap().iter().collect();
    let id = people.iter().find(|person| person["name"] == "bob").unwrap()["id"].as_str().unwrap();
    let disabled = server.request(&ops, "POST", &format!("/v1/people/{id}/disable")).json();
    assert_eq!(disabled["keys_revoked"].as_array().unwrap().len(), 1);
    assert_eq!(server.get(&editor, "/v1/reviews").status, 401);
    assert_eq!(server.terminate(), Some(0));
    newsroom.json(&["audit", "prove", &index.to_string()], 0);
    newsroom.json(&["audit", "verify"], 0);
    let records = newsroom.lines(&["audit", "tail", "-n", "50"]);
    let happened = |event: &str| records.iter().any(|record| record["record"]["event"] == event);
    assert!(happened("person_created") && happened("person_disabled") && happened("key_revoked"));
    let all = format!("{records:?}");
    assert!(!all.contains("bob") && !all.contains("grace"), "the log holds no names");
}
