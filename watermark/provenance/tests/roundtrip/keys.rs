//! Whoever has a key and a chain of an authority signs with them, whatever the algorithm.

use std::sync::{Arc, LazyLock};

use provenance::{
    Algorithm, Authority, Chain, ChainProblem, ClaimKey, Credentials, Identity, ProvenanceError,
    Signing, TimeStampRule, TrustLists, Verdict, Verifier, keys::certificate_request,
};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose as Purpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose as Usage,
};
use time::{Duration, OffsetDateTime};
use types::MediaType;

use crate::press::{picture, request};

const ALGORITHMS: [Algorithm; 4] =
    [Algorithm::Ed25519, Algorithm::Es256, Algorithm::Es384, Algorithm::Ps256];

/// A new key; RSA keys take seconds to make, so there is one of them.
fn key(algorithm: Algorithm) -> ClaimKey {
    static RSA: LazyLock<String> = LazyLock::new(|| {
        ClaimKey::generate(Algorithm::Ps256).unwrap().to_pem().unwrap().to_string()
    });
    match algorithm {
        Algorithm::Ps256 => ClaimKey::from_pem(&RSA, None).unwrap(),
        other => ClaimKey::generate(other).unwrap(),
    }
}

/// A root with an authority below it, that issues what it is asked for.
pub(crate) struct Issuing {
    pub(crate) root: String,
    middle: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Issuing {
    pub(crate) fn new() -> Self {
        let (key, below) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let root = ca("Root of Trust", 1);
        let certificate = root.self_signed(&key).unwrap();
        let middle = ca("Claims Authority", 0);
        let signed = middle.signed_by(&below, &Issuer::new(root, key)).unwrap();
        let (root, pem) = (certificate.pem(), signed.pem());
        Self { root, middle: pem, issuer: Issuer::new(middle, below) }
    }

    /// A chain for a key, after a change.
    pub(crate) fn issue(
        &self,
        key: &ClaimKey,
        change: impl FnOnce(&mut CertificateParams),
    ) -> String {
        let mut params = named("Evening Post");
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![Usage::DigitalSignature];
        params.extended_key_usages = vec![Purpose::EmailProtection];
        params.use_authority_key_identifier_extension = true;
        params.not_after = OffsetDateTime::now_utc() + Duration::days(90);
        change(&mut params);
        params.signed_by(key, &self.issuer).unwrap().pem() + &self.middle
    }
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::OrganizationName, name);
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn ca(name: &str, below: u8) -> CertificateParams {
    let mut params = named(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(below));
    params.key_usages = vec![Usage::KeyCertSign];
    params.use_authority_key_identifier_extension = true;
    params
}

/// Credentials of an identity, with the time-stamps of another authority, and its root.
pub(crate) fn credentials(identity: Identity) -> (Credentials, String) {
    let folder = tempfile::tempdir().unwrap();
    let own = Authority::create(folder.path(), "Clock").unwrap();
    let anchors = own.root_pem().to_owned();
    let clock = anchors.clone();
    let time_stamps = Arc::new(own.into_time_stamps());
    let rule = TimeStampRule::Required;
    let signing = Signing { identity: Ok(identity), time_stamps, rule, anchors };
    (Credentials::of(signing).unwrap(), clock)
}

#[test]
fn every_algorithm_signs_what_a_list_of_its_authority_trusts() {
    let issuing = Issuing::new();
    for algorithm in ALGORITHMS {
        let key = key(algorithm);
        let chain = Chain::from_pem(&issuing.issue(&key, |_| {})).unwrap();
        // As from a file.
        let key = ClaimKey::from_pem(&key.to_pem().unwrap(), None).unwrap();
        assert_eq!(key.algorithm(), algorithm);
        let fingerprint = chain.fingerprint();
        let (credentials, clock) = credentials(Identity::new(key, chain).unwrap());
        let mut lists = TrustLists::default();
        lists.add_pem("tsa", &clock).unwrap();
        assert_eq!(credentials.certificate().unwrap(), fingerprint);
        lists.add_pem("press", &issuing.root).unwrap();
        let verifier = Verifier::new(lists).unwrap();
        for media_type in [MediaType::Png, MediaType::Jpeg] {
            let signed = credentials.sign(&request(), &picture(media_type), media_type).unwrap();
            let report = verifier.verify(&signed.bytes, None, None);
            assert_eq!(report.verdict, Verdict::Trusted, "{algorithm}: {report:?}");
            let signer = report.signer.unwrap();
            assert_eq!(
                (signer.name.as_str(), signer.list.as_deref()),
                ("Evening Post", Some("press"))
            );
            assert_eq!(signed.unstamped, None);
        }
    }
}

#[test]
fn what_validators_would_refuse_is_refused_with_its_cure() {
    let issuing = Issuing::new();
    let key = ClaimKey::generate(Algorithm::Es256).unwrap();
    let good = issuing.issue(&key, |_| {});
    let usages = |usages: &'static [Purpose]| {
        issuing.issue(&key, |params| params.extended_key_usages = usages.to_vec())
    };
    let (leaf, middle) = good.split_at(good.len() - issuing.middle.len());
    let self_signed = named("Evening Post").self_signed(&key).unwrap().pem();
    let stranger = Issuing::new().middle;
    let cases = [
        (issuing.issue(&ClaimKey::generate(Algorithm::Es256).unwrap(), |_| {}), "another key"),
        (format!("{good}{}", issuing.root), "is a root"),
        (format!("{middle}{leaf}"), "another key"),
        (format!("{leaf}{stranger}"), "is not signed by the one after it"),
        (usages(&[Purpose::ServerAuth]), "another purpose (servers)"),
        (usages(&[]), "it names none"),
        (usages(&[Purpose::Any]), "may not be joined"),
        (usages(&[Purpose::EmailProtection, Purpose::TimeStamping]), "e-mail, time-stamps"),
        (issuing.issue(&key, |params| params.key_usages = vec![Usage::KeyAgreement]), "key usage"),
        (
            issuing.issue(&key, |params| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)),
            "is an authority's",
        ),
        (
            issuing.issue(&key, |params| params.use_authority_key_identifier_extension = false),
            "authority key identifier",
        ),
        (self_signed, "key usage"),
    ];
    for (pem, expected) in cases {
        let key = ClaimKey::from_pem(&key.to_pem().unwrap(), None).unwrap();
        let refused = Chain::from_pem(&pem).and_then(|chain| Identity::new(key, chain));
        let said = refused.unwrap_err().to_string();
        assert!(said.contains(expected), "{expected}: {said}");
        assert!(said.rsplit(": ").next().unwrap().len() > 15, "a cure: {said}");
    }
    for (pem, expected) in
        [("", "there is none"), ("-----BEGIN CERTIFICATE-----\nAAAA\n", "cannot be read")]
    {
        let said = Chain::from_pem(pem).unwrap_err().to_string();
        assert!(said.contains(expected), "{said}");
    }
    let chain = Chain::from_pem(&good).unwrap();
    assert_eq!(chain.problems(&key), Vec::new());
    assert_eq!(Chain::from_pem(&chain.to_pem()).unwrap(), chain);
}

#[test]
fn nothing_is_signed_outside_the_time_of_the_certificate() {
    let issuing = Issuing::new();
    let now = OffsetDateTime::now_utc();
    for (from, until, expected) in [(-20, -10, "ended on"), (10, 20, "valid only from")] {
        let key = ClaimKey::generate(Algorithm::Ed25519).unwrap();
        let chain = issuing.issue(&key, |params| {
            params.not_before = now + Duration::days(from);
            params.not_after = now + Duration::days(until);
        });
        let identity = Identity::new(key, Chain::from_pem(&chain).unwrap()).unwrap();
        let (credentials, _) = credentials(identity);
        let refused = credentials.sign(&request(), b"text", MediaType::PlainText).unwrap_err();
        assert!(matches!(
            refused,
            ProvenanceError::Chain(ChainProblem::Expired { .. } | ChainProblem::NotYetValid { .. })
        ));
        assert!(refused.to_string().contains(expected), "{refused}");
    }
}

#[test]
fn a_request_asks_for_what_a_claim_signer_needs() {
    use x509_parser::{certification_request::X509CertificationRequest, prelude::FromDer as _};
    for algorithm in ALGORITHMS {
        let key = key(algorithm);
        let pem = certificate_request(&key, "Evening Post").unwrap();
        let (_, pem) = x509_parser::pem::parse_x509_pem(pem.as_bytes()).unwrap();
        let (_, request) = X509CertificationRequest::from_der(&pem.contents).unwrap();
        request.verify_signature().unwrap();
        assert_eq!(
            request.certification_request_info.subject.to_string(),
            "O=Evening Post, CN=Evening Post"
        );
        let asked = format!("{:?}", request.requested_extensions().unwrap().collect::<Vec<_>>());
        assert!(asked.contains("email_protection: true") && asked.contains("62558"), "{asked}");
    }
}

#[test]
fn a_revoked_certificate_counts_only_for_what_was_stamped_before() {
    let issuing = Issuing::new();
    let key = key(Algorithm::Ed25519);
    let chain = Chain::from_pem(&issuing.issue(&key, |_| {})).unwrap();
    let fingerprint = chain.fingerprint();
    let above = types::Sha256::of(&chain.certificates()[1]);
    let (credentials, clock) = credentials(Identity::new(key, chain).unwrap());
    let signed = credentials.sign(&request(), &picture(MediaType::Png), MediaType::Png).unwrap();
    let now = OffsetDateTime::now_utc();
    let cases = [
        (fingerprint, Duration::hours(1), true, Verdict::Trusted),
        (fingerprint, Duration::hours(-1), true, Verdict::UntrustedSigner),
        (above, Duration::hours(-1), true, Verdict::UntrustedSigner),
        // Nobody vouches for the time.
        (fingerprint, Duration::hours(1), false, Verdict::UntrustedSigner),
    ];
    for (revoked, after, listed_clock, expected) in cases {
        let mut lists = TrustLists::default();
        lists.add_pem("press", &issuing.root).unwrap();
        if listed_clock {
            lists.add_pem("tsa", &clock).unwrap();
        }
        lists.revoke(revoked, now + after);
        let report = Verifier::new(lists).unwrap().verify(&signed.bytes, None, None);
        assert_eq!(report.verdict, expected, "{report:?}");
        assert!(report.signer.unwrap().revoked_at.is_some());
    }
}
