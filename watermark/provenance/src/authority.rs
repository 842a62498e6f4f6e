//! Certificates that independent validators accept: root, issuing authority, claim signer,
//! time-stamp authority (C2PA 2.4, section 14.5).

use std::{
    fmt, fs,
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_ED25519, SerialNumber,
};
use time::{Duration, OffsetDateTime};
use zeroize::{Zeroize as _, Zeroizing};

use crate::{
    ProvenanceError,
    keys::{Algorithm, Chain, ClaimKey, Identity},
    timestamp::Development,
};

/// Longest life of a claim signer's certificate.
const LEAF_DAYS: i64 = 365;
/// Life of the authorities.
const AUTHORITY_DAYS: i64 = 3650;

/// Keys and certificates of an installation.
pub struct Authority {
    /// Claim signer, then issuing authority.
    identity: Identity,
    root_pem: String,
    time_stamps: Development,
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").field("expires_at", &self.expires_at()).finish_non_exhaustive()
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
        Self::create_with(folder, publisher, Algorithm::default())
    }

    /// The same with a claim signer of this algorithm.
    ///
    /// # Errors
    /// Those of [`Self::create`].
    pub fn create_with(
        folder: &Path,
        publisher: &str,
        algorithm: Algorithm,
    ) -> Result<Self, ProvenanceError> {
        let mut root_key = KeyPair::generate_for(&PKCS_ED25519)?;
        let root = authority(publisher, "Root", 1)?;
        let root_certificate = root.self_signed(&root_key)?;
        let root_issuer = Issuer::from_params(&root, &root_key);
        let mut issuing_key = KeyPair::generate_for(&PKCS_ED25519)?;
        let issuing = authority(publisher, "Issuing Authority", 0)?;
        let issuing_certificate = issuing.signed_by(&issuing_key, &root_issuer)?;
        let issuer = Issuer::from_params(&issuing, &issuing_key);

        let key = ClaimKey::generate(algorithm)?;
        let signer = claim_signer(publisher)?.signed_by(&key, &issuer)?;
        let stamp_key = ClaimKey::generate(Algorithm::Es256)?;
        let stamper = time_stamper(publisher)?.signed_by(&stamp_key, &issuer)?;
        root_key.zeroize();
        issuing_key.zeroize();

        let chain = signer.pem() + &issuing_certificate.pem();
        let stamp_chain = stamper.pem() + &issuing_certificate.pem();
        write(&folder.join("root.pem"), &root_certificate.pem(), 0o644)?;
        write(&folder.join("chain.pem"), &chain, 0o644)?;
        write(&folder.join("signing.key.pem"), &key.to_pem()?, 0o600)?;
        write(&folder.join("tsa.pem"), &stamp_chain, 0o644)?;
        write(&folder.join("tsa.key.pem"), &stamp_key.to_pem()?, 0o600)?;
        Self::load(folder)
    }

    /// Reads what [`Self::create`] wrote.
    ///
    /// # Errors
    /// [`ProvenanceError::File`] naming the file that is missing or damaged.
    pub fn load(folder: &Path) -> Result<Self, ProvenanceError> {
        let wrong = |name: &str, reason: String| {
            let path = folder.join(name);
            ProvenanceError::File { path, reason }
        };
        let read = |name: &str| {
            let text = fs::read_to_string(folder.join(name)).map(Zeroizing::new);
            text.map_err(|error| wrong(name, error.to_string()))
        };
        let root_pem = read("root.pem")?.to_string();
        let chain = Chain::from_pem(&read("chain.pem")?);
        let chain = chain.map_err(|error| wrong("chain.pem", error.to_string()))?;
        let key = ClaimKey::from_pem(&read("signing.key.pem")?, None);
        let key = key.map_err(|error| wrong("signing.key.pem", error.to_string()))?;
        let identity = Identity::new(key, chain);
        let identity = identity.map_err(|error| wrong("chain.pem", error.to_string()))?;
        let time_stamps = time_stamps(folder)?;
        Ok(Self { identity, root_pem, time_stamps })
    }

    /// The root certificate, PEM: what others take as trust anchor.
    #[must_use]
    pub fn root_pem(&self) -> &str {
        &self.root_pem
    }

    /// When the claim signer's certificate ends.
    #[must_use]
    pub const fn expires_at(&self) -> OffsetDateTime {
        self.identity.chain().valid_until()
    }

    /// The authority for time-stamps, which proves nothing to others about time.
    #[must_use]
    pub const fn time_stamps(&self) -> &Development {
        &self.time_stamps
    }

    /// The same, without the rest.
    #[must_use]
    pub fn into_time_stamps(self) -> Development {
        self.time_stamps
    }

    pub(crate) fn into_parts(self) -> (Identity, Development) {
        (self.identity, self.time_stamps)
    }
}

/// The authority for time-stamps of a folder that [`Authority::create`] filled.
pub(crate) fn time_stamps(folder: &Path) -> Result<Development, ProvenanceError> {
    let read = |name: &str| {
        let path = folder.join(name);
        let text = fs::read_to_string(&path).map(Zeroizing::new);
        text.map_err(|error| ProvenanceError::File { path, reason: error.to_string() })
    };
    let wrong =
        |name: &str, reason: String| ProvenanceError::File { path: folder.join(name), reason };
    let chain = certificates(&read("tsa.pem")?)
        .ok_or_else(|| wrong("tsa.pem", "not PEM certificates".into()))?;
    let key = <p256::ecdsa::SigningKey as p256::pkcs8::DecodePrivateKey>::from_pkcs8_pem(&read(
        "tsa.key.pem",
    )?);
    Development::new(&key.map_err(|error| wrong("tsa.key.pem", error.to_string()))?, chain)
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
    as_claim_signer(&mut params);
    Ok(params)
}

/// The extensions of a certificate that signs claims, also in a request for one.
pub(crate) fn as_claim_signer(params: &mut CertificateParams) {
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::ContentCommitment];
    let claims = ExtendedKeyUsagePurpose::Other(vec![1, 3, 6, 1, 4, 1, 62558, 2, 1]);
    params.extended_key_usages = vec![claims, ExtendedKeyUsagePurpose::EmailProtection];
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

/// Writes a new file.
pub(crate) fn write(path: &Path, text: &str, mode: u32) -> Result<(), ProvenanceError> {
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
        assert_eq!(made.identity.chain(), read.identity.chain());
        assert!(Authority::create(folder.path(), "Test Press").is_err());
        assert!(made.expires_at() < OffsetDateTime::now_utc() + Duration::days(366));
        assert!(!format!("{made:?}").contains("key"));
        fs::write(folder.path().join("chain.pem"), "nothing").unwrap();
        let error = Authority::load(folder.path()).unwrap_err().to_string();
        assert!(error.contains("chain.pem"), "{error}");
    }
}
