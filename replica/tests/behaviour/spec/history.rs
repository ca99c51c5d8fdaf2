//! The history of canisters.

use candid::{Nat, Principal};
use chime_replica::{ErrorCode, InstallMode, Replica, Snapshot};
use ic_management_canister_types as types;
use types::{
    CanisterSettings, Change, ChangeDetails, ChangeOrigin, CodeDeploymentMode, SnapshotSource,
};

use crate::proxy::{add_proxy, manage_by, order_by};
use crate::snapshots::{KEEPER, keep, load, take};
use crate::spec::{Rule, add_controller, check, record, rule, set, update_args, view};
use crate::support::{add, assert_rejected, controller, install, restart, stranger, with};

fn info(
    replica: &mut Replica,
    proxy: Principal,
    id: Principal,
    count: Option<u64>,
) -> types::CanisterInfoResult {
    let args = types::CanisterInfoArgs {
        canister_id: id,
        num_requested_changes: count,
    };
    manage_by(replica, proxy, "canister_info", 0, &args).unwrap()
}

fn changes(replica: &mut Replica, proxy: Principal, id: Principal) -> Vec<Change> {
    info(replica, proxy, id, Some(100)).recent_changes
}

fn last(replica: &mut Replica, proxy: Principal, id: Principal) -> Change {
    changes(replica, proxy, id).pop().unwrap()
}

fn both() -> (Replica, Principal, Principal) {
    let (mut replica, id) = with(KEEPER);
    let proxy = add_proxy(&mut replica);
    (replica, proxy, id)
}

const SECTION: &str = "ic-canister_info";

const RULES: &[Rule] = &[
    rule(
        SECTION,
        "users cannot call it; every canister can, on every other",
        || {
            let (mut replica, proxy, id) = both();
            let args = types::CanisterInfoArgs {
                canister_id: id,
                num_requested_changes: None,
            };
            let result = replica.management_call(controller(), "canister_info", &args);
            let code = ErrorCode::CanisterRejectedMessage;
            assert_rejected(result, code, "Only canisters can call");
            let info = info(&mut replica, proxy, id, None);
            assert_eq!(info.controllers, [controller()]);
            assert_eq!(
                info.module_hash,
                view(&replica, id).module_hash.map(Vec::from)
            );
        },
    ),
    rule(
        SECTION,
        "as many changes as requested, none by default",
        || {
            let (mut replica, proxy, id) = both();
            assert_eq!(info(&mut replica, proxy, id, None).recent_changes, []);
            assert_eq!(info(&mut replica, proxy, id, None).total_num_changes, 2);
            let latest = info(&mut replica, proxy, id, Some(1)).recent_changes;
            assert_eq!(latest, [last(&mut replica, proxy, id)]);
            assert_eq!(
                info(&mut replica, proxy, id, Some(9)).recent_changes.len(),
                2
            );
        },
    ),
    rule(
        SECTION,
        "creation: the controllers and the hash of the environment",
        || {
            let (mut replica, proxy, id) = both();
            let creation = changes(&mut replica, proxy, id).remove(0);
            assert_eq!(
                (creation.canister_version, creation.timestamp_nanos),
                (0, replica.time_ns())
            );
            let user = types::FromUserRecord {
                user_id: controller(),
            };
            assert_eq!(creation.origin, ChangeOrigin::FromUser(user));
            let Some(ChangeDetails::Creation(details)) = creation.details else {
                panic!("not a creation");
            };
            assert_eq!(details.controllers, [controller()]);
            assert_eq!(details.environment_variables_hash, None);
            let args = types::ProvisionalCreateCanisterWithCyclesArgs {
                settings: Some(CanisterSettings {
                    environment_variables: Some(vec![types::EnvironmentVariable {
                        name: "A".to_owned(),
                        value: "b".to_owned(),
                    }]),
                    ..Default::default()
                }),
                ..Default::default()
            };
            let method = "provisional_create_canister_with_cycles";
            let other: types::CanisterIdRecord =
                manage_by(&mut replica, proxy, method, 0, &args).unwrap();
            let creation = last(&mut replica, proxy, other.canister_id);
            let Some(ChangeDetails::Creation(details)) = creation.details else {
                panic!("not a creation");
            };
            assert_eq!(details.environment_variables_hash.unwrap().len(), 32);
            let canister = types::FromCanisterRecord {
                canister_id: proxy,
                canister_version: None,
            };
            assert_eq!(creation.origin, ChangeOrigin::FromCanister(canister));
        },
    ),
    rule(SECTION, "code deployment: the mode and the hash", || {
        let (mut replica, proxy, id) = both();
        for (mode, expected) in [
            (InstallMode::Upgrade, CodeDeploymentMode::Upgrade),
            (InstallMode::Reinstall, CodeDeploymentMode::Reinstall),
        ] {
            install(&mut replica, id, mode, "").unwrap();
            let change = last(&mut replica, proxy, id);
            assert_eq!(change.canister_version, view(&replica, id).version);
            let Some(ChangeDetails::CodeDeployment(details)) = change.details else {
                panic!("not a deployment");
            };
            assert_eq!(details.mode, expected);
            let hash = view(&replica, id).module_hash.unwrap();
            assert_eq!(details.module_hash, hash);
        }
        install(&mut replica, id, InstallMode::Install, "").unwrap_err();
        assert_eq!(info(&mut replica, proxy, id, None).total_num_changes, 4);
    }),
    rule(
        SECTION,
        "controllers change: the full new set, and the caller's version",
        || {
            let (mut replica, proxy, id) = both();
            add_controller(&mut replica, id, proxy);
            let settings = CanisterSettings {
                controllers: Some(vec![proxy, stranger()]),
                ..Default::default()
            };
            let version = view(&replica, proxy).version;
            let args = types::UpdateSettingsArgs {
                sender_canister_version: Some(version),
                ..update_args(id, settings)
            };
            order_by(&mut replica, proxy, "update_settings", 0, &args).unwrap();
            let change = last(&mut replica, proxy, id);
            let canister = types::FromCanisterRecord {
                canister_id: proxy,
                canister_version: Some(version),
            };
            assert_eq!(change.origin, ChangeOrigin::FromCanister(canister));
            let record = types::ControllersChangeRecord {
                controllers: vec![proxy, stranger()],
            };
            assert_eq!(
                change.details,
                Some(ChangeDetails::ControllersChange(record))
            );
        },
    ),
    rule(SECTION, "other settings leave no change", || {
        let (mut replica, proxy, id) = both();
        let settings = CanisterSettings {
            freezing_threshold: Some(Nat::from(1_u8)),
            ..Default::default()
        };
        set(&mut replica, id, settings).unwrap();
        assert_eq!(info(&mut replica, proxy, id, None).total_num_changes, 2);
    }),
    rule(SECTION, "uninstallation", || {
        let (mut replica, proxy, id) = both();
        replica.uninstall_code(controller(), id).unwrap();
        let change = last(&mut replica, proxy, id);
        assert_eq!(change.details, Some(ChangeDetails::CodeUninstall));
        assert_eq!(info(&mut replica, proxy, id, None).module_hash, None);
    }),
    rule(
        SECTION,
        "loading a snapshot: from where, and what it was",
        || {
            let (mut replica, proxy, id) = both();
            keep(&mut replica, id, 1);
            let snapshot = take(&mut replica, id).unwrap();
            let version = view(&replica, id).version;
            let target = add(&mut replica, "");
            for (canister, from) in [(id, None), (target, Some(id))] {
                load(&mut replica, canister, &snapshot.id).unwrap();
                let change = last(&mut replica, proxy, canister);
                assert_eq!(change.canister_version, view(&replica, canister).version);
                let record = types::LoadSnapshotRecord {
                    from_canister_id: from,
                    snapshot_id: snapshot.id.clone(),
                    canister_version: version,
                    taken_at_timestamp: snapshot.taken_at_timestamp,
                    source: SnapshotSource::TakenFromCanister(candid::Reserved),
                };
                assert_eq!(change.details, Some(ChangeDetails::LoadSnapshot(record)));
            }
        },
    ),
    rule(
        SECTION,
        "at least 20 changes remain, and all are counted",
        || {
            let (mut replica, proxy, id) = both();
            for _ in 0..30 {
                add_controller(&mut replica, id, stranger());
            }
            let info = info(&mut replica, proxy, id, Some(100));
            assert_eq!(info.total_num_changes, 32);
            assert_eq!(info.recent_changes.len(), 20);
        },
    ),
    rule(
        "ic-uninstall_code",
        "balance, controllers and history are retained",
        || {
            let (mut replica, proxy, id) = both();
            let before = view(&replica, id);
            let total = info(&mut replica, proxy, id, None).total_num_changes;
            replica.uninstall_code(controller(), id).unwrap();
            let after = view(&replica, id);
            assert_eq!(
                (after.cycles, after.controllers),
                (before.cycles, before.controllers)
            );
            assert_eq!(
                info(&mut replica, proxy, id, None).total_num_changes,
                total + 1
            );
        },
    ),
];

#[test]
fn should_tell_the_history_by_the_specification() {
    check(RULES);
}

#[test]
fn should_keep_the_history_over_a_restart() {
    let (mut replica, proxy, id) = both();
    let snapshot = take(&mut replica, id).unwrap();
    load(&mut replica, id, &snapshot.id).unwrap();
    add_controller(&mut replica, id, proxy);
    replica
        .management_call(controller(), "uninstall_code", &record(id))
        .unwrap();
    let before = changes(&mut replica, proxy, id);
    assert_eq!(before.len(), 5);
    let mut replica = restart(&mut replica, &mut Snapshot::default());
    assert_eq!(changes(&mut replica, proxy, id), before);
}
