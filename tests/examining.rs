//! Evidence about files themselves: what was released is looked at again, and a report decides its rows by
//! what was seen.

use std::fs;

use serde_json::{Value, json};

use crate::newsroom::Newsroom;

const PRODUCER: &str = "001191110102MA01TEST0X10001";
const ANOTHER: &str = "001191110105MA02TEST0X10001";
const PROPAGATOR: &str = "001191110102MA01TEST0X20001";

/// A newsroom that follows China's rules, too.
fn newsroom(codes: &str) -> Newsroom {
    let newsroom = Newsroom::labelling();
    let file = newsroom.path("imprimatur.toml");
    let text = fs::read_to_string(&file).unwrap();
    let kept: String = text
        .lines()
        .filter(|line| !line.starts_with("regimes = "))
        .map(|line| format!("{line}\n"))
        .collect();
    let settings = format!("[labels]\nregimes = [\"eu-art50\", \"cn-gb45438\"]\n{codes}\n");
    fs::write(&file, kept.replace("[labels]\n", &settings)).unwrap();
    newsroom
}

/// A picture that another house has made, marked, labelled and signed.
fn of_another_house() -> Vec<u8> {
    let other = newsroom(&format!("producer_code = \"{ANOTHER}\""));
    let args = ["generate", "image", "a lighthouse on a clear day", "--seed", "5", "-o", "p.png"];
    other.json(&args, 0);
    fs::read(other.path("p.png")).unwrap()
}

/// The rows of a regime, by one run of the report.
fn rows(newsroom: &Newsroom, regime: &str) -> Vec<Value> {
    let report = newsroom.lines(&["audit", "report", "--regime", regime]).remove(0);
    report["checks"].as_array().unwrap().clone()
}

fn row(newsroom: &Newsroom, regime: &str, id: &str) -> Value {
    let found = rows(newsroom, regime).into_iter().find(|check| check["id"] == id);
    found.unwrap_or_else(|| panic!("no row {id}"))
}

fn expect(newsroom: &Newsroom, regime: &str, ids: &[&str], expected: &str) {
    for found in rows(newsroom, regime) {
        if ids.contains(&found["id"].as_str().unwrap()) {
            assert_eq!(found["outcome"], expected, "{}: {}", found["id"], found["reason"]["en"]);
        }
    }
}

/// Rows that are decided by looking at files.
const EU: [&str; 3] = ["EU-50.2-a", "EU-50.2-b", "EU-DET"];
const CALIFORNIA: [&str; 3] = ["CA-3b-A", "CA-3b-mark", "CA-2"];

#[test]
fn what_was_released_is_looked_at_again_and_the_report_says_what_was_seen() {
    let newsroom =
        newsroom(&format!("producer_code = \"{PRODUCER}\"\npropagator_code = \"{PROPAGATOR}\""));
    let args = ["generate", "image", "a harbour at dawn", "--seed", "3", "-o", "made.png"];
    let made = newsroom.json(&args, 0);
    fs::write(newsroom.path("theirs.png"), of_another_house()).unwrap();
    let signed = newsroom.json(&["sign", "theirs.png", "-o", "signed.png"], 0);
    expect(&newsroom, "eu-art50", &EU, "not_met");
    expect(&newsroom, "sb942", &CALIFORNIA, "not_met");

    // One is drawn, and the bound says how little that shows.
    let first = newsroom.json(&["audit", "examine", "--sample", "1"], 0);
    let expected = json!({"of": 2, "before": 0, "looked_at": 1, "missing": 0, "changed": 0});
    assert_eq!(first, expected);
    let drawn = row(&newsroom, "eu-art50", "EU-DET");
    assert_eq!((&drawn["sample"]["looked_at"], &drawn["sample"]["of"]), (&json!(1), &json!(2)));
    let share = drawn["sample"]["failing_share_max"].as_f64().unwrap();
    assert!((share - 0.95).abs() < 1e-9, "{drawn}");
    // The same again changes nothing; then the other one.
    let same = newsroom.json(&["audit", "examine", "--sample", "1"], 0);
    assert_eq!((&same["before"], &same["looked_at"]), (&json!(1), &json!(0)));
    let rest = newsroom.json(&["audit", "examine", "--all"], 0);
    assert_eq!((&rest["before"], &rest["looked_at"]), (&json!(1), &json!(1)));
    let none = newsroom.json(&["audit", "examine", "--until", "2026-01-01"], 0);
    assert_eq!(none["of"], 0);

    expect(&newsroom, "eu-art50", &[&EU[..], &["EU-1.2"]].concat(), "pass");
    expect(&newsroom, "sb942", &[&CALIFORNIA[..], &["CA-3a", "CA-3b-B"]].concat(), "pass");
    expect(&newsroom, "internal", &["IPTC-DST"], "pass");
    expect(&newsroom, "cn-gb45438", &["CN-6"], "pass");
    records_hold_codes_and_no_words(&newsroom, &made, &signed);
    reports_show_the_sample(&newsroom);
    newsroom.json(&["audit", "export", "--regime", "eu-art50", "-o", "evidence.zip"], 0);
    newsroom.json(&["audit", "verify", "evidence.zip"], 0);
    a_damaged_file_fails(&newsroom, &made);
}

fn records_hold_codes_and_no_words(newsroom: &Newsroom, made: &Value, signed: &Value) {
    let entries = newsroom.lines(&["audit", "find", "--event", "asset_examined"]);
    let look = |asset: &Value| {
        let found =
            entries.iter().find(|entry| entry["record"]["asset_id"] == asset["asset"]["id"]);
        found.unwrap()["record"]["examined"].clone()
    };
    let picture = look(made);
    assert_eq!(picture["shows"]["verdict"], "trusted", "{picture}");
    assert_eq!(picture["shows"]["source_type"], picture["shows"]["xmp_source_type"]);
    assert_eq!(picture["shows"]["provider"], "publisher");
    assert_eq!(picture["shows"]["system"], "name_and_version");
    assert_eq!(picture["shows"]["aigc"], "own");
    assert_eq!(picture["shows"]["answer"], json!({"says": "signer"}));
    let recoded = json!({"coding": "jpeg75", "mark": "recorded", "answer": {"says": "origin"}});
    assert_eq!(picture["shows"]["recoded"], recoded);
    let brought = look(signed);
    assert_eq!((&brought["maker"], &brought["marked"]), (&json!("brought"), &json!(false)));
    assert_eq!(
        (&brought["shows"]["aigc"], &brought["shows"]["ingredients"]),
        (&json!("other"), &json!(1))
    );

    let index = &signed["receipt"]["index"];
    let record = newsroom.lines(&["audit", "tail", "-n", "50"]);
    let record = record.iter().find(|entry| entry["index"] == *index).unwrap();
    let (carried, labels) = (&record["record"]["carried"], &record["record"]["labels"]);
    assert_eq!(
        (&carried["files"], &carried["marked"], &carried["kept"]),
        (&json!(1), &json!(1), &json!(1))
    );
    assert_eq!(carried["found"][0]["c2pa"], "untrusted_signer", "{carried}");
    assert_eq!(carried["found"][0]["aigc"], true);
    assert_eq!(labels["passed_on"], json!({"producer_kept": true, "propagator": PROPAGATOR}));
    let object = provenance::metadata::read(&fs::read(newsroom.path("signed.png")).unwrap()).aigc;
    let object = object.unwrap();
    assert_eq!((&object["ContentProducer"], &object["Label"]), (&json!(ANOTHER), &json!("1")));
    assert_eq!(object["PropagateID"], signed["asset"]["id"]);
}

fn reports_show_the_sample(newsroom: &Newsroom) {
    newsroom.json(&["audit", "report", "--regime", "sb942", "-o", "report.html"], 0);
    let page = fs::read_to_string(newsroom.path("report.html")).unwrap();
    assert!(page.contains("examined: all 2") && page.contains("Sample"), "{page}");
    newsroom.json(&["audit", "report", "--regime", "sb942", "-o", "report.csv"], 0);
    let table = fs::read_to_string(newsroom.path("report.csv")).unwrap();
    assert!(table.lines().next().unwrap().ends_with("\"failing_share_max\""), "{table}");
}

/// One bit of a stored file turns: every row about files says so, and the exit code.
fn a_damaged_file_fails(newsroom: &Newsroom, made: &Value) {
    let digest = made["asset"]["sha256"].as_str().unwrap();
    let file = newsroom.path("objects").join(&digest[..2]).join(digest);
    let whole = fs::read(&file).unwrap();
    let mut bytes = whole.clone();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&file, &bytes).unwrap();
    let found = newsroom.json(&["audit", "examine", "--all", "--again"], 1);
    assert_eq!((&found["changed"], &found["missing"]), (&json!(1), &json!(0)), "{found}");
    expect(newsroom, "eu-art50", &EU, "fail");
    expect(newsroom, "sb942", &CALIFORNIA, "fail");
    expect(newsroom, "internal", &["IPTC-DST"], "fail");
    fs::remove_file(&file).unwrap();
    let found = newsroom.json(&["audit", "examine", "--all", "--again"], 1);
    assert_eq!((&found["changed"], &found["missing"]), (&json!(0), &json!(1)), "{found}");
    // Restored from a backup, and looked at once more.
    fs::write(&file, whole).unwrap();
    newsroom.json(&["audit", "examine", "--all", "--again"], 0);
    let mended = row(newsroom, "eu-art50", "EU-DET");
    assert_eq!(mended["outcome"], "pass", "{mended}");
    assert!(
        mended["reason"]["en"].as_str().unwrap().contains("the same asset passed: "),
        "{mended}"
    );
}

#[test]
fn without_a_code_nobody_is_named_as_passing_content_on_and_the_row_says_so() {
    let newsroom = newsroom("");
    fs::write(newsroom.path("theirs.png"), of_another_house()).unwrap();
    let signed = newsroom.json(&["sign", "theirs.png", "-o", "signed.png"], 0);
    let warnings = signed["warnings"].to_string();
    assert!(warnings.contains("labels.propagator_code"), "{signed}");
    let found = row(&newsroom, "cn-gb45438", "CN-6");
    assert_eq!(found["outcome"], "fail");
    assert!(found["reason"]["en"].as_str().unwrap().contains("propagator_code"), "{found}");
    let bytes = fs::read(newsroom.path("signed.png")).unwrap();
    let object = provenance::metadata::read(&bytes).aigc.unwrap();
    assert_eq!(
        (&object["ContentProducer"], &object["ContentPropagator"]),
        (&json!(ANOTHER), &json!(""))
    );
}
