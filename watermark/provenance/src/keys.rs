//! Signing identities: keys that sign claims, and the certificates that say whose they are.
//!
//! Reading order: [`Algorithm`], [`ClaimKey`], [`Chain`] with what validators would refuse in it
//! ([`ChainProblem`]), [`Identity`] joins the two; [`certificate_request`] asks an authority;
//! [`KeyFolder`] keeps identities, and those that were revoked.

mod algorithm;
mod chain;
mod claim_key;
mod folder;
mod identity;
mod pkcs8;
mod problem;
mod profile;
mod request;
mod revocations;
mod token;

pub use algorithm::Algorithm;
pub use chain::Chain;
pub use claim_key::ClaimKey;
pub use folder::{Kept, KeyFolder};
pub use identity::Identity;
pub use problem::ChainProblem;
pub use request::certificate_request;
pub use revocations::{Reason, Revocation, Revocations};
pub use token::TokenSettings;
