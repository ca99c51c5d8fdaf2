//! Users: their quotas, and what they used of them.

use chime_types::{CyclesBudget, ListUsersResult, Quotas, User, UserPage, UserResult};

use crate::cli::record::Record;
use crate::cli::record::list_json;
use crate::terminal::{Page, Table, counted, pairs};
use crate::words::{number, small_cycles};

/// Registered users.
#[must_use]
pub fn users(users: Vec<User>) -> Record {
    let json = list_json("list_users", "users", &users, |users| {
        ListUsersResult::Ok(UserPage {
            users,
            next_cursor: None,
        })
    });
    Record::of(json, move |page| {
        if users.is_empty() {
            return "No user is registered. `chime user put PRINCIPAL --role operator` registers one.".into();
        }
        let columns = [
            "NAME",
            "ROLE",
            "TASKS",
            "EXECUTIONS",
            "RUNS THIS HOUR",
            "CYCLES TODAY",
            "QUOTAS",
            "PRINCIPAL",
        ];
        let mut table = Table::new(page, &columns).spare(&[
            "RUNS THIS HOUR",
            "EXECUTIONS",
            "CYCLES TODAY",
            "QUOTAS",
        ]);
        for user in &users {
            let off = if user.disabled { " (disabled)" } else { "" };
            table.row([
                user.name.clone().unwrap_or_else(|| "-".into()),
                format!("{}{off}", user.role.name()),
                user.tasks.to_string(),
                user.executions.to_string(),
                user.runs_this_hour.to_string(),
                user.budget
                    .map_or_else(|| "-".into(), |it| small_cycles(it.today.total())),
                quotas(&user.quotas),
                user.principal.to_string(),
            ]);
        }
        format!("{}\n\n{}", table.render(), counted(users.len(), "user"))
    })
}

fn quotas(quotas: &Quotas) -> String {
    let parts = [
        ("tasks", number(quotas.maximum_tasks)),
        ("executions", number(quotas.maximum_executions)),
        ("runs an hour", number(quotas.maximum_runs_per_hour)),
        ("at a time", number(quotas.maximum_concurrent)),
        ("bytes", number(quotas.maximum_bytes)),
        ("slots an hour", number(quotas.maximum_slots_per_hour)),
        ("cycles an hour", number(quotas.maximum_cycles_per_hour)),
        ("cycles a day", number(quotas.maximum_cycles_per_day)),
    ];
    let given: Vec<_> = parts
        .iter()
        .filter(|(_, value)| value != "none")
        .map(|(name, value)| format!("{value} {name}"))
        .collect();
    match given.is_empty() {
        true => "the defaults".into(),
        false => given.join(", "),
    }
}

/// One user.
#[must_use]
pub fn user(user: User) -> Record {
    Record::new("get_me", &UserResult::Ok(user.clone()), move |page| {
        user_text(&user, page)
    })
}

fn user_text(user: &User, page: &Page<'_>) -> String {
    let since = user.created_at.map_or_else(
        || "no: admitted like everybody else".to_string(),
        |at| page.clock.both(at),
    );
    pairs(&[
        ("Principal", user.principal.to_string()),
        ("Name", user.name.clone().unwrap_or_else(|| "-".into())),
        ("Role", user.role.name().to_string()),
        (
            "Disabled",
            if user.disabled { "yes" } else { "no" }.to_string(),
        ),
        ("Quotas", quotas(&user.quotas)),
        ("Tasks", user.tasks.to_string()),
        ("Executions", user.executions.to_string()),
        ("Runs this hour", user.runs_this_hour.to_string()),
        (
            "Slots an hour",
            user.slots_per_hour
                .map_or_else(|| "-".into(), |slots| slots.to_string()),
        ),
        (
            "Bytes stored",
            user.bytes
                .map_or_else(|| "-".into(), |bytes| bytes.to_string()),
        ),
        (
            "Cycles this hour",
            budget_of_hour(user.budget.as_ref(), page),
        ),
        ("Cycles today", budget_of_day(user.budget.as_ref())),
        ("Registered", since),
    ])
}

/// What is spent in the present hour, of how much, and since when nothing more is.
pub(in crate::cli) fn budget_of_hour(budget: Option<&CyclesBudget>, page: &Page<'_>) -> String {
    let Some(budget) = budget else {
        return "-".into();
    };
    if budget.free {
        return "none: they cost nothing on this network".into();
    }
    let spent = of_most(budget.this_hour.total(), budget.maximum_per_hour);
    match budget.begins_anew_at {
        Some(at) => format!("{spent}; used up until {}", page.clock.both(at)),
        None => spent,
    }
}

/// The same of the day, by kind.
pub(in crate::cli) fn budget_of_day(budget: Option<&CyclesBudget>) -> String {
    let Some(budget) = budget.filter(|budget| !budget.free) else {
        return "-".into();
    };
    let today = &budget.today;
    let kinds = [
        ("calls", today.calls),
        ("HTTPS", today.outcalls),
        ("deliveries", today.deliveries),
        ("instructions", today.instructions),
    ];
    let kinds: Vec<_> = kinds
        .iter()
        .filter(|(_, spent)| *spent > 0)
        .map(|(name, spent)| format!("{} for {name}", small_cycles(*spent)))
        .collect();
    let total = of_most(today.total(), budget.maximum_per_day);
    match kinds.is_empty() {
        true => total,
        false => format!("{total}: {}", kinds.join(", ")),
    }
}

fn of_most(spent: u64, most: Option<u64>) -> String {
    let spent = small_cycles(spent);
    match most {
        Some(most) => format!("{spent} of {}", small_cycles(most)),
        None => format!("{spent}, no limit"),
    }
}
