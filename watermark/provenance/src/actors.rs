//! Named actors beside the signer (CAWG identity assertions), apart from the signature: that one of
//! them cannot be confirmed breaks no signature, and that one is confirmed makes none.

use c2pa::{Manifest, ManifestAssertion, validation_results::StatusCodes};
use serde::Serialize;
use serde_json::Value;

use crate::contents::{ITEMS_MAX, plain};

const ASSERTION: &str = "cawg.identity";
const UNLISTED: [&str; 2] = ["cawg.ica.untrusted_issuer", "cawg.x509.credential.untrusted"];

/// Someone who is named beside the signer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NamedActor {
    /// The assertion's label.
    pub label: String,
    /// The name that is claimed.
    pub name: Option<String>,
    /// Who vouches for it, in the assertion's own words.
    pub issuer: Option<String>,
    /// Whether it can be confirmed.
    pub status: ActorStatus,
    /// Status codes that speak against it.
    pub failures: Vec<String>,
}

/// Whether a named actor can be confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorStatus {
    /// Its signature is intact, and whoever vouches for it is on a list.
    Confirmed,
    /// Its signature is intact, but whoever vouches for it is on no list.
    Unlisted,
    /// It was not confirmed.
    Unconfirmed,
}

/// The identities of the active manifest.
pub(crate) fn of(manifest: &Manifest, codes: Option<&StatusCodes>) -> Vec<NamedActor> {
    let named = |found: &&ManifestAssertion| {
        found.label() == ASSERTION || found.label().starts_with("cawg.identity__")
    };
    let assertions = manifest.assertions().iter().filter(named).take(ITEMS_MAX);
    assertions.map(|assertion| identity(assertion, codes)).collect()
}

fn identity(assertion: &ManifestAssertion, codes: Option<&StatusCodes>) -> NamedActor {
    let label = assertion.label_with_instance();
    let about = |statuses: &[c2pa::validation_status::ValidationStatus]| -> Vec<String> {
        let ours = statuses.iter().filter(|status| {
            status.url().is_some_and(|url| url.rsplit('/').next() == Some(label.as_str()))
                && status.code().starts_with("cawg.")
        });
        ours.map(|status| status.code().to_owned()).collect()
    };
    let failures = codes.map(|codes| about(codes.failure())).unwrap_or_default();
    let doubts = codes.map(|codes| about(codes.informational())).unwrap_or_default();
    let successes = codes.map(|codes| about(codes.success())).unwrap_or_default();
    let value = assertion.value().unwrap_or(&Value::Null);
    let status = match status(&failures, &doubts, &successes) {
        // There is no list of aggregators yet: anyone can be one.
        ActorStatus::Confirmed if is_aggregated(value) => ActorStatus::Unlisted,
        status => status,
    };
    NamedActor { name: name(value), issuer: issuer(value), label, status, failures }
}

fn status(failures: &[String], doubts: &[String], successes: &[String]) -> ActorStatus {
    let unlisted = |code: &String| UNLISTED.contains(&code.as_str());
    let broken = failures.iter().any(|code| !unlisted(code));
    if broken || successes.is_empty() && doubts.is_empty() {
        ActorStatus::Unconfirmed
    } else if failures.iter().chain(doubts).any(unlisted) {
        ActorStatus::Unlisted
    } else if successes.is_empty() {
        ActorStatus::Unconfirmed
    } else {
        ActorStatus::Confirmed
    }
}

/// Whether an aggregator of identities vouches, rather than an authority by a certificate.
fn is_aggregated(value: &Value) -> bool {
    value.get("verifiedIdentities").is_some()
}

/// The holder of the certificate, or the first identity that an aggregator has verified.
fn name(value: &Value) -> Option<String> {
    let verified = value.get("verifiedIdentities").and_then(|all| all.get(0));
    let verified = verified.and_then(|one| one.get("name").or_else(|| one.get("username")));
    let held = value.get("signature_info").and_then(|info| info.get("common_name"));
    verified.or(held)?.as_str().map(plain)
}

fn issuer(value: &Value) -> Option<String> {
    let held = value.get("signature_info").and_then(|info| info.get("issuer"));
    value.get("issuer").or(held)?.as_str().map(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_confirmed_only_without_any_doubt() {
        let owned = |codes: &[&str]| codes.iter().map(|&code| code.to_owned()).collect::<Vec<_>>();
        let check = |failures: &[&str], doubts: &[&str], successes: &[&str], expected| {
            let found = status(&owned(failures), &owned(doubts), &owned(successes));
            assert_eq!(found, expected, "{failures:?} {doubts:?} {successes:?}");
        };
        let intact = ["cawg.identity.well-formed"];
        check(&[], &[], &intact, ActorStatus::Confirmed);
        check(&[], &["cawg.ica.untrusted_issuer"], &[], ActorStatus::Unlisted);
        check(&["cawg.x509.credential.untrusted"], &[], &intact, ActorStatus::Unlisted);
        check(&["cawg.identity.pad.invalid"], &[], &intact, ActorStatus::Unconfirmed);
        check(&[], &[], &[], ActorStatus::Unconfirmed);
        check(&[], &["cawg.other"], &[], ActorStatus::Unconfirmed);
    }
}
