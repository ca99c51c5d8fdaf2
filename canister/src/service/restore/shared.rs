//! What belongs to all owners. What is there already is replaced only on request.

use candid::Principal;
use chime_types::{Config, ConfigureRequest, Error, limits};

use super::Restore;
use super::check::count;
use super::numbers::HIGHEST_KEPT;
use crate::engine::archive::Item;
use crate::engine::template::Scope;
use crate::engine::{alerts, rights};
use crate::service::{Caller, configure, validate};
use crate::state::State;
use crate::state::keys::NameKey;
use crate::state::records::{ActionRecord, AlertRecord, UserRecord};

/// Restores one thing.
pub fn restore(state: &mut State, restore: Restore, item: Item) -> Result<(), Error> {
    match item {
        Item::Config(config) if restore.overwrite => {
            configure(state, restore.caller, restore.now, request(*config))?;
        }
        Item::User(principal, record) => user(state, restore, principal, record),
        Item::Action(owner, name, action) => {
            check_action(restore, &name, &action)
                .map_err(|error| error.within(&format!("actions[{name}]")))?;
            let key = NameKey { owner, name };
            if restore.overwrite || state.action(&key).is_none() {
                state.put_action(key, action);
            }
        }
        Item::Alert(record) => {
            check_alert(restore, &record)
                .map_err(|error| error.within(&format!("alerts[{}]", record.id.0)))?;
            alert(state, restore, record);
        }
        _ => {}
    }
    Ok(())
}

/// Whoever made it may have been a controller, which nobody can tell any more.
fn maker(restore: Restore) -> Caller {
    Caller {
        is_controller: true,
        ..restore.caller
    }
}

fn check_action(restore: Restore, name: &str, record: &ActionRecord) -> Result<(), Error> {
    let maximum = limits::MAXIMUM_NAME_CHARACTERS;
    validate::characters("name", name, 1, maximum)?;
    validate::description(&record.description)?;
    let entity_name = record.entity_name.as_deref().unwrap_or("");
    validate::characters("entity_name", entity_name, 0, maximum)?;
    validate::action(&record.action, Scope::DEFINITION, &maker(restore))
}

fn check_alert(restore: Restore, record: &AlertRecord) -> Result<(), Error> {
    count("fired", record.alert.fired)?;
    count("suppressed", record.alert.suppressed)?;
    validate::alert(&record.alert, &maker(restore))
}

/// A user, without the name if somebody else has it by now.
fn user(state: &mut State, restore: Restore, principal: Principal, mut record: UserRecord) {
    let is_new = state.user(principal).is_none();
    if !is_new && !restore.overwrite {
        return;
    }
    if is_new && state.users_len() >= limits::MAXIMUM_USERS {
        return;
    }
    let holder = record
        .name
        .as_deref()
        .and_then(|name| state.user_by_name(name));
    if holder.is_some_and(|holder| holder != principal) {
        record.name = None;
    }
    state.put_user(principal, record);
    rights::look_at_user(state, restore.now, principal);
}

/// An alert.
fn alert(state: &mut State, restore: Restore, mut record: AlertRecord) {
    let is_sound = record.id.0 == record.alert.id && record.id.0 <= HIGHEST_KEPT;
    let old = state.alert(record.id);
    if !is_sound || (old.is_some() && !restore.overwrite) {
        return;
    }
    if let Some(old) = old {
        alerts::remove(state, &old);
    }
    state.skip_other_numbers(record.id.0);
    state.change_owner(record.owner, |owner| {
        owner.alerts = owner.alerts.saturating_add(1);
    });
    // The entry in the agenda that it had is that of something else by now.
    record.wake = None;
    alerts::arm(state, restore.now, record);
}

/// The request that sets every value of a configuration.
fn request(config: Config) -> ConfigureRequest {
    ConfigureRequest {
        preset: None,
        maximum_concurrent: Some(config.maximum_concurrent),
        maximum_concurrent_per_owner: Some(config.maximum_concurrent_per_owner),
        maximum_concurrent_per_target: Some(config.maximum_concurrent_per_target),
        maximum_tasks_per_owner: Some(config.maximum_tasks_per_owner),
        maximum_executions_per_task: Some(config.maximum_executions_per_task),
        maximum_executions_per_owner: Some(config.maximum_executions_per_owner),
        maximum_bytes_per_owner: Some(config.maximum_bytes_per_owner),
        maximum_runs_per_hour: Some(config.maximum_runs_per_hour),
        maximum_slots_per_hour: Some(config.maximum_slots_per_hour),
        maximum_cycles_per_hour: Some(config.maximum_cycles_per_hour),
        maximum_cycles_per_day: Some(config.maximum_cycles_per_day),
        maximum_buffered_executions: Some(config.maximum_buffered_executions),
        default_timeout_seconds: Some(config.default_timeout_seconds),
        cleanup_interval_seconds: Some(config.cleanup_interval_seconds),
        retention: Some(config.retention),
        maximum_events: Some(config.maximum_events),
        maximum_events_per_owner: Some(config.maximum_events_per_owner),
        ageing_seconds: Some(config.ageing_seconds),
        maximum_rescues: Some(config.maximum_rescues),
        default_lease_seconds: Some(config.default_lease_seconds),
        minimum_cycles: Some(config.minimum_cycles),
        open_to_everybody: Some(config.open_to_everybody),
        public_metrics: Some(config.public_metrics),
        runners: Some(config.runners),
    }
}
