//! Applying again: what is unchanged stays, what changed is updated, what contradicts is refused.

use chime_types::{Action, NewSchedule, Rule, Task, TaskStep};

use super::{Declaration, Finding, Outcome, Patch, Plan, Step, patch, read};
use crate::fixtures;

fn findings(text: &str) -> Vec<Finding> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("jobs.yaml");
    std::fs::write(&path, text).unwrap();
    read(&[path])
}

fn declaration(text: &str) -> Declaration {
    match findings(text).remove(0).outcome {
        Outcome::Task(declaration) => *declaration,
        other => panic!("{other:?}"),
    }
}

/// The task that the scheduler would make.
fn made(id: u64, step: Step) -> Task {
    let Step::Create(request) = step else {
        panic!("{step:?}");
    };
    let schedules = request
        .schedules
        .iter()
        .map(|new| fixtures::schedule(1, new.rule.clone()))
        .collect();
    let steps = request.steps.iter().map(|step| TaskStep {
        name: step.name.clone(),
        run_next_after_seconds: step.run_next_after_seconds.unwrap_or(0),
        ..fixtures::step(step.action.clone())
    });
    Task {
        metadata: request.metadata.unwrap_or_default(),
        description: request.description.unwrap_or_default(),
        steps: steps.collect(),
        schedules,
        disabled: request.disabled == Some(true),
        retry: request.retry.unwrap_or_default(),
        ..fixtures::task(id, &request.name)
    }
}

const JOB: &str = "tasks:\n- {key: a, name: A, note: x, every: 60}\n";

fn after_first_apply() -> Task {
    made(7, Plan::new(vec![]).declare(&declaration(JOB), "jobs.yaml"))
}

fn again(text: &str, file: &str) -> Step {
    Plan::new(vec![after_first_apply()]).declare(&declaration(text), file)
}

#[test]
fn should_change_nothing_the_second_time() {
    assert!(matches!(again(JOB, "jobs.yaml"), Step::Unchanged(_)));
    assert!(
        matches!(again(JOB, "moved.yaml"), Step::Unchanged(_)),
        "a file may be renamed"
    );
    let spelled = "# a comment\ntasks:\n  - every: 1m\n    note: x\n    name: A\n    key: a\n";
    assert!(
        matches!(again(spelled, "jobs.yaml"), Step::Unchanged(_)),
        "only the meaning counts"
    );
}

#[test]
fn should_keep_the_schedules_when_something_else_changed() {
    let Step::Update(change) = again(
        "tasks:\n- {key: a, name: B, note: y, every: 60}\n",
        "moved.yaml",
    ) else {
        panic!("not updated");
    };
    let update = change.update.unwrap();
    assert_eq!(update.name.as_deref(), Some("B"));
    assert_eq!(update.schedules, None);
    assert_eq!(
        (change.active, change.moved_from.as_deref()),
        (None, Some("jobs.yaml"))
    );
}

#[test]
fn should_replace_the_schedules_when_they_changed() {
    let Step::Update(change) = again(
        "tasks:\n- {key: a, name: A, note: x, every: 90}\n",
        "jobs.yaml",
    ) else {
        panic!("not updated");
    };
    let schedules = change.update.unwrap().schedules.unwrap();
    assert_eq!(
        schedules[0].rule,
        Rule::Interval {
            repeat_every_seconds: 90,
            phase_seconds: None
        }
    );
}

#[test]
fn should_switch_only_when_the_file_changed_its_mind() {
    let off = "tasks:\n- {key: a, name: A, note: x, every: 60, enabled: false}\n";
    let Step::Update(change) = again(off, "jobs.yaml") else {
        panic!("not updated");
    };
    assert_eq!(change.active, Some(false));
    let paused = Task {
        disabled: true,
        ..after_first_apply()
    };
    let edited = declaration("tasks:\n- {key: a, name: A, note: z, every: 60}\n");
    let Step::Update(change) = Plan::new(vec![paused]).declare(&edited, "jobs.yaml") else {
        panic!("not updated");
    };
    assert_eq!(
        change.active, None,
        "a task that somebody paused stays paused"
    );
}

#[test]
fn should_refuse_two_meanings_of_one_job_in_one_call() {
    let mut plan = Plan::new(vec![]);
    assert!(matches!(
        plan.declare(&declaration(JOB), "one.yaml"),
        Step::Create(_)
    ));
    assert_eq!(
        plan.declare(&declaration(JOB), "two.yaml"),
        Step::Repeats {
            file: "one.yaml".into()
        }
    );
    let other = declaration("tasks:\n- {key: a, note: other, every: 60}\n");
    let Step::Refused(refusal) = plan.declare(&other, "three.yaml") else {
        panic!("not refused");
    };
    assert!(refusal.rule.contains("one.yaml"), "{refusal}");
}

fn daptin() -> Task {
    let text = "Tasks:\n- {Name: n, Schedule: '@daily', ActionName: act, EntityName: e, \
                Attributes: {k: 1}}\n";
    made(9, Plan::new(vec![]).declare(&declaration(text), "d.yaml"))
}

fn change(wanted: &Patch) -> Option<super::Change> {
    match patch(&daptin(), wanted).unwrap() {
        Step::Update(change) => Some(*change),
        Step::Unchanged(_) => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn should_patch_only_what_differs() {
    let daily = NewSchedule::new(Rule::Cron {
        expression: "@daily".into(),
    });
    let same = Patch {
        schedule: Some(daily),
        active: Some(true),
        name: Some("n".into()),
        ..Patch::default()
    };
    assert_eq!(change(&same), None);
    let off = change(&Patch {
        active: Some(false),
        ..Patch::default()
    })
    .unwrap();
    assert_eq!((off.active, off.update), (Some(false), None));
    let hourly = NewSchedule::new(Rule::Cron {
        expression: "@hourly".into(),
    });
    let moved = change(&Patch {
        schedule: Some(hourly.clone()),
        ..Patch::default()
    })
    .unwrap();
    assert_eq!(moved.update.unwrap().schedules, Some(vec![hourly]));
}

#[test]
fn should_patch_parts_of_the_action() {
    let mut wanted = Patch::default();
    wanted.action.entity_name = Some("other".into());
    let steps = change(&wanted).unwrap().update.unwrap().steps.unwrap();
    let expected = Action::Named {
        action_name: "act".into(),
        entity_name: Some("other".into()),
        attributes: r#"{"k":1}"#.into(),
        as_user: None,
    };
    assert_eq!(steps[0].action, expected);
    assert!(
        patch(&after_first_apply(), &wanted).is_err(),
        "a note is no named action"
    );
}

const NAMED: &str = "Tasks:\n- {Name: n, Schedule: '@daily', ActionName: act}\n";
const SAME_NAME: &str = "Tasks:\n- {Name: n, Schedule: '@hourly', ActionName: other}\n";

fn key(step: &Step) -> Option<&str> {
    match step {
        Step::Create(request) => request.idempotency_key.as_deref(),
        _ => None,
    }
}

#[test]
fn should_tell_jobs_of_one_name_apart_by_their_files() {
    let mut plan = Plan::new(vec![]);
    let one = plan.declare(&declaration(NAMED), "one.yaml");
    let two = plan.declare(&declaration(SAME_NAME), "two.yaml");
    assert_eq!(
        (key(&one), key(&two)),
        (Some("daptin:n"), Some("daptin:n@two.yaml"))
    );
    let tasks = vec![made(1, one), made(2, two)];
    for order in [["one.yaml", "two.yaml"], ["two.yaml", "one.yaml"]] {
        let mut plan = Plan::new(tasks.clone());
        for file in order {
            let text = if file == "one.yaml" { NAMED } else { SAME_NAME };
            let step = plan.declare(&declaration(text), file);
            assert!(matches!(step, Step::Unchanged(_)), "{order:?}: {step:?}");
        }
    }
    let edited = NAMED.replace("@daily", "@weekly");
    let Step::Update(change) = Plan::new(tasks).declare(&declaration(&edited), "one.yaml") else {
        panic!("not updated");
    };
    assert_eq!(change.task.id, 1);
}

#[test]
fn should_follow_a_job_with_a_name_into_a_renamed_file() {
    let task = made(
        1,
        Plan::new(vec![]).declare(&declaration(NAMED), "one.yaml"),
    );
    let Step::Update(change) = Plan::new(vec![task]).declare(&declaration(NAMED), "renamed.yaml")
    else {
        panic!("not updated");
    };
    let update = change.update.unwrap();
    assert_eq!(
        (change.moved_from.as_deref(), update.schedules, update.steps),
        (Some("one.yaml"), None, None)
    );
    assert!(update.metadata.unwrap().contains("renamed.yaml"));
}

#[test]
fn should_refuse_two_meanings_of_one_name_in_one_file() {
    let mut plan = Plan::new(vec![]);
    assert!(matches!(
        plan.declare(&declaration(NAMED), "one.yaml"),
        Step::Create(_)
    ));
    assert!(matches!(
        plan.declare(&declaration(SAME_NAME), "one.yaml"),
        Step::Refused(_)
    ));
}

#[test]
fn should_refuse_a_key_of_one_task_with_the_number_of_another() {
    let other = fixtures::task(9, "A");
    let plan = || Plan::new(vec![after_first_apply(), other.clone()]);
    let text = |id: u64| JOB.replace("key: a", &format!("key: a, task_id: '{id}'"));
    let Step::Refused(refusal) = plan().declare(&declaration(&text(9)), "jobs.yaml") else {
        panic!("another task is changed");
    };
    assert_eq!(
        refusal.rule,
        "`a` is the key of task 7, and task_id names task 9"
    );
    // Its own number, and one of another scheduler.
    for id in [7, 8] {
        let step = plan().declare(&declaration(&text(id)), "jobs.yaml");
        assert!(matches!(step, Step::Unchanged(_)), "{id}: {step:?}");
    }
}
