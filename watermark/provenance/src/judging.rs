//! From what `c2pa` has read to a report.

use c2pa::{Manifest, Reader, ValidationResults};

use crate::{
    TrustLists, actors,
    contents::{self, Contents},
    declared,
    findings::{Findings, Statuses},
    report::{Report, TimeStamp, Verdict},
    signature::Signature,
    summary::{Facts, Summary},
    thumbnails::Thumbnail,
    tree,
};

/// What is judged, and by which lists.
pub(crate) struct Judge<'a> {
    pub(crate) lists: &'a TrustLists,
    pub(crate) reader: &'a Reader,
    /// The raw manifest store.
    pub(crate) store: &'a [u8],
    pub(crate) statuses: Statuses<'a>,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(lists: &'a TrustLists, reader: &'a Reader, store: &'a [u8]) -> Self {
        Self { lists, reader, store, statuses: Statuses::of(reader) }
    }

    pub(crate) fn report(&self) -> Report {
        let reader = self.reader;
        let mut findings = Findings::of(reader);
        if self.lists.at().is_some() {
            findings.forget_credentials();
        }
        let active = reader.active_label().zip(reader.active_manifest());
        let signature = active
            .map(|(label, manifest)| Signature::of(self, label, manifest, findings.is_stamped()));
        findings.listed = signature.as_ref().is_some_and(Signature::is_listed);
        findings.in_time = signature.as_ref().is_some_and(|signature| signature.in_time);
        let verdict = findings.verdict();
        let (failures, identity) = findings.claim_and_identity_failures();
        let identity_warning = !identity.is_empty();
        let later = signature.as_ref().is_some_and(|signature| signature.later);
        let declared = declared::ai(reader);
        let contents = active.filter(|_| verdict != Verdict::Invalid);
        let contents = contents.map(|(label, manifest)| self.contents(label, manifest));
        let (signer, signed_at, time_stamp) = signature
            .map(|signature| (signature.signer, signature.signed_at, signature.time_stamp))
            .unwrap_or_default();
        let found = Report {
            signer,
            signed_at,
            ai_declared_active: declared.active,
            ai_declared_anywhere: declared.anywhere,
            ingredient_warning: findings.warn_of_ingredients(),
            manifest_label: active.map(|(label, _)| label.to_owned()),
            warnings: warnings(&findings, identity, time_stamp.as_ref(), later),
            failures,
            time_stamp,
            contents: contents.unwrap_or_default(),
            ..Report::unreadable("")
        };
        concluded(found, verdict, identity_warning)
    }

    fn contents(&self, label: &str, manifest: &Manifest) -> Contents {
        let codes = self.reader.validation_results().and_then(ValidationResults::active_manifest);
        let (ingredients, ingredients_left_out) = tree::of(self, manifest);
        Contents {
            title: manifest.title().map(contents::plain),
            generator: contents::generator(manifest),
            thumbnail: manifest.thumbnail().and_then(|(_, bytes)| Thumbnail::of(&bytes)),
            actions: contents::actions(manifest),
            soft_bindings: contents::soft_bindings(manifest, label, self.store),
            identities: actors::of(manifest, codes),
            ingredients,
            ingredients_left_out,
        }
    }
}

/// The report with its verdict, and without what nobody should take from broken credentials.
fn concluded(found: Report, verdict: Verdict, identity_warning: bool) -> Report {
    let signer = found.signer.filter(|_| verdict != Verdict::Invalid);
    let facts = Facts {
        signer: signer.as_ref().map(|signer| signer.name.as_str()).unwrap_or_default(),
        list: signer.as_ref().and_then(|signer| signer.list.as_deref()).unwrap_or_default(),
        ingredient_warning: found.ingredient_warning,
        identity_warning,
        ..Facts::default()
    };
    let summary = Summary::of(verdict, &facts);
    let intact = match verdict {
        Verdict::Trusted | Verdict::UntrustedSigner | Verdict::ExpiredSigner => Some(true),
        Verdict::AlteredAfterSigning => Some(false),
        _ => None,
    };
    Report { verdict, summary, intact, signer, ..found }
}

fn warnings(
    findings: &Findings,
    identity: Vec<String>,
    stamp: Option<&TimeStamp>,
    later: bool,
) -> Vec<String> {
    let mut warnings: Vec<String> =
        identity.into_iter().map(|code| format!("named actor: {code}")).collect();
    if stamp.is_some_and(|stamp| !stamp.trusted) {
        warnings.push("time not from a listed authority".to_owned());
    }
    if later {
        warnings.push("signed after the time as of which it was judged".to_owned());
    }
    let below = findings.recorded_failures.iter().chain(&findings.ingredient_failures);
    warnings.extend(below.map(|code| format!("ingredient: {code}")));
    warnings.dedup();
    warnings
}
