//! A canister that takes memory, and settings that limit it.

use candid::{Nat, Principal};
use chime_replica::Replica;
use ic_management_canister_types::CanisterSettings;

use crate::spec::set;

/// Grows its heap and its stable memory, and counts what its system tasks do.
pub const GROWER: &str = r#"
(table funcref (elem $on_reply $on_reject))
(func $grow (drop (memory.grow (i32.const 16))))
(func (export "canister_update grow") (call $grow) (call $reply))
(func (export "canister_query grow query") (call $grow) (call $reply_number (i64.const 1)))
(func (export "canister_update grow stable")
  (drop (call $stable_grow (i64.const 160))) (call $reply))
(func $on_reply (param i32) (call $grow) (call $reply))
(func $on_reject (param i32) (call $grow) (call $reply))
(data (i32.const 1024) "no method")
(func (export "canister_update grow in callback")
  (call $call_self (i32.const 1024) (i32.const 9) (i32.const 0) (i32.const 1))
  (drop (call $perform)))
(func (export "canister_update alarm")
  (drop (call $timer_set (i64.add (call $time) (i64.const 1000000000)))) (call $reply))
(func (export "canister_global_timer") (call $grow) (call $add (i64.const 100)))
(func (export "canister_on_low_wasm_memory") (call $add (i64.const 1)))
"#;

/// Sixteen WebAssembly pages.
pub const STEP: u64 = 1 << 20;

/// Freezes a canister: no cycles last for ever.
pub fn freeze(replica: &mut Replica, id: Principal) {
    let settings = CanisterSettings {
        freezing_threshold: Some(Nat::from(u64::MAX)),
        ..Default::default()
    };
    set(replica, id, settings).unwrap();
}

pub fn limit(bytes: u64) -> CanisterSettings {
    CanisterSettings {
        wasm_memory_limit: Some(Nat::from(bytes)),
        ..Default::default()
    }
}

pub fn threshold(limit: u64, threshold: u64) -> CanisterSettings {
    CanisterSettings {
        wasm_memory_limit: Some(Nat::from(limit)),
        wasm_memory_threshold: Some(Nat::from(threshold)),
        ..Default::default()
    }
}
