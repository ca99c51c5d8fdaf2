//! Starts the interpreter of the runner while it is built, and writes its memory into the module: the
//! first run of a program costs what the hundredth costs.
//!
//! `chime-codex-image MODULE RESULT`

use anyhow::{Context, Result, ensure};
use futures::executor::block_on;
use wasmparser::ValType;
use wasmtime::{Caller, Config, Engine, Extern, Instance, Linker, Module, Store, Val};
use wasmtime_wizer::{InstanceState, SnapshotVal, Wizer};

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (module, result) = arguments
        .next()
        .zip(arguments.next())
        .context("usage: chime-codex-image MODULE RESULT")?;
    let module = std::fs::read(&module).with_context(|| format!("{module} cannot be read"))?;
    let initialized = initialize(&module)?;
    std::fs::write(&result, initialized).with_context(|| format!("{result} cannot be written"))
}

fn initialize(module: &[u8]) -> Result<Vec<u8>> {
    let wizer = Wizer::new();
    let (context, instrumented) = wizer
        .instrument(module)
        .map_err(|error| anyhow::anyhow!("the module cannot be initialized beforehand: {error}"))?;
    let mut config = Config::new();
    // The most that wasmtime allows by default.
    config.max_wasm_stack(2 * 1024 * 1024);
    let engine = Engine::new(&config).map_err(wrong)?;
    let compiled = Module::new(&engine, &instrumented).map_err(wrong)?;
    let mut linker = Linker::new(&engine);
    // Whatever else the start calls of the Internet Computer would not be there when it is built.
    linker.func_wrap("ic0", "trap", trap).map_err(wrong)?;
    linker
        .define_unknown_imports_as_traps(&compiled)
        .map_err(wrong)?;
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &compiled).map_err(wrong)?;
    let start = instance
        .get_typed_func::<(), ()>(&mut store, wizer.get_init_func())
        .map_err(wrong)?;
    start
        .call(&mut store, ())
        .map_err(wrong)
        .context("the interpreter does not start")?;
    let mut started = Started { store, instance };
    let initialized = block_on(wizer.snapshot(&context, &mut started)).map_err(|error| {
        anyhow::anyhow!("the memory cannot be written into the module: {error}")
    })?;
    ensure!(
        initialized.len() > module.len(),
        "the initialized module is no larger than the other one"
    );
    Ok(initialized)
}

/// How a start that fails says why.
fn trap(mut caller: Caller<'_, ()>, start: u32, length: u32) -> wasmtime::Result<()> {
    let memory = caller.get_export("memory").and_then(Extern::into_memory);
    let text = memory.and_then(|memory| {
        let start = start as usize;
        memory.data(&caller).get(start..start + length as usize)
    });
    let text = text.map_or("".into(), String::from_utf8_lossy);
    Err(wasmtime::Error::msg(text.into_owned()))
}

fn wrong(error: wasmtime::Error) -> anyhow::Error {
    anyhow::anyhow!("{error:?}")
}

/// The instance whose interpreter was started.
struct Started {
    store: Store<()>,
    instance: Instance,
}

impl InstanceState for Started {
    async fn global_get(&mut self, name: &str, _: ValType) -> SnapshotVal {
        let global = self.instance.get_global(&mut self.store, name);
        match global.expect("an exported global").get(&mut self.store) {
            Val::I32(value) => SnapshotVal::I32(value),
            Val::I64(value) => SnapshotVal::I64(value),
            Val::F32(bits) => SnapshotVal::F32(bits),
            Val::F64(bits) => SnapshotVal::F64(bits),
            other => panic!("a global of the module is {other:?}"),
        }
    }

    async fn memory_contents(&mut self, name: &str, contents: impl FnOnce(&[u8]) + Send) {
        let memory = self.instance.get_memory(&mut self.store, name);
        contents(memory.expect("an exported memory").data(&self.store));
    }
}
