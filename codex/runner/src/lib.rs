//! The runner: runs stored Python, a slice at a time, and holds no truth.
//!
//! A slice is a query that the scheduler calls, so all that it changes is gone when it has answered: no
//! run sees or harms another, memory never grows, and the interpreter is always as it was when the
//! module was built. It knows nothing of tasks, schedules or retries: what a program asks for, the
//! scheduler does.

mod budget;
mod candid_values;
mod interpreter;
mod native;
mod random;
mod run;

use chime_types::codex::{Slice, SliceReport, Source, SourceReport};

/// Run while the module is built, before its memory is written into it.
#[unsafe(export_name = "wizer-initialize")]
extern "C" fn initialize() {
    budget::wipe(true);
    interpreter::prepare();
    budget::wipe(false);
}

/// Runs a program up to its end, or up to what it asks for next.
#[ic_cdk::query]
fn run_slice(slice: Slice) -> SliceReport {
    may_call();
    SliceReport {
        outcome: run::run(slice),
        instructions: ic_cdk::api::instruction_counter(),
    }
}

/// Compiles a program, and says where it is wrong.
#[ic_cdk::query]
fn check_source(source: Source) -> SourceReport {
    may_call();
    SourceReport {
        problem: interpreter::enter(|vm| interpreter::problem(vm, &source)),
        instructions: ic_cdk::api::instruction_counter(),
    }
}

/// In a query of a person nobody pays. Another canister makes this one pay: only one that controls it may.
fn may_call() {
    if ic_cdk::api::in_replicated_execution() {
        let caller = ic_cdk::api::msg_caller();
        if !ic_cdk::api::is_controller(&caller) {
            ic_cdk::api::trap("only a controller of this runner may have it run programs");
        }
    }
}

/// The interface, for whoever asks the canister for it.
#[unsafe(link_section = "icp:public candid:service")]
#[used]
static INTERFACE: [u8; include_bytes!("../codex.did").len()] = *include_bytes!("../codex.did");
