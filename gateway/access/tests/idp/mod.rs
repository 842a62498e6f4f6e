//! A provider of identities for tests: discovery, keys, authorisation, tokens; and every way to be wrong.

use std::{
    collections::HashMap,
    sync::Mutex,
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as B64};
use ring::{
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
    },
};
use serde_json::{Value, json};

/// A key that signs nothing but the tokens of tests.
const RSA: &[u8] = include_bytes!("test-only.p8");

/// How the provider is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    Nonce,
    Issuer,
    Audience,
    Expired,
    Unsigned,
    SharedSecret,
    OtherKey,
    NoToken,
}

/// How tokens are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Rs256,
    Es256,
}

struct Begun {
    nonce: String,
    challenge: String,
    redirect: String,
}

/// The provider.
pub(crate) struct Idp {
    pub(crate) issuer: String,
    pub(crate) fault: Mutex<Fault>,
    pub(crate) algorithm: Algorithm,
    pub(crate) claims: Mutex<Value>,
    rsa: RsaKeyPair,
    ec: EcdsaKeyPair,
    other: EcdsaKeyPair,
    codes: Mutex<HashMap<String, Begun>>,
}

fn ec() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random).unwrap()
}

impl Idp {
    pub(crate) fn new(issuer: &str, algorithm: Algorithm) -> Self {
        Self {
            issuer: issuer.to_owned(),
            fault: Mutex::new(Fault::None),
            algorithm,
            claims: Mutex::new(json!({"preferred_username": "ada", "groups": ["desk"]})),
            rsa: RsaKeyPair::from_pkcs8(RSA).unwrap(),
            ec: ec(),
            other: ec(),
            codes: Mutex::default(),
        }
    }

    /// What the person's browser meets: they agree, and are sent back with state and code.
    pub(crate) fn authorize(&self, url: &str) -> (String, String) {
        let (page, query) = url.split_once('?').unwrap();
        assert_eq!(page, format!("{}/authorize", self.issuer));
        let asked = fields(query);
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["client_id"], "imprimatur");
        assert_eq!(asked["code_challenge_method"], "S256");
        assert!(asked["scope"].split(' ').any(|scope| scope == "openid"));
        let mut codes = self.codes.lock().unwrap();
        let code = format!("code{}", codes.len());
        let begun = Begun {
            nonce: asked["nonce"].clone(),
            challenge: asked["code_challenge"].clone(),
            redirect: asked["redirect_uri"].clone(),
        };
        codes.insert(code.clone(), begun);
        (asked["state"].clone(), code)
    }

    /// What it answers to our requests: a status and JSON.
    pub(crate) fn answer(&self, path: &str, authorization: &str, body: &str) -> (u16, Value) {
        match path {
            "/.well-known/openid-configuration" => (200, self.discovery()),
            "/jwks" => (200, self.keys()),
            "/token" => self.token(authorization, body),
            _ => (404, json!({})),
        }
    }

    fn discovery(&self) -> Value {
        let issuer = &self.issuer;
        json!({
            "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/jwks"),
            "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256", "none"],
        })
    }

    fn keys(&self) -> Value {
        let point = self.ec.public_key().as_ref();
        let ec = json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "kid": "ec", "alg": "ES256",
            "x": B64.encode(&point[1..33]), "y": B64.encode(&point[33..65]),
        });
        let public = ring::rsa::PublicKeyComponents::<Vec<u8>>::from(self.rsa.public());
        let rsa = json!({
            "kty": "RSA", "use": "sig", "kid": "rsa", "alg": "RS256",
            "n": B64.encode(&public.n),
            "e": B64.encode(&public.e),
        });
        json!({"keys": [ec, rsa]})
    }

    fn token(&self, authorization: &str, body: &str) -> (u16, Value) {
        let given = fields(body);
        let refused = (400, json!({"error": "invalid_grant"}));
        let Some(begun) = self.codes.lock().unwrap().remove(&given["code"]) else { return refused };
        let verifier =
            ring::digest::digest(&ring::digest::SHA256, given["code_verifier"].as_bytes());
        let secret = format!(
            "Basic {}",
            base64::engine::general_purpose::STANDARD.encode("imprimatur:s3cret")
        );
        if B64.encode(verifier) != begun.challenge
            || given["redirect_uri"] != begun.redirect
            || authorization != secret
        {
            return refused;
        }
        let mut answer = json!({"access_token": "at", "token_type": "Bearer", "expires_in": 60});
        if *self.fault.lock().unwrap() != Fault::NoToken {
            answer["id_token"] = json!(self.id_token(&begun.nonce));
        }
        (200, answer)
    }

    fn id_token(&self, nonce: &str) -> String {
        let fault = *self.fault.lock().unwrap();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let expires = if fault == Fault::Expired { now - 3600 } else { now + 300 };
        let mut claims = json!({
            "iss": self.issuer, "aud": "imprimatur", "sub": "subject-1", "nonce": nonce,
            "iat": now - 7200, "exp": expires,
        });
        for (name, value) in self.claims.lock().unwrap().as_object().unwrap() {
            claims[name.as_str()] = value.clone();
        }
        match fault {
            Fault::Nonce => claims["nonce"] = json!("of another sign-in"),
            Fault::Issuer => claims["iss"] = json!("https://other.example"),
            Fault::Audience => claims["aud"] = json!("another client"),
            _ => {}
        }
        let (algorithm, id) = match (fault, self.algorithm) {
            (Fault::Unsigned, _) => ("none", "ec"),
            (Fault::SharedSecret, _) => ("HS256", "ec"),
            (Fault::OtherKey, _) | (_, Algorithm::Es256) => ("ES256", "ec"),
            (_, Algorithm::Rs256) => ("RS256", "rsa"),
        };
        let header = json!({"alg": algorithm, "typ": "JWT", "kid": id});
        let signed =
            format!("{}.{}", B64.encode(header.to_string()), B64.encode(claims.to_string()));
        let signature = self.signature(fault, algorithm, signed.as_bytes());
        format!("{signed}.{}", B64.encode(signature))
    }

    fn signature(&self, fault: Fault, algorithm: &str, signed: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match algorithm {
            "none" => Vec::new(),
            "HS256" => {
                let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"s3cret");
                ring::hmac::sign(&key, signed).as_ref().to_vec()
            }
            "RS256" => {
                let mut signature = vec![0; self.rsa.public().modulus_len()];
                self.rsa.sign(&RSA_PKCS1_SHA256, &random, signed, &mut signature).unwrap();
                signature
            }
            _ => {
                let key = if fault == Fault::OtherKey { &self.other } else { &self.ec };
                key.sign(&random, signed).unwrap().as_ref().to_vec()
            }
        }
    }
}

/// The fields of a query or of a form.
pub(crate) fn fields(text: &str) -> HashMap<String, String> {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), decoded(value))).collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                let digits = std::str::from_utf8(&digits).unwrap();
                bytes.push(u8::from_str_radix(digits, 16).unwrap());
            }
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).unwrap()
}
