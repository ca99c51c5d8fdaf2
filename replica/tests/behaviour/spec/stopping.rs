//! Stopping and starting.

use chime_replica::{CanisterStatus, ErrorCode, InstallMode};
use ic_management_canister_types::CanisterStatusType;

use crate::lifecycle::waiting;
use crate::proxy::{CANISTER_ERROR, add_proxy, assert_refused, call_by, order_by};
use crate::spec::{Rule, check, record, refused_to_others, rule, status, view};
use crate::support::{assert_rejected, controller, install, number, stranger, update, with};

const SECTION: &str = "ic-stop_canister";

const RULES: &[Rule] = &[
    rule(SECTION, "only controllers may stop a canister", || {
        refused_to_others("stop_canister");
    }),
    rule(
        SECTION,
        "stopping: calls are rejected, responses are processed",
        || {
            let (mut replica, id, call) = waiting("stop_10s");
            assert_eq!(
                status(&mut replica, id).status,
                CanisterStatusType::Stopping
            );
            let code = ErrorCode::CanisterStopping;
            assert_eq!(code.to_string(), "IC0509");
            assert_rejected(update(&mut replica, id, "set"), code, "is stopping");
            replica.advance_time(std::time::Duration::from_secs(10));
            assert_eq!(number(&replica.await_call(&call).unwrap()), 6);
            replica.run_until_idle(10);
            assert_eq!(view(&replica, id).status, CanisterStatus::Stopped);
        },
    ),
    rule(SECTION, "stopped: calls and queries are rejected", || {
        let (mut replica, id) = with("");
        let proxy = add_proxy(&mut replica);
        replica.stop_canister(controller(), id).unwrap();
        let code = ErrorCode::CanisterStopped;
        assert_eq!(code.to_string(), "IC0508");
        assert_rejected(update(&mut replica, id, "set"), code, "is stopped");
        let query = replica.query(stranger(), id, "get", vec![]);
        assert_rejected(query, code, "is stopped");
        let result = call_by(&mut replica, proxy, id, "get", 0, b"");
        assert_refused(result, CANISTER_ERROR, "is stopped");
    }),
    rule(
        SECTION,
        "a canister that is stopped may be stopped again",
        || {
            let (mut replica, id) = with("");
            for _ in 0..2 {
                replica.stop_canister(controller(), id).unwrap();
            }
            assert_eq!(view(&replica, id).status, CanisterStatus::Stopped);
        },
    ),
    rule(
        SECTION,
        "within a time, or else an error; it is stopping still",
        || {
            let (mut replica, id, _) = waiting("stop");
            replica.advance_time(std::time::Duration::from_secs(300));
            replica.execute_round();
            // The request of the canister itself has timed out and told it so.
            replica.run_until_idle(5);
            assert_ne!(view(&replica, id).status, CanisterStatus::Running);
            let code = ErrorCode::StopCanisterRequestTimeout;
            assert_eq!(code.to_string(), "IC0206");
        },
    ),
    rule(
        "ic-start_canister",
        "only controllers may start a canister",
        || {
            let (mut replica, id) = with("");
            let proxy = add_proxy(&mut replica);
            replica.stop_canister(controller(), id).unwrap();
            let result = order_by(&mut replica, proxy, "start_canister", 0, &record(id));
            assert_refused(result, CANISTER_ERROR, "Only the controllers");
            assert_eq!(view(&replica, id).status, CanisterStatus::Stopped);
        },
    ),
    rule(
        "ic-start_canister",
        "a stopping canister runs, the stop requests fail",
        || {
            let (mut replica, id, call) = waiting("stop");
            replica.start_canister(controller(), id).unwrap();
            assert_eq!(view(&replica, id).status, CanisterStatus::Running);
            const SYS_UNKNOWN_OR_CANISTER_ERROR: [u64; 2] = [5, 6];
            let code = number(&replica.await_call(&call).unwrap());
            assert!(SYS_UNKNOWN_OR_CANISTER_ERROR.contains(&code), "{code}");
        },
    ),
    rule(
        "ic-start_canister",
        "a running canister stays as it is",
        || {
            let (mut replica, id) = with("");
            let before = view(&replica, id);
            replica.start_canister(controller(), id).unwrap();
            assert_eq!(view(&replica, id), before);
        },
    ),
    rule(
        "system-api-canister-status",
        "stopping, installing and deleting keep settings",
        || {
            let (mut replica, id) = with("");
            let settings = status(&mut replica, id).settings;
            replica.stop_canister(controller(), id).unwrap();
            install(&mut replica, id, InstallMode::Upgrade, "").unwrap();
            assert_eq!(view(&replica, id).status, CanisterStatus::Stopped);
            assert_eq!(status(&mut replica, id).settings, settings);
        },
    ),
];

#[test]
fn should_stop_and_start_by_the_specification() {
    check(RULES);
}
