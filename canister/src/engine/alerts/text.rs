//! What the messages of alerts say: which task and execution, what happened, since when, and what
//! to do about it. Pure.

use candid::Nat;
use chime_types::{Alert, Cause, ExecutionStatus, limits};

use crate::state::records::{ExecutionRecord, TaskRecord};

/// A message to be sent.
pub struct Text {
    /// In a few words; the name of the alert is put before it.
    pub subject: String,
    /// In full.
    pub message: String,
}

/// Longest error that is quoted, in bytes: the rest of the message has room beside it.
const QUOTED_BYTES: usize = limits::MAXIMUM_MESSAGE_BYTES / 2;

/// An execution failed or timed out.
pub fn failure(task: &TaskRecord, execution: &ExecutionRecord, now: u64) -> Text {
    let what = ended(execution);
    Text {
        subject: format!("execution {} of {} {what}", execution.id.0, task.name),
        message: format!(
            "{}: it {what} at {}. {}",
            began(task, execution),
            utc(now),
            advice(execution)
        ),
    }
}

/// Executions failed in a row.
pub fn failures(task: &TaskRecord, execution: &ExecutionRecord, now: u64) -> Text {
    let count = task.consecutive_failures;
    let paused = if task.disabled {
        " The task is paused: resume_task switches it on."
    } else {
        ""
    };
    Text {
        subject: format!("{count} executions of {} failed in a row", task.name),
        message: format!(
            "{count} executions of task {} ({}) failed or timed out in a row. The last: {}: it {} \
             at {}. {}{paused}",
            task.id.0,
            task.name,
            began(task, execution),
            ended(execution),
            utc(now),
            advice(execution)
        ),
    }
}

/// An execution began late.
pub fn late(task: &TaskRecord, execution: &ExecutionRecord, now: u64) -> Text {
    let seconds = now.saturating_sub(execution.due_at) / limits::NANOSECONDS;
    let (id, name) = (execution.id.0, &task.name);
    Text {
        subject: format!("execution {id} of {name} began {seconds} s late"),
        message: format!(
            "Execution {id} of task {} ({name}) was due at {} and began at {}, {seconds} s later. \
             get_stats shows what waits: spread the schedules, or ask an admin for more attempts \
             at a time (configure).",
            task.id.0,
            utc(execution.due_at),
            utc(now)
        ),
    }
}

/// A slot was missed, or many.
pub fn missed(task: &TaskRecord, execution: &ExecutionRecord) -> Text {
    let from = utc(execution.scheduled_at);
    if execution.cause == Some(Cause::Poison) {
        return Text {
            subject: format!("a slot of {} was set aside", task.name),
            message: format!(
                "Task {} ({}) did not run at {from} and is paused: the scheduler's own message failed at \
                 that slot twice (execution {}). resume_task tries again; report it to those who run \
                 the scheduler.",
                task.id.0, task.name, execution.id.0
            ),
        };
    }
    let (what, when) = match (execution.slots, execution.slots_until) {
        (1, _) => ("a slot".to_string(), format!("at {from}")),
        (slots, Some(until)) => (
            format!("{slots} slots"),
            format!("from {from} to {}", utc(until)),
        ),
        (slots, None) => (format!("{slots} slots"), format!("from {from} on")),
    };
    Text {
        subject: format!("{} missed {what}", task.name),
        message: format!(
            "Task {} ({}) missed {what}, {when}: the scheduler could not run at that time \
             (execution {}). backfill or retry_execution makes up for it; `missed_runs` of the \
             schedule says what is done by itself.",
            task.id.0, task.name, execution.id.0
        ),
    }
}

/// A task is silent.
pub fn silent(task: &TaskRecord, since: u64, interval: u64, now: u64) -> Text {
    let seconds = |nanoseconds: u64| nanoseconds / limits::NANOSECONDS;
    let silence = seconds(now.saturating_sub(since));
    Text {
        subject: format!("{} is silent for {silence} s", task.name),
        message: format!(
            "No execution of task {} ({}) began since {}, for {silence} s, though its slots are {} \
             s apart. get_task_executions shows whether one hangs or slots were skipped, \
             get_stats whether the scheduler has places and cycles.",
            task.id.0,
            task.name,
            utc(since),
            seconds(interval)
        ),
    }
}

/// Somebody wants to see whether messages arrive.
pub fn test(alert: &Alert, now: u64) -> Text {
    Text {
        subject: format!("{}: a test", alert.name),
        message: format!(
            "Alert {} ({}) sends its messages here. This one was asked for at {} with test_alert: \
             nothing has happened.",
            alert.id,
            alert.name,
            utc(now)
        ),
    }
}

/// There are too few cycles.
pub fn cycles_low(balance: u128, below: &Nat, minimum: &Nat) -> Text {
    Text {
        subject: format!("{balance} cycles are left"),
        message: format!(
            "The scheduler has {balance} cycles, fewer than {below}. Below {minimum} \
             (minimum_cycles) it starts nothing new. Deposit cycles into its canister."
        ),
    }
}

fn began(task: &TaskRecord, execution: &ExecutionRecord) -> String {
    let began = match execution.started_at {
        Some(started_at) => format!("began at {}", utc(started_at)),
        None => "never began".to_string(),
    };
    format!(
        "Execution {} of task {} ({}), for {}, {began}",
        execution.id.0,
        task.id.0,
        task.name,
        utc(execution.scheduled_at)
    )
}

fn ended(execution: &ExecutionRecord) -> &'static str {
    match execution.status.get() {
        ExecutionStatus::TimedOut => "timed out",
        _ => "failed",
    }
}

fn advice(execution: &ExecutionRecord) -> String {
    let error = execution.error.as_deref().unwrap_or("no cause was given");
    let end = error.floor_char_boundary(QUOTED_BYTES);
    let cut = if end < error.len() { "..." } else { "" };
    format!(
        "The cause: {}{cut}. get_execution {} shows its attempts; fix the cause and run it again \
         with retry_execution.",
        &error[..end],
        execution.id.0
    )
}

/// An instant in whole seconds, such as 2026-03-01T12:00:00Z.
pub fn utc(at: u64) -> String {
    let seconds = i64::try_from(at / limits::NANOSECONDS).expect("BUG: 64 bits of nanoseconds");
    match jiff::Timestamp::from_second(seconds) {
        Ok(timestamp) => timestamp.to_string(),
        Err(_) => format!("{seconds} s after 1970"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_write_an_instant_in_whole_seconds_of_utc() {
        assert_eq!(utc(1_772_323_200_999_999_999), "2026-03-01T00:00:00Z");
        assert_eq!(utc(u64::MAX), "2554-07-21T23:34:33Z");
    }

    #[test]
    fn should_say_of_cycles_how_many_are_left_and_what_to_do() {
        let text = cycles_low(5, &Nat::from(10u8), &Nat::from(7u8));
        assert_eq!(text.subject, "5 cycles are left");
        assert!(text.message.contains("Deposit cycles"), "{}", text.message);
    }
}
