//! Certified data and certificates.

use candid::Principal;
use chime_replica::{ErrorCode, InstallMode, Replica};

use crate::snapshots::{KEEPER, keep};
use crate::spec::{Rule, check, rule, view};
use crate::support::{
    add, assert_rejected, controller, install, number, query_number, replica, stranger, update,
    with,
};

/// Certifies in every kind of entry point, and tells whether there is a certificate.
const CERTIFIER: &str = r#"
(table funcref (elem $on_answer))
(data (i32.const 1024) "certified data of 33 bytes length")
(data (i32.const 1100) "present")
(func $present (call $reply_number (i64.extend_i32_u (call $certificate_present))))
(func (export "canister_query present") (call $present))
(func (export "canister_update present in update") (call $present))
(func (export "canister_update size in update")
  (call $reply_number (i64.extend_i32_u (call $certificate_size))))
(func $on_answer (param i32) (call $present))
(func (export "canister_composite_query present in callback")
  (call $self_copy (i32.const 64) (i32.const 0) (i32.const 10))
  (call $call_new (i32.const 64) (i32.const 10) (i32.const 1024) (i32.const 7)
    (i32.const 0) (i32.const 7) (i32.const 0) (i32.const 8))
  (drop (call $perform)))
(func (export "canister_composite_query present in composite") (call $present))
(func (export "canister_update certify 32")
  (call $certify (i32.const 1024) (i32.const 32)) (call $reply))
(func (export "canister_update certify 33")
  (call $certify (i32.const 1024) (i32.const 33)) (call $reply))
(func (export "canister_update certify and trap")
  (call $certify (i32.const 1024) (i32.const 5)) (unreachable))
(func (export "canister_update certify nothing")
  (call $certify (i32.const 1024) (i32.const 0)) (call $reply))
"#;

fn certified(replica: &Replica, id: Principal) -> Vec<u8> {
    view(replica, id).certified_data
}

const SECTION: &str = "system-api-certified-data";

const RULES: &[Rule] = &[
    rule(SECTION, "at most 32 bytes", || {
        let (mut replica, id) = with(CERTIFIER);
        update(&mut replica, id, "certify 32").unwrap();
        assert_eq!(certified(&replica, id).len(), 32);
        assert_rejected(
            update(&mut replica, id, "certify 33"),
            ErrorCode::CanisterContractViolation,
            "no larger than 32 bytes",
        );
        assert_eq!(certified(&replica, id).len(), 32);
    }),
    rule(SECTION, "passing zero bytes clears it", || {
        let (mut replica, id) = with(CERTIFIER);
        update(&mut replica, id, "certify 32").unwrap();
        update(&mut replica, id, "certify nothing").unwrap();
        assert_eq!(certified(&replica, id), b"");
    }),
    rule(SECTION, "a trap undoes it", || {
        let (mut replica, id) = with(CERTIFIER);
        update(&mut replica, id, "certify and trap").unwrap_err();
        assert_eq!(certified(&replica, id), b"");
    }),
    rule(
        SECTION,
        "may be set in init, before and after an upgrade",
        || {
            for (entry, mode) in [
                ("canister_init", InstallMode::Reinstall),
                ("canister_post_upgrade", InstallMode::Upgrade),
            ] {
                let mut replica = replica();
                let id = add(&mut replica, "");
                let fields = format!(
                    "(func (export \"{entry}\") (call $certify (i32.const 0) (i32.const 3)))"
                );
                install(&mut replica, id, mode, &fields).unwrap();
                assert_eq!(certified(&replica, id), [0; 3], "{entry}");
            }
        },
    ),
    rule(
        SECTION,
        "it survives an upgrade; reinstall and uninstall clear it",
        || {
            let (mut replica, id) = with(KEEPER);
            keep(&mut replica, id, 7);
            install(&mut replica, id, InstallMode::Upgrade, KEEPER).unwrap();
            assert_eq!(certified(&replica, id), 7_u64.to_le_bytes());
            install(&mut replica, id, InstallMode::Reinstall, KEEPER).unwrap();
            assert_eq!(certified(&replica, id), b"");
            keep(&mut replica, id, 7);
            replica.uninstall_code(controller(), id).unwrap();
            assert_eq!(certified(&replica, id), b"");
        },
    ),
    rule(
        SECTION,
        "a certificate is present in queries, when one was given",
        || {
            let (mut replica, id) = with(CERTIFIER);
            for method in ["present", "present in composite"] {
                assert_eq!(query_number(&mut replica, id, method), 0);
                let certificate = vec![1; 9];
                let present = replica
                    .query_with_certificate(stranger(), id, method, vec![], certificate)
                    .unwrap();
                assert_eq!(number(&present), 1);
            }
        },
    ),
    rule(
        SECTION,
        "and not in updates or callbacks of composite queries",
        || {
            let (mut replica, id) = with(CERTIFIER);
            assert_eq!(
                number(&update(&mut replica, id, "present in update").unwrap()),
                0
            );
            let present = replica.query_with_certificate(
                stranger(),
                id,
                "present in callback",
                vec![],
                vec![1; 9],
            );
            assert_eq!(number(&present.unwrap()), 0);
            assert_rejected(
                update(&mut replica, id, "size in update"),
                ErrorCode::CanisterContractViolation,
                "cannot be executed in update mode",
            );
        },
    ),
];

#[test]
fn should_certify_by_the_specification() {
    check(RULES);
}
