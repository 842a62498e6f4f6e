//! From status codes (C2PA 2.4, section 15.2) to one of nine verdicts.

use std::collections::HashMap;

use c2pa::{
    Ingredient, Reader, ValidationResults,
    status_tracker::LogKind,
    validation_results::{StatusCodes, validation_codes::log_kind},
    validation_status::{
        CLAIM_SIGNATURE_VALIDATED, SIGNING_CREDENTIAL_EXPIRED, SIGNING_CREDENTIAL_UNTRUSTED,
        TIMESTAMP_VALIDATED, ValidationStatus,
    },
};

use crate::Verdict;

/// What validation found, and what the trust lists say to it.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Failures of the active manifest.
    pub(crate) failures: Vec<String>,
    /// Successes of the active manifest.
    pub(crate) successes: Vec<String>,
    /// Failures of manifests below it that it does not record itself.
    pub(crate) ingredient_failures: Vec<String>,
    /// Failures of manifests below it that were there, and were recorded, when it was made.
    pub(crate) recorded_failures: Vec<String>,
    /// Whether a list vouches for the signer.
    pub(crate) listed: bool,
    /// Whether the certificate is valid as of the time of judging, or a listed authority shows that it was at signing.
    pub(crate) in_time: bool,
}

/// Findings about manifests below the active one, by their labels.
#[derive(Debug, Default)]
pub(crate) struct Statuses<'a>(HashMap<&'a str, Vec<&'a ValidationStatus>>);

impl<'a> Statuses<'a> {
    pub(crate) fn of(reader: &'a Reader) -> Self {
        let mut found = Self::default();
        let deltas = reader.validation_results().and_then(ValidationResults::ingredient_deltas);
        for delta in deltas.into_iter().flatten() {
            let codes = delta.validation_deltas();
            for status in codes.success().iter().chain(codes.failure()) {
                if let Some(label) = status.url().and_then(manifest_label) {
                    found.0.entry(label).or_default().push(status);
                }
            }
        }
        found
    }

    fn about(&self, label: &str) -> impl Iterator<Item = &ValidationStatus> {
        self.0.get(label).into_iter().flatten().copied()
    }
}

impl Findings {
    /// The codes; about signer and time nothing is assumed.
    pub(crate) fn of(reader: &Reader) -> Self {
        let results = reader.validation_results();
        let active = results.and_then(ValidationResults::active_manifest);
        let recorded = reader
            .iter_manifests()
            .flat_map(c2pa::Manifest::ingredients)
            .flat_map(recorded_failures);
        Self {
            failures: active.map(|found| names(found.failure())).unwrap_or_default(),
            successes: active.map(|found| names(found.success())).unwrap_or_default(),
            ingredient_failures: results.map(unrecorded_failures).unwrap_or_default(),
            recorded_failures: recorded.collect(),
            listed: false,
            in_time: false,
        }
    }

    /// The codes about an ingredient's own manifest: what was found now, and what was recorded when
    /// it was brought in.
    pub(crate) fn of_ingredient(
        statuses: &Statuses<'_>,
        label: &str,
        ingredient: &Ingredient,
    ) -> Self {
        let results = ingredient.validation_results();
        let active = results.and_then(ValidationResults::active_manifest);
        let recorded =
            active.into_iter().flat_map(|codes| codes.success().iter().chain(codes.failure()));
        let older = ingredient.validation_status().unwrap_or_default().iter();
        let about = |status: &&ValidationStatus| {
            status.url().and_then(manifest_label).is_none_or(|about| about == label)
        };
        let mut found = Self::default();
        for status in statuses.about(label).chain(recorded.chain(older).filter(about)) {
            let code = status.code().to_owned();
            match log_kind(status.code()) {
                LogKind::Success => found.successes.push(code),
                LogKind::Failure if !found.failures.contains(&code) => found.failures.push(code),
                _ => {}
            }
        }
        found
    }

    /// Forgets what `c2pa` says of certificates as of now: it does not hold for another time.
    pub(crate) fn forget_credentials(&mut self) {
        self.failures.retain(|code| !is_credential(code));
        self.ingredient_failures.retain(|code| !is_credential(code));
    }

    /// Whether the time-stamp's own signature is intact.
    pub(crate) fn is_stamped(&self) -> bool {
        self.successes.iter().any(|code| code == TIMESTAMP_VALIDATED)
    }

    /// Whether something that the file was made from had credentials that did not check out.
    pub(crate) fn warn_of_ingredients(&self) -> bool {
        !self.ingredient_failures.is_empty() || !self.recorded_failures.is_empty()
    }

    /// Failures that concern the claim, and those of named actors (CAWG), which break nothing.
    pub(crate) fn claim_and_identity_failures(&self) -> (Vec<String>, Vec<String>) {
        let all = self.failures.iter().chain(&self.ingredient_failures).cloned();
        all.partition(|code| !is_identity(code))
    }

    pub(crate) fn verdict(&self) -> Verdict {
        let claim: Vec<&str> = deciding(&self.failures).collect();
        let below: Vec<&str> = deciding(&self.ingredient_failures).collect();
        let serious: Vec<&str> =
            claim.iter().copied().filter(|code| !is_credential(code)).collect();
        if !serious.is_empty() && serious.iter().copied().all(is_content) {
            return Verdict::AlteredAfterSigning;
        }
        let signed = self.successes.iter().any(|code| code == CLAIM_SIGNATURE_VALIDATED);
        if !signed || !serious.is_empty() || !below.iter().copied().all(is_credential) {
            return Verdict::Invalid;
        }
        if claim.contains(&SIGNING_CREDENTIAL_EXPIRED) || !self.in_time {
            return Verdict::ExpiredSigner;
        }
        // A named actor who cannot be confirmed breaks no signature, but what names one is not
        // trusted as a whole.
        let known = self.failures.is_empty() && self.ingredient_failures.is_empty() && self.listed;
        if known { Verdict::Trusted } else { Verdict::UntrustedSigner }
    }
}

/// The manifest that a JUMBF URL is about.
fn manifest_label(url: &str) -> Option<&str> {
    let (_, path) = url.split_once("/c2pa/")?;
    path.split('/').next()
}

fn is_identity(code: &str) -> bool {
    code.starts_with("cawg.")
}

fn is_credential(code: &str) -> bool {
    [SIGNING_CREDENTIAL_EXPIRED, SIGNING_CREDENTIAL_UNTRUSTED].contains(&code)
}

/// `dataHash`, `bmffHash`, `boxesHash` and their like; not `hashedURI`, which is inside the manifest.
fn is_content(code: &str) -> bool {
    code.starts_with("assertion.") && code.ends_with("Hash.mismatch")
}

fn deciding(codes: &[String]) -> impl Iterator<Item = &str> {
    codes.iter().map(String::as_str).filter(|code| !is_identity(code))
}

fn names(statuses: &[ValidationStatus]) -> Vec<String> {
    statuses.iter().map(|status| status.code().to_owned()).collect()
}

fn unrecorded_failures(results: &ValidationResults) -> Vec<String> {
    let deltas = results.ingredient_deltas().into_iter().flatten();
    deltas.flat_map(|delta| names(delta.validation_deltas().failure())).collect()
}

/// Older ingredients have one list of statuses, in which successes may stand, too.
pub(crate) fn recorded_failures(ingredient: &Ingredient) -> Vec<String> {
    let results = ingredient.validation_results();
    let active = results.and_then(ValidationResults::active_manifest).map(StatusCodes::failure);
    let mut failures = active.map(|found| names(found)).unwrap_or_default();
    failures.extend(results.map(unrecorded_failures).unwrap_or_default());
    let older = ingredient.validation_status().unwrap_or_default().iter();
    let failed = older.filter(|status| log_kind(status.code()) == LogKind::Failure);
    failures.extend(failed.map(|status| status.code().to_owned()));
    failures
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "assertion.dataHash.mismatch";
    const URI: &str = "assertion.hashedURI.mismatch";
    const EXPIRED: &str = SIGNING_CREDENTIAL_EXPIRED;
    const UNTRUSTED: &str = SIGNING_CREDENTIAL_UNTRUSTED;

    fn findings(failures: &[&str]) -> Findings {
        let owned = |codes: &[&str]| codes.iter().map(|&code| code.to_owned()).collect();
        Findings {
            failures: owned(failures),
            successes: owned(&[CLAIM_SIGNATURE_VALIDATED]),
            listed: true,
            in_time: true,
            ..Findings::default()
        }
    }

    #[test]
    fn codes_lead_to_verdicts() {
        let cases: [(&[&str], Verdict); 9] = [
            (&[], Verdict::Trusted),
            (&["cawg.identity.pad.invalid"], Verdict::UntrustedSigner),
            (&[UNTRUSTED], Verdict::UntrustedSigner),
            (&[EXPIRED, UNTRUSTED], Verdict::ExpiredSigner),
            (&[HASH], Verdict::AlteredAfterSigning),
            (&[HASH, EXPIRED, UNTRUSTED], Verdict::AlteredAfterSigning),
            (&[HASH, URI], Verdict::Invalid),
            (&[URI], Verdict::Invalid),
            (&["claimSignature.mismatch", EXPIRED], Verdict::Invalid),
        ];
        for (failures, expected) in cases {
            assert_eq!(findings(failures).verdict(), expected, "{failures:?}");
        }
    }

    #[test]
    fn a_signature_counts_only_if_it_was_checked_listed_and_in_time() {
        let clean = || findings(&[]);
        assert_eq!(Findings { listed: false, ..clean() }.verdict(), Verdict::UntrustedSigner);
        assert_eq!(Findings { in_time: false, ..clean() }.verdict(), Verdict::ExpiredSigner);
        assert_eq!(Findings { successes: Vec::new(), ..clean() }.verdict(), Verdict::Invalid);
        let below = |code: &str| Findings { ingredient_failures: vec![code.to_owned()], ..clean() };
        assert_eq!(below(URI).verdict(), Verdict::Invalid);
        assert_eq!(below(UNTRUSTED).verdict(), Verdict::UntrustedSigner);
    }
}
