//! A record is bounded whatever its steps write, so that it can always be read and backed up.

use chime_types::Channel;

use super::builtin_backup::make_backup;
use super::*;
use crate::engine::Work;
use crate::state::keys::ExecutionId;
use crate::state::texts;

fn note(text: &str) -> NewStep {
    NewStep::new(Action::Note {
        text: text.to_string(),
    })
}

/// Runs what is done within the tick.
fn run_notes(world: &mut World) {
    assert!(world.run().is_empty());
}

/// Thirty-two notes, most of which repeat the result of an earlier one as often as they may.
fn fat() -> CreateTaskRequest {
    let mut steps = vec![
        note(&"x".repeat(4_096)),
        note(&"{{steps.0.result}}".repeat(227)),
    ];
    steps.extend((0..30).map(|_| note(&"{{steps.1.result}}".repeat(60))));
    CreateTaskRequest {
        steps,
        ..task(now_once())
    }
}

#[test]
fn should_keep_a_record_that_can_be_read_whatever_its_notes_become() {
    let mut world = World::new();
    let made = world.create(fat());
    run_notes(&mut world);
    let shown = world.executions(made.id).remove(0);
    assert_eq!(
        shown.status,
        ExecutionStatus::Completed,
        "{:?}",
        shown.error
    );
    let encoded = candid::encode_one(&shown).unwrap().len();
    assert!(
        encoded < limits::MAXIMUM_RECORD_BYTES + 32 * 1024,
        "{encoded}"
    );
    assert_eq!(shown.steps.len(), 32);
    assert!(shown.logs.iter().all(|line| line.message.len() < 4_200));
    assert!(shown.logs[0].message.ends_with(" bytes more)"));
    let backup = make_backup(&mut world);
    assert!(backup.completed_at.is_some());
}

#[test]
fn should_read_within_the_limits_what_an_older_version_stored() {
    let mut world = World::new();
    let made = world.create(fat());
    run_notes(&mut world);
    let id = ExecutionId(world.executions(made.id)[0].id);
    let mut record = world.state.execution(id).unwrap();
    for line in &mut record.logs {
        line.message = "l".repeat(1_000_000);
    }
    world.state.put_execution_as_it_is(&record);
    assert!(texts::is_bounded(&world.state.execution(id).unwrap()));
    let encoded = candid::encode_one(world.execution(id.0)).unwrap().len();
    assert!(
        encoded < limits::MAXIMUM_RECORD_BYTES + 32 * 1024,
        "{encoded}"
    );
}

#[test]
fn should_cut_messages_where_they_are_kept() {
    let mut world = World::new();
    let steps = vec![
        note(&"x".repeat(4_096)),
        NewStep::new(Action::Notification {
            channel: Channel::Inbox {},
            subject: "s".to_string(),
            message: "{{steps.0.result}}".repeat(8),
        }),
    ];
    world.create(CreateTaskRequest {
        steps,
        ..task(now_once())
    });
    let start = world.run_one();
    let budget = Budget {
        instructions: &|| 0,
        maximum_instructions: 1,
    };
    let Work::Slice(work) = &start.work else {
        panic!("a slice");
    };
    let (state, now) = (&mut world.state, world.now);
    let outcome =
        super::super::builtin::advance(state, now, start.execution_id, start.token, work, &budget);
    world.finish(&start, &outcome.unwrap());
    let kept = world
        .state
        .messages_of(owner().principal, MessageId(u64::MAX));
    let message = kept.into_iter().next().unwrap();
    assert!(message.message.ends_with(" (16384 bytes more)"));
}
