//! The console in a browser, one story for each of those who rely on it: editors, a photo desk, an
//! auditor with a stranger after them, and whoever brings a model. Where Chromium is wanted.

use std::{
    fs,
    path::{Path, PathBuf},
};

use image::{ImageFormat, RgbImage};
use provenance::{Authority, Credentials, DigitalSourceType, SigningRequest};
use serde_json::{Value, json};

use crate::{
    browser::{Stage, node},
    external::{python, said, wanted_at_length},
    newsroom::{Newsroom, RIVER, Server, chat},
    sign_in::create,
    upstream::{Upstream, well},
};

const PACK: &str = r#"
id = "test"
version = "1"
[[rule]]
id = "ports"
version = 1
category = "defamation"
scope = { hook = "input" }
when = { terms = ["harbour"] }
action = "review"
message = { en = "An editor looks at this first.", zh = "须经编辑审阅。" }
tests = [{ text = "the harbour office", expect = "review", hook = "input" }]
[[rule]]
id = "no-arrests"
version = 1
category = "likeness_consent"
scope = { hook = "input" }
when = { terms = ["being arrested"] }
action = "block"
message = { en = "No pictures of arrests.", zh = "不得生成逮捕画面。" }
tests = [{ text = "somebody being arrested", expect = "block", hook = "input" }]
"#;
const NULL: &str = "\n[generators.null]\nkind = \"null\"\n";
/// Enough that counts mean something.
const REQUESTS: usize = 30;

#[test]
fn what_an_editor_rejects_never_leaves_and_two_editors_make_one_decision() {
    if !wanted_at_length("Chromium") {
        return;
    }
    let newsroom = Newsroom::new();
    fs::write(newsroom.path("policy.toml"), PACK).unwrap();
    let links: serde_json::Map<String, Value> =
        [("ada", "editor"), ("grace", "standards"), ("helena", "editor")]
            .iter()
            .map(|(name, role)| ((*name).to_owned(), json!(create(&newsroom, name, role))))
            .collect();
    let server = newsroom.serve();
    let links = Value::Object(links).to_string();
    node("queue.mjs", &[&server.url, &server.public_url(), &links]);
    assert_eq!(server.terminate(), Some(0));
    newsroom.json(&["audit", "verify"], 0);
}

/// What comes to a photo desk: our own work, others', what was changed, broken or means harm.
fn incoming(newsroom: &Newsroom) -> PathBuf {
    let folder = newsroom.path("incoming");
    fs::create_dir(&folder).unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes).unwrap();
    newsroom.json(&["generate", "image", "a lighthouse", "-o", "incoming/ours.png"], 0);
    newsroom.json(&["generate", "text", RIVER, "-o", "incoming/brief.txt"], 0);
    let ours = fs::read(folder.join("ours.png")).unwrap();
    let mut altered = ours.clone();
    let at = altered.windows(4).position(|four| four == b"IDAT").unwrap() + 400;
    altered[at] ^= 1;
    write("altered.png", &altered);
    write("truncated.png", &ours[..ours.len() / 2]);
    let picture = image::load_from_memory(&ours).unwrap();
    picture.save_with_format(folder.join("stripped.jpg"), ImageFormat::Jpeg).unwrap();
    write("=cmd.txt", b"A name that a spreadsheet would compute.");
    write("empty.png", b"");
    crate::browser::hostile(newsroom, &folder);

    // What an agency sent, signed by it and not, gets our credentials from the command line.
    let (agency, wire) = (Newsroom::new(), newsroom.path("wire"));
    fs::create_dir(&wire).unwrap();
    let plain = RgbImage::from_fn(320, 240, |x, y| image::Rgb([x as u8, y as u8, (x ^ y) as u8]));
    plain.save(wire.join("bare.png")).unwrap();
    plain.save(agency.path("bare.png")).unwrap();
    let theirs = wire.join("theirs.png").display().to_string();
    agency.json(&["sign", "bare.png", "-o", &theirs, "--source-type", "digitalCapture"], 0);
    fs::copy(&theirs, folder.join("unlisted.png")).unwrap();
    assert_eq!(newsroom.lines(&["sign", "wire", "-o", "incoming/signed"]).len(), 2);
    folder
}

#[test]
fn a_photo_desk_drops_a_folder_and_reads_what_the_command_line_says() {
    if !wanted_at_length("Chromium and c2pa-python") {
        return;
    }
    let newsroom = Newsroom::new();
    let folder = incoming(&newsroom);
    let told = newsroom.run(&["--json", "verify", "incoming"]);
    assert_eq!(told.status.code(), Some(1), "something was altered: {}", said(&told));
    fs::write(newsroom.path("told.ndjson"), &told.stdout).unwrap();
    let reports = newsroom.lines(&["verify", "incoming"]);
    let verdict = |name: &str| {
        let ends = |report: &&Value| report["file"].as_str().unwrap().ends_with(name);
        reports.iter().find(ends).unwrap()["verdict"].as_str().unwrap()
    };
    for (name, expected) in [
        ("/ours.png", "trusted"),
        ("/brief.txt", "trusted"),
        ("/altered.png", "altered_after_signing"),
        ("/stripped.jpg", "none"),
        ("/unlisted.png", "untrusted_signer"),
        ("/signed/bare.png", "trusted"),
        ("/signed/theirs.png", "trusted"),
    ] {
        assert_eq!(verdict(name), expected, "{name}");
    }
    for name in ["/truncated.png", "/empty.png", "/hostile.jpg", "/=cmd.txt"] {
        assert_ne!(verdict(name), "trusted", "{name}");
    }
    kept(&newsroom, &reports);

    let link = create(&newsroom, "mary", "journalist");
    let server = newsroom.serve();
    let path = |name: &str| newsroom.path(name).display().to_string();
    let folder = folder.display().to_string();
    node("folder.mjs", &[&server.url, &link, &folder, &path("told.ndjson")]);
    assert_eq!(server.counter("imprimatur_generator_calls_total"), 0);
}

/// Asserts that signing a folder has kept what came with its files, and has assumed nothing of them.
fn kept(newsroom: &Newsroom, reports: &[Value]) {
    let theirs = newsroom.json(&["verify", "incoming/unlisted.png"], 3);
    let said = &theirs["labels"]["source_type"];
    for name in ["/signed/bare.png", "/signed/theirs.png"] {
        let ends = |report: &&Value| report["file"].as_str().unwrap().ends_with(name);
        let report = reports.iter().find(ends).unwrap();
        let said = if name.ends_with("bare.png") { &Value::Null } else { said };
        assert_eq!(&report["labels"]["source_type"], said, "nothing else was said: {report}");
        assert_eq!(report["ai_declared_anywhere"], false, "{report}");
    }
    let path = |name: &str| newsroom.path(name).display().to_string();
    let files = [path("keys/provenance/root.pem"), path("incoming/signed/theirs.png")];
    let judged = judged(&files.each_ref().map(String::as_str));
    assert_eq!(judged[0]["anchored"]["state"], "trusted", "{judged:?}");
    let parent = json!([{"relationship": "parentOf", "manifest": theirs["manifest_label"]}]);
    assert_eq!(judged[0]["ingredients"], parent, "{judged:?}");
}

/// What c2pa-python says of files, with the first one as anchor and without.
pub(crate) fn judged(files: &[&str]) -> Vec<Value> {
    let output = python("judge_c2pa.py", files, &[]);
    assert!(output.status.success(), "{}", said(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn say(server: &Server, key: &str, text: &str) -> String {
    let body = json!({"model": "null", "messages": [{"role": "user", "content": text}]});
    server.post(key, "/v1/chat/completions", &body).header("x-request-id").to_owned()
}

/// A quarter of a newsroom's work in a minute; originals are shown to two people, and one is on hold.
fn busy(newsroom: &Newsroom) -> (Server, String) {
    let authors = ["ada-lovelace", "mary-shelley"].map(|name| newsroom.key("journalist", name));
    let editor = newsroom.key("editor", "grace-hopper");
    let [auditor, other] = ["eve-auditor", "kim-auditor"].map(|name| newsroom.key("auditor", name));
    let link = create(newsroom, "eve", "standards");
    let server = newsroom.serve();
    let mut first = String::new();
    for n in 0..REQUESTS {
        let asked = say(&server, &authors[n % 2], &format!("Secret brief {n} about the quay."));
        first = if n == 0 { asked } else { first };
    }
    let picture = json!({"prompt": "a lighthouse"});
    assert_eq!(server.post(&authors[0], "/v1/images/generations", &picture).status, 200);
    say(&server, &authors[0], "A photograph of a mayor being arrested");
    say(&server, &authors[1], "What the harbour office says");
    let waiting = server.get(&editor, "/v1/reviews").json();
    let held = waiting["data"][0]["asset_id"].as_str().unwrap().to_owned();
    let made = server.post(&authors[0], "/v1/chat/completions", &chat(RIVER)).json();
    let made = made["imprimatur"]["asset_id"].as_str().unwrap().to_owned();
    for (asset, decision) in [(&held, "reject"), (&made, "approve")] {
        let body = json!({"decision": decision, "reason": "accurate"});
        assert_eq!(server.post(&editor, &format!("/v1/reviews/{asset}"), &body).status, 200);
    }
    let published = server.post(&editor, &format!("/v1/assets/{made}/publish"), &json!({}));
    assert_eq!(published.status, 200, "{}", published.json());
    let shown = revealed(&server, [&auditor, &other], &first);
    assert_eq!(shown["originals"][0]["text"], "Secret brief 0 about the quay.", "{shown}");
    (server, link)
}

/// What two people are shown of a request; the first puts it on hold.
fn revealed(server: &Server, [one, two]: [&str; 2], request: &str) -> Value {
    let reveal = json!({"id": request, "reason": "a complaint"});
    assert_eq!(server.post(one, "/v1/audit/reveal", &reveal).status, 200);
    let hold = json!({"scope": "subject:ada-lovelace", "reason": "a suit of the harbour board"});
    assert_eq!(server.post(one, "/v1/audit/holds", &hold).status, 200);
    server.post(two, "/v1/audit/reveal", &json!({"id": request})).json()
}

#[test]
fn an_auditor_takes_evidence_away_and_a_stranger_finds_every_change() {
    if !wanted_at_length("Chromium and the stranger's check in Python") {
        return;
    }
    let newsroom = Newsroom::with(NULL);
    fs::write(newsroom.path("policy.toml"), PACK).unwrap();
    let (server, link) = busy(&newsroom);
    let out = newsroom.path("taken");
    fs::create_dir(&out).unwrap();
    let secrets = ["ada-lovelace", "mary-shelley", "grace-hopper", "eve-auditor", "Secret brief"];
    let secrets = json!(secrets).to_string();
    node("evidence.mjs", &[&server.url, &link, out.to_str().unwrap(), &secrets]);
    assert_eq!(server.terminate(), Some(0));
    newsroom.json(&["audit", "verify"], 0);
    for name in ["evidence-en.zip", "evidence-zh.zip"] {
        let taken = out.join(name).display().to_string();
        newsroom.json(&["audit", "verify", &taken], 0);
        let output = python("check_export.py", &[&taken], &[]);
        assert!(output.status.success(), "{name}: {}", said(&output));
    }
    // The other one withholds the entries, so that there is little to change.
    strangers_check(&out.join("evidence-zh.zip"), &out.join("changed.zip"));
}

/// A stranger accepts no changed copy of a bundle.
fn strangers_check(bundle: &Path, changed: &Path) {
    let [bundle, changed] = [bundle, changed].map(|path| path.to_str().unwrap());
    for change in ["flip", "drop", "swap"] {
        let made = python("change_export.py", &[bundle, changed, change], &[]);
        assert!(made.status.success(), "{}", said(&made));
        let output = python("check_export.py", &[changed], &[]);
        assert_eq!(output.status.code(), Some(1), "{change}: {}", said(&output));
    }
}

#[test]
fn a_model_that_was_brought_and_a_server_behind_are_named_and_asked() {
    if !wanted_at_length("Chromium") {
        return;
    }
    let upstream = Upstream::start(well);
    let newsroom = Newsroom::new();
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/../generators/tests/golden/llama");
    let added = newsroom.json(&["models", "add", golden, "--name", "our-llama"], 0);
    let link = create(&newsroom, "mary", "journalist");
    let server = Server::start_with(&newsroom.path("."), &["--upstream", &upstream.url]);
    let told = json!({"own": "our-llama", "digest": added["sha256"], "behind": "press/one"});
    node("models.mjs", &[&server.url, &link, &told.to_string()]);
}

#[test]
fn a_reader_with_large_letters_or_a_screen_reader_learns_the_same() {
    if !wanted_at_length("Chromium") {
        return;
    }
    let stage = Stage::new("anonymous_addresses = false");
    let authority = Authority::load(&stage.newsroom.path("keys/provenance")).unwrap();
    let request = SigningRequest::new("note.txt", DigitalSourceType::TrainedAlgorithmicMedia);
    let words = "The gauge at the old bridge stood at 412 centimetres on Monday morning.";
    let carrying = Credentials::new(authority).unwrap().sign_text(&request, words).unwrap();
    fs::write(stage.newsroom.path("brought/carrying.txt"), carrying.bytes).unwrap();
    node("close_up.mjs", &[&stage.server.public_url(), stage.files()]);
}
