use proptest::prelude::*;
use types::{Action, AssetId, Category, Mark, MarkId, MediaType, PolicyVersion, RequestId, Role};

use super::*;
use crate::{
    C2paRecord, CheckedRecord, ContentRecord, Event, GeneratorRecord, PolicyRecord, Record,
    ReviewRecord, merkle, record::FindingRecord,
};

const EVENTS: [Event; 5] =
    [Event::Admitted, Event::Released, Event::Held, Event::Approved, Event::Verified];

/// One of few values, so that they meet in many combinations.
fn bytes(n: u8) -> [u8; 16] {
    [n; 16]
}

fn digest(n: u8) -> Sha256 {
    Sha256::of(&[n])
}

/// A record made of small numbers.
fn record(n: [u8; 8], ms: i64) -> Record {
    let [event, tenant, actor, request, asset, rule, model, key] = n;
    let event = EVENTS[usize::from(event) % EVENTS.len()];
    let mut record = Record::new(event, format!("tenant-{tenant}"), format!("actor-{actor}"));
    record.time = at(ms).format(&time::format_description::well_known::Rfc3339).unwrap();
    record.request_id = Some(RequestId::from(bytes(request)));
    record.input = Some(policy(rule));
    record.idempotency = (key == 0).then(|| digest(key));
    match event {
        Event::Released | Event::Held => finished(&mut record, asset, model),
        Event::Approved => {
            record.asset_id = Some(AssetId::from(bytes(asset)));
            record.review = Some(ReviewRecord { role: Role::Editor, reason: "accurate".into() });
        }
        Event::Verified => {
            record.checked =
                Some(CheckedRecord { sha256: digest(asset), verdict: "trusted".into() });
        }
        _ => {}
    }
    record
}

fn finished(record: &mut Record, asset: u8, model: u8) {
    record.asset_id = Some(AssetId::from(bytes(asset)));
    record.mark = Some(Mark::Embedded {
        algorithm: "a".into(),
        id: MarkId::from(u64::from(asset)),
        also: vec![],
    });
    record.content = Some(ContentRecord {
        media_type: MediaType::Png,
        sha256: digest(asset),
        bytes: 1,
        image_fingerprint: None,
        text_fingerprint: None,
    });
    record.c2pa = Some(C2paRecord::new(format!("urn:c2pa:{asset}"), digest(asset)));
    record.generator = Some(GeneratorRecord {
        model: format!("model-{model}"),
        version: "1".into(),
        sha256: digest(model),
        seed: "1".into(),
    });
}

fn policy(rule: u8) -> PolicyRecord {
    let finding = FindingRecord {
        rule: format!("rule-{rule}"),
        rule_version: 1,
        action: Action::Label,
        category: Category::Defamation,
        spans: vec![],
        shadow: false,
    };
    PolicyRecord {
        action: Action::Label,
        findings: vec![finding],
        findings_total: 1,
        checks: vec![],
        policy: PolicyVersion { id: "p".into(), version: "1".into(), sha256: digest(0) },
    }
}

fn at(ms: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000).unwrap()
}

/// What a reader of every record would find, said without the index.
fn matches(record: &Record, filter: &Filter) -> bool {
    match filter {
        Filter::Tenant(tenant) => record.tenant == *tenant,
        Filter::Request(id) => record.request_id == Some(*id),
        Filter::Asset(id) => record.asset_id == Some(*id),
        Filter::Sha256(digest) => {
            record.content.as_ref().is_some_and(|content| content.sha256 == *digest)
                || record.checked.as_ref().is_some_and(|checked| checked.sha256 == *digest)
        }
        Filter::Mark(id) => {
            matches!(&record.mark, Some(Mark::Embedded { id: known, .. }) if known == id)
        }
        Filter::Manifest(label) => {
            record.c2pa.as_ref().is_some_and(|c2pa| c2pa.manifest_label == *label)
        }
        Filter::Actor(actor) => record.actor == *actor,
        Filter::Event(event) => record.event == *event,
        Filter::Rule(rule) => {
            let decisions = record.input.iter().chain(&record.output);
            decisions.flat_map(|decision| &decision.findings).any(|f| f.rule == *rule)
        }
        Filter::Model(model) => record.generator.as_ref().is_some_and(|g| g.model == *model),
        Filter::Reviewer(actor) => record.review.is_some() && record.actor == *actor,
        Filter::Idempotency(key) => record.idempotency == Some(*key),
    }
}

fn filter() -> impl Strategy<Value = Filter> {
    let n = 0_u8..3;
    prop_oneof![
        n.clone().prop_map(|n| Filter::Tenant(format!("tenant-{n}"))),
        n.clone().prop_map(|n| Filter::Request(RequestId::from(bytes(n)))),
        n.clone().prop_map(|n| Filter::Asset(AssetId::from(bytes(n)))),
        n.clone().prop_map(|n| Filter::Sha256(digest(n))),
        n.clone().prop_map(|n| Filter::Mark(MarkId::from(u64::from(n)))),
        n.clone().prop_map(|n| Filter::Manifest(format!("urn:c2pa:{n}"))),
        n.clone().prop_map(|n| Filter::Actor(format!("actor-{n}"))),
        n.clone().prop_map(|n| Filter::Event(EVENTS[usize::from(n)])),
        n.clone().prop_map(|n| Filter::Rule(format!("rule-{n}"))),
        n.clone().prop_map(|n| Filter::Model(format!("model-{n}"))),
        n.prop_map(|n| Filter::Reviewer(format!("actor-{n}"))),
        Just(Filter::Idempotency(digest(0))),
    ]
}

/// An index of records that came in batches, reopened in between.
struct Indexed {
    _folder: tempfile::TempDir,
    registry: Registry,
    records: Vec<Record>,
}

impl Indexed {
    fn new(records: Vec<Record>, batch: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index");
        let half = records.len() / 2;
        let leaf = |record: &Record| merkle::leaf_hash(&record.canonical().unwrap());
        let apply = |registry: &Registry, from: usize, to: usize| {
            let rows: Vec<_> =
                records[from..to].iter().map(|record| (leaf(record), record)).collect();
            for (n, rows) in rows.chunks(batch).enumerate() {
                registry.apply((from + n * batch) as u64, rows).unwrap();
            }
        };
        {
            let registry = Registry::open(&path).unwrap();
            assert_eq!(registry.confirm(0, |_| None).unwrap(), 0);
            apply(&registry, 0, half);
            registry.sync().unwrap();
        }
        let registry = Registry::open(&path).unwrap();
        let from = registry
            .confirm(records.len() as u64, |n| records.get(usize::try_from(n).unwrap()).map(leaf));
        let from = usize::try_from(from.unwrap()).unwrap();
        assert_eq!(from, half - half % 256, "only the last block is read again");
        apply(&registry, from, records.len());
        Self { _folder: folder, registry, records }
    }

    fn pages(&self, query: &Query) -> Vec<u64> {
        let (mut query, mut found) = (query.clone(), Vec::new());
        loop {
            let page = self.registry.find(&query, self.records.len() as u64).unwrap();
            assert!(page.indices.len() <= query.limit);
            found.extend(page.indices);
            query.cursor = page.next;
            if query.cursor.is_none() {
                return found;
            }
        }
    }

    fn scanned(&self, query: &Query) -> Vec<u64> {
        let wanted = (0..).zip(&self.records).filter(|&(index, record)| {
            let time =
                OffsetDateTime::parse(&record.time, &time::format_description::well_known::Rfc3339)
                    .unwrap();
            query.filters.iter().all(|filter| matches(record, filter))
                && index >= query.start
                && query.since.is_none_or(|since| time >= since)
                && query.until.is_none_or(|until| time < until)
        });
        let mut indices: Vec<u64> = wanted.map(|(index, _)| index).collect();
        if query.order == Order::Newest {
            indices.reverse();
        }
        indices
    }
}

fn records() -> impl Strategy<Value = Vec<Record>> {
    let one = (proptest::array::uniform8(0_u8..3), 0_i64..3);
    proptest::collection::vec(one, 1..900).prop_map(|rows| {
        let mut ms = 1_000_000;
        let with_time = rows.into_iter().map(|(n, step)| {
            ms += step;
            record(n, ms)
        });
        with_time.collect()
    })
}

fn query() -> impl Strategy<Value = Query> {
    let time = proptest::option::of(999_900_i64..1_002_000);
    let filters = proptest::collection::vec(filter(), 0..4);
    let start = prop_oneof![Just(0), 0_u64..900];
    (filters, time.clone(), time, any::<bool>(), 1_usize..400, start).prop_map(
        |(filters, since, until, newest, limit, start)| Query {
            start,
            filters,
            since: since.map(at),
            until: until.map(at),
            order: if newest { Order::Newest } else { Order::Oldest },
            limit,
            cursor: None,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn every_query_finds_what_reading_every_record_finds(
        records in records(),
        batch in 1_usize..300,
        queries in proptest::collection::vec(query(), 12),
    ) {
        let indexed = Indexed::new(records, batch);
        for query in queries {
            prop_assert_eq!(indexed.pages(&query), indexed.scanned(&query), "{:?}", query);
        }
    }

    #[test]
    fn no_text_is_taken_for_a_cursor_of_this_query(cursor in "[A-Za-z0-9_-]{0,30}") {
        let query = Query { cursor: Some(cursor.clone()), ..Query::default() };
        prop_assert!(query.place(&cursor).is_err());
    }
}

#[test]
fn a_page_goes_on_where_it_ended_while_the_log_grows() {
    let all: Vec<Record> = (0..600).map(|n| record([1; 8], n)).collect();
    let indexed = Indexed::new(all, 7);
    let newest = Query { order: Order::Newest, limit: 10, ..Query::default() };
    let first = indexed.registry.find(&newest, 500).unwrap();
    assert_eq!(first.indices, (490..500).rev().collect::<Vec<_>>());
    // A hundred records later, the second page is still the one after the first.
    let second = Query { cursor: first.next, ..newest };
    let second = indexed.registry.find(&second, 600).unwrap();
    assert_eq!(second.indices, (480..490).rev().collect::<Vec<_>>());
    let other = Query { filters: vec![Filter::Event(Event::Held)], limit: 10, ..Query::default() };
    let foreign = Query { cursor: second.next, ..other };
    assert!(matches!(indexed.registry.find(&foreign, 600), Err(LogError::Note { .. })));
}
