//! Plain data that the rooms hand to each other: no I/O, no async, no policy.
//!
//! Reading order: [`id`] and [`digest`] name things, [`principal`] says who asks,
//! [`media`], [`request`], [`drawing`] and [`speaking`] what is asked, [`finding`] what policy saw,
//! [`mark`] and [`fingerprint`] how the result can be recognised later,
//! [`receipt`] what the log promised.

pub mod digest;
pub mod drawing;
pub mod error;
pub mod finding;
pub mod fingerprint;
pub mod id;
pub mod mark;
pub mod media;
pub mod principal;
pub mod receipt;
pub mod request;
pub mod speaking;

pub use digest::Sha256;
pub use drawing::{Attachment, Drawing, Part, Task};
pub use error::TypeError;
pub use finding::{Action, Category, CheckRun, Decision, Finding, PolicyVersion, Span};
pub use fingerprint::{ImageFingerprint, TextFingerprint};
pub use id::{AssetId, MarkId, RequestId, VaultId};
pub use mark::Mark;
pub use media::{MediaType, Modality};
pub use principal::{Principal, Role};
pub use receipt::Receipt;
pub use request::{
    GenerationRequest, Language, Message, Overriding, Sampling, Speaker, TextFormat, Unlabelled,
};
pub use speaking::{Filming, Listening, SoundFormat, Speaking};
