//! What a newsroom does beside writing: complaints are dealt with, people and keys come and go.

use std::fs;

use serde_json::json;

use crate::{
    console::{PAGE, Person, id_after, text, value_of},
    newsroom::Newsroom,
    sign_in::{Browser, create},
};

/// A newsroom that counts nobody's complaints.
fn open_to_strangers() -> Newsroom {
    let newsroom = Newsroom::new();
    let file = newsroom.path("imprimatur.toml");
    let config = fs::read_to_string(&file).unwrap();
    let unlimited =
        config.replace("anonymous_checks_per_minute = 30", "anonymous_checks_per_minute = 0");
    fs::write(&file, unlimited).unwrap();
    newsroom
}

/// Fifty on a page, and the others behind it.
fn turns_the_page(editor: &mut Person, newest: &[String], older: &str) {
    let page = editor.page("/console/complaints");
    assert!(page.contains(&newest[0]) && page.contains(&newest[49]) && !page.contains(older));
    let behind = format!("after={}", newest[0]);
    assert!(page.contains(&behind), "{page}");
    let page = editor.page(&format!("/console/complaints?state=open&{behind}"));
    assert!(page.contains(older) && !page.contains(&newest[0]) && !page.contains("after="));
}

/// A reader's words reach an editor, one decision ends them, and the log tells both.
#[test]
fn a_complaint_is_read_decided_once_and_on_record() {
    let newsroom = open_to_strangers();
    let links = [("grace", "editor"), ("mary", "journalist")];
    let [grace, mary] = links.map(|(name, role)| create(&newsroom, name, role));
    let editor = newsroom.key("editor", "ivy");
    let server = newsroom.serve();
    let (mut grace, mut mary) = (Person::new(&server, &grace), Person::new(&server, &mary));
    let drawn = json!({"model": "scenes-starter", "prompt": "a harbour", "seed": 5});
    let drawn = server.post(&editor, "/v1/images/generations", &drawn).json();
    let asset = drawn["imprimatur"]["asset_id"].as_str().unwrap().to_owned();
    let words = "<script>alert(1)</script> The harbour is the wrong one.";
    let send = |about: &str, asset: &str, text: &str| {
        let body =
            json!({"about": about, "asset": asset, "text": text, "contact": "r@example.org"});
        let answer = server.public_post_json("/v1/complaints", &body);
        assert_eq!(answer.status, 201, "{}", answer.json());
        answer.json()["ticket"].as_str().unwrap().to_owned()
    };
    let first = send("content", &asset, words);
    let second = send("other", "page 3", "When was this?");

    let page = grace.page("/console/complaints");
    for part in [&first, &second, &asset, "The harbour is the wrong one.", "r@example.org"] {
        assert!(page.contains(part), "{part} in {page}");
    }
    assert!(!page.contains("<script>alert"), "a stranger's words are words");
    assert_eq!(mary.see("/console/complaints").status, 403);
    let form = format!("ticket={first}&outcome=upheld&note=Caption+corrected.");
    assert_eq!(mary.send("/console/complaints", &form).status, 403);
    assert_eq!(grace.send("/console/complaints", &form).status, 303);
    let again = grace.send("/console/complaints", &form);
    assert_eq!(again.status, 409, "decided once");
    assert!(text(&again).contains("closed already"));
    let page = grace.page("/console/complaints");
    assert!(!page.contains(&first) && page.contains(&second), "{page}");
    let page = grace.page("/console/complaints?state=closed&lang=zh");
    assert!(page.contains(&first) && page.contains("Caption corrected."), "{page}");

    let many: Vec<String> = (0..50).map(|n| send("other", "page 4", &n.to_string())).collect();
    turns_the_page(&mut grace, &many, &second);

    let at = format!("/v1/complaints/{second}");
    let answered = server.post(&editor, &at, &json!({"outcome": "answered"}));
    assert_eq!((answered.status, &answered.json()["closed"]["outcome"]), (200, &json!("answered")));
    for (path, body, status) in [
        (&at, json!({"outcome": "answered"}), 409),
        (&at, json!({"outcome": "lost"}), 400),
        (&at, json!({"outcome": "answered", "note": "x".repeat(501)}), 400),
        (&"/v1/complaints/0000-0000".to_owned(), json!({"outcome": "upheld"}), 404),
    ] {
        let answer = server.post(&editor, path, &body);
        assert_eq!(answer.status, status, "{}", answer.json());
    }
    // The longest that is taken can be closed; a note that does not fit beside it is named.
    let third = send("other", "", &"字".repeat(1000));
    let at = format!("/v1/complaints/{third}");
    let long = json!({"outcome": "rejected", "note": "字".repeat(500)});
    let answer = server.post(&editor, &at, &long);
    assert_eq!((answer.status, &answer.json()["error"]["param"]), (400, &json!("note")));
    let answer = server.post(&editor, &at, &json!({"outcome": "rejected"}));
    assert_eq!(answer.status, 200, "{}", answer.json());

    assert_eq!(server.terminate(), Some(0));
    let found = |event: &str| newsroom.lines(&["audit", "find", "--event", event]);
    let (received, closed) = (found("complaint_received"), found("complaint_closed"));
    assert_eq!((received.len(), closed.len()), (53, 3), "{received:?} {closed:?}");
    let of_asset = newsroom.lines(&["audit", "find", "--asset", &asset]);
    let told = format!("{of_asset:?}");
    assert!(told.contains("complaint_received") && told.contains("upheld"), "{told}");
    for secret in ["wrong one", "r@example.org", "Caption", &first] {
        let told = format!("{received:?}{closed:?}");
        assert!(!told.contains(secret), "the log holds no words: {secret}");
    }
}

/// Whoever runs the organisation lets people in and out, and hands out keys that are shown once.
#[test]
fn people_and_keys_come_and_go_from_the_console() {
    let newsroom = Newsroom::new();
    let links = [("olga", "ops"), ("grace", "editor")];
    let [olga, grace] = links.map(|(name, role)| create(&newsroom, name, role));
    let server = newsroom.serve();
    let (mut olga, mut grace) = (Person::new(&server, &olga), Person::new(&server, &grace));
    assert_eq!(grace.see("/console/people").status, 403);
    assert_eq!(grace.send("/console/people", "act=create&name=eve&desk=x&role=ops").status, 403);

    let made = olga.send("/console/people", "act=create&name=ben&desk=City&role=journalist");
    let page = text(&made);
    assert_eq!(made.status, 200, "{page}");
    let link = id_after(&page, "/console/sign-in?link=");
    let link = link.split('<').next().unwrap();
    let mut ben = Person::new(&server, link);
    assert_eq!(ben.see("/console/assets").status, 200);
    let twice = olga.send("/console/people", "act=create&name=ben&desk=City&role=journalist");
    assert_eq!(twice.status, 409, "{}", text(&twice));
    let wrong = olga.send("/console/people", "act=create&name=eve&desk=City&role=queen");
    assert_eq!(wrong.status, 400);

    let key =
        "act=key-create&name=cms&desk=City&role=journalist&scopes=generate:text&expires=2099-01-01";
    let made = olga.send("/console/people", key);
    let page = text(&made);
    assert_eq!(made.status, 200, "{page}");
    let secret = format!("imp_{}", id_after(&page, ">imp_").split('<').next().unwrap());
    assert_eq!(server.get(&secret, "/v1/models").status, 200);
    assert!(!olga.page("/console/people").contains(&secret), "it is shown once");
    let again = olga.page("/console/people");
    let (_, forms) = again.split_once("value=\"key-revoke\"").unwrap();
    let id = value_of(forms, "id");
    assert_eq!(olga.send("/console/people", &format!("act=key-revoke&id={id}")).status, 200);
    assert_eq!(server.get(&secret, "/v1/models").status, 401, "ended at once");

    let page = olga.page("/console/people?lang=zh");
    let (_, row) = page.split_once("<strong>ben</strong>").unwrap();
    let (_, forms) = row.split_once("value=\"disable\"").unwrap();
    let id = value_of(forms, "id");
    let out = olga.send("/console/people", &format!("act=disable&id={id}"));
    assert!(text(&out).contains("kept out"), "{}", text(&out));
    assert_ne!(ben.see("/console/assets").status, 200, "out at once");
    assert_eq!(Browser::new(&server).send("GET", "/console/people", &PAGE, "").status, 303);
    assert_eq!(server.terminate(), Some(0));
    for event in ["person_created", "person_disabled", "key_created", "key_revoked"] {
        assert!(!newsroom.lines(&["audit", "find", "--event", event]).is_empty(), "{event}");
    }
}
