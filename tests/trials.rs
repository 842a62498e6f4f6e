//! `imprimatur demo seed`: a folder to try exports with, that says of itself what it is.

use std::{fs, io::Read as _};

use serde_json::Value;
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};

use crate::newsroom::Newsroom;

/// The folder of the trial, beside the newsroom that the test is run from.
const TRIAL: [&str; 2] = ["--data-dir", "trial"];

fn seed(newsroom: &Newsroom, many: &str) -> Value {
    newsroom.json(&[&TRIAL, ["demo", "seed", "--n", many, "--seed", "9"].as_slice()].concat(), 0)
}

fn trial(newsroom: &Newsroom, args: &[&str]) -> Value {
    newsroom.json(&[&TRIAL, args].concat(), 0)
}

/// What a bag holds, by name.
fn files(newsroom: &Newsroom, bag: &str) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(fs::File::open(newsroom.path(bag)).unwrap()).unwrap();
    let mut files = Vec::new();
    for at in 0..zip.len() {
        let mut file = zip.by_index(at).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        files.push((file.name().unwrap().into_owned(), bytes));
    }
    files
}

fn records(files: &[(String, Vec<u8>)]) -> Vec<Value> {
    let (_, lines) = files.iter().find(|(name, _)| name.ends_with("entries.jsonl")).unwrap();
    let lines = String::from_utf8(lines.clone()).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_trial_of_a_quarter_is_exported_checked_and_names_nobody() {
    let newsroom = Newsroom::new();
    let made = seed(&newsroom, "60");
    let count = |what: &str| made["counts"][what].as_u64().unwrap_or(0);
    assert_eq!(count("text") + count("image") + count("audio"), 60, "{made}");
    assert_eq!(count("released") + count("refused") + count("held"), 60, "{made}");
    for what in ["refused", "held", "rejected", "published"] {
        assert!(count(what) > 0, "{what}: {made}");
    }
    trial(&newsroom, &["audit", "verify"]);
    let exported = trial(&newsroom, &["audit", "export", "-o", "bag.zip"]);
    assert_eq!(exported["entries"], made["entries"]);
    let checked = trial(&newsroom, &["audit", "verify", "bag.zip"]);
    assert_eq!(checked["entries"], made["entries"]);
    let files = files(&newsroom, "bag.zip");
    let records = records(&files);
    for what in ["released", "refused", "held", "approved", "rejected", "published"] {
        let events = records.iter().filter(|record| record["event"] == what).count();
        assert_eq!(u64::try_from(events).unwrap(), count(what), "{what}");
    }
    let names = made["names"].as_array().unwrap();
    assert_eq!(names.len(), 200);
    for (file, bytes) in &files {
        let text = String::from_utf8_lossy(bytes);
        let found = names.iter().find(|name| text.contains(name.as_str().unwrap()));
        assert_eq!(found, None, "in {file}");
    }
    // No checkpoint of a trial passes for one of a newsroom.
    let vkey = checked["vkey"].as_str().unwrap();
    assert!(vkey.starts_with("trial.invalid/imprimatur+"), "{vkey}");
}

#[test]
fn a_new_folder_begins_days_ago_and_one_that_is_there_goes_on_now() {
    let newsroom = Newsroom::new();
    let started = OffsetDateTime::now_utc();
    let made = seed(&newsroom, "40");
    let of = |from: &str| -> Vec<OffsetDateTime> {
        let listed =
            ["--data-dir", "trial", "audit", "find", "--event", "admitted", "--since", from];
        let lines = newsroom.lines(&[listed.as_slice(), &["-n", "500"]].concat());
        let time = |line: &Value| {
            OffsetDateTime::parse(line["record"]["time"].as_str().unwrap(), &Rfc3339).unwrap()
        };
        lines.iter().map(time).collect()
    };
    let times = of("2000-01-01");
    let (first, last) = (times.iter().min().unwrap(), times.iter().max().unwrap());
    assert!(*first > started - Duration::days(91) && *last < started, "{first} to {last}");
    assert!(*last - *first > Duration::days(5), "{first} to {last}");

    let again = seed(&newsroom, "8");
    assert!(again["entries"].as_u64() > made["entries"].as_u64());
    let more = of(&started.format(&Rfc3339).unwrap());
    assert_eq!(more.len() + times.len(), of("2000-01-01").len());
    assert!(!more.is_empty());
    trial(&newsroom, &["audit", "verify"]);
}
