//! Asking an authority for a certificate: PKCS#10 (RFC 2986).

use rcgen::{CertificateParams, DistinguishedName, DnType};

use super::ClaimKey;
use crate::{ProvenanceError, authority::as_claim_signer};

/// A request for a claim signing certificate, PEM: the publisher's name, and the extensions that
/// C2PA 2.4, section 14.5.1 asks for.
///
/// # Errors
/// [`ProvenanceError::Certificate`] for a name that no certificate can hold, [`ProvenanceError::Key`]
/// when a token does not sign.
pub fn certificate_request(key: &ClaimKey, publisher: &str) -> Result<String, ProvenanceError> {
    let mut params = CertificateParams::new(Vec::new())?;
    let mut subject = DistinguishedName::new();
    subject.push(DnType::OrganizationName, publisher);
    subject.push(DnType::CommonName, publisher);
    params.distinguished_name = subject;
    as_claim_signer(&mut params);
    Ok(params.serialize_request(key)?.pem()?)
}
