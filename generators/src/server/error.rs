//! What can go wrong with a server behind this one, by what the caller can do about it.
//!
//! Nothing that the server wrote is repeated but a short code: policy has not seen its words, and
//! they may name addresses or keys.

use std::fmt;

/// Longest code that is repeated.
const CODE_CHARS_MAX: usize = 64;

/// A server did not do its part.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the server behind this model {fault}")]
pub struct UpstreamError {
    /// What happened.
    pub fault: Fault,
    /// How long to wait before asking again, if that is known.
    pub retry_after_s: Option<u32>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// No connection could be made.
    Unreachable,
    /// The connection ended before the answer did, or the answer is shorter than was said.
    Reset,
    /// It sent nothing for too long.
    TimedOut(Wait),
    /// It has too much to do: 429 or 503.
    Busy,
    /// All endpoints have failed too often: they are left alone for a while.
    Resting,
    /// It cannot serve this request: another 4xx.
    Refused {
        /// HTTP status.
        status: u16,
        /// The server's code for it.
        code: Option<String>,
    },
    /// It does not accept the key that is configured, or has no such model or path.
    Misconfigured(u16),
    /// It failed: 5xx.
    Failed(u16),
    /// It sent the request elsewhere; that is not followed.
    Redirected,
    /// Its answer is not what the protocol says, and how.
    Malformed(&'static str),
    /// Its answer is larger than any that is wanted.
    TooLarge,
    /// It said in mid-answer that it cannot go on.
    Reported(Option<String>),
}

/// What was waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// The first byte of an answer.
    FirstByte,
    /// The next byte.
    NextByte,
    /// The end.
    Whole,
}

impl UpstreamError {
    /// A short, stable code for records.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self.fault {
            Fault::Unreachable => "upstream_unreachable",
            Fault::Reset => "upstream_reset",
            Fault::TimedOut(_) => "upstream_timed_out",
            Fault::Busy => "upstream_busy",
            Fault::Resting => "upstream_resting",
            Fault::Refused { .. } => "upstream_refused",
            Fault::Misconfigured(_) => "upstream_misconfigured",
            Fault::Failed(_) => "upstream_failed",
            Fault::Redirected => "upstream_redirected",
            Fault::Malformed(_) => "upstream_malformed",
            Fault::TooLarge => "upstream_too_large",
            Fault::Reported(_) => "upstream_reported",
        }
    }

    /// Whether another endpoint, or the same a little later, may do it: nothing was read yet.
    pub(super) const fn is_worth_another_try(&self) -> bool {
        matches!(
            self.fault,
            Fault::Unreachable
                | Fault::Reset
                | Fault::Busy
                | Fault::Failed(_)
                | Fault::TimedOut(Wait::FirstByte)
        )
    }

    /// Whether it says something about the endpoint's health, not about the request.
    pub(super) const fn is_of_endpoint(&self) -> bool {
        !matches!(
            self.fault,
            Fault::Refused { .. } | Fault::Misconfigured(403) | Fault::TooLarge | Fault::Resting
        )
    }

    /// Whether another model may be asked instead. What a server would not answer is not asked
    /// elsewhere: that would be a way around its rules. Some servers say so by 403.
    #[must_use]
    pub fn may_fall_back(&self) -> bool {
        match &self.fault {
            Fault::Refused { .. } | Fault::Misconfigured(403) => false,
            Fault::Reported(Some(code)) => !is_of_content(code),
            _ => true,
        }
    }
}

impl From<Fault> for UpstreamError {
    fn from(fault: Fault) -> Self {
        Self { fault, retry_after_s: None }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = |code: &Option<String>| {
            code.as_ref().map(|code| format!(" (`{code}`)")).unwrap_or_default()
        };
        match self {
            Self::Unreachable => f.write_str("cannot be reached"),
            Self::Reset => f.write_str("ended the connection before its answer was whole"),
            Self::TimedOut(Wait::FirstByte) => f.write_str("began no answer in time"),
            Self::TimedOut(Wait::NextByte) => f.write_str("stopped in the middle of its answer"),
            Self::TimedOut(Wait::Whole) => f.write_str("did not finish its answer in time"),
            Self::Busy => f.write_str("is busy"),
            Self::Resting => f.write_str("has failed too often and is left alone for a while"),
            Self::Refused { status, code: said } => {
                write!(f, "cannot serve this request: {status}{}", code(said))
            }
            Self::Misconfigured(status) => write!(
                f,
                "answers {status}: its configured address, model name or key is not right"
            ),
            Self::Failed(status) => write!(f, "failed: {status}"),
            Self::Redirected => f.write_str("sends requests elsewhere, which is not followed"),
            Self::Malformed(how) => write!(f, "gave an answer that cannot be used: {how}"),
            Self::TooLarge => f.write_str("gave an answer that is too large"),
            Self::Reported(said) => write!(f, "could not finish its answer{}", code(said)),
        }
    }
}

/// Whether a code says that a server's rules forbid the content.
fn is_of_content(code: &str) -> bool {
    const WORDS: [&str; 7] =
        ["content", "moderation", "safety", "policy", "prohibited", "blocklist", "responsible"];
    let code = code.to_ascii_lowercase();
    WORDS.iter().any(|word| code.contains(word))
}

/// A code as it may be repeated: short and of harmless characters.
pub(crate) fn harmless(code: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let fits = !code.is_empty() && code.len() <= CODE_CHARS_MAX && code.chars().all(plain);
    fits.then(|| code.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_forbids_is_not_asked_elsewhere() {
        let reported = |code: &str| Fault::Reported(Some(code.to_owned()));
        let cases = [
            (Fault::Failed(500), true),
            (Fault::Resting, true),
            (Fault::Misconfigured(401), true),
            (Fault::Misconfigured(403), false),
            (Fault::Refused { status: 400, code: None }, false),
            (Fault::Reported(None), true),
            (reported("overloaded"), true),
            (reported("content_filter"), false),
            (reported("ResponsibleAIPolicyViolation"), false),
            (reported("context_length_exceeded"), true),
        ];
        for (fault, expected) in cases {
            assert_eq!(UpstreamError::from(fault.clone()).may_fall_back(), expected, "{fault:?}");
        }
    }

    #[test]
    fn only_codes_are_repeated() {
        let cases = [
            ("context_length_exceeded", true),
            ("", false),
            ("the secret plan", false),
            ("http://10.0.0.1/", false),
            ("文", false),
        ];
        for (code, expected) in cases {
            assert_eq!(harmless(code).is_some(), expected, "{code}");
        }
        assert_eq!(harmless(&"a".repeat(65)), None);
    }
}
