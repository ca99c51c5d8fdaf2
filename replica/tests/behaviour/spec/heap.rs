//! The limit of the heap.

use std::time::Duration;

use chime_replica::{ErrorCode, InstallMode};

use crate::spec::grower::{GROWER, STEP, limit};
use crate::spec::{Rule, check, rule, set, view};
use crate::support::{assert_rejected, install, query_number, update, with};

const SECTION: &str = "ic-create_canister";

const RULES: &[Rule] = &[
    rule(SECTION, "an update that exceeds the limit traps", || {
        let (mut replica, id) = with(GROWER);
        set(&mut replica, id, limit(65_536 + STEP)).unwrap();
        update(&mut replica, id, "grow").unwrap();
        let before = view(&replica, id);
        let result = update(&mut replica, id, "grow");
        let code = ErrorCode::CanisterWasmMemoryLimitExceeded;
        assert_eq!(code.to_string(), "IC0539");
        assert_rejected(
            result,
            code,
            "exceeded its current Wasm memory limit of 1114112 bytes",
        );
        assert_eq!(view(&replica, id), before);
    }),
    rule(
        SECTION,
        "canister_init and canister_post_upgrade that exceed it trap",
        || {
            let (mut replica, id) = with("");
            set(&mut replica, id, limit(STEP)).unwrap();
            for (mode, entry) in [
                (InstallMode::Reinstall, "canister_init"),
                (InstallMode::Upgrade, "canister_post_upgrade"),
            ] {
                let fields =
                    format!("(func (export \"{entry}\") (drop (memory.grow (i32.const 16))))");
                let result = install(&mut replica, id, mode, &fields);
                let code = ErrorCode::CanisterWasmMemoryLimitExceeded;
                assert_rejected(result, code, "Wasm memory limit");
            }
        },
    ),
    rule(
        SECTION,
        "queries, callbacks and timers are not limited",
        || {
            let (mut replica, id) = with(GROWER);
            set(&mut replica, id, limit(65_536)).unwrap();
            query_number(&mut replica, id, "grow query");
            update(&mut replica, id, "grow in callback").unwrap();
            assert_eq!(view(&replica, id).heap_bytes, 65_536 + STEP);
            // Beyond the limit even an update that takes nothing is refused.
            let code = ErrorCode::CanisterWasmMemoryLimitExceeded;
            assert_rejected(update(&mut replica, id, "set"), code, "Wasm memory limit");
            set(&mut replica, id, limit(0)).unwrap();
            update(&mut replica, id, "alarm").unwrap();
            set(&mut replica, id, limit(65_536)).unwrap();
            replica.advance_time(Duration::from_secs(2));
            replica.run_until_idle(10);
            assert_eq!(view(&replica, id).heap_bytes, 65_536 + 2 * STEP);
        },
    ),
    rule(SECTION, "0 is no limit", || {
        let (mut replica, id) = with(GROWER);
        set(&mut replica, id, limit(0)).unwrap();
        update(&mut replica, id, "grow").unwrap();
    }),
];

#[test]
fn should_limit_the_heap_by_the_specification() {
    check(RULES);
}
