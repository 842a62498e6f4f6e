//! Several gateways over one PostgreSQL and one S3 bucket, while everything between them fails.
//!
//! Clients ask again until they are answered, at any gateway that is up, and remember what they were
//! told. In the end the log must say the same: no acknowledged answer is lost, none is there twice, and
//! every request has one end. `IMPRIMATUR_FAULTS` sets how many faults are drawn, and
//! `IMPRIMATUR_SEED` which; `.ci/long` draws a hundred others each time.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use client::{Client, Told};
use gateways::Gateways;
use serde_json::{Value, json};

use crate::{external::wanted_at_length, newsroom::Server, postgres_server::wanted};

mod client;
mod gateways;
mod s3;
mod wire;

/// Faults of one run, unless more are asked for.
const FAULTS: usize = 3;
/// Draws a gateway that is killed, a database that crashes, and a bucket that is away.
const SEED: u64 = 3;
const CLIENTS: usize = 4;
/// Requests end after this long; what a killed gateway leaves is closed after twice the time and 40
/// seconds, in which a commit that broke off is settled.
const REQUEST_SECONDS_MAX: u64 = 3;

#[test]
fn what_clients_were_told_is_in_the_log_whatever_fails() {
    if !wanted_at_length("three gateways over PostgreSQL and S3") {
        return;
    }
    let mut gateways = Gateways::new(3, REQUEST_SECONDS_MAX);
    let key = gateways.key("journalist", "ada");
    gateways.begin();
    let faults = number("IMPRIMATUR_FAULTS").unwrap_or(FAULTS);
    let seed = number("IMPRIMATUR_SEED").unwrap_or(SEED);
    println!("IMPRIMATUR_SEED={seed} IMPRIMATUR_FAULTS={faults}");
    let (addresses, over) = (gateways.addresses(), AtomicBool::new(false));
    let told: Vec<Told> = thread::scope(|scope| {
        let asking: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let client = Client::new(number, seed, &key, &addresses);
                let over = &over;
                scope.spawn(move || client.ask_until(over))
            })
            .collect();
        let mut draw = client::Draw::new(seed, 1000);
        for _ in 0..faults {
            gateways.fail(&mut draw);
            thread::sleep(Duration::from_millis(700));
        }
        over.store(true, Ordering::SeqCst);
        asking.into_iter().flat_map(|asked| asked.join().unwrap()).collect()
    });
    let released = told.iter().filter(|told| told.asset.is_some()).count();
    println!("{} requests answered, {released} released", told.len());
    assert!(released > CLIENTS && told.len() > released, "both kinds of answers were seen");
    let records = gateways.settled();
    check(&told, &records);
    for told in told.iter().filter(|told| told.asset.is_some()) {
        let proof = gateways.json(&["audit", "prove", &told.index.to_string()]);
        assert_eq!(proof["leaf_hash"], told.leaf_hash.as_str());
    }
    every_gateway_has_every_asset(&gateways.servers(), &key, &told);
}

/// Compares what clients were told with the records, by index.
fn check(told: &[Told], records: &[Value]) {
    for (index, record) in (0..).zip(records) {
        assert_eq!(record["index"], index, "the log has no gaps");
    }
    let mut ends = BTreeMap::<&str, Vec<&str>>::new();
    let mut admitted = Vec::new();
    let mut released_keys = BTreeMap::<&str, u32>::new();
    for record in records.iter().map(|entry| &entry["record"]) {
        let Some(request) = record["request_id"].as_str() else { continue };
        match record["event"].as_str().unwrap() {
            "admitted" => admitted.push(request),
            event @ ("released" | "refused" | "held" | "failed" | "interrupted") => {
                ends.entry(request).or_default().push(event);
                if let Some(key) = record["idempotency"].as_str().filter(|_| event == "released") {
                    *released_keys.entry(key).or_default() += 1;
                }
            }
            _ => {}
        }
    }
    for request in admitted {
        assert!(ends.contains_key(request), "{request} was admitted and has no end");
    }
    for (request, ends) in &ends {
        assert_eq!(ends.len(), 1, "{request} ended as {ends:?}");
    }
    assert!(released_keys.values().all(|times| *times == 1), "one release a key");
    for told in told {
        let expected = if told.asset.is_some() { "released" } else { "refused" };
        assert_eq!(ends.get(told.request.as_str()), Some(&vec![expected]), "{told:?}");
        let Some(asset) = &told.asset else { continue };
        let record = &records[usize::try_from(told.index).unwrap()]["record"];
        assert_eq!(record["asset_id"], asset.as_str(), "{told:?}");
        assert_eq!(record["event"], "released");
    }
}

fn every_gateway_has_every_asset(servers: &[&Server], key: &str, told: &[Told]) {
    let assets = told.iter().filter_map(|told| told.asset.as_ref().map(|asset| (asset, told)));
    for (number, (asset, told)) in assets.enumerate() {
        let server = servers[number % servers.len()];
        let content = server.get(key, &format!("/v1/assets/{asset}/content"));
        assert_eq!(content.status, 200, "{told:?}");
        assert_eq!(String::from_utf8(content.bytes).unwrap(), told.text, "{told:?}");
    }
}

/// One vault, one set of budgets, one idempotency key: whatever gateway is asked.
#[test]
fn it_does_not_matter_which_gateway_is_asked() {
    if !wanted("two gateways over PostgreSQL and S3") {
        return;
    }
    let mut gateways = Gateways::new(2, 10);
    let key = gateways.key("journalist", "ada");
    let [otto, olive] = ["otto", "olive"].map(|name| gateways.key("auditor", name));
    gateways.begin();
    let servers = gateways.servers();
    let [one, two] = servers[..] else { panic!("two gateways") };

    let body =
        json!({"model": "null", "messages": [{"role": "user", "content": "The dam is cracked."}]});
    let once = one.post_once(&key, "k", "/v1/chat/completions", &body);
    assert_eq!(once.status, 200, "{}", once.json());
    let again = two.post_once(&key, "k", "/v1/chat/completions", &body);
    assert_eq!((again.status, again.header("idempotent-replayed")), (200, "true"));
    assert_eq!(again.bytes, once.bytes);
    let made = one.post(&key, "/v1/chat/completions", &body);
    let path = format!("/v1/assets/{}/content", made.header("x-imprimatur-asset"));
    assert_eq!(two.get(&key, &path).status, 200, "at once");

    // What one has kept, two people read at the other.
    let request = once.header("x-request-id").to_owned();
    let asking = json!({"id": request, "reason": "suit 12"});
    let asked = one.post(&otto, "/v1/audit/reveal", &asking);
    assert_eq!(asked.json()["requested"], true, "{}", asked.json());
    let read = two.post(&olive, "/v1/audit/reveal", &json!({"id": request}));
    assert!(read.json().to_string().contains("The dam is cracked."), "{}", read.json());
}

fn number<T: std::str::FromStr>(variable: &str) -> Option<T> {
    std::env::var(variable).ok().and_then(|value| value.parse().ok())
}

/// Waits until something is so; what never is ends the test.
fn until(what: &str, limit: Duration, mut so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !so() {
        assert!(started.elapsed() < limit, "not in {limit:?}: {what}");
        thread::sleep(Duration::from_millis(100));
    }
}
