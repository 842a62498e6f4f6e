//! What records are found by.

use types::{AssetId, Mark, MarkId, RequestId, Sha256};

use crate::{Event, Record};

/// One thing that a record can be asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Filter {
    /// Records of a tenant.
    Tenant(String),
    /// Records of a request.
    Request(RequestId),
    /// Records about an asset.
    Asset(AssetId),
    /// Records about bytes: as they were delivered, or as somebody had them verified.
    Sha256(Sha256),
    /// Records that register a mark id.
    Mark(MarkId),
    /// Records of a C2PA manifest, by its label.
    Manifest(String),
    /// Records of who acted, by pseudonym.
    Actor(String),
    /// Records of an event.
    Event(Event),
    /// Records of decisions in which a rule had a finding.
    Rule(String),
    /// Records of what a model made or was asked for.
    Model(String),
    /// Decisions of a reviewer, by pseudonym.
    Reviewer(String),
    /// Records of requests that carried an idempotency key, by its commitment.
    Idempotency(Sha256),
}

/// A filter as the beginning of a row's key: `p`, the kind, 16 bytes of the value. Identifiers stand
/// for themselves, so that rows of one time lie together; texts by 128 bits of their SHA-256.
pub(crate) type Term = [u8; 18];

impl Filter {
    pub(crate) fn term(&self) -> Term {
        match self {
            Self::Tenant(tenant) => term(b't', &hashed(tenant)),
            Self::Request(id) => term(b'r', id.as_bytes()),
            Self::Asset(id) => term(b'a', id.as_bytes()),
            Self::Sha256(digest) => term(b'h', &half(digest)),
            Self::Mark(id) => term(b'm', &u128::from(id.to_u64()).to_be_bytes()),
            Self::Manifest(label) => term(b'l', &hashed(label)),
            Self::Actor(actor) => term(b'u', &hashed(actor)),
            Self::Event(event) => term(b'e', &hashed(event.name())),
            Self::Rule(rule) => term(b'p', &hashed(rule)),
            Self::Model(model) => term(b'g', &hashed(model)),
            Self::Reviewer(actor) => term(b'v', &hashed(actor)),
            Self::Idempotency(key) => term(b'i', &half(key)),
        }
    }
}

/// Everything that a record is found by; something may be named twice.
pub(super) fn terms(record: &Record) -> Vec<Term> {
    let mut filters = vec![
        Filter::Tenant(record.tenant.clone()),
        Filter::Actor(record.actor.clone()),
        Filter::Event(record.event),
    ];
    if matches!(record.event, Event::Approved | Event::Rejected) {
        filters.push(Filter::Reviewer(record.actor.clone()));
    }
    filters.extend(record.request_id.map(Filter::Request));
    filters.extend(record.asset_id.map(Filter::Asset));
    filters.extend(record.content.as_ref().map(|content| Filter::Sha256(content.sha256)));
    filters.extend(record.checked.as_ref().map(|checked| Filter::Sha256(checked.sha256)));
    if let Some(Mark::Embedded { id, .. }) = &record.mark {
        filters.push(Filter::Mark(*id));
    }
    filters.extend(record.c2pa.as_ref().map(|c2pa| Filter::Manifest(c2pa.manifest_label.clone())));
    filters.extend(record.generator.as_ref().map(|card| Filter::Model(card.model.clone())));
    filters.extend(record.idempotency.map(Filter::Idempotency));
    let decisions = [&record.input, &record.output];
    let findings = decisions.into_iter().flatten().flat_map(|decision| &decision.findings);
    filters.extend(findings.map(|finding| Filter::Rule(finding.rule.clone())));
    filters.iter().map(Filter::term).collect()
}

fn term(kind: u8, value: &[u8; 16]) -> Term {
    let mut term = [0; 18];
    let (head, tail) = term.split_at_mut(2);
    head.copy_from_slice(&[b'p', kind]);
    tail.copy_from_slice(value);
    term
}

fn hashed(text: &str) -> [u8; 16] {
    half(&Sha256::of(text.as_bytes()))
}

fn half(digest: &Sha256) -> [u8; 16] {
    digest.as_bytes().first_chunk::<16>().copied().unwrap_or_default()
}
