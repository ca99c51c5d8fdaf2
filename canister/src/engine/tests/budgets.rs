//! An owner's budget of cycles: what happens when it is used up, to whom, and until when.

use chime_types::{
    Callback, ErrorKind, EventKind, EventsSinceRequest, PageRequest, PutUserRequest, Quotas,
    RetryExecutionRequest, WaitReason,
};

use super::*;
use crate::engine::budget::{self, Kind};

const HOUR: u64 = 3_600;
const MAXIMUM: u64 = limits::DEFAULT_CYCLES_PER_HOUR;

impl World {
    fn spend(&mut self, cycles: u64) {
        let owner = owner().principal;
        budget::charge(&mut self.state, self.now, owner, Kind::Calls, cycles.into());
    }

    fn kinds_of_events(&self) -> Vec<EventKind> {
        let request = EventsSinceRequest {
            limit: Some(500),
            ..EventsSinceRequest::default()
        };
        let page = service::events_since(&self.state, owner(), &request).unwrap();
        page.events.into_iter().map(|event| event.kind).collect()
    }

    fn subjects(&self) -> Vec<String> {
        let page = service::get_inbox(&self.state, owner(), &PageRequest::default()).unwrap();
        page.messages.into_iter().map(|it| it.subject).collect()
    }

    fn set_quotas(&mut self, quotas: Quotas, role: Role) {
        let request = PutUserRequest {
            principal: owner().principal,
            name: None,
            role: Some(role),
            quotas: Some(quotas),
            disabled: None,
        };
        service::put_user(&mut self.state, admin(), self.now, request).unwrap();
    }
}

fn two_steps() -> CreateTaskRequest {
    CreateTaskRequest {
        steps: vec![call_step(), call_step()],
        ..task(now_once())
    }
}

#[test]
fn should_skip_slots_while_the_budget_is_used_up_and_run_them_in_the_next_hour() {
    let mut world = World::new();
    let made = world.create(task(every(600)));
    world.spend(budget::for_runs(MAXIMUM) - 1);
    world.pass(600);
    let start = world.run_one();
    world.succeed(&start);
    world.spend(1);
    world.pass(600);
    assert!(world.run().is_empty());
    let skipped = world.executions(made.id).pop().unwrap();
    assert_eq!(skipped.status, ExecutionStatus::Skipped);
    assert_eq!(skipped.cause, Some(Cause::BudgetUsedUp));
    assert_eq!(
        skipped.error.unwrap(),
        "skipped: the owner's cycles of this hour are used up (150000000000 but for a \
         reserve of 10%, maximum_cycles_per_hour); they reset at 2026-03-01T01:00:00Z"
    );
    world.now = START + HOUR * SECOND;
    let start = world.run_one();
    world.succeed(&start);
}

#[test]
fn should_let_who_used_its_budget_up_ask_now_and_then() {
    let mut world = World::new();
    let caller = Caller {
        is_controller: false,
        ..owner()
    };
    let say =
        |world: &mut World, method| service::changing(&mut world.state, caller, world.now, method);
    let ask = |world: &mut World| say(world, "put_secret");
    for _ in 0..100 {
        ask(&mut world).unwrap();
    }
    world.spend(MAXIMUM);
    world.now += 10 * SECOND;
    for _ in 0..limits::CHANGES_USED_UP_AT_ONCE {
        ask(&mut world).unwrap();
    }
    let may = |world: &World, method| service::may_change(&world.state, caller, world.now, method);
    may(&world, "put_secret").unwrap_err();
    may(&world, "complete_job").expect("what a worker did is taken");
    for method in ["heartbeat_job", "complete_job", "fail_job", "release_job"] {
        say(&mut world, method).unwrap();
    }
    let error = ask(&mut world).unwrap_err();
    let again_at = error.retry_at.unwrap();
    let latest = world.now + (limits::CHANGES_USED_UP_SECONDS + 1) * SECOND;
    assert!(again_at > world.now && again_at <= latest, "{error}");
    assert!(error.rule.contains("maximum_cycles_per_hour"), "{error}");
    world.now = again_at;
    may(&world, "put_secret").unwrap();
    ask(&mut world).unwrap();
    ask(&mut world).unwrap_err();
    world.now = START + HOUR * SECOND;
    for _ in 0..100 {
        ask(&mut world).expect("the budget began anew");
    }
}

#[test]
fn should_refuse_runs_on_request_until_the_budget_begins_anew() {
    let mut world = World::new();
    let made = world.create(task(every(86_400)));
    let run = world.run_now(made.id);
    let start = world.run_one();
    assert!(world.finish(&start, &Outcome::failed(Cause::CalleeTerminal, "no")));
    world.spend(MAXIMUM);
    let request = RunTaskNowRequest {
        task_id: made.id,
        idempotency_key: None,
        scheduled_at: None,
    };
    let again = RetryExecutionRequest {
        execution_id: run.id,
        from_start: None,
        from_step: None,
    };
    let now = world.now;
    let refused = [
        service::run_now(&mut world.state, owner(), now, request).unwrap_err(),
        service::retry_execution(&mut world.state, owner(), now, &again).unwrap_err(),
    ];
    for error in refused {
        assert_eq!(error.kind, ErrorKind::LimitExceeded);
        assert_eq!(error.retry_at, Some(START + HOUR * SECOND));
        assert!(
            error.to_string().contains("maximum_cycles_per_hour"),
            "{error}"
        );
    }
    world.now = START + HOUR * SECOND;
    world.run_now(made.id);
}

#[test]
fn should_let_what_is_under_way_wait_until_the_budget_begins_anew() {
    let mut world = World::new();
    let steps = world.create(two_steps());
    let retried = world.create(CreateTaskRequest {
        retry: Some(retries(3, 1)),
        ..task(now_once())
    });
    let starts = world.run();
    world.spend(MAXIMUM);
    world.succeed(&starts[0]);
    world.fail(&starts[1]);
    world.pass(10);
    assert!(world.run().is_empty());
    for (task, attempt) in [(steps.id, 0), (retried.id, 1)] {
        let waiting = &world.executions(task)[0];
        assert_eq!(waiting.status, ExecutionStatus::Ready);
        assert_eq!(waiting.waiting_for, Some(WaitReason::Budget));
        assert_eq!(waiting.wake_at, Some(START + HOUR * SECOND));
        assert_eq!(waiting.attempt, attempt);
    }
    assert_eq!(world.next_in_seconds(), Some(HOUR - 10));
    world.now = START + HOUR * SECOND;
    let starts = world.run();
    assert_eq!(starts.len(), 2);
    starts.iter().for_each(|start| world.succeed(start));
    assert_eq!(world.statuses(steps.id), [ExecutionStatus::Completed]);
}

#[test]
fn should_put_deliveries_off_and_give_their_places_to_others() {
    let mut world = World::new();
    world.create(CreateTaskRequest {
        callback: Some(Callback {
            canister: Principal::from_slice(&[8]),
            method: "ended".to_string(),
            error_cases: None,
        }),
        ..task(now_once())
    });
    let start = world.run_one();
    world.spend(MAXIMUM);
    world.succeed(&start);
    world.run();
    assert!(world.sent.is_empty());
    assert_eq!(world.state.deliveries_under_way(), 0);
    world.now = START + HOUR * SECOND;
    world.run();
    assert_eq!(world.sent.len(), 1);
}

#[test]
fn should_tell_an_owner_once_an_hour() {
    let mut world = World::new();
    world.create(task(every(60)));
    for hour in 1..3 {
        world.spend(MAXIMUM);
        for _ in 0..50 {
            world.pass(60);
            world.run();
        }
        let told = world.kinds_of_events();
        let told = told.iter().filter(|it| **it == EventKind::BudgetUsedUp);
        assert_eq!(told.count(), hour);
        assert_eq!(world.subjects().len(), hour);
        world.now = START + hour as u64 * HOUR * SECOND;
    }
    assert_eq!(world.subjects()[0], "Your budget of cycles is used up");
}

#[test]
fn should_wait_for_the_next_day_when_that_of_the_day_is_used_up() {
    let mut world = World::new();
    for _ in 0..10 {
        world.spend(limits::DEFAULT_CYCLES_PER_DAY / 10);
        world.pass(HOUR);
    }
    let until = START + 24 * HOUR * SECOND;
    let used_up = budget::used_up(&world.state, world.now, owner().principal).unwrap();
    assert_eq!(used_up.begins_anew_at, until);
    world.now = until - 1;
    assert!(budget::used_up(&world.state, world.now, owner().principal).is_some());
    world.now = until;
    assert!(budget::used_up(&world.state, world.now, owner().principal).is_none());
}

#[test]
fn should_go_by_the_quota_of_a_user_and_set_admins_and_controllers_no_limit() {
    let used_up = |world: &World| budget::used_up(&world.state, world.now, owner().principal);
    let mut world = World::new();
    let quotas = |hour, day| Quotas {
        maximum_cycles_per_hour: hour,
        maximum_cycles_per_day: day,
        ..Quotas::default()
    };
    let least = limits::MINIMUM_CYCLES_BUDGET;
    world.set_quotas(quotas(Some(2 * least), None), Role::User);
    world.spend(budget::for_runs(2 * least) - 1);
    assert!(used_up(&world).is_none());
    world.spend(1);
    assert!(used_up(&world).is_some());
    world.set_quotas(quotas(Some(3 * least), Some(2 * least)), Role::User);
    assert!(used_up(&world).unwrap().begins_anew_at > START + HOUR * SECOND);
    world.set_quotas(quotas(Some(least), None), Role::Operator);
    assert!(used_up(&world).is_some());
    world.set_quotas(quotas(Some(least), None), Role::Admin);
    assert!(used_up(&world).is_none());
    world.set_quotas(quotas(Some(least), None), Role::User);
    budget::note_control(&mut world.state, owner().principal, true);
    assert!(used_up(&world).is_none());
    let me = service::get_me(&world.state, owner(), world.now);
    assert_eq!(me.budget.unwrap().maximum_per_hour, None);
}

#[test]
fn should_refuse_budgets_out_of_bounds() {
    let mut world = World::new();
    let least = limits::MINIMUM_CYCLES_BUDGET;
    for (cycles, is_right) in [(least - 1, false), (least, true), (u64::MAX, true)] {
        for request in [
            ConfigureRequest {
                maximum_cycles_per_hour: Some(cycles),
                ..ConfigureRequest::default()
            },
            ConfigureRequest {
                maximum_cycles_per_day: Some(cycles),
                ..ConfigureRequest::default()
            },
        ] {
            let answer = service::configure(&mut world.state, admin(), START, request);
            assert_eq!(answer.is_ok(), is_right, "{cycles}");
        }
        let request = PutUserRequest {
            principal: owner().principal,
            name: None,
            role: None,
            quotas: Some(Quotas {
                maximum_cycles_per_day: Some(cycles),
                ..Quotas::default()
            }),
            disabled: None,
        };
        let answer = service::put_user(&mut world.state, admin(), START, request);
        assert_eq!(answer.is_ok(), is_right, "{cycles}");
    }
}

#[test]
fn should_count_without_an_end_and_show_who_spends_most() {
    let mut world = World::new();
    for number in 1..=limits::MAXIMUM_SPENDERS as u8 + 5 {
        let who = Principal::from_slice(&[number]);
        let cycles = u128::from(number) * 1_000;
        budget::charge(&mut world.state, START, who, Kind::Outcalls, cycles);
    }
    world.spend(u64::MAX);
    world.spend(u64::MAX);
    let platform = service::Platform {
        now: START,
        cycles: 1,
        stable_pages: 1,
        timer_armed_at: None,
        failed_in_a_row: 0,
    };
    let stats = service::stats(&world.state, admin(), &platform).unwrap();
    let spenders = stats.spenders.unwrap();
    assert_eq!(spenders.len(), limits::MAXIMUM_SPENDERS);
    assert_eq!(spenders[0].owner, owner().principal);
    assert_eq!(spenders[0].cycles_today, u64::MAX);
    assert!(spenders.is_sorted_by_key(|it| std::cmp::Reverse(it.cycles_today)));
    let own = service::stats(&world.state, owner(), &platform).unwrap();
    assert_eq!(own.spenders, None, "who spends what is for who sees all");
}
