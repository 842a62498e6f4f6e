//! The console in a browser: a day of a newsroom, and every page in every look. Where Chromium is wanted.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    browser::node,
    console::PACK,
    external::wanted,
    newsroom::{Newsroom, Server},
    sign_in::create,
};

fn newsroom() -> Newsroom {
    let newsroom = Newsroom::new();
    std::fs::write(newsroom.path("policy.toml"), PACK).unwrap();
    newsroom
}

#[test]
fn a_newsroom_works_a_day_in_the_console() {
    if !wanted("Chromium") {
        return;
    }
    let newsroom = newsroom();
    let people =
        [("ada", "editor"), ("grace", "standards"), ("olga", "ops"), ("ben", "journalist")];
    let links: serde_json::Map<String, Value> = people
        .iter()
        .map(|(name, role)| ((*name).to_owned(), json!(create(&newsroom, name, role))))
        .collect();
    let server = newsroom.serve();
    let links = Value::Object(links).to_string();
    node("newsdesk.mjs", &[&server.url, &server.public_url(), &links]);
}

/// A picture that was made and one that an editor has to see: their ids, and the request's.
fn content(server: &Server, key: &str) -> (String, String, String) {
    let wish = json!({"model": "scenes-starter", "prompt": "a harbour at dawn", "seed": 5});
    let made = server.post(key, "/v1/images/generations", &wish).json();
    let brief = "river; name=Elbe; place=Dresden; level_cm=412; change_cm=20; alert_cm=500";
    let messages = json!([{"role": "user", "content": brief}]);
    let held = json!({"model": "newsdesk-starter", "messages": messages, "seed": 7});
    let held = server.post(key, "/v1/chat/completions", &held);
    assert_eq!(held.status, 403, "an editor looks at it first: {}", held.json());
    let waiting = server.get(key, "/v1/reviews").json();
    let asset = made["imprimatur"]["asset_id"].as_str().unwrap().to_owned();
    let request = server.get(key, &format!("/v1/assets/{asset}")).json();
    let request = request["request_id"].as_str().unwrap().to_owned();
    (asset, waiting["data"][0]["asset_id"].as_str().unwrap().to_owned(), request)
}

#[test]
fn every_page_of_the_console_is_open_to_everybody_who_may_read_it() {
    if !wanted("Chromium and axe-core") {
        return;
    }
    let newsroom = newsroom();
    let links = json!({
        "editor": create(&newsroom, "grace", "editor"),
        "standards": create(&newsroom, "lena", "standards"),
        "ops": create(&newsroom, "olga", "ops"),
    });
    let key = newsroom.key("editor", "ada");
    let server = newsroom.serve();
    let (asset, held, request) = content(&server, &key);
    let complaint = json!({"about": "content", "asset": asset, "text": "It is another harbour."});
    assert_eq!(server.public_post_json("/v1/complaints", &complaint).status, 201);
    let consent = json!({"names": ["Alan Reyes"], "covers": ["voice"], "kept_at": "safe 3"});
    assert_eq!(server.post(&key, "/v1/consents", &consent).status, 201);
    // The proofs of the log's page come with a checkpoint, at most ten seconds later.
    std::thread::sleep(Duration::from_secs(11));
    let pages = json!({
        "editor": {
            "create-text": "/console/create/text", "create-image": "/console/create/image",
            "create-voice": "/console/create/voice", "create-video": "/console/create/video",
            "create-story": "/console/create/story", "reviews": "/console/reviews",
            "review": format!("/console/reviews/{held}"), "gallery": "/console/assets",
            "asset": format!("/console/assets/{asset}"), "request": format!("/console/r/{request}"),
            "desk": "/console/desk", "complaints": "/console/complaints",
            "consents": "/console/consents",
            "password": "/console/password",
        },
        "standards": {
            "log": "/console/audit", "heads": "/console/audit?old=1&new=2",
            "entry": "/console/audit/1", "compliance": "/console/compliance",
            "policy": "/console/policy",
        },
        "ops": {
            "models": "/console/models", "trust": "/console/trust", "health": "/console/health",
            "people": "/console/people", "docs": "/docs",
        },
    });
    let told = json!({"links": links, "pages": pages}).to_string();
    node("console_looks.mjs", &[&server.url, &told]);
}
