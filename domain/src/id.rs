//! Which thing is meant? 32-byte identifiers, one type per kind of thing, so that a content hash
//! can never be passed where a payee is wanted.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
use tiny_keccak::{Hasher, Keccak};

/// keccak-256 of the concatenation of `parts`.
pub fn keccak256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Keccak::v256();
    for part in parts {
        hasher.update(part);
    }
    let mut out = [0u8; 32];
    hasher.finalize(&mut out);
    out
}

/// A text that is not the hexadecimal form of the wanted number of bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not 0x followed by {bytes_wanted} bytes in hexadecimal")]
pub struct ParseIdError {
    given: String,
    bytes_wanted: usize,
}

fn parse_hex<const N: usize>(text: &str) -> Result<[u8; N], ParseIdError> {
    let refuse = || ParseIdError { given: text.chars().take(80).collect(), bytes_wanted: N };
    let digits = text.strip_prefix("0x").ok_or_else(refuse)?;
    let mut out = [0u8; N];
    hex::decode_to_slice(digits, &mut out).map_err(|_| refuse())?;
    Ok(out)
}

macro_rules! hex_id {
    ($(#[$doc:meta])* $name:ident, $bytes:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub [u8; $bytes]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "0x{}", hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;
            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                parse_hex(text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                let id: Self = text.parse().map_err(serde::de::Error::custom)?;
                // One spelling per value: a receipt must have one canonical form only.
                if id.to_string() != text {
                    return Err(serde::de::Error::custom("hexadecimal must be lower case"));
                }
                Ok(id)
            }
        }
    };
}

hex_id!(
    /// An account on the chain: 20 bytes.
    Address, 20
);
hex_id!(
    /// keccak-256 of a contribution's bytes; the key of an owner in every attribution.
    ContentHash, 32
);
hex_id!(
    /// The registry's id of a Datanet: keccak-256 over kind, owner and slug.
    DatanetId, 32
);
hex_id!(
    /// Who is paid: an address left-padded to 32 bytes, or the hash of an escrow identity.
    PayeeId, 32
);
hex_id!(
    /// A block's hash.
    BlockHash, 32
);
hex_id!(
    /// Any other keccak-256 digest (requests, quotes, policies, manifests, receipts).
    Digest, 32
);
hex_id!(
    /// A hold, a capture or any other movement in the ledger, named by its caller.
    TransferId, 32
);
hex_id!(
    /// An answer: 128 random bits, so that a permalink cannot be guessed.
    AnswerId, 16
);
hex_id!(
    /// An API key's name in lists and pages; it opens nothing.
    KeyId, 16
);

impl ContentHash {
    /// The hash of a contribution's bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(keccak256(&[bytes]))
    }
}

impl Digest {
    /// keccak-256 of the concatenated parts.
    pub fn of(parts: &[&[u8]]) -> Self {
        Self(keccak256(parts))
    }
}

impl TransferId {
    /// A movement's id from its scope and key; lengths are hashed too, so that no two pairs meet.
    pub fn derive(scope: &str, key: &str) -> Self {
        let scope_bytes = (scope.len() as u64).to_be_bytes();
        Self(keccak256(&[&scope_bytes, scope.as_bytes(), key.as_bytes()]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keccak_of_nothing_is_the_known_digest() {
        assert_eq!(
            ContentHash::of(b"").to_string(),
            "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
        );
    }

    #[test]
    fn ids_parse_only_their_own_length_and_case() {
        let id = Digest::of(&[b"x"]);
        assert_eq!(id.to_string().parse::<Digest>(), Ok(id));
        assert!("0x12".parse::<Digest>().is_err());
        assert!(id.to_string()[2..].parse::<Digest>().is_err());
        let upper = format!("\"0x{}\"", id.to_string()[2..].to_uppercase());
        assert!(serde_json::from_str::<Digest>(&upper).is_err());
    }
}
