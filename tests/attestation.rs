//! What others say about the log: time-stamps over checkpoints, and the chain of its keys.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
};

use audit::{Anchors, Checkpoint, LogKey, Proof, Verifier, rotation};
use axum::{Router, body::Bytes, extract::State, http::StatusCode, routing::post};
use gateway::{
    anchoring::{AnchorError, Anchoring},
    config::TimeStamps,
    metrics::AttestationMetrics,
};
use provenance::{Authority, TimeStampAuthority as _};
use serde_json::json;

use crate::{
    newsroom::{Newsroom, RIVER, chat},
    witness::{configure, until, vkey},
};

/// A time-stamp authority on loopback, which can be told to misbehave.
pub(crate) struct Tsa {
    pub(crate) url: String,
    mood: Arc<AtomicU16>,
}

pub(crate) const HONEST: u16 = 0;
pub(crate) const FAILING: u16 = 1;
pub(crate) const STALE: u16 = 2;
pub(crate) const FLIPPED: u16 = 3;
pub(crate) const MUTE: u16 = 4;

type Serving = (Arc<Authority>, Arc<AtomicU16>);

impl Tsa {
    /// Stamps with the keys in `folder`.
    pub(crate) async fn serve(folder: &Path) -> Self {
        let authority = Arc::new(Authority::load(folder).unwrap());
        let mood = Arc::new(AtomicU16::new(HONEST));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/tsa", listener.local_addr().unwrap());
        let routes =
            Router::new().route("/tsa", post(stamp)).with_state((authority, Arc::clone(&mood)));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { url, mood }
    }

    pub(crate) fn become_(&self, mood: u16) {
        self.mood.store(mood, Ordering::SeqCst);
    }
}

async fn stamp(State((authority, mood)): State<Serving>, body: Bytes) -> (StatusCode, Vec<u8>) {
    let mut answer = authority.time_stamps().stamp(&body).unwrap();
    match mood.load(Ordering::SeqCst) {
        FAILING => (StatusCode::INTERNAL_SERVER_ERROR, b"out of order".to_vec()),
        STALE => {
            // Last year's answer to the same digest: the nonce differs.
            let mut earlier = body.to_vec();
            let nonce = earlier.len() - 4;
            earlier[nonce] ^= 1;
            (StatusCode::OK, authority.time_stamps().stamp(&earlier).unwrap())
        }
        FLIPPED => {
            *answer.last_mut().unwrap() ^= 1;
            (StatusCode::OK, answer)
        }
        MUTE => (StatusCode::OK, Vec::new()),
        _ => (StatusCode::OK, answer),
    }
}

fn checkpoint(folder: &Path) -> Checkpoint {
    let key = LogKey::load_or_create(&folder.join("log.key")).unwrap();
    Checkpoint::sign(&key, "test/log", 7, types::Sha256::of(b"root"))
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_answer_that_checks_out_is_stored() {
    let folder = tempfile::tempdir().unwrap();
    let (own, other) = (folder.path().join("own"), folder.path().join("other"));
    for path in [&own, &other] {
        fs::create_dir(path).unwrap();
        Authority::create(path, "Test Press").unwrap();
    }
    let tsa = Tsa::serve(&own).await;
    let settings = TimeStamps { url: Some(tsa.url.clone()), ..TimeStamps::default() };
    let log = folder.path().join("log");
    let metrics = AttestationMetrics::default();
    let open =
        |trust: Option<&Path>| Anchoring::open(&settings, trust, &log, &metrics).unwrap().unwrap();
    let checkpoint = checkpoint(folder.path());
    let trusting = open(Some(&own.join("root.pem")));
    for mood in [FAILING, STALE, FLIPPED, MUTE] {
        tsa.become_(mood);
        let refused = trusting.anchor(&checkpoint).await;
        assert!(refused.is_err(), "{mood}");
        assert_eq!(Anchors::of(&log).latest().unwrap(), None, "{mood}");
    }
    tsa.become_(HONEST);
    let refused = open(Some(&other.join("root.pem"))).anchor(&checkpoint).await;
    assert!(matches!(refused, Err(AnchorError::Untrusted(_))), "{refused:?}");
    let anchor = trusting.anchor(&checkpoint).await.unwrap();
    assert_eq!(Anchors::of(&log).latest().unwrap().unwrap().size, 7);
    assert_eq!(fs::read_to_string(&anchor.note).unwrap(), checkpoint.note);
    open(None).anchor(&checkpoint).await.unwrap();
    assert_eq!(metrics.anchored_size.get(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_has_its_log_stamped_and_says_when_it_cannot() {
    let newsroom = Newsroom::new();
    let tsa = Tsa::serve(&newsroom.path("keys/provenance")).await;
    tsa.become_(FAILING);
    let file = newsroom.path("imprimatur.toml");
    let text = fs::read_to_string(&file).unwrap();
    let settings =
        format!("url = \"{}\"\ntrust = \"keys/provenance/root.pem\"\nevery_s = 1", tsa.url);
    fs::write(&file, text.replace("every_s = 3600", &settings)).unwrap();
    tokio::task::spawn_blocking(move || {
        let server = newsroom.serve();
        let overdue = || server.get("", "/readyz").json()["overdue"].to_string();
        until("the failure is visible", || overdue().contains("500"));
        assert!(server.counter("imprimatur_anchor_failures_total") > 0);
        tsa.become_(HONEST);
        let anchors = Anchors::of(&newsroom.path("log"));
        until("a checkpoint is stamped", || anchors.latest().unwrap().is_some());
        until("nothing is overdue", || overdue() == "[]");
        let note = fs::read_to_string(anchors.latest().unwrap().unwrap().note).unwrap();
        Checkpoint::open(&note, &Verifier::parse(&vkey(&newsroom)).unwrap()).unwrap();
        assert_eq!(server.terminate(), Some(0));
        newsroom.json(&["doctor"], 0);
    })
    .await
    .unwrap();
}

#[test]
fn a_rotated_key_is_found_from_the_old_one_by_everybody() {
    let newsroom = Newsroom::new();
    let key = newsroom.key("journalist", "ada");
    let (old, proof) = {
        let server = newsroom.serve();
        let answer = server.post(&key, "/v1/chat/completions", &chat(RIVER)).json();
        let asset = answer["imprimatur"]["asset_id"].as_str().unwrap().to_owned();
        let path = format!("/v1/assets/{asset}/receipt");
        until("a checkpoint covers the asset", || server.get(&key, &path).status == 200);
        let proof = String::from_utf8(server.get(&key, &path).bytes).unwrap();
        assert_eq!(server.terminate(), Some(0));
        (vkey(&newsroom), Proof::parse(&proof).unwrap())
    };
    fs::copy(newsroom.path("log/checkpoint"), newsroom.path("saved")).unwrap();
    newsroom.json(&["audit", "export", "-o", "before.zip"], 0);
    let statement = newsroom.json(&["keys", "rotate", "--log"], 0);
    assert_eq!(statement["old"], json!(old));
    let new = vkey(&newsroom);
    assert_eq!(statement["new"], json!(new));
    let both = fs::read_to_string(newsroom.path("log/checkpoint")).unwrap();
    assert_eq!(both.matches("— localhost/imprimatur ").count(), 2, "{both}");

    let server = newsroom.serve();
    assert_eq!(server.post(&key, "/v1/chat/completions", &chat(RIVER)).status, 200);
    let keys = server.public("/log/vkeys").json();
    assert_eq!(keys["vkeys"][0]["vkey"], json!(old));
    assert_eq!(keys["vkeys"][1]["vkey"], json!(new));
    assert_eq!(keys["rotations"][0], statement["statement"]);
    assert_eq!(server.public("/log/vkey").bytes, format!("{new}\n").as_bytes());
    assert_eq!(server.terminate(), Some(0));

    let verified = |args: &[&str], exit| {
        newsroom.json(&[&["audit", "verify"], args].concat(), exit)["verified"].clone()
    };
    // From the old key and from the new one, and over the checkpoint of before.
    assert_eq!(verified(&["--vkey", &old, "--since", "saved"], 0), json!(true));
    assert_eq!(verified(&["--vkey", &new, "--since", "saved"], 0), json!(true));
    assert_eq!(verified(&["before.zip", "--vkey", &old, "--since", "saved"], 0), json!(true));
    newsroom.json(&["audit", "export", "-o", "after.zip"], 0);
    assert_eq!(verified(&["after.zip", "--vkey", &old, "--since", "saved"], 0), json!(true));
    // An export of before does not hold what a later checkpoint covers.
    assert_eq!(verified(&["before.zip", "--since", "log/checkpoint"], 1), json!(false));
    newsroom.json(&["audit", "export", "--tenant", "press", "-o", "part.zip"], 0);
    let part = newsroom.run(&["audit", "verify", "part.zip", "--since", "saved"]);
    assert_eq!(part.status.code(), Some(2), "a part of the log shows no fork and no rollback");
    let stranger = Newsroom::new();
    assert_eq!(verified(&["--vkey", &vkey(&stranger)], 1), json!(false));
    // The proof of before is under the old key's checkpoint; the chain leads to it from the new one.
    let entry = newsroom.json(&["audit", "prove", &proof.index.to_string()], 0)["entry"].clone();
    let statements = rotation::statements(&newsroom.path("log")).unwrap();
    let known = Verifier::parse(&new).unwrap();
    assert!(!proof.verifies(entry.as_str().unwrap().as_bytes(), &known));
    let chain = rotation::chain(&statements, known).unwrap();
    assert!(proof.verifies(entry.as_str().unwrap().as_bytes(), &chain));
    newsroom.json(&["doctor"], 0);
    // A second rotation follows the first.
    let second = newsroom.json(&["keys", "rotate", "--log"], 0);
    assert_eq!(second["old"], json!(new));
    assert_eq!(verified(&["--vkey", &old], 0), json!(true));
}

#[test]
fn a_saved_checkpoint_that_cannot_be_read_is_no_answer() {
    let newsroom = Newsroom::new();
    let none = newsroom.run(&["audit", "verify", "--since", "nowhere"]);
    assert_eq!(none.status.code(), Some(4));
    fs::write(newsroom.path("saved"), "nothing\n").unwrap();
    newsroom.json(&["audit", "verify", "--since", "saved"], 1);
    configure(&newsroom, "quorum = 3", "");
    let refused = newsroom.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("3 of 0"));
}
