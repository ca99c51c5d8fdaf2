//! One hostile owner with every quota used to the full, beside nine ordinary owners, for a day.
//!
//! The hostile one makes as many tasks, schedules and alerts as it may, and floods the scheduler with
//! requests. Its runs stop when its budget of an hour is used up, and go on with the next hour.
//!
//! While something is due, rounds take a second each and execute as many instructions as a round of
//! the Internet Computer does: what has to wait is late.

use std::time::Duration;

use candid::{CandidType, Encode, Principal};
use chime_replica::{Replica, on_guest_stack};
use chime_types::{
    Action, Alert, AlertCondition, CallArguments, Channel, ClaimJobsRequest, CreateAlertRequest,
    CreateTaskRequest, EmptyRequest, ExecutionStatus, GetTaskExecutionsRequest, HttpAction,
    NewSchedule, NewStep, OverlapPolicy, Priority, PutSecretRequest, RetryPolicy, Rule,
    SpentCycles, Task, TaskExecution, TaskExecutionPage, TaskRequest, User, limits,
};

use crate::story::{Limits, Setting};
use crate::violation::{Violation, ensure};
use crate::world::{Modules, SECOND, World, owner};

/// Ordinary owners.
const ORDINARY: u8 = 9;
/// The hostile one.
const HOSTILE: u8 = 99;
/// Seconds between two slots of an ordinary task.
const INTERVAL_SECONDS: u64 = 30;
/// A slot that has not completed after so long is lost.
const LATE: u64 = 120 * SECOND;
/// The highest 99th percentile of the lag, in nanoseconds.
pub const MAXIMUM_LAG: u64 = 10 * SECOND;
/// The hostile owner floods the scheduler with requests for so long at the beginning of each hour, and
/// then once in a while.
const FLOOD_SECONDS: u64 = 60;
const FLOOD_AGAIN_SECONDS: u64 = 300;
const HOUR_SECONDS: u64 = 3_600;

/// How many hours a day has.
pub const DAY: u64 = 24;

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Slots of the ordinary owners.
    pub slots: u64,
    /// Those without a record that completed.
    pub lost: u64,
    /// The 99th percentile of their lag, in nanoseconds.
    pub p99: u64,
    /// The longest.
    pub longest: u64,
    /// Cycles that the scheduler burnt.
    pub cycles: u128,
    /// What the hostile owner had.
    pub hostile: Hostile,
}

/// What the hostile owner had.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hostile {
    /// Tasks, all that it may have.
    pub tasks: usize,
    /// Alerts, all that it may have.
    pub alerts: usize,
    /// Cycles that were spent for it, as the scheduler counts them.
    pub spent: u64,
    /// The most in an hour.
    pub most_an_hour: u64,
    /// What that was spent on.
    pub dearest_hour: SpentCycles,
    /// What may be spent for it in an hour.
    pub budget_an_hour: u64,
    /// What may be spent for it in a day.
    pub budget_a_day: u64,
    /// Hours in which that was used up.
    pub hours_used_up: u64,
}

/// Lives the same day without the hostile owner and with it. `tell` is told how far it is.
///
/// # Errors
/// When the scheduler refuses an ordinary owner.
pub fn both(
    modules: &Modules,
    hours: u64,
    tell: &(dyn Fn(String) + Sync),
) -> Result<(Figures, Figures), Violation> {
    let day = |with_hostile| on_guest_stack(|| live(modules, with_hostile, hours, tell));
    Ok((day(false)?, day(true)?))
}

/// Lives a day, with the hostile owner or without.
///
/// # Errors
/// When the scheduler refuses an ordinary owner.
pub fn live(
    modules: &Modules,
    with_hostile: bool,
    hours: u64,
    tell: &(dyn Fn(String) + Sync),
) -> Result<Figures, Violation> {
    let mut day = Day::begin(modules)?;
    let mut hostile = Hostile::default();
    if with_hostile {
        day.make_hostile_tasks(&mut hostile);
    }
    let before = day.cycles();
    let mut account = Account {
        until: day.world.now(),
        ..Account::default()
    };
    for hour in 1..=hours {
        // The account of an hour is read before the next one begins.
        let end = (day.world.now() / SECOND / HOUR_SECONDS + 1) * HOUR_SECONDS - 2;
        day.be_hostile(end);
        if with_hostile {
            day.read_budget(&mut hostile)?;
        }
        let settled = day.world.now().saturating_sub(LATE);
        day.count(&mut account, settled)?;
        tell(format!(
            "hour {hour} of {hours}: {} slots, {} lost, {} cycles spent for the hostile owner",
            account.slots, account.lost, hostile.spent
        ));
        day.pass_until((end + 2) * SECOND);
    }
    let cycles = before.saturating_sub(day.cycles());
    Ok(account.figures(cycles, hostile))
}

/// Holds a day with the hostile owner against one without.
///
/// # Errors
/// When the ordinary owners lost a slot, or were late, when more was spent for the hostile one than it
/// may, or when it did not use up what it may: then nothing is shown.
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
    let hostile = &with.hostile;
    ensure!(
        hostile.hours_used_up > 0,
        Shares,
        "its budget was never used up: {hostile:?}"
    );
    ensure!(
        hostile.most_an_hour <= hostile.budget_an_hour && hostile.spent <= hostile.budget_a_day,
        Shares,
        "more was spent for it than may be: {hostile:?}"
    );
    let burnt = with.cycles.saturating_sub(without.cycles);
    ensure!(
        burnt <= u128::from(hostile.budget_a_day),
        Shares,
        "{burnt} cycles were burnt for it: {hostile:?}"
    );
    Ok(())
}

struct Day {
    world: World,
    ordinary: Vec<(Principal, u64)>,
    /// The tasks of the hostile owner.
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
    fn figures(mut self, cycles: u128, hostile: Hostile) -> Figures {
        self.lags.sort_unstable();
        let lags = &self.lags;
        let p99 = lags.get((lags.len() * 99 / 100).min(lags.len().max(1) - 1));
        Figures {
            slots: self.slots,
            lost: self.lost,
            p99: p99.copied().unwrap_or(u64::MAX),
            longest: lags.last().copied().unwrap_or(u64::MAX),
            cycles,
            hostile,
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

    /// As many tasks and alerts as it may have: until each kind is refused.
    fn make_hostile_tasks(&mut self, hostile: &mut Hostile) {
        let mut kinds = hostile_kinds(&self.world);
        while !kinds.is_empty() {
            kinds.retain(|kind| {
                let answer = self.world.ask::<Task>(owner(HOSTILE), "create_task", kind);
                self.hostile
                    .extend(answer.as_ref().ok().map(|task| task.id));
                answer.is_ok()
            });
        }
        hostile.tasks = self.hostile.len();
        for number in 0..limits::MAXIMUM_ALERTS {
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
            hostile.alerts += usize::from(answer.is_ok());
        }
    }

    /// Lives until a time in seconds, floods the scheduler with requests, and claims its own jobs for as
    /// long as may be.
    fn be_hostile(&mut self, end: u64) {
        let begun = self.world.now() / SECOND;
        for second in begun..end {
            let passed = second - begun;
            let is_flood = passed < FLOOD_SECONDS || passed.is_multiple_of(FLOOD_AGAIN_SECONDS);
            if is_flood && !self.hostile.is_empty() {
                self.flood(second);
            }
            self.pass_until((second + 1) * SECOND);
        }
    }

    /// What was spent for it in the hour that ends.
    fn read_budget(&mut self, hostile: &mut Hostile) -> Result<(), Violation> {
        let me = self
            .world
            .show::<User>(owner(HOSTILE), "get_me", &EmptyRequest {});
        let me = me.map_err(|refusal| {
            Violation::new(crate::violation::Rule::Answers, format!("{refusal:?}"))
        })?;
        let Some(budget) = me.budget else {
            return Ok(());
        };
        let hour = budget.this_hour.total();
        hostile.spent += hour;
        if hour > hostile.most_an_hour {
            hostile.most_an_hour = hour;
            hostile.dearest_hour = budget.this_hour;
        }
        hostile.budget_an_hour = budget.maximum_per_hour.unwrap_or(u64::MAX);
        hostile.budget_a_day = budget.maximum_per_day.unwrap_or(u64::MAX);
        hostile.hours_used_up += u64::from(budget.begins_anew_at.is_some());
        Ok(())
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
    let many = || (0..4).map(|_| every_second()).collect();
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
    let by_hand = vec![NewSchedule {
        disabled: Some(true),
        ..every_second()
    }];
    [
        (command, vec![every_second()]),
        (note.clone(), many()),
        (http, vec![every_second()]),
        (slow, vec![every_second()]),
        (failing, vec![every_second()]),
        // When no further slots are allowed, it is run by requests.
        (note, by_hand),
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
