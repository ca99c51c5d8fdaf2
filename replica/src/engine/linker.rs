//! Binds the functions of `sys` to WebAssembly imports, by their signatures.
//!
//! A pointer or a size is an `i32` in a 32-bit module and an `i64` in a 64-bit one; everything else
//! of the system interface is the same.

use std::sync::LazyLock;

use wasmtime::{Caller, Linker, Memory, StoreLimits, WasmRet, WasmTy};

use crate::sys::{FUNCTIONS, Function, Guest, Kind, Run, Trap};

/// The data of a store.
pub(super) struct Host {
    pub(super) limits: StoreLimits,
    pub(super) memory: Option<Memory>,
    /// The message being executed; a store at rest has none.
    pub(super) run: Option<Box<Run>>,
}

static LINKER_WASM32: LazyLock<Linker<Host>> = LazyLock::new(|| build::<i32>(false));
static LINKER_WASM64: LazyLock<Linker<Host>> = LazyLock::new(|| build::<i64>(true));

pub(super) fn linker(is_wasm64: bool) -> &'static Linker<Host> {
    if is_wasm64 {
        &LINKER_WASM64
    } else {
        &LINKER_WASM32
    }
}

/// A number as a guest passes it.
trait Word: WasmTy {
    fn widen(self) -> u64;
}

impl Word for i32 {
    fn widen(self) -> u64 {
        u64::from(self as u32)
    }
}

impl Word for i64 {
    fn widen(self) -> u64 {
        self as u64
    }
}

/// What a guest gets back.
trait Answer: WasmRet {
    fn narrow(value: u64) -> Self;
}

impl Answer for () {
    fn narrow(_: u64) -> Self {}
}

impl Answer for i32 {
    fn narrow(value: u64) -> Self {
        value as u32 as Self
    }
}

impl Answer for i64 {
    fn narrow(value: u64) -> Self {
        value as Self
    }
}

/// Binds a function by its signature, which spares it the checks of an untyped one.
macro_rules! bind {
    ($linker:ident, $function:ident, ($($arg:ident: $kind:ty),*) -> $result:ty) => {
        $linker.func_wrap(
            "ic0",
            $function.name,
            move |caller: Caller<'_, Host>, $($arg: $kind),*| -> wasmtime::Result<$result> {
                let value = call($function, caller, &[$($arg.widen()),*])?;
                Ok(<$result>::narrow(value))
            },
        )
    };
}

/// A linker for modules whose memory addresses are of type `P`.
fn build<P: Word + Answer>(is_wasm64: bool) -> Linker<Host> {
    let mut linker = Linker::new(super::engine(is_wasm64));
    let offered = |function: &&Function| !(is_wasm64 && function.is_32_bit_only);
    for function in FUNCTIONS.iter().filter(offered) {
        bind_one::<P>(&mut linker, function)
            .expect("BUG: the table of system functions holds a name twice");
    }
    linker
}

#[rustfmt::skip]
fn bind_one<T: Word + Answer>(
    linker: &mut Linker<Host>,
    function: &'static Function,
) -> wasmtime::Result<()> {
    use Kind::{I32 as W, I64 as L, Pointer as P};
    match (function.params, function.result) {
        ([], None) => bind!(linker, function, () -> ()),
        ([], Some(P)) => bind!(linker, function, () -> T),
        ([], Some(W)) => bind!(linker, function, () -> i32),
        ([], Some(L)) => bind!(linker, function, () -> i64),
        ([P], None) => bind!(linker, function, (a: T) -> ()),
        ([P], Some(P)) => bind!(linker, function, (a: T) -> T),
        ([P, P], None) => bind!(linker, function, (a: T, b: T) -> ()),
        ([P, P], Some(P)) => bind!(linker, function, (a: T, b: T) -> T),
        ([P, P], Some(W)) => bind!(linker, function, (a: T, b: T) -> i32),
        ([P, P, P], None) => bind!(linker, function, (a: T, b: T, c: T) -> ()),
        ([P, P, P, P], None) => bind!(linker, function, (a: T, b: T, c: T, d: T) -> ()),
        ([P, P, P, P, P], None) => {
            bind!(linker, function, (a: T, b: T, c: T, d: T, e: T) -> ())
        }
        ([P, P, P, P, P, P, P, P], None) => {
            bind!(linker, function, (a: T, b: T, c: T, d: T, e: T, f: T, g: T, h: T) -> ())
        }
        ([P, P, W, P], Some(W)) => bind!(linker, function, (a: T, b: T, c: i32, d: T) -> i32),
        ([W], None) => bind!(linker, function, (a: i32) -> ()),
        ([W], Some(W)) => bind!(linker, function, (a: i32) -> i32),
        ([W], Some(L)) => bind!(linker, function, (a: i32) -> i64),
        ([W, W, W], None) => bind!(linker, function, (a: i32, b: i32, c: i32) -> ()),
        ([L], None) => bind!(linker, function, (a: i64) -> ()),
        ([L], Some(L)) => bind!(linker, function, (a: i64) -> i64),
        ([L, L], None) => bind!(linker, function, (a: i64, b: i64) -> ()),
        ([L, L, P], None) => bind!(linker, function, (a: i64, b: i64, c: T) -> ()),
        ([L, L, L], None) => bind!(linker, function, (a: i64, b: i64, c: i64) -> ()),
        _ => unreachable!("BUG: ic0.{} has a signature of its own", function.name),
    }
    .map(|_| ())
}

fn call(function: &Function, mut caller: Caller<'_, Host>, given: &[u64]) -> wasmtime::Result<u64> {
    let mut args = [0; 8];
    args[..given.len()].copy_from_slice(given);
    let fuel = caller.get_fuel()?;
    let (bytes, host) = match caller.data().memory {
        Some(memory) => memory.data_and_store_mut(&mut caller),
        None => (&mut [][..], caller.data_mut()),
    };
    let run = host
        .run
        .as_deref_mut()
        .expect("BUG: a guest runs without a message");
    run.fuel = fuel;
    let result = function.invoke(run, &mut Guest::new(bytes), &args);
    let fuel = run.fuel;
    caller.set_fuel(fuel)?;
    result.map_err(|trap: Trap| wasmtime::Error::new(trap))
}
