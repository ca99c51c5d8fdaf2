//! What is said about executions that ended in one way or another.

use candid::Principal;
use chime_types::{Action, HttpAction};

use super::*;
use crate::fixtures::{execution, step, task};

fn with_step(action: Action) -> Task {
    Task {
        steps: vec![step(action)],
        ..task(7, "report")
    }
}

fn call() -> Task {
    with_step(Action::call(Principal::management_canister(), "x"))
}

fn http() -> Task {
    with_step(Action::Http {
        request: HttpAction::get("https://example.com"),
    })
}

fn failed(outcome: chime_types::Outcome, error: &str) -> TaskExecution {
    TaskExecution {
        attempts: vec![Attempt {
            number: 1,
            step: 0,
            started_at: 0,
            finished_at: Some(1),
            fencing_token: 1,
            worker: None,
            outcome,
            result: None,
            error: Some(error.to_string()),
            cause: None,
        }],
        ..execution(ExecutionStatus::Failed)
    }
}

fn check(task: &Task, outcome: chime_types::Outcome, error: &str, cause: Cause, first: Remedy) {
    let explained = explain(task, &failed(outcome, error));
    assert_eq!(explained.cause, cause, "{error}");
    assert_eq!(explained.remedies[0], first, "{error}");
    assert!(!explained.goes_on_by_itself, "{error}");
}

#[test]
fn should_tell_apart_what_is_wrong_with_a_request() {
    let task = http();
    for (error, cause, first) in [
        (
            "answered with status 401: no",
            Cause::HttpStatus(401),
            Remedy::PutSecret,
        ),
        (
            "answered with status 503: no",
            Cause::HttpStatus(503),
            Remedy::Retry,
        ),
        (
            "rejected with code 2: Timeout",
            Cause::HttpFailed,
            Remedy::EditSteps,
        ),
        (
            "{{secrets.KEY}} cannot be filled in: there is no such secret: put it with put_secret",
            Cause::NoSecret,
            Remedy::PutSecret,
        ),
    ] {
        check(&task, chime_types::Outcome::Failed, error, cause, first);
    }
}

#[test]
fn should_tell_apart_what_is_wrong_with_a_call() {
    use chime_types::Outcome::{Failed, TimedOut, Unknown};
    let task = call();
    for (outcome, error, cause, first) in [
        (
            Failed,
            "rejected with code 3: no",
            Cause::NoSuchMethod,
            Remedy::EditSteps,
        ),
        (
            Failed,
            "rejected with code 4: poor",
            Cause::CalleeRefused,
            Remedy::EditSteps,
        ),
        (
            Failed,
            "rejected with code 5: trapped",
            Cause::CalleeTrapped,
            Remedy::EditSteps,
        ),
        (
            Failed,
            "code 5: has no update method 'x'",
            Cause::NoSuchMethod,
            Remedy::EditSteps,
        ),
        (
            Failed,
            "rejected with code 2: later",
            Cause::NetworkBusy,
            Remedy::Retry,
        ),
        (
            Failed,
            "the scheduler has too few cycles: 7",
            Cause::TooFewCycles,
            Remedy::TopUp,
        ),
        (
            TimedOut,
            "no answer within 5 s",
            Cause::TimedOut,
            Remedy::Retry,
        ),
        (
            Unknown,
            "rejected with code 6: x",
            Cause::OutcomeUnknown,
            Remedy::Retry,
        ),
    ] {
        check(&task, outcome, error, cause, first);
    }
}

#[test]
fn should_tell_apart_what_is_wrong_with_other_steps() {
    use chime_types::Outcome::{Failed, Lost};
    let note = with_step(Action::Note { text: "x".into() });
    let command = with_step(Action::Command {
        command: "x".into(),
        queue: None,
    });
    for (task, outcome, error, cause, first) in [
        (
            &note,
            Failed,
            "there is no action `x`",
            Cause::NoAction,
            Remedy::DefineAction,
        ),
        (
            &note,
            Failed,
            "{{steps.9}} cannot be filled in: no",
            Cause::BadInput,
            Remedy::EditSteps,
        ),
        (
            &note,
            Failed,
            "what nobody foresaw",
            Cause::Other,
            Remedy::Retry,
        ),
        (
            &command,
            Failed,
            "exit code 2",
            Cause::CommandFailed,
            Remedy::EditSteps,
        ),
        (
            &command,
            Lost,
            "the worker w fell silent",
            Cause::WorkerSilent,
            Remedy::StartWorker,
        ),
    ] {
        check(task, outcome, error, cause, first);
    }
}

#[test]
fn should_go_by_the_recorded_cause_before_any_words() {
    use chime_types::Cause as Case;
    for (recorded, cause, first) in [
        (
            Case::HttpStatus { status: 401 },
            Cause::HttpStatus(401),
            Remedy::PutSecret,
        ),
        (Case::HttpDisabled, Cause::HttpDisabled, Remedy::Retry),
        (
            Case::UnreadableArguments,
            Cause::BadInput,
            Remedy::EditSteps,
        ),
        (Case::QueueFull, Cause::NetworkBusy, Remedy::Retry),
        (Case::Poison, Cause::Poison, Remedy::EditSteps),
        (Case::NoSuchSecret, Cause::NoSecret, Remedy::PutSecret),
    ] {
        let mut execution = failed(chime_types::Outcome::Failed, "rejected with code 6: what");
        execution.attempts[0].cause = Some(recorded);
        let explained = explain(&call(), &execution);
        assert_eq!(explained.cause, cause, "{recorded:?}");
        assert_eq!(explained.remedies[0], first, "{recorded:?}");
        execution.attempts.clear();
        execution.cause = Some(recorded);
        assert_eq!(explain(&call(), &execution).cause, cause, "of the whole");
    }
}

#[test]
fn should_explain_what_was_never_run() {
    for (status, cause) in [
        (ExecutionStatus::Skipped, Cause::Skipped),
        (ExecutionStatus::Missed, Cause::Missed),
        (ExecutionStatus::Completed, Cause::None),
        (ExecutionStatus::TimedOut, Cause::Expired),
    ] {
        assert_eq!(
            explain(&call(), &execution(status)).cause,
            cause,
            "{status:?}"
        );
    }
}

#[test]
fn should_say_that_a_retry_is_on_its_way() {
    let waiting = TaskExecution {
        status: ExecutionStatus::Waiting,
        waiting_for: Some(WaitReason::RetryBackoff),
        ..failed(chime_types::Outcome::Failed, "rejected with code 4: poor")
    };
    let explained = explain(&call(), &waiting);
    assert!(explained.goes_on_by_itself);
    assert_eq!(explained.remedies[0], Remedy::Wait);
    assert_eq!(explained.cause, Cause::CalleeRefused);
    assert!(
        explained.summary.contains("will be retried"),
        "{}",
        explained.summary
    );
}

#[test]
fn should_not_advise_what_cannot_be_done() {
    let replayed = TaskExecution {
        replayed_by: Some(9),
        ..failed(chime_types::Outcome::Unknown, "rejected with code 6: x")
    };
    let task = Task {
        on_unknown: OnUnknown::Retry,
        disabled: true,
        ..call()
    };
    let explained = explain(&task, &replayed);
    assert_eq!(explained.remedies, [Remedy::Resume]);
    assert!(explained.summary.contains("Execution 9 ran it again"));
}

#[test]
fn should_count_attempts_and_tell_when_no_retry_could_help() {
    let execution = failed(chime_types::Outcome::Failed, "answered with status 404: no");
    let explained = explain(&http(), &execution);
    assert_eq!(
        explained.summary,
        "Execution 1 of task 7 (\"report\") failed. It got to step 1 of 1, attempt 1 of 4, and no \
         retry followed: none could help."
    );
}
