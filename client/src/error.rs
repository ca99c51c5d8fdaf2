//! Why a call of the scheduler brought nothing, told apart by what the caller can do.

use std::fmt;

use ic_cdk::call::{CallFailed, CallRejected, CandidDecodeFailed};

/// Reject codes of the interface specification.
const SYS_TRANSIENT: u32 = 2;
const SYS_UNKNOWN: u32 = 6;

/// Why a call of the scheduler brought nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The scheduler refused, and nothing was changed. Its error says what to do.
    Refused(chime_types::Error),
    /// The call was not carried out: it was not sent, or it was rejected.
    NotDelivered {
        /// The reject code of the Internet Computer; `None` if the call was not sent, for want of
        /// cycles or because the queue to the scheduler is full.
        code: Option<u32>,
        /// What the system or the canister said.
        message: String,
    },
    /// Nobody can tell whether the call was carried out. With an idempotency key it can be sent
    /// again; a method that only reads can be asked again in any case.
    Unknown {
        /// What the system said.
        message: String,
    },
    /// The canister answered something that a scheduler of this version does not answer.
    NotAScheduler {
        /// What was wrong with the answer.
        message: String,
    },
    /// The execution was not final at the last look. It goes on by itself.
    NotFinished {
        /// The execution.
        execution_id: u64,
    },
}

/// What the methods of this crate answer.
pub(crate) type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Whether the same request may go well if it is sent again. After
    /// [`Unknown`](Self::Unknown) it must carry an idempotency key, if it makes something.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Refused(error) => error.advice == chime_types::Advice::Retry,
            Self::NotDelivered { code, .. } => matches!(code, None | Some(SYS_TRANSIENT)),
            Self::Unknown { .. } | Self::NotFinished { .. } => true,
            Self::NotAScheduler { .. } => false,
        }
    }

    fn rejected(code: u32, message: &str) -> Self {
        let message = message.to_string();
        match code {
            SYS_UNKNOWN => Self::Unknown { message },
            code => Self::NotDelivered {
                code: Some(code),
                message,
            },
        }
    }
}

impl From<CallFailed> for Error {
    fn from(failure: CallFailed) -> Self {
        match failure {
            CallFailed::CallRejected(rejected) => rejected.into(),
            not_sent => Self::NotDelivered {
                code: None,
                message: not_sent.to_string(),
            },
        }
    }
}

impl From<CallRejected> for Error {
    fn from(rejected: CallRejected) -> Self {
        Self::rejected(rejected.raw_reject_code(), rejected.reject_message())
    }
}

impl From<CandidDecodeFailed> for Error {
    fn from(failure: CandidDecodeFailed) -> Self {
        Self::NotAScheduler {
            message: failure.to_string(),
        }
    }
}

impl From<chime_types::Error> for Error {
    fn from(error: chime_types::Error) -> Self {
        Self::Refused(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => write!(formatter, "the scheduler refused: {error}"),
            Self::NotDelivered {
                code: Some(code),
                message,
            } => write!(formatter, "rejected with code {code}: {message}"),
            Self::NotDelivered {
                code: None,
                message,
            } => write!(formatter, "the call was not sent: {message}"),
            Self::Unknown { message } => write!(
                formatter,
                "nobody can tell whether the call was carried out: {message}"
            ),
            Self::NotAScheduler { message } => {
                write!(formatter, "the canister is no such scheduler: {message}")
            }
            Self::NotFinished { execution_id } => {
                write!(formatter, "the execution {execution_id} is not final yet")
            }
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use chime_types::ErrorKind;

    use super::*;

    #[test]
    fn should_tell_what_was_not_carried_out_from_what_nobody_knows() {
        for code in 1..=7 {
            let rejection = CallRejected::with_rejection(code, "x".into());
            match Error::from(CallFailed::CallRejected(rejection)) {
                Error::Unknown { message } => assert_eq!((code, message.as_str()), (6, "x")),
                Error::NotDelivered { code: given, .. } => assert_eq!(given, Some(code)),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn should_say_what_may_go_well_the_next_time() {
        let refused = |kind| Error::Refused(chime_types::Error::new(kind, "x", "y"));
        let not_delivered = |code| Error::NotDelivered {
            code,
            message: String::new(),
        };
        let table = [
            (refused(ErrorKind::Unavailable), true),
            (refused(ErrorKind::NotFound), false),
            (not_delivered(None), true),
            (not_delivered(Some(2)), true),
            (not_delivered(Some(3)), false),
            (not_delivered(Some(5)), false),
            (Error::rejected(6, "x"), true),
        ];
        for (error, expected) in table {
            assert_eq!(error.may_pass(), expected, "{error}");
        }
    }
}
