//! The WebAssembly engine: turns module bytes into instances and runs their functions.
//!
//! It knows wasmtime and nothing of canisters, calls or time; what a message may do is decided in
//! `sys`, when its effects are committed in `canister`.

mod costs;
mod instance;
mod invalid;
mod linker;
mod module;
mod precompiled;
mod transform;
mod validate;

pub(crate) use instance::{Instance, Target};
pub(crate) use invalid::InvalidModule;
pub(crate) use module::CompiledModule;
pub(crate) use precompiled::{Code, CodeKey, CodeSeal};
pub(crate) use transform::ListedGlobal;

use std::cell::Cell;
use std::sync::LazyLock;

use wasmtime::{Config, Engine};

use crate::limits::{HOST_STACK_BYTES, WASM_STACK_BYTES};

/// Virtual address space of one 32-bit heap. With all of it reserved the compiler needs no bounds
/// checks; nothing is committed before it is used, and few instances are live at a time.
const MEMORY_RESERVATION_BYTES: u64 = 4 * 1024 * 1024 * 1024;
const MEMORY_GUARD_BYTES: u64 = 64 * 1024;

/// One engine for the process and each width of memory addresses, so that every replica shares the
/// compiled modules. They differ in what instructions cost.
static ENGINE_WASM32: LazyLock<Engine> = LazyLock::new(|| build_engine(false));
static ENGINE_WASM64: LazyLock<Engine> = LazyLock::new(|| build_engine(true));

fn engine(is_wasm64: bool) -> &'static Engine {
    if is_wasm64 {
        &ENGINE_WASM64
    } else {
        &ENGINE_WASM32
    }
}

fn build_engine(is_wasm64: bool) -> Engine {
    let mut config = Config::new();
    config
        .consume_fuel(true)
        .operator_cost(costs::operator_costs(is_wasm64))
        .cranelift_nan_canonicalization(true)
        // `validate` refuses what the Internet Computer does not know before the engine sees it.
        .wasm_relaxed_simd(false)
        .wasm_tail_call(false)
        .wasm_multi_memory(false)
        .wasm_memory64(true)
        .async_stack_size(2 * WASM_STACK_BYTES)
        .max_wasm_stack(WASM_STACK_BYTES)
        .memory_reservation(MEMORY_RESERVATION_BYTES)
        .memory_guard_size(MEMORY_GUARD_BYTES)
        .guard_before_linear_memory(false);
    Engine::new(&config).expect("BUG: the engine's configuration is constant and valid")
}

thread_local! {
    /// Whether this thread was made by [`on_guest_stack`].
    static IS_GUEST_STACK: Cell<bool> = const { Cell::new(false) };
}

/// Takes the stack of this thread for large enough, whatever it is: for fuzzing, where to hand
/// each input to another thread would take most of the time.
pub(crate) fn take_this_stack() {
    IS_GUEST_STACK.set(true);
}

/// Runs `work` on a thread whose stack holds the deepest guest call, 16 MiB; the caller's own may
/// be small.
///
/// Whatever executes messages does that by itself. To make a thread and to wait for it takes
/// longer than most messages, though, so a simulation of many short steps is faster when all of it
/// is the `work` of one call: inside, no further threads are made.
///
/// ```
/// use chime_replica::{Replica, ReplicaConfig, on_guest_stack};
///
/// let mut replica = Replica::new(ReplicaConfig::default());
/// let ticks = on_guest_stack(|| (0..1_000).filter(|_| replica.tick()).count());
/// assert_eq!(ticks, 0);
/// ```
///
/// # Panics
/// When `work` does, and when the operating system refuses a thread.
pub fn on_guest_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    if IS_GUEST_STACK.get() {
        return work();
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .name("guest".to_owned())
            .stack_size(HOST_STACK_BYTES)
            .spawn_scoped(scope, || {
                IS_GUEST_STACK.set(true);
                work()
            })
            .expect("the operating system refuses a thread");
        match thread.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
