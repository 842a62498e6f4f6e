//! What validators would refuse in a signing certificate, in words, and the cure.

use time::OffsetDateTime;

/// What validators would refuse (C2PA 2.4, section 14.5).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainProblem {
    /// No certificate at all.
    #[error("there is none in the file")]
    Empty,
    /// One that cannot be parsed.
    #[error("number {place} cannot be read ({reason})")]
    Unreadable {
        /// From 1, the signer's.
        place: usize,
        /// What is wrong.
        reason: String,
    },
    /// The key and the certificate do not belong together.
    #[error("it belongs to another key than the one given")]
    OtherKey,
    /// The root is among them.
    #[error("the last one, {name}, is a root: it signed itself")]
    Root {
        /// Its subject.
        name: String,
    },
    /// One is not signed by the next.
    #[error("{below} is not signed by the one after it, {above}")]
    Order {
        /// Subject of the one.
        below: String,
        /// Subject of the next.
        above: String,
    },
    /// Made with an algorithm that is not allowed.
    #[error("{name} is signed with an algorithm that C2PA does not allow ({algorithm})")]
    Algorithm {
        /// Its subject.
        name: String,
        /// The object identifier.
        algorithm: String,
    },
    /// Not of version 3.
    #[error("it is not an X.509 certificate of version 3")]
    Version,
    /// The signer's is an authority's.
    #[error("it is an authority's, which may issue certificates and not sign claims")]
    Authority,
    /// One above the signer's is not an authority's.
    #[error("{name} may not issue certificates")]
    NoAuthority {
        /// Its subject.
        name: String,
    },
    /// Key usage does not allow signatures.
    #[error("its key usage does not allow digital signatures")]
    KeyUsage,
    /// No purpose, or a wrong one.
    #[error("it is for another purpose ({purposes})")]
    Purpose {
        /// What it is for.
        purposes: String,
    },
    /// For every purpose, or for signing claims and time-stamps at once.
    #[error("it is for purposes that may not be joined with signing claims ({purposes})")]
    Purposes {
        /// What it is for.
        purposes: String,
    },
    /// The authority's key identifier is missing.
    #[error("{name} does not say by which key it was issued (no authority key identifier)")]
    KeyIdentifier {
        /// Its subject.
        name: String,
    },
    /// Its time has not come.
    #[error("it is valid only from {}", day(*from))]
    NotYetValid {
        /// When its time begins.
        from: OffsetDateTime,
    },
    /// Its time is over.
    #[error("it ended on {}", day(*at))]
    Expired {
        /// When it ended.
        at: OffsetDateTime,
    },
    /// It is on the installation's list of revoked ones.
    #[error("it is revoked since {}", day(*since))]
    Revoked {
        /// Since when.
        since: OffsetDateTime,
    },
}

impl ChainProblem {
    /// What to do about it, as a sentence without a stop.
    #[must_use]
    pub const fn fix(&self) -> &'static str {
        match self {
            Self::Empty => {
                "give the PEM file of your authority, which holds BEGIN CERTIFICATE lines"
            }
            Self::Unreadable { .. } => "ask your authority for the chain as PEM again",
            Self::OtherKey => "give the key that `imprimatur keys csr` wrote for this request",
            Self::Root { .. } => "remove it: validators have roots in their lists",
            Self::Order { .. } => {
                "put the signer's certificate first, and after each one the one that issued it"
            }
            Self::Algorithm { .. } => {
                "ask for one signed with Ed25519, ECDSA or RSA over SHA-256, SHA-384 or SHA-512"
            }
            Self::Version
            | Self::KeyUsage
            | Self::KeyIdentifier { .. }
            | Self::NoAuthority { .. } => {
                "ask your authority for a C2PA claim signing certificate, with the request of `imprimatur keys csr`"
            }
            Self::Authority => {
                "give the certificate that was issued for your key, before those above it"
            }
            Self::Purpose { .. } | Self::Purposes { .. } => {
                "ask for one whose extended key usage is C2PA claim signing (1.3.6.1.4.1.62558.2.1) or e-mail protection"
            }
            Self::NotYetValid { .. } => "wait, or set the clock if it is wrong",
            Self::Expired { .. } | Self::Revoked { .. } => {
                "get a new one: `imprimatur keys csr`, then `imprimatur keys import`; or `imprimatur keys rotate --signing` for one of your own"
            }
        }
    }
}

fn day(time: OffsetDateTime) -> String {
    let (date, minutes) = (time.date(), (time.hour(), time.minute()));
    format!("{date} {:02}:{:02} UTC", minutes.0, minutes.1)
}
