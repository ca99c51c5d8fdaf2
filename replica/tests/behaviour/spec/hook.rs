//! The hook for low memory.

use candid::{Nat, Principal};
use chime_replica::{InstallMode, Replica, Snapshot};
use ic_management_canister_types as types;
use types::CanisterSettings;

use crate::snapshots::order;
use crate::spec::grower::{GROWER, STEP, freeze, limit, threshold};
use crate::spec::{Rule, check, rule, set};
use crate::support::{add, controller, get, install, restart, stranger, update, with};

const SECTION: &str = "on-low-wasm-memory";
/// Limits the heap so that the second step falls below the threshold.
fn watched() -> (Replica, Principal) {
    let (mut replica, id) = with(GROWER);
    set(&mut replica, id, threshold(65_536 + 4 * STEP, 3 * STEP)).unwrap();
    (replica, id)
}
fn settle(replica: &mut Replica, id: Principal) -> u64 {
    replica.run_until_idle(10);
    get(replica, id)
}

const RULES: &[Rule] = &[
    rule(
        SECTION,
        "scheduled when the remaining memory falls below the threshold",
        || {
            let (mut replica, id) = watched();
            update(&mut replica, id, "grow").unwrap();
            assert_eq!(settle(&mut replica, id), 0, "three steps remain");
            update(&mut replica, id, "grow").unwrap();
            assert_eq!(settle(&mut replica, id), 1);
        },
    ),
    rule(SECTION, "once, until there was memory enough again", || {
        let (mut replica, id) = watched();
        for _ in 0..3 {
            update(&mut replica, id, "grow").unwrap();
        }
        assert_eq!(settle(&mut replica, id), 1);
        set(&mut replica, id, threshold(65_536 + 9 * STEP, 3 * STEP)).unwrap();
        set(&mut replica, id, threshold(65_536 + 4 * STEP, 3 * STEP)).unwrap();
        assert_eq!(settle(&mut replica, id), 2);
    }),
    rule(SECTION, "never by default, as the threshold is 0", || {
        let (mut replica, id) = with(GROWER);
        set(&mut replica, id, limit(65_536 + STEP)).unwrap();
        update(&mut replica, id, "grow").unwrap();
        assert_eq!(settle(&mut replica, id), 0);
    }),
    rule(SECTION, "before the messages that wait", || {
        let (mut replica, id) = watched();
        let fields = format!(
            "{GROWER} (func (export \"canister_update look\") (call $reply_number (call $get)))"
        );
        install(&mut replica, id, InstallMode::Upgrade, &fields).unwrap();
        for _ in 0..2 {
            replica.submit_call(stranger(), id, "grow", vec![]).unwrap();
        }
        let look = replica.submit_call(stranger(), id, "look", vec![]).unwrap();
        let seen = replica.await_call(&look).unwrap();
        assert_eq!(crate::support::number(&seen), 1);
    }),
    rule(
        SECTION,
        "a frozen canister runs it when it is unfrozen",
        || {
            let (mut replica, id) = watched();
            freeze(&mut replica, id);
            set(&mut replica, id, threshold(65_536 + STEP, 3 * STEP)).unwrap();
            assert_eq!(
                replica.run_until_idle(10),
                0,
                "nothing to do while it is frozen"
            );
            let settings = CanisterSettings {
                freezing_threshold: Some(Nat::from(0_u8)),
                ..Default::default()
            };
            set(&mut replica, id, settings).unwrap();
            assert_eq!(settle(&mut replica, id), 1);
        },
    ),
    rule(
        SECTION,
        "a stopped canister runs it when it is started",
        || {
            let (mut replica, id) = watched();
            replica.stop_canister(controller(), id).unwrap();
            set(&mut replica, id, threshold(65_536 + STEP, 3 * STEP)).unwrap();
            replica.run_until_idle(10);
            replica.start_canister(controller(), id).unwrap();
            assert_eq!(settle(&mut replica, id), 1);
        },
    ),
    rule(
        SECTION,
        "a module without the hook has nothing to run",
        || {
            let (mut replica, _) = watched();
            let id = add(&mut replica, "");
            set(&mut replica, id, threshold(65_536 + STEP, 3 * STEP)).unwrap();
            replica.run_until_idle(10);
            assert_eq!(replica.next_wake_at(), None);
        },
    ),
    rule(SECTION, "it waits over a restart", || {
        let (mut replica, id) = watched();
        replica.stop_canister(controller(), id).unwrap();
        set(&mut replica, id, threshold(65_536 + STEP, 3 * STEP)).unwrap();
        let mut replica = restart(&mut replica, &mut Snapshot::default());
        let record = crate::spec::record(id);
        order(&mut replica, "start_canister", &record).unwrap();
        assert_eq!(settle(&mut replica, id), 1);
    }),
];

#[test]
fn should_call_the_hook_for_low_memory_by_the_specification() {
    check(RULES);
}
