//! One slot of 128 bytes.
//!
//! | bytes | live | erased |
//! |---|---|---|
//! | 0–3 | `IMPK` | `IMPK` |
//! | 4 | state `0xa1` | state `0x5e` |
//! | 5 | 0 | ground of the erasure |
//! | 8–23 | pseudonym | pseudonym |
//! | 24–31 | size of the log when the key was made | the same |
//! | 32–39 | time when the key was made, Unix seconds | 0 |
//! | 40–63 | nonce | 0 |
//! | 64–111 | wrapped key | 0 |
//! | 123–126 | CRC-32 over bytes 0–122 | the same |
//! | 127 | `0x5a`: the slot is whole | the same |

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::vault::{
    Subject,
    cipher::{NONCE_BYTES, WRAPPED_BYTES, Wrapped},
};

pub(in crate::vault) const SLOT_BYTES: usize = 128;
const MAGIC: [u8; 4] = *b"IMPK";
const LIVE: u8 = 0xa1;
const ERASED: u8 = 0x5e;
const WHOLE: u8 = 0x5a;
const CRC_AT: usize = 123;
/// The bytes that only a live slot uses.
const SECRET: std::ops::Range<usize> = 32..CRC_AT;

/// Why originals were destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Ground {
    /// The person asked for it.
    Request,
    /// Nothing was kept about them within the term of retention.
    Expired,
    /// They were erased before, and a backup had brought them back.
    Replayed,
}

impl Ground {
    /// The name in the record.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Expired => "expired",
            Self::Replayed => "replayed",
        }
    }

    const fn code(self) -> u8 {
        match self {
            Self::Request => 1,
            Self::Expired => 2,
            Self::Replayed => 3,
        }
    }

    /// An unknown code cannot undo an erasure.
    const fn from_code(code: u8) -> Self {
        match code {
            2 => Self::Expired,
            3 => Self::Replayed,
            _ => Self::Request,
        }
    }
}

/// A wrapped key and when it was made.
#[derive(Clone, Copy)]
pub(in crate::vault) struct Live {
    /// Records in the log at that time: an erasure on record at or after it is about this key.
    pub(in crate::vault) log_size: u64,
    /// Unix seconds.
    pub(in crate::vault) made: i64,
    pub(in crate::vault) wrapped: Wrapped,
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Live(made {}, …)", self.made)
    }
}

/// What is left of an erased key until the erasure is on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::vault) struct Tombstone {
    pub(in crate::vault) ground: Ground,
    pub(in crate::vault) log_size: u64,
}

/// What a slot holds.
#[derive(Debug)]
pub(in crate::vault) enum Slot {
    Free,
    Live(Subject, Live),
    Erased(Subject, Tombstone),
    /// A key that nobody was told of, or a tombstone on its way out.
    TornFree,
    /// The key counts as erased; its bytes may still be there.
    TornErasure(Subject, Tombstone),
}

impl Live {
    pub(in crate::vault) fn encode(&self, subject: Subject) -> [u8; SLOT_BYTES] {
        let mut parts = [0; SLOT_BYTES];
        put(&mut parts, 0, &MAGIC);
        put(&mut parts, 4, &[LIVE]);
        put(&mut parts, 8, subject.as_bytes());
        put(&mut parts, 24, &self.log_size.to_le_bytes());
        put(&mut parts, 32, &self.made.to_le_bytes());
        put(&mut parts, 40, &self.wrapped.nonce);
        put(&mut parts, 40 + NONCE_BYTES, &self.wrapped.bytes);
        finish(parts)
    }
}

impl Tombstone {
    pub(in crate::vault) fn encode(&self, subject: Subject) -> [u8; SLOT_BYTES] {
        let mut parts = [0; SLOT_BYTES];
        put(&mut parts, 0, &MAGIC);
        put(&mut parts, 4, &[ERASED, self.ground.code()]);
        put(&mut parts, 8, subject.as_bytes());
        put(&mut parts, 24, &self.log_size.to_le_bytes());
        finish(parts)
    }
}

impl Slot {
    /// `None` is damage.
    pub(in crate::vault) fn decode(bytes: &[u8; SLOT_BYTES]) -> Option<Self> {
        if bytes.iter().all(|byte| *byte == 0) {
            return Some(Self::Free);
        }
        let subject = Subject::from_bytes(take(bytes, 8)?);
        let log_size = u64::from_le_bytes(take(bytes, 24)?);
        let sealed = finish(*bytes) == *bytes;
        let secret = bytes.get(SECRET)?.iter().any(|byte| *byte != 0);
        match (bytes.starts_with(&MAGIC), *bytes.get(4)?) {
            (true, ERASED) => {
                let tombstone = Tombstone { ground: Ground::from_code(*bytes.get(5)?), log_size };
                let whole = sealed && !secret;
                Some(if whole {
                    Self::Erased(subject, tombstone)
                } else {
                    Self::TornErasure(subject, tombstone)
                })
            }
            (true, LIVE) if sealed => {
                let wrapped = Wrapped { nonce: take(bytes, 40)?, bytes: take(bytes, 64)? };
                let made = i64::from_le_bytes(take(bytes, 32)?);
                Some(Self::Live(subject, Live { log_size, made, wrapped }))
            }
            // A new key is written from its first byte on; the last one makes it whole.
            (_, LIVE | 0) if bytes.last() == Some(&0) => Some(Self::TornFree),
            (false, _) if bytes.first() == Some(&0) && !secret => Some(Self::TornFree),
            _ => None,
        }
    }
}

/// Sets checksum and last byte.
fn finish(mut bytes: [u8; SLOT_BYTES]) -> [u8; SLOT_BYTES] {
    let signed = bytes.get(..CRC_AT).unwrap_or_default();
    let crc = crc32fast::hash(signed).to_le_bytes();
    put(&mut bytes, CRC_AT, &crc);
    put(&mut bytes, SLOT_BYTES - 1, &[WHOLE]);
    bytes
}

fn put(bytes: &mut [u8; SLOT_BYTES], at: usize, part: &[u8]) {
    bytes.iter_mut().skip(at).zip(part).for_each(|(to, from)| *to = *from);
}

fn take<const N: usize>(bytes: &[u8; SLOT_BYTES], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

const _: () = assert!(40 + NONCE_BYTES + WRAPPED_BYTES <= CRC_AT);
