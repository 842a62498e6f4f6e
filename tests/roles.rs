//! Every endpoint for every role: let in or told why not, and never broken.

use gateway::http::permits::{Permit, TABLE};
use serde_json::Value;
use types::Role;

use crate::newsroom::{Answer, Newsroom, Server};

/// What needs no key, on both listeners: the beginnings of its paths.
const OPEN: [&str; 7] =
    ["/v1/verify", "/v1/complaints", "/v1/detect", "/sbr/", "/c/", "/log/", "/.well-known/"];

#[test]
fn every_endpoint_lets_in_who_may_and_nobody_else() {
    let newsroom = Newsroom::new();
    let keys: Vec<(Role, String)> =
        Role::ALL.iter().map(|(role, name)| (*role, newsroom.key(name, name))).collect();
    let server = newsroom.serve();
    let document = server.get("", "/openapi.json").json();
    let mut walked = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, _) in operations.as_object().unwrap() {
            let method = method.to_uppercase();
            let row = TABLE.iter().find(|row| row.0 == method && row.1 == path);
            let Some((.., permit)) = row else {
                assert!(
                    OPEN.iter().any(|open| path.starts_with(open)),
                    "{method} {path} is in no table"
                );
                continue;
            };
            walk(&server, &method, path, *permit, &keys);
            walked += 1;
        }
    }
    // The document itself, for programs and for people, is what it does not describe.
    assert_eq!(walked + 2, TABLE.len(), "the table has lines of endpoints that are not there");
}

fn walk(server: &Server, method: &str, path: &str, permit: Permit, keys: &[(Role, String)]) {
    let stranger = send(server, "", method, path);
    match permit {
        Permit::Anyone => assert!(stranger.status < 500, "{method} {path}: {}", stranger.status),
        _ => assert_eq!(stranger.status, 401, "{method} {path} without a key"),
    }
    for (role, key) in keys {
        let answer = send(server, key, method, path);
        let code = code(&answer);
        if permit.admits(*role) {
            let denied = ["forbidden", "missing_scope", "invalid_api_key"].contains(&code.as_str());
            let broken = answer.status >= 500 && answer.status != 503;
            assert!(!denied && !broken, "{role}: {method} {path}: {} {code}", answer.status);
        } else {
            assert_eq!(
                (answer.status, code.as_str()),
                (403, "forbidden"),
                "{role}: {method} {path}"
            );
        }
    }
}

fn send(server: &Server, key: &str, method: &str, path: &str) -> Answer {
    let id = "0190b6e4-7d5c-7000-8000-000000000000";
    let path: String = path
        .split('/')
        .map(|part| if part.starts_with('{') { id } else { part })
        .collect::<Vec<_>>()
        .join("/");
    server.request(key, method, &path)
}

fn code(answer: &Answer) -> String {
    let body: Option<Value> = serde_json::from_slice(&answer.bytes).ok();
    body.and_then(|body| Some(body["error"]["code"].as_str()?.to_owned())).unwrap_or_default()
}

#[test]
fn the_readme_shows_the_table() {
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    let expected = table();
    assert!(readme.contains(&expected), "gateway/README.md lacks this table:\n{expected}");
}

/// Who may do what, and where.
fn table() -> String {
    let mut text = "| Act | Roles | Scope | Endpoints |\n|---|---|---|---|\n".to_owned();
    let mut row = |act: &str, roles: &str, scope: &str, permit: Permit| {
        let of = TABLE.iter().filter(|row| row.2 == permit);
        let endpoints: Vec<String> = of.map(|row| format!("`{} {}`", row.0, row.1)).collect();
        let endpoints = endpoints.join(" ");
        text.push_str(&format!("| {act} | {roles} | {scope} | {endpoints} |\n"));
    };
    for (act, roles, scope) in access::Act::TABLE {
        let roles: Vec<String> = roles.iter().map(ToString::to_string).collect();
        let scope = scope.map_or("–".to_owned(), |scope| format!("`{scope}`"));
        row(&act.to_string(), &roles.join(", "), &scope, Permit::May(act));
    }
    row("be known", "whoever has a key or a session", "–", Permit::Known);
    row("–", "anyone", "–", Permit::Anyone);
    text
}
