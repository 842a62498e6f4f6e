//! A person's agreement to be shown or heard: entered, named by requests, withdrawn.

use serde_json::{Value, json};

use crate::{
    console::{Person, text},
    newsroom::{Newsroom, Server},
    sign_in::create,
    vault::holding,
};

const PROMPT: &str = "Clone the voice of Alan Reyes and read: The bridge is open again.";

/// Enters an agreement; what the server says.
fn enter(server: &Server, key: &str, change: &Value) -> Value {
    let mut body = json!({"names": ["Alan Reyes", "Al Reyes"], "covers": ["voice"], "kept_at": "safe 3, folder 12"});
    for (field, value) in change.as_object().unwrap() {
        body[field] = value.clone();
    }
    let answer = server.post(key, "/v1/consents", &body);
    assert_eq!(answer.status, 201, "{}", answer.json());
    answer.json()
}

/// Asks the voice to read, naming an agreement; the answer's status and its code.
fn read(server: &Server, key: &str, prompt: &str, consent: Option<&str>) -> (u16, String) {
    let mut body = json!({"model": "voice", "voice": "alloy", "input": prompt});
    if let Some(consent) = consent {
        body["imprimatur"] = json!({"consent": consent});
    }
    let answer = server.post(key, "/v1/audio/speech", &body);
    let code =
        if answer.status == 200 { Value::Null } else { answer.json()["error"]["code"].clone() };
    (answer.status, code.as_str().unwrap_or_default().to_owned())
}

#[test]
fn an_agreement_lets_through_what_waited_for_it_until_it_is_withdrawn() {
    let newsroom = Newsroom::new();
    let [editor, journalist, auditor] =
        [("editor", "grace"), ("journalist", "mary"), ("auditor", "eve")]
            .map(|(role, name)| newsroom.key(role, name));
    let elsewhere = newsroom.key_of("rival", "editor", "rob");
    let server = newsroom.serve();
    let held = (403, "held_for_review".to_owned());
    let refused = (400, "likeness_consent".to_owned());
    assert_eq!(read(&server, &journalist, PROMPT, None), held);

    let kept = enter(&server, &editor, &json!({}));
    let id = kept["id"].as_str().unwrap();
    assert_eq!(read(&server, &journalist, PROMPT, Some(id)).0, 200);
    let other = "Clone the voice of Jane Doe and read: The bridge is open again.";
    assert_eq!(read(&server, &journalist, other, Some(id)), held, "another person");
    for (change, who) in [
        (json!({"covers": ["likeness"]}), "covers something else"),
        (json!({"desks": ["sport"]}), "is for others"),
        (json!({"valid_until": "2026-01-01T00:00:00Z"}), "has ended"),
    ] {
        let id = enter(&server, &editor, &change)["id"].as_str().unwrap().to_owned();
        assert_eq!(read(&server, &journalist, PROMPT, Some(&id)), refused, "{who}");
    }
    assert_eq!(read(&server, &journalist, PROMPT, Some("consent_0")), refused);
    assert_eq!(read(&server, &elsewhere, PROMPT, Some(id)), refused, "another house");

    let listed = server.get(&editor, "/v1/consents").json();
    assert_eq!(listed["data"].as_array().unwrap().len(), 4);
    assert_eq!(server.get(&elsewhere, "/v1/consents").json()["data"], json!([]));
    assert_eq!(server.get(&journalist, "/v1/consents").status, 403);
    let at = format!("/v1/consents/{id}");
    assert_eq!(server.delete(&elsewhere, &at).status, 404);
    assert!(server.delete(&editor, &at).json()["withdrawn_at"].is_string());
    assert_eq!(server.delete(&editor, &at).status, 409);
    assert_eq!(read(&server, &journalist, PROMPT, Some(id)), refused, "withdrawn");

    let entries = server.get(&auditor, "/v1/audit/entries?limit=100").json();
    let records = entries["data"].as_array().unwrap().iter().map(|entry| &entry["record"]);
    let records: Vec<&Value> = records.collect();
    let of = |event: &str| records.iter().filter(|record| record["event"] == event).count();
    assert_eq!((of("consent_recorded"), of("consent_withdrawn")), (4, 1));
    let in_force = json!({"check": id, "outcome": "in_force"});
    let counted = |record: &&&Value| {
        record["input"]["checks"].as_array().is_some_and(|checks| checks.contains(&in_force))
    };
    assert!(records.iter().any(|record| counted(&record)), "{records:?}");
    assert!(!entries.to_string().contains("Reyes"), "records name nobody");
    drop(server);
    let found = holding(&newsroom.path("."), &["folder 12".to_owned()]);
    assert!(found.is_empty(), "an agreement lies open in {found:?}");
}

#[test]
fn where_only_agreements_of_the_house_count_a_place_is_not_enough() {
    let newsroom = Newsroom::new();
    let file = newsroom.path("imprimatur.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("[policy]\n", "[policy]\nconsent = \"registered\"\n"))
        .unwrap();
    let [editor, journalist] = ["editor", "journalist"].map(|role| newsroom.key(role, role));
    let server = newsroom.serve();
    let refused = (400, "likeness_consent".to_owned());
    assert_eq!(read(&server, &journalist, PROMPT, Some("the safe")), refused);
    let id = enter(&server, &editor, &json!({}))["id"].as_str().unwrap().to_owned();
    assert_eq!(read(&server, &journalist, PROMPT, Some(&id)).0, 200);
    for (change, field) in [
        (json!({"names": []}), "names"),
        (json!({"names": ["A"]}), "names"),
        (json!({"covers": []}), "covers"),
        (json!({"kept_at": " "}), "kept_at"),
        (json!({"valid_from": "tomorrow"}), "valid_from"),
        (
            json!({"valid_from": "2027-01-01T00:00:00Z", "valid_until": "2026-01-01T00:00:00Z"}),
            "valid_until",
        ),
    ] {
        let mut body = json!({"names": ["Ada"], "covers": ["voice"], "kept_at": "safe"});
        change.as_object().unwrap().iter().for_each(|(key, value)| body[key] = value.clone());
        let answer = server.post(&editor, "/v1/consents", &body);
        assert_eq!((answer.status, &answer.json()["error"]["param"]), (400, &json!(field)));
    }
}

#[test]
fn an_agreement_is_entered_and_withdrawn_on_a_page() {
    let newsroom = Newsroom::new();
    let links = [("grace", "editor"), ("mary", "journalist")];
    let [grace, mary] = links.map(|(name, role)| create(&newsroom, name, role));
    let journalist = newsroom.key("journalist", "mary");
    let server = newsroom.serve();
    let (mut grace, mut mary) = (Person::new(&server, &grace), Person::new(&server, &mary));
    let form = "names=Alan+Reyes%0D%0A%3Cb%3EAl%3C%2Fb%3E&covers=voice&kept_at=safe+3&from=2026-01-01&until=&desks=";
    assert_eq!(mary.see("/console/consents").status, 403);
    assert_eq!(mary.send("/console/consents", form).status, 403);
    let lost = form.replace("until=", "until=some+day");
    let refused = grace.send("/console/consents", &lost);
    assert_eq!(refused.status, 400);
    let page = text(&refused);
    assert!(page.contains("role=\"alert\"") && page.contains("safe 3"), "nothing is lost: {page}");

    assert_eq!(grace.send("/console/consents", form).status, 303);
    let page = grace.page("/console/consents?lang=zh");
    assert!(page.contains("Alan Reyes · &#60;b&#62;Al"), "{page}");
    let (_, rest) = page.split_once("name=\"id\" value=\"").unwrap();
    let id = rest.split('"').next().unwrap().to_owned();
    assert_eq!(read(&server, &journalist, PROMPT, Some(&id)).0, 200);
    let gone = format!("id={id}");
    assert_eq!(grace.send("/console/consents", &gone).status, 303);
    assert_eq!(grace.send("/console/consents", &gone).status, 409);
    let refused = (400, "likeness_consent".to_owned());
    assert_eq!(read(&server, &journalist, PROMPT, Some(&id)), refused);
    assert!(
        !grace.page("/console/consents").contains("name=\"id\""),
        "it cannot be withdrawn again"
    );
}
