//! Checks certificates against the profile of C2PA 2.4, section 14.5.1.

use x509_parser::{
    error::X509Error,
    extensions::ExtendedKeyUsage,
    oid_registry::OID_X509_EXT_AUTHORITY_KEY_IDENTIFIER,
    prelude::{FromDer as _, X509Certificate},
    x509::X509Version,
};

use super::{ChainProblem, ClaimKey};
use crate::trust::PURPOSES;

/// RSA with SHA-2 by PKCS#1 v1.5 and PSS, ECDSA with SHA-2, Ed25519.
const ALGORITHMS: [&str; 8] = [
    "1.2.840.113549.1.1.11",
    "1.2.840.113549.1.1.12",
    "1.2.840.113549.1.1.13",
    "1.2.840.113549.1.1.10",
    "1.2.840.10045.4.3.2",
    "1.2.840.10045.4.3.3",
    "1.2.840.10045.4.3.4",
    "1.3.101.112",
];

/// All that is wrong with a chain (DER, the signer's first) for this key.
pub(super) fn problems(certificates: &[Vec<u8>], key: &ClaimKey) -> Vec<ChainProblem> {
    let parsed = certificates.iter().filter_map(|der| X509Certificate::from_der(der).ok());
    let parsed: Vec<X509Certificate<'_>> = parsed.map(|(_, certificate)| certificate).collect();
    let Some((leaf, above)) = parsed.split_first() else { return vec![ChainProblem::Empty] };
    let mut found = Vec::new();
    if leaf.public_key().subject_public_key.data.as_ref() != key.public() {
        found.push(ChainProblem::OtherKey);
    }
    found.extend(signer(leaf));
    found.extend(
        above
            .iter()
            .filter(|one| !one.is_ca())
            .map(|one| ChainProblem::NoAuthority { name: one.subject().to_string() }),
    );
    found.extend(parsed.iter().filter_map(algorithm));
    found.extend(parsed.windows(2).filter_map(|pair| match pair {
        [below, above] => order(below, above),
        _ => None,
    }));
    let root = parsed.last().filter(|last| last.subject() == last.issuer());
    found.extend(root.map(|root| ChainProblem::Root { name: root.subject().to_string() }));
    found
}

/// What is required of the signer's certificate itself.
fn signer(leaf: &X509Certificate<'_>) -> Vec<ChainProblem> {
    let mut found = Vec::new();
    if leaf.version() != X509Version::V3 {
        found.push(ChainProblem::Version);
    }
    if leaf.is_ca() {
        found.push(ChainProblem::Authority);
    }
    let usage = leaf.key_usage().ok().flatten();
    if !usage.is_some_and(|usage| usage.value.digital_signature()) {
        found.push(ChainProblem::KeyUsage);
    }
    found.extend(purpose(leaf.extended_key_usage().ok().flatten().map(|usage| usage.value)));
    let issued_by = leaf.get_extension_unique(&OID_X509_EXT_AUTHORITY_KEY_IDENTIFIER);
    if leaf.subject() != leaf.issuer() && !issued_by.is_ok_and(|found| found.is_some()) {
        found.push(ChainProblem::KeyIdentifier { name: leaf.subject().to_string() });
    }
    found
}

fn purpose(usage: Option<&ExtendedKeyUsage<'_>>) -> Option<ChainProblem> {
    let Some(usage) = usage else {
        return Some(ChainProblem::Purpose { purposes: "it names none".to_owned() });
    };
    let others = usage.other.iter().map(ToString::to_string);
    let names = [
        (usage.any, "any purpose"),
        (usage.server_auth, "servers"),
        (usage.client_auth, "clients"),
        (usage.code_signing, "code"),
        (usage.email_protection, "e-mail"),
        (usage.time_stamping, "time-stamps"),
        (usage.ocsp_signing, "OCSP"),
    ];
    let named = names.into_iter().filter(|(set, _)| *set).map(|(_, name)| name.to_owned());
    let purposes = named.chain(others.clone()).collect::<Vec<_>>().join(", ");
    let claims = usage.email_protection
        || others.into_iter().any(|other| PURPOSES.lines().any(|known| known == other));
    if usage.any || claims && (usage.time_stamping || usage.ocsp_signing) {
        return Some(ChainProblem::Purposes { purposes });
    }
    (!claims).then_some(ChainProblem::Purpose { purposes })
}

fn algorithm(certificate: &X509Certificate<'_>) -> Option<ChainProblem> {
    let algorithm = certificate.signature_algorithm.algorithm.to_id_string();
    let name = certificate.subject().to_string();
    let known = ALGORITHMS.contains(&algorithm.as_str());
    (!known).then_some(ChainProblem::Algorithm { name, algorithm })
}

fn order(below: &X509Certificate<'_>, above: &X509Certificate<'_>) -> Option<ChainProblem> {
    // A signature that cannot be checked here (ECDSA over P-521) is left to validators.
    let signed = match below.verify_signature(Some(above.public_key())) {
        Ok(()) | Err(X509Error::SignatureUnsupportedAlgorithm) => true,
        Err(_) => false,
    };
    (below.issuer() != above.subject() || !signed).then(|| ChainProblem::Order {
        below: below.subject().to_string(),
        above: above.subject().to_string(),
    })
}
