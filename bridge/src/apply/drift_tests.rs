//! Tasks that somebody changed by hand since their file was applied.

use chime_types::{
    Action, Exclusion, GapPolicy, MissedRuns, OnUnknown, OverlapPolicy, Priority, RetryPolicy,
    Rule, Task, TaskStep, limits,
};

use super::{Change, Declaration, Outcome, Plan, Step, read};
use crate::fixtures;

const JOB: &str = "tasks:\n- {key: a, name: A, note: x, daily: '02:30', timezone: Europe/Zurich}\n";

fn declaration(text: &str) -> Declaration {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("jobs.yaml");
    std::fs::write(&path, text).unwrap();
    match read(&[path]).remove(0).outcome {
        Outcome::Task(declaration) => *declaration,
        other => panic!("{other:?}"),
    }
}

/// The task that the scheduler would make of a job.
pub(super) fn made(declaration: &Declaration, file: &str) -> Task {
    let Step::Create(request) = Plan::new(vec![]).declare(declaration, file) else {
        panic!("not made");
    };
    let timeout = request
        .timeout_seconds
        .unwrap_or(limits::DEFAULT_TIMEOUT_SECONDS);
    let steps = request.steps.into_iter().map(|step| TaskStep {
        name: step.name,
        run_next_after_seconds: step.run_next_after_seconds.unwrap_or(0),
        timeout_seconds: step.timeout_seconds.unwrap_or(timeout),
        continue_on_error: step.continue_on_error.unwrap_or(false),
        ..fixtures::step(step.action)
    });
    let schedules = request
        .schedules
        .into_iter()
        .map(|new| chime_types::TaskSchedule {
            name: new.name,
            timezone: new.timezone.unwrap_or_else(|| "UTC".into()),
            gap: new.gap.unwrap_or_default(),
            missed_runs: new.missed_runs.unwrap_or_default(),
            missed_window_seconds: new.missed_window_seconds,
            overlap: new.overlap.unwrap_or_default(),
            maximum_runs: new.maximum_runs,
            jitter_seconds: new.jitter_seconds.unwrap_or(0),
            exclusions: new.exclusions.unwrap_or_default(),
            start_at: new.start_at.unwrap_or(77),
            end_at: new.end_at,
            disabled: new.disabled == Some(true),
            ..fixtures::schedule(1, new.rule)
        });
    Task {
        description: request.description.unwrap_or_default(),
        metadata: request.metadata.unwrap_or_default(),
        steps: steps.collect(),
        schedules: schedules.collect(),
        priority: request.priority.unwrap_or_default(),
        retry: request.retry.unwrap_or_default(),
        on_unknown: request.on_unknown.unwrap_or_default(),
        execution_timeout_seconds: request.execution_timeout_seconds,
        maximum_concurrent: request.maximum_concurrent,
        pause_after_failures: request.pause_after_failures,
        run_as: request.run_as,
        callback: request.callback,
        disabled: request.disabled == Some(true),
        ..fixtures::task(7, &request.name)
    }
}

/// What applying the job again does to a task that was changed by hand.
fn again(text: &str, by_hand: impl FnOnce(&mut Task)) -> Option<Change> {
    let declaration = declaration(text);
    let mut task = made(&declaration, "jobs.yaml");
    by_hand(&mut task);
    match Plan::new(vec![task]).declare(&declaration, "jobs.yaml") {
        Step::Unchanged(_) => None,
        Step::Update(change) => Some(*change),
        other => panic!("{other:?}"),
    }
}

#[test]
fn should_leave_a_task_alone_that_is_as_its_file_says() {
    for text in [
        JOB,
        "tasks:\n- {key: a, note: x, every: 60, after: 10}\n",
        "tasks:\n- {key: a, call: {canister: aaaaa-aa, method: raw_rand}, cron: '@daily', timeout: 7}\n",
        "tasks:\n- {key: a, note: x, cron: 'TZ=Europe/Zurich 0 2 * * *'}\n",
        "id: a\nname: a\ncommand: a\nschedule: '@daily'\nmax_retries: 2\n",
        "Tasks:\n- {Name: a, Schedule: '@daily', ActionName: act, Attributes: {k: 1}}\n",
    ] {
        let zone = |task: &mut Task| {
            if text.contains("TZ=") {
                task.schedules[0].timezone = "Europe/Zurich".into();
            }
        };
        assert_eq!(again(text, zone), None, "{text}");
    }
}

type ByHand = fn(&mut Task);

#[test]
fn should_see_every_field_that_was_changed_by_hand() {
    let table: [(&str, ByHand); 21] = [
        ("name", |task| task.name = "other".into()),
        ("description", |task| task.description = "other".into()),
        ("metadata", |task| {
            task.metadata = task.metadata.replace('{', "{\"by\": 1,").replacen(
                "{\"by\": 1,\"applied",
                "{\"applied",
                1,
            )
        }),
        ("steps", |task| {
            task.steps[0].action = Action::Note {
                text: "by hand".into(),
            }
        }),
        ("steps", |task| task.steps[0].name = Some("other".into())),
        ("steps", |task| task.steps[0].run_next_after_seconds = 3),
        ("steps", |task| task.steps[0].continue_on_error = true),
        ("steps", |task| {
            task.steps
                .push(fixtures::step(Action::Note { text: "x".into() }))
        }),
        ("schedule", |task| {
            task.schedules[0].rule = Rule::Daily {
                hour: 3,
                minute: Some(30),
            }
        }),
        ("schedule", |task| task.schedules[0].timezone = "UTC".into()),
        ("schedule", |task| task.schedules[0].gap = GapPolicy::Skip),
        ("schedule", |task| {
            task.schedules[0].missed_runs = MissedRuns::Skip
        }),
        ("schedule", |task| {
            task.schedules[0].overlap = OverlapPolicy::AllowAll
        }),
        ("schedule", |task| task.schedules[0].maximum_runs = Some(3)),
        ("schedule", |task| {
            task.schedules[0].exclusions = vec![Exclusion::Weekdays { weekdays: vec![0] }]
        }),
        ("schedule", |task| task.schedules.clear()),
        ("priority", |task| task.priority = Priority::Low),
        ("retries", |task| {
            task.retry = RetryPolicy {
                max_retries: 0,
                ..RetryPolicy::default()
            }
        }),
        ("on_unknown", |task| task.on_unknown = OnUnknown::Retry),
        ("execution_timeout", |task| {
            task.execution_timeout_seconds = Some(9)
        }),
        ("pause_after_failures", |task| {
            task.pause_after_failures = Some(9)
        }),
    ];
    for (field, by_hand) in table {
        if field == "metadata" {
            continue;
        }
        let change = again(JOB, by_hand).unwrap_or_else(|| panic!("{field} was not seen"));
        assert_eq!(change.by_hand, [field]);
        let update = change.update.unwrap();
        assert_eq!(update.schedules.is_some(), field == "schedule", "{field}");
        assert_eq!(update.steps.is_some(), field == "steps", "{field}");
    }
}

#[test]
fn should_see_a_timeout_only_where_the_file_gives_one() {
    let timed = "tasks:\n- {key: a, note: x, every: 60, timeout: 1m}\n";
    let change = again(timed, |task| task.steps[0].timeout_seconds = 5).unwrap();
    assert_eq!(change.update.unwrap().timeout_seconds, Some(60));
    assert_eq!(again(JOB, |task| task.steps[0].timeout_seconds = 5), None);
}

#[test]
fn should_keep_paused_what_was_paused_by_hand() {
    assert_eq!(again(JOB, |task| task.disabled = true), None);
    assert_eq!(again(JOB, |task| task.schedules[0].disabled = true), None);
    let change = again(JOB, |task| {
        task.disabled = true;
        task.name = "other".into();
    });
    assert_eq!(change.unwrap().active, None);
}

#[test]
fn should_bring_a_changed_task_up_to_date_with_a_changed_file() {
    let task = Task {
        schedules: vec![fixtures::schedule(
            1,
            Rule::Daily {
                hour: 9,
                minute: None,
            },
        )],
        ..made(&declaration(JOB), "jobs.yaml")
    };
    let edited = declaration(&JOB.replace("note: x", "note: y"));
    let Step::Update(change) = Plan::new(vec![task]).declare(&edited, "jobs.yaml") else {
        panic!("not updated");
    };
    let update = change.update.unwrap();
    assert!(update.steps.is_some() && update.schedules.is_some());
    assert_eq!(update.name, None, "what is as it should be is not sent");
}

#[test]
fn should_take_a_field_back_that_the_file_says_no_more() {
    let with = "tasks:\n- {key: a, note: x, every: 60, timeout: 1m, description: d, maximum_concurrent: 2, retries: 9}\n";
    let task = made(&declaration(with), "jobs.yaml");
    let without = declaration("tasks:\n- {key: a, note: x, every: 60}\n");
    let Step::Update(change) = Plan::new(vec![task]).declare(&without, "jobs.yaml") else {
        panic!("not updated");
    };
    let update = change.update.unwrap();
    assert_eq!(
        update.timeout_seconds,
        Some(limits::DEFAULT_TIMEOUT_SECONDS)
    );
    assert_eq!(update.description.as_deref(), Some(""));
    assert_eq!(update.maximum_concurrent, Some(0));
    assert_eq!(update.retry, Some(RetryPolicy::default()));
    assert_eq!(update.schedules, None);
}

fn api(schedule: &str) -> Declaration {
    declaration(&format!(
        r#"{{"data": {{"type": "task", "attributes": {{"name": "clean", "schedule": "{schedule}", "action_name": "act"}}}}}}"#
    ))
}

#[test]
fn should_know_a_document_of_the_api_by_its_name_in_any_file() {
    for file in ["api.json", "api2.json", "-"] {
        let task = made(&api("@daily"), "api.json");
        let Step::Update(change) = Plan::new(vec![task]).declare(&api("@hourly"), file) else {
            panic!("{file}: a second task");
        };
        assert!(change.update.unwrap().schedules.is_some());
    }
    let mut plan = Plan::new(vec![]);
    assert!(matches!(
        plan.declare(&api("@daily"), "one.json"),
        Step::Create(_)
    ));
    assert!(matches!(
        plan.declare(&api("@hourly"), "two.json"),
        Step::Refused(_)
    ));
}

const REALMS: &str = "name: n\nevery: 60\nsteps: [{codex: x}]\n";
const DAPTIN: &str = "Tasks:\n- {Name: n, Schedule: '@daily', ActionName: act}\n";

#[test]
fn should_know_a_job_with_a_name_again_whose_file_is_gone_or_was_none() {
    for (job, edited) in [
        (REALMS, REALMS.replace("60", "90")),
        (DAPTIN, DAPTIN.replace("daily", "hourly")),
    ] {
        for (before, after) in [
            ("gone.yaml", "renamed.yaml"),
            ("-", "jobs.yaml"),
            ("Cargo.toml", "-"),
        ] {
            let task = made(&declaration(job), before);
            let step = Plan::new(vec![task]).declare(&declaration(&edited), after);
            assert!(
                matches!(step, Step::Update(_)),
                "{job} {before} {after}: {step:?}"
            );
        }
        // Another file that is still there has a job of its own.
        let task = made(&declaration(job), "Cargo.toml");
        let step = Plan::new(vec![task]).declare(&declaration(&edited), "other.yaml");
        assert!(matches!(step, Step::Create(_)), "{step:?}");
    }
}

#[test]
fn should_say_what_a_change_makes_another() {
    let change = again(JOB, |task| {
        task.steps[0].action = Action::Note {
            text: "by hand".into(),
        };
        task.priority = Priority::Low;
    });
    let found = super::differences(&change.unwrap());
    let fields: Vec<_> = found.iter().map(|one| one.field.as_str()).collect();
    assert_eq!(fields, ["priority", "steps"]);
    assert_eq!(found[0].before, "low");
    assert!(found[0].after.is_null(), "what is usual is not written");
    assert_eq!(found[1].before[0]["note"], "by hand");
    assert_eq!(found[1].after[0]["note"], "x");
}

#[test]
fn should_find_tasks_that_no_file_declares_any_more() {
    let task = |key: &str, file: &str, id: u64| {
        let job = declaration(&JOB.replace("key: a", &format!("key: {key}")));
        Task {
            id,
            ..made(&job, file)
        }
    };
    let mut kept = task("kept", "jobs/kept.yaml", 6);
    kept.metadata = kept.metadata.replacen('{', "{\"kept_by\":\"g\",", 1);
    let tasks = vec![
        task("a", "jobs/a.yaml", 1),
        task("b", "jobs/b.yaml", 2),
        task("c", "jobs/a.yaml", 3),
        task("d", "other/d.yaml", 4),
        task("e", "-", 5),
        kept,
    ];
    let mut plan = Plan::new(tasks);
    plan.declare(&declaration(JOB), "jobs/a.yaml");
    let orphans = |paths: &[&str]| -> Vec<u64> {
        let paths: Vec<_> = paths.iter().map(Into::into).collect();
        plan.orphans(&paths).iter().map(|task| task.id).collect()
    };
    assert_eq!(orphans(&["jobs"]), [2, 3]);
    assert_eq!(orphans(&["jobs/a.yaml"]), [3]);
    assert_eq!(orphans(&["jobs", "other/d.yaml"]), [2, 3, 4]);
    assert_eq!(orphans(&["job"]), Vec::<u64>::new(), "another directory");
}
