//! Rows that are decided by looking again at released files.

use types::{AssetId, MediaType};

use super::{embedded, from_start, made, record, unmarked};
use crate::{
    Event, ExaminedRecord, Record,
    record::examined::{
        AnswerRecord, Coding, Kept, Maker, MarkRead, Provider, RecodedRecord, Says, ShownRecord,
        Stamp,
    },
    report::{CheckResult, Evaluation, Outcome, Regime, Seen},
};

const AI: &str = "trainedAlgorithmicMedia";

fn result(regime: &str, id: &str, records: &[Record]) -> CheckResult {
    let regime = Regime::named(regime).unwrap();
    let mut evaluation = Evaluation::new(&regime, &from_start()).unwrap();
    for (index, record) in (0..).zip(records) {
        let manifest = record.c2pa.as_ref().map(|_| true);
        evaluation.see(&Seen { index, record, proved: true, manifest });
    }
    let (_, results) = evaluation.finish();
    results.into_iter().find(|result| result.check.id == id).unwrap()
}

fn picture() -> Record {
    made(Event::Released, MediaType::Png, embedded())
}

fn shows() -> ShownRecord {
    let answer = |says| AnswerRecord { says, names_people: false };
    ShownRecord {
        verdict: "trusted".into(),
        stamp: Some(Stamp::Listed),
        source_type: Some(AI.into()),
        xmp_source_type: Some(AI.into()),
        provider: Some(Provider::Publisher),
        system: None,
        aigc: None,
        ingredients: 0,
        mark: Some(MarkRead::Recorded),
        answer: answer(Says::Signer),
        recoded: Some(RecodedRecord {
            coding: Coding::Jpeg75,
            mark: Some(MarkRead::Recorded),
            answer: answer(Says::Origin),
        }),
    }
}

/// A look at the asset of the record at index `at`.
fn look(at: u64, of: &Record, shows: ShownRecord) -> Record {
    let content = of.content.as_ref().unwrap();
    let examined = ExaminedRecord {
        software: "imprimatur 0".into(),
        made: at,
        media_type: content.media_type,
        sha256: content.sha256,
        maker: Maker::Model,
        marked: true,
        kept: Kept::Whole,
        published: None,
        drawn_from: None,
        shows: Some(shows),
    };
    let (asset_id, examined) = (of.asset_id, Some(examined));
    Record { asset_id, examined, ..record(Event::AssetExamined, 0, 1) }
}

fn changed(mut look: Record, change: impl FnOnce(&mut ExaminedRecord)) -> Record {
    change(look.examined.as_mut().unwrap());
    look
}

/// Every row that a look decides, for a picture.
const ROWS: [(&str, &str); 7] = [
    ("eu-art50", "EU-50.2-a"),
    ("eu-art50", "EU-50.2-b"),
    ("eu-art50", "EU-DET"),
    ("sb942", "CA-3b-A"),
    ("sb942", "CA-3b-mark"),
    ("sb942", "CA-2"),
    ("internal", "IPTC-DST"),
];

#[test]
fn nothing_is_decided_before_somebody_looks_and_a_lost_file_speaks_against_every_row() {
    for (regime, id) in ROWS {
        let picture = picture();
        let of = |rest: Vec<Record>| {
            let records = [vec![picture.clone()], rest].concat();
            result(regime, id, &records)
        };
        let none = result(regime, id, &[]);
        assert_eq!((none.outcome, none.sample), (Outcome::NotApplicable, None), "{id}");
        let before = of(vec![]);
        assert_eq!(before.outcome, Outcome::NotMet, "{id}");
        assert!(before.reason.en.contains("audit examine"), "{id}: {}", before.reason.en);
        let after = of(vec![look(0, &picture, shows())]);
        assert_eq!(after.outcome, Outcome::Pass, "{id}: {}", after.reason.en);
        assert_eq!(after.sample.unwrap().words().en, "examined: all 1");
        for kept in [Kept::Missing, Kept::Changed] {
            let lost = changed(look(0, &picture, shows()), |seen| {
                (seen.kept, seen.shows) = (kept, None);
            });
            assert_eq!(of(vec![lost]).outcome, Outcome::Fail, "{id}");
            let published = changed(look(0, &picture, shows()), |seen| seen.published = Some(kept));
            assert_eq!(of(vec![published]).outcome, Outcome::Fail, "{id}");
        }
    }
}

#[test]
fn each_row_fails_by_what_it_asks_for() {
    let check = |regime, id, change: &dyn Fn(&mut ShownRecord), expected| {
        let picture = picture();
        let mut seen = shows();
        change(&mut seen);
        let found = result(regime, id, &[picture.clone(), look(0, &picture, seen)]);
        assert_eq!(found.outcome, expected, "{id}: {}", found.reason.en);
    };
    let eu = |id, change: &dyn Fn(&mut ShownRecord)| check("eu-art50", id, change, Outcome::Fail);
    eu("EU-50.2-a", &|seen| seen.verdict = "untrusted_signer".into());
    eu("EU-50.2-a", &|seen| seen.stamp = None);
    eu("EU-50.2-a", &|seen| seen.source_type = None);
    eu("EU-50.2-a", &|seen| seen.source_type = Some("digitalCapture".into()));
    for lost in [MarkRead::Nothing, MarkRead::Other] {
        let recoded = |seen: &mut ShownRecord| seen.recoded.as_mut().unwrap().mark = Some(lost);
        eu("EU-50.2-b", &recoded);
        check("sb942", "CA-3b-mark", &recoded, Outcome::Fail);
    }
    check("eu-art50", "EU-50.2-b", &|seen| seen.recoded = None, Outcome::NotMet);
    for says in [Says::Nothing, Says::Mark] {
        eu("EU-DET", &|seen| seen.answer.says = says);
    }
    eu("EU-DET", &|seen| seen.answer.names_people = true);
    check("sb942", "CA-2", &|seen| seen.answer.names_people = true, Outcome::Fail);
    check("sb942", "CA-3b-A", &|seen| seen.provider = None, Outcome::Fail);
    check("sb942", "CA-3b-A", &|seen| seen.provider = Some(Provider::Other), Outcome::Pass);
    check("internal", "IPTC-DST", &|seen| seen.xmp_source_type = None, Outcome::Fail);
    check("internal", "IPTC-DST", &|seen| seen.source_type = None, Outcome::NotApplicable);
}

#[test]
fn what_the_record_says_already_needs_no_look() {
    let small = made(Event::Released, MediaType::Png, unmarked("too small"));
    assert_eq!(result("eu-art50", "EU-50.2-b", &[small]).outcome, Outcome::Fail);
    let left = made(Event::Released, MediaType::Png, unmarked("no mark was asked for"));
    let found = result("eu-art50", "EU-50.2-b", std::slice::from_ref(&left));
    assert_eq!(found.outcome, Outcome::NotApplicable);
    assert!(found.reason.en.contains("as was asked for: 1"), "{}", found.reason.en);
    // A photograph that was brought in states no source of its own, and need not.
    let seen = ShownRecord { source_type: None, ..shows() };
    let brought = changed(look(0, &left, seen), |seen| {
        (seen.maker, seen.marked) = (Maker::Brought, false);
    });
    let records = [left, brought];
    assert_eq!(result("eu-art50", "EU-50.2-a", &records).outcome, Outcome::Pass);
    assert_eq!(result("eu-art50", "EU-50.2-b", &records).outcome, Outcome::NotApplicable);
}

#[test]
fn what_is_held_counts_once_somebody_lets_it_go() {
    let held = made(Event::Held, MediaType::Png, embedded());
    let row = |records: &[Record]| result("eu-art50", "EU-DET", records);
    assert_eq!(row(std::slice::from_ref(&held)).outcome, Outcome::NotApplicable);
    let approved = Record {
        asset_id: held.asset_id,
        modality: Some(types::Modality::Image),
        detail: Some("held record 0".into()),
        ..record(Event::Approved, 1, 1)
    };
    let both = [held.clone(), approved.clone()];
    assert_eq!(row(&both).outcome, Outcome::NotMet);
    let looked = look(0, &held, shows());
    assert_eq!(row(&[held, approved, looked]).outcome, Outcome::Pass);
}

#[test]
fn the_last_look_at_an_asset_counts() {
    let picture = picture();
    let lost = || changed(look(0, &picture, shows()), |seen| seen.kept = Kept::Missing);
    let row =
        |rest: Vec<Record>| result("eu-art50", "EU-DET", &[vec![picture.clone()], rest].concat());
    let mended = row(vec![lost(), look(0, &picture, shows())]);
    assert_eq!((mended.outcome, mended.examined), (Outcome::Pass, 1));
    assert!(mended.reason.en.contains("the same asset passed: 1"), "{}", mended.reason.en);
    assert_eq!(row(vec![look(0, &picture, shows()), lost()]).outcome, Outcome::Fail);
}

#[test]
fn a_sample_is_stated_with_its_bound_where_it_was_drawn() {
    let pictures: Vec<Record> = (0..40).map(|_| picture()).collect();
    let looks = |drawn_from| {
        let looks = (0..10).map(move |at: u64| (at, pictures[at as usize].clone()));
        let looks = looks.map(move |(at, picture)| {
            changed(look(at, &picture, shows()), |seen| seen.drawn_from = drawn_from)
        });
        let made = (0..40).map(|_| picture());
        made.chain(looks).collect::<Vec<_>>()
    };
    let drawn = result("eu-art50", "EU-DET", &looks.clone()(Some(40)));
    let sample = drawn.sample.unwrap();
    assert_eq!((drawn.outcome, sample.looked_at, sample.of), (Outcome::Pass, 10, 40));
    assert_eq!(sample.confidence_percent, Some(95));
    assert!((sample.failing_share_max.unwrap() - 0.2589).abs() < 1e-4);
    let words = sample.words();
    assert!(words.en.contains("examined: 10 of 40") && words.en.contains("25.9 %"), "{words:?}");
    assert!(words.zh.contains("25.9%"), "{words:?}");
    let picked = result("eu-art50", "EU-DET", &looks(None)).sample.unwrap();
    assert_eq!(picked.failing_share_max, None);
    assert!(picked.words().en.contains("not all of them drawn"), "{picked:?}");
}

#[test]
fn looks_at_what_was_made_before_the_extent_are_not_counted() {
    let before = picture();
    let records = [(7, picture()), (8, look(3, &before, shows()))];
    let regime = Regime::named("eu-art50").unwrap();
    let mut evaluation = Evaluation::new(&regime, &from_start()).unwrap();
    for (index, record) in &records {
        let manifest = record.c2pa.as_ref().map(|_| true);
        evaluation.see(&Seen { index: *index, record, proved: true, manifest });
    }
    let found = evaluation.finish().1.into_iter().find(|row| row.check.id == "EU-DET").unwrap();
    assert_eq!(found.outcome, Outcome::NotMet);
    assert!(found.reason.en.contains("not counted: 1"));
}

#[test]
fn a_record_of_a_look_is_short_and_survives() {
    let picture = picture();
    let look = changed(look(0, &picture, shows()), |seen| seen.drawn_from = Some(1_000_000));
    let bytes = look.canonical().unwrap();
    assert!(bytes.len() < 1500, "{}", bytes.len());
    assert_eq!(Record::parse(&bytes).unwrap(), look);
    let asset: Option<AssetId> = look.asset_id;
    assert_eq!(asset, picture.asset_id);
}
