//! Why something failed, and the one table that says which causes pass by themselves. Pure.

use chime_types::{Cause, Outcome};

/// Why something could not be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The case, for programs.
    pub cause: Cause,
    /// The same in words, for people.
    pub error: String,
}

impl Failure {
    pub fn new(cause: Cause, error: impl Into<String>) -> Self {
        let error = error.into();
        Self { cause, error }
    }
}

/// Whether another attempt may succeed although nobody changed anything. What does not pass is
/// given up at once: retrying it would only keep later slots waiting.
///
/// A timeout and an unknown outcome may pass; whether they are tried again is for `on_unknown` to
/// say, since the action may have been carried out.
pub const fn passes(cause: Cause) -> bool {
    match cause {
        // Others may have changed their mind, or have been restarted, by then.
        Cause::Rejected
        | Cause::CalleeTrapped
        | Cause::CalleeStopped
        | Cause::HttpUnreachable
        | Cause::HttpNoConsensus
        | Cause::WorkerFailed
        | Cause::LeaseLost
        | Cause::ProgramFailed
        | Cause::StateConflict => true,
        // What is short for the moment.
        Cause::SystemTransient | Cause::QueueFull | Cause::TooFewCycles | Cause::BuiltinFailed => {
            true
        }
        Cause::OutcomeUnknown | Cause::TimedOut => true,
        Cause::HttpStatus { status } => {
            // Timeout, too early, too many requests: the server may take it later.
            !(status >= 400 && status < 500) || matches!(status, 408 | 425 | 429)
        }
        // Somebody has to change the task, the callee, the network or the configuration first.
        Cause::CalleeTerminal
        | Cause::NoSuchMethod
        | Cause::NoSuchCanister
        | Cause::SystemFatal
        | Cause::ErrorAnswer
        | Cause::UnreadableArguments
        | Cause::BadArguments
        | Cause::HttpDisabled
        | Cause::HttpRefused
        | Cause::ResponseTooLarge
        | Cause::Placeholder
        | Cause::NoSuchSecret
        | Cause::NoSuchAction
        | Cause::UnfitAction
        | Cause::NoSuchTask
        | Cause::TooLarge
        | Cause::LimitReached
        | Cause::NoPython
        | Cause::NoSuchCodex
        | Cause::ProgramInvalid
        | Cause::ProgramLimit
        | Cause::ProgramDiverged
        | Cause::NotAllowed
        | Cause::WorkerTerminal
        | Cause::Poison
        | Cause::BudgetUsedUp => false,
        // These end an execution, never an attempt.
        Cause::Expired
        | Cause::Cancelled
        | Cause::GaveWay
        | Cause::Overlap
        | Cause::BufferFull
        | Cause::RunsUsedUp
        | Cause::BytesUsedUp
        | Cause::OwnerDisabled
        | Cause::Missed => false,
    }
}

/// What an attempt that failed so is called.
pub const fn outcome_of(cause: Cause) -> Outcome {
    match cause {
        Cause::OutcomeUnknown => Outcome::Unknown,
        Cause::TimedOut => Outcome::TimedOut,
        _ => Outcome::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_retry_only_the_statuses_of_a_server_that_may_pass() {
        for (status, expected) in [
            (301, true),
            (399, true),
            (400, false),
            (404, false),
            (408, true),
            (425, true),
            (429, true),
            (499, false),
            (500, true),
            (503, true),
        ] {
            assert_eq!(passes(Cause::HttpStatus { status }), expected, "{status}");
        }
    }

    #[test]
    fn should_give_up_what_no_retry_can_mend() {
        for cause in [
            Cause::HttpDisabled,
            Cause::UnreadableArguments,
            Cause::NoSuchMethod,
            Cause::NoSuchCanister,
            Cause::NoSuchSecret,
            Cause::TooLarge,
            Cause::Poison,
        ] {
            assert!(!passes(cause), "{cause:?}");
        }
    }
}
