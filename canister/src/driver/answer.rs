//! From the answer of a call to the outcome of an attempt. Pure.

use candid::{DecoderConfig, IDLArgs};
use chime_types::{Cause, SNOOZE_PREFIX, TERMINAL_PREFIX};

use super::error_answer;
use crate::engine::Outcome;
use crate::runtime::CallError;

/// Answers larger than this are not decoded, only measured.
const LARGEST_DECODED_ANSWER: usize = 64 * 1024;

/// What decoding an answer may cost, in units of the Candid library: a few instructions each.
const MAXIMUM_DECODING_COST: usize = 2_000_000;

/// Reject codes of the interface specification.
const SYS_FATAL: u32 = 1;
const SYS_TRANSIENT: u32 = 2;
const DESTINATION_INVALID: u32 = 3;
const CANISTER_REJECT: u32 = 4;
const CANISTER_ERROR: u32 = 5;
const SYS_UNKNOWN: u32 = 6;

/// How the system says that the callee exports no such method: its own code, and its words.
const NO_METHOD: [&str; 3] = ["IC0536", "has no update method", "has no query method"];
/// How it says that the callee is stopped or about to be.
const STOPPED: [&str; 4] = ["IC0508", "IC0509", "is stopped", "is stopping"];
/// How it says that the callee holds no code.
const NO_CODE: [&str; 2] = ["IC0537", "contains no Wasm module"];
/// How the libraries of Rust and Motoko begin when they cannot decode the arguments of a method.
const UNREADABLE: [&str; 4] = [
    "failed to decode call arguments",
    "IDL error",
    "Custom(Fail to decode argument",
    "Deserialization Failed",
];

/// What an answer means. `error_cases` are those of a variant that tell of a failure.
pub fn outcome(
    answer: Result<Vec<u8>, CallError>,
    overdue: bool,
    error_cases: &[String],
) -> Outcome {
    let error = match answer {
        Ok(bytes) => return arrived(&bytes, error_cases),
        Err(error) => error,
    };
    if let CallError::Rejected { code, message } = &error
        && let Some(seconds) = wished_pause(*code, message)
    {
        return Outcome::Snoozed { seconds };
    }
    Outcome::failed(cause(&error, overdue), error.to_string())
}

/// Why a call failed. This is the one place where the words of a rejection are read, since the
/// system gives a canister no more than six codes.
pub fn cause(error: &CallError, overdue: bool) -> Cause {
    let (code, message) = match error {
        CallError::NotSent(cause, _) => return *cause,
        CallError::Rejected { code, message } => (*code, message.as_str()),
    };
    match code {
        SYS_FATAL => Cause::SystemFatal,
        SYS_TRANSIENT => Cause::SystemTransient,
        DESTINATION_INVALID if says(message, &NO_METHOD) => Cause::NoSuchMethod,
        DESTINATION_INVALID => Cause::NoSuchCanister,
        CANISTER_REJECT if message.starts_with(TERMINAL_PREFIX) => Cause::CalleeTerminal,
        CANISTER_REJECT => Cause::Rejected,
        CANISTER_ERROR => of_callee_error(message),
        SYS_UNKNOWN if overdue => Cause::TimedOut,
        SYS_UNKNOWN => Cause::OutcomeUnknown,
        // The specification knows no other; one that comes later may pass.
        _ => Cause::SystemTransient,
    }
}

fn of_callee_error(message: &str) -> Cause {
    // What the callee itself said comes after the system's own words.
    let parts = message
        .split_once("trapped explicitly: ")
        .or_else(|| message.split_once('\''));
    let (system, callee) = parts.unwrap_or((message, ""));
    if says(system, &NO_METHOD) {
        Cause::NoSuchMethod
    } else if says(system, &STOPPED) {
        Cause::CalleeStopped
    } else if says(system, &NO_CODE) {
        Cause::NoSuchCanister
    } else if is_unreadable(callee) {
        Cause::UnreadableArguments
    } else {
        Cause::CalleeTrapped
    }
}

fn says(message: &str, words: &[&str]) -> bool {
    words.iter().any(|words| message.contains(words))
}

/// Whether a callee trapped since it could not decode its arguments: only the beginning of its text
/// counts, since what comes later may speak of other calls.
fn is_unreadable(text: &str) -> bool {
    const BEGINNING: usize = 160;
    let beginning = &text[..text.floor_char_boundary(BEGINNING.min(text.len()))];
    says(beginning, &UNREADABLE)
}

/// A callee may ask to be called later.
fn wished_pause(code: u32, message: &str) -> Option<u64> {
    let seconds = message
        .strip_prefix(SNOOZE_PREFIX)
        .filter(|_| code == CANISTER_REJECT)?;
    seconds.trim().parse().ok()
}

/// What an answer means that arrived. Its text is Candid's textual form with the names that are known,
/// or its size if it is large or not Candid.
fn arrived(bytes: &[u8], error_cases: &[String]) -> Outcome {
    let mut config = DecoderConfig::new();
    config.set_skipping_quota(MAXIMUM_DECODING_COST);
    let is_small = bytes.len() <= LARGEST_DECODED_ANSWER;
    let mut decoded = is_small
        .then(|| IDLArgs::from_bytes_with_config(bytes, &config).ok())
        .flatten();
    if let Some(answer) = &mut decoded {
        error_answer::name(answer, error_cases);
    }
    let failure = match &decoded {
        Some(answer) => error_answer::failure_in(answer, error_cases),
        None => error_answer::failure_at_start(bytes, &config, error_cases),
    };
    if let Some(error) = failure {
        return Outcome::failed(Cause::ErrorAnswer, error);
    }
    let result = match decoded {
        Some(answer) => answer.to_string(),
        None if is_small => format!("({} bytes, not Candid)", bytes.len()),
        None => format!("({} bytes)", bytes.len()),
    };
    Outcome::Completed { result, log: None }
}

#[cfg(test)]
mod tests {
    use chime_types::limits;

    use super::*;

    fn rejected(code: u32, message: &str, overdue: bool) -> Outcome {
        let message = message.to_string();
        outcome(Err(CallError::Rejected { code, message }), overdue, &[])
    }

    fn cause_of(code: u32, message: &str) -> Cause {
        match rejected(code, message, false) {
            Outcome::Failed(failure) => {
                assert_eq!(
                    failure.error,
                    format!("rejected with code {code}: {message}")
                );
                failure.cause
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn should_tell_causes_apart_by_the_code() {
        for (code, expected) in [
            (1, Cause::SystemFatal),
            (2, Cause::SystemTransient),
            (3, Cause::NoSuchCanister),
            (4, Cause::Rejected),
            (5, Cause::CalleeTrapped),
            (6, Cause::OutcomeUnknown),
        ] {
            assert_eq!(cause_of(code, "x"), expected);
        }
        let overdue = rejected(6, "x", true);
        let timed_out = Outcome::failed(Cause::TimedOut, "rejected with code 6: x");
        assert_eq!(overdue, timed_out);
        for cause in [Cause::QueueFull, Cause::TooFewCycles] {
            let error = CallError::NotSent(cause, "x".to_string());
            assert_eq!(outcome(Err(error), true, &[]), Outcome::failed(cause, "x"));
        }
    }

    #[test]
    fn should_know_what_a_callee_lacks() {
        let trap =
            "IC0503: Error from Canister aaaaa-aa: Canister called `ic0.trap` with message: ";
        for (message, expected) in [
            (
                "IC0536: Error from Canister aaaaa-aa: Canister has no update method 'x'."
                    .to_string(),
                Cause::NoSuchMethod,
            ),
            (
                "IC0508: Canister aaaaa-aa is stopped".to_string(),
                Cause::CalleeStopped,
            ),
            (
                "IC0537: Error from Canister aaaaa-aa: Attempted to execute a message, but the \
                 canister contains no Wasm module."
                    .to_string(),
                Cause::NoSuchCanister,
            ),
            (
                format!(
                    "{trap}'Panicked at 'called `Result::unwrap()` on an `Err` value: \
                     Custom(Fail to decode argument 0 from nat to text'"
                ),
                Cause::UnreadableArguments,
            ),
            (
                format!("{trap}'failed to decode call arguments: Custom(x)'"),
                Cause::UnreadableArguments,
            ),
            (
                "IC0503: Canister aaaaa-aa trapped explicitly: IDL error: unexpected IDL type"
                    .to_string(),
                Cause::UnreadableArguments,
            ),
            (format!("{trap}'trapped on request'"), Cause::CalleeTrapped),
            // Of the callee's words only those at the beginning count, and none for the system's.
            (
                format!("{trap}'the ledger has no update method'"),
                Cause::CalleeTrapped,
            ),
            (
                format!(
                    "{trap}'{} IDL error'",
                    "the other canister says: ".repeat(10)
                ),
                Cause::CalleeTrapped,
            ),
        ] {
            assert_eq!(cause_of(5, &message), expected, "{message}");
        }
        let missing = "Management canister has no update method 'x'";
        assert_eq!(cause_of(3, missing), Cause::NoSuchMethod);
    }

    #[test]
    fn should_heed_the_wish_of_the_callee() {
        let snoozed = Outcome::Snoozed { seconds: 60 };
        assert_eq!(rejected(4, "chime:snooze:60", false), snoozed);
        assert_eq!(
            cause_of(4, "chime:terminal: no such account"),
            Cause::CalleeTerminal
        );
        assert_eq!(cause_of(4, "chime:snooze:soon"), Cause::Rejected);
        // Only a callee may wish: the system never says so.
        assert_eq!(cause_of(5, "chime:snooze:60"), Cause::CalleeTrapped);
    }

    #[test]
    fn should_show_an_answer_as_text_or_by_its_size() {
        let text = |bytes: &[u8]| match outcome(Ok(bytes.to_vec()), false, &[]) {
            Outcome::Completed { result, .. } => result,
            other => panic!("{other:?}"),
        };
        assert_eq!(text(&candid::encode_one(7u64).unwrap()), "(7 : nat64)");
        assert_eq!(text(b"garbage"), "(7 bytes, not Candid)");
        assert_eq!(text(&vec![0; 70_000]), "(70000 bytes)");
    }

    fn cases(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    fn error_of(bytes: Vec<u8>, names: &[&str]) -> Option<String> {
        match outcome(Ok(bytes), false, &cases(names)) {
            Outcome::Failed(failure) => {
                assert_eq!(failure.cause, Cause::ErrorAnswer);
                Some(failure.error)
            }
            Outcome::Completed { .. } => None,
            other => panic!("{other:?}"),
        }
    }

    fn encoded(text: &str) -> Vec<u8> {
        let parsed = candid_parser::parse_idl_args(text).unwrap();
        parsed.to_bytes().unwrap()
    }

    #[test]
    fn should_take_an_answer_with_a_case_of_failure_for_a_failure() {
        let usual = limits::DEFAULT_ERROR_CASES;
        let error = |text: &str| error_of(encoded(text), &usual);
        for (answer, expected) in [
            (
                "(variant { Err = variant { InsufficientFunds = record { balance = 0 : nat } } })",
                "the callee answered with Err: (variant { Err = variant { InsufficientFunds = \
                 record { balance = 0 : nat } } })",
            ),
            (
                "(variant { err = \"no\" })",
                "the callee answered with err: (variant { err = \"no\" })",
            ),
            (
                "(variant { Error })",
                "the callee answered with Error: (variant { Error })",
            ),
            (
                "(variant { error = opt record { 7 : nat8; kind = variant { not_found } } })",
                "the callee answered with error: (variant { error = opt record { 0 = 7 : nat8; \
                 kind = variant { not_found } } })",
            ),
            // Of two values either may tell.
            (
                "(variant { Err }, 7 : nat8)",
                "the callee answered with Err: (variant { Err }, 7 : nat8)",
            ),
            (
                "(7 : nat8, variant { Err })",
                "the callee answered with Err: (7 : nat8, variant { Err })",
            ),
        ] {
            let shown =
                error(answer).map(|error| error.split_whitespace().collect::<Vec<_>>().join(" "));
            assert_eq!(shown.as_deref(), Some(expected), "{answer}");
        }
        for success in [
            "(variant { Ok = variant { Err } })",
            "(variant { ERR })",
            "(variant { errors })",
            "(opt variant { Err })",
            "(record { Err = 7 })",
            "(record { 0 = variant { Err } })",
            "(vec { variant { Err } })",
            "(\"Err\")",
            "()",
        ] {
            assert_eq!(error(success), None, "{success}");
        }
    }

    #[test]
    fn should_know_failures_by_the_cases_that_the_owner_names() {
        let answer = |case: &str| encoded(&format!("(variant {{ {case} = 7 }})"));
        assert_eq!(error_of(answer("Err"), &[]), None);
        assert_eq!(error_of(answer("Err"), &["rejected"]), None);
        let text = error_of(answer("rejected"), &["denied", "rejected"]).unwrap();
        assert!(
            text.contains("answered with rejected: (variant { rejected = 7"),
            "{text}"
        );
    }

    #[test]
    fn should_see_the_case_of_an_answer_that_is_too_large_to_show() {
        #[derive(candid::CandidType)]
        enum Answer {
            Ok(Vec<u64>),
            Err(String),
        }
        let usual = limits::DEFAULT_ERROR_CASES;
        let failed = candid::encode_one(Answer::Err("x".repeat(70_000))).unwrap();
        assert_eq!(
            error_of(failed.clone(), &usual).unwrap(),
            format!(
                "the callee answered with Err, in {} bytes that are not shown",
                failed.len()
            )
        );
        assert_eq!(error_of(failed, &[]), None);
        let done = candid::encode_one(Answer::Ok(vec![7; 10_000])).unwrap();
        assert_eq!(error_of(done, &usual), None);
        // So is one that costs too much to decode, and one that breaks off.
        let mut broken = encoded("(variant { Err = \"x\" })");
        broken.pop();
        assert!(error_of(broken, &usual).is_some());
        assert_eq!(error_of(b"DIDL".to_vec(), &usual), None);
        assert_eq!(error_of(vec![0xff; 70_000], &usual), None);
    }
}
