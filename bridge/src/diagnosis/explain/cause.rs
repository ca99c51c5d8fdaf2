//! Classes of causes, and how they are told apart.

use chime_types::{
    self as types, Action, Attempt, ExecutionStatus, Outcome, Task, TaskExecution, WaitReason,
};

use super::Remedy;

/// The class of a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Nothing failed.
    None,
    /// The slot was left out.
    Skipped,
    /// The scheduler could not run at that time.
    Missed,
    /// Somebody stopped it.
    Cancelled,
    /// Nobody has claimed the command.
    NoWorker,
    /// A worker claimed the command and fell silent.
    WorkerSilent,
    /// A worker reports that the command failed.
    CommandFailed,
    /// The server answered with this status.
    HttpStatus(u16),
    /// The request got no answer that counts.
    HttpFailed,
    /// The canister or its method does not exist.
    NoSuchMethod,
    /// The callee refused.
    CalleeRefused,
    /// The callee trapped.
    CalleeTrapped,
    /// The network was busy.
    NetworkBusy,
    /// The scheduler has too few cycles.
    TooFewCycles,
    /// An attempt took too long.
    TimedOut,
    /// The whole execution took too long.
    Expired,
    /// Nobody knows whether the call was carried out.
    OutcomeUnknown,
    /// A secret is missing.
    NoSecret,
    /// A registered action is missing.
    NoAction,
    /// A placeholder or an argument is wrong.
    BadInput,
    /// The scheduler has no Python runner, or none that it controls.
    NoPython,
    /// A codex is missing.
    NoCodex,
    /// A program raised an exception.
    ProgramFailed,
    /// A program does not compile, or yielded what cannot be done.
    ProgramInvalid,
    /// A program used up what it may use.
    ProgramLimit,
    /// A program does not do the same again.
    ProgramDiverged,
    /// Another run changed the same entities.
    StateConflict,
    /// The callee answered with an error.
    ErrorAnswer,
    /// The network makes no HTTPS outcalls, or none to that host.
    HttpDisabled,
    /// The response, or what the step is filled in with, is too large.
    TooLarge,
    /// As many are kept as may be.
    LimitReached,
    /// The role of the owner does not allow it.
    NotAllowed,
    /// The owner's budget of cycles is used up.
    BudgetUsedUp,
    /// The scheduler's own message failed at it.
    Poison,
    /// None of these.
    Other,
}

impl Cause {
    /// The cause as far as the execution shows it.
    pub(super) fn of(task: &Task, execution: &TaskExecution) -> Self {
        if let Some(cause) = execution.cause {
            return Self::of_case(cause);
        }
        match (execution.status, execution.waiting_for) {
            (ExecutionStatus::Completed, _) => return Self::None,
            (ExecutionStatus::Skipped, _) => return Self::Skipped,
            (ExecutionStatus::Missed, _) => return Self::Missed,
            (ExecutionStatus::Cancelled, _) => return Self::Cancelled,
            (ExecutionStatus::Waiting, Some(WaitReason::Worker)) => return Self::NoWorker,
            _ => {}
        }
        let last = execution.attempts.iter().rev();
        let ended = last
            .into_iter()
            .find(|attempt| attempt.finished_at.is_some());
        match ended {
            Some(attempt) => Self::of_attempt(task, execution, attempt),
            None if execution.status == ExecutionStatus::TimedOut => Self::Expired,
            None => Self::None,
        }
    }

    fn of_attempt(task: &Task, execution: &TaskExecution, attempt: &Attempt) -> Self {
        if let Some(cause) = attempt.cause {
            return Self::of_case(cause);
        }
        match attempt.outcome {
            Outcome::Completed | Outcome::Running | Outcome::Snoozed => {
                if execution.status == ExecutionStatus::TimedOut {
                    return Self::Expired;
                }
                return Self::None;
            }
            Outcome::Cancelled => return Self::Cancelled,
            Outcome::Lost => return Self::WorkerSilent,
            Outcome::TimedOut => return Self::TimedOut,
            Outcome::Unknown => return Self::OutcomeUnknown,
            Outcome::Failed => {}
        }
        let step = task.steps.get(attempt.step as usize);
        let text = attempt.error.as_deref().unwrap_or_default();
        Self::of_text(step.map(|step| &step.action), text)
    }

    /// The class of what the scheduler recorded.
    const fn of_case(cause: types::Cause) -> Self {
        use types::Cause as Case;
        match cause {
            Case::Rejected | Case::CalleeTerminal => Self::CalleeRefused,
            Case::CalleeTrapped => Self::CalleeTrapped,
            Case::NoSuchMethod | Case::NoSuchCanister => Self::NoSuchMethod,
            Case::SystemTransient | Case::QueueFull | Case::CalleeStopped => Self::NetworkBusy,
            Case::OutcomeUnknown => Self::OutcomeUnknown,
            Case::TooFewCycles => Self::TooFewCycles,
            Case::ErrorAnswer => Self::ErrorAnswer,
            Case::UnreadableArguments
            | Case::BadArguments
            | Case::Placeholder
            | Case::UnfitAction
            | Case::NoSuchTask => Self::BadInput,
            Case::HttpStatus { status } => Self::HttpStatus(status),
            Case::HttpDisabled => Self::HttpDisabled,
            Case::HttpRefused | Case::HttpUnreachable | Case::HttpNoConsensus => Self::HttpFailed,
            Case::ResponseTooLarge | Case::TooLarge => Self::TooLarge,
            Case::NoSuchSecret => Self::NoSecret,
            Case::NoSuchAction => Self::NoAction,
            Case::LimitReached => Self::LimitReached,
            Case::NoPython => Self::NoPython,
            Case::NoSuchCodex => Self::NoCodex,
            Case::ProgramFailed => Self::ProgramFailed,
            Case::ProgramInvalid => Self::ProgramInvalid,
            Case::ProgramLimit => Self::ProgramLimit,
            Case::ProgramDiverged => Self::ProgramDiverged,
            Case::StateConflict => Self::StateConflict,
            Case::NotAllowed => Self::NotAllowed,
            Case::TimedOut => Self::TimedOut,
            Case::LeaseLost => Self::WorkerSilent,
            Case::WorkerFailed | Case::WorkerTerminal => Self::CommandFailed,
            Case::Poison => Self::Poison,
            Case::BudgetUsedUp => Self::BudgetUsedUp,
            Case::SystemFatal | Case::BuiltinFailed => Self::Other,
            Case::Expired => Self::Expired,
            Case::Cancelled | Case::GaveWay => Self::Cancelled,
            Case::Overlap
            | Case::BufferFull
            | Case::RunsUsedUp
            | Case::BytesUsedUp
            | Case::OwnerDisabled => Self::Skipped,
            Case::Missed => Self::Missed,
        }
    }

    /// For records of a scheduler that did not record the cause yet.
    fn of_text(action: Option<&Action>, text: &str) -> Self {
        if let Some(status) = number_after(text, "answered with status ") {
            return Self::HttpStatus(status);
        }
        for (words, cause) in [
            ("there is no such secret", Self::NoSecret),
            ("there is no action", Self::NoAction),
            ("cannot be filled in", Self::BadInput),
            ("arguments are not Candid", Self::BadInput),
            ("arguments cannot be encoded", Self::BadInput),
            ("no Python runner", Self::NoPython),
            ("too few cycles", Self::TooFewCycles),
            ("has no update method", Self::NoSuchMethod),
            ("has no query method", Self::NoSuchMethod),
        ] {
            if text.contains(words) {
                return cause;
            }
        }
        match action {
            Some(Action::Http { .. }) => Self::HttpFailed,
            Some(Action::Command { .. }) => Self::CommandFailed,
            _ => Self::of_reject_code(text),
        }
    }

    /// Reject codes of the interface specification.
    fn of_reject_code(text: &str) -> Self {
        match number_after(text, "rejected with code ") {
            Some(2) => Self::NetworkBusy,
            Some(3) => Self::NoSuchMethod,
            Some(4) => Self::CalleeRefused,
            Some(5) => Self::CalleeTrapped,
            Some(6) => Self::OutcomeUnknown,
            _ => Self::Other,
        }
    }

    /// The name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Skipped => "skipped",
            Self::Missed => "missed",
            Self::Cancelled => "cancelled",
            Self::NoWorker => "no_worker",
            Self::WorkerSilent => "worker_silent",
            Self::CommandFailed => "command_failed",
            Self::HttpStatus(_) => "http_status",
            Self::HttpFailed => "http_failed",
            Self::NoSuchMethod => "no_such_method",
            Self::CalleeRefused => "callee_refused",
            Self::CalleeTrapped => "callee_trapped",
            Self::NetworkBusy => "network_busy",
            Self::TooFewCycles => "too_few_cycles",
            Self::TimedOut => "timed_out",
            Self::Expired => "expired",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::NoSecret => "no_secret",
            Self::NoAction => "no_action",
            Self::BadInput => "bad_input",
            Self::NoPython => "no_python",
            Self::NoCodex => "no_codex",
            Self::ProgramFailed => "program_failed",
            Self::ProgramInvalid => "program_invalid",
            Self::ProgramLimit => "program_limit",
            Self::ProgramDiverged => "program_diverged",
            Self::StateConflict => "state_conflict",
            Self::ErrorAnswer => "error_answer",
            Self::HttpDisabled => "http_disabled",
            Self::TooLarge => "too_large",
            Self::LimitReached => "limit_reached",
            Self::NotAllowed => "not_allowed",
            Self::BudgetUsedUp => "budget_used_up",
            Self::Poison => "poison",
            Self::Other => "other",
        }
    }

    /// What it means, and what can be done.
    pub(super) fn meaning(self) -> (String, Vec<Remedy>) {
        if let Self::HttpStatus(status) = self {
            let (text, remedies) = http(status);
            let text = format!("The server answered with status {status}: {text}");
            return (text, remedies);
        }
        (self.text().to_string(), self.remedies())
    }

    const fn text(self) -> &'static str {
        match self {
            Self::None | Self::HttpStatus(_) => "Nothing has failed.",
            Self::Skipped => {
                "The slot was skipped: the execution before it was not finished, or a quota was \
                 used up."
            }
            Self::Missed => {
                "The scheduler could not run at that time (it was stopped, or its network was \
                 down), and the schedule's policy does not make up for it."
            }
            Self::Cancelled => "It was stopped on request, or by a later slot.",
            Self::NoWorker => "No worker has claimed the command yet.",
            Self::WorkerSilent => {
                "The worker that ran the command fell silent: it was killed, lost its network, or \
                 its lease is too short."
            }
            Self::CommandFailed => {
                "The command ran on a worker and failed there; its error says how."
            }
            Self::HttpFailed => NO_ANSWER,
            Self::NoSuchMethod => "The canister or the method that the step calls does not exist.",
            Self::CalleeRefused => "The canister that was called refused; its message says why.",
            Self::CalleeTrapped => {
                "The canister that was called broke off: a fault in its code, or arguments that it \
                 cannot read. What it had done was undone."
            }
            Self::NetworkBusy => "The network was busy: it passes.",
            Self::TooFewCycles => "The scheduler has too few cycles for the call.",
            Self::TimedOut => {
                "No answer came in time. Nobody can tell whether the action was carried out."
            }
            Self::Expired => {
                "The time of the whole execution (execution_timeout_seconds) was over."
            }
            Self::OutcomeUnknown => {
                "Nobody can tell whether the call was carried out: look at the callee first."
            }
            Self::NoSecret => "The step names a secret that is not kept.",
            Self::NoAction => "The step names an action that is not registered.",
            Self::BadInput => "A placeholder or an argument of the step is wrong.",
            Self::NoPython => NO_PYTHON,
            Self::NoCodex => NO_CODEX,
            Self::ProgramFailed => PROGRAM_FAILED,
            Self::ProgramInvalid => PROGRAM_INVALID,
            Self::ProgramLimit => PROGRAM_LIMIT,
            Self::ProgramDiverged => PROGRAM_DIVERGED,
            Self::StateConflict => STATE_CONFLICT,
            Self::ErrorAnswer => {
                "The canister that was called answered, and its answer is an error: nothing broke, \
                 but what was asked for was not done."
            }
            Self::HttpDisabled => NO_OUTCALLS,
            Self::TooLarge => {
                "Something is larger than it may be: the response (raise max_response_bytes, or \
                 keep a part of it with `transform`), or the step once it is filled in."
            }
            Self::LimitReached => "As many are kept as may be; the error says of what.",
            Self::NotAllowed => "The role of the task's owner does not allow this step.",
            Self::BudgetUsedUp => {
                "The cycles that may be spent for this owner are used up for now."
            }
            Self::Poison => {
                "The scheduler's own message failed whenever it came to this execution, so it was \
                 set aside and its task was paused."
            }
            Self::Other => "The error says what happened.",
        }
    }

    fn remedies(self) -> Vec<Remedy> {
        use Remedy::{
            ChangePolicy, DefineAction, EditSteps, PutSecret, RaiseTimeout, Resume, Retry,
            RetryFromStart, RetryUnknown, RunNow, StartWorker, TopUp,
        };
        match self {
            Self::None | Self::HttpStatus(_) => vec![],
            Self::Skipped | Self::Missed => vec![RetryFromStart, ChangePolicy],
            Self::Cancelled | Self::NetworkBusy => vec![Retry],
            Self::NoWorker => vec![StartWorker],
            Self::WorkerSilent => vec![StartWorker, Retry],
            Self::CommandFailed | Self::HttpFailed | Self::CalleeRefused | Self::CalleeTrapped => {
                vec![EditSteps, Retry]
            }
            Self::NoSuchMethod
            | Self::BadInput
            | Self::NoPython
            | Self::NoCodex
            | Self::ProgramInvalid
            | Self::ProgramLimit
            | Self::ProgramDiverged
            | Self::NotAllowed
            | Self::TooLarge => vec![EditSteps],
            Self::ErrorAnswer | Self::ProgramFailed => vec![EditSteps, Retry],
            Self::StateConflict => vec![Retry],
            Self::HttpDisabled | Self::LimitReached | Self::BudgetUsedUp => vec![Retry],
            Self::Poison => vec![EditSteps, Resume],
            Self::TooFewCycles => vec![TopUp, Retry],
            Self::TimedOut => vec![Retry, RaiseTimeout, RetryUnknown],
            Self::Expired => vec![RaiseTimeout, RunNow],
            Self::OutcomeUnknown => vec![Retry, RetryUnknown],
            Self::NoSecret => vec![PutSecret, Retry],
            Self::NoAction => vec![DefineAction, Retry],
            Self::Other => vec![Retry, EditSteps],
        }
    }
}

fn http(status: u16) -> (&'static str, Vec<Remedy>) {
    use Remedy::{EditSteps, PutSecret, Retry};
    match status {
        300..=399 => (
            "it sends elsewhere, and redirects are not followed.",
            vec![EditSteps],
        ),
        401 | 403 => (
            "it does not accept who asks. The key or token in the headers is wrong, missing or expired.",
            vec![PutSecret, EditSteps, Retry],
        ),
        404 | 410 => ("the address does not exist there.", vec![EditSteps]),
        408 | 425 | 429 => ("it is asked too often or too early.", vec![Retry]),
        400..=499 => ("it does not accept the request as it is.", vec![EditSteps]),
        500..=599 => (
            "it has trouble of its own, which often passes.",
            vec![Retry],
        ),
        _ => (
            "the step does not expect this status.",
            vec![EditSteps, Retry],
        ),
    }
}

/// The number that follows these words at the beginning of a text or of a part of it.
fn number_after<N: std::str::FromStr>(text: &str, words: &str) -> Option<N> {
    let (_, rest) = text.split_once(words)?;
    let end = rest
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(rest.len());
    rest[..end].parse().ok()
}

/// Why a request may have failed.
const NO_ANSWER: &str = "The request got no answer that counts: the server cannot be reached, its answer is \
                         longer than max_response_bytes, or the nodes of the network got different answers \
                         (then keep only a part with `transform`, or set `replicated` to false).";
const NO_PYTHON: &str =
    "The step runs Python, and the scheduler has no runner, or none that it controls.";
const NO_CODEX: &str = "The step runs a codex that is not stored.";
const PROGRAM_FAILED: &str = "The Python program raised an exception; the error is its traceback.";
const PROGRAM_INVALID: &str =
    "The Python program does not compile, or yielded something that cannot be done.";
const PROGRAM_LIMIT: &str =
    "The Python program used up what a run may use; the error says of what.";
const PROGRAM_DIVERGED: &str =
    "The Python program does not do the same when it is replayed, so it cannot go on.";
const STATE_CONFLICT: &str =
    "Another run changed the same entities meanwhile, so nothing of this one was kept.";
const NO_OUTCALLS: &str = "The network makes no HTTPS outcalls, or none to that host: whoever runs it has to \
                           allow them first.";
