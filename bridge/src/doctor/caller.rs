//! Who calls: the key, and what the scheduler lets it do.

use chime_types::{Role, User};

use super::Finding;
use crate::error::{Kind, Result};
use crate::identity::Loaded;

/// What is to be said of a key that was to be read.
#[must_use]
pub fn key(named: Option<&str>, loaded: &Result<Loaded>, origin: Option<String>) -> Vec<Finding> {
    let loaded = match loaded {
        Ok(loaded) => loaded,
        Err(error) => return vec![Finding::of_error("identity", error).from(origin)],
    };
    let named = named.unwrap_or("the embedded network's own");
    let mut findings = vec![
        Finding::ok("identity", format!("{named}, {}", loaded.algorithm)).from(origin),
        Finding::ok("principal", loaded.principal().to_text()),
    ];
    for warning in &loaded.warnings {
        let (text, fix) = warning.split_once(": ").unwrap_or((warning, "fix it"));
        findings.push(Finding::warn("key file", text, fix));
    }
    findings
}

/// What is to be said of the caller as the scheduler knows it.
#[must_use]
pub fn caller(me: &Result<User>) -> Finding {
    match me {
        Err(error) => Finding::of_error("role", error),
        Ok(user) if user.disabled => Finding::fail(
            "role",
            Kind::Forbidden,
            "this user is disabled",
            "ask an admin for `chime user put PRINCIPAL --enable`",
        ),
        Ok(user) if matches!(user.role, Role::Viewer | Role::Worker) => Finding::warn(
            "role",
            format!("{}: it may have no tasks of its own", user.role.name()),
            "to make tasks ask an admin for `chime user put PRINCIPAL --role user`",
        ),
        Ok(user) => {
            let registered = match (user.created_at, user.role) {
                (Some(_), _) => "",
                (None, Role::Admin) => ", as a controller of the canister",
                (None, _) => ", not registered",
            };
            let tasks = match user.tasks {
                1 => "1 task".to_string(),
                tasks => format!("{tasks} tasks"),
            };
            Finding::ok("role", format!("{}{registered}; {tasks}", user.role.name()))
        }
    }
}
