//! Each kind of damage is found, left alone by a dry run, and mended.

use super::builtin_backup::backup;
use super::builtin_cleanup::slice;
use super::builtin_maintenance::{assert_mended, change, execution, first, wake, with_status};
use super::*;
use crate::state::inspect::Part;
use crate::state::keys::{BackupId, ExecutionId, LimitKey, ReadyKey, ScheduleId, TaskId, Wake};
use crate::state::records::{Place, Plan};

#[test]
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
    assert_mended("is disabled and armed", |world| {
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

#[test]
fn should_mend_counts() {
    assert_mended("the scheduler counts 7", |world| {
        world.state.set_running(7, 2)
    });
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
        let plan = Plan {
            steps: Vec::new(),
            owner: None,
        };
        world.state.put_plan(TaskId(1), 50, plan);
    });
    assert_mended("BackupChunks", |world| {
        world
            .state
            .put_backup_chunk(owner().principal, (BackupId(4), 2), vec![1]);
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
fn should_mend_what_an_interrupted_backup_left() {
    assert_mended("was interrupted", |world| {
        let writer = world.create(backup(None));
        let id = world.run_now(writer.id).id;
        let start = world.run().into_iter().find(|one| one.execution_id.0 == id);
        slice(world, &start.unwrap());
        let is_sound = violations(&world.state).is_empty();
        assert!(is_sound, "one that is being written is none of those");
        crate::engine::cancel(&mut world.state, ExecutionId(id), world.now, "stop", true);
    });
}
