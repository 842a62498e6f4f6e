//! RFC 3161 time-stamps, and an authority of our own for development.
//!
//! The authority in this process proves nothing to others about time; it makes the line complete
//! without a network. Another one stands behind the same seam.

use std::fmt;

use p256::ecdsa::SigningKey;
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair},
};
use sha2::{Digest as _, Sha256};
use time::{OffsetDateTime, macros::format_description};
use zeroize::Zeroizing;

use crate::{
    ProvenanceError, TrustLists,
    der::{self, CONTEXT_0, GENERALIZED_TIME, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, SET},
};

/// Contents of object identifiers.
pub(crate) mod oid {
    /// 1.2.840.113549.1.7.2
    pub(super) const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
    /// 1.2.840.113549.1.9.3
    pub(super) const CONTENT_TYPE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 3];
    /// 1.2.840.113549.1.9.4
    pub(super) const MESSAGE_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 4];
    /// 1.2.840.113549.1.9.5
    pub(super) const SIGNING_TIME: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 5];
    /// 1.2.840.113549.1.9.16.1.4
    pub(super) const TST_INFO: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 1, 4];
    /// 1.2.840.113549.1.9.16.2.47
    pub(super) const SIGNING_CERTIFICATE_V2: &[u8] =
        &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 47];
    /// 2.16.840.1.101.3.4.2.1
    pub(crate) const SHA256: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];
    /// 1.2.840.10045.4.3.2
    pub(super) const ECDSA_WITH_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
    /// 1.3.6.1.4.1.62558.0.1: no policy that anybody vouches for
    pub(super) const POLICY: &[u8] = &[0x2b, 6, 1, 4, 1, 0x83, 0xe8, 0x5e, 0, 1];
}

/// Something that answers RFC 3161 requests.
///
/// # Contract
/// `stamp` takes a DER `TimeStampReq` and gives a DER `TimeStampResp`. It may block; an error means
/// that nothing is signed. Calls may run concurrently; nothing is retried here.
pub trait TimeStampAuthority: fmt::Debug + Send + Sync {
    /// Answers one request.
    ///
    /// # Errors
    /// [`ProvenanceError::TimeStamp`] when there is no answer.
    fn stamp(&self, request: &[u8]) -> Result<Vec<u8>, ProvenanceError>;

    /// The most bytes that an answer has. Room for them is reserved before the answer is known, and
    /// what is not used stays in the file as padding; a longer answer means that nothing is signed.
    fn response_bytes_max(&self) -> usize {
        8192
    }

    /// How far its answers are checked before they are signed in.
    fn check(&self) -> Check<'_> {
        Check::Signature
    }
}

/// How far an authority's answers are checked before they are signed in.
#[derive(Debug, Clone, Copy)]
pub enum Check<'a> {
    /// They are about the right bytes and answer the right request: for an authority in this
    /// process, whose signature nobody could have changed on the way.
    Imprint,
    /// They are also signed by the certificate that they carry, which was valid then.
    Signature,
    /// These lists also vouch for that certificate.
    Vouched(&'a TrustLists),
}

/// What happens when there is no time-stamp.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TimeStampRule {
    /// Nothing is signed.
    #[default]
    Required,
    /// It is signed without, and [`Signed::unstamped`](crate::Signed::unstamped) says why.
    Optional,
}

/// An authority in this process.
pub struct Development {
    /// Signs every manifest of a line that has no other authority, so it is the fastest that there is.
    key: EcdsaKeyPair,
    random: SystemRandom,
    certificate: Vec<u8>,
    /// Issuer's name and serial number, as they stand in the certificate.
    issuer_and_serial: Vec<u8>,
    chain: Vec<Vec<u8>>,
}

impl fmt::Debug for Development {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Development(…)")
    }
}

impl Development {
    /// An authority with a P-256 key and its DER certificates, the signer's first.
    ///
    /// # Errors
    /// [`ProvenanceError::Certificate`] when the first certificate cannot be read.
    pub fn new(key: &SigningKey, chain: Vec<Vec<u8>>) -> Result<Self, ProvenanceError> {
        let wrong = |reason: String| ProvenanceError::Certificate(reason);
        let certificate = chain
            .first()
            .cloned()
            .ok_or_else(|| wrong("the time-stamp chain is empty".to_owned()))?;
        let (_, parsed) = x509_parser::parse_x509_certificate(&certificate)
            .map_err(|error| wrong(error.to_string()))?;
        let tbs = &parsed.tbs_certificate;
        let serial = der::unsigned(tbs.raw_serial());
        let issuer_and_serial = der::all(SEQUENCE, &[tbs.issuer.as_raw(), &serial]);
        let (key, random) = signing(key).map_err(|error| wrong(error.to_string()))?;
        Ok(Self { key, random, certificate, issuer_and_serial, chain })
    }

    fn token(
        &self,
        imprint: &[u8],
        nonce: &[u8],
        now: OffsetDateTime,
    ) -> Result<Vec<u8>, ProvenanceError> {
        let time = generalized(now)?;
        let info = self.info(imprint, nonce, &time);
        let attributes = self.attributes(&info, &time);
        // The signature covers the attributes as a SET; in the token they are tagged [0].
        let signature = self.key.sign(&self.random, &der::set_of(SET, attributes.clone()));
        let signature =
            signature.map_err(|_| ProvenanceError::TimeStamp("no random numbers".to_owned()))?;
        let signer = der::all(
            SEQUENCE,
            &[
                &der::unsigned(&[1]),
                &self.issuer_and_serial,
                &algorithm(oid::SHA256),
                &der::set_of(CONTEXT_0, attributes),
                &algorithm(oid::ECDSA_WITH_SHA256),
                &der::tlv(OCTET_STRING, signature.as_ref()),
            ],
        );
        let content = der::tlv(CONTEXT_0, &der::tlv(OCTET_STRING, &info));
        let signed = der::all(
            SEQUENCE,
            &[
                &der::unsigned(&[3]),
                &der::tlv(SET, &algorithm(oid::SHA256)),
                &der::all(SEQUENCE, &[&identifier(oid::TST_INFO), &content]),
                &der::set_of(CONTEXT_0, self.chain.clone()),
                &der::tlv(SET, &signer),
            ],
        );
        Ok(der::all(SEQUENCE, &[&identifier(oid::SIGNED_DATA), &der::tlv(CONTEXT_0, &signed)]))
    }

    /// `TSTInfo` of RFC 3161, section 2.4.2, accurate to a second.
    fn info(&self, imprint: &[u8], nonce: &[u8], time: &[u8]) -> Vec<u8> {
        let digest =
            Sha256::new().chain_update(imprint).chain_update(nonce).chain_update(time).finalize();
        let [a, b, c, d, e, f, g, h, ..] = <[u8; 32]>::from(digest);
        der::all(
            SEQUENCE,
            &[
                &der::unsigned(&[1]),
                &identifier(oid::POLICY),
                imprint,
                &der::unsigned(&[a, b, c, d, e, f, g, h]),
                time,
                &der::tlv(SEQUENCE, &der::unsigned(&[1])),
                nonce,
            ],
        )
    }

    fn attributes(&self, info: &[u8], time: &[u8]) -> Vec<Vec<u8>> {
        let digest = |bytes: &[u8]| der::tlv(OCTET_STRING, &Sha256::digest(bytes));
        let attribute = |kind: &[u8], value: &[u8]| {
            der::all(SEQUENCE, &[&identifier(kind), &der::tlv(SET, value)])
        };
        // ESSCertIDv2 of RFC 5035 with its default hash, SHA-256.
        let certificate = der::tlv(SEQUENCE, &digest(&self.certificate));
        let certificates = der::tlv(SEQUENCE, &der::tlv(SEQUENCE, &certificate));
        vec![
            attribute(oid::CONTENT_TYPE, &identifier(oid::TST_INFO)),
            attribute(oid::SIGNING_TIME, time),
            attribute(oid::MESSAGE_DIGEST, &digest(info)),
            attribute(oid::SIGNING_CERTIFICATE_V2, &certificates),
        ]
    }
}

fn signing(key: &SigningKey) -> Result<(EcdsaKeyPair, SystemRandom), ring::error::KeyRejected> {
    let (random, scalar) = (SystemRandom::new(), Zeroizing::new(key.to_bytes()));
    let point = key.verifying_key().to_encoded_point(false);
    let key = EcdsaKeyPair::from_private_key_and_public_key(
        &ECDSA_P256_SHA256_ASN1_SIGNING,
        &scalar,
        point.as_bytes(),
        &random,
    )?;
    Ok((key, random))
}

impl TimeStampAuthority for Development {
    fn stamp(&self, request: &[u8]) -> Result<Vec<u8>, ProvenanceError> {
        let (imprint, nonce) = imprint_and_nonce(request)
            .ok_or_else(|| ProvenanceError::TimeStamp("the request is not DER".to_owned()))?;
        let token = self.token(imprint, nonce, OffsetDateTime::now_utc())?;
        let granted = der::tlv(SEQUENCE, &der::unsigned(&[0]));
        Ok(der::all(SEQUENCE, &[&granted, &token]))
    }

    /// The certificates, and what else a token holds: under 512 bytes, of which only the ECDSA
    /// signature, the serial number and the nonce vary, by a few bytes each.
    fn response_bytes_max(&self) -> usize {
        self.chain.iter().map(Vec::len).sum::<usize>() + self.issuer_and_serial.len() + 512
    }

    fn check(&self) -> Check<'_> {
        Check::Imprint
    }
}

/// Message imprint and nonce (or nothing) of a `TimeStampReq`, each as a whole value.
pub(crate) fn imprint_and_nonce(request: &[u8]) -> Option<(&[u8], &[u8])> {
    let body = der::tagged(request, SEQUENCE)?.contents;
    let imprint = der::tagged(der::first(body)?.rest, SEQUENCE)?;
    let nonce = der::values(imprint.rest).find(|value| value.tag == der::INTEGER);
    Some((imprint.whole, nonce.map(|nonce| nonce.whole).unwrap_or_default()))
}

fn identifier(contents: &[u8]) -> Vec<u8> {
    der::tlv(OBJECT_IDENTIFIER, contents)
}

fn algorithm(contents: &[u8]) -> Vec<u8> {
    der::tlv(SEQUENCE, &identifier(contents))
}

fn generalized(time: OffsetDateTime) -> Result<Vec<u8>, ProvenanceError> {
    let form = format_description!("[year][month][day][hour][minute][second]Z");
    let text = time.format(&form).map_err(|error| ProvenanceError::TimeStamp(error.to_string()))?;
    Ok(der::tlv(GENERALIZED_TIME, text.as_bytes()))
}
