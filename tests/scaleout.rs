//! Two gateways over one PostgreSQL write one log; one is killed, the other goes on.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    crash::{ask, count},
    newsroom::{Newsroom, RIVER, Server, chat},
    postgres_server::{PostgresServer, wanted},
};

/// A gateway gives a request up after this; another closes it after twice the time.
const REQUEST_SECONDS_MAX: u64 = 10;

/// Two data folders with the same keys and rules, one database, one folder for objects.
fn newsrooms(server: &PostgresServer, shared: &Path) -> [Newsroom; 2] {
    let rooms = [Newsroom::new(), Newsroom::new()];
    server.database("log");
    let url = server.url("log", server.port());
    for room in &rooms {
        let config = fs::read_to_string(rooms[0].path("imprimatur.toml")).unwrap();
        let objects = format!("url_file = \"keys/url\"\nobjects = \"file:{}\"", shared.display());
        let config = config
            .replace("kind = \"embedded\"", &format!("kind = \"postgres\"\n{objects}"))
            .replace("max = 600", &format!("max = {REQUEST_SECONDS_MAX}"));
        fs::write(room.path("imprimatur.toml"), config).unwrap();
        let copied = std::process::Command::new("cp")
            .args(["-a", "-T", rooms[0].path("keys").to_str().unwrap()])
            .arg(room.path("copied"))
            .status();
        assert!(copied.unwrap().success());
        fs::rename(room.path("keys"), room.path("old")).unwrap();
        fs::rename(room.path("copied"), room.path("keys")).unwrap();
        fs::write(room.path("keys/url"), &url).unwrap();
        // The embedded log that `init` has begun is another one: a gateway would refuse the exchange.
        fs::remove_dir_all(room.path("log")).unwrap();
        let private = fs::Permissions::from_mode(0o600);
        fs::set_permissions(room.path("keys/url"), private).unwrap();
    }
    rooms
}

#[test]
fn two_gateways_write_one_log_and_one_goes_on_when_the_other_is_killed() {
    if !wanted("two gateways over one PostgreSQL") {
        return;
    }
    let mut database = PostgresServer::start();
    let shared = tempfile::tempdir().unwrap();
    let [one, two] = newsrooms(&database, shared.path());
    let key = one.key("journalist", "ada");
    let standards = one.key("standards", "sam");
    let (first, second) = (one.serve(), two.serve());

    // What one has made, the other finds.
    let made = first.post(&key, "/v1/chat/completions", &chat(RIVER));
    assert_eq!(made.status, 200, "{}", made.json());
    let asset = made.json()["imprimatur"]["asset_id"].as_str().unwrap().to_owned();
    let started = Instant::now();
    while second.get(&key, &format!("/v1/assets/{asset}")).status != 200 {
        assert!(started.elapsed() < Duration::from_secs(10), "it is not found elsewhere");
    }

    // Both keep originals in one vault. Whom one erases, the other forgets, too.
    assert_eq!(second.post(&key, "/v1/chat/completions", &chat(RIVER)).status, 200);
    assert_eq!(originals(shared.path()), 2);
    let erased = first.post(&standards, "/v1/audit/erase", &json!({"subject": "ada"}));
    assert_eq!(erased.json()["erased"], 2, "{}", erased.json());
    assert_eq!(originals(shared.path()), 0);
    let again = second.post(&key, "/v1/chat/completions", &chat(RIVER));
    assert_eq!(again.status, 200, "the other gateway has a new key for her: {}", again.json());

    let answered = AtomicUsize::new(0);
    let (urls, key) = ([first.url.clone(), second.url.clone()], key.as_str());
    let mut receipts: Vec<(u64, String)> = thread::scope(|scope| {
        let clients: Vec<_> = (0..32)
            .map(|n| {
                let (url, answered) = (&urls[n % 2], &answered);
                scope.spawn(move || {
                    let receipt = ask(url, key, n as u64);
                    answered.fetch_add(usize::from(receipt.is_some()), Ordering::SeqCst);
                    receipt
                })
            })
            .collect();
        while answered.load(Ordering::SeqCst) < 4 {
            thread::sleep(Duration::from_millis(5));
        }
        first.kill();
        clients.into_iter().filter_map(|client| client.join().unwrap()).collect()
    });
    receipts.extend((0..4).map(|n| ask(&urls[1], key, n).unwrap()));

    // The one that is left closes what the killed one cannot.
    let started = Instant::now();
    loop {
        let (admitted, terminal) = count(&one);
        assert!(terminal.values().all(|records| *records == 1), "a request ends once");
        if admitted.iter().all(|request| terminal.contains_key(request)) {
            break;
        }
        assert!(started.elapsed() < Duration::from_secs(150), "requests are left unfinished");
    }
    assert_eq!(second.terminate(), Some(0));
    one.json(&["audit", "verify"], 0);
    every_index_is_there(&one);
    for (index, leaf_hash) in &receipts {
        let proof = two.json(&["audit", "prove", &index.to_string()], 0);
        assert_eq!(proof["leaf_hash"], leaf_hash.as_str());
    }
    assert!(shared.path().join("log/checkpoint").exists(), "the log is published");

    let served = served_before(&one, &mut database);
    let made = served.get(key, &format!("/v1/assets/{asset}"));
    assert_eq!(made.status, 200, "{}", made.json());
    assert_eq!(served.terminate(), Some(0));
}

/// How many originals the vault holds.
/// The key of the log is replaced on one machine. The other refuses to go on with the old one, says
/// what it needs, and tells strangers of the change as soon as it has it.
#[test]
fn a_rotation_of_the_logs_key_is_known_to_every_gateway() {
    if !wanted("two gateways over one PostgreSQL") {
        return;
    }
    let database = PostgresServer::start();
    let shared = tempfile::tempdir().unwrap();
    let [one, two] = newsrooms(&database, shared.path());
    let key = one.key("journalist", "ada");
    for room in [&one, &two] {
        let server = room.serve();
        assert_eq!(server.post(&key, "/v1/chat/completions", &chat(RIVER)).status, 200);
        assert_eq!(server.terminate(), Some(0));
    }
    let statement = one.json(&["keys", "rotate", "--log"], 0);
    let refused = two.run(&["keys", "list"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    let new = statement["new"].as_str().unwrap();
    assert!(!refused.status.success(), "{said}");
    assert!(
        said.contains(&format!("the log's key was rotated to {new}: restore that one")),
        "{said}"
    );

    fs::copy(one.path("keys/log.key"), two.path("keys/log.key")).unwrap();
    let (first, second) = (one.serve(), two.serve());
    for server in [&first, &second] {
        assert_eq!(server.post(&key, "/v1/chat/completions", &chat(RIVER)).status, 200);
        let keys = server.get(&key, "/log/vkeys").json();
        assert_eq!(keys["rotations"][0], statement["statement"], "{keys}");
        assert_eq!(keys["vkeys"].as_array().unwrap().len(), 2, "{keys}");
    }
    assert_eq!((first.terminate(), second.terminate()), (Some(0), Some(0)));
    for room in [&one, &two] {
        room.json(&["audit", "verify"], 0);
    }
}

fn originals(shared: &Path) -> usize {
    let people = fs::read_dir(shared.join("vault/originals")).into_iter().flatten().flatten();
    people.map(|person| fs::read_dir(person.path()).into_iter().flatten().count()).sum()
}

fn every_index_is_there(newsroom: &Newsroom) {
    let output = newsroom.run(&["--json", "audit", "tail", "-n", "100000"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let indexes = text.lines().map(|line| {
        let entry: Value = serde_json::from_str(line).unwrap();
        entry["index"].as_u64().unwrap()
    });
    let indexes: Vec<u64> = indexes.collect();
    assert!(indexes.iter().copied().eq(0..indexes.len() as u64), "{indexes:?}");
}

/// A gateway that starts before its database waits for it.
fn served_before(room: &Newsroom, database: &mut PostgresServer) -> Server {
    database.crash();
    thread::scope(|scope| {
        let starting = scope.spawn(|| room.serve());
        thread::sleep(Duration::from_secs(1));
        assert!(!starting.is_finished(), "it serves without a database");
        database.begin();
        starting.join().unwrap()
    })
}
