//! Restoring backups: into an empty store, over what is there, by those who may.

use chime_types::{Backup, Error, RestoreBackupRequest, RestoredBackup};

use super::builtin_backup::{backup, backups, busy_world, claim, download, make_backup, upload};
use super::builtin_cleanup::{on_request, register, result, run_built_in, spent, with_history};
use super::*;

/// Restores a backup, one thing in each call.
pub(super) fn restore(
    world: &mut World,
    caller: Caller,
    backup: &Backup,
    overwrite: bool,
) -> Result<RestoredBackup, Error> {
    let mut sum = RestoredBackup {
        tasks: 0,
        executions: 0,
        left_out: 0,
        next_cursor: None,
        renumbered: None,
        remaining_executions: None,
    };
    let mut renumbered = Vec::new();
    loop {
        let request = RestoreBackupRequest {
            backup_id: backup.id,
            overwrite: Some(overwrite),
            cursor: sum.next_cursor,
        };
        let (state, now) = (&mut world.state, world.now);
        let answer = service::restore_backup(state, caller, now, &request, &spent())?;
        assert!(answer.tasks + answer.left_out <= 1, "{answer:?}");
        sum.tasks += answer.tasks;
        sum.executions += answer.executions;
        sum.left_out += answer.left_out;
        renumbered.extend(answer.renumbered.unwrap_or_default());
        sum.next_cursor = answer.next_cursor;
        if sum.next_cursor.is_none() {
            sum.renumbered = Some(renumbered).filter(|some| !some.is_empty());
            return Ok(sum);
        }
    }
}

/// An empty world at the same time, with a backup of another.
fn moved(world: &World, caller: Caller, made: &Backup) -> (World, Backup) {
    let chunks = download(world, caller, made);
    let mut other = World::new();
    other.now = world.now;
    let uploaded = upload(&mut other, caller, &chunks).unwrap();
    assert_eq!(uploaded.sha256, made.sha256);
    let counts = |backup: &Backup| (backup.tasks, backup.executions, backup.bytes);
    assert_eq!(counts(&uploaded), counts(made));
    (other, uploaded)
}

#[test]
fn should_show_the_same_tasks_and_history_after_a_restore() {
    let (mut world, tasks) = busy_world();
    claim(&mut world);
    let made = make_backup(&mut world);
    let (mut other, uploaded) = moved(&world, owner(), &made);
    let answer = restore(&mut other, owner(), &uploaded, false).unwrap();
    assert_eq!((answer.tasks, answer.left_out), (6, 0));
    assert_eq!(answer.executions, made.executions);
    for task in &tasks[..3] {
        assert_eq!(other.get(task.id), world.get(task.id));
        assert_eq!(other.executions(task.id), world.executions(task.id));
    }
    for task in &tasks[3..] {
        let (restored, original) = (other.get(task.id), world.get(task.id));
        assert_eq!(restored.active_executions, 0);
        assert_eq!(restored.steps[0].action, original.steps[0].action);
        assert_eq!(restored.schedules, original.schedules);
        for execution in other.executions(task.id) {
            assert_eq!(execution.status, ExecutionStatus::Cancelled);
            let error = execution.error.unwrap();
            assert!(error.contains("when the backup was made"), "{error}");
        }
    }
    let dead = other.state.owner(owner().principal).dead_letters;
    assert_eq!(dead, 1);
    let last = world.state.header();
    let next = other.state.header();
    assert!(
        next.next_execution >= last.next_execution - 1,
        "numbers are not given twice"
    );
}

#[test]
fn should_go_on_after_a_restore() {
    let (mut world, tasks) = busy_world();
    let made = make_backup(&mut world);
    let (mut other, uploaded) = moved(&world, owner(), &made);
    restore(&mut other, owner(), &uploaded, false).unwrap();
    let again = CreateTaskRequest {
        idempotency_key: Some("weekly".to_string()),
        ..task(every(1))
    };
    assert_eq!(other.create(again).id, tasks[0].id, "the key is known");
    other.pass(7 * 86_400);
    let starts = other.run();
    assert!(!starts.is_empty());
    for start in starts {
        other.succeed(&start);
    }
    let last = other.executions(tasks[0].id).pop().unwrap();
    assert_eq!(last.status, ExecutionStatus::Completed);
}

#[test]
fn should_leave_what_exists_or_replace_it_on_request() {
    let (mut world, tasks) = busy_world();
    let made = make_backup(&mut world);
    let left = restore(&mut world, owner(), &made, false).unwrap();
    assert_eq!((left.tasks, left.left_out), (0, 6));
    let running = tasks[4].id;
    assert_eq!(world.get(running).active_executions, 2);
    let before = world.get(tasks[0].id);
    service::delete(&mut world.state, owner(), world.now, tasks[1].id).unwrap();
    let replaced = restore(&mut world, owner(), &made, true).unwrap();
    assert_eq!((replaced.tasks, replaced.left_out), (6, 0));
    assert_eq!(world.get(running).active_executions, 0);
    assert_eq!(world.get(tasks[0].id), before);
    assert!(world.get(tasks[1].id).disabled);
    assert_eq!(world.state.running(), 0);
}

#[test]
fn should_restore_tasks_of_others_only_for_admins() {
    let (mut world, tasks) = busy_world();
    let made = make_backup(&mut world);
    let chunks = download(&world, owner(), &made);
    let mut other = World::new();
    other.now = world.now;
    let by_stranger = upload(&mut other, stranger(), &chunks).unwrap();
    let nothing = restore(&mut other, stranger(), &by_stranger, true).unwrap();
    assert_eq!((nothing.tasks, nothing.left_out), (0, 6));
    let by_admin = upload(&mut other, admin(), &chunks).unwrap();
    let all = restore(&mut other, admin(), &by_admin, false).unwrap();
    assert_eq!((all.tasks, all.left_out), (6, 0));
    assert_eq!(other.get(tasks[0].id).owner, owner().principal);
}

#[test]
fn should_give_new_numbers_to_schedules_and_runs_whose_numbers_are_in_use() {
    let (mut world, tasks) = busy_world();
    let made = make_backup(&mut world);
    let chunks = download(&world, owner(), &made);
    let mut other = World::new();
    other.now = world.now;
    // Its schedule and its runs have the numbers of others in the backup.
    let there = other.create(task(every(600)));
    for _ in 0..8 {
        other.run_now(there.id);
        let start = other.run_one();
        other.succeed(&start);
    }
    let uploaded = upload(&mut other, owner(), &chunks).unwrap();
    let answer = restore(&mut other, owner(), &uploaded, false).unwrap();
    assert_eq!(
        (answer.tasks, answer.left_out),
        (5, 1),
        "the first task is there"
    );
    let once = tasks[2].id;
    assert_eq!(other.statuses(once), [ExecutionStatus::Completed]);
    assert!(other.executions(once)[0].id > 8);
    assert_eq!(other.executions(there.id).len(), 8);
    let schedule = other.get(once).schedules[0].id;
    let latest = &other.executions(once)[0];
    assert_eq!(
        latest.schedule_id,
        Some(schedule),
        "its slot is that of its schedule"
    );
}

#[test]
fn should_respect_the_number_of_tasks_of_an_owner() {
    let (mut world, _) = busy_world();
    let made = make_backup(&mut world);
    let (mut other, uploaded) = moved(&world, owner(), &made);
    other.configure(ConfigureRequest {
        maximum_tasks_per_owner: Some(2),
        ..ConfigureRequest::default()
    });
    let error = restore(&mut other, owner(), &uploaded, false).unwrap_err();
    assert_eq!(error.kind, chime_types::ErrorKind::LimitExceeded);
    assert_eq!(other.state.owner(owner().principal).tasks, 2);
}

#[test]
fn should_keep_the_newest_runs_that_a_task_may_have() {
    let (mut world, tasks) = busy_world();
    let made = make_backup(&mut world);
    let (mut other, uploaded) = moved(&world, owner(), &made);
    other.configure(ConfigureRequest {
        maximum_executions_per_task: Some(2),
        ..ConfigureRequest::default()
    });
    restore(&mut other, owner(), &uploaded, false).unwrap();
    let ids: Vec<u64> = other
        .executions(tasks[0].id)
        .iter()
        .map(|one| one.id)
        .collect();
    assert_eq!(ids, [2, 3]);
}

#[test]
fn should_restore_users_and_actions_and_the_configuration_for_admins() {
    let (mut world, _) = busy_world();
    register(&mut world, Role::Admin);
    let as_admin = Caller {
        role: Role::Admin,
        ..owner()
    };
    world.configure(ConfigureRequest {
        ageing_seconds: Some(77),
        ..ConfigureRequest::default()
    });
    let define = chime_types::DefineActionRequest {
        name: "greet".to_string(),
        description: None,
        entity_name: None,
        action: Action::Note {
            text: "hello".to_string(),
        },
        shared: None,
    };
    service::define_action(&mut world.state, as_admin, START, define).unwrap();
    let request = on_request(Action::Backup {
        keep: None,
        all_owners: Some(true),
    });
    let writer = service::create(&mut world.state, as_admin, world.now, request).unwrap();
    run_built_in(&mut world, writer.id);
    let made = backups(&world, as_admin).remove(0);
    let chunks = download(&world, as_admin, &made);
    let mut other = World::new();
    other.now = world.now;
    let refused = upload(&mut other, stranger(), &chunks).unwrap_err();
    assert_eq!(refused.kind, chime_types::ErrorKind::Forbidden);
    let uploaded = upload(&mut other, as_admin, &chunks).unwrap();
    assert!(uploaded.all_owners);
    restore(&mut other, as_admin, &uploaded, true).unwrap();
    assert_eq!(other.state.config().ageing_seconds, 77);
    assert_eq!(
        other.state.user(owner().principal).unwrap().role,
        Role::Admin
    );
    assert_eq!(other.state.actions_of(owner().principal, "").count(), 1);
}

#[test]
fn should_write_a_long_history_in_pieces_and_restore_it_whole() {
    let mut world = World::new();
    let lived = with_history(&mut world, 70);
    let writer = world.create(backup(None));
    let (execution, slices) = run_built_in(&mut world, writer.id);
    assert!(
        slices >= 5,
        "{slices} slices for seventy runs and their task"
    );
    assert_eq!(
        result(&execution)["executions"],
        71,
        "those of the writer, too"
    );
    let made = backups(&world, owner()).pop().unwrap();
    let (mut other, uploaded) = moved(&world, owner(), &made);
    restore(&mut other, owner(), &uploaded, false).unwrap();
    assert_eq!(other.executions(lived.id), world.executions(lived.id));
    assert_eq!(other.get(lived.id), world.get(lived.id));
}

#[test]
fn should_go_on_by_itself_when_a_long_history_is_replaced() {
    let mut world = World::new();
    let lived = with_history(&mut world, 200);
    let made = make_backup(&mut world);
    let (before, history) = (world.get(lived.id), world.executions(lived.id));
    let mut request = RestoreBackupRequest {
        backup_id: made.id,
        overwrite: Some(true),
        cursor: None,
    };
    let (mut waits, mut executions) = (Vec::new(), 0);
    loop {
        let (state, now) = (&mut world.state, world.now);
        let answer = service::restore_backup(state, owner(), now, &request, &ample()).unwrap();
        executions += answer.executions;
        waits.extend(answer.remaining_executions);
        request.cursor = answer.next_cursor;
        if request.cursor.is_none() {
            break;
        }
        world.pass(1);
        world.run();
    }
    assert!(!waits.is_empty(), "it was removed in one go");
    assert!(
        waits.is_sorted_by(|before, after| before > after),
        "{waits:?}"
    );
    assert!(executions >= 200, "{executions}");
    // The numbers of what was removed meanwhile are given to nothing else.
    let said = |executions: Vec<TaskExecution>| -> Vec<_> {
        let parts = executions.into_iter();
        parts
            .map(|one| (one.scheduled_at, one.status, one.result))
            .collect()
    };
    assert!(said(world.executions(lived.id)) == said(history));
    assert_eq!(world.get(lived.id).name, before.name);
}

#[test]
fn should_leave_out_of_a_backup_what_is_said_and_nothing_else() {
    let (mut world, _) = busy_world();
    let secret = chime_types::PutSecretRequest {
        name: "KEY".to_string(),
        secret: "hush".to_string(),
    };
    service::put_secret(&mut world.state, owner(), world.now, secret).unwrap();
    let report = world.create(on_request(Action::Analytics {
        window_seconds: None,
    }));
    run_built_in(&mut world, report.id);
    let made = make_backup(&mut world);
    let (mut other, uploaded) = moved(&world, owner(), &made);
    restore(&mut other, owner(), &uploaded, false).unwrap();
    let page = chime_types::PageRequest {
        cursor: None,
        limit: None,
    };
    let secrets = |world: &World| service::list_secrets(&world.state, owner()).unwrap().names;
    let reports = |world: &World| service::list_reports(&world.state, owner(), &page).unwrap();
    assert_eq!((secrets(&world).len(), secrets(&other).len()), (1, 0));
    assert_eq!(reports(&world).reports.len(), 1);
    assert_eq!(reports(&other).reports.len(), 0);
    let guide = service::api_doc().guide;
    let promise = guide.split("**Not in it**").nth(1).unwrap();
    for left_out in [
        "secrets",
        "inboxes",
        "reports",
        "timeline",
        "backfills",
        "alerts and actions",
    ] {
        assert!(promise.contains(left_out), "{left_out}");
    }
}
