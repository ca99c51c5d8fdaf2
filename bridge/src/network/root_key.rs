//! By which key the answers of a network are verified.

use std::str::FromStr;

use crate::error::{Error, Kind, Result};

/// Bytes of a network's public key: a BLS key of 96 bytes in its DER form. Source: the Internet
/// Computer interface specification, "Certificate".
const ROOT_KEY_BYTES: usize = 133;

/// The key of a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RootKey {
    /// The network is asked for it. Whoever answers at the address is trusted.
    Fetched,
    /// It was written down.
    Pinned(Vec<u8>),
}

impl FromStr for RootKey {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if text == "fetch" {
            return Ok(Self::Fetched);
        }
        match hex::decode(text) {
            Ok(key) if key.len() == ROOT_KEY_BYTES => Ok(Self::Pinned(key)),
            _ => Err(Error::new(
                Kind::Usage,
                format!("{text:?} is not a root key"),
                "give 266 hexadecimal digits, as `icp network status` shows them, or fetch",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_read_a_key_or_the_word() {
        assert_eq!("fetch".parse::<RootKey>().unwrap(), RootKey::Fetched);
        let digits = "ab".repeat(ROOT_KEY_BYTES);
        assert_eq!(
            digits.parse::<RootKey>().unwrap(),
            RootKey::Pinned(vec![0xab; ROOT_KEY_BYTES])
        );
        for text in ["", "Fetch", "abcd", &digits[1..], &format!("{digits}ab")] {
            assert!(text.parse::<RootKey>().is_err(), "{text}");
        }
    }
}
