//! From the answer of a call to the outcome of an attempt. Pure.

use candid::{DecoderConfig, IDLArgs};
use chime_types::{SNOOZE_PREFIX, TERMINAL_PREFIX};

use crate::engine::Outcome;
use crate::runtime::CallError;

/// Answers larger than this are not decoded, only measured.
const LARGEST_DECODED_ANSWER: usize = 64 * 1024;

/// What decoding an answer may cost, in units of the Candid library: a few instructions each.
const MAXIMUM_DECODING_COST: usize = 2_000_000;

/// Reject codes of the interface specification.
const SYS_FATAL: u32 = 1;
const DESTINATION_INVALID: u32 = 3;
const CANISTER_REJECT: u32 = 4;
const SYS_UNKNOWN: u32 = 6;

/// What an answer means. No retry mends a fatal error of the system, a canister that does not
/// exist, or what the callee says is terminal.
pub fn outcome(answer: Result<Vec<u8>, CallError>, overdue: bool) -> Outcome {
    let error = match answer {
        Ok(bytes) => {
            return Outcome::Completed {
                result: answer_text(&bytes),
                log: None,
            };
        }
        Err(error) => error,
    };
    let text = error.to_string();
    match error {
        CallError::NotSent(_) => Outcome::Failed { error: text },
        CallError::Rejected { code, message } => match code {
            SYS_UNKNOWN if overdue => Outcome::TimedOut { error: text },
            SYS_UNKNOWN => Outcome::Unknown { error: text },
            SYS_FATAL | DESTINATION_INVALID => Outcome::Refused { error: text },
            CANISTER_REJECT => by_wish_of_the_callee(&message, text),
            _ => Outcome::Failed { error: text },
        },
    }
}

/// A callee may ask to be called later, or say that there is no use in calling again.
fn by_wish_of_the_callee(message: &str, error: String) -> Outcome {
    if let Some(seconds) = message
        .strip_prefix(SNOOZE_PREFIX)
        .and_then(|seconds| seconds.trim().parse().ok())
    {
        return Outcome::Snoozed { seconds };
    }
    if message.starts_with(TERMINAL_PREFIX) {
        return Outcome::Refused { error };
    }
    Outcome::Failed { error }
}

/// An answer in Candid's textual form, or its size if it is large or not Candid.
fn answer_text(bytes: &[u8]) -> String {
    if bytes.len() > LARGEST_DECODED_ANSWER {
        return format!("({} bytes)", bytes.len());
    }
    let mut config = DecoderConfig::new();
    config.set_skipping_quota(MAXIMUM_DECODING_COST);
    match IDLArgs::from_bytes_with_config(bytes, &config) {
        Ok(arguments) => arguments.to_string(),
        Err(_) => format!("({} bytes, not Candid)", bytes.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rejected(code: u32, message: &str, overdue: bool) -> Outcome {
        let message = message.to_string();
        outcome(Err(CallError::Rejected { code, message }), overdue)
    }

    #[test]
    fn should_tell_outcomes_apart_by_the_code() {
        let error = |code: u32| format!("rejected with code {code}: x");
        let rows = [
            (1, Outcome::Refused { error: error(1) }),
            (2, Outcome::Failed { error: error(2) }),
            (3, Outcome::Refused { error: error(3) }),
            (4, Outcome::Failed { error: error(4) }),
            (5, Outcome::Failed { error: error(5) }),
            (6, Outcome::Unknown { error: error(6) }),
        ];
        for (code, expected) in rows {
            assert_eq!(rejected(code, "x", false), expected);
        }
        assert_eq!(
            rejected(6, "x", true),
            Outcome::TimedOut { error: error(6) }
        );
    }

    #[test]
    fn should_heed_the_wish_of_the_callee() {
        let snoozed = Outcome::Snoozed { seconds: 60 };
        assert_eq!(rejected(4, "chime:snooze:60", false), snoozed);
        let terminal = rejected(4, "chime:terminal: no such account", false);
        assert!(matches!(terminal, Outcome::Refused { .. }), "{terminal:?}");
        let unclear = rejected(4, "chime:snooze:soon", false);
        assert!(matches!(unclear, Outcome::Failed { .. }), "{unclear:?}");
        // Only a callee may wish: the system never says so.
        let system = rejected(5, "chime:snooze:60", false);
        assert!(matches!(system, Outcome::Failed { .. }), "{system:?}");
    }

    #[test]
    fn should_show_an_answer_as_text_or_by_its_size() {
        let text = |bytes: &[u8]| match outcome(Ok(bytes.to_vec()), false) {
            Outcome::Completed { result, .. } => result,
            other => panic!("{other:?}"),
        };
        assert_eq!(text(&candid::encode_one(7u64).unwrap()), "(7 : nat64)");
        assert_eq!(text(b"garbage"), "(7 bytes, not Candid)");
        assert_eq!(text(&vec![0; 70_000]), "(70000 bytes)");
    }
}
