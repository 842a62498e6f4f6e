//! A newsroom outgrows its folder: everything goes on in PostgreSQL, nothing changes for its readers.

use std::{fs, os::unix::fs::PermissionsExt as _};

use serde_json::json;

use crate::{
    newsroom::{Newsroom, RIVER, Server, chat},
    postgres_server::{PostgresServer, wanted},
};

#[test]
fn log_keys_assets_and_originals_go_on_in_the_database() {
    if !wanted("moving to PostgreSQL") {
        return;
    }
    let newsroom = Newsroom::new();
    let key = newsroom.key("journalist", "ada");
    let [otto, olive] = ["otto", "olive"].map(|name| newsroom.key("auditor", name));
    let server = newsroom.serve();
    let made = server.post_once(&key, "once", "/v1/chat/completions", &chat(RIVER));
    assert_eq!(made.status, 200);
    let (asset, request) = (made.header("x-imprimatur-asset"), made.header("x-request-id"));
    let content = server.get(&key, &format!("/v1/assets/{asset}/content")).bytes;
    let busy = newsroom.run(&["migrate", "--to", "imprimatur.toml"]);
    assert_eq!(busy.status.code(), Some(2), "from a folder to a folder is no move");

    let database = PostgresServer::start();
    fs::write(newsroom.path("url"), database.database("press")).unwrap();
    fs::set_permissions(newsroom.path("url"), fs::Permissions::from_mode(0o600)).unwrap();
    let config = fs::read_to_string(newsroom.path("imprimatur.toml")).unwrap();
    let storage = "kind = \"postgres\"\nurl_file = \"url\"\nobjects = \"file:shared\"";
    let config = config.replace("kind = \"embedded\"", storage);
    fs::write(newsroom.path("shared.toml"), &config).unwrap();
    let running = newsroom.run(&["migrate", "--to", "shared.toml"]);
    assert_eq!(running.status.code(), Some(1), "a server runs");
    assert_eq!(server.terminate(), Some(0));

    let root = newsroom.json(&["audit", "verify"], 0);
    let moved = newsroom.json(&["migrate", "--to", "shared.toml"], 0);
    assert_eq!(moved["log_size"], root["entries"], "{moved} {root}");
    assert_eq!(moved["originals"], 1, "{moved}");
    assert_eq!(newsroom.json(&["migrate", "--to", "shared.toml"], 0), moved, "again");
    let old = newsroom.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(!old.status.success(), "the old log would be a fork");
    assert!(String::from_utf8_lossy(&old.stderr).contains("was moved"));

    let server = Server::start_with(&newsroom.path("."), &["-C", "shared.toml"]);
    let again = server.post_once(&key, "once", "/v1/chat/completions", &chat(RIVER));
    assert_eq!((again.status, again.header("idempotent-replayed")), (200, "true"));
    assert_eq!(server.get(&key, &format!("/v1/assets/{asset}/content")).bytes, content);
    let asked = json!({"id": request, "reason": "suit 12"});
    assert_eq!(server.post(&otto, "/v1/audit/reveal", &asked).json()["requested"], true);
    let read = server.post(&olive, "/v1/audit/reveal", &json!({"id": request}));
    assert!(read.json().to_string().contains("Dresden"), "{}", read.json());
    assert_eq!(server.post(&key, "/v1/chat/completions", &chat(RIVER)).status, 200);
    assert_eq!(server.terminate(), Some(0));
    let index = made.json()["imprimatur"]["receipt"]["index"].to_string();
    let proof = newsroom.json(&["-C", "shared.toml", "audit", "prove", &index], 0);
    assert_eq!(proof["leaf_hash"], made.json()["imprimatur"]["receipt"]["leaf_hash"]);
    let verified = newsroom.json(&["-C", "shared.toml", "audit", "verify"], 0);
    assert!(verified["entries"].as_u64() > root["entries"].as_u64(), "{verified}");
}
