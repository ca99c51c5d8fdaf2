//! What the system does by itself, queries, and what a canister sees of its own state.

use std::time::Duration;

use chime_replica::{ErrorCode, RejectCode};

use super::Step::{Number, Pass, Query, Rounds, Start, Stop, Update, Upgrade};
use super::Want::{self, Anything, Code};
use super::{FIVE_SECONDS, Rule, SECOND};

const TIMER: &str = r#"
(func (export "canister_update arm")
  (call $reply_number (call $timer_set (i64.add (call $time) (i64.const 1000000000)))))
(func (export "canister_update disarm") (call $reply_number (call $timer_set (i64.const 0))))
(func (export "canister_update arm_and_fail") (drop (call $timer_set (i64.const 1))) (unreachable))
(func (export "canister_global_timer") (call $add (i64.const 1)))
"#;

const FAILING_TIMER: &str = r#"
(func (export "canister_update arm")
  (call $reply_number (call $timer_set (i64.add (call $time) (i64.const 1000000000)))))
(func (export "canister_global_timer") (call $add (i64.const 1))
  (drop (call $timer_set (call $time))) (unreachable))
"#;

const INSPECTING: &str = r#"
(func (export "canister_inspect_message") (call $set (i64.const 50))
  (if (i32.ne (call $name_size) (i32.const 6)) (then (call $accept_message))))
"#;

pub(super) const TASKS: &[Rule] = &[
    Rule(
        "Global timer",
        "called when the time has passed its value, once",
        TIMER,
        &[
            Update("arm", Want::Number(0)),
            Pass(Duration::from_millis(999)),
            Number(0),
            Pass(Duration::from_millis(1)),
            Number(1),
            Pass(Duration::from_secs(60)),
            Number(1),
        ],
    ),
    Rule(
        "Global timer",
        "zero deactivates it",
        TIMER,
        &[
            Update("arm", Want::Number(0)),
            Update("disarm", Anything),
            Pass(FIVE_SECONDS),
            Number(0),
        ],
    ),
    Rule(
        "Global timer",
        "a message that traps has not set it",
        TIMER,
        &[
            Update("arm_and_fail", Code(RejectCode::CanisterError)),
            Pass(SECOND),
            Number(0),
        ],
    ),
    Rule(
        "Global timer",
        "deactivated once it is scheduled, even if it traps",
        FAILING_TIMER,
        &[
            Update("arm", Want::Number(0)),
            Pass(FIVE_SECONDS),
            Number(0),
            Update("arm", Want::Number(0)),
        ],
    ),
    Rule(
        "Global timer",
        "deactivated by changes of the module",
        TIMER,
        &[
            Update("arm", Want::Number(0)),
            Upgrade,
            Pass(FIVE_SECONDS),
            Number(0),
        ],
    ),
    Rule(
        "Global timer",
        "a stopped canister is not called before it is started",
        TIMER,
        &[
            Update("arm", Want::Number(0)),
            Stop,
            Pass(FIVE_SECONDS),
            Start,
            Rounds(5),
            Number(1),
        ],
    ),
    Rule(
        "Heartbeat",
        "called by the system, without a caller to respond to",
        "(func (export \"canister_heartbeat\") (call $add (i64.const 1)))",
        &[Rounds(5), Number(1), Pass(SECOND), Number(2)],
    ),
    Rule(
        "Heartbeat",
        "changes of one that traps are discarded",
        "(func (export \"canister_heartbeat\") (call $add (i64.const 1)) (unreachable))",
        &[Pass(SECOND), Number(0)],
    ),
    Rule(
        "Heartbeat",
        "cannot reply",
        "(func (export \"canister_heartbeat\") (call $add (i64.const 1)) (call $reply))",
        &[Pass(SECOND), Number(0)],
    ),
];

pub(super) const QUERIES: &[Rule] = &[
    Rule(
        "Replicated execution",
        "changes of a query are discarded, in replicated mode too",
        "(func (export \"canister_query q\") (call $add (i64.const 1)) (call $reply_number (call $get)))",
        &[
            Query("q", Want::Number(1)),
            Update("q", Want::Number(1)),
            Number(0),
        ],
    ),
    Rule(
        "Replicated execution",
        "composite queries run in non-replicated mode only",
        "(func (export \"canister_composite_query q\") (call $reply_number (i64.const 1)))",
        &[
            Query("q", Want::Number(1)),
            Update(
                "q",
                Want::Error(ErrorCode::CompositeQueryCalledInReplicatedMode),
            ),
        ],
    ),
    Rule(
        "Replicated execution check",
        "1 in replicated mode, 0 otherwise",
        "(func (export \"canister_query q\") (call $reply_number (i64.extend_i32_u (call $is_replicated))))",
        &[Query("q", Want::Number(0)), Update("q", Want::Number(1))],
    ),
    Rule(
        "Performance counter",
        "the counter of a composite query rises over its callbacks",
        r#"(table funcref (elem $then)) (data (i32.const 1024) "get")
        (func $then (param i32) (call $reply_number (i64.extend_i32_u
          (i64.gt_u (call $counter (i32.const 1))
            (i64.add (call $counter (i32.const 0)) (i64.const 5000))))))
        (func (export "canister_composite_query q")
          (call $call_arg (i32.const 1024) (i32.const 3) (i32.const 0) (i32.const 0))
          (drop (call $perform)))"#,
        &[Query("q", Want::Number(1))],
    ),
    Rule(
        "Performance counter",
        "the counter of a call context rises over its callbacks",
        r#"(table funcref (elem $then)) (data (i32.const 1024) "get")
        (func $then (param i32) (call $reply_number (i64.extend_i32_u
          (i64.gt_u (call $counter (i32.const 1))
            (i64.add (call $counter (i32.const 0)) (i64.const 5000))))))
        (func (export "canister_update u")
          (call $call_arg (i32.const 1024) (i32.const 3) (i32.const 0) (i32.const 0))
          (drop (call $perform)))"#,
        &[Update("u", Want::Number(1))],
    ),
    Rule(
        "Ingress message inspection",
        "a message that is not accepted is denied, and inspection \
        changes nothing",
        INSPECTING,
        &[
            Update("denied", Want::Error(ErrorCode::CanisterRejectedMessage)),
            Number(0),
        ],
    ),
    Rule(
        "Ingress message inspection",
        "not for query calls",
        INSPECTING,
        &[Query(
            "denied",
            Want::Error(ErrorCode::CanisterMethodNotFound),
        )],
    ),
    Rule(
        "Ingress message inspection",
        "a trap denies as well",
        "(func (export \"canister_inspect_message\") (call $accept_message) (unreachable))",
        &[Update("get", Want::Error(ErrorCode::CanisterTrapped))],
    ),
    Rule(
        "Ingress message inspection",
        "accepting twice traps",
        "(func (export \"canister_inspect_message\") (call $accept_message) (call $accept_message))",
        &[Update(
            "get",
            Want::Error(ErrorCode::CanisterContractViolation),
        )],
    ),
];

pub(super) const STATE: &[Rule] = &[
    Rule("System time", "constant within one entry point",
        "(func (export \"canister_query q\") (call $reply_number (i64.sub (call $time) (call $time))))",
        &[Query("q", Want::Number(0))]),
    Rule("Stable memory", "grow returns the former size, or -1",
        "(func (export \"canister_update u\") (drop (call $stable_grow (i64.const 2)))
          (call $reply_number (i64.add (call $stable_grow (i64.const 1))
            (call $stable_grow (i64.const 0x7fffffffffff)))))",
        &[Update("u", Want::Number(1))]),
    Rule("Stable memory", "kept over upgrades, as the number is not",
        "(func (export \"canister_update u\") (drop (call $stable_grow (i64.const 2)))
          (call $set (i64.const 9)) (call $reply))
         (func (export \"canister_query q\") (call $reply_number (call $stable_size)))",
        &[Update("u", Anything), Number(9), Upgrade, Number(0), Query("q", Want::Number(2))]),
    Rule("Canister status", "1 while it runs",
        "(func (export \"canister_query q\") (call $reply_number (i64.extend_i32_u (call $status))))",
        &[Query("q", Want::Number(1)), Stop,
          Query("q", Want::Error(ErrorCode::CanisterStopped)), Start, Query("q", Want::Number(1))]),
    Rule("Canister status", "3 in the upgrade of a stopped canister",
        "(func (export \"canister_post_upgrade\") (call $set (i64.extend_i32_u (call $status))))",
        &[Stop, Upgrade, Start, Number(3)]),
    Rule("Canister version", "the new code of an upgrade sees a higher one than the old code",
        "(func (export \"canister_pre_upgrade\") (drop (call $stable_grow (call $version))))
         (func (export \"canister_post_upgrade\")
           (call $set (i64.sub (call $version) (call $stable_size))))",
        &[Upgrade, Number(1)]),
    Rule("Canister version", "a replicated query raises it, a plain one does not",
        "(func (export \"canister_query q\") (call $reply_number (call $version)))",
        &[Query("q", Want::Number(1)), Query("q", Want::Number(1)), Update("q", Want::Number(1)),
          Query("q", Want::Number(2))]),
    Rule("Controller check", "1 for a controller, 0 for anybody else",
        "(func (export \"canister_update u\") (call $caller_copy (i32.const 64) (i32.const 0) (call $caller_size))
           (call $reply_number (i64.extend_i32_u (call $is_controller (i32.const 64) (call $caller_size)))))",
        &[Update("u", Want::Number(0))]),
];
