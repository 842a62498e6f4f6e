//! Files of trust lists: PEM certificates with remarks between them, or the JSON that C2PA publishes
//! (a list of trusted entities after ETSI TS 119 602).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use types::Sha256;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::valid_at;
use crate::{ProvenanceError, authority::certificates};

/// The status of an entity that counts: others were withdrawn.
const TRUSTED: &str = "/trusted";

/// What is known of a list of those whose signatures count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrustList {
    /// Its name.
    pub name: String,
    /// The digest of its file.
    pub sha256: Sha256,
    /// How many certificates it holds.
    pub certificates: usize,
    /// How many of them have expired: they count only for signatures with a trusted time from before.
    pub expired: usize,
    /// When it was issued, RFC 3339, where the file says so.
    pub as_of: Option<String>,
    /// By when a newer one is to be expected, RFC 3339, where the file says so.
    pub next_update: Option<String>,
}

/// A list that was read.
pub(super) struct Parsed {
    pub(super) list: TrustList,
    /// DER.
    pub(super) certificates: Vec<Vec<u8>>,
}

impl TrustList {
    /// Reads a file without trusting anybody yet.
    ///
    /// # Errors
    /// [`ProvenanceError::Certificate`] when the file has no certificate, or a broken one.
    pub fn read(name: &str, text: &str) -> Result<Self, ProvenanceError> {
        parse(name, text).map(|parsed| parsed.list)
    }
}

pub(super) fn parse(name: &str, text: &str) -> Result<Parsed, ProvenanceError> {
    let wrong = |reason: &str| ProvenanceError::Certificate(format!("the list {name} {reason}"));
    let (certificates, dates) = if text.trim_start().starts_with('{') {
        let published: Published = serde_json::from_str(text)
            .map_err(|error| wrong(&format!("is no list of trusted entities: {error}")))?;
        let found = published.certificates().ok_or_else(|| wrong("holds broken base64"))?;
        (found, published.list.scheme)
    } else {
        let found = certificates(text).ok_or_else(|| wrong("holds broken PEM"))?;
        (found, Scheme::default())
    };
    if certificates.is_empty() {
        return Err(wrong("holds no certificates"));
    }
    for der in &certificates {
        X509Certificate::from_der(der)
            .map_err(|error| wrong(&format!("holds a broken certificate: {error}")))?;
    }
    let now = OffsetDateTime::now_utc().unix_timestamp();
    let list = TrustList {
        name: name.to_owned(),
        sha256: Sha256::of(text.as_bytes()),
        certificates: certificates.len(),
        expired: certificates.iter().filter(|der| !valid_at(der, now)).count(),
        as_of: dates.issued,
        next_update: dates.next_update,
    };
    Ok(Parsed { list, certificates })
}

#[derive(Deserialize)]
struct Published {
    #[serde(rename = "LoTE")]
    list: Entities,
}

#[derive(Deserialize)]
struct Entities {
    #[serde(rename = "ListAndSchemeInformation", default)]
    scheme: Scheme,
    #[serde(rename = "TrustedEntitiesList")]
    entities: Vec<Entity>,
}

#[derive(Default, Deserialize)]
struct Scheme {
    #[serde(rename = "ListIssueDateTime")]
    issued: Option<String>,
    #[serde(rename = "NextUpdate")]
    next_update: Option<String>,
}

#[derive(Deserialize)]
struct Entity {
    #[serde(rename = "TrustedEntityServices")]
    services: Vec<Service>,
}

#[derive(Deserialize)]
struct Service {
    #[serde(rename = "ServiceInformation")]
    information: Information,
}

#[derive(Deserialize)]
struct Information {
    #[serde(rename = "ServiceDigitalIdentity")]
    identity: DigitalIdentity,
    #[serde(rename = "ServiceStatus")]
    status: String,
}

#[derive(Deserialize)]
struct DigitalIdentity {
    #[serde(rename = "X509Certificates", default)]
    certificates: Vec<Encoded>,
}

#[derive(Deserialize)]
struct Encoded {
    val: String,
}

impl Published {
    fn certificates(&self) -> Option<Vec<Vec<u8>>> {
        let services = self.list.entities.iter().flat_map(|entity| &entity.services);
        let trusted = services.map(|service| &service.information);
        let trusted = trusted.filter(|found| found.status.ends_with(TRUSTED));
        let encoded = trusted.flat_map(|found| &found.identity.certificates);
        encoded.map(|one| STANDARD.decode(one.val.trim()).ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::Authority;

    fn published(status: &str, val: &str) -> Value {
        json!({ "LoTE": {
            "ListAndSchemeInformation": { "ListIssueDateTime": "2026-08-05T00:11:39Z", "NextUpdate": "2027-08-05T00:11:39Z" },
            "TrustedEntitiesList": [{ "TrustedEntityServices": [{ "ServiceInformation": {
                "ServiceDigitalIdentity": { "X509Certificates": [{ "val": val }] },
                "ServiceStatus": format!("http://c2pa.org/conformance/trust-list/{status}"),
            }}]}],
        }})
    }

    #[test]
    fn the_json_that_c2pa_publishes_is_read_with_its_dates() {
        let authority =
            Authority::create(tempfile::tempdir().unwrap().path(), "Test Press").unwrap();
        let root: String =
            authority.root_pem().lines().filter(|line| !line.starts_with('-')).collect();
        let list = TrustList::read("official", &published("trusted", &root).to_string()).unwrap();
        assert_eq!((list.certificates, list.expired), (1, 0));
        assert_eq!(list.as_of.as_deref(), Some("2026-08-05T00:11:39Z"));
        assert_eq!(list.next_update.as_deref(), Some("2027-08-05T00:11:39Z"));

        let pem = TrustList::read("official", authority.root_pem()).unwrap();
        assert_eq!((pem.certificates, pem.as_of), (1, None));
    }

    #[test]
    fn a_broken_list_is_refused_as_a_whole() {
        let withdrawn = published("withdrawn", "AAAA").to_string();
        let cases = [
            ("", "no certificates"),
            ("{}", "no list of trusted entities"),
            (withdrawn.as_str(), "no certificates"),
            (&published("trusted", "!").to_string(), "base64"),
            (&published("trusted", "AAAA").to_string(), "broken certificate"),
            (
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                "broken certificate",
            ),
            ("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n", "broken PEM"),
        ];
        for (text, reason) in cases {
            let error = TrustList::read("some", text).unwrap_err().to_string();
            assert!(error.contains(reason) && error.contains("some"), "{error}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text: String, val: String) {
            let _ = TrustList::read("any", &text);
            let _ = TrustList::read("any", &published("trusted", &val).to_string());
        }
    }
}
