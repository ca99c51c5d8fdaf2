//! Maintenance: it finds each kind of damage, mends it, and leaves a sound store alone.

use chime_types::{
    AlertCondition, Channel, CreateAlertRequest, EventKind, OverlapPolicy, TaskExecution,
};

use super::builtin_cleanup::{on_request, result, slice};
use super::*;
use crate::engine::builtin::maintenance::violations;
use crate::state::inspect::{Entry, Part};
<<<<<<< HEAD
use crate::state::keys::{EventId, ExecutionId, Wake};
use crate::state::records::ExecutionRecord;
=======
use crate::state::keys::{
    AlertId, BackupId, EventId, ExecutionId, LimitKey, ReadyKey, ScheduleId, TaskId, Wake,
};
use crate::state::records::{ExecutionRecord, Place, Plan};
>>>>>>> alerts

/// A world with something in every queue: an armed schedule, a key, a call under way, one behind
/// the limit of its task, one that waits for those before it, a retry, a command, a dead letter.
pub(super) fn full_world() -> World {
    let mut world = World::new();
    let keyed = CreateTaskRequest {
        idempotency_key: Some("key".to_string()),
        maximum_concurrent: Some(1),
        ..task(NewSchedule {
            overlap: Some(OverlapPolicy::BufferAll),
            ..every(3_600)
        })
    };
    let made = world.create(keyed);
    world.create(CreateTaskRequest {
        retry: Some(retries(1, 1_000_000)),
        timeout_seconds: Some(10_000),
        ..task(now_once())
    });
    let command = NewStep::new(Action::Command {
        command: "true".to_string(),
        queue: None,
    });
    world.create(CreateTaskRequest {
        steps: vec![command],
        ..task(now_once())
    });
    let failing = world.create(CreateTaskRequest {
        retry: Some(retries(0, 1)),
        ..on_request(Action::Codex {
            name: "c".to_string(),
            code: None,
        })
    });
    let retried = world.run_one();
    world.fail(&retried);
    world.run_now(failing.id);
    world.run();
    world.pass(3_600 - 60);
    let request = RunTaskNowRequest {
        task_id: made.id,
        idempotency_key: Some("run".to_string()),
    };
    service::run_now(&mut world.state, owner(), world.now, request).unwrap();
    world.run();
    world.run_now(made.id);
    world.pass(60);
    world.run();
    world
}

pub(super) fn execution(world: &World, is: impl Fn(&ExecutionRecord) -> bool) -> ExecutionRecord {
    let all = world
        .state
        .entries_after(Part::Executions, None, usize::MAX);
    all.into_iter()
        .filter_map(|entry| match entry {
            Entry::Executions(id) => world.state.execution(id),
            _ => None,
        })
        .find(is)
        .unwrap()
}

pub(super) fn with_status(world: &World, status: ExecutionStatus) -> ExecutionRecord {
    execution(world, |found| found.status.get() == status)
}

/// Maintenance by an admin: what it says, and in how many slices.
pub(super) fn maintain(world: &mut World, dry_run: Option<bool>) -> (serde_json::Value, usize) {
    let as_admin = Caller {
        role: Role::Admin,
        ..owner()
    };
    let request = on_request(Action::Maintenance { dry_run });
    let made = service::create(&mut world.state, as_admin, world.now, request).unwrap();
    let id = world.run_now(made.id).id;
    let mut slices = 0;
    // What else is due is let go: only the maintenance is done.
    while !world.execution(id).status.is_final() {
        for start in world.run() {
            if start.execution_id.0 == id {
                slice(world, &start);
                slices += 1;
            }
        }
    }
    (result(&world.execution(id)), slices)
}

/// Plants a damage and sees it found, left alone by a dry run, and mended.
pub(super) fn assert_mended(words: &str, plant: impl Fn(&mut World)) {
    let mut world = full_world();
    assert_eq!(violations(&world.state), [""; 0]);
    plant(&mut world);
    let found = violations(&world.state);
    assert!(
        found.iter().any(|text| text.contains(words)),
        "{words}: {found:#?}"
    );
    let (looked, _) = maintain(&mut world, Some(true));
    assert_eq!(looked["repaired"], 0, "{words}: {looked}");
    assert_ne!(looked["violation_count"], 0, "{words}: {looked}");
    let (mended, _) = maintain(&mut world, None);
    assert!(mended["repaired"].as_u64() > Some(0), "{words}: {mended}");
    // A second look finds what the repair of one part shows in another.
    maintain(&mut world, None);
    assert_eq!(violations(&world.state), [""; 0], "{words}");
    let events = world.state.events_after(EventId(0));
    let kinds: Vec<EventKind> = events.map(|event| event.kind).collect();
    assert!(kinds.contains(&EventKind::StoreRepaired), "{words}");
}

/// Changes the record of the first execution with a status.
pub(super) fn change(
    status: ExecutionStatus,
    change: impl Fn(&mut ExecutionRecord),
) -> impl Fn(&mut World) {
    move |world| {
        let mut record = with_status(world, status);
        change(&mut record);
        world.state.put_execution(&record);
    }
}

/// Takes an entry of a map out: the first one that fits.
pub(super) fn remove(part: Part, fits: impl Fn(&World, &Entry) -> bool) -> impl Fn(&mut World) {
    move |world| {
        let entries = world.state.entries_after(part, None, usize::MAX);
        let entry = entries.into_iter().find(|entry| fits(world, entry));
        world.state.remove_entry(&entry.unwrap());
    }
}

pub(super) fn first(part: Part) -> impl Fn(&mut World) {
    remove(part, |_, _| true)
}

/// Takes the first wake of a kind out of the agenda.
pub(super) fn wake(fits: impl Fn(Wake) -> bool) -> impl Fn(&mut World) {
    remove(Part::Agenda, move |world, entry| match entry {
        Entry::Agenda(key) => world.state.wake(*key).is_some_and(&fits),
        _ => false,
    })
}

#[test]
fn should_find_nothing_in_a_sound_store_and_look_at_all_of_it() {
    let mut world = full_world();
    let (answer, slices) = maintain(&mut world, None);
    assert_eq!(answer["violation_count"], 0, "{answer}");
    assert_eq!(answer["repaired"], 0);
    let checked = answer["checked"].as_object().unwrap();
    assert_eq!(checked.len(), Part::ALL.len());
    for part in [
        "tasks",
        "agenda",
        "executions",
        "parked",
        "jobs",
        "dead_letters",
        "run_keys",
    ] {
        assert!(checked[part].as_u64() > Some(0), "{part}: {answer}");
    }
    assert!(slices > Part::ALL.len());
}

#[test]
<<<<<<< HEAD
=======
fn should_mend_the_places_of_schedules() {
    assert_mended(
        "is not in the agenda",
        wake(|wake| matches!(wake, Wake::Fire(_))),
    );
    assert_mended("is not among the upcoming runs", first(Part::Upcoming));
    assert_mended("has times left and is not armed", |world| {
        let mut schedule = world.state.schedule(ScheduleId(1)).unwrap();
        world.state.arm(&mut schedule, owner().principal, None);
    });
    assert_mended("is switched off and armed", |world| {
        let mut schedule = world.state.schedule(ScheduleId(1)).unwrap();
        schedule.disabled = true;
        world.state.put_schedule(&schedule);
    });
    assert_mended("has a slot without a place", |world| {
        let mut schedule = world.state.schedule(ScheduleId(1)).unwrap();
        schedule.wake = None;
        world.state.put_schedule(&schedule);
    });
    assert_mended("is not among those of task", |world| {
        let mut task = world.state.task(TaskId(1)).unwrap();
        task.schedules.clear();
        world.state.put_task(&task);
    });
}

#[test]
fn should_mend_what_the_agenda_has_too_much() {
    assert_mended("nothing knows the entry Resume", |world| {
        world
            .state
            .wake_at(world.now + SECOND, Wake::Resume(ExecutionId(999)));
    });
    assert_mended("nothing knows the entry Fire", |world| {
        world.state.wake_at(u64::MAX, Wake::Fire(ScheduleId(1)));
    });
    assert_mended("nothing knows the entry Sweep", |world| {
        world.state.wake_at(u64::MAX, Wake::Sweep);
    });
}

#[test]
fn should_mend_executions_under_way() {
    use ExecutionStatus::{Running, Waiting};
    assert_mended(
        "runs without a deadline",
        wake(|wake| matches!(wake, Wake::Deadline(_))),
    );
    assert_mended(
        "runs under no token",
        change(Running, |record| record.token = None),
    );
    assert_mended(
        "runs without an attempt",
        change(Running, |record| record.attempts.clear()),
    );
    assert_mended(
        "nothing wakes it",
        wake(|wake| matches!(wake, Wake::Resume(_))),
    );
    assert_mended(
        "waits for nothing",
        change(Waiting, |record| record.waiting_for = None),
    );
    assert_mended("does not run and holds", |world| {
        let token = world.state.new_token();
        change(Waiting, |record| record.token = Some(token))(world);
    });
}

#[test]
fn should_mend_final_executions() {
    use ExecutionStatus::Failed;
    assert_mended(
        "still holds a place",
        change(Failed, |record| record.progress = vec![1]),
    );
    assert_mended(
        "final without an end",
        change(Failed, |record| record.attempts[0].finished_at = None),
    );
    assert_mended("is missing from the dead letters", first(Part::DeadLetters));
    assert_mended("DeadLetters", |world| {
        let running = with_status(world, ExecutionStatus::Running);
        world.state.add_dead_letter(owner().principal, running.id);
    });
}

#[test]
fn should_mend_queues() {
    assert_mended("is ready and not in its queue", first(Part::Parked));
    assert_mended("is not among the jobs", first(Part::Jobs));
    assert_mended("does not stand in a queue behind a limit", |world| {
        let running = with_status(world, ExecutionStatus::Running);
        let ready = ReadyKey {
            rank: u64::MAX,
            execution_id: running.id,
        };
        let place = Place::Parked(LimitKey::Task(running.task_id), ready);
        world.state.enter_queue(owner().principal, &place);
    });
    assert_mended("does not stand in a queue of commands", |world| {
        let running = with_status(world, ExecutionStatus::Running);
        let ready = ReadyKey {
            rank: u64::MAX,
            execution_id: running.id,
        };
        let place = Place::Job("other".to_string(), ready);
        world.state.enter_queue(owner().principal, &place);
    });
}

#[test]
fn should_mend_lists_and_indexes() {
    assert_mended("is not in the list of its owner", first(Part::TasksByOwner));
    for part in [
        Part::ExecutionsByTask,
        Part::ExecutionsByOwner,
        Part::Occurrences,
        Part::RunKeys,
    ] {
        assert_mended("is missing from a list", first(part));
    }
    assert_mended("is not found under its key", first(Part::Keys));
    assert_mended("missing from a list", first(Part::EventsByTask));
    assert_mended("missing from a list", first(Part::EventsByOwner));
    assert_mended("nothing says the same as RunKeys", |world| {
        let mut run = execution(world, |found| found.run_key.is_some());
        run.run_key = None;
        world.state.put_execution(&run);
    });
}

/// An alert on cycles that looks again in an hour, to be damaged.
fn watch_cycles(world: &mut World) -> AlertId {
    let request = CreateAlertRequest {
        name: "cycles".to_string(),
        task_id: None,
        condition: AlertCondition::CyclesLow {
            below: 1_000_000u32.into(),
        },
        channel: Channel::Inbox {},
        cooldown_seconds: None,
    };
    let made = service::create_alert(&mut world.state, admin(), world.now, request);
    world.run();
    AlertId(made.unwrap().id)
}

#[test]
fn should_mend_alerts() {
    assert_mended("is not in the list of those on cycles", |world| {
        watch_cycles(world);
        first(Part::CyclesAlerts)(world);
    });
    assert_mended("nothing says the same as CyclesAlerts", |world| {
        let id = watch_cycles(world);
        let wake = world.state.alert(id).unwrap().wake;
        world.state.cancel_wake(wake);
        for part in [Part::Alerts, Part::AlertsByOwner] {
            remove(part, |_, entry| match entry {
                Entry::Alerts(found) | Entry::AlertsByOwner((_, found)) => *found == id,
                _ => false,
            })(world);
        }
        world
            .state
            .change_owner(admin().principal, |owner| owner.alerts = 0);
    });
    assert_mended("watches and nothing wakes it", |world| {
        let id = watch_cycles(world);
        let wake = world.state.alert(id).unwrap().wake;
        world.state.cancel_wake(wake);
    });
}

#[test]
fn should_mend_counts() {
    assert_mended("the scheduler counts 7", |world| world.state.set_running(7));
    assert_mended("counts 9 of executions", |world| {
        let owner = owner().principal;
        world
            .state
            .change_owner(owner, |record| record.executions = 9);
    });
    assert_mended("counts 5 of running", |world| {
        let owner = owner().principal;
        world.state.change_owner(owner, |record| record.running = 5);
    });
    assert_mended("the calls under way are counted wrong", |world| {
        world.state.add_target(Principal::from_slice(&[8]));
    });
    type Change = fn(&mut crate::state::records::TaskRecord);
    let rows: [(&str, Change); 4] = [
        ("counts 4 attempts under way", |task| task.running = 4),
        ("counts 77 executions", |task| task.total_executions = 77),
        ("is not final, and task 1 does not list it", |task| {
            task.active.pop();
        }),
        ("executions as not final", |task| {
            task.active.push(ExecutionId(999))
        }),
    ];
    for (words, change) in rows {
        assert_mended(words, |world| {
            let mut task = world.state.task(TaskId(1)).unwrap();
            change(&mut task);
            world.state.put_task(&task);
        });
    }
}

#[test]
fn should_mend_steps_and_chunks_that_nothing_uses() {
    assert_mended("nothing follows the steps", |world| {
        let plan = Plan { steps: Vec::new() };
        world.state.put_plan(TaskId(1), 50, plan);
    });
    assert_mended("BackupChunks", |world| {
        world.state.put_backup_chunk(BackupId(4), 2, vec![1]);
    });
}

#[test]
fn should_let_go_on_whom_nobody_else_does() {
    assert_mended("nobody lets execution", |world| {
        let limit = LimitKey::Task(TaskId(1));
        let running = with_status(world, ExecutionStatus::Running);
        // The place is given back while nobody is there to be called.
        let parked = world.state.first_parked(limit).unwrap();
        let place = Place::Parked(limit, parked);
        world.state.leave_queue(owner().principal, &place);
        let outcome = Outcome::Completed {
            result: "(1)".to_string(),
            log: None,
        };
        let token = running.token.unwrap();
        assert!(finish(
            &mut world.state,
            world.now,
            running.id,
            token,
            &outcome
        ));
        world.state.enter_queue(owner().principal, &place);
    });
}

#[test]
>>>>>>> alerts
fn should_run_on_after_repairs() {
    let mut world = full_world();
    wake(|wake| matches!(wake, Wake::Deadline(_)))(&mut world);
    first(Part::Parked)(&mut world);
    wake(|wake| matches!(wake, Wake::Resume(_)))(&mut world);
    maintain(&mut world, None);
    for _ in 0..20 {
        world.pass(400);
        for start in world.run() {
            if matches!(start.work, crate::engine::Work::Call { .. }) {
                world.succeed(&start);
            }
        }
    }
    let all: Vec<TaskExecution> = (1..=2).flat_map(|id| world.executions(id)).collect();
    let open = all.iter().filter(|one| !one.status.is_final());
    assert!(open.count() <= 1, "{all:#?}");
}

#[test]
fn should_refuse_maintenance_to_whoever_is_no_admin() {
    let mut world = World::new();
    let request = on_request(Action::Maintenance { dry_run: None });
    let error = service::create(&mut world.state, owner(), START, request).unwrap_err();
    assert!(error.rule.contains("admins"), "{error}");
}

#[test]
fn should_tell_no_more_than_so_many_violations_in_words() {
    let mut world = World::new();
    for id in 1_000..1_070 {
        let wake = Wake::Resume(ExecutionId(id));
        world.state.wake_at(u64::MAX, wake);
    }
    let (answer, _) = maintain(&mut world, None);
    assert_eq!(answer["violation_count"], 70);
    assert_eq!(answer["repaired"], 70);
    assert_eq!(answer["violations"].as_array().unwrap().len(), 50);
}
