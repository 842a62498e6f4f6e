//! Each evaluator over records that pass, fail, or do not concern it.

mod examined;
mod origins;

use types::{Action, AssetId, Mark, MediaType, RequestId, Role, Sha256};

use super::{Evaluation, Extent, Facts, LogHead, Outcome, Regime, Seen, Views, facts::Stamped};
use crate::{C2paRecord, ContentRecord, Event, PublicationRecord, Record};

/// Runs one check of a regime over records, each with whether its manifest is at hand.
fn run(regime: &str, id: &str, facts: &Facts, records: &[(Record, Option<bool>)]) -> Outcome {
    let regime = Regime::named(regime).unwrap();
    let mut evaluation = Evaluation::new(&regime, facts).unwrap();
    for (index, (record, manifest)) in (0..).zip(records) {
        evaluation.see(&Seen { index, record, proved: true, manifest: *manifest });
    }
    let (_, results) = evaluation.finish();
    let result = results.into_iter().find(|result| result.check.id == id).unwrap();
    assert!(!result.reason.en.is_empty() && !result.reason.zh.is_empty(), "{id} says why");
    result.outcome
}

fn from_start() -> Facts {
    Facts { from_start: true, ..Facts::default() }
}

fn record(event: Event, seq: u64, minute: u64) -> Record {
    let mut record = Record::new(event, "press", "ada");
    record.tenant_seq = seq;
    record.time = format!("2026-11-24T{:02}:{:02}:00Z", minute / 60, minute % 60);
    record
}

fn asked(event: Event, seq: u64, minute: u64, request: RequestId) -> Record {
    Record { request_id: Some(request), ..record(event, seq, minute) }
}

fn made(event: Event, media_type: MediaType, mark: Mark) -> Record {
    let content = ContentRecord {
        media_type,
        sha256: Sha256::of(b"x"),
        bytes: 1,
        image_fingerprint: None,
        text_fingerprint: None,
    };
    let c2pa = C2paRecord::new("m".into(), Sha256::of(b"m"));
    Record {
        asset_id: Some(AssetId::new()),
        content: Some(content),
        c2pa: Some(c2pa),
        mark: Some(mark),
        ..record(event, 0, 0)
    }
}

fn unmarked(reason: &str) -> Mark {
    Mark::NotMarkable { reason: reason.into() }
}

fn embedded() -> Mark {
    Mark::Embedded { algorithm: "org.imprimatur.image.1".into(), id: 7.into(), also: vec![] }
}

#[test]
fn each_request_has_one_end_and_numbers_have_no_gap() {
    let (one, two) = (RequestId::new(), RequestId::new());
    let check = |records: Vec<Record>, expected| {
        let records: Vec<_> = records.into_iter().map(|record| (record, None)).collect();
        assert_eq!(run("internal", "LOG-1", &from_start(), &records), expected, "{records:?}");
    };
    let (admitted, released) = (Event::Admitted, Event::Released);
    check(vec![], Outcome::NotApplicable);
    check(vec![asked(admitted, 0, 0, one), asked(released, 1, 1, one)], Outcome::Pass);
    check(
        vec![
            asked(admitted, 0, 0, one),
            asked(released, 1, 1, one),
            asked(Event::Failed, 2, 2, one),
        ],
        Outcome::Fail,
    );
    // Still running, then overdue.
    check(vec![asked(admitted, 0, 0, one), asked(Event::Refused, 1, 30, two)], Outcome::Pass);
    check(vec![asked(admitted, 0, 0, one), asked(Event::Refused, 1, 90, two)], Outcome::Fail);
    check(vec![asked(admitted, 0, 0, one), asked(released, 2, 1, one)], Outcome::Fail);
    check(vec![asked(Event::Refused, 1, 0, one)], Outcome::Fail);
}

#[test]
fn a_retention_term_must_be_stated_and_reach_the_floor() {
    let records = [(record(Event::Admitted, 0, 0), None)];
    let check = |months, expected| {
        let facts = Facts { retention_months: months, ..from_start() };
        assert_eq!(run("internal", "LOG-2", &facts, &records), expected);
    };
    check(None, Outcome::NotMet);
    check(Some(5), Outcome::Fail);
    check(Some(24), Outcome::Pass);
}

#[test]
fn time_does_not_go_back_and_somebody_else_has_seen_the_log() {
    let check = |minutes: &[u64], anchors: &[(u64, &str)], expected| {
        let records: Vec<_> =
            minutes.iter().map(|minute| (record(Event::Admitted, 0, *minute), None)).collect();
        let anchors = anchors.iter().map(|(size, at)| Stamped { size: *size, at: (*at).into() });
        let facts = Facts { anchors: anchors.collect(), ..from_start() };
        assert_eq!(run("internal", "LOG-4", &facts, &records), expected, "{minutes:?}");
    };
    check(&[], &[], Outcome::NotApplicable);
    check(&[5, 4], &[(2, "2026-11-24T00:10:00Z")], Outcome::Fail);
    check(&[0, 1], &[], Outcome::NotMet);
    check(&[0, 1], &[(2, "2026-11-24T00:30:00Z")], Outcome::Pass);
    check(&[0, 1, 180], &[(3, "2026-11-24T03:00:00Z")], Outcome::NotMet);
    check(&[0, 1, 180], &[(2, "2026-11-24T00:30:00Z")], Outcome::Pass);
}

#[test]
fn manifests_and_marks_are_looked_for_where_a_law_asks() {
    let picture = |mark, kept| (made(Event::Released, MediaType::Png, mark), Some(kept));
    let text = |reason| (made(Event::Released, MediaType::PlainText, unmarked(reason)), Some(true));
    let check = |regime, id, records: &[(Record, Option<bool>)], expected| {
        assert_eq!(run(regime, id, &from_start(), records), expected, "{id}");
    };
    let eu = |id, records: &[(Record, Option<bool>)], expected| {
        check("eu-art50", id, records, expected);
    };
    eu("EU-50.2-a", &[text("short text: 9 tokens")], Outcome::NotApplicable);
    eu("EU-50.2-a", &[picture(embedded(), true), picture(embedded(), false)], Outcome::Fail);
    eu("EU-50.2-b", &[picture(unmarked("too small"), true)], Outcome::Fail);
    eu("EU-50.2-c", &[text("short text: 9 tokens")], Outcome::NotApplicable);
    eu("EU-50.2-c", &[text("upstream sampler")], Outcome::Fail);
    check("internal", "MANIFEST", &[picture(embedded(), true)], Outcome::Pass);
    check("internal", "MANIFEST", &[picture(embedded(), false)], Outcome::Fail);
    check("internal", "MARK", &[picture(embedded(), true)], Outcome::Pass);
    check("internal", "MARK", &[picture(unmarked("too small"), true)], Outcome::Fail);
}

#[test]
fn what_is_prohibited_is_refused_and_bare() {
    let blocked = |event| {
        let mut record = asked(event, 0, 0, RequestId::new());
        let finding = crate::record::FindingRecord {
            rule: "child-sexual-content".into(),
            rule_version: 1,
            action: Action::Block,
            category: types::Category::SexualMinors,
            spans: Vec::new(),
            shadow: false,
        };
        record.input = Some(crate::PolicyRecord {
            action: Action::Block,
            findings: vec![finding],
            findings_total: 1,
            checks: Vec::new(),
            policy: types::PolicyVersion {
                id: "newsroom".into(),
                version: "1".into(),
                sha256: Sha256::of(b"pack"),
            },
        });
        record
    };
    let check = |record: Record, expected| {
        assert_eq!(run("eu-art50", "EU-5", &from_start(), &[(record, None)]), expected);
    };
    check(record(Event::Refused, 0, 0), Outcome::NotApplicable);
    check(blocked(Event::Refused), Outcome::Pass);
    check(blocked(Event::Released), Outcome::Fail);
    let kept = Record { asset_id: Some(AssetId::new()), ..blocked(Event::Refused) };
    check(kept, Outcome::Fail);
}

#[test]
fn a_publication_passes_only_with_an_earlier_approval_by_an_editor() {
    let published = |approval, approved_by| {
        let mut record = made(Event::Published, MediaType::PlainText, unmarked("short text"));
        record.publication =
            Some(PublicationRecord { approval, approved_by, ..PublicationRecord::default() });
        record
    };
    let released = || made(Event::Released, MediaType::PlainText, unmarked("short text"));
    let check = |record: Record, expected| {
        let records = [(released(), None), (record, None)];
        assert_eq!(run("ny-fair", "NY-FAIR", &from_start(), &records), expected);
    };
    check(released(), Outcome::NotApplicable);
    check(published(Some(0), Some(Role::Editor)), Outcome::Pass);
    check(published(Some(0), Some(Role::Journalist)), Outcome::Fail);
    check(published(Some(1), Some(Role::Editor)), Outcome::Fail);
    check(published(None, Some(Role::Editor)), Outcome::Fail);
    check(published(None, None), Outcome::Fail);
}

fn shown(regime: &str) -> crate::LabelsRecord {
    let label =
        crate::LabelRecord { kind: "corner".into(), text: "AI".into(), place: "top-right".into() };
    let regimes = vec![regime.to_owned()];
    crate::LabelsRecord { regimes, visible: Some(label), ..crate::LabelsRecord::default() }
}

fn by_model(event: Event, media_type: MediaType, labels: crate::LabelsRecord) -> Record {
    let generator = crate::GeneratorRecord {
        model: "m".into(),
        version: "1".into(),
        sha256: Sha256::of(b"w"),
        seed: "1".into(),
    };
    let record = made(event, media_type, embedded());
    Record { generator: Some(generator), labels: Some(labels), ..record }
}

#[test]
fn a_label_is_looked_for_on_what_left_and_what_was_published() {
    use crate::LabelsRecord;
    let eu = |record: &Record, expected| {
        let records = [(record.clone(), None)];
        let id = if record.content.as_ref().unwrap().media_type == MediaType::Png {
            "EU-50.4-img"
        } else {
            "EU-50.4-txt"
        };
        assert_eq!(run("eu-art50", id, &from_start(), &records), expected, "{record:?}");
    };
    let picture = |event, labels| by_model(event, MediaType::Png, labels);
    let due = || {
        let LabelsRecord { regimes, visible, .. } = shown("eu-art50");
        LabelsRecord { regimes, due: visible, ..LabelsRecord::default() }
    };
    eu(&picture(Event::Released, shown("eu-art50")), Outcome::Pass);
    eu(&picture(Event::Released, shown("cn-gb45438")), Outcome::Fail);
    eu(&picture(Event::Released, LabelsRecord::default()), Outcome::Fail);
    eu(&picture(Event::Released, due()), Outcome::NotApplicable);
    eu(&picture(Event::Held, LabelsRecord::default()), Outcome::NotApplicable);
    eu(&picture(Event::Published, due()), Outcome::Fail);
    eu(&picture(Event::Published, shown("eu-art50")), Outcome::Pass);
    let brought = Record { generator: None, ..picture(Event::Released, LabelsRecord::default()) };
    eu(&brought, Outcome::NotApplicable);

    // A text that a person approved before owes none.
    for (approval, expected) in [(None, Outcome::Fail), (Some(1), Outcome::Fail)] {
        let mut text = by_model(Event::Published, MediaType::PlainText, due());
        text.publication = Some(PublicationRecord { approval, ..PublicationRecord::default() });
        eu(&text, expected);
    }
    let mut text = by_model(Event::Published, MediaType::PlainText, due());
    text.publication =
        Some(PublicationRecord { approval: Some(0), ..PublicationRecord::default() });
    let records = [(record(Event::Approved, 0, 0), None), (text, None)];
    assert_eq!(run("eu-art50", "EU-50.4-txt", &from_start(), &records), Outcome::Pass);
    assert_eq!(run("cn-gb45438", "CN-4-txt", &from_start(), &records), Outcome::Fail);
}

#[test]
fn labels_in_metadata_and_agreements_are_looked_for() {
    use crate::{LabelsRecord, UnlabelledRecord};
    let check = |id, record: Record, months, expected| {
        let facts = Facts { retention_months: months, ..from_start() };
        assert_eq!(run("cn-gb45438", id, &facts, &[(record, None)]), expected, "{id}");
    };
    let coded = LabelsRecord {
        implicit: Some("001191110102MA01TEST0X10001".into()),
        ..LabelsRecord::default()
    };
    let none = LabelsRecord::default;
    for id in ["CN-5-meta", "CN-5-order"] {
        let picture = |labels| by_model(Event::Released, MediaType::Png, labels);
        check(id, picture(coded.clone()), None, Outcome::Pass);
        check(id, picture(none()), None, Outcome::Fail);
        let text = by_model(Event::Released, MediaType::PlainText, none());
        check(id, text, None, Outcome::NotApplicable);
    }
    let agreed = |reason: &str| {
        let told = UnlabelledRecord { reason: reason.into(), recipient: Sha256::of(b"x") };
        let labels = LabelsRecord { unlabelled: Some(told), ..LabelsRecord::default() };
        by_model(Event::Released, MediaType::Png, labels)
    };
    check("CN-9", agreed("layout"), Some(24), Outcome::Pass);
    check("CN-9", agreed("layout"), Some(5), Outcome::Fail);
    check("CN-9", agreed("layout"), None, Outcome::Fail);
    check("CN-9", agreed(""), Some(24), Outcome::Fail);
    check(
        "CN-9",
        by_model(Event::Released, MediaType::Png, coded),
        Some(24),
        Outcome::NotApplicable,
    );
}

#[test]
fn reports_are_readable_pages_in_both_languages() {
    for (language, tag, said) in [
        (types::Language::En, "en", "not a finding of compliance"),
        (types::Language::Zh, "zh", "机器检查"),
    ] {
        for name in Regime::names() {
            let regime = Regime::named(name).unwrap();
            let extent = Extent { tenant: Some("<b>&press</b>".into()), ..Extent::default() };
            let views = Views::new(&regime, &from_start(), &extent, language).unwrap();
            let root = Sha256::of(b"");
            let (origin, vkey) = ("example.com/log".into(), "key".into());
            let head = LogHead { origin, size: 0, root, vkey };
            let rendered = views.finish(&head, "2026-11-24T00:00:00Z");
            let html = rendered.html().unwrap();
            assert!(html.contains(&format!("<html lang=\"{tag}\">")) && html.contains(said));
            assert!(html.contains("<caption>") && html.contains("scope=\"col\""));
            assert!(!html.contains("<b>") && !html.contains("http-equiv"), "escaped");
            assert!(!html.contains("src="), "nothing from elsewhere");
            let pdf = rendered.pdf().unwrap();
            assert!(pdf.starts_with(b"%PDF-") && pdf.len() < 400_000, "{} bytes", pdf.len());
            assert_eq!(pdf, rendered.pdf().unwrap(), "the same report gives the same bytes");
            let table = rendered.report.csv(language).unwrap();
            let rows = csv::Reader::from_reader(table.as_slice()).into_records().count();
            assert_eq!(rows, regime.checks.len());
        }
    }
}
