//! Content Credentials: certificates, manifests, time-stamps, verification.
//!
//! This is the only crate that names `c2pa`. Reading order: [`authority`] makes the certificates,
//! [`timestamp`] the time-stamps, [`request`] says what a manifest states, [`credentials`] signs,
//! [`text`] puts manifests into texts.
//! The way back: [`trust`] says whose signatures count, [`verify`] reads, [`report`] is the answer.

mod actors;
pub mod authority;
mod bounds;
mod container;
mod contents;
pub mod credentials;
mod declared;
mod der;
mod error;
mod findings;
mod judging;
mod jumbf;
mod locating;
mod manifest;
pub mod report;
pub mod request;
mod signature;
mod signer;
mod single;
mod source;
pub mod stamping;
mod summary;
pub mod text;
mod thumbnails;
pub mod timestamp;
mod token;
mod tree;
pub mod trust;
pub mod verify;
mod xmp;

pub use actors::{ActorStatus, NamedActor};
pub use authority::Authority;
pub use contents::{Action, Binding, Contents};
pub use credentials::{Credentials, Signed};
pub use error::ProvenanceError;
pub use report::{Labels, Report, Signer, TimeStamp, Verdict};
pub use request::{DigitalSourceType, Ingredient, Model, SigningRequest, SoftBinding};
pub use single::single;
pub use stamping::{StampRequest, Stamped};
pub use summary::Summary;
pub use thumbnails::{Picture, Thumbnail};
pub use timestamp::TimeStampAuthority;
pub use tree::Node;
pub use trust::{TrustList, TrustLists};
pub use verify::Verifier;
