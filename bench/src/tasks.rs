//! The tasks that are stored, and those that are measured.

use candid::Principal;
use chime_types::{
    Action, CallArguments, CreateTaskRequest, NewSchedule, NewStep, Rule, limits::NANOSECONDS,
};

/// Who owns the tasks, by turns: so many that 1,000 tasks are 50 for each, a page.
pub const OWNERS: u64 = 20;
/// No stored task fires before this time has passed: 30 days.
const IDLE_SECONDS: u64 = 30 * 86_400;

/// The owner of a task by its number.
pub fn owner(number: u64) -> Principal {
    Principal::self_authenticating(((number % OWNERS) + 1).to_be_bytes())
}

/// A step that writes a line into the log.
pub fn note() -> NewStep {
    NewStep::new(Action::Note {
        text: "still here".to_string(),
    })
}

/// A step that calls a method of the callee without arguments.
pub fn call(callee: Principal, method: &str) -> NewStep {
    NewStep::new(Action::Call {
        canister: callee,
        method: method.to_string(),
        arguments: Some(CallArguments::Text {
            value: "()".to_string(),
        }),
        cycles: None,
        with_context: None,
        error_cases: None,
    })
}

fn rule(number: u64) -> Rule {
    let spread = number / 4;
    let minute = Some((spread % 60) as u8);
    let hour = (spread / 60 % 24) as u8;
    match number % 4 {
        0 => Rule::Interval {
            repeat_every_seconds: 3_600 + spread % 3_600,
            phase_seconds: None,
        },
        1 => Rule::Daily { hour, minute },
        2 => Rule::Weekly {
            weekday: (spread % 7) as u8,
            hour,
            minute,
        },
        _ => Rule::Cron {
            expression: format!("{} 8-17 * * 1-5", spread % 60),
        },
    }
}

/// A task that only lies there: one of four rules, one of three kinds of steps.
pub fn idle(number: u64, callee: Principal) -> CreateTaskRequest {
    let rule = rule(number);
    let has_clock = !matches!(rule, Rule::Interval { .. });
    let schedule = NewSchedule {
        timezone: has_clock.then(|| "Europe/Zurich".to_string()),
        start_after_seconds: Some(IDLE_SECONDS),
        ..NewSchedule::new(rule)
    };
    let steps = match number % 3 {
        0 => vec![note()],
        1 => vec![call(callee, "count")],
        _ => vec![call(callee, "count"), note()],
    };
    CreateTaskRequest {
        name: format!("task {number}"),
        description: Some("A task that waits for its time like many others.".to_string()),
        steps,
        schedules: vec![schedule],
        ..CreateTaskRequest::default()
    }
}

/// A task that runs a step again and again, from an instant on.
pub fn every(step: NewStep, first_at: u64, nanoseconds: u64) -> CreateTaskRequest {
    let schedule = NewSchedule {
        start_at: Some(first_at / NANOSECONDS * NANOSECONDS),
        ..NewSchedule::new(Rule::Interval {
            repeat_every_seconds: nanoseconds / NANOSECONDS,
            phase_seconds: None,
        })
    };
    CreateTaskRequest {
        name: "again".to_string(),
        steps: vec![step],
        schedules: vec![schedule],
        ..CreateTaskRequest::default()
    }
}

/// A task that runs a step once.
pub fn once(step: NewStep, run_at: u64) -> CreateTaskRequest {
    let run_at = Some(run_at / NANOSECONDS * NANOSECONDS);
    CreateTaskRequest {
        name: "once".to_string(),
        steps: vec![step],
        schedules: vec![NewSchedule::new(Rule::Once { run_at })],
        ..CreateTaskRequest::default()
    }
}

/// The name of the codex that [`program`] runs.
pub const CODEX: &str = "program";

/// A step that runs a stored program.
pub fn program() -> NewStep {
    NewStep::new(Action::Codex {
        name: CODEX.to_string(),
        code: None,
        input: None,
    })
}
