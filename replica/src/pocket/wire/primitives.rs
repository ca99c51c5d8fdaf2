//! Bytes and principals.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use candid::Principal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// Bytes, in base64.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::pocket) struct Blob(pub(in crate::pocket) Vec<u8>);

/// A principal, its bytes in base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pocket) struct Id(pub(in crate::pocket) Principal);

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        STANDARD.decode(text).map(Self).map_err(D::Error::custom)
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(self.0.as_slice()))
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let bytes = Blob::deserialize(from)?.0;
        Principal::try_from_slice(&bytes)
            .map(Self)
            .map_err(D::Error::custom)
    }
}
