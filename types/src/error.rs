//! The one error of every method.

use candid::{CandidType, Deserialize};
use serde::Serialize;

/// What went wrong, in a form that a program can act on. Nothing was changed when a method
/// returns an error.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The class of the error.
    pub kind: ErrorKind,
    /// What the caller should do: correct the request, try again, or report it.
    pub advice: Advice,
    /// The field of the request at fault, as a path such as `schedules[0].rule.daily.hour`.
    pub field: Option<String>,
    /// The rule that was broken, with the limit and what was given.
    pub rule: String,
    /// The way out, in words.
    pub fix: String,
    /// When the same request may be tried again, if that is known.
    #[serde(default)]
    pub retry_at: Option<u64>,
}

/// The class of an error. Programs decide on it; texts are for people.
#[derive(CandidType, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// A field of the request, or the request itself, breaks a rule.
    #[serde(rename = "invalid_argument")]
    InvalidArgument,
    /// The caller is anonymous.
    #[serde(rename = "unauthenticated")]
    Unauthenticated,
    /// The caller's role does not allow it.
    #[serde(rename = "forbidden")]
    Forbidden,
    /// What the request names does not exist, or belongs to somebody else.
    #[serde(rename = "not_found")]
    NotFound,
    /// The state of the object does not allow this, or it was changed meanwhile.
    #[serde(rename = "conflict")]
    Conflict,
    /// A quota of the owner is used up.
    #[serde(rename = "limit_exceeded")]
    LimitExceeded,
    /// The scheduler cannot do it now.
    #[serde(rename = "unavailable")]
    Unavailable,
    /// A fault of the scheduler itself.
    #[serde(rename = "internal")]
    Internal,
}

/// What to do about an error.
#[derive(CandidType, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// Correct the request: the same request will fail again.
    #[serde(rename = "fix_request")]
    FixRequest,
    /// Try the same request again later.
    #[serde(rename = "retry")]
    Retry,
    /// Tell the people who run the scheduler.
    #[serde(rename = "report")]
    Report,
}

impl ErrorKind {
    /// The advice that goes with a class: the one table.
    #[must_use]
    pub const fn advice(self) -> Advice {
        match self {
            Self::InvalidArgument
            | Self::Unauthenticated
            | Self::Forbidden
            | Self::NotFound
            | Self::Conflict
            | Self::LimitExceeded => Advice::FixRequest,
            Self::Unavailable => Advice::Retry,
            Self::Internal => Advice::Report,
        }
    }

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InvalidArgument => "invalid_argument",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::LimitExceeded => "limit_exceeded",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }
}

impl Error {
    /// An error of the given class, without a field.
    #[must_use]
    pub fn new(kind: ErrorKind, rule: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            kind,
            advice: kind.advice(),
            field: None,
            rule: rule.into(),
            fix: fix.into(),
            retry_at: None,
        }
    }

    /// A field that breaks a rule.
    #[must_use]
    pub fn invalid(
        field: impl Into<String>,
        rule: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self {
            field: Some(field.into()),
            ..Self::new(ErrorKind::InvalidArgument, rule, fix)
        }
    }

    /// The same error, its field moved below `prefix`: `hour` below `schedules[0]` is
    /// `schedules[0].hour`.
    #[must_use]
    pub fn within(mut self, prefix: &str) -> Self {
        self.field = Some(match self.field {
            Some(field) => format!("{prefix}.{field}"),
            None => prefix.to_string(),
        });
        self
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(field) = &self.field {
            write!(formatter, "{field}: ")?;
        }
        write!(
            formatter,
            "{} ({}). {}",
            self.rule,
            self.kind.name(),
            self.fix
        )
    }
}

impl std::error::Error for Error {}
