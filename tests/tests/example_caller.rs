//! The example canister has the scheduler call it back, on the real wasm in virtual time.

use std::time::Duration;

use candid::utils::ArgumentEncoder;
use candid::{CandidType, Deserialize, Principal};
use chime_replica::{InstallMode, Replica, ReplicaConfig};
use chime_tests::module;
use chime_types::{ExecutionContext, ExecutionFinished, ExecutionStatus};
use serde::de::DeserializeOwned;

const OWNER: Principal = Principal::from_slice(&[1, 2]);
const STRANGER: Principal = Principal::from_slice(&[3, 2]);

#[derive(CandidType)]
struct ScheduleMe {
    scheduler: Principal,
    repeat_every_seconds: u64,
}

#[derive(CandidType, Deserialize, Debug)]
struct Scheduled {
    task_id: u64,
}

#[derive(CandidType)]
struct TickNow {
    key: String,
}

#[derive(CandidType, Deserialize, Debug)]
struct Ended {
    execution_id: u64,
    status: ExecutionStatus,
    result: Option<String>,
}

#[derive(CandidType, Deserialize, Debug, PartialEq, Eq)]
enum CallerError {
    #[serde(rename = "not_controller")]
    NotController,
    #[serde(rename = "already_scheduled")]
    AlreadyScheduled { scheduler: Principal, task_id: u64 },
    #[serde(rename = "not_scheduled")]
    NotScheduled,
    #[serde(rename = "refused")]
    Refused(chime_types::Error),
    #[serde(rename = "rejected")]
    Rejected { code: u32, message: String },
    #[serde(rename = "not_sent")]
    NotSent,
    #[serde(rename = "unknown")]
    Unknown,
    #[serde(rename = "not_finished")]
    NotFinished { execution_id: u64 },
    #[serde(rename = "not_a_scheduler")]
    NotAScheduler,
}

/// A network with a scheduler and the example.
struct Example {
    replica: Replica,
    scheduler: Principal,
    caller: Principal,
}

impl Example {
    fn new() -> Self {
        Self::on(ReplicaConfig::default())
    }

    fn on(config: ReplicaConfig) -> Self {
        let mut replica = Replica::new(config);
        let scheduler = deploy(&mut replica, "scheduler");
        let caller = deploy(&mut replica, "caller");
        Self {
            replica,
            scheduler,
            caller,
        }
    }

    fn schedule(&mut self, sender: Principal, seconds: u64) -> Result<Scheduled, CallerError> {
        let request = ScheduleMe {
            scheduler: self.scheduler,
            repeat_every_seconds: seconds,
        };
        self.answer(sender, "schedule_me", (request,))
    }

    fn unschedule(&mut self) -> Result<Scheduled, CallerError> {
        self.answer(OWNER, "unschedule_me", ())
    }

    fn tick_now(&mut self, sender: Principal, key: &str) -> Result<Ended, CallerError> {
        let key = key.to_string();
        self.answer(sender, "tick_now", (TickNow { key },))
    }

    fn answer<T: CandidType + DeserializeOwned>(
        &mut self,
        sender: Principal,
        method: &str,
        arguments: impl ArgumentEncoder,
    ) -> Result<T, CallerError> {
        let bytes = candid::encode_args(arguments).expect("arguments");
        let answer = self.replica.update_call(sender, self.caller, method, bytes);
        candid::decode_one(&answer.expect("an answer")).expect("the answer of the interface")
    }

    fn count(&mut self) -> u64 {
        self.query("count")
    }

    fn last_outcome(&mut self) -> Option<ExecutionFinished> {
        self.query("last_outcome")
    }

    fn query<T: CandidType + DeserializeOwned>(&mut self, method: &str) -> T {
        let nothing = candid::encode_args(()).expect("arguments");
        let answer = self.replica.query(OWNER, self.caller, method, nothing);
        candid::decode_one(&answer.expect("an answer")).expect("the answer of the interface")
    }

    /// Calls a method of the example that only the scheduler may call.
    fn intrude(&mut self, sender: Principal, method: &str, argument: &impl CandidType) -> String {
        let bytes = candid::encode_one(argument).expect("arguments");
        let answer = self.replica.update_call(sender, self.caller, method, bytes);
        answer.expect_err("a rejection").message
    }

    /// Lets time pass from one event to the next.
    fn pass(&mut self, seconds: u64) {
        let duration = Duration::from_secs(seconds);
        let end = self.replica.time_ns() + u64::try_from(duration.as_nanos()).expect("a duration");
        self.settle();
        while let Some(next) = self.replica.next_wake_at().filter(|next| *next <= end) {
            self.replica.set_time_ns(next);
            self.settle();
        }
        self.replica.set_time_ns(end);
    }

    fn settle(&mut self) {
        assert!(self.replica.run_until_idle(1_000) < 1_000, "no rest");
    }
}

fn deploy(replica: &mut Replica, name: &str) -> Principal {
    let id = replica.create_canister(OWNER).expect("a canister");
    let nothing = candid::encode_args(()).expect("arguments");
    replica
        .install_code(OWNER, id, InstallMode::Install, module(name), nothing)
        .expect("installed");
    id
}

#[test]
fn should_be_called_once_for_every_interval() {
    let mut example = Example::new();
    example.schedule(OWNER, 10).unwrap();
    example.pass(35);
    assert_eq!(example.count(), 3);
    example.pass(10);
    assert_eq!(example.count(), 4);
}

#[test]
fn should_make_one_task_and_delete_it_again() {
    let mut example = Example::new();
    let made = example.schedule(OWNER, 10).unwrap();
    assert_eq!(
        example.schedule(OWNER, 10).unwrap_err(),
        CallerError::AlreadyScheduled {
            scheduler: example.scheduler,
            task_id: made.task_id
        }
    );
    example.pass(10);
    example.unschedule().unwrap();
    example.pass(100);
    assert_eq!(example.count(), 1);
    assert_eq!(example.unschedule().unwrap_err(), CallerError::NotScheduled);
    example.schedule(OWNER, 10).unwrap();
    example.pass(10);
    assert_eq!(example.count(), 2);
}

#[test]
fn should_listen_to_controllers_and_to_the_scheduler_only() {
    let mut example = Example::new();
    assert_eq!(
        example.schedule(STRANGER, 10).unwrap_err(),
        CallerError::NotController
    );
    example.schedule(OWNER, 10).unwrap();
    assert_eq!(
        example.tick_now(STRANGER, "x").unwrap_err(),
        CallerError::NotController
    );
    let forged = ExecutionContext {
        task_id: 1,
        execution_id: 1,
        scheduled_at: 0,
        step: 0,
        attempt: 1,
        fencing_token: 1,
        user: OWNER,
    };
    for method in ["on_tick", "on_finished"] {
        let message = example.intrude(OWNER, method, &forged);
        assert!(
            message.contains("only the scheduler may call this"),
            "{message}"
        );
    }
    assert_eq!(example.count(), 0);
    assert_eq!(example.last_outcome(), None);
}

#[test]
fn should_be_told_how_each_run_ended() {
    let mut example = Example::new();
    let made = example.schedule(OWNER, 10).unwrap();
    assert_eq!(example.last_outcome(), None);
    for count in 1..=3u64 {
        example.pass(10);
        let outcome = example.last_outcome().unwrap();
        assert_eq!(
            (outcome.task_id, outcome.task_name.as_str()),
            (made.task_id, "tick")
        );
        assert_eq!(outcome.status, ExecutionStatus::Completed);
        assert_eq!(outcome.result, Some(format!("({count} : nat64)")));
        assert_eq!(example.count(), count);
    }
}

#[test]
fn should_await_a_run_that_happens_once_for_each_key() {
    // Time passes while the example waits: one message fills a round.
    let mut example = Example::on(ReplicaConfig {
        round_instructions: 1,
        ..ReplicaConfig::default()
    });
    assert_eq!(
        example.tick_now(OWNER, "first").unwrap_err(),
        CallerError::NotScheduled
    );
    example.schedule(OWNER, 3_600).unwrap();
    let first = example.tick_now(OWNER, "first").unwrap();
    assert_eq!(first.status, ExecutionStatus::Completed);
    assert_eq!(first.result.as_deref(), Some("(1 : nat64)"));
    let again = example.tick_now(OWNER, "first").unwrap();
    assert_eq!(again.execution_id, first.execution_id);
    let second = example.tick_now(OWNER, "second").unwrap();
    assert_ne!(second.execution_id, first.execution_id);
    assert_eq!(example.count(), 2);
    example.pass(0);
    let outcome = example.last_outcome().unwrap();
    assert_eq!(outcome.execution_id, second.execution_id);
}

#[test]
fn should_pass_the_schedulers_error_on() {
    let mut example = Example::new();
    let CallerError::Refused(error) = example.schedule(OWNER, 0).unwrap_err() else {
        panic!("the scheduler took an interval of no length");
    };
    assert_eq!(
        error.field.as_deref(),
        Some("schedules[0].rule.interval.repeat_every_seconds")
    );
}

#[test]
fn should_say_what_became_of_a_call_that_did_not_arrive() {
    let mut example = Example::new();
    let real = std::mem::replace(&mut example.scheduler, Principal::from_slice(&[9, 9, 1]));
    let error = example.schedule(OWNER, 10).unwrap_err();
    assert!(matches!(error, CallerError::Rejected { .. }), "{error:?}");
    example.scheduler = real;
    example.schedule(OWNER, 10).unwrap();
    example.pass(10);
    assert_eq!(example.count(), 1);
}

#[test]
fn should_go_on_counting_after_upgrades_of_both() {
    let mut example = Example::new();
    example.schedule(OWNER, 10).unwrap();
    example.pass(25);
    for (id, name) in [(example.scheduler, "scheduler"), (example.caller, "caller")] {
        let nothing = candid::encode_args(()).unwrap();
        example
            .replica
            .install_code(OWNER, id, InstallMode::Upgrade, module(name), nothing)
            .unwrap();
    }
    example.pass(10);
    assert_eq!(example.count(), 3);
}
