//! A verification as JSON, and how much of it the asker may know.
//!
//! Of unpublished work strangers learn that a file was made with the publisher's system and nothing
//! that is not in the file itself; of published work also where it stands. Whoever holds a key of
//! the asset's tenant, or the machine, learns all.

use audit::{AssetEntry, Event};
use provenance::{TrustList, Verdict};
use serde_json::{Value, json};
use types::Language;

use crate::lookup::{Origin, Standing, Verification};

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience<'a> {
    /// Whoever runs the program on its own machine.
    Owner,
    /// A caller with a key of this tenant.
    Tenant(&'a str),
    /// A stranger.
    Public,
}

impl Audience<'_> {
    /// Whether more may be said of an asset than that it was made here.
    pub(crate) fn may_know(self, asset: &AssetEntry) -> bool {
        match self {
            Self::Owner => true,
            Self::Tenant(tenant) => tenant == asset.tenant,
            Self::Public => asset.is_public(),
        }
    }
}

/// What is said about one file: INTERFACE's members.
#[must_use]
pub fn report<'a>(
    found: &Verification,
    lists: impl Iterator<Item = &'a TrustList>,
    audience: Audience<'_>,
    publisher: &str,
    language: Language,
) -> Value {
    let report = &found.report;
    let summary = match language {
        Language::En => &report.summary.en,
        Language::Zh => &report.summary.zh,
    };
    // Of several that a file may come from, unpublished ones must not hide a published one.
    let known = found.origins.iter().find(|origin| audience.may_know(&origin.asset));
    let origin = known.or_else(|| found.origin());
    // Strangers hear nothing of our log but that a signature of ours is not in it.
    let told = |standing: &Standing| known.is_some() || *standing == Standing::NotInLog;
    let standing = found.standing.filter(told);
    let warning = standing.and_then(Standing::warning).map(str::to_owned);
    let warnings: Vec<String> = report.warnings.iter().cloned().chain(warning).collect();
    let mut told = json!({
        "verdict": report.verdict,
        "summary": summary,
        "intact": report.intact,
        "signer": report.signer,
        "signed_at": report.signed_at,
        "publication": origin.map(|origin| publication(&origin.asset, known.is_some())),
        "time_stamp": report.time_stamp,
        "ai_declared_active": report.ai_declared_active,
        "ai_declared_anywhere": report.ai_declared_anywhere,
        "ingredient_warning": report.ingredient_warning,
        "labels": report.labels,
        "manifest_label": report.manifest_label,
        "remote_url": report.remote_url,
        "mark": found.mark.as_ref().map(|mark| match audience {
            Audience::Public => mark.coarse(),
            Audience::Owner | Audience::Tenant(_) => mark.clone(),
        }),
        "asset_id": known.map(|known| known.asset.asset_id),
        "recovered": match (known, origin) {
            // Intact credentials of our own have said it already.
            (_, Some(origin)) if report.verdict == Verdict::Trusted && origin.how.is_exact() => Value::Null,
            (Some(known), _) => recovered(known),
            (None, Some(origin)) => statement(origin, publisher, language),
            (None, None) => Value::Null,
        },
        "matches": matches(found, audience),
        "receipt": known.map(receipt),
        "log": standing,
        "lists": lists.collect::<Vec<_>>(),
        "ms": found.ms,
        "failures": report.failures,
        "warnings": warnings,
    });
    if let (Some(told), Value::Object(contents)) = (told.as_object_mut(), json!(report.contents)) {
        told.extend(contents);
    }
    told
}

fn receipt(origin: &Origin) -> Value {
    let Origin { asset, inclusion, .. } = origin;
    json!({"index": asset.index, "leaf_hash": asset.leaf_hash, "inclusion": inclusion})
}

fn recovered(origin: &Origin) -> Value {
    json!({
        "asset_id": origin.asset.asset_id,
        "manifest_label": origin.asset.manifest_label,
        "how": origin.how.name(),
        "certainty": origin.how.certainty(),
    })
}

/// All that a file may have come from, as far as the asker may know; intact credentials of our own have
/// said it already.
fn matches(found: &Verification, audience: Audience<'_>) -> Vec<Value> {
    let settled =
        |origin: &Origin| found.report.verdict == Verdict::Trusted && origin.how.is_exact();
    let known = found.origins.iter().filter(|origin| audience.may_know(&origin.asset));
    let rows = known.filter(|origin| !settled(origin)).map(|Origin { asset, how, .. }| {
        json!({
            "asset_id": asset.asset_id, "how": how.name(), "certainty": how.certainty(),
            "media_type": asset.media_type, "made_at": asset.time,
            "publication": publication(asset, true),
        })
    });
    rows.collect()
}

fn statement(origin: &Origin, publisher: &str, language: Language) -> Value {
    let statement = unpublished(publisher, language);
    json!({"how": origin.how.name(), "certainty": origin.how.certainty(), "statement": statement})
}

/// All that strangers hear of work that was not published.
pub(crate) fn unpublished(publisher: &str, language: Language) -> String {
    match language {
        Language::En => format!("Made with {publisher}'s system; not published by us."),
        Language::Zh => format!("由{publisher}的系统制作；并非由我们发布。"),
    }
}

/// Where the asset stands; a stranger hears the same about everything that was not published.
pub(crate) fn publication(asset: &AssetEntry, known: bool) -> Value {
    if let Some(now) = asset.publication.as_ref().filter(|_| known) {
        let notice = now.url.as_ref().filter(|_| now.state != Event::Published);
        return json!({
            "state": now.state, "at": now.at, "url": now.url, "notice_url": notice,
            "replaced_by": now.replaced_by,
        });
    }
    let state = match (known, asset.review, asset.event) {
        (false, ..) => "unpublished",
        (true, Some(review), _) => review.name(),
        (true, None, event) => event.name(),
    };
    let at = (known && asset.event == Event::Released).then_some(&asset.time);
    json!({"state": state, "at": at, "notice_url": Value::Null})
}
