//! Failures after messages that succeeded: what these did stays, byte by byte.

use chime_replica::{InstallMode, Principal, Replica, Snapshot, limits};

use crate::support::{
    controller, get, install, module, query_number, replica, restart, stranger, update, with,
};

/// Mixes its argument, the time and the instructions so far into heap, global and stable memory,
/// and now and then makes both memories grow.
const WORKER: &str = r#"
(table funcref (elem $on_reply $on_reply_trap $clean_up))
(global $g (mut i64) (i64.const 1))
(data (i32.const 1024) "work")
(func $at (param i64) (result i32)
  (i32.add (i32.const 4096)
    (i32.wrap_i64 (i64.and (i64.shr_u (local.get 0) (i64.const 20)) (i64.const 0xdff8)))))
(func $work
  (global.set $g (i64.add (call $arg_number)
    (i64.mul (i64.const 6364136223846793005) (i64.add (global.get $g) (call $time)))))
  (call $set (i64.add (call $get) (i64.const 1)))
  (i64.store (call $at (global.get $g)) (call $counter (i32.const 1)))
  (if (i32.or (i64.eqz (call $stable_size)) (i64.eqz (i64.and (global.get $g) (i64.const 31))))
    (then (drop (call $stable_grow (i64.const 1))) (drop (memory.grow (i32.const 1)))))
  ;; A count in stable memory, which would run ahead if it were not put back.
  (call $stable_read (i64.const 616) (i64.const 0) (i64.const 8))
  (i64.store (i32.const 616) (i64.add (i64.load (i32.const 616)) (i64.const 1)))
  (call $stable_write (i64.const 0) (i64.const 616) (i64.const 8))
  (i64.store (i32.const 600) (global.get $g))
  (call $stable_write (i64.or (i64.const 256) (i64.and (global.get $g) (i64.const 0xff00))) (i64.const 512) (i64.const 96)))
(func (export "canister_update work") (call $work) (call $reply))
(func (export "canister_update fail") (call $work) (call $work) (unreachable))
(func $call (param i32)
  (call $work)
  (call $call_self (i32.const 1024) (i32.const 4) (local.get 0) (local.get 0))
  (call $on_cleanup (i32.const 2) (i32.const 0))
  (call $call_append (i32.const 600) (i32.const 8)) (drop (call $perform)))
(func (export "canister_update call") (call $call (i32.const 0)))
(func (export "canister_update call_fail") (call $call (i32.const 1)))
(func $on_reply (param i32) (call $add (i64.const 1000)) (call $reply))
(func $on_reply_trap (param i32) (call $add (i64.const 7)) (unreachable))
(func $clean_up (param i32) (call $add (i64.const 100000)))
(func (export "canister_global_timer") (call $add (i64.const 1000000)))
(func (export "canister_update alarm")
  (drop (call $timer_set (i64.add (call $time) (i64.const 1)))) (call $reply))
(func (export "canister_query pages") (call $reply_number (i64.extend_i32_u (memory.size))))
"#;

const METHODS: [&str; 6] = ["work", "work", "fail", "call", "call_fail", "alarm"];

/// Calls methods in a fixed disorder and tells the replica's state to `between` after each.
fn history(between: impl Fn(&mut Replica, Principal)) -> Snapshot {
    let (mut replica, id) = with(WORKER);
    let mut number = 1_u64;
    for step in 0..400 {
        number = number.wrapping_mul(6_364_136_223_846_793_005) + 1_442_695;
        let method = METHODS[(number >> 40) as usize % METHODS.len()];
        let arg = number.to_le_bytes().to_vec();
        let _ = replica.update_call(stranger(), id, method, arg);
        if step == 200 {
            install(&mut replica, id, InstallMode::Upgrade, WORKER).unwrap();
        }
        replica.tick();
        between(&mut replica, id);
    }
    let mut stored = Snapshot::default();
    stored.apply(replica.export_delta());
    stored
}

/// The canisters, without pages that hold only zeros: those may be absent as well.
fn content(mut stored: Snapshot) -> Snapshot {
    for canister in &mut stored.canisters {
        for pages in [&mut canister.heap, &mut canister.stable] {
            pages.retain(|(_, page)| page.iter().any(|byte| *byte != 0));
        }
    }
    stored
}

#[test]
fn should_lead_to_the_same_state_however_often_the_heap_is_compared() {
    let never = content(history(|_, _| {}));
    assert!(never.canisters[0].stable.len() > 10);
    let by_queries = history(|replica, id| {
        query_number(replica, id, "pages");
    });
    assert_eq!(content(by_queries), never);

    let stored = std::cell::RefCell::new(Snapshot::default());
    history(|replica, _| stored.borrow_mut().apply(replica.export_delta()));
    let by_exports = content(stored.into_inner());
    assert_eq!(by_exports.canisters, never.canisters);
    assert_eq!(by_exports.replica, never.replica);
}

#[test]
fn should_keep_memory_that_grew_before_a_failure() {
    let (mut replica, id) = with(
        r#"(func (export "canister_update grow")
              (call $set (i64.extend_i32_u (memory.grow (i32.const 1)))) (call $reply))
           (func (export "canister_update fail")
              (drop (memory.grow (i32.const 5))) (call $set (i64.const 0)) (unreachable))
           (func (export "canister_query pages")
              (call $reply_number (i64.extend_i32_u (memory.size))))"#,
    );
    let bytes = |replica: &Replica| replica.canister_view(&id).unwrap().heap_bytes;
    for grown in 1..=3 {
        update(&mut replica, id, "grow").unwrap();
        assert_eq!(bytes(&replica), (1 + grown) * 65_536);
        assert!(update(&mut replica, id, "fail").is_err());
        assert_eq!(bytes(&replica), (1 + grown) * 65_536);
    }
    assert_eq!(query_number(&mut replica, id, "pages"), 4);
    assert_eq!(get(&mut replica, id), 3);
}

#[test]
fn should_go_on_beyond_the_length_of_the_journal() {
    let (mut replica, id) = with(WORKER);
    let calls = limits::JOURNAL_MESSAGES as u64 + 10;
    for number in 0..calls {
        let arg = number.to_le_bytes().to_vec();
        replica.update_call(stranger(), id, "work", arg).unwrap();
    }
    assert!(update(&mut replica, id, "fail").is_err());
    assert_eq!(get(&mut replica, id), calls);
    let mut replica = restart(&mut replica, &mut Snapshot::default());
    assert_eq!(get(&mut replica, id), calls);
}

#[test]
fn should_print_each_line_once() {
    let mut replica = replica();
    let id = replica.create_canister(controller()).unwrap();
    let fields = r#"(data (i32.const 1024) "line")
        (func (export "canister_update print")
          (call $print (i32.const 1024) (i32.const 4)) (call $reply))
        (func (export "canister_update fail") (unreachable))"#;
    let code = module(fields);
    replica
        .install_code(controller(), id, InstallMode::Install, code, vec![])
        .unwrap();
    update(&mut replica, id, "print").unwrap();
    assert!(update(&mut replica, id, "fail").is_err());
    assert_eq!(replica.debug_log(&id), ["line", "[TRAP]: unreachable"]);
}
