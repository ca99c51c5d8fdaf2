//! Users, their roles and quotas.

use candid::Principal;
use chime_types::{
    Error, ErrorKind, EventKind, ListUsersRequest, PutUserRequest, Quotas, Removed, Role, User,
    UserPage, limits,
};

use super::access::{conflict, limit_exceeded};
use super::{Caller, take_page, validate};
use crate::engine;
use crate::engine::timeline::Note;
use crate::state::State;
use crate::state::records::UserRecord;

fn view(state: &State, principal: Principal, record: Option<UserRecord>, now: u64) -> User {
    let owner = state.owner(principal);
    let is_this_hour = owner.hour == engine::hour(now);
    let created_at = record.as_ref().map(|user| user.created_at);
    let record = record.unwrap_or(UserRecord {
        name: None,
        role: Role::User,
        quotas: Quotas::default(),
        disabled: false,
        created_at: 0,
    });
    User {
        principal,
        name: record.name,
        role: record.role,
        quotas: record.quotas,
        disabled: record.disabled,
        created_at,
        tasks: owner.tasks,
        executions: owner.executions,
        runs_this_hour: if is_this_hour {
            owner.runs_this_hour
        } else {
            0
        },
        slots_per_hour: Some(owner.slots_an_hour),
        bytes: Some(state.usage(principal).bytes),
        budget: Some(engine::budget::view(state, now, principal)),
    }
}

/// `get_me`
pub fn get_me(state: &State, caller: Caller, now: u64) -> User {
    let record = state.user(caller.principal);
    let mut user = view(state, caller.principal, record, now);
    user.role = caller.role;
    if let Some(budget) = &mut user.budget
        && caller.is_admin()
    {
        engine::budget::lift(budget);
    }
    user
}

/// `list_users`
pub fn list_users(
    state: &State,
    caller: Caller,
    now: u64,
    request: &ListUsersRequest,
) -> Result<UserPage, Error> {
    caller.need_admin()?;
    let limit = validate::page(request.limit)?;
    let items = state
        .users_after(request.cursor)
        .map(|(principal, record)| view(state, principal, Some(record), now));
    let (users, more) = take_page(items, limit);
    Ok(UserPage {
        next_cursor: users.last().filter(|_| more).map(|user| user.principal),
        users,
    })
}

/// `put_user`
pub fn put_user(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: PutUserRequest,
) -> Result<User, Error> {
    caller.need_admin()?;
    let found = state.user(request.principal);
    check_user(state, &request, found.is_none())?;
    let old = found.clone().unwrap_or(UserRecord {
        name: None,
        role: Role::User,
        quotas: Quotas::default(),
        disabled: false,
        created_at: now,
    });
    let record = UserRecord {
        name: request.name.or(old.name),
        role: request.role.unwrap_or(old.role),
        quotas: request.quotas.unwrap_or(old.quotas),
        disabled: request.disabled.unwrap_or(old.disabled),
        created_at: old.created_at,
    };
    if found.as_ref() == Some(&record) {
        return Ok(view(state, request.principal, found, now));
    }
    let state_of_it = if record.disabled { ", disabled" } else { "" };
    let detail = format!(
        "{} is {}{state_of_it}",
        request.principal,
        record.role.name()
    );
    state.put_user(request.principal, record.clone());
    engine::rights::look_at_user(state, now, request.principal);
    Note::new(EventKind::UserChanged, request.principal)
        .by(caller.principal)
        .detail(&detail)
        .write(state, now);
    Ok(view(state, request.principal, Some(record), now))
}

fn check_user(state: &State, request: &PutUserRequest, is_new: bool) -> Result<(), Error> {
    if request.principal == Principal::anonymous() {
        return Err(Error::invalid(
            "principal",
            "not the anonymous principal",
            "name the principal of an identity",
        ));
    }
    if is_new && state.users_len() >= limits::MAXIMUM_USERS {
        return Err(limit_exceeded(
            format!("at most {} users", limits::MAXIMUM_USERS),
            "remove some with delete_user",
        ));
    }
    if let Some(name) = &request.name {
        validate::characters("name", name, 1, limits::MAXIMUM_NAME_CHARACTERS)?;
        let other = state.user_by_name(name);
        if let Some(other) = other.filter(|other| *other != request.principal) {
            return Err(conflict(
                "name",
                format!("{other} has this name"),
                "choose another name, or give that user another one first",
            ));
        }
    }
    check_quotas(&request.quotas.unwrap_or_default())
}

fn check_quotas(quotas: &Quotas) -> Result<(), Error> {
    let concurrent = limits::MAXIMUM_CONCURRENT_ATTEMPTS.into();
    let rows = [
        ("quotas.maximum_tasks", quotas.maximum_tasks, 1_000_000),
        (
            "quotas.maximum_executions",
            quotas.maximum_executions,
            100_000_000,
        ),
        (
            "quotas.maximum_runs_per_hour",
            quotas.maximum_runs_per_hour,
            1_000_000_000,
        ),
        (
            "quotas.maximum_slots_per_hour",
            quotas.maximum_slots_per_hour,
            1_000_000_000,
        ),
        (
            "quotas.maximum_concurrent",
            quotas.maximum_concurrent.map(u64::from),
            concurrent,
        ),
    ];
    for (field, cycles) in [
        (
            "quotas.maximum_cycles_per_hour",
            quotas.maximum_cycles_per_hour,
        ),
        (
            "quotas.maximum_cycles_per_day",
            quotas.maximum_cycles_per_day,
        ),
    ] {
        let least = limits::MINIMUM_CYCLES_BUDGET;
        validate::range(field, cycles.unwrap_or(least), least, u64::MAX)?;
    }
    let (field, bytes) = ("quotas.maximum_bytes", quotas.maximum_bytes);
    let least = limits::MINIMUM_BYTES_PER_OWNER;
    validate::range(
        field,
        bytes.unwrap_or(least),
        least,
        limits::MAXIMUM_BYTES_PER_OWNER,
    )?;
    rows.into_iter()
        .try_for_each(|(field, value, maximum)| validate::optional(field, value, maximum, false))
}

/// `delete_user`
pub fn delete_user(
    state: &mut State,
    caller: Caller,
    now: u64,
    principal: Principal,
) -> Result<Removed, Error> {
    caller.need_admin()?;
    let Some(user) = state.user(principal) else {
        return Err(Error {
            field: Some("principal".to_string()),
            ..Error::new(
                ErrorKind::NotFound,
                format!("{principal} is not registered"),
                "list_users shows who is",
            )
        });
    };
    // Where everybody is admitted, the record is what keeps it out.
    if user.disabled {
        return Err(conflict(
            "principal",
            format!("{principal} is disabled, and stays out only as long as it is registered"),
            "leave it registered; or admit it with put_user (`disabled = false`) and remove it then",
        ));
    }
    state.remove_user(principal);
    // What holds for everybody may be more than its quotas.
    engine::rights::look_at_user(state, now, principal);
    let detail = format!("{principal} was removed");
    Note::new(EventKind::UserChanged, principal)
        .by(caller.principal)
        .detail(&detail)
        .write(state, now);
    Ok(Removed { removed: 1 })
}
