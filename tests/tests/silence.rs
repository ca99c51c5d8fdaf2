//! The callee's silence: no work, and an end on request.

use chime_replica::{IngressStatus, InstallMode, MessageId, Principal, Replica, ReplicaConfig};
use chime_tests::module;

const OWNER: Principal = Principal::from_slice(&[1, 2]);
const NANOSECONDS: u64 = 1_000_000_000;

fn callee() -> (Replica, Principal) {
    let mut replica = Replica::new(ReplicaConfig::default());
    let id = replica.create_canister(OWNER).expect("a canister");
    replica
        .install_code(OWNER, id, InstallMode::Install, module("callee"), nothing())
        .expect("installed");
    (replica, id)
}

fn nothing() -> Vec<u8> {
    candid::encode_args(()).expect("arguments")
}

fn is_silent(replica: &Replica, id: &MessageId) -> bool {
    replica.ingress_status(id) == Some(IngressStatus::Processing)
}

/// Executes what is due until nothing is, a bounded number of rounds.
fn settle(replica: &mut Replica) {
    assert!(
        replica.run_until_idle(100) < 100,
        "the network does not rest"
    );
}

#[test]
fn should_keep_several_callers_waiting_without_work_until_released() {
    let (mut replica, callee) = callee();
    let calls = [(); 3].map(|()| {
        replica
            .submit_call(OWNER, callee, "never", nothing())
            .unwrap()
    });
    settle(&mut replica);
    assert!(calls.iter().all(|id| is_silent(&replica, id)));

    replica
        .update_call(OWNER, callee, "release", nothing())
        .unwrap();
    settle(&mut replica);
    for id in &calls {
        assert_eq!(
            replica.ingress_status(id),
            Some(IngressStatus::Replied(nothing()))
        );
    }
}

#[test]
fn should_stay_silent_for_hours_and_again_after_a_release() {
    let (mut replica, callee) = callee();
    for _ in 0..2 {
        let call = replica
            .submit_call(OWNER, callee, "never", nothing())
            .unwrap();
        settle(&mut replica);
        let end = replica.time_ns() + 2 * 3_600 * NANOSECONDS;
        while let Some(next) = replica.next_wake_at().filter(|next| *next <= end) {
            replica.set_time_ns(next.max(replica.time_ns() + 1));
            settle(&mut replica);
        }
        replica.set_time_ns(end);
        assert!(is_silent(&replica, &call));
        replica
            .update_call(OWNER, callee, "release", nothing())
            .unwrap();
        settle(&mut replica);
        assert!(!is_silent(&replica, &call));
    }
    assert_eq!(replica.canister_ids().len(), 2, "the holder is used again");
}
