//! OpenAI's responses: events in their order, conversations that go on, belong to one person and are
//! forgotten; and the same tools by the Model Context Protocol.

use serde_json::{Value, json};

use crate::newsroom::{Answer, Newsroom, RIVER, Server};

const RESPONSES: &str = "/v1/responses";

fn ask(change: &Value) -> Value {
    let mut body = json!({"model": "newsdesk-starter", "input": RIVER, "seed": 7});
    for (name, value) in change.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn events(answer: &Answer) -> Vec<Value> {
    let text = std::str::from_utf8(&answer.bytes).unwrap();
    let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
    data.map(|data| serde_json::from_str(data).unwrap()).collect()
}

fn text(response: &Value) -> &str {
    response["output"][0]["content"][0]["text"].as_str().unwrap_or_default()
}

fn response(server: &Server, key: &str, change: &Value) -> Value {
    let answer = server.post(key, RESPONSES, &ask(change));
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer.json()
}

#[test]
fn events_come_in_order_and_say_what_the_whole_says() {
    let newsroom = Newsroom::new();
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    let whole = response(&server, &key, &json!({}));
    assert!(text(&whole).contains("412"), "{whole}");

    let answer = server.post(&key, RESPONSES, &ask(&json!({"stream": true})));
    let events = events(&answer);
    let numbers: Vec<u64> =
        events.iter().map(|event| event["sequence_number"].as_u64().unwrap()).collect();
    assert!(numbers.iter().copied().eq(0..events.len() as u64), "{numbers:?}");
    let mut names: Vec<&str> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    names.dedup();
    let expected = [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ];
    assert_eq!(names, expected);
    let told: String = events.iter().filter_map(|event| event["delta"].as_str()).collect();
    let last = &events.last().unwrap()["response"];
    assert_eq!((told.as_str(), text(last)), (text(&whole), text(&whole)));
    assert!(last["imprimatur"]["receipt"]["index"].is_u64() && last["usage"].is_object());
}

#[test]
fn what_policy_stops_in_the_middle_is_incomplete() {
    let newsroom = Newsroom::new();
    let pack = r#"
id = "test"
version = "1"
[[rule]]
id = "no-river"
version = 1
category = "defamation"
scope = { hook = "output" }
when = { terms = ["Elbe"] }
action = "block"
message = { en = "The river must not be named.", zh = "不得提及该河流。" }
tests = [{ text = "The Elbe rose.", expect = "block", hook = "output" }]
"#;
    std::fs::write(newsroom.path("policy.toml"), pack).unwrap();
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    let whole = server.post(&key, RESPONSES, &ask(&json!({})));
    assert_eq!(whole.json()["error"]["code"], "content_policy_violation");

    let body = ask(&json!({"stream": true}));
    let answer = server.post_once(&key, "once", RESPONSES, &body);
    assert!(!String::from_utf8_lossy(&answer.bytes).contains("Elb"), "nothing held back is sent");
    let last = events(&answer).pop().unwrap();
    assert_eq!(last["type"], "response.incomplete");
    assert_eq!(last["response"]["incomplete_details"]["reason"], "content_filter");
    let id = last["response"]["id"].as_str().unwrap();
    let kept = server.get(&key, &format!("{RESPONSES}/{id}")).json();
    assert_eq!((&kept["status"], &kept["output"]), (&json!("incomplete"), &json!([])));
    // Said again without the text before the stop.
    let again = server.post_once(&key, "once", RESPONSES, &body);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(events(&again).pop().unwrap()["type"], "response.incomplete");
    assert!(events(&again).iter().all(|event| event["delta"].is_null()));
}

#[test]
fn a_conversation_goes_on_for_its_owner_until_it_is_forgotten() {
    let newsroom = Newsroom::new();
    let [ada, ben] = ["ada", "ben"].map(|name| newsroom.key("editor", name));
    let server = newsroom.serve();
    let first = response(&server, &ada, &json!({"metadata": {"turn": "1"}}));
    let id = first["id"].as_str().unwrap().to_owned();
    let path = format!("{RESPONSES}/{id}");
    let kept = server.get(&ada, &path).json();
    assert_eq!((text(&kept), &kept["metadata"]), (text(&first), &first["metadata"]));
    assert_eq!(server.get(&ben, &path).status, 404);
    let goes_on = ask(&json!({"input": "And now?", "previous_response_id": id}));
    assert_eq!(server.post(&ben, RESPONSES, &goes_on).status, 404);
    let second = server.post(&ada, RESPONSES, &goes_on).json();
    assert_eq!(second["previous_response_id"], id.as_str());
    let items = server.get(&ada, &format!("{path}/input_items?limit=1")).json();
    assert_eq!(items["data"][0]["content"][0]["text"], RIVER);

    assert_eq!(server.delete(&ada, &path).json()["deleted"], true);
    assert_eq!(server.get(&ada, &path).status, 404);
    let gone = server.post(&ada, RESPONSES, &goes_on);
    assert_eq!(
        (gone.status, &gone.json()["error"]["param"]),
        (404, &json!("previous_response_id"))
    );
    // The asset is an asset like any other.
    let asset = first["imprimatur"]["asset_id"].as_str().unwrap();
    assert_eq!(server.get(&ada, &format!("/v1/assets/{asset}/content")).status, 200);
    let unkept = response(&server, &ada, &json!({"store": false}));
    let path = format!("{RESPONSES}/{}", unkept["id"].as_str().unwrap());
    assert_eq!(server.get(&ada, &path).status, 404);
}

#[test]
fn where_no_prompts_are_kept_no_conversation_is() {
    let newsroom = Newsroom::new();
    let file = newsroom.path("imprimatur.toml");
    let before = std::fs::read_to_string(&file).unwrap();
    let settings = before.replace("\nprompts = true", "\nprompts = false");
    assert_ne!(settings, before);
    std::fs::write(&file, settings).unwrap();
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    let told = response(&server, &key, &json!({}));
    assert_eq!(told["store"], false);
    let id = told["id"].as_str().unwrap();
    let answer = server.post(&key, RESPONSES, &ask(&json!({"previous_response_id": id})));
    assert_eq!(answer.json()["error"]["code"], "response_not_found");
}

#[test]
fn tools_go_through_the_same_line() {
    let newsroom = Newsroom::new();
    let (ada, eve) = (newsroom.key("editor", "ada"), newsroom.key("auditor", "eve"));
    let stranger = newsroom.key_of("radio", "editor", "ada");
    let server = newsroom.serve();
    let call = |key: &str, method: &str, params: Value| {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        server.post(key, "/mcp", &body).json()
    };
    let generate = json!({"name": "generate", "arguments": {"kind": "text", "prompt": RIVER}});
    let told = call(&ada, "tools/call", generate.clone());
    let result = &told["result"];
    let index = result["structuredContent"]["imprimatur"]["receipt"]["index"].as_u64();
    assert!(index.is_some_and(|index| index > 0), "{told}");
    let uri = json!({"uri": result["content"][1]["uri"]});
    let read = call(&ada, "resources/read", uri.clone());
    assert_eq!(read["result"]["contents"][0]["text"], result["content"][0]["text"]);
    assert!(call(&stranger, "resources/read", uri)["error"].is_object());
    let turned = call(&eve, "tools/call", generate);
    assert_eq!(turned["result"]["structuredContent"]["error"]["code"], "forbidden", "{turned}");
    assert_eq!(server.post("", "/mcp", &json!({})).status, 401);
    let noted = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    assert_eq!(server.post(&ada, "/mcp", &noted).status, 202);
}
