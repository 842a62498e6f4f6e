//! Witnesses on loopback: a growing log is cosigned, a forked one is not, whatever happens meanwhile.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use audit::{AddCheckpoint, Checkpoint, Cosigner, LogKey, Quorum, Verifier, merkle};

use crate::newsroom::{Newsroom, PROGRAM, RIVER, Server, chat, started};

/// A served witness.
pub(crate) struct WitnessServer {
    process: Child,
    pub(crate) url: String,
    pub(crate) vkey: String,
}

impl WitnessServer {
    /// Of the log with `vkey`, remembering in `dir`.
    pub(crate) fn start(dir: &Path, vkey: &str) -> Self {
        let args = ["--json", "log", "witness", "--listen", "127.0.0.1:0", "--log", vkey, "--dir"];
        let mut command = Command::new(PROGRAM);
        let (process, started) = started(command.args(args).arg(dir).stderr(Stdio::null()));
        let text = |name: &str| started[name].as_str().unwrap().to_owned();
        Self { process, url: text("url"), vkey: text("vkey") }
    }

    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for WitnessServer {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Waits for a condition, not for a time.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(60), "never: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Adds keys to a newsroom's `[audit]` and sections to its configuration.
pub(crate) fn configure(newsroom: &Newsroom, keys: &str, sections: &str) {
    let file = newsroom.path("imprimatur.toml");
    let text = fs::read_to_string(&file).unwrap();
    let (head, rest) = text.split_once("quorum = 0\n").unwrap();
    let rest = rest.replacen("quorum_overdue_s = 60\n", "", 1);
    fs::write(&file, format!("{head}{keys}\n{rest}\n{sections}\n")).unwrap();
}

/// A newsroom whose checkpoints two witnesses must cosign.
pub(crate) fn witnessed(overdue_s: u32) -> (Newsroom, tempfile::TempDir, [WitnessServer; 2]) {
    let newsroom = Newsroom::new();
    let vkey = vkey(&newsroom);
    let folder = tempfile::tempdir().unwrap();
    let witnesses =
        ["one", "two"].map(|name| WitnessServer::start(&folder.path().join(name), &vkey));
    let section = |name: &str, witness: &WitnessServer| {
        format!(
            "[audit.witnesses.{name}]\nurl = \"{}\"\nvkey = \"{}\"\n",
            witness.url, witness.vkey
        )
    };
    let sections = section("one", &witnesses[0]) + &section("two", &witnesses[1]);
    configure(&newsroom, &format!("quorum = 2\nquorum_overdue_s = {overdue_s}"), &sections);
    (newsroom, folder, witnesses)
}

pub(crate) fn vkey(newsroom: &Newsroom) -> String {
    newsroom.json(&["audit", "verify"], 0)["vkey"].as_str().unwrap().to_owned()
}

fn quorum(witnesses: &[WitnessServer]) -> Quorum {
    let cosigners = witnesses.iter().map(|witness| Cosigner::parse(&witness.vkey).unwrap());
    Quorum::new(cosigners.collect(), witnesses.len()).unwrap()
}

fn shown(server: &Server) -> String {
    String::from_utf8(server.public("/log/checkpoint").bytes).unwrap()
}

fn overdue(server: &Server) -> String {
    server.get("", "/readyz").json()["overdue"].to_string()
}

#[test]
fn what_two_witnesses_have_cosigned_is_shown_stored_and_proved() {
    let (newsroom, _folder, witnesses) = witnessed(60);
    let verifier = Verifier::parse(&vkey(&newsroom)).unwrap();
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    assert_eq!(server.post(&key, "/v1/chat/completions", &chat(RIVER)).status, 200);
    let covers = |note: &str| Checkpoint::open(note, &verifier).unwrap().size >= 4;
    let quorum = quorum(&witnesses);
    until("a cosigned checkpoint is shown", || {
        let note = shown(&server);
        quorum.met(&note) && covers(&note)
    });
    let stored = fs::read_to_string(newsroom.path("log/checkpoint.cosigned")).unwrap();
    assert!(quorum.met(&stored) && covers(&stored));
    assert_eq!(overdue(&server), "[]");
    assert_eq!(server.get("", "/readyz").status, 200);
    assert!(server.counter("imprimatur_cosigned_size") >= 4);
    // The witnesses show the same to monitors.
    let hash = types::Sha256::of(verifier.origin().as_bytes());
    let monitor = crate::newsroom::get(&format!("{}/{hash}/checkpoint", witnesses[0].url));
    let latest = Checkpoint::open(&String::from_utf8(monitor.bytes).unwrap(), &verifier).unwrap();
    assert!(latest.size >= 4);

    assert_eq!(server.terminate(), Some(0));
    let proof = newsroom.json(&["audit", "prove", "1"], 0);
    assert_eq!(proof["proves"], true);
    let checkpoint = proof["proof"].as_str().unwrap().split_once("\n\n").unwrap().1;
    assert!(quorum.met(checkpoint), "a proof carries the cosignatures: {proof}");
    newsroom.json(&["doctor"], 0);
}

#[test]
fn a_forked_log_is_refused_by_its_witnesses_and_by_itself() {
    let (newsroom, _folder, witnesses) = witnessed(0);
    let copy = newsroom.copy();
    let key = newsroom.key("journalist", "ada");
    let quorum = quorum(&witnesses);
    {
        let server = newsroom.serve();
        assert_eq!(server.post(&key, "/v1/chat/completions", &chat(RIVER)).status, 200);
        until("the first history is cosigned", || {
            let verifier = Verifier::parse(&vkey(&newsroom)).unwrap();
            let note = shown(&server);
            quorum.met(&note) && Checkpoint::open(&note, &verifier).unwrap().size >= 4
        });
    }
    // The copy writes another history, longer than the first, with the same key.
    for name in ["eve", "mallory", "trudy", "oscar", "sybil", "craig"] {
        copy.key("journalist", name);
    }
    {
        let server = copy.serve();
        until("the witnesses have declined", || overdue(&server).contains("422"));
        assert!(!quorum.met(&shown(&server)), "nobody has cosigned it: {}", shown(&server));
        assert_eq!(server.get("", "/readyz").status, 200, "it is reported, but nothing fails");
        until("it is counted", || server.counter("imprimatur_quorum_overdue") == 1);
    }
    let found = copy.json(&["doctor"], 1);
    assert!(found["findings"].to_string().contains("witnesses"), "{found}");
    // Beside what the witnesses have cosigned it does not open at all.
    let cosigned = "log/checkpoint.cosigned";
    fs::copy(newsroom.path(cosigned), copy.path(cosigned)).unwrap();
    let refused = copy.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("forked"), "{said}");
    // And whoever saved a checkpoint finds out from the files.
    let saved = newsroom.path(cosigned);
    let saved = saved.to_str().unwrap();
    newsroom.json(&["audit", "verify", "--since", saved], 0);
    let report = copy.json(&["audit", "verify", "--since", saved], 1);
    assert!(report["reason"].as_str().unwrap().contains("forked"), "{report}");
}

/// Two histories of one log that part after three entries.
struct Histories {
    key: LogKey,
    trees: [merkle::Tree; 2],
}

const ORIGIN: &str = "example.com/log";

impl Histories {
    fn new(folder: &Path) -> Self {
        let key = LogKey::create(&folder.join("key")).unwrap();
        let tree = |name: &str| {
            let mut tree = merkle::Tree::default();
            for index in 0..400 {
                let name = if index < 3 { "common" } else { name };
                tree.push(merkle::leaf_hash(format!("{name} {index}").as_bytes()));
            }
            tree
        };
        Self { key, trees: [tree("a"), tree("b")] }
    }

    fn vkey(&self) -> String {
        Verifier::new(ORIGIN.into(), self.key.verifying_key()).vkey()
    }

    fn request(&self, history: usize, old: u64, size: u64) -> String {
        let tree = &self.trees[history];
        let checkpoint = Checkpoint::sign(&self.key, ORIGIN, size, tree.root(size).unwrap()).note;
        let proof = tree.consistency(old.min(size), size).unwrap();
        AddCheckpoint { old: old.min(size), proof, checkpoint }.text()
    }
}

#[test]
fn a_witness_that_is_killed_again_and_again_never_cosigns_two_histories() {
    let folder = tempfile::tempdir().unwrap();
    let histories = Histories::new(folder.path());
    let dir = folder.path().join("witness");
    let (mut cosigned, mut known) = ([0_u64; 2], 0);
    let mut vkeys = std::collections::BTreeSet::new();
    for life in 0..12_u64 {
        let mut witness = WitnessServer::start(&dir, &histories.vkey());
        vkeys.insert(witness.vkey.clone());
        let killer = std::thread::scope(|scope| {
            let asking = [0, 1].map(|history| {
                let (witness, histories) = (&witness, &histories);
                scope.spawn(move || {
                    let (mut count, mut old) = (0, known);
                    for step in 0..8 {
                        let size = (old + 1 + step % 2).clamp(3, 399);
                        let body = histories.request(history, old, size);
                        let url = format!("{}/add-checkpoint", witness.url);
                        match crate::newsroom::try_post(&url, body.as_bytes()) {
                            Some(answer) if answer.status == 200 => {
                                count += u64::from(size > 3);
                                old = size;
                            }
                            Some(answer) if answer.status == 409 => {
                                old = String::from_utf8(answer.bytes)
                                    .unwrap()
                                    .trim()
                                    .parse()
                                    .unwrap();
                            }
                            Some(answer) => assert_eq!(answer.status, 422),
                            None => break,
                        }
                    }
                    (count, old)
                })
            });
            asking.map(|one| one.join().unwrap())
        });
        for (history, (count, old)) in killer.into_iter().enumerate() {
            cosigned[history] += count;
            known = known.max(old);
        }
        // The last requests of odd lives are cut off in the middle.
        if life % 2 == 1 {
            let (url, body) = (witness.url.clone(), histories.request(0, known, known + 2));
            let asking = std::thread::spawn(move || {
                drop(crate::newsroom::try_post(&format!("{url}/add-checkpoint"), body.as_bytes()));
            });
            witness.kill();
            asking.join().unwrap();
        }
    }
    assert_eq!(vkeys.len(), 1, "the key survives");
    assert!((cosigned[0] == 0) != (cosigned[1] == 0), "{cosigned:?}");
    assert!(cosigned.iter().sum::<u64>() > 4, "{cosigned:?}");
}

#[test]
fn a_gateway_witnesses_for_another_log_with_the_answers_of_the_specification() {
    let folder = tempfile::tempdir().unwrap();
    let histories = Histories::new(folder.path());
    let newsroom = Newsroom::new();
    let file = newsroom.path("imprimatur.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("logs = []", &format!("logs = [\"{}\"]", histories.vkey())))
        .unwrap();
    let server = newsroom.serve();
    let add = |body: &str| server.public_post("/witness/add-checkpoint", body.as_bytes());
    let answer = add(&histories.request(0, 0, 9));
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.bytes));
    assert!(String::from_utf8(answer.bytes).unwrap().starts_with("— localhost/witness "));
    let answer = add(&histories.request(0, 5, 12));
    assert_eq!((answer.status, answer.header("content-type")), (409, "text/x.tlog.size"));
    assert_eq!(answer.bytes, b"9\n");
    let elsewhere =
        Checkpoint::sign(&histories.key, "example.com/other", 1, types::Sha256::of(b""));
    let unknown = AddCheckpoint { old: 0, proof: vec![], checkpoint: elsewhere.note }.text();
    let spoilt = histories.request(0, 9, 12).replace("\n12\n", "\n13\n");
    let cases = [
        (histories.request(1, 9, 12), 422),
        (unknown, 404),
        (spoilt, 403),
        ("old 09\n\nx".to_owned(), 400),
        (format!("old 9\n\n{}", "x".repeat(400 << 10)), 413),
        (histories.request(0, 9, 12), 200),
    ];
    for (body, status) in cases {
        assert_eq!(add(&body).status, status, "{}", body.chars().take(40).collect::<String>());
    }
    let key = fs::metadata(newsroom.path("keys/witness.key")).unwrap();
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&key.permissions()) & 0o777, 0o600);
    let document = server.get("", "/openapi.json").json();
    assert!(document["paths"].as_object().unwrap().contains_key("/witness/add-checkpoint"));
}
