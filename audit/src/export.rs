//! Evidence for others: a BagIt bag (RFC 8493) in a ZIP that anyone can check offline.
//!
//! Reading order: [`plan`] says what goes in, `reading` takes it out of the log in order, `payload`
//! writes it down, `bag` packs it, [`exporter`] leads all of it; [`mod@check`] is the way back: it reads
//! a bag and names what is wrong with it.
//!
//! What ties a bag together: every file is in `manifest-sha256.txt`, and the digest of that file is
//! in a record of the log, which comes with the bag together with its proof. So a changed, added or
//! missing file is found even when all digests were made anew.

mod about;
mod bag;
pub mod check;
mod error;
mod events;
pub mod exporter;
mod names;
mod payload;
pub mod plan;
mod reading;
mod redaction;
mod sealing;
mod trust;

pub use self::{
    check::{Checked, check},
    error::{ExportError, Fault},
    exporter::{Exported, Exporter},
    plan::{Author, Certificate, Enclosures, Plan, PolicyText, Progress},
    redaction::Redaction,
};

#[cfg(test)]
mod tests;
