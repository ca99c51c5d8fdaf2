//! How a task differs from what a file says about it: whoever changed the task by hand, the file does
//! not know of it.
//!
//! It compares what the scheduler holds with what it would hold, its defaults included. Whether a task
//! or a schedule is paused is nothing that differs: somebody had a reason.

use chime_schedule::{Definition, Schedule};
use chime_types::{
    Action, CallArguments, Callback, Channel, CreateTaskRequest, NewSchedule, NewStep, Task,
    TaskSchedule, TaskStep, UpdateTaskRequest, limits,
};

use super::identity::own_metadata;
use crate::candid_json::same_but_for_types;

/// What has to be changed for the task to be as the request says. The metadata are the request's own,
/// without a mark. `timeout_seconds` is the time-out of a request that gives none: none, if it may be
/// whatever the task has.
pub(super) fn update(
    task: &Task,
    request: &CreateTaskRequest,
    timeout_seconds: Option<u64>,
) -> UpdateTaskRequest {
    let description = request.description.clone().unwrap_or_default();
    let retry = request.retry.clone().unwrap_or_default();
    let on_unknown = request.on_unknown.unwrap_or_default();
    let priority = request.priority.unwrap_or_default();
    let timeout_seconds = request.timeout_seconds.or(timeout_seconds);
    let metadata = request.metadata.as_deref().unwrap_or_default();
    let has_steps = same_steps(&task.steps, &request.steps, timeout_seconds);
    let nobody = candid::Principal::management_canister();
    UpdateTaskRequest {
        task_id: task.id,
        expected_version: Some(task.version),
        name: changed(&task.name, request.name.clone()),
        description: changed(&task.description, description),
        metadata: (own_metadata(&task.metadata) != own_metadata(metadata))
            .then(|| metadata.to_string()),
        steps: (!has_steps).then(|| request.steps.clone()),
        timeout_seconds: timeout_seconds.filter(|_| !has_steps),
        schedules: (!same_schedules(&task.schedules, &request.schedules))
            .then(|| request.schedules.clone()),
        priority: changed(&task.priority, priority),
        retry: changed(&task.retry, retry),
        on_unknown: changed(&task.on_unknown, on_unknown),
        // 0 takes a limit away.
        execution_timeout_seconds: changed(
            &task.execution_timeout_seconds,
            request.execution_timeout_seconds,
        )
        .map(|limit| limit.unwrap_or(0)),
        maximum_concurrent: changed(&task.maximum_concurrent, request.maximum_concurrent)
            .map(|limit| limit.unwrap_or(0)),
        pause_after_failures: changed(&task.pause_after_failures, request.pause_after_failures)
            .map(|limit| limit.unwrap_or(0)),
        // Nobody's name is the owner's.
        run_as: changed(&task.run_as, request.run_as).map(|user| user.unwrap_or(task.owner)),
        callback: changed(&task.callback, request.callback.clone().map(settled))
            .map(|callback| callback.unwrap_or_else(|| Callback::new(nobody, "none"))),
    }
}

/// The fields that an update changes, in the words of job files.
pub(super) fn fields(update: &UpdateTaskRequest) -> Vec<&'static str> {
    let UpdateTaskRequest {
        task_id: _,
        expected_version: _,
        name,
        description,
        metadata,
        steps,
        schedules,
        priority,
        retry,
        timeout_seconds,
        on_unknown,
        execution_timeout_seconds,
        maximum_concurrent,
        pause_after_failures,
        run_as,
        callback,
    } = update;
    let given = [
        ("name", name.is_some()),
        ("description", description.is_some()),
        ("metadata", metadata.is_some()),
        ("steps", steps.is_some()),
        ("schedule", schedules.is_some()),
        ("priority", priority.is_some()),
        ("retries", retry.is_some()),
        ("timeout", timeout_seconds.is_some() && steps.is_none()),
        ("on_unknown", on_unknown.is_some()),
        ("execution_timeout", execution_timeout_seconds.is_some()),
        ("maximum_concurrent", maximum_concurrent.is_some()),
        ("pause_after_failures", pause_after_failures.is_some()),
        ("run_as", run_as.is_some()),
        ("callback", callback.is_some()),
    ];
    let given = given.into_iter().filter(|(_, given)| *given);
    given.map(|(name, _)| name).collect()
}

fn changed<T: PartialEq>(current: &T, wanted: T) -> Option<T> {
    (*current != wanted).then_some(wanted)
}

fn same_steps(current: &[TaskStep], wanted: &[NewStep], timeout_seconds: Option<u64>) -> bool {
    let same = |(step, new): (&TaskStep, &NewStep)| {
        let timeout_seconds = new.timeout_seconds.or(timeout_seconds);
        step.name == new.name
            && step.run_next_after_seconds == new.run_next_after_seconds.unwrap_or(0)
            && step.continue_on_error == new.continue_on_error.unwrap_or(false)
            && timeout_seconds.is_none_or(|seconds| step.timeout_seconds == seconds)
            && same_action(&step.action, &new.action)
    };
    current.len() == wanted.len() && current.iter().zip(wanted).all(same)
}

/// What the scheduler makes of cases of failure that are not named.
fn settle(cases: &mut Option<Vec<String>>) {
    cases.get_or_insert_with(|| limits::DEFAULT_ERROR_CASES.map(str::to_string).to_vec());
}

fn settled(mut callback: Callback) -> Callback {
    settle(&mut callback.error_cases);
    callback
}

fn settled_action(mut action: Action) -> Action {
    match &mut action {
        Action::Call { error_cases, .. }
        | Action::Notification {
            channel: Channel::Canister { error_cases, .. },
            ..
        } => settle(error_cases),
        Action::Notification { .. }
        | Action::Http { .. }
        | Action::Note { .. }
        | Action::Command { .. }
        | Action::Named { .. }
        | Action::Cleanup { .. }
        | Action::Backup { .. }
        | Action::Analytics { .. }
        | Action::Maintenance { .. }
        | Action::Codex { .. } => {}
    }
    action
}

/// Whether two actions do the same. The scheduler has arguments with their types where the callee's
/// interface says them, and a file need not name any.
fn same_action(current: &Action, wanted: &Action) -> bool {
    let (current, mut wanted) = (
        settled_action(current.clone()),
        settled_action(wanted.clone()),
    );
    let (text, wanted_text) = (text_of(&current).cloned(), text_of(&wanted).cloned());
    if let (Some(text), Some(given)) = (text, wanted_text)
        && let Action::Call { arguments, .. } = &mut wanted
        && same_but_for_types(&text, &given)
    {
        *arguments = Some(CallArguments::Text { value: text });
    }
    current == wanted
}

fn text_of(action: &Action) -> Option<&String> {
    match action {
        Action::Call {
            arguments: Some(CallArguments::Text { value }),
            ..
        } => Some(value),
        _ => None,
    }
}

fn same_schedules(current: &[TaskSchedule], wanted: &[NewSchedule]) -> bool {
    let pairs = current.iter().zip(wanted);
    current.len() == wanted.len() && pairs.into_iter().all(|(is, new)| same_schedule(is, new))
}

fn same_schedule(schedule: &TaskSchedule, new: &NewSchedule) -> bool {
    schedule.name == new.name
        && schedule.rule == new.rule
        && schedule.timezone == zone(new)
        && schedule.gap == new.gap.unwrap_or_default()
        && schedule.missed_runs == new.missed_runs.unwrap_or_default()
        && schedule.missed_window_seconds == new.missed_window_seconds
        && schedule.overlap == new.overlap.unwrap_or_default()
        && schedule.maximum_runs == new.maximum_runs
        && schedule.jitter_seconds == new.jitter_seconds.unwrap_or(0)
        && schedule.exclusions == new.exclusions.clone().unwrap_or_default()
        && schedule.end_at == new.end_at
        // A start that is not given, or counted from the time it was given at, is in no file.
        && new.start_at.is_none_or(|start_at| schedule.start_at == start_at)
}

/// The zone of a schedule as the scheduler calls it.
fn zone(new: &NewSchedule) -> String {
    let compiled = Schedule::compile(&Definition {
        rule: &new.rule,
        timezone: new.timezone.as_deref(),
        gap: new.gap.unwrap_or_default(),
        start_at: new.start_at.unwrap_or(0),
        explicit_start: new.start_at.is_some() || new.start_after_seconds.is_some(),
        end_at: new.end_at,
        exclusions: new.exclusions.as_deref().unwrap_or_default(),
    });
    match compiled {
        Ok(schedule) => schedule.timezone().to_string(),
        // It is refused where it is checked.
        Err(_) => new.timezone.clone().unwrap_or_else(|| "UTC".to_string()),
    }
}
