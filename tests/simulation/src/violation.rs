//! What must never be.

use std::fmt;

/// The rules of the simulation. A failure is shrunk to a story that breaks the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The network comes to rest.
    Rest,
    /// The scheduler answers when nothing is wrong.
    Answers,
    /// Something due is armed, and runs within a minute of the cause being gone.
    Alive,
    /// Every slot has one fate, and no other record has a slot.
    Slots,
    /// A slot is run, left out or missed only for a reason that there was.
    Fates,
    /// A step that completed is not attempted again, and each attempt arrives once.
    Once,
    /// An attempt ends as what it does says, unless something was wrong.
    Outcomes,
    /// Retries are as many and as far apart as the policy says.
    Retries,
    /// What is under way stays within the limits.
    Limits,
    /// A job has one worker, and only that one's report counts.
    Leases,
    /// The figures agree with the history.
    Totals,
    /// The maintenance finds nothing.
    Store,
    /// Nobody waits long because of another owner.
    Shares,
    /// What always traps is put aside, and nothing else with it.
    Poison,
    /// The simulation itself broke off.
    Panic,
}

/// A rule that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which.
    pub rule: Rule,
    /// How.
    pub text: String,
}

impl Violation {
    /// A violation.
    #[must_use]
    pub fn new(rule: Rule, text: impl Into<String>) -> Self {
        Self {
            rule,
            text: text.into(),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}: {}", self.rule, self.text)
    }
}

/// Breaks a rule unless the condition holds.
macro_rules! ensure {
    ($condition:expr, $rule:ident, $($text:tt)*) => {
        if !$condition {
            return Err($crate::violation::Violation::new(
                $crate::violation::Rule::$rule,
                format!($($text)*),
            ));
        }
    };
}

pub(crate) use ensure;
