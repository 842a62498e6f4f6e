//! The commands and routes about evidence, as people use them.

use std::fs;

use serde_json::{Value, json};

use crate::newsroom::{Newsroom, Server};

const NULL: &str = "\n[generators.null]\nkind = \"null\"\n";

fn say(server: &Server, key: &str, text: &str) -> String {
    let body = json!({"model": "null", "messages": [{"role": "user", "content": text}]});
    let answer = server.post(key, "/v1/chat/completions", &body);
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.bytes));
    answer.header("x-request-id").to_owned()
}

#[test]
fn an_original_is_shown_only_when_a_second_person_confirms() {
    let newsroom = Newsroom::with(NULL);
    let author = newsroom.key("journalist", "ada");
    let (one, two) = (newsroom.key("auditor", "grace"), newsroom.key("standards", "kim"));
    let server = newsroom.serve();
    let request = say(&server, &author, "The dam is cracked.");
    drop(server);

    let by = |key: &str, args: &[&str], exit: i32| {
        newsroom.json(&[&["audit", "reveal", &request, "--key", key], args].concat(), exit)
    };
    let refused = |key: &str, args: &[&str]| {
        let args = [&["audit", "reveal", &request, "--key", key], args].concat();
        let output = newsroom.run(&args);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(!said.contains("cracked"), "{args:?}");
        output.status.code()
    };
    assert_eq!(refused(&two, &["--confirm"]), Some(1), "nobody has asked");
    assert_eq!(refused(&author, &["--reason", "mine"]), Some(1), "a journalist may not ask");
    assert_eq!(by(&one, &["--reason", "complaint 7"], 0)["entries"], 1);
    assert_eq!(refused(&one, &["--confirm"]), Some(1), "not the one who asked");
    let revealed = by(&two, &["--confirm"], 0);
    assert_eq!(revealed["originals"][0]["text"], "The dam is cracked.");
    assert_eq!(refused(&two, &["--confirm"]), Some(1), "a confirmation serves once");

    let tail = newsroom.run(&["--json", "audit", "tail", "-n", "20"]);
    let tail = String::from_utf8(tail.stdout).unwrap();
    let events: Vec<Value> = tail.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let find = |event: &str| {
        events
            .iter()
            .find(|row| row["record"]["event"] == event)
            .unwrap_or_else(|| panic!("{event}"))
    };
    let (asked, shown) = (find("reveal_requested"), find("revealed"));
    assert_eq!(asked["record"]["review"]["reason"], "complaint 7");
    assert_eq!(shown["record"]["vault"]["about"], asked["index"]);
    assert_ne!(asked["record"]["actor"], shown["record"]["actor"]);
    assert!(!tail.contains("cracked"));
}

#[test]
fn a_hold_refuses_erasure_with_its_ground_until_it_ends() {
    let newsroom = Newsroom::with(NULL);
    let author = newsroom.key("journalist", "ada");
    let auditor = newsroom.key("auditor", "grace");
    let server = newsroom.serve();
    say(&server, &author, "The dam is cracked.");
    drop(server);
    let added = newsroom
        .json(&["audit", "hold", "add", "subject:ada", "--reason", "suit", "--key", &auditor], 0);
    let hold = added["hold"].to_string();
    assert_eq!(newsroom.json(&["audit", "hold", "list"], 0)["reason"], "suit");
    let refused = newsroom.json(&["audit", "erase", "ada"], 1);
    assert_eq!(refused["refused"][0]["ground"], "legal_hold");
    assert!(refused["refused"][0]["text"].as_str().unwrap().contains("17(3)(e)"));
    let journalist = newsroom.run(&["audit", "hold", "release", &hold, "--key", &author]);
    assert_eq!(journalist.status.code(), Some(1), "not by a journalist");
    newsroom.json(&["audit", "hold", "release", &hold, "--key", &auditor], 0);
    assert_eq!(newsroom.run(&["audit", "hold", "release", &hold]).status.code(), Some(1));

    let zip = newsroom.path("access.zip");
    let given = newsroom.json(&["audit", "access", "ada", "-o", zip.to_str().unwrap()], 0);
    assert_eq!(given["originals"], 1);
    let texts = unpacked(&fs::read(&zip).unwrap());
    assert!(texts.iter().any(|(_, text)| text == "The dam is cracked."), "{texts:?}");
    assert!(texts.iter().any(|(name, text)| name == "records.jsonl" && text.contains("admitted")));
    let again = newsroom.run(&["audit", "access", "ada", "-o", zip.to_str().unwrap()]);
    assert_eq!(again.status.code(), Some(2), "no file is overwritten");

    let erased = newsroom.json(&["audit", "erase", "ada"], 0);
    assert_eq!((&erased["erased"], &erased["key_destroyed"]), (&json!(1), &json!(true)));
    assert_eq!(newsroom.run(&["audit", "erase", "ada"]).status.code(), Some(1), "nobody is left");
    let after = newsroom.path("after.zip");
    let given = newsroom.json(&["audit", "access", "ada", "-o", after.to_str().unwrap()], 0);
    assert_eq!(given["originals"], 0, "the log's entries about her stay, and she may see them");
    assert!(given["records"].as_u64().unwrap() > 0);
    newsroom.json(&["audit", "verify"], 0);
}

fn unpacked(bytes: &[u8]) -> Vec<(String, String)> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    (0..zip.len())
        .map(|index| {
            let file = zip.by_index(index).unwrap();
            let name = file.name().unwrap().into_owned();
            (name, std::io::read_to_string(file).unwrap())
        })
        .collect()
}

#[test]
fn people_who_are_mentioned_have_their_rights_too() {
    let newsroom = Newsroom::with(NULL);
    let author = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    say(&server, &author, "Write about Mayor Ruth Ito and the dam.");
    let held = say(&server, &author, "RUTH ITO again, who is under investigation.");
    say(&server, &author, "Ruth Itoh is somebody else.");
    drop(server);
    let zip = newsroom.path("mentions.zip");
    let args = ["audit", "access", "--mentioned", "Ruth Ito", "-o", zip.to_str().unwrap()];
    assert_eq!(newsroom.json(&args, 0)["originals"], 2);
    let texts = unpacked(&fs::read(&zip).unwrap());
    assert!(
        texts
            .iter()
            .any(|(name, text)| name == "mentions.jsonl" && text.contains("Mayor Ruth Ito"))
    );

    newsroom.json(&["audit", "hold", "add", &format!("request:{held}"), "--reason", "suit"], 0);
    let erased = newsroom.json(&["audit", "erase", "--mentioned", "Ruth Ito"], 1);
    assert_eq!((&erased["erased"], &erased["refused"][0]["count"]), (&json!(1), &json!(1)));
    assert_eq!(erased["refused"][0]["ground"], "legal_hold");
    let nobody = newsroom.run(&["audit", "erase", "--mentioned", "Nobody Here"]);
    assert_eq!(nobody.status.code(), Some(1));
}

#[test]
fn what_is_published_is_kept_as_the_editorial_archive_and_that_is_said() {
    let newsroom = Newsroom::new();
    let author = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    let answer = server.post(
        &author,
        "/v1/chat/completions",
        &crate::newsroom::chat(crate::newsroom::RIVER),
    );
    assert_eq!(answer.status, 200);
    drop(server);
    let erased = newsroom.json(&["audit", "erase", "--mentioned", "Elbe"], 1);
    assert_eq!(erased["erased"], 1, "the prompt goes");
    assert_eq!(erased["refused"][0]["ground"], "editorial_archive");
    assert!(erased["refused"][0]["text"].as_str().unwrap().contains("Articles 17(3)(a) and 85"));
}

#[test]
fn the_same_is_served_to_auditors_over_http() {
    let newsroom = Newsroom::with(NULL);
    let author = newsroom.key("journalist", "ada");
    let (one, two) = (newsroom.key("auditor", "grace"), newsroom.key("auditor", "kim"));
    let server = newsroom.serve();
    let request = say(&server, &author, "The dam is cracked.");
    let post = |key: &str, path: &str, body: Value| {
        let answer = server.post(key, path, &body);
        (answer.status, answer.json())
    };
    assert_eq!(post(&one, "/v1/audit/reveal", json!({"id": request})).0, 409);
    assert_eq!(post(&one, "/v1/audit/reveal", json!({"id": request, "reason": "suit"})).0, 200);
    assert_eq!(post(&one, "/v1/audit/reveal", json!({"id": request})).0, 403);
    let (status, body) = post(&two, "/v1/audit/reveal", json!({"id": request}));
    assert_eq!((status, &body["originals"][0]["text"]), (200, &json!("The dam is cracked.")));
    let (_, hold) =
        post(&one, "/v1/audit/holds", json!({"scope": "subject:ada", "reason": "suit"}));
    assert_eq!(server.get(&two, "/v1/audit/holds").json()["data"][0]["hold"], hold["hold"]);
    let (status, body) = post(&one, "/v1/audit/erase", json!({"subject": "ada"}));
    assert_eq!((status, &body["refused"][0]["ground"]), (200, &json!("legal_hold")));
    assert_eq!(post(&author, "/v1/audit/erase", json!({"subject": "ada"})).0, 403);
    let zip = server.get(&one, "/v1/audit/access/ada");
    assert!(zip.status == 200 && zip.bytes.starts_with(b"PK"));
    assert_eq!(server.get(&one, "/v1/audit/access/nobody").status, 404);
    assert_eq!(server.get(&author, "/v1/audit/access/ada").status, 403);
}

#[test]
fn a_term_below_the_floor_is_a_configuration_error() {
    let newsroom = Newsroom::new();
    let file = newsroom.path("imprimatur.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("retention_months = 24", "retention_months = 5")).unwrap();
    let output = newsroom.run(&["audit", "expire"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("at least 6 months"));
}
