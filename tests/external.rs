//! Checks by tools that no one here wrote. They run when `IMPRIMATUR_EXTERNAL=1`, where a missing
//! tool fails; elsewhere they say that they did not run.

use std::{
    path::Path,
    process::{Command, Output},
};

use crate::newsroom::{Newsroom, RIVER, Server};

/// Whether outside tools are to be used; says so when not.
pub(crate) fn wanted(what: &str) -> bool {
    let wanted = std::env::var_os("IMPRIMATUR_EXTERNAL").is_some_and(|value| value == "1");
    if !wanted {
        println!("not run: {what} (set IMPRIMATUR_EXTERNAL=1 and IMPRIMATUR_PYTHON)");
    }
    wanted
}

/// The same for stories that take minutes: `.ci/long` runs them.
pub(crate) fn wanted_at_length(what: &str) -> bool {
    let wanted = std::env::var_os("IMPRIMATUR_LONG").is_some_and(|value| value == "1");
    if !wanted {
        println!("not run: {what} (`.ci/long` runs it)");
    }
    wanted
}

pub(crate) fn python(script: &str, args: &[&str], env: &[(&str, &str)]) -> Output {
    let python = std::env::var("IMPRIMATUR_PYTHON").unwrap_or_else(|_| "python3".into());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/external").join(script);
    Command::new(python).arg(script).args(args).envs(env.iter().copied()).output().unwrap()
}

pub(crate) fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[test]
fn an_unmodified_openai_client_works() {
    if !wanted("OpenAI's Python client") {
        return;
    }
    let newsroom = Newsroom::new();
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    let output = python("openai_client.py", &[&server.url, &key], &[]);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(said(&output).matches("ok ").count(), 8, "{}", said(&output));
}

/// A line is a server of OpenAI's kind, too: one stands behind another, and an unmodified client asks
/// the first.
#[test]
fn an_unmodified_openai_client_works_with_a_server_behind_the_line() {
    if !wanted("OpenAI's Python client") {
        return;
    }
    let behind = Newsroom::new();
    // Alone there, its model is the first that is listed.
    let text = std::fs::read_to_string(behind.path("imprimatur.toml")).unwrap();
    let text = text.replace("[generators.newsdesk-starter]", "[generators.briefs]");
    std::fs::write(behind.path("imprimatur.toml"), text).unwrap();
    let key_behind = behind.key("journalist", "gateway");
    let server_behind = behind.serve();
    let newsroom = Newsroom::new();
    let key = newsroom.key("journalist", "ada");
    let url = format!("{}/v1", server_behind.url);
    let env = [("IMPRIMATUR_UPSTREAM_KEY", key_behind.as_str())];
    let server = Server::start_in(newsroom.path(".").as_path(), &["--upstream", &url], &env);
    let output = python("openai_client.py", &[&server.url, &key, "--upstream", "briefs"], &[]);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(said(&output).matches("ok ").count(), 1, "{}", said(&output));
}

#[test]
fn two_independent_validators_call_every_output_trusted() {
    if !wanted("c2pa-python and encypher-c2pa") {
        return;
    }
    let newsroom = Newsroom::new();
    newsroom.json(&["generate", "image", "a harbour at dawn", "-o", "harbour.png"], 0);
    newsroom.json(&["generate", "text", RIVER, "-o", "brief.txt"], 0);
    let name = |name: &str| newsroom.path(name).display().to_string();
    let files = [name("keys/provenance/root.pem"), name("harbour.png"), name("brief.txt")];
    let output = python("verify_c2pa.py", &files.each_ref().map(String::as_str), &[]);
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn a_text_that_carries_its_manifest_is_read_by_others() {
    if !wanted("encypher-c2pa, c2pa-text, c2pa-unstructured-text and c2pa-python") {
        return;
    }
    let newsroom = Newsroom::new();
    let authority = provenance::Authority::load(&newsroom.path("keys/provenance")).unwrap();
    let credentials = provenance::Credentials::new(authority).unwrap();
    let mut files = vec![newsroom.path("keys/provenance/root.pem").display().to_string()];
    // Letters with two spellings, and several signatures: their wrappers differ in padding.
    for (place, text) in ["", "plain\n", "Cafe\u{301}: 河水 🌊", "a", "b", "c"].iter().enumerate()
    {
        let request = provenance::SigningRequest::new(
            "note.txt",
            provenance::DigitalSourceType::TrainedAlgorithmicMedia,
        );
        let signed = credentials.sign_text(&request, text).unwrap();
        let file = newsroom.path(&format!("note{place}.txt"));
        std::fs::write(&file, signed.bytes).unwrap();
        files.push(file.display().to_string());
    }
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let output = python("verify_text.py", &files, &[]);
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn exiftool_reads_the_source_type() {
    if !wanted("exiftool") {
        return;
    }
    let newsroom = Newsroom::new();
    newsroom.json(&["generate", "image", "a harbour at dawn", "-o", "harbour.png"], 0);
    let output = Command::new("exiftool")
        .arg("-DigitalSourceType")
        .arg(newsroom.path("harbour.png"))
        .output()
        .unwrap();
    assert!(said(&output).contains("trainedAlgorithmicMedia"), "{}", said(&output));
}

#[test]
fn a_stranger_checks_an_export_and_finds_every_change() {
    if !wanted("the stranger's check in Python") {
        return;
    }
    let newsroom = Newsroom::new();
    newsroom.json(&["generate", "text", RIVER], 0);
    newsroom.json(&["audit", "export", "-o", "bundle.zip"], 0);
    let bundle = newsroom.path("bundle.zip");
    let output = python("check_export.py", &[bundle.to_str().unwrap()], &[]);
    assert!(output.status.success(), "{}", said(&output));

    let changed = newsroom.path("changed.zip");
    for (change, expected) in [("flip", "entry 1"), ("drop", "signed head"), ("swap", "entry 0")] {
        let made = python(
            "change_export.py",
            &[bundle.to_str().unwrap(), changed.to_str().unwrap(), change],
            &[],
        );
        assert!(made.status.success(), "{}", said(&made));
        let output = python("check_export.py", &[changed.to_str().unwrap()], &[]);
        assert_eq!(output.status.code(), Some(1), "{change}");
        assert!(said(&output).contains(expected), "{change}: {}", said(&output));
        assert_eq!(
            newsroom.run(&["audit", "verify", "changed.zip"]).status.code(),
            Some(1),
            "{change}"
        );
    }
}

#[test]
fn bagit_sha256sum_and_pdftotext_accept_an_export() {
    if !wanted("bagit.py, sha256sum, pdftotext") {
        return;
    }
    let newsroom = Newsroom::new();
    newsroom.json(&["generate", "text", RIVER], 0);
    for language in ["en", "zh"] {
        let args =
            ["--lang", language, "audit", "export", "--regime", "eu-art50", "-o", "bundle.zip"];
        let bag = newsroom.json(&args, 0)["bag"].as_str().unwrap().to_owned();
        let out = tempfile::tempdir().unwrap();
        let bag = out.path().join(bag);
        let run = |program: &str, args: &[&str]| {
            let output = Command::new(program)
                .args(args)
                .current_dir(if bag.is_dir() { &bag } else { out.path() })
                .output()
                .unwrap();
            assert!(output.status.success(), "{program}: {}", said(&output));
            said(&output)
        };
        run(
            "unzip",
            &[
                "-q",
                newsroom.path("bundle.zip").to_str().unwrap(),
                "-d",
                out.path().to_str().unwrap(),
            ],
        );
        let python = std::env::var("IMPRIMATUR_PYTHON").unwrap_or_else(|_| "python3".into());
        run(&python, &["-m", "bagit", "--validate", "."]);
        run("sha256sum", &["-c", "--quiet", "--strict", "tagmanifest-sha256.txt"]);
        run("sha256sum", &["-c", "--quiet", "--strict", "manifest-sha256.txt"]);
        let text = run("pdftotext", &["-enc", "UTF-8", "data/report.pdf", "-"]);
        let heading =
            if language == "en" { "not a finding of compliance" } else { "机器检查结果" };
        assert!(text.contains(heading) && text.contains("LOG-1"), "{text}");
        newsroom.json(&["audit", "verify", bag.to_str().unwrap()], 0);
    }
}
