//! Metadata of modules.

use candid::Principal;
use chime_replica::{ErrorCode, Replica};
use ic_management_canister_types as types;

use crate::proxy::{CANISTER_ERROR, CANISTER_REJECT, assert_refused, manage_by};
use crate::spec::{Rule, add_controller, both, check, rule};
use crate::support::{add, assert_rejected, controller, with};

const SECTION: &str = "ic-canister_metadata";
fn metadata(
    replica: &mut Replica,
    proxy: Principal,
    id: Principal,
    name: &str,
) -> Result<Vec<u8>, (u8, String)> {
    let args = types::CanisterMetadataArgs {
        canister_id: id,
        name: name.to_owned(),
    };
    let result: types::CanisterMetadataResult =
        manage_by(replica, proxy, "canister_metadata", 0, &args)?;
    Ok(result.value)
}
const FIELDS: &str = r#"
        (@custom "icp:public open" "for all") (@custom "icp:private secret" "for some")
    "#;

const RULES: &[Rule] = &[
    rule(
        SECTION,
        "every canister can retrieve public metadata",
        || {
            let (mut replica, proxy, _) = both();
            let id = add(&mut replica, FIELDS);
            assert_eq!(
                metadata(&mut replica, proxy, id, "open").unwrap(),
                b"for all"
            );
            assert_refused(
                metadata(&mut replica, proxy, id, "other"),
                CANISTER_REJECT,
                "has no metadata section with the name other.",
            );
            let empty = replica.create_canister(controller()).unwrap();
            assert_refused(
                metadata(&mut replica, proxy, empty, "open"),
                CANISTER_REJECT,
                "has no Wasm module and hence no metadata is available.",
            );
        },
    ),
    rule(
        SECTION,
        "only controllers can access private metadata",
        || {
            let (mut replica, proxy, _) = both();
            let id = add(&mut replica, FIELDS);
            let result = metadata(&mut replica, proxy, id, "secret");
            assert_refused(result, CANISTER_ERROR, "Only the controllers");
            add_controller(&mut replica, id, proxy);
            assert_eq!(
                metadata(&mut replica, proxy, id, "secret").unwrap(),
                b"for some"
            );
        },
    ),
    rule(SECTION, "users cannot call it", || {
        let (mut replica, id) = with(FIELDS);
        let args = types::CanisterMetadataArgs {
            canister_id: id,
            name: "open".to_owned(),
        };
        let result = replica.management_call(controller(), "canister_metadata", &args);
        let code = ErrorCode::CanisterRejectedMessage;
        assert_rejected(result, code, "Only canisters can call");
    }),
];

#[test]
fn should_tell_metadata_by_the_specification() {
    check(RULES);
}
