//! The argument of a method. Bytes that are not what the method takes become an error of the
//! method instead of a trap.

use candid::types::{Serializer, Type, TypeId};
use candid::{CandidType, DecoderConfig};
use chime_types::{Error, limits};
use serde::de::DeserializeOwned;

/// A decoded request, or why it could not be decoded. In the interface it is a `T`.
pub struct Request<T>(pub Result<T, Error>);

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

    fn idl_serialize<S: Serializer>(&self, serializer: S) -> Result<(), S::Error> {
        match &self.0 {
            Ok(request) => request.idl_serialize(serializer),
            Err(error) => error.idl_serialize(serializer),
        }
    }
}

/// Decodes the argument of a method.
pub fn decode<T: CandidType + DeserializeOwned>(bytes: Vec<u8>) -> Request<T> {
    if bytes.len() > limits::MAXIMUM_REQUEST_BYTES {
        return Request(Err(Error::invalid(
            "request",
            format!(
                "a request has at most {} bytes, got {}",
                limits::MAXIMUM_REQUEST_BYTES,
                bytes.len()
            ),
            "shorten the arguments, commands or metadata",
        )));
    }
    let mut config = DecoderConfig::new();
    config
        .set_decoding_quota(MAXIMUM_DECODING_COST)
        .set_skipping_quota(MAXIMUM_SKIPPING_COST)
        .set_full_error_message(false);
    let decoded = candid::utils::decode_one_with_config(&bytes, &config);
    Request(decoded.map_err(|error| {
        Error::invalid(
            "request",
            format!("the argument is not the record that this method takes: {error}"),
            "encode one record as the interface of the scheduler says, by its Candid file",
        )
    }))
}

#[cfg(test)]
mod tests {
    use chime_types::{ErrorKind, TaskRequest};

    use super::*;

    fn refused(bytes: Vec<u8>) -> Error {
        decode::<TaskRequest>(bytes).0.expect_err("refused")
    }

    #[test]
    fn should_take_the_record_of_the_method() {
        let bytes = candid::encode_one(TaskRequest { task_id: 7 }).unwrap();
        assert_eq!(decode::<TaskRequest>(bytes).0.unwrap().task_id, 7);
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
            let error = refused(bytes.clone());
            assert_eq!(error.kind, ErrorKind::InvalidArgument, "{bytes:?}");
            assert_eq!(error.field.as_deref(), Some("request"), "{bytes:?}");
        }
    }

    #[test]
    fn should_refuse_a_request_above_the_limit() {
        let error = refused(vec![0; limits::MAXIMUM_REQUEST_BYTES + 1]);
        assert!(error.rule.contains("1048576"), "{error}");
    }
}
