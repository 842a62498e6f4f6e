//! Verifiers that share nothing with ours read the log: one in Python, one over Go's reference
//! packages. They run when `IMPRIMATUR_EXTERNAL=1`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use audit::{Event, Log, LogKey, LogOptions, Record};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{
    attestation::Tsa,
    external::{python, said, wanted},
    newsroom::Newsroom,
    witness::{until, vkey, witnessed},
};

/// Enough for a full tile, a partial one, and one of the next level.
const RECORDS: usize = 300;

/// Both verifiers, with what they need to know of the log.
struct Verifiers {
    go: PathBuf,
    keys: Vec<String>,
}

impl Verifiers {
    fn new(folder: &Path, keys: Vec<String>) -> Self {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/external/check_log.go");
        let go = folder.join("check_log");
        let built = Command::new("go")
            .args(["build", "-o"])
            .args([&go, &source])
            .envs([("GO111MODULE", "off"), ("GOPATH", "/usr/share/gocode")])
            .env("GOCACHE", folder.join("cache"))
            .output()
            .unwrap();
        assert!(built.status.success(), "{}", said(&built));
        Self { go, keys }
    }

    /// What each says about a log, with an earlier checkpoint and proofs.
    fn run(&self, base: &str, token: &str, snapshot: &Path) -> [Output; 2] {
        let path = |name: &str| snapshot.join(name).display().to_string();
        let mut args = vec![base.to_owned(), self.keys[0].clone()];
        for witness in &self.keys[1..] {
            args.extend(["--witness".to_owned(), witness.clone()]);
        }
        args.extend(["--since".to_owned(), path("earlier")]);
        for index in [0, 7, RECORDS - 1] {
            args.extend(["--proof".to_owned(), path(&format!("{index}.tlog-proof"))]);
        }
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let go = Command::new(&self.go).args(&args).env("LOG_TOKEN", token).output().unwrap();
        [python("check_log.py", &args, &[("LOG_TOKEN", token)]), go]
    }
}

/// A log of some hundred records, before any server opens it.
fn fill(newsroom: &Newsroom) {
    let key = LogKey::load(&newsroom.path("keys/log.key")).unwrap();
    let options = LogOptions::new("localhost/imprimatur");
    let log = Log::open(&newsroom.path("log"), key, options).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        for n in 0..RECORDS {
            if n == RECORDS / 2 {
                let earlier = log.checkpoint_now().await.unwrap();
                fs::write(newsroom.path("earlier"), earlier.note).unwrap();
            }
            log.append(Record::new(Event::PolicyLoaded, "press", n.to_string())).await.unwrap();
        }
    });
}

#[test]
fn two_strangers_accept_the_log_and_reject_every_mutant() {
    if !wanted("verifiers of the log in Python and Go") {
        return;
    }
    let (newsroom, folder, witnesses) = witnessed(60);
    fill(&newsroom);
    let auditor = newsroom.key("auditor", "rex");
    let mut keys = vec![vkey(&newsroom)];
    keys.extend(witnesses.iter().map(|witness| witness.vkey.clone()));
    for index in [0, 7, RECORDS - 1] {
        let proof = newsroom.json(&["audit", "prove", &index.to_string()], 0);
        let text = proof["proof"].as_str().unwrap();
        fs::write(newsroom.path(&format!("{index}.tlog-proof")), text).unwrap();
    }
    let verifiers = Verifiers::new(folder.path(), keys);
    let server = newsroom.serve();
    let cosigned = newsroom.path("log/checkpoint.cosigned");
    until("the checkpoint is cosigned", || {
        fs::read_to_string(&cosigned)
            .is_ok_and(|note| note.matches("localhost/witness").count() == 2)
    });
    let base = format!("{}/log", server.url);
    for output in verifiers.run(&base, &auditor, &newsroom.path(".")) {
        assert!(output.status.success(), "{}", said(&output));
    }

    // The same as files, whole and changed.
    let size: usize =
        fs::read_to_string(&cosigned).unwrap().lines().nth(1).unwrap().parse().unwrap();
    let part = format!("001.p/{}", size - 256);
    let snapshot = folder.path().join("snapshot");
    fs::create_dir(&snapshot).unwrap();
    for name in ["tile/0/000", "tile/1/000.p/1", "tile/entries/000"] {
        save(&snapshot, name, &server.get(&auditor, &format!("/log/{name}")).bytes);
    }
    for level in ["0", "entries"] {
        let name = format!("tile/{level}/{part}");
        save(&snapshot, &name, &server.get(&auditor, &format!("/log/{name}")).bytes);
    }
    save(&snapshot, "checkpoint", &server.get("", "/log/checkpoint").bytes);
    for name in ["earlier", "0.tlog-proof", "7.tlog-proof", "299.tlog-proof"] {
        save(&snapshot, name, &fs::read(newsroom.path(name)).unwrap());
    }
    let whole = verifiers.run(snapshot.to_str().unwrap(), "", &snapshot);
    assert!(whole.iter().all(|output| output.status.success()), "{}", said(&whole[0]));
    for (what, name, change) in mutants(&part) {
        let path = snapshot.join(&name);
        let before = fs::read(&path).unwrap();
        fs::write(&path, change(before.clone())).unwrap();
        for output in verifiers.run(snapshot.to_str().unwrap(), "", &snapshot) {
            assert_eq!(output.status.code(), Some(1), "{what}: {}", said(&output));
        }
        fs::write(&path, before).unwrap();
    }
}

type Change = Box<dyn Fn(Vec<u8>) -> Vec<u8>>;

/// What is changed, in which file, and how.
fn mutants(part: &str) -> Vec<(&'static str, String, Change)> {
    let flip = |at: usize| -> Change {
        Box::new(move |mut bytes| {
            bytes[at] ^= 1;
            bytes
        })
    };
    let cut: fn(Vec<u8>) -> Vec<u8> = |mut bytes| {
        bytes.truncate(bytes.len() - 32);
        bytes
    };
    let name = |name: &str| name.to_owned();
    vec![
        ("a flipped hash", name("tile/0/000"), flip(77)),
        ("a flipped hash of the partial tile", format!("tile/0/{part}"), flip(3)),
        ("a flipped hash of the next level", name("tile/1/000.p/1"), flip(9)),
        ("a truncated tile", format!("tile/0/{part}"), Box::new(cut)),
        ("a flipped entry", name("tile/entries/000"), flip(40)),
        ("a truncated bundle", format!("tile/entries/{part}"), Box::new(cut)),
        ("another root", name("checkpoint"), text(|note| line(note, 2, |root| flipped(root, 5)))),
        (
            "another size",
            name("checkpoint"),
            text(|note| line(note, 1, |size| size.replace('3', "4"))),
        ),
        ("swapped signatures", name("checkpoint"), text(swap)),
        ("another time", name("checkpoint"), text(|note| line(note, 5, |one| signature(one, 11)))),
        (
            "a flipped cosignature",
            name("checkpoint"),
            text(|note| line(note, 6, |one| signature(one, 40))),
        ),
        (
            "a missing cosignature",
            name("checkpoint"),
            text(|note| line(note, 6, |_| String::new()).trim_end().to_owned() + "\n"),
        ),
        ("a rewritten past", name("earlier"), text(|note| line(note, 2, |root| flipped(root, 5)))),
        (
            "a truncated path",
            name("7.tlog-proof"),
            text(|proof| line(proof, 3, |_| "\0".into()).replace("\0\n", "")),
        ),
        (
            "a longer path",
            name("7.tlog-proof"),
            text(|proof| line(proof, 3, |hash| format!("{hash}\n{hash}"))),
        ),
        ("another index", name("7.tlog-proof"), text(|proof| proof.replace("index 7", "index 8"))),
        (
            "a flipped path",
            name("299.tlog-proof"),
            text(|proof| line(proof, 4, |hash| flipped(hash, 1))),
        ),
    ]
}

fn text(change: impl Fn(&str) -> String + 'static) -> Change {
    Box::new(move |bytes| change(std::str::from_utf8(&bytes).unwrap()).into_bytes())
}

/// Changes one line.
fn line(text: &str, number: usize, change: impl Fn(&str) -> String) -> String {
    let lines = text.lines().enumerate();
    let lines = lines.map(|(at, line)| if at == number { change(line) } else { line.to_owned() });
    lines.map(|line| line + "\n").collect()
}

/// Flips a bit of what is in base64.
fn flipped(base64: &str, at: usize) -> String {
    let mut bytes = STANDARD.decode(base64).unwrap();
    bytes[at] ^= 1;
    STANDARD.encode(bytes)
}

/// Flips a bit of a signature line's signature.
fn signature(line: &str, at: usize) -> String {
    let (name, base64) = line.rsplit_once(' ').unwrap();
    format!("{name} {}", flipped(base64, at))
}

/// The log's line carries its key's id with the signature of a witness.
fn swap(note: &str) -> String {
    let decoded = |number: usize| {
        STANDARD.decode(note.lines().nth(number).unwrap().rsplit_once(' ').unwrap().1).unwrap()
    };
    let (own, other) = (decoded(4), decoded(5));
    let mixed = [&own[..4], &other[12..]].concat();
    line(note, 4, |one| format!("{} {}", one.rsplit_once(' ').unwrap().0, STANDARD.encode(&mixed)))
}

fn save(folder: &Path, name: &str, bytes: &[u8]) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn openssl_accepts_the_time_stamp_of_a_checkpoint_and_no_other() {
    if !wanted("openssl ts -verify") {
        return;
    }
    let newsroom = Newsroom::new();
    let tsa = Tsa::serve(&newsroom.path("keys/provenance")).await;
    let file = newsroom.path("imprimatur.toml");
    let config = fs::read_to_string(&file).unwrap();
    let settings = format!("url = \"{}\"\ntrust = \"keys/provenance/root.pem\"", tsa.url);
    fs::write(&file, config.replace("every_s = 3600", &settings)).unwrap();
    tokio::task::spawn_blocking(move || {
        let _server = newsroom.serve();
        let anchors = audit::Anchors::of(&newsroom.path("log"));
        until("a checkpoint is stamped", || anchors.latest().unwrap().is_some());
        let anchor = anchors.latest().unwrap().unwrap();
        let verify = |data: &Path| {
            Command::new("openssl")
                .args(["ts", "-verify", "-data"])
                .arg(data)
                .arg("-in")
                .arg(&anchor.answer)
                .arg("-CAfile")
                .arg(newsroom.path("keys/provenance/root.pem"))
                .output()
                .unwrap()
        };
        let output = verify(&anchor.note);
        assert!(output.status.success(), "{}", said(&output));
        let other = newsroom.path("other");
        fs::write(&other, fs::read_to_string(&anchor.note).unwrap() + "x").unwrap();
        assert!(!verify(&other).status.success());
    })
    .await
    .unwrap();
}
