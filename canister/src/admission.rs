//! The door: which messages from outside are worth being executed at all. It knows names and lengths;
//! who the caller is, `service::Caller` says, and what it may do, each method.

use chime_types::{Error, ErrorKind, limits};

/// The largest request of a method of the interface, in bytes. None if there is no such method.
pub fn maximum_bytes(method: &str) -> Option<usize> {
    Some(match method {
        "complete_job"
        | "configure"
        | "create_alert"
        | "create_task"
        | "define_action"
        | "dry_run"
        | "fail_job"
        | "put_codex"
        | "update_alert"
        | "update_task"
        | "upload_backup_chunk" => limits::MAXIMUM_REQUEST_BYTES,
        "add_schedule" | "create_backup_task" | "create_cleanup_task" | "preview_schedule" => {
            limits::MAXIMUM_SCHEDULE_REQUEST_BYTES
        }
        "backfill"
        | "cancel_backfill"
        | "cancel_execution"
        | "claim_jobs"
        | "clear_inbox"
        | "delete_action"
        | "delete_alert"
        | "delete_backup"
        | "delete_codex"
        | "delete_secret"
        | "delete_task"
        | "delete_user"
        | "events_since"
        | "get_api_doc"
        | "get_backup_chunk"
        | "get_codex"
        | "get_config"
        | "get_entities"
        | "get_execution"
        | "get_inbox"
        | "get_journal"
        | "get_me"
        | "get_my_tasks"
        | "get_stats"
        | "get_task"
        | "get_task_executions"
        | "heartbeat_job"
        | "list_actions"
        | "list_alerts"
        | "list_backfills"
        | "list_backups"
        | "list_codices"
        | "list_dead_letters"
        | "list_reports"
        | "list_secrets"
        | "list_users"
        | "pause_task"
        | "put_secret"
        | "put_user"
        | "release_job"
        | "remove_schedule"
        | "replay_dead_letters"
        | "restore_backup"
        | "resume_execution"
        | "resume_task"
        | "retry_execution"
        | "rollback_codex"
        | "run_task_now"
        | "set_schedule"
        | "snooze_execution"
        | "test_alert" => limits::MAXIMUM_SHORT_REQUEST_BYTES,
        _ => return None,
    })
}

/// Refuses what the method does not take for its length alone.
pub fn check_length(bytes: usize, maximum: usize) -> Result<(), Error> {
    if bytes <= maximum {
        return Ok(());
    }
    Err(Error::invalid(
        "request",
        format!("a request of this method has at most {maximum} bytes, got {bytes}"),
        "shorten the texts in it",
    ))
}

/// Whether an ingress message of an admitted caller may go in.
pub fn inspect(method: &str, bytes: usize) -> Result<(), Error> {
    let Some(maximum) = maximum_bytes(method) else {
        return Err(Error::new(
            ErrorKind::NotFound,
            "the scheduler has no method of this name that can be called as an update",
            "its Candid file and get_api_doc list the methods",
        ));
    };
    check_length(bytes, maximum)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use candid_parser::utils::{CandidSource, instantiate_candid};

    use super::*;

    fn methods() -> Vec<String> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scheduler.did");
        let interface = fs::read_to_string(path).unwrap();
        let (_, (env, service)) = instantiate_candid(CandidSource::Text(&interface)).unwrap();
        let methods = env.as_service(&service).unwrap();
        methods.iter().map(|(name, _)| name.clone()).collect()
    }

    #[test]
    fn should_know_every_method_of_the_interface() {
        let methods = methods();
        assert!(methods.len() > 50, "{methods:?}");
        for method in methods {
            assert!(maximum_bytes(&method).is_some(), "{method} has no limit");
        }
    }

    #[test]
    fn should_turn_away_methods_outside_the_interface() {
        for method in [
            "",
            "no_such_method",
            "http_request",
            "transform_http_response",
        ] {
            let error = inspect(method, 0).expect_err("turned away");
            assert_eq!(error.kind, ErrorKind::NotFound, "{method}");
        }
    }

    #[test]
    fn should_turn_away_requests_above_the_limit_of_their_method() {
        let rows = [
            ("create_task", 1_048_576),
            ("preview_schedule", 65_536),
            ("get_task", 16_384),
        ];
        for (method, maximum) in rows {
            inspect(method, maximum).expect("let in");
            let error = inspect(method, maximum + 1).expect_err("turned away");
            assert_eq!(error.field.as_deref(), Some("request"), "{method}");
        }
    }
}
