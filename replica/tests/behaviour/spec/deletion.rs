//! Deleting.

use candid::Principal;
use chime_replica::{ErrorCode, Rejection, Replica};
use ic_management_canister_types::CanisterIdRecord;

use crate::proxy::{DESTINATION_INVALID, add_proxy, assert_refused, call_by};
use crate::snapshots::KEEPER;
use crate::spec::{Rule, add_controller, check, record, refused_to_others, rule};
use crate::support::{assert_rejected, controller, stranger, with};

fn delete_by_itself(replica: &mut Replica, id: Principal) -> Result<(), Rejection> {
    let args = CanisterIdRecord { canister_id: id };
    let sender = id;
    let done = replica.management_call(sender, "delete_canister", &args);
    done.map(|_| ())
}

const SECTION: &str = "ic-delete_canister";

const RULES: &[Rule] = &[
    rule(SECTION, "only controllers can delete a canister", || {
        refused_to_others("delete_canister");
    }),
    rule(SECTION, "it must already be stopped", || {
        let (mut replica, id) = with("");
        assert_rejected(
            replica.delete_canister(controller(), id),
            ErrorCode::CanisterNotStopped,
            "must be stopped before it is deleted.",
        );
    }),
    rule(SECTION, "a canister cannot delete itself", || {
        let (mut replica, id) = with("");
        add_controller(&mut replica, id, id);
        replica.stop_canister(controller(), id).unwrap();
        let result = delete_by_itself(&mut replica, id);
        let code = ErrorCode::CanisterInvalidController;
        assert_rejected(result, code, "cannot delete itself.");
    }),
    rule(SECTION, "state, cycles and id are gone", || {
        let (mut replica, id) = with(KEEPER);
        let proxy = add_proxy(&mut replica);
        replica.stop_canister(controller(), id).unwrap();
        replica.delete_canister(controller(), id).unwrap();
        assert!(replica.canister_view(&id).is_none());
        let result = call_by(&mut replica, proxy, id, "get", 5, b"");
        assert_refused(result, DESTINATION_INVALID, "not found");
        let next = replica.create_canister(controller()).unwrap();
        assert_ne!(next, id, "the id is not given out again");
    }),
    rule(SECTION, "not while messages wait for it", || {
        let (mut replica, id) = with("");
        let waiting = replica
            .submit_call(stranger(), id, "set", vec![0; 8])
            .unwrap();
        let management = Principal::management_canister();
        let arg = candid::encode_one(record(id)).unwrap();
        let mut order = |method: &str| {
            let sender = controller();
            replica
                .submit_call(sender, management, method, arg.clone())
                .unwrap()
        };
        let (_, delete) = (order("stop_canister"), order("delete_canister"));
        assert_rejected(
            replica.await_call(&delete),
            ErrorCode::CanisterQueueNotEmpty,
            "has messages in its queues and cannot be deleted now.",
        );
        assert_rejected(
            replica.await_call(&waiting),
            ErrorCode::CanisterStopped,
            "is stopped",
        );
        replica.delete_canister(controller(), id).unwrap();
    }),
];

#[test]
fn should_delete_by_the_specification() {
    check(RULES);
}
