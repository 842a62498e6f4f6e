//! The certificates of a signing key, the signer's first.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use time::OffsetDateTime;
use types::Sha256;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::{ChainProblem, ClaimKey, profile};
use crate::{ProvenanceError, authority::certificates};

/// Certificates as they go into a signature: the signer's, then each one's issuer, without root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// DER; there is at least one, and each can be parsed.
    certificates: Vec<Vec<u8>>,
    subject: String,
    issuer: String,
    from: OffsetDateTime,
    until: OffsetDateTime,
}

impl Chain {
    /// Reads the certificates of a PEM text.
    ///
    /// # Errors
    /// [`ProvenanceError::Chain`] when there is none, or one is broken.
    pub fn from_pem(pem: &str) -> Result<Self, ProvenanceError> {
        let broken = ChainProblem::Unreadable { place: 1, reason: "its base64 is damaged".into() };
        Self::from_der(certificates(pem).ok_or(ProvenanceError::Chain(broken))?)
    }

    /// The same from DER.
    ///
    /// # Errors
    /// [`ProvenanceError::Chain`] when there is none, or one is broken.
    pub fn from_der(certificates: Vec<Vec<u8>>) -> Result<Self, ProvenanceError> {
        for (at, der) in certificates.iter().enumerate() {
            X509Certificate::from_der(der).map_err(|error| {
                let (place, reason) = (at + 1, error.to_string());
                ProvenanceError::Chain(ChainProblem::Unreadable { place, reason })
            })?;
        }
        let leaf = certificates.first().ok_or(ProvenanceError::Chain(ChainProblem::Empty))?;
        let (_, leaf) = X509Certificate::from_der(leaf)
            .map_err(|error| ProvenanceError::Certificate(error.to_string()))?;
        let validity = leaf.validity();
        let (subject, issuer) = (leaf.subject().to_string(), leaf.issuer().to_string());
        let (from, until) = (validity.not_before, validity.not_after);
        let (from, until) = (from.to_datetime(), until.to_datetime());
        Ok(Self { subject, issuer, from, until, certificates })
    }

    /// DER, the signer's first.
    #[must_use]
    pub fn certificates(&self) -> &[Vec<u8>] {
        &self.certificates
    }

    /// PEM, the signer's first.
    #[must_use]
    pub fn to_pem(&self) -> String {
        self.certificates.iter().map(|der| pem(der)).collect()
    }

    /// PEM of the signer's certificate alone.
    #[must_use]
    pub fn signer_pem(&self) -> String {
        self.certificates.first().map(|der| pem(der)).unwrap_or_default()
    }

    /// SHA-256 of the signer's certificate (DER): the name of the signing key everywhere.
    #[must_use]
    pub fn fingerprint(&self) -> Sha256 {
        Sha256::of(self.certificates.first().map(Vec::as_slice).unwrap_or_default())
    }

    /// Whom the signer's certificate names.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Who issued the signer's certificate.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// From when the signer's certificate is valid.
    #[must_use]
    pub const fn valid_from(&self) -> OffsetDateTime {
        self.from
    }

    /// When the signer's certificate ends.
    #[must_use]
    pub const fn valid_until(&self) -> OffsetDateTime {
        self.until
    }

    /// All that validators would refuse, beside the time (C2PA 2.4, section 14.5).
    #[must_use]
    pub fn problems(&self, key: &ClaimKey) -> Vec<ChainProblem> {
        profile::problems(&self.certificates, key)
    }

    /// Whether the signer's certificate is valid at a time.
    ///
    /// # Errors
    /// [`ChainProblem::NotYetValid`] or [`ChainProblem::Expired`].
    pub fn in_time(&self, now: OffsetDateTime) -> Result<(), ChainProblem> {
        if now < self.from {
            return Err(ChainProblem::NotYetValid { from: self.from });
        }
        if now > self.until {
            return Err(ChainProblem::Expired { at: self.until });
        }
        Ok(())
    }
}

fn pem(der: &[u8]) -> String {
    let base64 = STANDARD.encode(der);
    let mut text = "-----BEGIN CERTIFICATE-----\n".to_owned();
    for (place, sign) in base64.chars().enumerate() {
        if place > 0 && place % 64 == 0 {
            text.push('\n');
        }
        text.push(sign);
    }
    // Writing into a String cannot fail.
    let _ = writeln!(text, "\n-----END CERTIFICATE-----");
    text
}
