//! `chime run`: makes a task with one step, and waits for its first execution if asked to.

use std::time::Duration;

use candid::Principal;
use chime_types::{
    Action, CallArguments, CreateTaskRequest, NewSchedule, NewStep, Outcome, RetryPolicy, Rule,
    Task, TaskExecution, limits,
};
use tokio::time::sleep;

use super::session::{Session, hint_to_keep_running, with_scheduler};
use crate::cli::{GlobalArguments, RunArguments};
use crate::error::{Error, Kind, Result};
use crate::operations::{Patience, Scheduler, require_completed};
use crate::output::{Made, Writer, action_text, attempt_text};

/// Makes the task and writes what was made.
pub(super) async fn run(
    global: &GlobalArguments,
    arguments: &RunArguments,
    writer: &Writer,
) -> Result<()> {
    let request = request(arguments)?;
    let made = with_scheduler(global, writer, async |session| {
        let task = session.scheduler.create_task(&request).await?;
        if !arguments.wait {
            hint_to_keep_running(session, writer);
            return Ok((task, None));
        }
        let execution = wait(session, &task, writer).await?;
        Ok((task, Some(execution)))
    });
    let (task, execution) = made.await?;
    writer.answer(&Made::new(&task, execution.clone()))?;
    execution.map_or(Ok(()), |execution| require_completed(execution).map(drop))
}

fn request(arguments: &RunArguments) -> Result<CreateTaskRequest> {
    let action = action(arguments)?;
    let name = arguments.name.clone().unwrap_or_else(|| name(&action));
    Ok(CreateTaskRequest {
        name,
        steps: vec![NewStep::new(action)],
        schedules: vec![NewSchedule {
            timezone: arguments.timezone.clone(),
            start_after_seconds: arguments.after,
            ..NewSchedule::new(rule(arguments))
        }],
        retry: retry(arguments),
        timeout_seconds: arguments.timeout,
        ..CreateTaskRequest::default()
    })
}

fn rule(arguments: &RunArguments) -> Rule {
    match (&arguments.cron, arguments.every) {
        (Some(expression), _) => Rule::Cron {
            expression: expression.clone(),
        },
        (None, Some(repeat_every_seconds)) => Rule::Interval {
            repeat_every_seconds,
            phase_seconds: None,
        },
        (None, None) => Rule::Once { run_at: None },
    }
}

fn retry(arguments: &RunArguments) -> Option<RetryPolicy> {
    if arguments.retries.is_none() && arguments.retry_delay.is_none() {
        return None;
    }
    let default = RetryPolicy::default();
    let initial_delay_seconds = arguments
        .retry_delay
        .unwrap_or(default.initial_delay_seconds);
    Some(RetryPolicy {
        max_retries: arguments.retries.unwrap_or(default.max_retries),
        initial_delay_seconds,
        maximum_delay_seconds: default.maximum_delay_seconds.max(initial_delay_seconds),
        ..default
    })
}

fn action(arguments: &RunArguments) -> Result<Action> {
    if let Some(text) = &arguments.note {
        return Ok(Action::Note { text: text.clone() });
    }
    let [canister, method, candid @ ..] = arguments.call.as_deref().unwrap_or_default() else {
        return Err(Error::new(
            Kind::Usage,
            "--call takes a canister and a method",
            "Give --call CANISTER METHOD [CANDID-ARGS], or --note TEXT.",
        ));
    };
    let canister = Principal::from_text(canister).map_err(|error| {
        Error::new(
            Kind::Usage,
            format!("`{canister}` is no canister id"),
            "Give an id such as ryjl3-tyaaa-aaaaa-aaaba-cai; aaaaa-aa is the management canister.",
        )
        .at("--call")
        .because(error)
    })?;
    let arguments = match candid.first() {
        None => None,
        Some(text) => Some(CallArguments::Text {
            value: checked(text)?,
        }),
    };
    Ok(Action::Call {
        canister,
        method: method.clone(),
        arguments,
        cycles: None,
        with_context: None,
    })
}

fn checked(text: &str) -> Result<String> {
    candid_parser::parse_idl_args(text).map_err(|error| {
        let rule = format!("`{text}` is not Candid's textual form");
        Error::new(
            Kind::Usage,
            rule,
            "Write the arguments as in '(record { name = \"x\" }, 7 : nat64)', parentheses included.",
        )
        .at("--call")
        .because(error)
    })?;
    Ok(text.to_string())
}

/// A name that says what the task does.
fn name(action: &Action) -> String {
    let text = action_text(action);
    text.chars().take(limits::MAXIMUM_NAME_CHARACTERS).collect()
}

/// Waits for the end of the first execution, telling each attempt as it ends.
async fn wait(session: &Session, task: &Task, writer: &Writer) -> Result<TaskExecution> {
    let scheduler = &session.scheduler;
    match task.next_run_at {
        Some(at) if at > writer.clock().now_at() => {
            writer.message(format!(
                "Task {} runs first at {}.",
                task.id,
                writer.clock().both(at)
            ));
        }
        Some(_) => {}
        None => {
            let rule = format!("task {} has no next run to wait for", task.id);
            return Err(Error::new(
                Kind::Conflict,
                rule,
                "Leave --wait out, or give another schedule.",
            ));
        }
    }
    let first = first_execution(scheduler, task).await?;
    let mut told = 0;
    let tell = |execution: &TaskExecution| {
        let ended = execution
            .attempts
            .iter()
            .filter(|attempt| attempt.outcome != Outcome::Running);
        let lines: Vec<_> = ended.map(attempt_text).collect();
        lines
            .iter()
            .skip(told)
            .for_each(|line| writer.message(line));
        told = told.max(lines.len());
        if let (Some(_), Some(at)) = (execution.waiting_for, execution.wake_at) {
            writer.message(format!("next attempt {}", writer.clock().both(at)));
        }
    };
    scheduler
        .wait_for_execution(first.id, Patience::default(), tell)
        .await
}

async fn first_execution(scheduler: &Scheduler, task: &Task) -> Result<TaskExecution> {
    let longest = Duration::from_secs(1);
    let mut pause = Duration::from_millis(100);
    loop {
        // The newest comes first; a short interval may have made several meanwhile.
        let executions = scheduler.executions(task.id, None, usize::MAX).await?;
        if let Some(first) = executions.into_iter().next_back() {
            return Ok(first);
        }
        sleep(pause).await;
        pause = (pause * 2).min(longest);
    }
}
