//! Whose signatures count: named lists of authorities and of pinned signers.
//!
//! `c2pa` knows one pool of anchors. This keeps the lists apart, so that a verdict can name the
//! list, and so that an authority for time-stamps never vouches for a signer.

mod list;

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use c2pa::crypto::cose::CertificateTrustPolicy;
use serde_json::{Value, json};
use time::OffsetDateTime;
use types::Sha256;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use self::list::Parsed;
pub use self::list::TrustList;
use crate::{Authority, ProvenanceError};

/// The name of the installation's own list.
pub(crate) const OWN: &str = "own";
/// The name of the list of certificates that the user allows one by one.
const ALLOWED: &str = "allowed";
/// Purposes for which certificates may sign claims (C2PA 2.4, section 14.5.1, and what earlier
/// versions and vendors used).
pub(crate) const PURPOSES: &str =
    "1.3.6.1.4.1.62558.2.1\n1.3.6.1.5.5.7.3.4\n1.3.6.1.5.5.7.3.36\n1.3.6.1.4.1.311.76.59.1.9\n";
const TIME_STAMPING: &str = "1.3.6.1.5.5.7.3.8";

/// Lists of those whose signatures count. The default has none: every signer is unknown then.
#[derive(Debug, Default)]
pub struct TrustLists {
    lists: Vec<List>,
    time_stamps: Option<CertificateTrustPolicy>,
    /// PEM of all anchors, and of all pinned certificates, for `c2pa`.
    anchors: String,
    pins: String,
    /// Certificates, by SHA-256, that do not count from a time on.
    revoked: BTreeMap<Sha256, OffsetDateTime>,
    /// The time as of which is judged; `None` is now.
    at: Option<OffsetDateTime>,
}

#[derive(Debug)]
struct List {
    about: TrustList,
    signers: CertificateTrustPolicy,
}

impl TrustLists {
    /// The name of the installation's own list.
    pub const OWN: &str = "own";

    /// The list `own`: whoever the installation's root vouches for.
    ///
    /// # Errors
    /// [`ProvenanceError::Certificate`] when the root cannot be read.
    pub fn own(authority: &Authority) -> Result<Self, ProvenanceError> {
        let mut lists = Self::default();
        lists.add_pem(Self::OWN, authority.root_pem())?;
        Ok(lists)
    }

    /// What is known of each list.
    pub fn about(&self) -> impl Iterator<Item = &TrustList> {
        self.lists.iter().map(|list| &list.about)
    }

    /// Adds a list: PEM, or the JSON that C2PA publishes. Certificates of authorities become anchors,
    /// all others are pinned: only they themselves count, not what they might issue. Anchors whose only
    /// purpose is time-stamping, and every anchor of a list with `tsa` as a word of its name, count for
    /// time-stamps alone.
    ///
    /// # Errors
    /// [`ProvenanceError::Certificate`] when the text has no certificate, or a broken one: no part of
    /// the list counts then.
    pub fn add_pem(&mut self, name: &str, text: &str) -> Result<(), ProvenanceError> {
        let only_time =
            name.split(|c: char| !c.is_alphanumeric()).any(|word| word.eq_ignore_ascii_case("tsa"));
        let Parsed { list, certificates } = list::parse(name, text)?;
        let mut signers = signer_policy();
        let (mut anchors, mut pins) = (String::new(), String::new());
        for der in certificates {
            let block = block(&der);
            let (authority, stamps) = purpose(name, &der)?;
            if !authority {
                add(name, signers.add_end_entity_credentials(block.as_bytes()))?;
                pins += &block;
                continue;
            }
            anchors += &block;
            if !only_time && !stamps {
                add(name, signers.add_trust_anchors(block.as_bytes()))?;
            }
        }
        if !anchors.is_empty() {
            let time_stamps = self.time_stamps.get_or_insert_with(time_policy);
            add(name, time_stamps.add_trust_anchors(anchors.as_bytes()))?;
        }
        self.anchors += &anchors;
        self.pins += &pins;
        self.lists.push(List { about: list, signers });
        Ok(())
    }

    /// Pins signers one by one: they count as the list `allowed`, whoever issued them.
    ///
    /// # Errors
    /// [`ProvenanceError::Certificate`] when the text has no certificate, or a broken one.
    pub fn allow(&mut self, pem: &str) -> Result<(), ProvenanceError> {
        let Parsed { list, certificates } = list::parse(ALLOWED, pem)?;
        let mut signers = signer_policy();
        for der in certificates {
            let block = block(&der);
            add(ALLOWED, signers.add_end_entity_credentials(block.as_bytes()))?;
            self.pins += &block;
        }
        self.lists.push(List { about: list, signers });
        Ok(())
    }

    /// Signatures by this certificate (SHA-256 of its DER), or under it, do not count from a time
    /// on: only a time-stamp of a listed authority from before shows that one is older.
    pub fn revoke(&mut self, fingerprint: Sha256, since: OffsetDateTime) {
        let earliest = self.revoked.entry(fingerprint).or_insert(since);
        *earliest = since.min(*earliest);
    }

    /// Judges as of a time: whether certificates were valid and not revoked then. The lists count as
    /// they are.
    pub const fn judge_at(&mut self, at: OffsetDateTime) {
        self.at = Some(at);
    }

    /// The time as of which is judged, where it is not now.
    pub(crate) const fn at(&self) -> Option<OffsetDateTime> {
        self.at
    }

    /// The time as of which is judged, Unix seconds.
    pub(crate) fn now(&self) -> i64 {
        self.at.unwrap_or_else(OffsetDateTime::now_utc).unix_timestamp()
    }

    /// Since when a certificate of a chain (DER) is revoked.
    pub(crate) fn revoked_at(&self, chain: &[Vec<u8>]) -> Option<OffsetDateTime> {
        let since =
            chain.iter().filter_map(|der| self.revoked.get(&Sha256::of(der))).min().copied();
        since.filter(|since| self.at.is_none_or(|at| *since <= at))
    }

    /// The first list that vouches for a chain (signer first, DER), at a time if it is known.
    pub(crate) fn vouching(&self, chain: &[Vec<u8>], at: Option<i64>) -> Option<&str> {
        let at = at.or_else(|| self.at.map(OffsetDateTime::unix_timestamp));
        let (leaf, above) = chain.split_first()?;
        let (_, stamps) = purpose("", leaf).ok()?;
        let vouches = |list: &&List| list.signers.check_certificate_trust(above, leaf, at).is_ok();
        self.lists.iter().filter(|_| !stamps).find(vouches).map(|list| list.about.name.as_str())
    }

    /// Whether a time-stamp authority (its chain, DER) is vouched for at the time that it states.
    pub(crate) fn keeps_time(&self, chain: &[Vec<u8>], at: i64) -> bool {
        let Some((leaf, above)) = chain.split_first() else { return false };
        let stamps = purpose("", leaf).is_ok_and(|(_, stamps)| stamps);
        // `c2pa` stops at the anchor, before it looks at the certificates below it.
        let policy = self
            .time_stamps
            .as_ref()
            .filter(|_| stamps && chain.iter().all(|der| valid_at(der, at)));
        policy.is_some_and(|policy| policy.check_certificate_trust(above, leaf, Some(at)).is_ok())
    }

    /// The same for `c2pa`, as one pool.
    pub(crate) fn settings(&self) -> Value {
        let text = |pem: &str| if pem.is_empty() { Value::Null } else { json!(pem) };
        json!({
            "trust_anchors": text(&self.anchors),
            "allowed_list": text(&self.pins),
            // Without it some validators of ours would call good files invalid.
            "trust_config": format!("{PURPOSES}{TIME_STAMPING}\n"),
        })
    }
}

fn signer_policy() -> CertificateTrustPolicy {
    let mut policy = CertificateTrustPolicy::new();
    policy.add_valid_ekus(PURPOSES.as_bytes());
    policy
}

fn time_policy() -> CertificateTrustPolicy {
    let mut policy = CertificateTrustPolicy::new();
    policy.add_valid_ekus(TIME_STAMPING.as_bytes());
    policy
}

/// Whether a certificate is an authority's, and whether its one purpose is time-stamping.
fn purpose(name: &str, der: &[u8]) -> Result<(bool, bool), ProvenanceError> {
    let wrong = |reason: String| ProvenanceError::Certificate(format!("the list {name}: {reason}"));
    let (_, certificate) =
        X509Certificate::from_der(der).map_err(|error| wrong(error.to_string()))?;
    let usage = certificate.extended_key_usage().map_err(|error| wrong(error.to_string()))?;
    let stamps = usage.is_some_and(|usage| {
        let usage = usage.value;
        usage.time_stamping && !usage.email_protection && usage.other.is_empty()
    });
    Ok((certificate.is_ca(), stamps))
}

/// Whether a certificate is valid at a time, Unix seconds.
pub(crate) fn valid_at(der: &[u8], at: i64) -> bool {
    let parsed = X509Certificate::from_der(der);
    parsed.is_ok_and(|(_, certificate)| {
        let validity = certificate.validity();
        (validity.not_before.timestamp()..=validity.not_after.timestamp()).contains(&at)
    })
}

fn add<E: std::fmt::Display>(name: &str, added: Result<(), E>) -> Result<(), ProvenanceError> {
    added.map_err(|error| ProvenanceError::Certificate(format!("the list {name}: {error}")))
}

fn block(der: &[u8]) -> String {
    let base64 = STANDARD.encode(der);
    let mut text = "-----BEGIN CERTIFICATE-----".to_owned();
    for (place, sign) in base64.chars().enumerate() {
        if place % 64 == 0 {
            text.push('\n');
        }
        text.push(sign);
    }
    text + "\n-----END CERTIFICATE-----\n"
}
