//! The arguments of a call, from their textual form to bytes. Pure.
//!
//! A tick encodes what owners and callees wrote, so nothing here may trap or take long: `symbols`
//! looks a text through before the library parses it.

use candid::{DecoderConfig, IDLArgs, IDLValue};
use chime_types::{CallArguments, Cause, ExecutionContext, limits};

use super::failure::Failure;
use super::symbols;

/// What reading encoded arguments may cost, in units of the Candid library: a few instructions each.
const MAXIMUM_DECODING_COST: usize = 2_000_000;

/// The arguments of a call as bytes, with the context as the last of them if there is one.
///
/// # Errors
/// Why they cannot be encoded, or how large they would be.
pub fn encode_arguments(
    arguments: Option<&CallArguments>,
    context: Option<&ExecutionContext>,
) -> Result<Vec<u8>, Failure> {
    let encoded = match (arguments, context) {
        (None, None) => b"DIDL\0\0".to_vec(),
        (Some(CallArguments::Bytes { value }), None) => value.clone(),
        (None, Some(context)) => {
            candid::encode_one(context).expect("BUG: a context can be encoded")
        }
        (Some(CallArguments::Bytes { value }), Some(context)) => {
            with_context(decoded(value)?, Some(context))?
        }
        (Some(CallArguments::Text { value }), context) => with_context(parsed(value)?, context)?,
    };
    let (bytes, maximum) = (encoded.len(), limits::MAXIMUM_ENCODED_BYTES);
    if bytes > maximum {
        let text = format!("the arguments have {bytes} bytes when encoded, at most {maximum}");
        return Err(Failure::new(Cause::TooLarge, text));
    }
    Ok(encoded)
}

fn parsed(text: &str) -> Result<IDLArgs, Failure> {
    let plain = symbols::check(text)?;
    candid_parser::parse_idl_args(&plain)
        .map_err(|error| bad(format!("the arguments are not Candid text: {error}")))
}

fn decoded(bytes: &[u8]) -> Result<IDLArgs, Failure> {
    let mut config = DecoderConfig::new();
    config.set_decoding_quota(MAXIMUM_DECODING_COST);
    config.set_skipping_quota(MAXIMUM_DECODING_COST);
    IDLArgs::from_bytes_with_config(bytes, &config)
        .map_err(|error| bad(format!("the context cannot be appended: {error}")))
}

fn with_context(
    mut arguments: IDLArgs,
    context: Option<&ExecutionContext>,
) -> Result<Vec<u8>, Failure> {
    if let Some(context) = context {
        let context = IDLValue::try_from_candid_type(context);
        arguments
            .args
            .push(context.expect("BUG: a context is Candid"));
    }
    arguments
        .to_bytes()
        .map_err(|error| bad(format!("the arguments cannot be encoded: {error}")))
}

fn bad(text: String) -> Failure {
    Failure::new(Cause::BadArguments, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(text: &str) -> Result<Vec<u8>, Failure> {
        let value = text.to_string();
        encode_arguments(Some(&CallArguments::Text { value }), None)
    }

    /// Every one of these ends a parser that reads them as they are: by recursion, by an overflow, or
    /// by an `unwrap` in it.
    #[test]
    fn should_encode_or_refuse_what_the_parser_cannot_bear() {
        encode(&format!("({}1)", "// x\n".repeat(10_000))).unwrap();
        encode(&format!("({}1)", "/* x */".repeat(9_000))).unwrap();
        for text in [
            "(0X1F)",
            "(record { 4294967295 = 1; 2 })",
            "(record { 0xFFFF_FFFF = 1 })",
            "(1 : record { 4_294_967_295 : nat })",
        ] {
            assert_eq!(
                encode(text).unwrap_err().cause,
                Cause::BadArguments,
                "{text}"
            );
        }
    }

    #[test]
    fn should_not_take_a_quote_in_a_comment_for_the_begin_of_a_text() {
        let deep = "opt ".repeat(50_000);
        for text in [
            format!("(// it's \"\n {deep} 1)"),
            format!("(/* \" */ {deep} 1)"),
            format!("(/* /* */ \" */ {deep} 1)"),
        ] {
            let error = encode(&text).unwrap_err().error;
            assert!(error.contains("nest deeper"), "{error}");
        }
        encode("(\"// no comment\", 1 // a comment\n)").unwrap();
    }

    #[test]
    fn should_encode_up_to_the_limit() {
        let text = |bytes: usize| format!("(\"{}\")", "x".repeat(bytes - 10));
        let maximum = limits::MAXIMUM_ENCODED_BYTES;
        assert_eq!(encode(&text(maximum)).unwrap().len(), maximum);
        let error = encode(&text(maximum + 1)).unwrap_err();
        assert_eq!(
            error,
            Failure::new(
                Cause::TooLarge,
                "the arguments have 1900001 bytes when encoded, at most 1900000"
            )
        );
    }

    #[test]
    fn should_append_the_context_to_each_form() {
        let context = ExecutionContext {
            task_id: 1,
            execution_id: 2,
            scheduled_at: 3,
            step: 4,
            attempt: 5,
            fencing_token: 6,
            user: candid::Principal::anonymous(),
        };
        let value = candid::encode_one(7u8).unwrap();
        let text = "(7 : nat8)".to_string();
        for given in [
            CallArguments::Bytes { value },
            CallArguments::Text { value: text },
        ] {
            let encoded = encode_arguments(Some(&given), Some(&context)).unwrap();
            let decoded: (u8, ExecutionContext) = candid::decode_args(&encoded).unwrap();
            assert_eq!(decoded, (7, context.clone()));
        }
        let alone = encode_arguments(None, Some(&context)).unwrap();
        assert_eq!(
            candid::decode_one::<ExecutionContext>(&alone).unwrap(),
            context
        );
    }

    #[test]
    fn should_refuse_encoded_arguments_that_unfold_without_end() {
        // One vec of 2^40 null.
        let bomb = b"DIDL\x01\x6d\x7f\x01\x00\x80\x80\x80\x80\x80\x20".to_vec();
        let context = ExecutionContext {
            task_id: 1,
            execution_id: 2,
            scheduled_at: 3,
            step: 4,
            attempt: 5,
            fencing_token: 6,
            user: candid::Principal::anonymous(),
        };
        let given = CallArguments::Bytes { value: bomb };
        let error = encode_arguments(Some(&given), Some(&context)).unwrap_err();
        assert_eq!(error.cause, Cause::BadArguments);
    }
}
