//! tasks_loop: a job in each file, and configurations of its scheduler.

use chime::apply;
use chime_types::{Action, Priority};

use super::Expected::{Configuration, Refused, Tasks};
use super::{Case, check, cron, declared, path, read};

#[test]
fn should_read_every_file_as_its_user_expects() {
    let mut table = jobs();
    table.extend(others());
    check("tasks_loop", &table);
}

fn jobs() -> Vec<Case> {
    let one = |file, name, expression, why| Case {
        file,
        expected: Tasks(vec![(name, cron(expression))]),
        why,
    };
    vec![
        one(
            "example-daily.yaml",
            "Daily Health Check",
            "0 2 * * *",
            "a command with quotes and $( )",
        ),
        one(
            "example-weekly.yaml",
            "Weekly Cleanup",
            "0 3 * * 0",
            "Sunday is 0; no retries",
        ),
        one(
            "jobsreadme_1.yaml",
            "Job Display Name",
            "0 2 * * *",
            "every field, with comments",
        ),
        one(
            "jobsreadme_3.yaml",
            "Database Backup",
            "0 1 * * *",
            "high priority and half an hour of time",
        ),
        one(
            "seed_1.yaml",
            "Daily Health Check",
            "0 2 * * *",
            "the first example of its manual",
        ),
        one(
            "test_1.yaml",
            "Test Job",
            "*/5 * * * *",
            "a job with every field",
        ),
    ]
}

fn others() -> Vec<Case> {
    vec![
        Case {
            file: "jobsreadme_2.yaml",
            expected: Refused(&["`schedule` occurs twice"]),
            why: "examples with one key seven times: the last is not what anybody means",
        },
        Case {
            file: "jobsreadme_4.yaml",
            expected: Refused(&["Missing required fields: id, name, command, schedule"]),
            why: "a fragment that switches off a job which it does not name",
        },
        Case {
            file: "seed_2.yaml",
            expected: Configuration,
            why: "settings of the scheduler, no job",
        },
        Case {
            file: "test_2.yaml",
            expected: Refused(&["Missing required fields: command, schedule"]),
            why: "meant to be refused, in these words",
        },
        Case {
            file: "test_3.yaml",
            expected: Refused(&[
                "Invalid priority 'invalid_priority'. Valid options: urgent, high, medium, low",
            ]),
            why: "meant to be refused, in these words",
        },
        Case {
            file: "test_4.yaml",
            expected: Configuration,
            why: "settings without a time-out",
        },
    ]
}

#[test]
fn should_keep_command_priority_retries_and_timeout() {
    let findings = read("tasks_loop", "jobsreadme_3.yaml");
    let declaration = declared(&findings[0]);
    let request = &declaration.request;
    assert_eq!(declaration.key, "tasks_loop:backup-database");
    assert_eq!(
        request.steps[0].action,
        Action::Command {
            command: "/path/to/backup-script.sh".into(),
            queue: None,
        }
    );
    assert_eq!(request.priority, Some(Priority::High));
    assert_eq!(
        request.retry.as_ref().map(|retry| retry.max_retries),
        Some(2)
    );
    assert_eq!(request.timeout_seconds, Some(1_800));
    assert_eq!(request.disabled, None);
}

#[test]
fn should_take_the_time_out_of_a_configuration_of_the_same_call() {
    let directory = tempfile::tempdir().expect("a directory");
    let job = directory.path().join("job.yaml");
    std::fs::write(
        &job,
        "id: a\nname: A\ncommand: 'true'\nschedule: '@daily'\n",
    )
    .expect("a file");
    let timeout = |paths: &[_]| {
        let findings = apply::read(paths);
        declared(&findings[0]).request.timeout_seconds
    };
    assert_eq!(
        timeout(&[job.clone(), path("tasks_loop", "seed_2.yaml")]),
        Some(300)
    );
    assert_eq!(
        timeout(&[job.clone(), path("tasks_loop", "test_4.yaml")]),
        None
    );
    assert_eq!(timeout(&[job]), None);
}
