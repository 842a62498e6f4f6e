//! Rows about what came in, about who was told, and about disclosures that were there.

use types::{Mark, MediaType};

use super::{by_model, embedded, from_start, made, record, run, shown, unmarked};
use crate::{
    CarriedRecord, DialogueRecord, Event, LabelsRecord, PassedOnRecord, Record, UnlabelledRecord,
    record::{carried::CarriedFile, dialogue::DialogueKind},
    report::Outcome,
};

fn check(regime: &str, id: &str, records: &[Record], expected: Outcome) {
    let records: Vec<_> = records.iter().map(|record| (record.clone(), None)).collect();
    assert_eq!(run(regime, id, &from_start(), &records), expected, "{id}: {records:?}");
}

#[test]
fn what_inputs_carried_must_be_kept() {
    let file = |kept| CarriedFile {
        c2pa: Some("trusted".into()),
        source_type: None,
        aigc: false,
        mark: None,
        mark_sought: true,
        kept,
    };
    let of = |files: &[Option<CarriedFile>]| {
        let mut carried = CarriedRecord::default();
        files.iter().for_each(|file| carried.add(file.clone()));
        let mark = unmarked("no mark was asked for");
        Record { carried: Some(carried), ..made(Event::Released, MediaType::Png, mark) }
    };
    let eu = |records: &[Record], expected| check("eu-art50", "EU-1.2", records, expected);
    eu(&[], Outcome::NotApplicable);
    eu(&[of(&[None])], Outcome::NotApplicable);
    eu(&[of(&[None, Some(file(true))])], Outcome::Pass);
    eu(&[of(&[Some(file(true)), Some(file(false))])], Outcome::Fail);
    // The many that are not written out are counted, too.
    let many: Vec<_> = (0..16).map(|n| Some(file(n != 15))).collect();
    let record = of(&many);
    assert_eq!(record.carried.as_ref().unwrap().found.len(), 4);
    eu(&[record], Outcome::Fail);
    // Records of older versions do not say, and that is no pass.
    eu(&[made(Event::Released, MediaType::Png, embedded())], Outcome::NotMet);
}

#[test]
fn a_dialogue_without_the_notice_counts() {
    let begun = |notice, spoken| Record {
        dialogue: Some(DialogueRecord { kind: DialogueKind::Realtime, notice, spoken }),
        ..record(Event::DialogueBegun, 0, 0)
    };
    let eu = |records: &[Record], expected| check("eu-art50", "EU-50.1", records, expected);
    eu(&[], Outcome::NotApplicable);
    eu(&[begun(true, None), begun(true, Some(true))], Outcome::Pass);
    eu(&[begun(true, None), begun(false, None)], Outcome::Fail);
    eu(&[begun(true, Some(false))], Outcome::Fail);
}

#[test]
fn a_disclosure_is_shown_due_or_declined() {
    let picture = |labels| by_model(Event::Released, MediaType::Png, labels);
    let ca = |record: Record, expected| check("sb942", "CA-3a", &[record], expected);
    ca(picture(shown("eu-art50")), Outcome::Pass);
    let LabelsRecord { visible, .. } = shown("eu-art50");
    ca(picture(LabelsRecord { due: visible, ..LabelsRecord::default() }), Outcome::Pass);
    let told = UnlabelledRecord { reason: "layout".into(), recipient: types::Sha256::of(b"x") };
    ca(picture(LabelsRecord { unlabelled: Some(told), ..LabelsRecord::default() }), Outcome::Pass);
    ca(picture(LabelsRecord::default()), Outcome::Fail);
    ca(
        by_model(Event::Released, MediaType::PlainText, LabelsRecord::default()),
        Outcome::NotApplicable,
    );
    ca(made(Event::Released, MediaType::Png, embedded()), Outcome::NotApplicable);
}

#[test]
fn whoever_passes_content_on_is_named_and_leaves_the_producer() {
    let passed = |producer_kept, propagator: Option<&str>| {
        let passed_on = PassedOnRecord { producer_kept, propagator: propagator.map(str::to_owned) };
        let labels = LabelsRecord { passed_on: Some(passed_on), ..LabelsRecord::default() };
        let mark = Mark::NotMarkable { reason: "no mark was asked for".into() };
        Record { labels: Some(labels), ..made(Event::Released, MediaType::Png, mark) }
    };
    let cn = |records: &[Record], expected| check("cn-gb45438", "CN-6", records, expected);
    let code = Some("001191110102MA01TEST0X20001");
    cn(&[], Outcome::NotApplicable);
    cn(&[made(Event::Released, MediaType::Png, embedded())], Outcome::NotApplicable);
    cn(&[passed(true, code)], Outcome::Pass);
    cn(&[passed(false, code)], Outcome::Fail);
    cn(&[passed(true, None)], Outcome::Fail);
    cn(&[passed(true, code), passed(true, None)], Outcome::Fail);
}
