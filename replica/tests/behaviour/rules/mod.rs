//! The rules of the interface specification for what happens between messages, one a row: the
//! section, the rule in its words, a canister, and what is done to it.
//!
//! The canisters are made of the prelude in `support`: `get` answers with the canister's number,
//! `$set` and `$add` change it.

mod calls;
mod system;

use std::time::Duration;

use candid::Nat;
use chime_replica::{ErrorCode, InstallMode, Principal, RejectCode, Rejection, Replica};
use ic_management_canister_types::{CanisterSettings, UpdateSettingsArgs};

use crate::support::{add, controller, get, install, number, stepwise, stranger};

/// What is done, and what must come of it.
enum Step {
    /// An update call by a stranger, whose argument is the id of the other canister.
    Update(&'static str, Want),
    /// The same, without awaiting the answer.
    Submit(&'static str),
    Query(&'static str, Want),
    /// The canister's number.
    Number(u64),
    /// The number of the other canister.
    Other(u64),
    /// Time, and whatever becomes due in it, one thing after the other.
    Pass(Duration),
    /// At most so many rounds, of one message each.
    Rounds(usize),
    Stop,
    Start,
    Upgrade,
    /// The other canister is stopped and is not started again.
    StopOther,
    /// The canister's balance is set to this, and must be that in the end of the step list.
    Balance(u128),
}

/// How a call must end.
enum Want {
    Number(u64),
    Code(RejectCode),
    Error(ErrorCode),
    Anything,
}

use Step::{
    Balance, Number, Other, Pass, Query, Rounds, Start, Stop, StopOther, Submit, Update, Upgrade,
};

/// Section, rule, the fields of the canister's module, the steps.
struct Rule(&'static str, &'static str, &'static str, &'static [Step]);

const SECOND: Duration = Duration::from_secs(1);
const FIVE_SECONDS: Duration = Duration::from_secs(5);

/// What the other canister offers: `hit` counts and answers 5, `refuse` rejects, `fail` traps, `take`
/// accepts 100 cycles, `hold` never answers by itself but calls itself until `set`.
const OTHER: &str = r#"
(table funcref (elem $again $again))
(data (i32.const 1024) "no") (data (i32.const 1040) "ok")
(func $spin (call $call_self (i32.const 1040) (i32.const 2) (i32.const 0) (i32.const 1))
  (drop (call $perform)))
(func $again (param i32)
  (if (i64.eqz (call $get)) (then (call $spin)) (else (call $reply_number (i64.const 3)))))
(func (export "canister_update ok") (call $reply))
(func (export "canister_update hit") (call $add (i64.const 1)) (call $reply_number (i64.const 5)))
(func (export "canister_update refuse") (call $add (i64.const 1)) (call $reject (i32.const 1024) (i32.const 2)))
(func (export "canister_update fail") (call $add (i64.const 1)) (unreachable))
(func (export "canister_update silent") (call $add (i64.const 1)))
(func (export "canister_update take") (call $accept (i64.const 0) (i64.const 100) (i32.const 0))
  (call $reply_number (i64.load (i32.const 0))))
(func (export "canister_update due") (call $reply_number (call $deadline)))
(func (export "canister_query due_query") (call $reply_number (call $deadline)))
(func (export "canister_update hold") (call $spin))
"#;

struct World {
    replica: Replica,
    id: Principal,
    other: Principal,
    fields: &'static str,
}

/// A canister that may have as few cycles as a rule wants.
fn never_freeze(replica: &mut Replica, canister_id: Principal) {
    let settings = CanisterSettings {
        freezing_threshold: Some(Nat::from(0_u8)),
        ..CanisterSettings::default()
    };
    let arg = UpdateSettingsArgs {
        canister_id,
        settings,
        sender_canister_version: None,
    };
    replica
        .management_call(controller(), "update_settings", &arg)
        .unwrap();
}

impl World {
    fn new(fields: &'static str) -> Self {
        let mut replica = stepwise();
        let id = add(&mut replica, fields);
        let other = add(&mut replica, OTHER);
        Self {
            replica,
            id,
            other,
            fields,
        }
    }

    fn arg(&self) -> Vec<u8> {
        self.other.as_slice().to_vec()
    }

    /// Moves the time from one thing that is due to the next.
    fn pass(&mut self, duration: Duration) {
        let end_ns = self.replica.time_ns() + duration.as_nanos() as u64;
        // Messages that call themselves for ever keep the replica busy at any time.
        for _ in 0..20 {
            let next_ns = self.replica.next_wake_at().filter(|at| *at <= end_ns);
            let Some(next_ns) = next_ns else { break };
            self.replica.set_time_ns(next_ns);
            self.replica.execute_round();
        }
        self.replica.set_time_ns(end_ns);
        self.replica.run_until_idle(20);
    }

    fn balance(&mut self, cycles: u128, is_first: bool) {
        if is_first {
            never_freeze(&mut self.replica, self.id);
            self.replica.drain_cycles(&self.id, cycles);
        }
        assert_eq!(self.replica.canister_view(&self.id).unwrap().cycles, cycles);
    }

    fn take(&mut self, step: &Step, is_first: bool) {
        let (id, other, arg) = (self.id, self.other, self.arg());
        let replica = &mut self.replica;
        match step {
            Update(method, want) => {
                want.check(replica.update_call(stranger(), id, method, arg));
            }
            Submit(method) => {
                replica.submit_call(stranger(), id, method, arg).unwrap();
            }
            Query(method, want) => want.check(replica.query(stranger(), id, method, arg)),
            Number(number) => assert_eq!(get(replica, id), *number, "its number"),
            Other(number) => assert_eq!(get(replica, other), *number, "the other's number"),
            Pass(duration) => self.pass(*duration),
            Rounds(rounds) => {
                replica.run_until_idle(*rounds);
            }
            Stop => replica.stop_canister(controller(), id).unwrap(),
            Start => replica.start_canister(controller(), id).unwrap(),
            Upgrade => install(replica, id, InstallMode::Upgrade, self.fields).unwrap(),
            StopOther => replica.stop_canister(controller(), other).unwrap(),
            Balance(cycles) => self.balance(*cycles, is_first),
        }
    }
}

impl Want {
    #[track_caller]
    fn check(&self, result: Result<Vec<u8>, Rejection>) {
        match (self, &result) {
            (Self::Number(expected), Ok(reply)) => assert_eq!(number(reply), *expected),
            (Self::Code(expected), Err(rejection)) => assert_eq!(rejection.code, *expected),
            (Self::Error(expected), Err(rejection)) => {
                assert_eq!(rejection.error_code, *expected, "{rejection}");
            }
            (Self::Anything, Ok(_)) => {}
            _ => panic!("{result:?}"),
        }
    }
}

#[expect(
    clippy::print_stdout,
    reason = "shown with a rule that is broken: which step it was"
)]
fn follow(Rule(section, rule, fields, steps): &Rule) {
    let mut world = World::new(fields);
    for (index, step) in steps.iter().enumerate() {
        println!("{section}: {rule}: step {index}");
        world.take(step, index == 0);
    }
}

#[test]
fn should_follow_the_rules_of_the_interface_specification() {
    let rules = [
        calls::CALLS,
        calls::CYCLES,
        system::TASKS,
        system::QUERIES,
        system::STATE,
    ];
    let broken: Vec<_> = rules
        .into_iter()
        .flatten()
        .filter(|rule| std::panic::catch_unwind(|| follow(rule)).is_err())
        .map(|Rule(section, rule, ..)| format!("{section}: {rule}"))
        .collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn should_answer_an_ingress_message_to_an_empty_canister_by_a_rejection() {
    let mut replica = stepwise();
    let id = replica.create_canister(controller()).unwrap();
    let rejection = replica
        .update_call(stranger(), id, "get", Vec::new())
        .unwrap_err();
    assert_eq!(rejection.error_code, ErrorCode::CanisterWasmModuleNotFound);
}
