//! `[provenance]`: in whose name assets are signed, with which key, and who stamps the time.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Hidden;

/// `[provenance]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Provenance {
    /// The organisation in certificates and in the sentence about unpublished work.
    pub publisher: String,
    /// Certificates (PEM, the signer's first) that sign instead of the installed ones.
    pub signing_chain: Option<PathBuf>,
    /// Their key: a PKCS#8 file that only its owner can read.
    pub signing_key_file: Option<PathBuf>,
    /// Or the key itself, from the environment only.
    #[serde(skip_serializing)]
    pub signing_key: Option<Hidden>,
    /// The passphrase of the key that signs: a file that only its owner can read.
    pub passphrase_file: Option<PathBuf>,
    /// Or the passphrase itself, from the environment only.
    #[serde(skip_serializing)]
    pub passphrase: Option<Hidden>,
    /// The PKCS#11 module of the token that holds the key.
    pub pkcs11_module: Option<PathBuf>,
    /// The token's label.
    pub pkcs11_token: Option<String>,
    /// The key's label.
    pub pkcs11_key: Option<String>,
    /// The user's PIN: a file that only its owner can read.
    pub pkcs11_pin_file: Option<PathBuf>,
    /// Or the PIN itself, from the environment only.
    #[serde(skip_serializing)]
    pub pkcs11_pin: Option<Hidden>,
    /// An RFC 3161 authority; without it the one in this program stamps.
    pub tsa_url: Option<String>,
    /// Certificates (PEM) that the authority's must lead to.
    pub tsa_trust: Option<PathBuf>,
    /// What happens when there is no time-stamp.
    pub time_stamp: TimeStamp,
}

/// What happens when there is no time-stamp.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimeStamp {
    /// Nothing is signed, and the request fails.
    #[default]
    Required,
    /// It is signed without; record and answer say so.
    Optional,
}

impl Default for Provenance {
    fn default() -> Self {
        Self {
            publisher: "Example Newsroom".to_owned(),
            signing_chain: None,
            signing_key_file: None,
            signing_key: None,
            passphrase_file: None,
            passphrase: None,
            pkcs11_module: None,
            pkcs11_token: None,
            pkcs11_key: None,
            pkcs11_pin_file: None,
            pkcs11_pin: None,
            tsa_url: None,
            tsa_trust: None,
            time_stamp: TimeStamp::Required,
        }
    }
}

impl Provenance {
    /// Why these values cannot be used, if so.
    pub(super) fn problem(&self) -> Option<String> {
        let key = self.signing_key.is_some() || self.signing_key_file.is_some();
        let token = [
            self.pkcs11_module.is_some(),
            self.pkcs11_token.is_some(),
            self.pkcs11_key.is_some(),
            self.pkcs11_pin_file.is_some() || self.pkcs11_pin.is_some(),
        ];
        let wrong = match (&self.tsa_url, &self.tsa_trust) {
            _ if key && self.signing_chain.is_none() => {
                "provenance.signing_chain is missing: name the certificates of the signing key"
            }
            _ if token.contains(&true) && token.contains(&false) => {
                "a key in a token needs provenance.pkcs11_module, pkcs11_token, pkcs11_key, and pkcs11_pin_file or IMPRIMATUR__PROVENANCE__PKCS11_PIN"
            }
            _ if key && token.contains(&true) => {
                "provenance names a signing key and a token: remove one of the two"
            }
            (None, Some(_)) => "provenance.tsa_trust is set without provenance.tsa_url",
            (Some(url), _) if !url.starts_with("http://") && !url.starts_with("https://") => {
                "provenance.tsa_url must begin with http:// or https://"
            }
            _ => return None,
        };
        Some(wrong.to_owned())
    }

    /// Why a configuration file with these values is refused: secrets have no place in it.
    pub(super) fn secret(&self) -> Option<String> {
        let secrets = [
            (self.signing_key.is_some(), "signing_key", "signing_key_file"),
            (self.passphrase.is_some(), "passphrase", "passphrase_file"),
            (self.pkcs11_pin.is_some(), "pkcs11_pin", "pkcs11_pin_file"),
        ];
        let (_, name, file) = secrets.into_iter().find(|(set, ..)| *set)?;
        Some(format!(
            "provenance.{name} is a secret: set IMPRIMATUR__PROVENANCE__{}, or name a file of mode 600 in provenance.{file}",
            name.to_uppercase()
        ))
    }

    /// Secrets as they stand in the environment, where `0123` is not the number 123.
    pub(super) fn take_secrets(&mut self) {
        let raw = |name: &str| std::env::var(format!("IMPRIMATUR__PROVENANCE__{name}")).ok();
        for (name, secret) in [
            ("SIGNING_KEY", &mut self.signing_key),
            ("PASSPHRASE", &mut self.passphrase),
            ("PKCS11_PIN", &mut self.pkcs11_pin),
        ] {
            if let Some(text) = raw(name) {
                *secret = Some(Hidden::from(text));
            }
        }
    }
}
