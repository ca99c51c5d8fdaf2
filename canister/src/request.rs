//! The argument of a method: bytes until the caller is known, then decoded within bounds. Bytes that
//! are not what the method takes become an error of the method instead of a trap.

use std::marker::PhantomData;

use candid::types::{Serializer, Type, TypeId, TypeInner};
use candid::{CandidType, DecoderConfig};
use chime_types::Error;
use serde::de::DeserializeOwned;
use serde::ser::Error as _;

use crate::admission;

/// A request that was not decoded yet. In the interface it is a `T`.
pub struct Request<T> {
    bytes: Vec<u8>,
    decoded: PhantomData<fn() -> T>,
}

/// What decoding a request may cost, in units of the Candid library: a few instructions each.
const MAXIMUM_DECODING_COST: usize = 20_000_000;
/// What skipping unknown fields may cost, in the same units.
const MAXIMUM_SKIPPING_COST: usize = 10_000;

impl<T: CandidType> CandidType for Request<T> {
    fn _ty() -> Type {
        T::_ty()
    }

    fn ty() -> Type {
        T::ty()
    }

    fn id() -> TypeId {
        T::id()
    }

    fn idl_serialize<S: Serializer>(&self, _: S) -> Result<(), S::Error> {
        Err(S::Error::custom("a request is received, never sent"))
    }
}

/// Takes the argument of a method as it came. Nothing is looked at: the caller comes first.
pub const fn receive<T>(bytes: Vec<u8>) -> Request<T> {
    Request {
        bytes,
        decoded: PhantomData,
    }
}

impl<T: CandidType + DeserializeOwned> Request<T> {
    /// Its length in bytes.
    pub const fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The request of a method of the interface.
    pub fn decode(self, method: &str) -> Result<T, Error> {
        let maximum = admission::maximum_bytes(method).expect("BUG: every method has a limit");
        admission::check_length(self.bytes.len(), maximum)?;
        decode(&self.bytes).map_err(|error| {
            Error::invalid(
                "request",
                format!("the argument is not the record that this method takes: {error}"),
                "encode one record as the interface of the scheduler says, by its Candid file",
            )
        })
    }
}

/// The empty record, encoded.
const EMPTY_RECORD: [u8; 9] = *b"DIDL\x01\x6c\x00\x01\x00";
/// No argument at all, encoded.
const NO_ARGUMENT: [u8; 6] = *b"DIDL\x00\x00";

fn decode<T: CandidType + DeserializeOwned>(bytes: &[u8]) -> candid::Result<T> {
    let mut config = DecoderConfig::new();
    config
        .set_decoding_quota(MAXIMUM_DECODING_COST)
        .set_skipping_quota(MAXIMUM_SKIPPING_COST)
        .set_full_error_message(false);
    let is_nothing = bytes.is_empty() || bytes == NO_ARGUMENT;
    let bytes = if is_nothing && takes_nothing::<T>() {
        &EMPTY_RECORD
    } else {
        bytes
    };
    candid::utils::decode_one_with_config(bytes, &config)
}

/// Whether the request is the empty record: such a method may be called without an argument, as
/// tools do that ask any canister what it is.
fn takes_nothing<T: CandidType>() -> bool {
    matches!(T::ty().as_ref(), TypeInner::Record(fields) if fields.is_empty())
}

#[cfg(test)]
mod tests {
    use chime_types::{EmptyRequest, ErrorKind, PauseTaskRequest, TaskRequest, limits};

    use super::*;

    fn task(bytes: Vec<u8>) -> Result<TaskRequest, Error> {
        receive::<TaskRequest>(bytes).decode("get_task")
    }

    #[test]
    fn should_take_the_record_of_the_method() {
        let bytes = candid::encode_one(TaskRequest { task_id: 7 }).unwrap();
        assert_eq!(task(bytes).unwrap().task_id, 7);
    }

    #[test]
    fn should_answer_with_an_error_to_bytes_that_are_not_the_record() {
        let cases: [Vec<u8>; 6] = [
            Vec::new(),
            b"garbage".to_vec(),
            b"DIDL\0\0".to_vec(),
            candid::encode_one("text").unwrap(),
            candid::encode_one(TaskRequest { task_id: 7 }).unwrap()[..8].to_vec(),
            candid::encode_args((1u8, 2u8)).unwrap(),
        ];
        for bytes in cases {
            let error = task(bytes.clone()).expect_err("refused");
            assert_eq!(error.kind, ErrorKind::InvalidArgument, "{bytes:?}");
            assert_eq!(error.field.as_deref(), Some("request"), "{bytes:?}");
        }
    }

    #[test]
    fn should_take_no_argument_where_the_record_is_empty() {
        let nothing = |bytes: Vec<u8>| receive::<EmptyRequest>(bytes).decode("get_api_doc");
        for bytes in [
            Vec::new(),
            candid::encode_args(()).unwrap(),
            candid::encode_one(EmptyRequest {}).unwrap(),
        ] {
            nothing(bytes.clone()).unwrap_or_else(|error| panic!("{bytes:?}: {error}"));
        }
        for bytes in [
            b"garbage".to_vec(),
            candid::encode_one("text").unwrap(),
            candid::encode_one(7u64).unwrap(),
        ] {
            let error = nothing(bytes.clone()).expect_err("refused");
            assert_eq!(error.field.as_deref(), Some("request"), "{bytes:?}");
        }
    }

    #[test]
    fn should_refuse_a_request_above_the_limit_of_its_method() {
        let request = |length: usize| PauseTaskRequest {
            task_id: 7,
            reason: Some("x".repeat(length)),
            cancel_running: None,
        };
        let overhead = candid::encode_one(request(10_000)).unwrap().len() - 10_000;
        let most = limits::MAXIMUM_SHORT_REQUEST_BYTES - overhead;
        let pause = |length: usize| {
            let bytes = candid::encode_one(request(length)).unwrap();
            receive::<PauseTaskRequest>(bytes).decode("pause_task")
        };
        pause(most).expect("within the limit");
        let error = pause(most + 1).expect_err("above the limit");
        assert_eq!(error.field.as_deref(), Some("request"));
        assert!(error.rule.contains("16384"), "{error}");
    }
}
