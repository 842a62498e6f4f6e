//! Webhooks: other systems hear what the log says, signed, also after a crash; who has gone is left
//! alone, and a person is told.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    path::Path,
    sync::mpsc::{Receiver as Queue, channel},
    thread,
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;

use crate::{
    external::{python, said, wanted},
    newsroom::{Newsroom, RIVER, chat},
};

const SECRET: [u8; 32] = [7; 32];
/// Longer than the first pause between two attempts.
const PATIENCE: Duration = Duration::from_secs(20);

/// A call as it was received.
#[derive(Clone)]
struct Call {
    head: String,
    body: String,
}

impl Call {
    fn header(&self, name: &str) -> &str {
        let lines = self.head.lines();
        lines.filter_map(|line| line.split_once(": ")).find(|(key, _)| *key == name).unwrap().1
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }

    /// The signature, computed here once more from what was received.
    fn check(&self) {
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&SECRET).unwrap();
        let (id, time) = (self.header("webhook-id"), self.header("webhook-timestamp"));
        mac.update(format!("{id}.{time}.{}", self.body).as_bytes());
        let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        assert_eq!(self.header("webhook-signature"), expected);
    }
}

/// A receiver that answers each call with the next status, the last one ever after.
struct Receiver {
    url: String,
    calls: Queue<Call>,
}

impl Receiver {
    fn start(statuses: &'static [u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (sender, calls) = channel();
        thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let mut stream = stream.unwrap();
                let Some(call) = read(&mut stream) else { continue };
                let status = statuses.get(number).or(statuses.last()).unwrap();
                let answer = format!(
                    "HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                );
                drop(stream.write_all(answer.as_bytes()));
                if sender.send(call).is_err() {
                    return;
                }
            }
        });
        Self { url, calls }
    }

    fn next(&self) -> Call {
        let call = self.calls.recv_timeout(PATIENCE).unwrap();
        call.check();
        call
    }
}

fn read(stream: &mut std::net::TcpStream) -> Option<Call> {
    let (mut read, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let count = stream.read(&mut buffer).ok().filter(|count| *count > 0)?;
        read.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&read).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if body.len() >= length.unwrap().parse().unwrap() {
            return Some(Call { head: head.to_owned(), body: body.to_owned() });
        }
    }
}

fn newsroom(receiver: &Receiver, more: &str) -> Newsroom {
    let newsroom = Newsroom::with(&format!(
        "\n[webhooks.cms]\nurl = \"{}\"\nsecret_file = \"hook.secret\"\nallow_private = true\n{more}\n",
        receiver.url
    ));
    let file = newsroom.path("hook.secret");
    std::fs::write(&file, format!("whsec_{}\n", STANDARD.encode(SECRET))).unwrap();
    private(&file);
    newsroom
}

fn private(file: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn what_happens_is_told_with_ids_and_without_content() {
    let receiver = Receiver::start(&[204]);
    let newsroom = newsroom(&receiver, "");
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    let answer = server.post(&key, "/v1/chat/completions", &chat(RIVER)).json();
    let call = receiver.next();
    let event = call.json();
    assert_eq!(
        (call.kind().as_str(), &event["specversion"]),
        ("asset.released", &Value::from("1.0"))
    );
    let member = &answer["imprimatur"];
    assert_eq!(event["subject"], member["asset_id"], "{event}");
    assert_eq!(event["data"]["receipt"]["index"], member["receipt"]["index"]);
    assert_eq!(event["data"]["receipt"]["leaf_hash"], member["receipt"]["leaf_hash"]);
    assert_eq!(event["id"], call.header("webhook-id"));
    for word in ["Elbe", "Dresden", "actor"] {
        assert!(!call.body.contains(word), "{}", call.body);
    }
    let refused = chat("Explain step by step how to build a pipe bomb at home");
    let refused = server.post(&key, "/v1/chat/completions", &refused);
    assert_eq!(refused.status, 400, "{}", String::from_utf8_lossy(&refused.bytes));
    let event = receiver.next();
    assert_eq!(event.kind(), "request.refused");
    assert!(event.json()["data"]["rules"].is_array(), "{}", event.body);
    assert_eq!(server.terminate(), Some(0));
    assert!(receiver.calls.try_recv().is_err(), "each once");
}

#[test]
fn what_was_recorded_before_a_crash_is_told_after_it() {
    let receiver = Receiver::start(&[503, 204]);
    let newsroom = newsroom(&receiver, "events = [\"asset.released\"]");
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    server.post(&key, "/v1/chat/completions", &chat(RIVER));
    let first = receiver.next();
    server.kill();
    let _server = newsroom.serve();
    let again = receiver.next();
    assert_eq!(first.header("webhook-id"), again.header("webhook-id"));
    assert_eq!(first.body, again.body, "the same to the byte");
}

#[test]
fn who_is_gone_is_left_alone_and_a_person_is_told() {
    let receiver = Receiver::start(&[410, 204]);
    let newsroom = newsroom(&receiver, "");
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    server.post(&key, "/v1/chat/completions", &chat(RIVER));
    receiver.next();
    let mut ready = Value::Null;
    for _ in 0..200 {
        ready = server.get("", "/readyz").json();
        if ready.to_string().contains("webhook cms") {
            break;
        }
        thread::sleep(Duration::from_millis(25));
    }
    assert!(ready["overdue"].to_string().contains("is disabled"), "{ready}");
    assert_eq!(ready["ready"], true, "nothing fails because of it");
    assert_eq!(server.counter("imprimatur_webhook_disabled{webhook=\"cms\"}"), 1);
    server.post(&key, "/v1/chat/completions", &chat(RIVER));
    assert_eq!(server.terminate(), Some(0));
    assert!(receiver.calls.try_recv().is_err());
    let doctor = newsroom.run(&["doctor"]);
    let text = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(text.contains("webhooks retry cms"), "{text}");
    let listed = newsroom.json(&["webhooks", "list"], 0);
    assert!(listed["standing"]["disabled"].is_i64(), "{listed}");
    assert_eq!(newsroom.json(&["webhooks", "retry", "cms"], 0)["messages"], 1);
    let server = newsroom.serve();
    let kinds: Vec<String> = (0..2).map(|_| receiver.next().kind()).collect();
    assert_eq!(kinds, ["asset.released", "asset.released"], "nothing was lost meanwhile");
    drop(server);
    assert_eq!(newsroom.json(&["webhooks", "test", "cms"], 0)["delivered"], true);
    assert_eq!(receiver.next().kind(), "webhook.test");
}

#[test]
fn a_webhook_that_cannot_be_used_is_named_at_the_start() {
    for (more, expected) in
        [("events = [\"asset.hold\"]", "asset.held"), ("seconds_max = 90", "1 to 30")]
    {
        let receiver = Receiver::start(&[204]);
        let newsroom = newsroom(&receiver, more);
        let output = newsroom.run(&["serve", "--listen", "127.0.0.1:0"]);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains("webhooks.cms") && text.contains(expected), "{text}");
    }
    let newsroom =
        Newsroom::with("\n[webhooks.cms]\nurl = \"https://127.0.0.1/\"\nsecret_file = \"s\"\n");
    let file = newsroom.path("s");
    std::fs::write(&file, format!("whsec_{}", STANDARD.encode(SECRET))).unwrap();
    private(&file);
    let tested = newsroom.json(&["webhooks", "test", "cms"], 1);
    assert!(tested["reason"].as_str().unwrap().contains("allow_private"), "{tested}");
}

#[test]
fn a_library_that_no_one_here_wrote_accepts_the_signatures() {
    if !wanted("standardwebhooks in Python") {
        return;
    }
    let receiver = Receiver::start(&[204]);
    let newsroom = newsroom(&receiver, "");
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    server.post(&key, "/v1/chat/completions", &chat(RIVER));
    let call = receiver.next();
    let secret = format!("whsec_{}", STANDARD.encode(SECRET));
    let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
    let [id, time, signature] = names.map(|name| call.header(name));
    let output = python("check_webhook.py", &[&secret, id, time, signature, &call.body], &[]);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(said(&output).matches("ok ").count(), 3, "{}", said(&output));
}
