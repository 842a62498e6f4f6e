//! Identifiers: UUIDv7 for requests and assets, 64 bits for marks.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::TypeError;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new identifier that sorts after those made before it (RFC 9562, version 7).
            #[must_use]
            #[expect(clippy::new_without_default, reason = "two calls give two values")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            /// When it was made, in seconds since 1970; 0 when it does not say.
            #[must_use]
            pub fn created_unix_s(&self) -> u64 {
                self.0.get_timestamp().map_or(0, |time| time.to_unix().0)
            }

            /// The 16 bytes of the identifier.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl From<[u8; 16]> for $name {
            fn from(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = TypeError;

            fn from_str(text: &str) -> Result<Self, TypeError> {
                Uuid::parse_str(text).map(Self).map_err(|_| TypeError::Id(text.to_owned()))
            }
        }
    };
}

uuid_id! {
    /// Names one request from its admission to its terminal record.
    RequestId
}
uuid_id! {
    /// Names one asset; also the GB 45438 `ProduceID`.
    AssetId
}
uuid_id! {
    /// Names one original in the evidence vault.
    VaultId
}

/// The 64-bit payload of an invisible mark, registered to one asset; text: 16 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MarkId(u64);

impl MarkId {
    /// The payload as a number; its most significant bit is the first payload bit.
    #[must_use]
    pub const fn to_u64(self) -> u64 {
        self.0
    }
}

impl From<u64> for MarkId {
    fn from(payload: u64) -> Self {
        Self(payload)
    }
}

impl fmt::Display for MarkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for MarkId {
    type Err = TypeError;

    fn from_str(text: &str) -> Result<Self, TypeError> {
        let mut bytes = [0; 8];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| TypeError::MarkId(text.to_owned()))?;
        Ok(Self(u64::from_be_bytes(bytes)))
    }
}

impl TryFrom<String> for MarkId {
    type Error = TypeError;

    fn try_from(text: String) -> Result<Self, TypeError> {
        text.parse()
    }
}

impl From<MarkId> for String {
    fn from(id: MarkId) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_sort_by_time() {
        let first = RequestId::new();
        assert!(first < RequestId::new());
    }

    #[test]
    fn mark_ids_keep_their_leading_zeros() {
        assert_eq!(MarkId::from(0xff).to_string(), "00000000000000ff");
        assert_eq!("ff".parse::<MarkId>(), Err(TypeError::MarkId("ff".into())));
    }

    proptest::proptest! {
        #[test]
        fn mark_ids_survive_their_text(payload: u64) {
            let id = MarkId::from(payload);
            proptest::prop_assert_eq!(id.to_string().parse::<MarkId>().unwrap(), id);
        }
    }
}
