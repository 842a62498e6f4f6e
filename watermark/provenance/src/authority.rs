//! Certificates that independent validators accept: root, issuing authority, claim signer,
//! time-stamp authority (C2PA 2.4, section 14.5).

use std::{
    fmt, fs,
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{SigningKey, pkcs8::DecodePrivateKey as _};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
    PKCS_ED25519, SerialNumber,
};
use time::{Duration, OffsetDateTime};

use crate::{ProvenanceError, timestamp::Development};

/// Longest life of a claim signer's certificate.
const LEAF_DAYS: i64 = 365;
/// Life of the authorities.
const AUTHORITY_DAYS: i64 = 3650;

/// Keys and certificates of an installation.
pub struct Authority {
    pub(crate) key: SigningKey,
    /// Claim signer, then issuing authority, DER.
    pub(crate) chain: Vec<Vec<u8>>,
    root_pem: String,
    time_stamps: Development,
    expires_at: OffsetDateTime,
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

impl Authority {
    /// Makes all keys and certificates in `folder`: `root.pem`, `chain.pem`, `signing.key.pem`,
    /// `tsa.pem`, `tsa.key.pem`. The root's and the issuing authority's keys are not kept: a new
    /// installation makes new ones, and nobody can issue in its name.
    ///
    /// # Errors
    /// [`ProvenanceError::File`] rather than overwriting anything.
    pub fn create(folder: &Path, publisher: &str) -> Result<Self, ProvenanceError> {
        let root_key = KeyPair::generate_for(&PKCS_ED25519)?;
        let root = authority(publisher, "Root", 1)?;
        let root_certificate = root.self_signed(&root_key)?;
        let root_issuer = Issuer::from_params(&root, &root_key);
        let issuing_key = KeyPair::generate_for(&PKCS_ED25519)?;
        let issuing = authority(publisher, "Issuing Authority", 0)?;
        let issuing_certificate = issuing.signed_by(&issuing_key, &root_issuer)?;
        let issuer = Issuer::from_params(&issuing, &issuing_key);

        let key = KeyPair::generate_for(&PKCS_ED25519)?;
        let signer = claim_signer(publisher)?.signed_by(&key, &issuer)?;
        let stamp_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let stamper = time_stamper(publisher)?.signed_by(&stamp_key, &issuer)?;

        let chain = signer.pem() + &issuing_certificate.pem();
        let stamp_chain = stamper.pem() + &issuing_certificate.pem();
        let files = [
            ("root.pem", root_certificate.pem(), 0o644),
            ("chain.pem", chain, 0o644),
            ("signing.key.pem", key.serialize_pem(), 0o600),
            ("tsa.pem", stamp_chain, 0o644),
            ("tsa.key.pem", stamp_key.serialize_pem(), 0o600),
        ];
        for (name, text, mode) in files {
            write(&folder.join(name), &text, mode)?;
        }
        Self::load(folder)
    }

    /// Reads what [`Self::create`] wrote.
    ///
    /// # Errors
    /// [`ProvenanceError::File`] naming the file that is missing or damaged.
    pub fn load(folder: &Path) -> Result<Self, ProvenanceError> {
        let read = |name: &str| {
            let path = folder.join(name);
            let text = fs::read_to_string(&path);
            text.map_err(|error| ProvenanceError::File { path, reason: error.to_string() })
        };
        let wrong =
            |name: &str, reason: String| ProvenanceError::File { path: folder.join(name), reason };
        let root_pem = read("root.pem")?;
        let chain = certificates(&read("chain.pem")?)
            .ok_or_else(|| wrong("chain.pem", "not PEM certificates".into()))?;
        let key = SigningKey::from_pkcs8_pem(&read("signing.key.pem")?);
        let key = key.map_err(|error| wrong("signing.key.pem", error.to_string()))?;
        let stamps = certificates(&read("tsa.pem")?)
            .ok_or_else(|| wrong("tsa.pem", "not PEM certificates".into()))?;
        let stamp_key = <p256::ecdsa::SigningKey as p256::pkcs8::DecodePrivateKey>::from_pkcs8_pem(
            &read("tsa.key.pem")?,
        );
        let stamp_key = stamp_key.map_err(|error| wrong("tsa.key.pem", error.to_string()))?;
        let leaf = chain.first().ok_or_else(|| wrong("chain.pem", "it is empty".into()))?;
        let expires_at = expiry(leaf)
            .ok_or_else(|| wrong("chain.pem", "the first certificate is broken".into()))?;
        let time_stamps = Development::new(stamp_key, stamps)?;
        Ok(Self { key, chain, root_pem, time_stamps, expires_at })
    }

    /// The root certificate, PEM: what others take as trust anchor.
    #[must_use]
    pub fn root_pem(&self) -> &str {
        &self.root_pem
    }

    /// When the claim signer's certificate ends.
    #[must_use]
    pub const fn expires_at(&self) -> OffsetDateTime {
        self.expires_at
    }

    /// The authority for time-stamps, which proves nothing to others about time.
    #[must_use]
    pub const fn time_stamps(&self) -> &Development {
        &self.time_stamps
    }

    pub(crate) fn into_parts(self) -> (SigningKey, Vec<Vec<u8>>, Development) {
        (self.key, self.chain, self.time_stamps)
    }
}

fn authority(publisher: &str, name: &str, below: u8) -> Result<CertificateParams, ProvenanceError> {
    let mut params = base(publisher, name, AUTHORITY_DAYS)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(below));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

/// C2PA 2.4: the claim-signing purpose, and e-mail protection for older validators.
fn claim_signer(publisher: &str) -> Result<CertificateParams, ProvenanceError> {
    let mut params = base(publisher, "Claim Signer", LEAF_DAYS)?;
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::ContentCommitment];
    let claims = ExtendedKeyUsagePurpose::Other(vec![1, 3, 6, 1, 4, 1, 62558, 2, 1]);
    params.extended_key_usages = vec![claims, ExtendedKeyUsagePurpose::EmailProtection];
    Ok(params)
}

/// RFC 3161: time-stamping is the only purpose, and critical.
fn time_stamper(publisher: &str) -> Result<CertificateParams, ProvenanceError> {
    let mut params = base(publisher, "Time-Stamp Authority", LEAF_DAYS)?;
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let purpose = vec![0x30, 0x0a, 0x06, 0x08, 0x2b, 6, 1, 5, 5, 7, 3, 8];
    let mut extension = CustomExtension::from_oid_content(&[2, 5, 29, 37], purpose);
    extension.set_criticality(true);
    params.custom_extensions = vec![extension];
    Ok(params)
}

fn base(publisher: &str, name: &str, days: i64) -> Result<CertificateParams, ProvenanceError> {
    let mut params = CertificateParams::new(Vec::new())?;
    let mut subject = DistinguishedName::new();
    subject.push(DnType::OrganizationName, publisher);
    subject.push(DnType::CommonName, format!("{publisher} {name}"));
    params.distinguished_name = subject;
    params.use_authority_key_identifier_extension = true;
    // An hour back, because clocks differ.
    params.not_before = OffsetDateTime::now_utc() - Duration::hours(1);
    params.not_after = params.not_before + Duration::days(days);
    let mut serial = [0; 16];
    let random = KeyPair::generate_for(&PKCS_ED25519)?;
    serial.iter_mut().zip(random.public_key_raw()).for_each(|(byte, random)| *byte = *random);
    // The first bit stays clear: serial numbers are positive.
    if let Some(first) = serial.first_mut() {
        *first = *first & 0x7f | 0x40;
    }
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    Ok(params)
}

/// The DER certificates of a PEM text; `None` if one is broken.
pub(crate) fn certificates(pem: &str) -> Option<Vec<Vec<u8>>> {
    let blocks = pem.split("-----BEGIN CERTIFICATE-----").skip(1);
    let decode = |block: &str| {
        let base64: String = block.split("-----END").next()?.split_whitespace().collect();
        STANDARD.decode(base64).ok()
    };
    blocks.map(decode).collect()
}

pub(crate) fn expiry(certificate: &[u8]) -> Option<OffsetDateTime> {
    let (_, parsed) = x509_parser::parse_x509_certificate(certificate).ok()?;
    OffsetDateTime::from_unix_timestamp(parsed.validity().not_after.timestamp()).ok()
}

fn write(path: &Path, text: &str, mode: u32) -> Result<(), ProvenanceError> {
    let wrong = |error: std::io::Error| ProvenanceError::File {
        path: PathBuf::from(path),
        reason: error.to_string(),
    };
    let mut file =
        fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(path).map_err(wrong)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_survive_their_files_and_are_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let made = Authority::create(folder.path(), "Test Press").unwrap();
        let read = Authority::load(folder.path()).unwrap();
        assert_eq!(made.chain, read.chain);
        assert!(Authority::create(folder.path(), "Test Press").is_err());
        assert!(made.expires_at() < OffsetDateTime::now_utc() + Duration::days(366));
        assert!(!format!("{made:?}").contains("key"));
        fs::write(folder.path().join("chain.pem"), "nothing").unwrap();
        let error = Authority::load(folder.path()).unwrap_err().to_string();
        assert!(error.contains("chain.pem"), "{error}");
    }
}
