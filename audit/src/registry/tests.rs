use types::Mark;

use super::*;
use crate::{C2paRecord, ContentRecord, Event, Record, ReviewRecord, merkle};

struct Place {
    folder: tempfile::TempDir,
    records: Vec<Record>,
}

impl Place {
    fn new(records: Vec<Record>) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), records }
    }

    fn leaf(&self, index: u64) -> Option<Sha256> {
        let record = self.records.get(usize::try_from(index).unwrap())?;
        Some(merkle::leaf_hash(&record.canonical().unwrap()))
    }

    /// Opens the index and brings it up to the records; from which one it had to be.
    fn open(&self) -> (Registry, u64) {
        let registry = Registry::open(&self.folder.path().join("index")).unwrap();
        let size = self.records.len() as u64;
        let from = registry.confirm(size, |index| self.leaf(index)).unwrap();
        let rest = (from..).zip(&self.records[usize::try_from(from).unwrap()..]);
        let rest: Vec<_> = rest.map(|(i, record)| (self.leaf(i).unwrap(), record)).collect();
        registry.apply(from, &rest).unwrap();
        registry.sync().unwrap();
        (registry, from)
    }
}

fn asset(event: Event, n: u64) -> Record {
    let mut record = Record::new(event, "press", "actor");
    record.time = "2026-01-01T00:00:00Z".to_owned();
    record.tenant_seq = n;
    record.request_id = Some(RequestId::new());
    record.asset_id = Some(AssetId::new());
    record.mark = Some(Mark::Embedded { algorithm: "a".into(), id: MarkId::from(n), also: vec![] });
    let sha256 = Sha256::of(&n.to_be_bytes());
    let (image, text) = match n % 2 {
        0 => (Some(ImageFingerprint(*sha256.as_bytes())), None),
        _ => (None, Some(TextFingerprint(std::array::from_fn(|m| fold(n, m))))),
    };
    record.content = Some(ContentRecord {
        media_type: types::MediaType::Png,
        sha256,
        bytes: 5,
        image_fingerprint: image,
        text_fingerprint: text,
    });
    record.c2pa = Some(C2paRecord::new(format!("urn:c2pa:{n}"), sha256));
    record
}

#[expect(clippy::cast_possible_truncation, reason = "any number will do")]
fn fold(n: u64, m: usize) -> u32 {
    (n * 64 + m as u64) as u32
}

fn decision(event: Event, asset: &Record, n: u64) -> Record {
    let mut record = Record::new(event, "press", "editor");
    record.time = "2026-01-01T00:00:01Z".to_owned();
    record.tenant_seq = n;
    record.asset_id = asset.asset_id;
    record
}

#[test]
fn only_held_assets_without_a_decision_wait_also_when_the_index_is_read_again() {
    let mut records: Vec<Record> = (0..4).map(|n| asset(Event::Held, n)).collect();
    records.push(asset(Event::Released, 4));
    records.push(decision(Event::Approved, &records[1], 5));
    records.push(decision(Event::Rejected, &records[1], 6));
    records.push(decision(Event::Rejected, &records[2], 7));
    let ids = [0, 3].map(|n: usize| records[n].asset_id);
    let place = Place::new(records);
    for _ in 0..3 {
        let (registry, _) = place.open();
        let waiting: Vec<_> =
            registry.waiting().unwrap().iter().map(|entry| Some(entry.asset_id)).collect();
        assert_eq!(waiting, ids);
        let approved = registry.asset(place.records[1].asset_id.unwrap()).unwrap().unwrap();
        assert_eq!(approved.review, Some(Event::Approved), "the first decision stands");
        assert_eq!(registry.tenants().unwrap()["press"], 8);
    }
}

#[test]
fn after_a_restart_only_the_last_block_is_read_and_nothing_is_lost() {
    let place = Place::new((0..600).map(|n| asset(Event::Released, n)).collect());
    assert_eq!(place.open().1, 0);
    let (registry, from) = place.open();
    assert_eq!(from, 512);
    for (n, record) in place.records.iter().enumerate() {
        let n = n as u64;
        let id = record.asset_id.unwrap();
        assert_eq!(registry.by_mark(MarkId::from(n)).unwrap().unwrap().asset_id, id);
        assert_eq!(registry.request(record.request_id.unwrap()).unwrap(), [n]);
    }
    let image = |n: u64| ImageFingerprint(*Sha256::of(&n.to_be_bytes()).as_bytes());
    let found = registry.near_images(&image(2), 31, 3).unwrap();
    assert_eq!(found.iter().map(|found| (found.0.index, found.1)).collect::<Vec<_>>(), [(2, 0)]);
    let mut text = TextFingerprint(std::array::from_fn(|m| fold(599, m)));
    text.0[..20].iter_mut().for_each(|minimum| *minimum = 7);
    let found = registry.near_texts(&text, 0.5, 3).unwrap();
    assert_eq!(found.iter().map(|found| found.0.index).collect::<Vec<_>>(), [599]);
    assert!((found[0].1 - 44.0 / 64.0).abs() < f32::EPSILON);
    assert!(registry.near_texts(&text, 0.7, 3).unwrap().is_empty());
}

#[test]
fn what_is_alike_comes_most_alike_first_and_no_more_than_asked_for() {
    let wanted = TextFingerprint(std::array::from_fn(|m| fold(1, m)));
    let changed = |minima: usize, n| {
        let mut record = asset(Event::Released, n);
        let mut text = wanted.clone();
        text.0[..minima].iter_mut().for_each(|minimum| *minimum = 7);
        record.content.as_mut().unwrap().text_fingerprint = Some(text);
        record
    };
    let records = [20, 4, 30, 4, 40].into_iter().zip(0..).map(|(m, n)| changed(m, 2 * n + 1));
    let (registry, _) = Place::new(records.collect()).open();
    let order = |count| -> Vec<u64> {
        let found = registry.near_texts(&wanted, 0.5, count).unwrap();
        found.into_iter().map(|found| found.0.index).collect()
    };
    assert_eq!(order(9)[2..], [0, 2], "less than half alike is not found");
    assert_eq!((order(2).len(), order(1).len(), order(0).len()), (2, 1, 0));
    assert!(order(2).iter().all(|index| [1, 3].contains(index)), "{:?}", order(2));
}

#[test]
fn an_index_of_another_log_or_of_a_longer_one_is_rebuilt() {
    let mut place = Place::new((0..300).map(|n| asset(Event::Held, n)).collect());
    place.open();
    let lost = place.records.pop().unwrap();
    let (registry, from) = place.open();
    assert_eq!(from, 0, "the index knew a record that is gone");
    assert!(registry.asset(lost.asset_id.unwrap()).unwrap().is_none());
    drop(registry);
    place.records[298].detail = Some("rewritten".to_owned());
    assert_eq!(place.open().1, 0, "the index has read another record");
    assert_eq!(place.open().1, 256);
}

#[test]
fn every_row_is_within_the_bounds_of_sled() {
    let mut longest = asset(Event::Held, 1);
    longest.tenant = "t".repeat(1000);
    longest.c2pa.as_mut().unwrap().manifest_label = "l".repeat(1000);
    longest.canonical().unwrap();
    let (registry, _) = Place::new(vec![longest]).open();
    for row in registry.db.iter() {
        let (key, value) = row.unwrap();
        assert!(crate::state::bounded(&key, &value).is_ok(), "{key:?}");
    }
}

#[test]
fn a_published_asset_is_found_by_its_published_bytes_and_keeps_its_history() {
    let mut published = asset(Event::Released, 1);
    published.event = Event::Published;
    let released = asset(Event::Released, 0);
    published.asset_id = released.asset_id;
    published.time = "2026-01-01T00:00:02Z".to_owned();
    let mut withdrawn = decision(Event::Withdrawn, &released, 3);
    let url = Some("https://press.example/notice".to_owned());
    withdrawn.publication =
        Some(crate::PublicationRecord { url: url.clone(), ..Default::default() });
    let early = decision(Event::Withdrawn, &asset(Event::Released, 9), 0);
    let id = released.asset_id.unwrap();
    let mut approved = decision(Event::Approved, &released, 1);
    approved.review =
        Some(ReviewRecord { role: types::Role::Editor, reason: "accurate".to_owned() });
    let place = Place::new(vec![early, released, approved, published, withdrawn]);
    for _ in 0..3 {
        let (registry, _) = place.open();
        let [delivered, now] = [0, 1].map(|n: u64| Sha256::of(&n.to_be_bytes()));
        for digest in [delivered, now] {
            let found = registry.by_sha256(&digest).unwrap().unwrap();
            assert_eq!((found.asset_id, found.sha256), (id, delivered));
            assert_eq!(found.current(), (now, now, "urn:c2pa:1"));
            assert_eq!(
                (found.review_index, found.reviewed_by),
                (Some(2), Some(types::Role::Editor))
            );
            let publication = found.publication.unwrap();
            assert_eq!((publication.state, publication.index), (Event::Withdrawn, 4));
            assert_eq!(publication.url, url);
        }
        assert_eq!(registry.by_manifest("urn:c2pa:1").unwrap().unwrap().asset_id, id);
        let marked = registry.assets(&Filter::Mark(MarkId::from(0)), 10).unwrap();
        assert_eq!(marked.len(), 1);
    }
}

#[test]
fn what_was_never_published_cannot_be_withdrawn() {
    let released = asset(Event::Released, 0);
    let id = released.asset_id.unwrap();
    let withdrawn = decision(Event::Withdrawn, &released, 1);
    let (registry, _) = Place::new(vec![released, withdrawn]).open();
    assert!(!registry.asset(id).unwrap().unwrap().is_public());
}
