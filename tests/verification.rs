//! The way back: who learns what about a file.

use std::{
    fs::{self, File},
    os::unix::fs::FileExt as _,
    process::{Command, Stdio},
};

use provenance::{Authority, Credentials, DigitalSourceType, SigningRequest};
use serde_json::Value;
use types::MediaType;

use crate::newsroom::{Newsroom, PROGRAM, RIVER};

/// A form with one file.
fn form(name: &str, bytes: &[u8]) -> (Vec<u8>, String) {
    let boundary = "----a-boundary-that-no-file-contains";
    let head = format!(
        "--{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
    );
    let body = [head.as_bytes(), bytes, format!("\r\n--{boundary}--\r\n").as_bytes()].concat();
    (body, format!("multipart/form-data; boundary={boundary}"))
}

#[test]
fn strangers_learn_of_unpublished_work_only_that_it_was_made_here() {
    let newsroom = Newsroom::new();
    let made = newsroom.json(&["generate", "text", RIVER, "-o", "brief.txt"], 0);
    let asset = made["asset"]["id"].as_str().unwrap();
    let text = std::fs::read(newsroom.path("brief.txt")).unwrap();
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();

    let (body, content_type) = form("brief.txt", &text);
    for key in ["", &key] {
        // The key is of another tenant than the command line's.
        let answer = server.send(key, "/v1/verify", &body, &content_type);
        assert_eq!(answer.status, 200);
        let report = answer.json();
        assert_eq!(report["verdict"], "none", "the manifest lies beside the file");
        let statement = report["recovered"]["statement"].as_str().unwrap();
        assert_eq!(statement, "Made with Example Newsroom's system; not published by us.");
        assert_eq!(report["publication"]["state"], "unpublished");
        assert!(!String::from_utf8_lossy(&answer.bytes).contains(asset), "{report}");
        assert!(report["receipt"].is_null());
    }
    assert_eq!(server.send("imp_x_y", "/v1/verify", &body, &content_type).status, 401);
}

#[test]
fn a_key_of_the_tenant_learns_everything() {
    let newsroom = Newsroom::new();
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    let made = server.post(&key, "/v1/chat/completions", &crate::newsroom::chat(RIVER)).json();
    let text = made["choices"][0]["message"]["content"].as_str().unwrap();
    let report = server.post(&key, "/v1/verify", &serde_json::json!({"text": text})).json();
    assert_eq!(report["recovered"]["asset_id"], made["imprimatur"]["asset_id"]);
    assert_eq!(report["recovered"]["how"], "sha256");
    assert_eq!(report["receipt"]["index"], made["imprimatur"]["receipt"]["index"]);
}

#[test]
fn nothing_in_a_body_is_an_answer_and_an_unreadable_picture_is_one() {
    let newsroom = Newsroom::new();
    let server = newsroom.serve();
    let empty = server.send("", "/v1/verify", b"", "application/octet-stream");
    assert_eq!((empty.status, empty.json()["error"]["param"].as_str()), (400, Some("file")));
    let broken = b"\x89PNG\r\n\x1a\nnothing more";
    let report = server.send("", "/v1/verify", broken, "image/png");
    assert_eq!((report.status, report.json()["verdict"].as_str()), (200, Some("unreadable")));
    let detected = server.send("", "/v1/detect", broken, "image/png");
    assert_eq!(detected.status, 400, "{}", detected.json());
    let text = server.send("", "/v1/detect", b"A short text.", "text/plain").json();
    assert_eq!((&text["found"], &text["decidable"]), (&false.into(), &false.into()));
}

#[test]
fn a_stranger_verifies_with_a_list_of_their_own_and_without_an_installation() {
    let newsroom = Newsroom::new();
    newsroom.json(&["generate", "image", "a harbour at dawn", "-o", "harbour.png"], 0);
    let elsewhere = tempfile::tempdir().unwrap();
    let verify = |args: &[&str]| -> (Option<i32>, Value) {
        let output = Command::new(PROGRAM)
            .current_dir(elsewhere.path())
            .args(["--json", "verify"])
            .arg(newsroom.path("harbour.png"))
            .args(args)
            .output()
            .unwrap();
        (output.status.code(), serde_json::from_slice(&output.stdout).unwrap())
    };
    let (exit, report) = verify(&[]);
    assert_eq!((exit, report["verdict"].as_str()), (Some(3), Some("untrusted_signer")), "{report}");
    let root = newsroom.path("keys/provenance/root.pem");
    let (exit, report) = verify(&["--trust", root.to_str().unwrap()]);
    assert_eq!((exit, report["verdict"].as_str()), (Some(0), Some("trusted")), "{report}");
    assert_eq!(report["signer"]["list"], "root", "the list is named by its file");
    assert!(report["mark"].is_null() && report["receipt"].is_null());
}

#[test]
fn a_folder_gives_one_line_a_file_and_the_strictest_exit_code() {
    let newsroom = Newsroom::new();
    std::fs::create_dir(newsroom.path("desk")).unwrap();
    newsroom.json(&["generate", "text", RIVER, "-o", "desk/brief.txt"], 0);
    std::fs::write(newsroom.path("desk/broken.png"), b"\x89PNG\r\n\x1a\n").unwrap();
    std::fs::write(newsroom.path("desk/plain.txt"), "Nothing of ours.").unwrap();
    let output = newsroom.run(&["--json", "verify", "desk"]);
    assert_eq!(output.status.code(), Some(4));
    let lines: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let verdicts: Vec<&str> = lines.iter().map(|line| line["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["trusted", "unreadable", "none"], "in the order of their names");

    let mut process = Command::new(PROGRAM)
        .current_dir(newsroom.path("."))
        .args(["--json", "verify", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut process.stdin.take().unwrap(), b"Nothing of ours.").unwrap();
    let output = process.wait_with_output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), report["file"].as_str()), (Some(3), Some("-")));
}

#[test]
fn a_report_says_how_a_file_stands_to_the_log_and_by_which_lists_it_was_judged() {
    let newsroom = Newsroom::new();
    newsroom.json(&["generate", "image", "a harbour at dawn", "-o", "harbour.png"], 0);
    let report = newsroom.json(&["verify", "harbour.png"], 0);
    assert_eq!(report["log"], "exact", "{report}");
    assert_eq!(report["receipt"]["inclusion"], "proved", "{report}");
    assert_eq!(report["lists"][0]["name"], "own");
    assert_eq!(report["lists"][0]["certificates"], 1);
    assert_eq!(report["actions"][0]["action"], "c2pa.created");
    assert_eq!(report["soft_bindings"][0]["algorithm"], "org.imprimatur.image.1");
    assert_eq!(report["thumbnail"]["media_type"], "image/jpeg");

    // The signature leaves its own padding open.
    let mut bytes = std::fs::read(newsroom.path("harbour.png")).unwrap();
    let padding = bytes.windows(200).rposition(|part| part.iter().all(|byte| *byte == 0)).unwrap();
    bytes[padding + 100] = 1;
    std::fs::write(newsroom.path("padded.png"), &bytes).unwrap();
    let report = newsroom.json(&["verify", "padded.png"], 0);
    assert_eq!((&report["verdict"], &report["log"]), (&"trusted".into(), &"other_bytes".into()));
    let warnings = report["warnings"].to_string();
    assert!(warnings.contains("not the exact file we published"), "{report}");
}

#[test]
fn a_signature_with_our_key_that_is_not_in_our_log_is_named() {
    let newsroom = Newsroom::new();
    let authority = provenance::Authority::load(&newsroom.path("keys/provenance")).unwrap();
    let credentials = provenance::Credentials::new(authority).unwrap();
    let request = provenance::SigningRequest::new(
        "note.txt",
        provenance::DigitalSourceType::TrainedAlgorithmicMedia,
    );
    let signed = credentials.sign_text(&request, "Nobody has asked for this.").unwrap();
    std::fs::write(newsroom.path("note.txt"), &signed.bytes).unwrap();
    let report = newsroom.json(&["verify", "note.txt"], 0);
    assert_eq!((&report["verdict"], &report["log"]), (&"trusted".into(), &"not_in_log".into()));
    assert!(report["warnings"].to_string().contains("not in our log"), "{report}");
    assert!(report["receipt"].is_null());
}

#[test]
fn another_press_is_trusted_once_its_list_is_taken_and_an_odd_list_is_refused() {
    let (ours, theirs) = (Newsroom::new(), Newsroom::new());
    theirs.json(&["generate", "image", "a harbour at dawn", "-o", "harbour.png"], 0);
    let file = theirs.path("harbour.png").display().to_string();
    let root = theirs.path("keys/provenance/root.pem").display().to_string();
    assert_eq!(ours.json(&["verify", &file], 3)["verdict"], "untrusted_signer");
    let taken = ours.json(&["trust", "update", "--from", &root, "--name", "friends"], 0);
    assert_eq!((&taken["name"], &taken["changed"]), (&"friends".into(), &true.into()));
    let again = ours.json(&["trust", "update", "--from", &root, "--name", "friends"], 0);
    assert_eq!(again["changed"], false);
    assert_eq!(ours.json(&["trust", "list"], 0)["certificates"], 1);
    let report = ours.json(&["verify", &file], 0);
    assert_eq!(report["signer"]["list"], "friends", "{report}");
    let recorded = ours.json(&["audit", "find", "--event", "trust_list_updated"], 0);
    assert!(recorded.to_string().contains("friends"), "{recorded}");

    std::fs::write(ours.path("odd.pem"), "no certificates").unwrap();
    for args in [["odd.pem", "friends"], [root.as_str(), "own"]] {
        let refused = ours.run(&["trust", "update", "--from", args[0], "--name", args[1]]);
        assert_eq!(refused.status.code(), Some(1), "{args:?}");
    }
    assert_eq!(ours.json(&["verify", &file], 0)["verdict"], "trusted");
}

/// A signed film with so many bytes of media, and the arguments that check it.
fn film(newsroom: &Newsroom, media_bytes: u32) -> Vec<String> {
    let (source, film) = (newsroom.path("source.mp4"), newsroom.path("film.mp4"));
    // Its frames and sounds come last: zeros after them belong to them.
    let mut head = include_bytes!("../watermark/provenance/tests/samples/faststart.mp4").to_vec();
    let media = head.windows(4).position(|four| four == b"mdat").unwrap() - 4;
    head[media..media + 4].copy_from_slice(&media_bytes.to_be_bytes());
    fs::write(&source, &head).unwrap();
    let length = media as u64 + u64::from(media_bytes);
    File::options().write(true).open(&source).unwrap().set_len(length).unwrap();
    let folder = newsroom.path("press");
    fs::create_dir(&folder).unwrap();
    let authority = Authority::create(&folder, "Example Press").unwrap();
    let credentials = Credentials::new(authority).unwrap();
    let request = SigningRequest::new("film", DigitalSourceType::DigitalCapture);
    credentials.sign_file(&request, &source, &film, MediaType::Mp4).unwrap();
    let root = folder.join("root.pem").to_str().unwrap().to_owned();
    ["verify", "--trust", &root, "film.mp4"].map(str::to_owned).into()
}

#[test]
fn a_large_film_is_checked_where_it_lies_and_brought_into_memory_up_to_a_gibibyte() {
    for (media_bytes, in_memory) in [(257_u32 << 20, true), (1_025 << 20, false)] {
        let newsroom = Newsroom::new();
        let arguments = film(&newsroom, media_bytes);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let report = newsroom.json(&arguments, 0);
        assert_eq!(report["verdict"], "trusted", "{report}");
        assert!(report["mark"].is_null(), "{report}");

        let opened = File::options().write(true).open(newsroom.path("film.mp4")).unwrap();
        opened.write_at(&[1], opened.metadata().unwrap().len() - 9).unwrap();
        let report = newsroom.json(&arguments, 1);
        assert_eq!(report["verdict"], "altered_after_signing", "{report}");
        // What the credentials do not settle is looked for in memory, if it fits.
        let unseen = report["warnings"].to_string().contains("too large for a mark");
        assert_eq!(unseen, !in_memory, "{report}");
    }
}
