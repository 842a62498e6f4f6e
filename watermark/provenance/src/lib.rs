//! Content Credentials: certificates, manifests, time-stamps, verification.
//!
//! This is the only crate that names `c2pa`. Reading order: [`keys`] are signing identities,
//! [`authority`] makes own ones, [`timestamp`] the time-stamps, [`request`] says what a manifest states, [`credentials`] signs.
//! The way back: [`trust`] says whose signatures count, [`verify`] reads, [`report`] is the answer.

pub mod authority;
pub mod credentials;
mod declared;
mod der;
mod error;
mod findings;
mod jumbf;
pub mod keys;
mod manifest;
pub mod report;
pub mod request;
mod signer;
pub mod stamping;
mod summary;
pub mod timestamp;
mod token;
pub mod trust;
pub mod verify;
mod xmp;

pub use authority::Authority;
pub use credentials::{Credentials, Signed, Signing};
pub use error::ProvenanceError;
pub use keys::{Algorithm, Chain, ChainProblem, ClaimKey, Identity};
pub use report::{Labels, Report, Signer, TimeStamp, Verdict};
pub use request::{DigitalSourceType, Ingredient, Model, SigningRequest, SoftBinding};
pub use stamping::{StampRequest, Stamped};
pub use summary::Summary;
pub use timestamp::{TimeStampAuthority, TimeStampRule};
pub use trust::TrustLists;
pub use verify::Verifier;
