//! How a claim can be signed.

use std::{fmt, str::FromStr};

use c2pa::SigningAlg;
use rcgen::{
    PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PKCS_RSA_SHA256,
    SignatureAlgorithm,
};

/// Signature algorithms that C2PA 2.4, section 13.2.1 allows and that are offered here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// Ed25519.
    #[default]
    Ed25519,
    /// ECDSA over P-256 with SHA-256.
    Es256,
    /// ECDSA over P-384 with SHA-384.
    Es384,
    /// RSASSA-PSS with SHA-256.
    Ps256,
}

impl Algorithm {
    const ALL: [Self; 4] = [Self::Ed25519, Self::Es256, Self::Es384, Self::Ps256];

    /// The name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ed25519 => "ed25519",
            Self::Es256 => "es256",
            Self::Es384 => "es384",
            Self::Ps256 => "ps256",
        }
    }

    /// How a claim names it.
    pub(crate) const fn in_claims(self) -> SigningAlg {
        match self {
            Self::Ed25519 => SigningAlg::Ed25519,
            Self::Es256 => SigningAlg::Es256,
            Self::Es384 => SigningAlg::Es384,
            Self::Ps256 => SigningAlg::Ps256,
        }
    }

    /// How certificates and requests for them are signed.
    pub(crate) fn in_certificates(self) -> &'static SignatureAlgorithm {
        match self {
            Self::Ed25519 => &PKCS_ED25519,
            Self::Es256 => &PKCS_ECDSA_P256_SHA256,
            Self::Es384 => &PKCS_ECDSA_P384_SHA384,
            Self::Ps256 => &PKCS_RSA_SHA256,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Algorithm {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|algorithm| algorithm.name() == name);
        found.ok_or_else(|| format!("`{name}` is none of ed25519, es256, es384, ps256"))
    }
}
