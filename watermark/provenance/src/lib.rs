//! Content Credentials: certificates, manifests, time-stamps, verification.
//!
//! This is the only crate that names `c2pa`. Reading order: [`keys`] are signing identities,
//! [`authority`] makes own ones, [`timestamp`] the time-stamps, [`request`] says what a manifest
//! states, [`metadata`] what the file itself says beside it, [`credentials`] signs, [`text`] puts
//! manifests into texts.
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
pub mod keys;
mod locating;
mod manifest;
pub mod metadata;
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

pub use actors::{ActorStatus, NamedActor};
pub use authority::Authority;
pub use contents::{Action, Binding, Contents};
pub use credentials::{Credentials, Signed, Signing, carries_manifest};
pub use error::ProvenanceError;
pub use keys::{Algorithm, Chain, ChainProblem, ClaimKey, Identity};
pub use report::{Labels, Report, Signer, TimeStamp, Verdict};
pub use request::{
    BindingKind, Change, DigitalSourceType, HumanOversight, Ingredient, Model, Permission,
    Relationship, SigningRequest, SoftBinding, TrainingMining, UpdateKind, UpdateRequest,
};
pub use single::single;
pub use stamping::{StampRequest, Stamped};
pub use summary::Summary;
pub use thumbnails::{Picture, Thumbnail};
pub use timestamp::{TimeStampAuthority, TimeStampRule};
pub use tree::Node;
pub use trust::{TrustList, TrustLists};
pub use verify::Verifier;
