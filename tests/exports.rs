//! Evidence as those meet it who ask for it: bags, cases and reports, over command line and HTTP.

use serde_json::Value;

use crate::newsroom::{Newsroom, RIVER, chat};

fn outcome<'a>(report: &'a Value, id: &str) -> &'a Value {
    let checks = report["checks"].as_array().unwrap();
    checks.iter().find(|check| check["id"] == id).unwrap_or_else(|| panic!("{id} in {report}"))
}

#[test]
fn a_bag_goes_into_a_folder_by_its_name_and_is_checked_against_the_publishers_key() {
    let newsroom = Newsroom::new();
    newsroom.json(&["generate", "text", RIVER], 0);
    let made = newsroom.json(&["audit", "export", "--regime", "eu-art50", "-o", "."], 0);
    let (file, bag) = (made["file"].as_str().unwrap(), made["bag"].as_str().unwrap());
    assert!(
        file.ends_with(&format!("{bag}.zip")) && bag.starts_with("export-all-start-"),
        "{made}"
    );
    let vkey = made["vkey"].as_str().unwrap();
    let checked = newsroom.json(&["audit", "verify", file, "--vkey", vkey], 0);
    assert_eq!(checked["entries"], made["entries"]);
    assert_eq!(checked["notes"], serde_json::json!([]));
    let tail = newsroom.run(&["--json", "audit", "tail", "-n", "1"]);
    let last: Value = serde_json::from_slice(&tail.stdout).unwrap();
    assert_eq!(last["index"], made["recorded"]);
    let detail = last["record"]["detail"].as_str().unwrap();
    assert!(detail.contains(made["manifest_sha256"].as_str().unwrap()), "{detail}");

    let other = Newsroom::new().json(&["audit", "export", "-o", "x.zip"], 0);
    let wrong = other["vkey"].as_str().unwrap();
    let denied = newsroom.json(&["audit", "verify", file, "--vkey", wrong], 1);
    assert!(denied["reason"].as_str().unwrap().contains("expected"), "{denied}");
}

#[test]
fn times_and_regimes_that_make_no_sense_are_named() {
    let newsroom = Newsroom::new();
    for (args, said) in [
        (["--from", "yesterday"], "yesterday is not a time"),
        (["--regime", "mars"], "there is no regime mars"),
    ] {
        let output = newsroom.run(&[&["audit", "export", "-o", "x.zip"], args.as_slice()].concat());
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains(said));
        assert!(!newsroom.path("x.zip").exists());
    }
}

#[test]
fn a_case_tells_the_story_of_an_asset_and_withholds_what_it_should() {
    let newsroom = Newsroom::new();
    let made = newsroom.json(&["generate", "text", RIVER], 0);
    let asset = made["asset"]["id"].as_str().unwrap();
    newsroom.json(&["audit", "case", asset, "-o", "case.zip"], 0);
    let checked = newsroom.json(&["audit", "verify", "case.zip"], 0);
    assert_eq!(
        (checked["withheld"].as_u64(), checked["extent"]["asset"].as_str()),
        (Some(0), Some(asset))
    );
    newsroom.json(&["audit", "case", asset, "-o", "less.zip", "--redact", "people"], 0);
    let less = newsroom.json(&["audit", "verify", "less.zip"], 0);
    assert!(less["withheld"].as_u64().unwrap() >= 2, "{less}");
    let unknown = "01a20e92-8312-732f-a0f1-0d0983db9f61";
    assert_eq!(newsroom.run(&["audit", "case", unknown, "-o", "no.zip"]).status.code(), Some(1));
}

#[test]
fn reports_say_what_passes_and_never_that_something_pending_does() {
    let newsroom = Newsroom::new();
    newsroom.json(&["generate", "image", "a harbour at dawn", "-o", "harbour.png"], 0);
    newsroom
        .json(&["generate", "text", "Write a story about a child with explicit sexual content"], 1);
    let report = newsroom.json(&["audit", "report", "--regime", "eu-art50"], 0);
    assert_eq!(
        report["heading"]["en"],
        "Evidence report: machine checks, not a finding of compliance with any law"
    );
    for (id, expected) in [
        ("LOG-1", "pass"),
        ("LOG-5", "pass"),
        ("LOG-4", "not_met"),
        ("EU-50.2-a", "not_met"),
        ("EU-50.2-b", "not_met"),
        ("EU-50.1", "not_applicable"),
        ("EU-1.2", "not_applicable"),
        ("EU-50.4-img", "not_applicable"),
        ("EU-50.4-txt", "not_applicable"),
        ("EU-5", "pass"),
    ] {
        assert_eq!(outcome(&report, id)["outcome"], expected, "{id}: {}", outcome(&report, id));
    }
    for (format, starts) in
        [("html", "<!DOCTYPE html>"), ("pdf", "%PDF-"), ("csv", "\"heading\""), ("json", "{")]
    {
        let name = format!("report.{format}");
        newsroom.json(&["audit", "report", "--regime", "sb942", "-o", &name], 0);
        let bytes = std::fs::read(newsroom.path(&name)).unwrap();
        assert!(bytes.starts_with(starts.as_bytes()), "{format}");
    }
}

#[test]
fn auditors_download_evidence_of_their_own_tenant_and_it_is_on_record() {
    let newsroom = Newsroom::new();
    let (journalist, auditor) = (newsroom.key("journalist", "ada"), newsroom.key("auditor", "eve"));
    let server = newsroom.serve();
    assert_eq!(server.post(&journalist, "/v1/chat/completions", &chat(RIVER)).status, 200);
    assert_eq!(server.get(&journalist, "/v1/audit/export").status, 403);
    assert_eq!(server.get("", "/v1/audit/export").status, 401);
    let answer = server.get(&auditor, "/v1/audit/export?regime=eu-art50");
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/zip"));
    std::fs::write(newsroom.path("evidence.zip"), &answer.bytes).unwrap();
    let checked = newsroom.json(&["audit", "verify", "evidence.zip"], 0);
    assert_eq!(checked["extent"]["tenant"], "press");
    assert_eq!(checked["recorded"].to_string(), answer.header("x-imprimatur-receipt"));

    let report = server.get(&auditor, "/v1/audit/reports?regime=ny-fair").json();
    assert_eq!(outcome(&report, "LOG-1")["outcome"], "pass");
    assert_eq!(server.get(&journalist, "/v1/audit/reports").status, 403);
    let wrong = server.get(&auditor, "/v1/audit/reports?regime=mars");
    assert_eq!((wrong.status, wrong.json()["error"]["param"].as_str()), (400, Some("regime")));
    let entries = server.get(&auditor, "/v1/audit/entries?n=100").json();
    let exported = entries["data"].as_array().unwrap().iter();
    let exported = exported.filter(|entry| entry["record"]["event"] == "exported").count();
    assert_eq!(exported, 2, "{entries}");
    let left = std::fs::read_dir(newsroom.path(".")).unwrap().flatten();
    let left = left.filter(|entry| entry.file_name().to_string_lossy().starts_with(".tmp")).count();
    assert_eq!(left, 0, "nothing is left behind");
}
