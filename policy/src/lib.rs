//! Rule packs, and the decisions they give before, during and after generation.
//!
//! One engine judges a prompt, a whole output, and an output that is still being written; the
//! three agree because every rule looks only at matches and at what lies near them.
//!
//! Reading order: [`Scope`] says whom a decision is about, `pack` reads rules, `normalise` undoes
//! disguises without losing where a code point came from, `matchers` find, `classify` scores
//! sentences, `ledger` turns what was found into rules that fired, [`Engine`] and [`StreamJudge`]
//! decide; a [`PictureList`] knows pictures, and [`unsourced_quotes`] compares a text with its
//! sources.

mod classify;
mod diff;
mod engine;
mod error;
mod judgement;
mod ledger;
mod lint;
mod matchers;
mod normalise;
mod pack;
mod pictures;
mod quotes;
mod rule;
mod scope;
mod signed;
mod stream;
mod trial;

pub use classify::{CategoryScore, SentenceFeatures, features};
pub use diff::{RuleChange, diff};
pub use engine::Engine;
pub use error::PolicyError;
pub use judgement::Judgement;
pub use lint::{LintFinding, lint};
pub use pictures::PictureList;
pub use quotes::unsourced_quotes;
pub use scope::{Hook, Scope};
pub use signed::{PackSignature, Signer, sign, verify};
pub use stream::{Finished, Step, StreamJudge};
pub use trial::{FailedTest, TestReport, test};

/// The pack that a new installation starts with.
pub const NEWSROOM_PACK: &str = include_str!("../packs/newsroom.toml");
