//! What a slice may use: instructions, memory, output. What is used up raises an exception at the next
//! instruction of bytecode, and at every one after it, so that no handler of the program gets further.
//! What a built-in function uses beyond that ends in a trap: the slice is a query, so nothing is left of it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, RefCell};

use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::{PyResult, VirtualMachine, budget};

use chime_types::codex::{FailureCause, SliceLimits};

/// Instructions of bytecode between two looks at the counters.
const INTERVAL: i32 = 512;

/// What built-in functions may use beyond the limits, before the slice traps: the exception has to be
/// raised, handed up and written down.
const RESERVE_INSTRUCTIONS: u64 = 500_000_000;
const RESERVE_BYTES: usize = 16 * 1024 * 1024;

/// Allocations between two looks at the instructions, for built-in functions that run no bytecode.
const ALLOCATIONS: u32 = 10_000;

thread_local! {
    static LIMITS: RefCell<Option<SliceLimits>> = const { RefCell::new(None) };
    static USED_UP: Cell<Option<FailureCause>> = const { Cell::new(None) };
    static AT_START: Cell<u64> = const { Cell::new(0) };
}

/// Counts what is allocated.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Counters of the allocator. A canister has one thread.
struct Counters {
    live: Cell<usize>,
    /// Above it the slice traps.
    most: Cell<usize>,
    /// Allocations until the instructions are looked at.
    countdown: Cell<u32>,
    /// Above it the slice traps.
    instructions: Cell<u64>,
    /// What is given back becomes zero: while the module is built, whose size counts all else.
    wipes: Cell<bool>,
}

// SAFETY: there are no threads in a canister.
unsafe impl Sync for Counters {}

static COUNTERS: Counters = Counters {
    live: Cell::new(0),
    most: Cell::new(usize::MAX),
    countdown: Cell::new(u32::MAX),
    instructions: Cell::new(u64::MAX),
    wipes: Cell::new(false),
};

impl Counters {
    fn add(&self, bytes: usize) {
        let live = self.live.get().wrapping_add(bytes);
        self.live.set(live);
        if live > self.most.get() {
            ic0::trap(b"codex: the limit of memory is used up inside a built-in function");
        }
        let countdown = self.countdown.get();
        if countdown > 0 {
            self.countdown.set(countdown - 1);
        } else {
            self.countdown.set(ALLOCATIONS);
            if ic0::performance_counter(0) > self.instructions.get() {
                ic0::trap(
                    b"codex: the limit of instructions is used up inside a built-in function",
                );
            }
        }
    }
}

// SAFETY: all is handed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNTERS.add(layout.size());
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        COUNTERS
            .live
            .set(COUNTERS.live.get().wrapping_sub(layout.size()));
        if COUNTERS.wipes.get() {
            // SAFETY: it is still the caller's, who does not need it any more.
            unsafe { pointer.write_bytes(0, layout.size()) };
        }
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        COUNTERS.add(layout.size());
        // SAFETY: as the caller promises.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if COUNTERS.wipes.get() {
            let wanted =
                Layout::from_size_align(size, layout.align()).expect("as the caller promises");
            // SAFETY: both are as large as they say, and do not overlap.
            unsafe {
                let moved = self.alloc(wanted);
                moved.copy_from_nonoverlapping(pointer, size.min(layout.size()));
                self.dealloc(pointer, layout);
                return moved;
            }
        }
        COUNTERS
            .live
            .set(COUNTERS.live.get().wrapping_sub(layout.size()));
        COUNTERS.add(size);
        // SAFETY: as the caller promises.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// Whether what is given back becomes zero.
pub fn wipe(wipes: bool) {
    COUNTERS.wipes.set(wipes);
}

/// Begins to hold the slice to its limits.
pub fn begin(limits: SliceLimits) {
    let memory = usize::try_from(limits.memory_bytes).unwrap_or(usize::MAX);
    let live = COUNTERS.live.get();
    COUNTERS
        .most
        .set(live.saturating_add(memory).saturating_add(RESERVE_BYTES));
    COUNTERS.countdown.set(ALLOCATIONS);
    let instructions = limits.instructions.saturating_add(RESERVE_INSTRUCTIONS);
    COUNTERS.instructions.set(instructions);
    AT_START.set(live as u64);
    USED_UP.set(None);
    LIMITS.set(Some(limits));
    budget::ask_after(INTERVAL);
}

/// Ends it: what is left to do is the runner's own.
pub fn end() {
    budget::ask_after(i32::MAX);
}

/// What is used up, if anything is.
pub fn used_up() -> Option<FailureCause> {
    USED_UP.get()
}

/// What is used up ends the program.
pub fn use_up(cause: FailureCause) {
    USED_UP.set(Some(USED_UP.get().unwrap_or(cause)));
    budget::ask_after(0);
}

/// What the limit of a slice is, in words.
pub fn text(cause: FailureCause) -> String {
    LIMITS.with_borrow(|limits| {
        let Some(limits) = limits else {
            return String::new();
        };
        match cause {
            FailureCause::Instructions => format!(
                "the budget of {} instructions is used up",
                limits.instructions
            ),
            FailureCause::Memory => {
                format!(
                    "the limit of {} bytes of memory is used up",
                    limits.memory_bytes
                )
            }
            FailureCause::Output => {
                format!("more than {} bytes were printed", limits.output_bytes)
            }
            FailureCause::State => {
                format!("the entities hold more than {} bytes", limits.state_bytes)
            }
            FailureCause::Syntax | FailureCause::Exception | FailureCause::Yield => String::new(),
        }
    })
}

/// How many bytes may be printed.
pub fn output_limit() -> usize {
    LIMITS.with_borrow(|limits| {
        limits.as_ref().map_or(0, |limits| {
            usize::try_from(limits.output_bytes).unwrap_or(usize::MAX)
        })
    })
}

fn look() -> Option<FailureCause> {
    if let Some(cause) = USED_UP.get() {
        return Some(cause);
    }
    LIMITS.with_borrow(|limits| {
        let limits = limits.as_ref()?;
        let live = (COUNTERS.live.get() as u64).saturating_sub(AT_START.get());
        if live > limits.memory_bytes {
            Some(FailureCause::Memory)
        } else if ic0::performance_counter(0) > limits.instructions {
            Some(FailureCause::Instructions)
        } else {
            None
        }
    })
}

/// What the interpreter asks when its countdown is over.
#[unsafe(no_mangle)]
extern "Rust" fn rustpython_budget_check(vm: &VirtualMachine) -> PyResult<()> {
    let Some(cause) = look() else {
        budget::ask_after(INTERVAL);
        return Ok(());
    };
    // First of all: what follows runs no bytecode, but what it calls might.
    use_up(cause);
    Err(exception(vm, cause))
}

fn exception(vm: &VirtualMachine, cause: FailureCause) -> PyBaseExceptionRef {
    let class = vm.ctx.exceptions.base_exception_type.to_owned();
    vm.new_exception_msg(class, text(cause).into())
}
