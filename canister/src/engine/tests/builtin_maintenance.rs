//! Maintenance: it finds each kind of damage, mends it, and leaves a sound store alone.

use chime_types::{EventKind, OverlapPolicy, TaskExecution};

use super::builtin_cleanup::{on_request, result, slice};
use super::*;
use crate::engine::builtin::maintenance::violations;
use crate::state::inspect::{Entry, Part};
use crate::state::keys::{EventId, ExecutionId, Wake};
use crate::state::records::ExecutionRecord;

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
            input: None,
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
        scheduled_at: None,
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
