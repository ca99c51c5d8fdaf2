//! What a change of the configuration, or of a user's quotas, removes of histories: the one rule of every
//! surface that asks before it does so. Pure.

use chime_types::{Config, ConfigureRequest, Quotas, User};

/// What would be removed that the configuration of now keeps, a line for each setting; nothing if nothing is.
#[must_use]
pub fn removed_history(now: &Config, request: &ConfigureRequest) -> Vec<String> {
    // What is not named stays, or is as the preset says.
    let base = request.preset.map_or_else(|| now.clone(), Config::preset);
    macro_rules! limits {
        ($($field:ident),*) => {
            [$((stringify!($field), now.$field, request.$field.unwrap_or(base.$field))),*]
        };
    }
    let limits = limits![
        maximum_executions_per_task,
        maximum_executions_per_owner,
        maximum_bytes_per_owner,
        maximum_events,
        maximum_events_per_owner
    ];
    let lower = limits.into_iter().filter(|(_, was, then)| then < was);
    let mut removed: Vec<String> = lower
        .map(|(name, was, then)| format!("{name} is {was} and would become {then}"))
        .collect();
    let rules = request.retention.as_ref().unwrap_or(&base.retention);
    let new = rules.iter().filter(|rule| !now.retention.contains(rule));
    match new.count() {
        0 => {}
        1 => removed.push("retention would get a new rule".into()),
        count => removed.push(format!("retention would get {count} new rules")),
    }
    removed
}

/// What other quotas remove of the history that a user has, a line for each quota; nothing if nothing is.
#[must_use]
pub fn history_above(user: &User, config: &Config, then: &Quotas) -> Vec<String> {
    let executions = config.maximum_executions_per_owner;
    let bytes = config.maximum_bytes_per_owner;
    let was = &user.quotas;
    let rows = [
        (
            "maximum_executions",
            user.executions,
            was.maximum_executions.unwrap_or(executions),
            then.maximum_executions.unwrap_or(executions),
        ),
        (
            "maximum_bytes",
            user.bytes.unwrap_or(0),
            was.maximum_bytes.unwrap_or(bytes),
            then.maximum_bytes.unwrap_or(bytes),
        ),
    ];
    let lower = rows
        .into_iter()
        .filter(|(_, has, was, then)| then < was && then < has);
    lower
        .map(|(name, has, _, then)| format!("{name} would become {then}, and there are {has}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use chime_types::{ConfigPreset, RetentionRule};

    use super::*;

    #[test]
    fn should_tell_what_lower_limits_and_new_rules_remove() {
        let now = Config::default();
        let rule = RetentionRule {
            status: None,
            maximum_age_seconds: Some(60),
            keep_latest: None,
        };
        let of = |change: fn(&mut ConfigureRequest, u64), value: u64| {
            let mut request = ConfigureRequest::default();
            change(&mut request, value);
            removed_history(&now, &request)
        };
        type Change = fn(&mut ConfigureRequest, u64);
        let limits: [(u64, Change); 5] = [
            (now.maximum_executions_per_task, |it, value| {
                it.maximum_executions_per_task = Some(value);
            }),
            (now.maximum_executions_per_owner, |it, value| {
                it.maximum_executions_per_owner = Some(value);
            }),
            (now.maximum_bytes_per_owner, |it, value| {
                it.maximum_bytes_per_owner = Some(value);
            }),
            (now.maximum_events, |it, value| {
                it.maximum_events = Some(value)
            }),
            (now.maximum_events_per_owner, |it, value| {
                it.maximum_events_per_owner = Some(value);
            }),
        ];
        for (present, change) in limits {
            assert_eq!(of(change, present - 1).len(), 1, "{present}");
            assert!(of(change, present).is_empty(), "{present}");
            assert!(of(change, present + 1).is_empty(), "{present}");
        }
        let request = ConfigureRequest {
            retention: Some(vec![rule]),
            maximum_concurrent: Some(1),
            ..ConfigureRequest::default()
        };
        assert_eq!(
            removed_history(&now, &request),
            ["retention would get a new rule"]
        );
        let kept = Config {
            retention: vec![rule],
            maximum_executions_per_task: 5_001,
            ..now
        };
        assert!(
            removed_history(&kept, &request).is_empty(),
            "it has the rule"
        );
        let preset = ConfigureRequest {
            preset: Some(ConfigPreset::Production),
            ..ConfigureRequest::default()
        };
        assert_eq!(
            removed_history(&kept, &preset),
            ["maximum_executions_per_task is 5001 and would become 5000"]
        );
        let raised = ConfigureRequest {
            maximum_executions_per_task: Some(6_000),
            ..preset
        };
        assert!(removed_history(&kept, &raised).is_empty());
    }

    #[test]
    fn should_tell_what_lower_quotas_remove_of_what_there_is() {
        let user = User {
            executions: 10,
            bytes: Some(5_000_000),
            ..crate::fixtures::user()
        };
        let config = Config::default();
        let quotas = |executions, bytes| Quotas {
            maximum_executions: executions,
            maximum_bytes: bytes,
            ..Quotas::default()
        };
        for (executions, bytes, count) in [
            (None, None, 0),
            (Some(10), None, 0),
            (Some(9), None, 1),
            (Some(9), Some(4_999_999), 2),
            (None, Some(5_000_000), 0),
        ] {
            let removed = history_above(&user, &config, &quotas(executions, bytes));
            assert_eq!(removed.len(), count, "{removed:?}");
        }
        let held = User {
            quotas: quotas(Some(5), None),
            ..user
        };
        let none = history_above(&held, &config, &quotas(Some(5), None));
        assert!(none.is_empty(), "it is so already: {none:?}");
    }
}
