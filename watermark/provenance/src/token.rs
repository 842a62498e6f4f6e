//! Who stamped the time of a claim signature.
//!
//! `c2pa` checks a token's signature, but for claims of version 1 it accepts any authority, and it
//! hands out no certificates. This reads the authority's chain from the token, so that
//! [`TrustLists`](crate::TrustLists) can judge it.

use coset::{CborSerializable as _, CoseSign1, Label, TaggedCborSerializable as _, cbor::Value};
use time::{PrimitiveDateTime, macros::format_description};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::der::{
    self, CONTEXT_0, GENERALIZED_TIME, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, SET,
};

/// What a time-stamp token says about itself. Its signature is not checked here.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// The authority's certificates, the signer's first, DER.
    pub(crate) chain: Vec<Vec<u8>>,
    /// The stated time, Unix seconds.
    pub(crate) at: i64,
    /// `messageImprint`, as it stands in the token: what was stamped.
    pub(crate) imprint: Vec<u8>,
    /// The request's nonce, as it stands in the token.
    pub(crate) nonce: Option<Vec<u8>>,
}

impl Token {
    /// The token in the unprotected header of a COSE signature.
    pub(crate) fn of_signature(cose: &[u8]) -> Option<Self> {
        let signature =
            CoseSign1::from_tagged_slice(cose).or_else(|_| CoseSign1::from_slice(cose)).ok()?;
        let is_stamp = |label: &Label| matches!(label, Label::Text(name) if name == "sigTst" || name == "sigTst2");
        let (_, stamps) = signature.unprotected.rest.iter().find(|(label, _)| is_stamp(label))?;
        let tokens = member(stamps, "tstTokens")?.as_array()?;
        Self::read(member(tokens.first()?, "val")?.as_bytes()?)
    }

    /// Reads a `TimeStampToken`, or the `TimeStampResp` around one (RFC 3161, section 2.4.2).
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let outer = der::tagged(bytes, SEQUENCE)?.contents;
        let first = der::first(outer)?;
        let body = if first.tag == OBJECT_IDENTIFIER {
            outer
        } else {
            der::tagged(first.rest, SEQUENCE)?.contents
        };
        let kind = der::tagged(body, OBJECT_IDENTIFIER)?;
        let content = der::tagged(kind.rest, CONTEXT_0)?.contents;
        signed_data(der::tagged(content, SEQUENCE)?.contents)
    }

    /// The name of the authority.
    pub(crate) fn authority(&self) -> Option<String> {
        let (_, certificate) = X509Certificate::from_der(self.chain.first()?).ok()?;
        let subject = certificate.subject();
        let mut names = subject.iter_common_name().chain(subject.iter_organization());
        names.find_map(|name| name.as_str().ok()).map(str::to_owned)
    }
}

/// What a `TSTInfo` states.
struct Statement<'a> {
    imprint: &'a [u8],
    at: i64,
    nonce: Option<&'a [u8]>,
}

/// `SignedData` of RFC 5652, section 5.1: version, digests, content, certificates, signers.
fn signed_data(signed: &[u8]) -> Option<Token> {
    let content = der::values(signed).find(|value| value.tag == SEQUENCE)?;
    let certificates = der::values(content.rest).find(|value| value.tag == CONTEXT_0)?;
    let signers = der::values(content.rest).find(|value| value.tag == SET)?;
    let certificates: Vec<&[u8]> =
        der::values(certificates.contents).map(|value| value.whole).collect();
    let leaf = signing_certificate(signers.contents, &certificates)?;
    let Statement { imprint, at, nonce } = statement(content.contents)?;
    let (imprint, nonce) = (imprint.to_vec(), nonce.map(<[u8]>::to_vec));
    Some(Token { chain: chain(leaf, &certificates), at, imprint, nonce })
}

/// The certificate that the first `SignerInfo` names by issuer and serial number.
fn signing_certificate<'a>(signers: &[u8], certificates: &[&'a [u8]]) -> Option<&'a [u8]> {
    let version = der::first(der::first(signers)?.contents)?;
    let issuer = der::first(der::tagged(version.rest, SEQUENCE)?.contents)?;
    let serial = der::first(issuer.rest)?;
    let named = |der: &&&[u8]| {
        let parsed = X509Certificate::from_der(der);
        parsed.is_ok_and(|(_, found)| {
            found.issuer().as_raw() == issuer.whole && found.raw_serial() == serial.contents
        })
    };
    certificates.iter().find(named).copied()
}

/// Each certificate, then that of its issuer, as far as the token carries them.
fn chain(leaf: &[u8], certificates: &[&[u8]]) -> Vec<Vec<u8>> {
    let mut chain = vec![leaf.to_vec()];
    while chain.len() <= certificates.len() {
        let above = chain.last().and_then(|last| issuer(last, certificates));
        match above.filter(|above| !chain.iter().any(|known| known == above)) {
            Some(above) => chain.push(above.to_vec()),
            None => break,
        }
    }
    chain
}

fn issuer<'a>(der: &[u8], certificates: &[&'a [u8]]) -> Option<&'a [u8]> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let issues = |der: &&&[u8]| {
        X509Certificate::from_der(der)
            .is_ok_and(|(_, found)| found.subject() == certificate.issuer())
    };
    certificates.iter().find(issues).copied()
}

/// `messageImprint`, `genTime` and `nonce` of the `TSTInfo` inside the content (RFC 3161, section 2.4.2).
fn statement(content: &[u8]) -> Option<Statement<'_>> {
    let wrapped = der::tagged(der::first(content)?.rest, CONTEXT_0)?.contents;
    let info = der::tagged(der::tagged(wrapped, OCTET_STRING)?.contents, SEQUENCE)?.contents;
    let imprint = der::values(info).find(|value| value.tag == SEQUENCE)?.whole;
    let stated = der::values(info).find(|value| value.tag == GENERALIZED_TIME)?;
    let time = stated.contents;
    // After the time no other member is an INTEGER of its own.
    let nonce = der::values(stated.rest).find(|value| value.tag == der::INTEGER);
    let form = format_description!("[year][month][day][hour][minute][second]");
    let seconds = std::str::from_utf8(time.get(..14)?).ok()?;
    let at = PrimitiveDateTime::parse(seconds, &form).ok()?.assume_utc().unix_timestamp();
    Some(Statement { imprint, at, nonce: nonce.map(|nonce| nonce.whole) })
}

fn member<'a>(map: &'a Value, key: &str) -> Option<&'a Value> {
    map.as_map()?.iter().find(|(name, _)| name.as_text() == Some(key)).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::*;
    use crate::{Authority, TimeStampAuthority as _, TrustLists};

    /// A `TimeStampReq` for 32 zero bytes, without nonce.
    fn request() -> Vec<u8> {
        let sha256 = der::tlv(
            SEQUENCE,
            &der::tlv(OBJECT_IDENTIFIER, &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1]),
        );
        let imprint = der::all(SEQUENCE, &[&sha256, &der::tlv(OCTET_STRING, &[0; 32])]);
        der::all(SEQUENCE, &[&der::unsigned(&[1]), &imprint])
    }

    #[test]
    fn the_chain_of_an_authority_is_read_and_judged() {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::create(folder.path(), "Test Press").unwrap();
        let own = TrustLists::own(&authority).unwrap();
        let time_stamps = authority.into_time_stamps();
        let answer = time_stamps.stamp(&request()).unwrap();
        assert!(answer.len() <= time_stamps.response_bytes_max());
        let token = Token::read(&answer).unwrap();
        assert!((OffsetDateTime::now_utc().unix_timestamp() - token.at).abs() < 60);
        assert_eq!(token.authority().as_deref(), Some("Test Press Time-Stamp Authority"));
        assert_eq!(token.chain.len(), 2);
        assert!(own.keeps_time(&token.chain, token.at));
        assert!(!own.keeps_time(&token.chain, token.at + 400 * 86_400));
        assert!(!TrustLists::default().keeps_time(&token.chain, token.at));
        // An authority for time does not sign claims.
        assert_eq!(own.vouching(&token.chain, None), None);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes: Vec<u8>) {
            let _ = (Token::read(&bytes), Token::of_signature(&bytes));
        }
    }
}
