//! The CBOR of requests: decoded under limits, read field by field, hashed as it was sent.
//!
//! A request is kept as a generic [`Value`], because its id is the hash of ALL fields of its
//! content, those that this version does not know included. Floats, negative numbers, booleans
//! and keys that are not text have no such hash and are refused while decoding; a field that is
//! null counts as absent.
//!
//! It does not know which fields a request has: see `envelope.rs`.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;

use candid::Principal;
use ic_transport_types::{RequestId, to_request_id};
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserializer, Serialize, Serializer};

use super::limits::{CBOR_DEPTH, CBOR_ITEMS};

/// The CBOR tag 'self-described', which every answer of the interface starts with.
const SELF_DESCRIBED: [u8; 3] = [0xd9, 0xd9, 0xf7];

/// A CBOR item of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// A natural number.
    Nat(u64),
    /// A text.
    Text(String),
    /// A blob.
    Bytes(Vec<u8>),
    /// A list.
    Array(Vec<Value>),
    /// A record.
    Map(Fields),
}

/// The fields of a record that are not null.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fields(BTreeMap<String, Value>);

/// Decodes one CBOR item that fills `bytes`.
pub(super) fn decode(bytes: &[u8]) -> Result<Value, String> {
    let mut decoder = serde_cbor::Deserializer::from_slice(bytes);
    let items = Cell::new(CBOR_ITEMS);
    let seed = Seed {
        items: &items,
        depth: CBOR_DEPTH,
    };
    let value = seed.deserialize(&mut decoder).map_err(|e| e.to_string())?;
    decoder.end().map_err(|e| e.to_string())?;
    value.ok_or_else(|| "it is null".to_string())
}

/// Encodes an answer.
pub(super) fn encode(answer: &impl Serialize) -> Vec<u8> {
    let mut bytes = SELF_DESCRIBED.to_vec();
    serde_cbor::to_writer(&mut bytes, answer).expect("BUG: answers are CBOR");
    bytes
}

impl Value {
    pub(super) fn into_map(self) -> Result<Fields, String> {
        match self {
            Self::Map(fields) => Ok(fields),
            _ => Err("it is not a map".to_string()),
        }
    }

    pub(super) fn into_array(self) -> Result<Vec<Self>, String> {
        match self {
            Self::Array(items) => Ok(items),
            _ => Err("it is not an array".to_string()),
        }
    }

    pub(super) fn into_bytes(self) -> Result<Vec<u8>, String> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            _ => Err("it is not a byte string".to_string()),
        }
    }

    pub(super) fn into_principal(self) -> Result<Principal, String> {
        Principal::try_from_slice(&self.into_bytes()?).map_err(|e| e.to_string())
    }

    pub(super) fn into_text(self) -> Result<String, String> {
        match self {
            Self::Text(text) => Ok(text),
            _ => Err("it is not a text".to_string()),
        }
    }

    pub(super) fn into_nat(self) -> Result<u64, String> {
        match self {
            Self::Nat(number) => Ok(number),
            _ => Err("it is not a natural number".to_string()),
        }
    }
}

impl Fields {
    /// The representation-independent hash of the record.
    pub(super) fn hash(&self) -> RequestId {
        to_request_id(self).expect("BUG: every value that decodes has a hash")
    }

    /// Takes a field that may be absent and reads it with `read`.
    pub(super) fn take<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(Value) -> Result<T, String>,
    ) -> Result<Option<T>, String> {
        let value = self.0.remove(name);
        let read = value.map(|value| read(value).map_err(|e| format!("field {name}: {e}")));
        read.transpose()
    }

    /// Takes a field that must be there and reads it with `read`.
    pub(super) fn require<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(Value) -> Result<T, String>,
    ) -> Result<T, String> {
        self.take(name, read)?
            .ok_or_else(|| format!("field {name} is missing"))
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Nat(number) => serializer.serialize_u64(*number),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Bytes(bytes) => serializer.serialize_bytes(bytes),
            Self::Array(items) => serializer.collect_seq(items),
            Self::Map(fields) => fields.serialize(serializer),
        }
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(&self.0)
    }
}

/// Decodes one item (`None` for null) and charges it to the limits.
#[derive(Clone, Copy)]
struct Seed<'a> {
    items: &'a Cell<usize>,
    depth: usize,
}

impl<'a> Seed<'a> {
    fn charge<E: Error>(&self) -> Result<(), E> {
        let left = self.items.get().checked_sub(1);
        self.items
            .set(left.ok_or_else(|| E::custom(format!("it has more than {CBOR_ITEMS} items")))?);
        Ok(())
    }

    fn nested<E: Error>(&self) -> Result<Seed<'a>, E> {
        let depth = self.depth.checked_sub(1);
        Ok(Seed {
            items: self.items,
            depth: depth.ok_or_else(|| E::custom("it is nested too deeply"))?,
        })
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, decoder: D) -> Result<Self::Value, D::Error> {
        self.charge()?;
        decoder.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Option<Value>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a natural number, a text, a byte string, an array or a map")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(Value::Nat(number)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(Value::Text(text.to_string())))
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        Ok(Some(Value::Bytes(bytes.to_vec())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let nested = self.nested()?;
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(nested)? {
            items.push(item.ok_or_else(|| A::Error::custom("a null in an array"))?);
        }
        Ok(Some(Value::Array(items)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let nested = self.nested()?;
        let mut fields = BTreeMap::new();
        while let Some(key) = map.next_key_seed(nested)? {
            let Some(Value::Text(name)) = key else {
                return Err(A::Error::custom("a key that is not a text"));
            };
            let Some(value) = map.next_value_seed(nested)? else {
                continue;
            };
            if fields.insert(name, value).is_some() {
                return Err(A::Error::custom("the same key twice"));
            }
        }
        Ok(Some(Value::Map(Fields(fields))))
    }
}

#[cfg(test)]
mod tests;
