//! Tasks made from templates: the daily backup and the cleanup.

use chime_types::{
    Action, CreateBackupTaskRequest, CreateCleanupTaskRequest, CreateTaskRequest, Error,
    NewSchedule, NewStep, RetentionRule, Rule, Task,
};

use super::{Caller, tasks, validate};
use crate::state::State;

/// What a cleanup removes when the request names nothing: what ended longer ago than 30 days.
const DEFAULT_MAXIMUM_AGE_SECONDS: u64 = 30 * 86_400;
/// Ten years.
const MAXIMUM_INTERVAL_HOURS: u64 = 87_600;

/// `create_backup_task`
pub fn create_backup_task(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: CreateBackupTaskRequest,
) -> Result<Task, Error> {
    validate::range("hour", request.hour.into(), 0, 23)?;
    let rule = Rule::Daily {
        hour: request.hour,
        minute: None,
    };
    let task = CreateTaskRequest {
        name: format!("Daily backup at {:02}:00", request.hour),
        description: Some(request.description),
        steps: vec![NewStep::new(Action::Backup {
            keep: request.keep,
            all_owners: None,
        })],
        schedules: vec![NewSchedule {
            timezone: request.timezone,
            ..NewSchedule::new(rule)
        }],
        ..CreateTaskRequest::default()
    };
    tasks::create(state, caller, now, task).map_err(as_in_the_template)
}

/// `create_cleanup_task`
pub fn create_cleanup_task(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: CreateCleanupTaskRequest,
) -> Result<Task, Error> {
    let hours = request.interval_hours;
    validate::range("interval_hours", hours, 1, MAXIMUM_INTERVAL_HOURS)?;
    let retention = request.retention.unwrap_or_else(|| {
        vec![RetentionRule {
            status: None,
            maximum_age_seconds: Some(DEFAULT_MAXIMUM_AGE_SECONDS),
            keep_latest: None,
        }]
    });
    let task = CreateTaskRequest {
        name: format!("Cleanup every {hours} hours"),
        steps: vec![NewStep::new(Action::Cleanup {
            retention,
            task_id: None,
            all_owners: None,
        })],
        schedules: vec![NewSchedule::new(Rule::Interval {
            repeat_every_seconds: hours * 3_600,
            phase_seconds: None,
        })],
        ..CreateTaskRequest::default()
    };
    tasks::create(state, caller, now, task).map_err(as_in_the_template)
}

/// The field of the request that a field of the task came from.
fn as_in_the_template(mut error: Error) -> Error {
    error.field = error.field.map(|field| {
        let own = [
            "schedules[0].",
            "steps[0].action.backup.",
            "steps[0].action.cleanup.",
        ];
        let stripped = own.iter().find_map(|prefix| field.strip_prefix(prefix));
        stripped.map(str::to_string).unwrap_or(field)
    });
    error
}
