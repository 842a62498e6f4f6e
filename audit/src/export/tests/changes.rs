//! What is changed in a bag is found and named.

use proptest::prelude::*;

use super::{Bench, Files, everything};
use crate::export::{Fault, names};

#[tokio::test]
async fn a_bag_is_accepted_as_a_zip_and_as_a_folder() {
    let bench = Bench::new().await;
    let zip = bench.export(&everything()).await;
    let checked = super::super::check(&zip, Some(bench.log.verifier())).unwrap();
    assert_eq!((checked.entries, checked.withheld, checked.recorded), (6, 0, 6));
    assert!(checked.notes.is_empty(), "{:?}", checked.notes);
    let files = Files::read(&zip);
    files.check().unwrap();
    let lines = files.text(names::ENTRIES);
    let entry = bench.log.entry(2).unwrap();
    assert_eq!(lines.lines().nth(2).unwrap().as_bytes(), entry, "exact leaf bytes");
    assert_eq!(files.0[&names::manifest(bench.asset)], b"manifest");
    let pack = files.0.keys().find(|name| name.starts_with("data/policy/newsroom-1-")).unwrap();
    assert_eq!(files.text(pack), "id = \"newsroom\"\n");
    assert!(files.text(names::EVENTS).contains("\"'=cmd|' /C calc'!A0\""), "no formula");
    assert!(files.text(names::REPORT_HTML).contains("machine checks, not a finding"));
    let recorded = bench.log.entry(6).unwrap();
    assert!(String::from_utf8(recorded).unwrap().contains("\"event\":\"exported\""));
    assert_eq!(zip.file_stem().unwrap().to_str().unwrap(), checked.bag);
}

#[tokio::test]
async fn another_key_is_named() {
    let (bench, other) = (Bench::new().await, Bench::new().await);
    let zip = bench.export(&everything()).await;
    let fault = super::super::check(&zip, Some(other.log.verifier())).unwrap_err();
    assert!(matches!(fault, Fault::Key { .. }), "{fault}");
}

#[tokio::test]
async fn any_flipped_bit_of_any_file_is_caught_and_its_file_named() {
    let files = Bench::new().await.files(&everything()).await;
    let names: Vec<String> = files.0.keys().cloned().collect();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(128));
    let strategy = (0..names.len(), any::<prop::sample::Index>(), 0..8_u8);
    runner
        .run(&strategy, |(file, at, bit)| {
            let (mut changed, name) = (files.clone(), &names[file]);
            let bytes = changed.0.get_mut(name).unwrap();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            let fault = changed.check().expect_err(name).to_string();
            // A manifest that was changed accuses the file whose line it is.
            prop_assert!(
                name.contains("manifest") || fault.contains(name.as_str()),
                "{name}: {fault}"
            );
            Ok(())
        })
        .unwrap();
}

#[tokio::test]
async fn any_file_that_is_cut_missing_or_added_is_caught() {
    let files = Bench::new().await.files(&everything()).await;
    for name in files.0.keys() {
        let mut cut = files.clone();
        cut.0.get_mut(name).unwrap().pop();
        assert!(cut.check().is_err(), "{name} cut");
        let mut missing = files.clone();
        missing.0.remove(name);
        assert!(missing.check().unwrap_err().to_string().contains(name.as_str()), "{name} missing");
    }
    for name in ["data/more.txt", "more.txt", "data/proofs/99.tlog-proof"] {
        let mut added = files.clone();
        added.set(name, "more");
        assert_eq!(added.check().unwrap_err(), Fault::Added(name.to_owned()));
    }
}

/// One who changes a bag and makes all digests anew.
async fn forged(change: impl FnOnce(&mut Files)) -> Fault {
    let mut files = Bench::new().await.files(&everything()).await;
    change(&mut files);
    files.resign();
    files.check().unwrap_err()
}

#[tokio::test]
async fn a_changed_entry_with_new_digests_is_not_proved() {
    let fault = forged(|files| files.replace(names::ENTRIES, "\"accurate\"", "\"accepted\"")).await;
    assert_eq!(fault.index(), Some(3), "{fault}");
    let fault = forged(|files| {
        let mut lines: Vec<&str> = files.text(names::ENTRIES).lines().collect();
        lines.swap(0, 1);
        let text = lines.join("\n") + "\n";
        files.set(names::ENTRIES, text);
    })
    .await;
    assert_eq!(fault.index(), Some(0), "{fault}");
}

#[tokio::test]
async fn an_entry_that_is_left_out_or_repeated_with_new_digests_is_missed() {
    let fault = forged(|files| {
        let text = files.text(names::ENTRIES);
        let shorter: String = text.split_inclusive('\n').take(5).collect();
        files.set(names::ENTRIES, shorter);
        files.0.remove(&names::proof(5)).unwrap();
        let rows = files.text(names::EVENTS);
        let shorter: String = rows.split_inclusive('\n').take(6).collect();
        files.set(names::EVENTS, shorter);
        files.replace(names::ABOUT, "\"entries\": 6", "\"entries\": 5");
    })
    .await;
    assert!(matches!(fault, Fault::Extent(_)), "{fault}");
    let fault = forged(|files| {
        let text = files.text(names::ENTRIES);
        let longer = text.to_owned() + text.lines().next().unwrap() + "\n";
        files.set(names::ENTRIES, longer);
    })
    .await;
    assert!(matches!(fault, Fault::Extent(_)), "{fault}");
}

#[tokio::test]
async fn a_checkpoint_that_the_key_has_not_signed_is_refused() {
    let fault = forged(|files| files.replace(names::CHECKPOINT, "\n6\n", "\n7\n")).await;
    assert!(matches!(fault, Fault::Checkpoint { .. }), "{fault}");
    let other = Bench::new().await;
    let vkey = other.log.verifier().vkey();
    let fault = forged(|files| {
        let keys = serde_json::json!({"log": {"vkey": vkey}}).to_string();
        files.set(names::KEYS, keys);
    })
    .await;
    assert!(fault.to_string().contains(names::KEYS), "{fault}");
}

#[tokio::test]
async fn what_people_read_must_follow_from_the_entries() {
    let cases = [
        (names::EVENTS, "editor accurate", "editor doubtful"),
        (names::REPORT_HTML, "<h1>", "<h1>Not "),
        (names::REPORT_JSON, "\"not_met\"", "\"pass\""),
    ];
    for (name, from, to) in cases {
        let fault = forged(|files| files.replace(name, from, to)).await;
        assert!(matches!(&fault, Fault::View { file, .. } if file == name), "{name}: {fault}");
    }
    let fault = forged(|files| {
        let mut pdf = files.0[names::REPORT_PDF].clone();
        pdf.extend(b"\n% more");
        files.set(names::REPORT_PDF, pdf);
    })
    .await;
    assert!(matches!(&fault, Fault::View { file, .. } if file == names::REPORT_PDF), "{fault}");
}

#[tokio::test]
async fn what_does_not_follow_from_the_entries_is_what_the_log_recorded() {
    let name = "data/keys.json";
    let fault = forged(|files| files.replace(name, "\"PEM\"", "\"other\"")).await;
    assert!(matches!(fault, Fault::Unrecorded(_)), "{fault}");
    let fault = forged(|files| files.set("data/assets/more.c2pa", "more")).await;
    assert!(matches!(fault, Fault::Unrecorded(_)), "{fault}");
    let fault = forged(|files| files.replace(names::README, "Evidence", "evidence")).await;
    assert_eq!(fault, Fault::Changed(names::README.to_owned()));
    let fault = forged(|files| files.replace(names::EXPORTED, "operator", "somebody")).await;
    assert!(matches!(fault, Fault::Unrecorded(_)), "{fault}");
}

#[tokio::test]
async fn a_manifest_store_of_another_asset_is_named() {
    let bench = Bench::new().await;
    let mut files = bench.files(&everything()).await;
    let name = names::manifest(bench.asset);
    files.set(&name, "another");
    files.resign();
    assert!(matches!(files.check().unwrap_err(), Fault::View { file, .. } if file == name));
}
