//! Binds the functions of `sys` to WebAssembly imports: one generic binding for all of them.
//!
//! A pointer or a size is an `i32` in a 32-bit module and an `i64` in a 64-bit one; everything else
//! of the system interface is the same.

use std::sync::LazyLock;

use wasmtime::{Caller, FuncType, Linker, Memory, StoreLimits, Val, ValType};

use crate::sys::{FUNCTIONS, Function, Guest, Kind, Run, Trap};

/// The data of a store.
pub(super) struct Host {
    pub(super) limits: StoreLimits,
    pub(super) memory: Option<Memory>,
    /// The message being executed; a store at rest has none.
    pub(super) run: Option<Box<Run>>,
}

static LINKER_WASM32: LazyLock<Linker<Host>> = LazyLock::new(|| build(&ValType::I32));
static LINKER_WASM64: LazyLock<Linker<Host>> = LazyLock::new(|| build(&ValType::I64));

pub(super) fn linker(is_wasm64: bool) -> &'static Linker<Host> {
    if is_wasm64 {
        &LINKER_WASM64
    } else {
        &LINKER_WASM32
    }
}

fn build(pointer: &ValType) -> Linker<Host> {
    let wasm_type = |kind: &Kind| match kind {
        Kind::Pointer => pointer.clone(),
        Kind::I32 => ValType::I32,
        Kind::I64 => ValType::I64,
    };
    let mut linker = Linker::new(&super::ENGINE);
    for function in FUNCTIONS {
        let ty = FuncType::new(
            &super::ENGINE,
            function.params.iter().map(wasm_type),
            function.result.iter().map(wasm_type),
        );
        let result_type = function.result.as_ref().map(wasm_type);
        linker
            .func_new("ic0", function.name, ty, move |caller, params, results| {
                let value = call(function, caller, params)?;
                match result_type {
                    Some(ValType::I32) => results[0] = Val::I32(value as u32 as i32),
                    Some(_) => results[0] = Val::I64(value as i64),
                    None => {}
                }
                Ok(())
            })
            .expect("BUG: the table of system functions holds a name twice");
    }
    linker
}

fn call(
    function: &Function,
    mut caller: Caller<'_, Host>,
    params: &[Val],
) -> Result<u64, wasmtime::Error> {
    let mut args = [0; 8];
    for (arg, param) in args.iter_mut().zip(params) {
        *arg = match param {
            Val::I32(value) => u64::from(*value as u32),
            Val::I64(value) => *value as u64,
            _ => unreachable!("BUG: a system function takes integers only"),
        };
    }
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
