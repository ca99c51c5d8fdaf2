//! Calls between canisters, and their cycles.

use std::time::Duration;

use chime_replica::{ErrorCode, RejectCode};

use super::Step::{Balance, Number, Other, Pass, Rounds, StopOther, Submit, Update};
use super::Want::{self, Anything, Code};
use super::{Rule, SECOND};

/// Calls a method of the other canister and answers with the reject code and then the number; the
/// callbacks add 10 and 100.
const CALLING: &str = r#"
(table funcref (elem $on_reply $on_reject $on_fail $cleaning))
(data (i32.const 1024) "hit") (data (i32.const 1032) "refuse") (data (i32.const 1040) "fail")
(data (i32.const 1048) "silent") (data (i32.const 1056) "take") (data (i32.const 1064) "hold")
(data (i32.const 1072) "due") (data (i32.const 1080) "due_query")
(func $on_reply (param i32) (call $add (i64.const 10)) (call $reply_number (call $arg_number)))
(func $on_reject (param i32) (call $add (i64.const 100))
  (call $reply_number (i64.extend_i32_u (call $reject_code))))
(func $on_fail (param i32) (call $add (i64.const 1000)) (unreachable))
(func $cleaning (param i32) (call $add (i64.const 7)))
(func $call (param i32 i32)
  (call $call_arg (local.get 0) (local.get 1) (i32.const 0) (i32.const 1)))
(func $done (drop (call $perform)))
(func (export "canister_update hit") (call $call (i32.const 1024) (i32.const 3)) (call $done))
(func (export "canister_update refuse") (call $call (i32.const 1032) (i32.const 6)) (call $done))
(func (export "canister_update fail") (call $call (i32.const 1040) (i32.const 4)) (call $done))
(func (export "canister_update silent") (call $call (i32.const 1048) (i32.const 6)) (call $done))
(func (export "canister_update hold") (call $call (i32.const 1064) (i32.const 4)) (call $done))
(func (export "canister_update hold_1") (call $call (i32.const 1064) (i32.const 4))
  (call $cycles_add (i64.const 0) (i64.const 500)) (call $best_effort (i32.const 1)) (call $done))
(func (export "canister_update hold_hour") (call $call (i32.const 1064) (i32.const 4))
  (call $best_effort (i32.const 3600)) (call $done))
(func (export "canister_update due") (call $call (i32.const 1072) (i32.const 3))
  (call $best_effort (i32.const 10)) (call $done))
(func (export "canister_update due_unbounded") (call $call (i32.const 1072) (i32.const 3)) (call $done))
(func (export "canister_update due_query") (call $call (i32.const 1080) (i32.const 9))
  (call $best_effort (i32.const 10)) (call $done))
(func (export "canister_update take") (call $call (i32.const 1056) (i32.const 4))
  (call $cycles_add (i64.const 0) (i64.const 500)) (call $done))
(func (export "canister_update drop_call") (call $call (i32.const 1056) (i32.const 4))
  (call $cycles_add (i64.const 0) (i64.const 500)) (call $reply_number (i64.const 1)))
(func (export "canister_update replace_call") (call $call (i32.const 1056) (i32.const 4))
  (call $cycles_add (i64.const 0) (i64.const 500)) (call $call (i32.const 1056) (i32.const 4))
  (call $done))
(func (export "canister_update too_dear") (call $call (i32.const 1056) (i32.const 4))
  (call $cycles_add (i64.const 1) (i64.const 0)) (call $done))
(func (export "canister_update call_and_fail") (call $call (i32.const 1024) (i32.const 3))
  (call $done) (unreachable))
(func (export "canister_update append_late") (call $call (i32.const 1024) (i32.const 3))
  (call $done) (call $call_append (i32.const 0) (i32.const 1)))
(func (export "canister_update two_timeouts") (call $call (i32.const 1024) (i32.const 3))
  (call $best_effort (i32.const 1)) (call $best_effort (i32.const 1)))
(func (export "canister_update two_cleanups") (call $call (i32.const 1024) (i32.const 3))
  (call $on_cleanup_of) (call $on_cleanup_of))
(func $on_cleanup_of (call $on_cleanup (i32.const 3) (i32.const 0)))
(func (export "canister_update cleaned") (call $call_arg (i32.const 1024) (i32.const 3)
  (i32.const 2) (i32.const 2)) (call $on_cleanup_of) (call $done))
(func (export "canister_update not_cleaned") (call $call (i32.const 1024) (i32.const 3))
  (call $on_cleanup_of) (call $done))
(func (export "canister_update reply_early") (call $reply_number (i64.const 1))
  (call $call_arg (i32.const 1024) (i32.const 3) (i32.const 2) (i32.const 2)) (call $done))
(func (export "canister_update available_after_reply") (call $reply)
  (call $available (i32.const 0)) (call $set (i64.load (i32.const 0))))
"#;

pub(super) const CALLS: &[Rule] = &[
    Rule(
        "Inter-canister method calls",
        "the reply callback can query the reply",
        CALLING,
        &[Update("hit", Want::Number(5)), Number(10), Other(1)],
    ),
    Rule(
        "Inter-canister method calls",
        "the reject callback is executed if the other rejects",
        CALLING,
        &[Update("refuse", Want::Number(4)), Number(100), Other(1)],
    ),
    Rule(
        "Inter-canister method calls",
        "the reject callback is executed if the other traps, whose \
        changes are discarded",
        CALLING,
        &[Update("fail", Want::Number(5)), Number(100), Other(0)],
    ),
    Rule(
        "Inter-canister method calls",
        "a call that is never responded to is rejected, and its \
        changes are kept",
        CALLING,
        &[Update("silent", Want::Number(5)), Number(100), Other(1)],
    ),
    Rule(
        "Inter-canister method calls",
        "a stopped canister rejects calls",
        CALLING,
        &[StopOther, Update("hit", Want::Number(5)), Number(100)],
    ),
    Rule(
        "Inter-canister method calls",
        "nothing is sent if the function traps",
        CALLING,
        &[
            Update("call_and_fail", Code(RejectCode::CanisterError)),
            Rounds(5),
            Other(0),
        ],
    ),
    Rule(
        "Inter-canister method calls",
        "after call_perform other call functions trap",
        CALLING,
        &[
            Update(
                "append_late",
                Want::Error(ErrorCode::CanisterContractViolation),
            ),
            Other(0),
        ],
    ),
    Rule(
        "Inter-canister method calls",
        "one call to call_with_best_effort_response",
        CALLING,
        &[Update(
            "two_timeouts",
            Want::Error(ErrorCode::CanisterContractViolation),
        )],
    ),
    Rule(
        "Inter-canister method calls",
        "one call to call_on_cleanup",
        CALLING,
        &[Update(
            "two_cleanups",
            Want::Error(ErrorCode::CanisterContractViolation),
        )],
    ),
    Rule(
        "Inter-canister method calls",
        "the cleanup callback is executed if the callback trapped",
        CALLING,
        &[
            Update("cleaned", Code(RejectCode::CanisterError)),
            Number(7),
        ],
    ),
    Rule(
        "Inter-canister method calls",
        "the cleanup callback is executed only then",
        CALLING,
        &[Update("not_cleaned", Want::Number(5)), Number(10)],
    ),
    Rule(
        "Responding",
        "a response given before a call is not taken back by a trap in its callback",
        CALLING,
        &[
            Update("reply_early", Want::Number(1)),
            Rounds(5),
            Number(0),
            Other(1),
        ],
    ),
    Rule(
        "Inter-canister method calls",
        "a bounded call is answered SYS_UNKNOWN after its time-out, \
        and a late response is not delivered",
        CALLING,
        &[
            Submit("hold_1"),
            Rounds(9),
            Number(0),
            Pass(SECOND),
            Number(100),
            Other(0),
        ],
    ),
    Rule(
        "Inter-canister method calls",
        "time-outs are bounded by MAX_CALL_TIMEOUT, five minutes",
        CALLING,
        &[
            Submit("hold_hour"),
            Rounds(9),
            Pass(Duration::from_secs(299)),
            Number(0),
            Pass(SECOND),
            Number(100),
        ],
    ),
    Rule(
        "Inter-canister method calls",
        "an unbounded call waits as long as it takes",
        CALLING,
        &[
            Submit("hold"),
            Rounds(9),
            Pass(Duration::from_secs(100_000)),
            Number(0),
        ],
    ),
    Rule(
        "Method arguments",
        "msg_deadline: the time of a bounded call and its time-out",
        CALLING,
        &[Update("due", Want::Number(1_767_225_610_000_000_000))],
    ),
    Rule(
        "Method arguments",
        "msg_deadline: 0 for an unbounded call",
        CALLING,
        &[Update("due_unbounded", Want::Number(0))],
    ),
    Rule(
        "Method arguments",
        "msg_deadline: 0 for a query, in replicated mode too",
        CALLING,
        &[Update("due_query", Want::Number(0))],
    ),
];

pub(super) const CYCLES: &[Rule] = &[
    Rule(
        "Cycles",
        "what is not accepted is refunded",
        CALLING,
        &[
            Balance(1_000),
            Update("take", Want::Number(100)),
            Balance(900),
        ],
    ),
    Rule(
        "Cycles",
        "cycles of a call that is not performed are moved back",
        CALLING,
        &[
            Balance(1_000),
            Update("drop_call", Want::Number(1)),
            Balance(1_000),
        ],
    ),
    Rule(
        "Cycles",
        "cycles of a call that another replaces are moved back",
        CALLING,
        &[
            Balance(1_000),
            Update("replace_call", Want::Number(0)),
            Balance(1_000),
        ],
    ),
    Rule(
        "Cycles",
        "call_cycles_add traps beyond the balance",
        CALLING,
        &[
            Balance(1_000),
            Update("too_dear", Code(RejectCode::CanisterError)),
            Balance(1_000),
        ],
    ),
    Rule(
        "Cycles",
        "a bounded call that times out has lost its cycles",
        CALLING,
        &[
            Balance(1_000),
            Submit("hold_1"),
            Rounds(9),
            Pass(SECOND),
            Number(100),
            Balance(500),
        ],
    ),
    Rule(
        "Cycles",
        "none are available once the call is responded to",
        CALLING,
        &[Update("available_after_reply", Anything), Number(0)],
    ),
];
