//! Steps of a task.

use chime_types::{Error, NewStep, limits};

use super::{action, characters, items, range, timeout};
use crate::engine::error_cases;
use crate::engine::template::Scope;
use crate::service::Caller;
use crate::state::records::Step;

/// The steps of a task.
pub fn steps(
    steps: Vec<NewStep>,
    timeout_seconds: u64,
    caller: &Caller,
) -> Result<Vec<Step>, Error> {
    items(
        "steps",
        steps.len(),
        limits::MAXIMUM_STEPS,
        "give at least one step: it says what the task does",
    )?;
    let checked = steps.into_iter().enumerate().map(|(index, step)| {
        self::step(step, index, timeout_seconds, caller)
            .map_err(|error| error.within(&format!("steps[{index}]")))
    });
    checked.collect()
}

fn step(
    mut step: NewStep,
    index: usize,
    timeout_seconds: u64,
    caller: &Caller,
) -> Result<Step, Error> {
    if let Some(name) = &step.name {
        characters("name", name, 1, limits::MAXIMUM_NAME_CHARACTERS)?;
    }
    let run_next_after_seconds = step.run_next_after_seconds.unwrap_or(0);
    range(
        "run_next_after_seconds",
        run_next_after_seconds,
        0,
        limits::MAXIMUM_DURATION_SECONDS,
    )?;
    let timeout_seconds = timeout(step.timeout_seconds, timeout_seconds)?;
    let scope = Scope {
        step: u32::try_from(index).expect("BUG: at most 32 steps"),
        definition: false,
        secrets: false,
    };
    action(&step.action, scope, caller).map_err(|error| error.within("action"))?;
    error_cases::settle_action(&mut step.action);
    Ok(Step {
        name: step.name,
        action: step.action,
        run_next_after_seconds,
        timeout_seconds,
        continue_on_error: step.continue_on_error.unwrap_or(false),
    })
}
