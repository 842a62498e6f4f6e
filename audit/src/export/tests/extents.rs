//! Parts of the log: one tenant, a time, an asset; and what is withheld.

use super::{Bench, Files, everything};
use crate::{
    C2paRecord, Event, Objects, Record,
    export::{Author, Fault, Plan, Redaction, names, reading::before},
    report::Extent,
};

fn tenant() -> Plan {
    let extent = Extent { tenant: Some("press".into()), ..Extent::default() };
    let author = Author { tenant: "press".into(), actor: "operator".into() };
    Plan { extent, ..Plan::everything(author) }
}

#[tokio::test]
async fn a_tenants_bag_holds_its_entries_only_and_proves_that_none_is_missing() {
    let bench = Bench::new().await;
    let files = bench.files(&tenant()).await;
    assert_eq!(files.check().unwrap().entries, 5);
    assert!(!files.text(names::ENTRIES).contains("rival"));

    // An entry in the middle is taken out, everywhere, and all digests are made anew.
    let mut gap = files.clone();
    let drop_line = |files: &mut Files, name: &str, n: usize| {
        let mut lines: Vec<&str> = files.text(name).split_inclusive('\n').collect();
        lines.remove(n);
        let text = lines.concat();
        files.set(name, text);
    };
    drop_line(&mut gap, names::ENTRIES, 3);
    drop_line(&mut gap, names::EVENTS, 4);
    gap.0.remove(&names::proof(3)).unwrap();
    gap.replace(names::ABOUT, "\"entries\": 5", "\"entries\": 4");
    gap.resign();
    let fault = gap.check().unwrap_err();
    assert_eq!(fault, Fault::Gap { tenant: "press".into(), expected: 3, found: 4, index: 4 });
}

#[tokio::test]
async fn times_cut_the_log_and_an_empty_extent_is_a_bag_too() {
    let bench = Bench::new().await;
    let time = |index: u64| crate::Record::parse(&bench.log.entry(index).unwrap()).unwrap().time;
    let (from, to) = (time(2), time(5));
    let plan = Plan {
        extent: Extent { from: Some(from.clone()), to: Some(to.clone()), ..Extent::default() },
        ..everything()
    };
    let files = bench.files(&plan).await;
    let count =
        (0..6).filter(|index| !before(&time(*index), &from) && before(&time(*index), &to)).count();
    assert_eq!(files.check().unwrap().entries, count as u64);
    let never = Extent { to: Some("2001-01-01T00:00:00Z".into()), ..Extent::default() };
    let files = bench.files(&Plan { extent: never, ..everything() }).await;
    assert_eq!(files.check().unwrap().entries, 0);
}

#[tokio::test]
async fn a_case_tells_one_assets_story() {
    let bench = Bench::new().await;
    let files = bench.files(&Plan::case(bench.asset, Author::operator())).await;
    let checked = files.check().unwrap();
    assert_eq!(checked.entries, 4, "key, admission, end, approval");
    let html = files.text(names::REPORT_HTML);
    for told in ["journalist, ada", "editor, eve", "starter 1", "review by child-sexual-content v1"]
    {
        assert!(html.contains(told), "{told}: {html}");
    }
    let content = format!("data/assets/{}.txt", bench.asset);
    assert_eq!(files.0[&content], b"A text.");
    let unknown = Plan::case(types::AssetId::new(), Author::operator());
    let error = bench.exporter.export(&unknown, bench.folder.path(), &|_, _| {}).await.unwrap_err();
    assert!(error.to_string().contains("no asset"), "{error}");
}

#[tokio::test]
async fn what_was_published_lies_beside_what_was_made() {
    let bench = Bench::new().await;
    let made = Record::parse(&bench.log.entry(2).unwrap()).unwrap();
    let objects = Objects::open(&bench.folder.path().join("objects")).unwrap();
    let mut published = Record::new(Event::Published, "press", "eve");
    published.asset_id = Some(bench.asset);
    published.content = made.content;
    let store = objects.put(b"published").await.unwrap();
    published.c2pa = Some(C2paRecord::new("urn:c2pa:2".into(), store));
    let index = bench.log.append(published).await.unwrap().index;
    for plan in [everything(), Plan::case(bench.asset, Author::operator())] {
        let files = bench.files(&plan).await;
        files.check().unwrap();
        assert_eq!(files.0[&names::manifest(bench.asset)], b"manifest");
        let later = format!("data/assets/{}-{index}.c2pa", bench.asset);
        assert_eq!(files.0[&later], b"published");
    }
}

#[tokio::test]
async fn withheld_entries_stay_proved_and_nothing_of_them_is_told() {
    let digest = types::Sha256::of(b"A text.").to_string();
    for (level, told, untold) in [
        (Redaction::People, vec![digest.as_str()], vec!["ada", "eve", "bob", "key 123"]),
        (Redaction::Content, vec![], vec!["ada", "eve", digest.as_str(), "urn:c2pa:1"]),
    ] {
        let plan = Plan { redaction: level, ..tenant() };
        let files = Bench::new().await.files(&plan).await;
        let checked = files.check().unwrap();
        assert_eq!((checked.entries, checked.withheld), (5, 5));
        assert!(checked.notes.iter().any(|note| note.contains("withheld")), "{:?}", checked.notes);
        let all: String = files
            .0
            .iter()
            .filter(|(name, _)| !name.ends_with(".pdf"))
            .map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned())
            .collect();
        for word in untold {
            assert!(!all.contains(&format!("\"{word}\"")), "{level} tells {word}");
        }
        assert!(told.iter().all(|word| all.contains(word)), "{level}");
        let ground: serde_json::Value =
            serde_json::from_slice(&files.0[names::REDACTIONS]).unwrap();
        assert!(ground["ground"].as_str().unwrap().contains("2016/679"));

        let mut forged = files.clone();
        let hash = ground["entries"][1]["leaf_hash"].as_str().unwrap().to_owned();
        let other = types::Sha256::of(b"other").to_string();
        forged.replace(names::REDACTIONS, &hash, &other);
        forged.resign();
        assert_eq!(forged.check().unwrap_err().index(), Some(1));

        let mut told = files.clone();
        told.replace(names::EVENTS, "\"withheld\"", "\"someone\"");
        told.resign();
        assert!(matches!(told.check().unwrap_err(), Fault::View { .. }));
    }
}
