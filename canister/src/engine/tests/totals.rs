//! Figures of all owners together: kept as things happen, the same as the sum over the owners.

use super::*;
use crate::engine::totals;

#[test]
fn should_equal_the_sum_over_the_owners() {
    let mut world = World::new();
    for caller in [owner(), stranger()] {
        for schedule in [now_once(), now_once(), every(60)] {
            let request = CreateTaskRequest {
                retry: Some(retries(0, 1)),
                ..task(schedule)
            };
            service::create(&mut world.state, caller, world.now, request).unwrap();
        }
    }
    let starts = world.run();
    world.pass(3);
    world.fail(&starts[0]);
    world.pass(4);
    world.succeed(&starts[1]);
    world.succeed(&starts[3]);
    // The two every minute: the first run hangs, the next slot is left out.
    world.pass(53);
    assert_eq!(world.run().len(), 2);
    world.pass(60);
    assert!(world.run().is_empty());
    let sums = totals(&world.state, world.now);
    let owners: Vec<_> = world.state.owners_after(None).map(|row| row.1).collect();
    let sum = |figure: fn(&crate::state::records::OwnerRecord) -> u64| -> u64 {
        owners.iter().map(figure).sum()
    };
    assert_eq!(owners.len(), 2);
    assert_eq!(sums.today.completed, sum(|owner| owner.completed));
    assert_eq!(sums.today.failed, sum(|owner| owner.failed));
    assert_eq!(sums.today.skipped, sum(|owner| owner.skipped));
    assert_eq!(
        (sums.today.completed, sums.today.failed, sums.today.skipped),
        (2, 1, 2)
    );
    let mut lags = crate::figures::Histogram::default();
    let mut durations = crate::figures::Histogram::default();
    for owner in &owners {
        lags.merge(&owner.figures.lags);
        durations.merge(&owner.figures.durations);
    }
    assert_eq!(sums.figures.lags, lags);
    assert_eq!(sums.figures.durations, durations);
}

#[test]
fn should_begin_the_figures_of_a_day_anew_and_keep_those_of_ever() {
    let mut world = World::new();
    world.create(task(now_once()));
    let start = world.run_one();
    world.succeed(&start);
    assert_eq!(totals(&world.state, world.now).today.completed, 1);
    world.pass(86_400);
    let tomorrow = totals(&world.state, world.now);
    assert_eq!(tomorrow.today, Default::default());
    assert_eq!(tomorrow.figures, Default::default());
    assert_eq!(tomorrow.ever.completed, 1);
    world.create(task(now_once()));
    let start = world.run_one();
    world.fail(&start);
    service::delete(&mut world.state, owner(), world.now, start.task_id.0).unwrap();
    let later = totals(&world.state, world.now);
    assert_eq!((later.today.completed, later.today.cancelled), (0, 1));
    assert_eq!((later.ever.completed, later.ever.cancelled), (1, 1));
}
