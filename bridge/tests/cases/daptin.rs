//! Daptin: lists of tasks in YAML, and JSON:API documents.

use chime_types::Action;
use serde_json::{Value, json};

use super::Expected::{Patch, Refused, Tasks};
use super::{Case, check, cron, declared, patched, read};

const NAMELESS: &str = "Missing required fields: Name, ActionName";

#[test]
fn should_read_every_file_as_its_user_expects() {
    let mut table = lists();
    table.extend(created_documents());
    table.extend(patches());
    check("daptin", &table);
}

fn one(file: &'static str, name: &'static str, expression: &str, why: &'static str) -> Case {
    Case {
        file,
        expected: Tasks(vec![(name, cron(expression))]),
        why,
    }
}

fn lists() -> Vec<Case> {
    vec![
        one(
            "certwiki_09.yaml",
            "renew_certificates",
            "0 0 1 * *",
            "a comment after the schedule is none of it",
        ),
        Case {
            file: "seed_01.yaml",
            expected: Tasks(vec![
                ("daily_report", cron("@daily")),
                ("hourly_sync", cron("@every 1h")),
            ]),
            why: "both kinds of schedules without fields, each as it is written",
        },
        Case {
            file: "seed_02.yaml",
            expected: Refused(&[NAMELESS; 4]),
            why: "examples of schedules only: nothing says what to run, so nothing must be made up",
        },
        one(
            "seed_03.yaml",
            "mail_sync",
            "@every 1h",
            "the label after the action",
        ),
        one(
            "seed_04.yaml",
            "daily_backup",
            "0 2 * * *",
            "attributes with several fields",
        ),
        one(
            "seed_05.yaml",
            "storage_sync",
            "@every 6h",
            "a placeholder in the attributes is data",
        ),
        one(
            "seed_06.yaml",
            "weekly_report",
            "0 8 * * 1",
            "a list in the attributes",
        ),
        one(
            "seed_07.yaml",
            "cleanup_sessions",
            "@daily",
            "a number in the attributes",
        ),
        Case {
            file: "wiki_08.yaml",
            expected: Tasks(vec![
                ("hourly_sync", cron("@every 1h")),
                ("daily_report", cron("0 8 * * *")),
            ]),
            why: "Active instead of IsActive",
        },
    ]
}

fn created_documents() -> Vec<Case> {
    vec![
        one(
            "seed_01_POST.json",
            "cleanup_old_data",
            "@daily",
            "POST creates; attributes as an object",
        ),
        one(
            "wiki_04_POST.json",
            "daily_cleanup",
            "@daily",
            "attributes as JSON text",
        ),
        one(
            "wiki_07_POST.json",
            "mail_sync",
            "@every 1h",
            "empty attributes as JSON text",
        ),
        one(
            "wiki_08_POST.json",
            "daily_backup",
            "0 2 * * *",
            "a job type, which is kept in the metadata",
        ),
        one("wiki_09_POST.json", "storage_sync", "@every 30m", "minutes"),
        one("wiki_10_POST.json", "crm_sync", "@every 6h", "hours"),
        one(
            "wiki_11_POST.json",
            "admin_task",
            "@weekly",
            "the user comes as a relationship",
        ),
        one(
            "wiki_12_POST_relationship.json",
            "admin_task",
            "@weekly",
            "the same document again",
        ),
    ]
}

fn patches() -> Vec<Case> {
    let patch = |file, why| Case {
        file,
        expected: Patch("TASK_ID"),
        why,
    };
    vec![
        patch(
            "seed_02_PATCH.json",
            "an id makes it a change of the task that the id names",
        ),
        patch(
            "seed_03_PATCH.json",
            "is_active alone switches the task off",
        ),
        patch("wiki_05_PATCH.json", "active is another word for is_active"),
        patch("wiki_06_PATCH.json", "active alone switches the task off"),
    ]
}

fn named(file: &str) -> (String, Option<String>, Value, Option<String>) {
    let findings = read("daptin", file);
    match declared(&findings[0]).request.steps[0].action.clone() {
        Action::Named {
            action_name,
            entity_name,
            attributes,
            as_user,
        } => {
            let attributes = serde_json::from_str(&attributes).expect("attributes are JSON");
            (action_name, entity_name, attributes, as_user)
        }
        other => panic!("{file}: {other:?}"),
    }
}

#[test]
fn should_keep_what_a_task_runs_and_for_whom() {
    let text = |text: &str| Some(text.to_string());
    let table = [
        (
            "seed_01.yaml",
            (
                "generate_report",
                text("report"),
                json!({"report_type": "daily", "format": "pdf"}),
                text("admin@example.com"),
            ),
        ),
        (
            "seed_03.yaml",
            ("mail_servers_sync", text("mail_server"), json!({}), None),
        ),
        (
            "seed_06.yaml",
            (
                "generate_report",
                text("analytics"),
                json!({"type": "weekly", "recipients": ["manager@example.com"]}),
                text("reports@example.com"),
            ),
        ),
        (
            "seed_01_POST.json",
            (
                "cleanup",
                text("temp_data"),
                json!({"days_old": 30}),
                text("system@example.com"),
            ),
        ),
        (
            "wiki_04_POST.json",
            (
                "cleanup_old_data",
                text("session"),
                json!({"days_old": 30}),
                None,
            ),
        ),
        (
            "wiki_11_POST.json",
            (
                "generate_report",
                text("analytics"),
                json!({}),
                text("USER_REF"),
            ),
        ),
    ];
    for (file, (action, entity, attributes, user)) in table {
        assert_eq!(
            named(file),
            (action.to_string(), entity, attributes, user),
            "{file}"
        );
    }
}

#[test]
fn should_keep_labels_and_job_types() {
    let findings = read("daptin", "seed_01.yaml");
    assert_eq!(
        declared(&findings[0]).request.description.as_deref(),
        Some("Generate Daily Report")
    );
    let findings = read("daptin", "wiki_08_POST.json");
    assert_eq!(
        declared(&findings[0]).request.metadata.as_deref(),
        Some(r#"{"job_type":"backup"}"#)
    );
}

#[test]
fn should_change_only_what_a_patch_names() {
    let findings = read("daptin", "seed_02_PATCH.json");
    let patch = patched(&findings[0]);
    assert_eq!(
        patch.schedule.as_ref().map(|schedule| &schedule.rule),
        Some(&cron("@every 2h"))
    );
    assert_eq!(patch.active, Some(true));
    assert!(patch.name.is_none() && patch.action.is_empty());
    let findings = read("daptin", "wiki_06_PATCH.json");
    let patch = patched(&findings[0]);
    assert_eq!((patch.active, &patch.schedule), (Some(false), &None));
}

#[test]
fn should_not_retry_what_did_not_retry_there() {
    let findings = read("daptin", "seed_04.yaml");
    let retry = declared(&findings[0]).request.retry.as_ref();
    assert_eq!(retry.map(|retry| retry.max_retries), Some(0));
}
