//! The power fails in the middle of fifty requests.

use std::{collections::BTreeMap, thread, time::Duration};

use serde_json::Value;

use crate::newsroom::{Newsroom, RIVER, chat};

const TERMINAL: [&str; 5] = ["released", "refused", "held", "failed", "interrupted"];

#[test]
fn after_kill_every_request_has_one_terminal_record_and_every_receipt_proves() {
    let newsroom = Newsroom::new();
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    let (url, key) = (server.url.clone(), key.as_str());

    let receipts: Vec<(u64, String)> = thread::scope(|scope| {
        let clients: Vec<_> = (0..50)
            .map(|n| {
                scope.spawn({
                    let url = &url;
                    move || ask(url, key, n)
                })
            })
            .collect();
        // Long enough that some requests are done and some are under way.
        thread::sleep(Duration::from_millis(2500));
        server.kill();
        clients.into_iter().filter_map(|client| client.join().unwrap()).collect()
    });

    // Starting again closes what was left open.
    drop(newsroom.serve());
    newsroom.json(&["audit", "verify"], 0);
    for (index, leaf_hash) in &receipts {
        let proof = newsroom.json(&["audit", "prove", &index.to_string()], 0);
        assert_eq!(proof["leaf_hash"], leaf_hash.as_str());
    }
    let (admitted, terminal) = count(&newsroom);
    assert!(admitted.len() >= receipts.len() && !admitted.is_empty());
    for request in admitted {
        assert_eq!(terminal.get(&request), Some(&1), "request {request}");
    }
    assert!(terminal.values().all(|records| *records == 1));
}

/// The receipt, if the answer came before the end.
pub(crate) fn ask(url: &str, key: &str, seed: u64) -> Option<(u64, String)> {
    let mut request = chat(RIVER);
    request["seed"] = seed.into();
    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let sent = agent
        .post(format!("{url}/v1/chat/completions"))
        .header("authorization", format!("Bearer {key}"));
    let mut answer = sent.send_json(&request).ok()?;
    let body: Value = answer.body_mut().read_json().ok()?;
    let receipt = body["imprimatur"]["receipt"].as_object()?;
    Some((receipt["index"].as_u64()?, receipt["leaf_hash"].as_str()?.to_owned()))
}

/// The requests that were admitted, and how many records end each request.
pub(crate) fn count(newsroom: &Newsroom) -> (Vec<String>, BTreeMap<String, u32>) {
    let output = newsroom.run(&["--json", "audit", "tail", "-n", "100000"]);
    let (mut admitted, mut terminal) = (Vec::new(), BTreeMap::new());
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let entry: Value = serde_json::from_str(line).unwrap();
        let Some(request) = entry["record"]["request_id"].as_str() else { continue };
        let event = entry["record"]["event"].as_str().unwrap();
        if event == "admitted" {
            admitted.push(request.to_owned());
        } else if TERMINAL.contains(&event) {
            *terminal.entry(request.to_owned()).or_default() += 1;
        }
    }
    (admitted, terminal)
}
