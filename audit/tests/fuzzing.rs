//! The fuzz targets of this room on their seeds, and on seeds changed at random.

#![expect(clippy::unwrap_used, reason = "what a test did not expect ends it")]

#[path = "../fuzz/fuzz_targets/bag.rs"]
mod bag;
#[path = "../../tests/mutated.rs"]
mod mutated;
#[path = "../fuzz/fuzz_targets/notes.rs"]
mod notes;
#[path = "../fuzz/fuzz_targets/record.rs"]
mod record;
#[path = "../fuzz/fuzz_targets/segment.rs"]
mod segment;

use std::{fs, io::Read as _, path::Path};

use audit::{
    AddCheckpoint, ContentRecord, Event, Exporter, Log, LogKey, LogOptions, Objects, Plan, Record,
    ReviewRecord, Witness,
    export::{Author, Enclosures},
    rotation,
};
use types::{AssetId, Mark, MediaType, RequestId, Role, Sha256};

/// Records with and without parts.
fn records() -> Vec<Record> {
    let plain = Record::new(Event::KeyCreated, "press", "ada");
    let mut released = Record::new(Event::Released, "press", "ada");
    released.request_id = Some(RequestId::new());
    released.asset_id = Some(AssetId::new());
    released.mark = Some(Mark::NotMarkable { reason: "short".into() });
    released.content = Some(ContentRecord {
        media_type: MediaType::PlainText,
        sha256: Sha256::of(b"text"),
        bytes: 4,
        image_fingerprint: None,
        text_fingerprint: None,
    });
    let mut approved = Record::new(Event::Approved, "press", "eve");
    approved.review = Some(ReviewRecord { role: Role::Editor, reason: "\"é\u{1}弹\\".into() });
    vec![plain, released, approved]
}

/// A log with the records in it, in a folder that ends with the test.
async fn log(folder: &Path) -> Log {
    let key = LogKey::create(&folder.join("log.key")).unwrap();
    let log = Log::open(&folder.join("log"), key, LogOptions::new("example.com/log")).unwrap();
    for record in records() {
        log.append(record).await.unwrap();
    }
    log.checkpoint_now().await.unwrap();
    log
}

#[test]
fn any_entry_is_read_or_refused() {
    let seeds: Vec<Vec<u8>> = records().iter().map(|record| record.canonical().unwrap()).collect();
    mutated::check("record", &seeds, 1500, record::run);
}

#[tokio::test]
async fn any_note_is_read_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let log = log(folder.path()).await;
    let (verifier, checkpoint) = (log.verifier().clone(), log.checkpoint());
    let proof = log.proof(1).unwrap().text();
    let body = AddCheckpoint { old: 0, proof: Vec::new(), checkpoint: checkpoint.note.clone() };
    let key = LogKey::create(&folder.path().join("witness.key")).unwrap();
    let witness =
        Witness::open(&folder.path().join("witness"), "w.example", key, vec![verifier.clone()]);
    let witness = witness.unwrap();
    let line = witness.add_checkpoint(&body.text(), 1_800_000_000).unwrap();
    let cosigned = checkpoint.with_lines([line.as_str()]).note;
    let extended = AddCheckpoint { proof: log.consistency(1, 3).unwrap(), ..body };
    let (place, key) = (folder.path().join("log"), folder.path().join("log.key"));
    let record = Record::new(Event::PolicyLoaded, "press", "ada");
    let statement = rotation::rotate(&log, &place, &key, record).await.unwrap().note;
    let seed = |vkey: String, text: &str| format!("{vkey}\n{text}").into_bytes();
    let own = [checkpoint.note.as_str(), &proof, &extended.text(), &statement]
        .map(|text| seed(verifier.vkey(), text));
    let others = [seed(witness.cosigner().vkey(), &cosigned)];
    mutated::check("notes", &[&own[..], &others].concat(), 1500, notes::run);
}

#[tokio::test]
async fn any_segment_is_read_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(log(folder.path()).await);
    let mut segments = fs::read_dir(folder.path().join("log/segments")).unwrap().flatten();
    let bytes = fs::read(segments.next().unwrap().path()).unwrap();
    let written = bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    let seeds = [bytes[..written].to_vec(), bytes[..written + 600].to_vec()];
    mutated::check("segment", &seeds, 150, segment::run);
}

#[tokio::test]
async fn any_bag_is_read_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let log = log(folder.path()).await;
    let objects = Objects::open(&folder.path().join("objects")).unwrap();
    let exporter = Exporter::new(log, objects, Enclosures::default());
    let plan = Plan::everything(Author::operator());
    let zip = exporter.export(&plan, folder.path(), &|_, _| {}).await.unwrap().path;
    let mut archive = zip::ZipArchive::new(fs::File::open(zip).unwrap()).unwrap();
    let mut seed = Vec::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let name = file.name().unwrap().split_once('/').unwrap().1.to_owned();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        seed.extend(format!("{name} {}\n", bytes.len()).into_bytes());
        seed.extend(bytes);
    }
    assert!(bag::accepted(&seed), "what is changed below was whole");
    mutated::check("bag", &[seed], 60, bag::run);
}
