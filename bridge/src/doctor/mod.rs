//! What keeps Chime from working, if anything: network, identity, canister, scheduler, one after the
//! other, each finding with its way out.
//!
//! It changes nothing. What can be judged from figures alone is in `figures`, without any effect.

mod caller;
mod canister;
mod figures;
mod network;
mod python;
mod tasks;

pub use caller::{caller, key};
pub use canister::canister;
pub use figures::{Commands, Figures, figures};
pub use network::network;
pub use python::python;
pub use tasks::{alerts, host, others, released_commands, scheduler_clock};

use crate::error::{Error, Kind};

/// How good or bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// It works, but should be looked at.
    Warn,
    /// It does not work. The kind gives the exit code.
    Fail(Kind),
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at, such as `root key`.
    pub subject: &'static str,
    /// How good it is.
    pub verdict: Verdict,
    /// What was found.
    pub text: String,
    /// The way out.
    pub fix: Option<String>,
    /// Where the value comes from: a flag, a variable, a line of the file.
    pub origin: Option<String>,
}

impl Finding {
    /// As it should be.
    #[must_use]
    pub fn ok(subject: &'static str, text: impl Into<String>) -> Self {
        Self {
            subject,
            verdict: Verdict::Ok,
            text: text.into(),
            fix: None,
            origin: None,
        }
    }

    /// To be looked at.
    #[must_use]
    pub fn warn(subject: &'static str, text: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Warn,
            fix: Some(fix.into()),
            ..Self::ok(subject, text)
        }
    }

    /// Not working.
    #[must_use]
    pub fn fail(
        subject: &'static str,
        kind: Kind,
        text: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self {
            verdict: Verdict::Fail(kind),
            fix: Some(fix.into()),
            ..Self::ok(subject, text)
        }
    }

    /// Whether it does not work.
    #[must_use]
    pub const fn is_failure(&self) -> bool {
        matches!(self.verdict, Verdict::Fail(_))
    }

    /// Not working, for this reason.
    #[must_use]
    pub fn of_error(subject: &'static str, error: &Error) -> Self {
        Self::fail(subject, error.kind(), error.explanation(), error.fix())
    }

    /// The same, with the origin of the value.
    #[must_use]
    pub fn from(mut self, origin: Option<String>) -> Self {
        self.origin = origin;
        self
    }
}
