//! The engine, edge by edge, without a platform: a world of one store and a clock that the test
//! moves.

mod actions;
mod agenda;
mod alerts;
mod budget_waits;
mod budgets;
mod builtin_analytics;
mod builtin_backup;
mod builtin_cleanup;
mod builtin_damage;
mod builtin_maintenance;
mod builtin_restore;
mod builtin_uploads;
mod deliveries;
mod delivery_places;
mod dense;
mod edges;
mod filling;
mod forged;
mod held_back;
mod left_out;
mod left_out_ends;
mod let_go;
mod missed;
mod overlap;
mod owners;
mod pages;
mod past;
mod places;
mod records;
mod replays;
mod rights;
mod roles;
mod schedules;
mod settling;
mod shares;
mod slices;
mod stored;
mod totals;
mod transitions;
mod upkeep;
mod workers;

use candid::Principal;
use chime_types::{
    Action, Cause, ConfigureRequest, CreateTaskRequest, ExecutionStatus, NewSchedule, NewStep,
    OnUnknown, RetryPolicy, Role, Rule, RunTaskNowRequest, Task, TaskExecution, limits,
};

use super::builtin::maintenance::violations;
use super::{Budget, Effect, Outcome, Progress, Start, finish, next_tick_at, tick};
use crate::service::{self, Caller};
use crate::state::State;
use crate::state::keys::MessageId;
use crate::state::records::Payload;

const SECOND: u64 = limits::NANOSECONDS;
/// 2026-03-01T00:00:00Z
const START: u64 = 1_772_323_200 * SECOND;

/// A budget that is never spent.
fn ample() -> Budget<'static> {
    Budget {
        instructions: &|| 0,
        maximum_instructions: 1,
    }
}

struct World {
    state: State,
    now: u64,
    /// Messages and callbacks that were to be delivered.
    sent: Vec<(MessageId, Payload)>,
}

const SCHEDULER: [u8; 1] = [9];

fn someone(bytes: &[u8], role: Role) -> Caller {
    Caller {
        principal: Principal::from_slice(bytes),
        role,
        is_controller: false,
        scheduler: Principal::from_slice(&SCHEDULER),
    }
}

fn owner() -> Caller {
    someone(&[1, 2, 3], Role::User)
}

fn stranger() -> Caller {
    someone(&[4, 5, 6], Role::User)
}

fn admin() -> Caller {
    someone(&[1, 1, 1], Role::Admin)
}

fn call_step() -> NewStep {
    NewStep::new(Action::Call {
        canister: Principal::from_slice(&[7, 7]),
        method: "work".to_string(),
        arguments: None,
        cycles: None,
        with_context: None,
        error_cases: None,
    })
}

fn every(seconds: u64) -> NewSchedule {
    NewSchedule::new(Rule::Interval {
        repeat_every_seconds: seconds,
        phase_seconds: None,
    })
}

fn now_once() -> NewSchedule {
    NewSchedule::new(Rule::Once { run_at: None })
}

fn task(schedule: NewSchedule) -> CreateTaskRequest {
    CreateTaskRequest {
        name: "job".to_string(),
        steps: vec![call_step()],
        schedules: vec![schedule],
        ..CreateTaskRequest::default()
    }
}

fn retries(count: u32, delay: u64) -> RetryPolicy {
    RetryPolicy {
        max_retries: count,
        initial_delay_seconds: delay,
        factor_percent: 200,
        maximum_delay_seconds: 1_000_000,
        ..RetryPolicy::default()
    }
}

/// Whatever a test did, it leaves a store that agrees with itself.
impl Drop for World {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let violations = violations(&self.state);
            assert!(violations.is_empty(), "{violations:#?}");
        }
    }
}

impl World {
    fn new() -> Self {
        Self {
            state: State::open(),
            now: START,
            sent: Vec::new(),
        }
    }

    /// A world with another configuration.
    fn configured(request: ConfigureRequest) -> Self {
        let mut world = Self::new();
        world.configure(request);
        world
    }

    fn configure(&mut self, request: ConfigureRequest) {
        service::configure(&mut self.state, admin(), self.now, request).unwrap();
    }

    fn run_now(&mut self, task_id: u64) -> TaskExecution {
        let request = RunTaskNowRequest {
            task_id,
            idempotency_key: None,
            scheduled_at: None,
        };
        service::run_now(&mut self.state, owner(), self.now, request).unwrap()
    }

    fn execution(&self, id: u64) -> TaskExecution {
        service::get_execution(&self.state, owner(), id).unwrap()
    }

    fn create(&mut self, request: CreateTaskRequest) -> Task {
        service::create(&mut self.state, owner(), self.now, request).unwrap()
    }

    fn pass(&mut self, seconds: u64) {
        self.now += seconds * SECOND;
    }

    /// Ticks until nothing is due.
    fn run(&mut self) -> Vec<Start> {
        let mut starts = Vec::new();
        loop {
            let decided = tick(&mut self.state, self.now, &ample());
            for effect in decided.effects {
                match effect {
                    Effect::Attempt(start) => starts.push(*start),
                    Effect::Deliver(parcel) => self.sent.push((parcel.id, parcel.payload)),
                }
            }
            if decided.progress == Progress::Idle {
                return starts;
            }
        }
    }

    /// Runs what is due, which is one attempt.
    fn run_one(&mut self) -> Start {
        let mut starts = self.run();
        assert_eq!(starts.len(), 1, "{starts:?}");
        starts.remove(0)
    }

    fn finish(&mut self, start: &Start, outcome: &Outcome) -> bool {
        finish(
            &mut self.state,
            self.now,
            start.execution_id,
            start.token,
            outcome,
        )
    }

    fn succeed(&mut self, start: &Start) {
        let outcome = Outcome::Completed {
            result: "(1)".to_string(),
            log: None,
        };
        assert!(self.finish(start, &outcome));
    }

    fn fail(&mut self, start: &Start) {
        assert!(self.finish(start, &Outcome::failed(Cause::Rejected, "broken")));
    }

    fn executions(&self, task_id: u64) -> Vec<TaskExecution> {
        let request = chime_types::GetTaskExecutionsRequest {
            task_id,
            cursor: None,
            limit: Some(500),
            status: None,
        };
        let page = service::executions(&self.state, owner(), &request, &ample()).unwrap();
        page.executions.into_iter().rev().collect()
    }

    fn statuses(&self, task_id: u64) -> Vec<ExecutionStatus> {
        self.executions(task_id)
            .iter()
            .map(|execution| execution.status)
            .collect()
    }

    fn get(&self, task_id: u64) -> Task {
        service::get(&self.state, owner(), task_id).unwrap()
    }

    fn next_in_seconds(&self) -> Option<u64> {
        next_tick_at(&self.state, self.now).map(|at| at.saturating_sub(self.now) / SECOND)
    }
}
