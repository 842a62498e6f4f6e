//! Content Credentials: certificates, manifests, time-stamps, verification.
//!
//! This is the only crate that names `c2pa`. Reading order: [`authority`] makes the certificates,
//! [`timestamp`] the time-stamps, [`request`] says what a manifest states, [`credentials`] signs,
//! [`trust`] and [`verify`] are the way back.

pub mod authority;
pub mod credentials;
mod der;
mod error;
mod manifest;
pub mod request;
mod signer;
mod summary;
pub mod timestamp;
pub mod trust;
pub mod verify;
mod xmp;

pub use authority::Authority;
pub use credentials::{Credentials, Signed};
pub use error::ProvenanceError;
pub use request::{DigitalSourceType, Ingredient, Model, SigningRequest, SoftBinding};
pub use summary::Summary;
pub use timestamp::TimeStampAuthority;
pub use trust::TrustLists;
pub use verify::{Report, Signer, TimeStamp, Verdict, Verifier};
