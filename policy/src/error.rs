//! Why a pack does not load.

use crate::FailedTest;

/// A rule pack cannot be used; the last good one stays in force.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// The text is not TOML, or has a key or value that no pack has.
    #[error("the rule pack cannot be read: {0}")]
    Syntax(String),
    /// A rule is well-formed but makes no sense.
    #[error("rule `{rule}` (line {line}): {reason}")]
    Rule {
        /// The rule's id.
        rule: String,
        /// Where it begins.
        line: usize,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// Rules do not decide as their own tests expect.
    #[error("the rule pack fails {} of its own tests: {}", .0.len(), list(.0))]
    Tests(Vec<FailedTest>),
    /// The built-in classifier cannot be read.
    #[error("the built-in classifier is damaged: build the program again")]
    Model,
    /// A list of pictures holds something else.
    #[error(
        "line {line} of the picture list `{list}` is no fingerprint: 64 hexadecimal digits, as `imprimatur moderate FILE` prints them"
    )]
    PictureList {
        /// The list's name.
        list: String,
        /// The line, from 1.
        line: usize,
    },
    /// No trusted key signed the pack.
    #[error(
        "no trusted key signed this pack: sign it again after the last change, or name the signer's key"
    )]
    Signature,
    /// A key that signs packs cannot be read.
    #[error(
        "the key is not an Ed25519 key in PEM ({0}): `openssl genpkey -algorithm ed25519` makes one"
    )]
    Key(String),
    /// The rules are together too large.
    #[error(
        "the rules cannot be compiled ({0}): shorten the largest regexes or lower their max_len"
    )]
    TooLarge(String),
}

fn list(failed: &[FailedTest]) -> String {
    failed.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
