//! The configuration.

use candid::Principal;
use chime_types::{Config, ConfigureRequest, Error, EventKind};

use super::{Caller, validate};
use crate::engine;
use crate::engine::timeline::Note;
use crate::state::State;

/// `get_config`
pub fn get_config(state: &State, caller: Caller) -> Result<Config, Error> {
    caller.need_sight_of(None)?;
    Ok(state.config().clone())
}

/// `configure`
pub fn configure(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: ConfigureRequest,
) -> Result<Config, Error> {
    caller.need_admin()?;
    let config = validate::config(state.config(), request)?;
    if config == *state.config() {
        return Ok(config);
    }
    let detail = differences(state.config(), &config);
    let keeps_less =
        config.maximum_executions_per_task < state.config().maximum_executions_per_task;
    state.set_config(config.clone());
    // What smaller limits and budgets held back may go on.
    engine::look_at_settings(state, now);
    // The next sweep follows the new interval.
    state.cancel_wake(state.header().sweep);
    state.set_sweep(None, 0, None);
    if keeps_less {
        engine::sweep_soon(state, now);
    } else {
        engine::arm_sweep(state, now);
    }
    Note::new(EventKind::Configured, Principal::management_canister())
        .by(caller.principal)
        .detail(&detail)
        .write(state, now);
    Ok(config)
}

/// The fields that differ, with their new values.
fn differences(old: &Config, new: &Config) -> String {
    let [old, new] = [old, new].map(|config| {
        serde_json::to_value(config)
            .ok()
            .and_then(|value| value.as_object().cloned())
            .unwrap_or_default()
    });
    let changed = new
        .iter()
        .filter(|(name, value)| old.get(*name) != Some(value));
    let texts: Vec<String> = changed
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    texts.join(", ")
}
