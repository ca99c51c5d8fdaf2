//! One hostile owner with every quota used to the full, beside nine ordinary owners, for a day in
//! slices: in each hour the hostile one is awake for a while, then its tasks are switched off, so
//! that a day takes minutes. Lags are those of the slots while it is awake.
//!
//! While something is due, rounds take a second each and execute as many instructions as a round of
//! the Internet Computer does: what has to wait is late.

use std::time::Duration;

use candid::{CandidType, Encode, Principal};
use chime_replica::{Replica, on_guest_stack};
use chime_types::{
    Action, Alert, AlertCondition, CallArguments, Channel, ClaimJobsRequest, CreateAlertRequest,
    CreateTaskRequest, ExecutionStatus, GetTaskExecutionsRequest, HttpAction, NewSchedule, NewStep,
    OverlapPolicy, PauseTaskRequest, Priority, PutSecretRequest, RetryPolicy, Rule, Task,
    TaskExecution, TaskExecutionPage, TaskRequest,
};

use crate::story::{Limits, Setting};
use crate::violation::{Violation, ensure};
use crate::world::{Modules, SECOND, World, owner};

/// Ordinary owners.
const ORDINARY: u8 = 9;
/// The hostile one.
const HOSTILE: u8 = 99;
/// Seconds between two slots of an ordinary task.
const INTERVAL_SECONDS: u64 = 10;
/// A slot that has not completed so long after the hostile owner's hour is lost.
const LATE: u64 = 120 * SECOND;
/// The highest 99th percentile of the lag, in nanoseconds.
pub const MAXIMUM_LAG: u64 = 10 * SECOND;

/// A day, with two minutes of each hour as hard as can be.
pub const DAY: Scale = Scale {
    hours: 24,
    busy_seconds: 120,
    tasks_of_a_kind: 4,
};

/// How long, and how hard.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// Hours.
    pub hours: u64,
    /// Seconds of each hour in which the hostile owner is awake.
    pub busy_seconds: u64,
    /// Tasks that the hostile owner has of each kind.
    pub tasks_of_a_kind: usize,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// Slots of the ordinary owners while the hostile one was awake.
    pub slots: u64,
    /// Those without a record that completed.
    pub lost: u64,
    /// The 99th percentile of their lag, in nanoseconds.
    pub p99: u64,
    /// The longest.
    pub longest: u64,
    /// Cycles that the scheduler burnt.
    pub cycles: u128,
}

/// Lives the same day without the hostile owner and with it, and holds one against the other.
///
/// # Errors
/// When the scheduler refuses an ordinary owner.
pub fn both(modules: &Modules, scale: Scale) -> Result<(Figures, Figures), Violation> {
    let day = |with_hostile| on_guest_stack(|| live(modules, with_hostile, scale));
    Ok((day(false)?, day(true)?))
}

/// Lives a day, with the hostile owner or without.
///
/// # Errors
/// When the scheduler refuses an ordinary owner.
pub fn live(modules: &Modules, with_hostile: bool, scale: Scale) -> Result<Figures, Violation> {
    let mut day = Day::begin(modules)?;
    if with_hostile {
        day.make_hostile_tasks(scale.tasks_of_a_kind);
    }
    let begun = day.world.now();
    let before = day.cycles();
    let mut account = Account::default();
    for hour in 1..=scale.hours {
        account.until = day.world.now();
        day.switch_hostile(true);
        day.be_hostile(scale.busy_seconds);
        day.switch_hostile(false);
        let awake_until = day.world.now();
        // What is late by then is lost.
        day.pass_until(awake_until + LATE);
        day.count(&mut account, awake_until)?;
        day.switch_ordinary(false);
        day.pass_until(begun + hour * 3_600 * SECOND);
        day.switch_ordinary(true);
    }
    let cycles = before.saturating_sub(day.cycles());
    Ok(account.figures(cycles))
}

/// Holds a day with the hostile owner against one without.
///
/// # Errors
/// When the ordinary owners lost a slot, or were late.
pub fn compare(without: &Figures, with: &Figures) -> Result<(), Violation> {
    ensure!(
        without.lost == 0 && with.lost == 0,
        Shares,
        "slots were lost: {without:?} without, {with:?} with the hostile owner"
    );
    // A lag within one round cannot be halved.
    let twice = (2 * without.p99).max(2 * SECOND);
    ensure!(
        with.p99 < MAXIMUM_LAG && with.p99 < twice,
        Shares,
        "late: {without:?} without, {with:?} with the hostile owner"
    );
    Ok(())
}

struct Day {
    world: World,
    ordinary: Vec<(Principal, u64)>,
    hostile: Vec<u64>,
}

/// What became of the slots of ordinary owners, counted hour by hour: a history holds fewer than those
/// of a day.
#[derive(Default)]
struct Account {
    /// Counted until then.
    until: u64,
    slots: u64,
    lost: u64,
    lags: Vec<u64>,
}

impl Account {
    fn figures(mut self, cycles: u128) -> Figures {
        self.lags.sort_unstable();
        let lags = &self.lags;
        let p99 = lags.get((lags.len() * 99 / 100).min(lags.len().max(1) - 1));
        Figures {
            slots: self.slots,
            lost: self.lost,
            p99: p99.copied().unwrap_or(u64::MAX),
            longest: lags.last().copied().unwrap_or(u64::MAX),
            cycles,
        }
    }
}

impl Day {
    fn begin(modules: &Modules) -> Result<Self, Violation> {
        let setting = Setting {
            fees: true,
            limits: Limits::Default,
        };
        let mut world = World::new(setting, modules);
        world.is_web_silent = true;
        let mut day = Self {
            world,
            ordinary: Vec::new(),
            hostile: Vec::new(),
        };
        for number in 0..ORDINARY {
            let who = owner(number);
            let note = NewStep::new(Action::Note {
                text: "still here".to_string(),
            });
            for step in [note, call(day.world.callee, "echo", "(\"x\")")] {
                let schedule = NewSchedule::new(Rule::Interval {
                    repeat_every_seconds: INTERVAL_SECONDS,
                    phase_seconds: Some(u64::from(number)),
                });
                let request = task("ordinary", vec![step], vec![schedule]);
                let made = day.world.ask::<Task>(who, "create_task", &request);
                let made = made.map_err(|refusal| {
                    Violation::new(crate::violation::Rule::Answers, format!("{refusal:?}"))
                })?;
                day.ordinary.push((who, made.id));
            }
        }
        Ok(day)
    }

    fn cycles(&self) -> u128 {
        let view = self.world.replica.canister_view(&self.world.scheduler);
        view.expect("the scheduler").cycles
    }

    /// As many tasks as it may have: each refusal is the end of a kind.
    fn make_hostile_tasks(&mut self, of_a_kind: usize) {
        for kind in hostile_kinds(&self.world) {
            for _ in 0..of_a_kind {
                let answer = self.world.ask::<Task>(owner(HOSTILE), "create_task", &kind);
                let Ok(made) = answer else { break };
                self.hostile.push(made.id);
            }
        }
        for number in 0..100 {
            let request = CreateAlertRequest {
                name: format!("alert {number}"),
                task_id: None,
                condition: AlertCondition::Failure {},
                channel: Channel::Webhook {
                    url: "https://slow.test/200".to_string(),
                    headers: None,
                },
                cooldown_seconds: Some(0),
            };
            let answer = self
                .world
                .ask::<Alert>(owner(HOSTILE), "create_alert", &request);
            if answer.is_err() {
                break;
            }
        }
    }

    /// Switches the ordinary tasks on or off: nothing is counted while the hostile owner sleeps.
    fn switch_ordinary(&mut self, on: bool) {
        for (who, task_id) in self.ordinary.clone() {
            self.switch(who, task_id, on);
        }
    }

    /// Switches the hostile tasks on or off. What is refused, such as for a budget that is used up,
    /// is what it may not do.
    fn switch_hostile(&mut self, on: bool) {
        for task_id in self.hostile.clone() {
            self.switch(owner(HOSTILE), task_id, on);
        }
    }

    fn switch(&mut self, who: Principal, task_id: u64, on: bool) {
        if on {
            let request = TaskRequest { task_id };
            drop(self.world.ask::<Task>(who, "resume_task", &request));
        } else {
            let request = PauseTaskRequest {
                task_id,
                reason: None,
                cancel_running: Some(true),
            };
            drop(self.world.ask::<Task>(who, "pause_task", &request));
        }
    }

    /// Claims its own jobs for as long as may be, and floods the timeline.
    fn be_hostile(&mut self, seconds: u64) {
        for second in 0..seconds {
            if !self.hostile.is_empty() {
                self.flood(second);
            }
            let until = self.world.now() + SECOND;
            self.pass_until(until);
        }
    }

    /// Sends as much as one may, and waits for no answer.
    fn flood(&mut self, second: u64) {
        let claim = ClaimJobsRequest {
            worker: "greedy".to_string(),
            queue: None,
            limit: Some(50),
            lease_seconds: Some(3_600),
        };
        self.send("claim_jobs", &claim);
        for number in 0..5 {
            let secret = PutSecretRequest {
                name: format!("S{number}"),
                secret: second.to_string(),
            };
            self.send("put_secret", &secret);
        }
        for task_id in self.hostile.clone() {
            self.send("run_task_now", &TaskRequest { task_id });
        }
    }

    fn send(&mut self, method: &str, request: &impl CandidType) {
        let arg = Encode!(request).expect("a request can be encoded");
        let scheduler = self.world.scheduler;
        // What is refused is what it may not do.
        drop(
            self.world
                .replica
                .submit_call(owner(HOSTILE), scheduler, method, arg),
        );
    }

    /// One round a second while something is due.
    fn pass_until(&mut self, end: u64) {
        let replica = &mut self.world.replica;
        while replica.time_ns() < end {
            let next = replica.next_wake_at().unwrap_or(end).min(end);
            if next > replica.time_ns() {
                replica.set_time_ns(next);
                continue;
            }
            replica.execute_round();
            advance_a_second(replica, end);
        }
    }

    /// Counts the slots since the last time until another one.
    fn count(&mut self, account: &mut Account, until: u64) -> Result<(), Violation> {
        let from = account.until;
        for (number, (who, task_id)) in self.ordinary.clone().into_iter().enumerate() {
            let step = INTERVAL_SECONDS * SECOND;
            let phase = (number as u64 / 2) * SECOND;
            let slots_until = |at: u64| (at + step - phase) / step;
            let expected = slots_until(until) - slots_until(from);
            let latest = self.latest(who, task_id)?;
            let ran = latest.iter().filter(|found| {
                (from + 1..=until).contains(&found.scheduled_at)
                    && found.status == ExecutionStatus::Completed
            });
            let before = account.lags.len();
            account.lags.extend(ran.map(|execution| {
                execution.started_at.unwrap_or(u64::MAX) - execution.scheduled_at
            }));
            let ran = (account.lags.len() - before) as u64;
            account.slots += expected;
            account.lost += expected.saturating_sub(ran);
        }
        account.until = until;
        Ok(())
    }

    /// The latest executions of a task, more than those of an hour.
    fn latest(&mut self, who: Principal, task_id: u64) -> Result<Vec<TaskExecution>, Violation> {
        let request = GetTaskExecutionsRequest {
            task_id,
            cursor: None,
            limit: Some(200),
            status: None,
        };
        let page = self
            .world
            .show::<TaskExecutionPage>(who, "get_task_executions", &request);
        let page = page.map_err(|refusal| {
            Violation::new(crate::violation::Rule::Answers, format!("{refusal:?}"))
        })?;
        Ok(page.executions)
    }
}

fn advance_a_second(replica: &mut Replica, end: u64) {
    let left = Duration::from_nanos(end - replica.time_ns());
    replica.advance_time(left.min(Duration::from_secs(1)));
}

/// What an ordinary quota lets an owner do: each kind takes something that all share.
fn hostile_kinds(world: &World) -> Vec<CreateTaskRequest> {
    let every_second = || NewSchedule {
        overlap: Some(OverlapPolicy::AllowAll),
        ..NewSchedule::new(Rule::Interval {
            repeat_every_seconds: 1,
            phase_seconds: None,
        })
    };
    let many = || (0..4).map(|_| every_second()).collect::<Vec<_>>();
    let note = NewStep::new(Action::Note {
        text: "x".repeat(4_096),
    });
    let command = NewStep {
        timeout_seconds: Some(86_400),
        ..NewStep::new(Action::Command {
            command: "sleep".to_string(),
            queue: None,
        })
    };
    let http = NewStep::new(Action::Http {
        request: HttpAction {
            max_response_bytes: Some(2_000_000),
            ..HttpAction::get("https://slow.test/200")
        },
    });
    let slow = call(world.callee, "slow", "(record { rounds = 200 : nat32 })");
    let failing = call(world.callee, "reject", "(\"no\")");
    [
        (command, vec![every_second()]),
        (note, many()),
        (http, vec![every_second()]),
        (slow, vec![every_second()]),
        (failing, vec![every_second()]),
    ]
    .into_iter()
    .map(|(step, schedules)| CreateTaskRequest {
        priority: Some(Priority::Urgent),
        ..task("hostile", vec![step], schedules)
    })
    .collect()
}

fn task(name: &str, steps: Vec<NewStep>, schedules: Vec<NewSchedule>) -> CreateTaskRequest {
    CreateTaskRequest {
        name: name.to_string(),
        steps,
        schedules,
        retry: Some(RetryPolicy {
            max_retries: 0,
            ..RetryPolicy::default()
        }),
        ..CreateTaskRequest::default()
    }
}

fn call(canister: Principal, method: &str, arguments: &str) -> NewStep {
    NewStep::new(Action::Call {
        canister,
        method: method.to_string(),
        arguments: Some(CallArguments::Text {
            value: arguments.to_string(),
        }),
        cycles: None,
        with_context: None,
        error_cases: None,
    })
}
