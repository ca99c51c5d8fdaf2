//! A live instance: runs functions, and shows its memory and globals for commit and rollback.

use wasmtime::{Func, Global, Memory, Ref, Store, StoreLimitsBuilder, Table, Val, ValType};

use super::CompiledModule;
use super::linker::Host;
use super::transform::{ListedGlobal, MEMORY_EXPORT, TABLE_EXPORT, global_export};
use crate::limits::{HEAP_BYTES_WASM32, HEAP_BYTES_WASM64, TABLE_ELEMENTS};
use crate::memory::{HeapImage, WASM_PAGE_BYTES};
use crate::state::{Closure, GlobalValue};
use crate::sys::{Run, Trap};

/// The function to run.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target<'a> {
    /// An exported entry point.
    Export(&'a str),
    /// A function of the table, with its argument.
    Closure(Closure),
}

/// An instance of a module.
pub(crate) struct Instance {
    store: Store<Host>,
    instance: wasmtime::Instance,
    memory: Option<Memory>,
    table: Option<Table>,
    globals: Vec<Global>,
    is_wasm64: bool,
}

impl Instance {
    /// A fresh instance: data segments are in place, the start function did not run.
    pub(crate) fn new(module: &CompiledModule) -> Result<Self, String> {
        let heap_bytes = if module.is_wasm64 {
            HEAP_BYTES_WASM64
        } else {
            HEAP_BYTES_WASM32
        };
        let limits = StoreLimitsBuilder::new()
            .memory_size(heap_bytes)
            .table_elements(TABLE_ELEMENTS)
            .instances(1)
            .build();
        let host = Host {
            limits,
            memory: None,
            run: None,
        };
        let mut store = Store::new(super::engine(module.is_wasm64), host);
        store.limiter(|host| &mut host.limits);
        let instance = module
            .instance_pre
            .instantiate(&mut store)
            .map_err(|error| format!("{error:#}"))?;
        let memory = instance.get_memory(&mut store, MEMORY_EXPORT);
        store.data_mut().memory = memory;
        let table = instance.get_table(&mut store, TABLE_EXPORT);
        let globals = (0..module.mutable_globals)
            .map(|index| {
                instance
                    .get_global(&mut store, &global_export(index))
                    .expect("BUG: the transform exports every mutable global")
            })
            .collect();
        Ok(Self {
            store,
            instance,
            memory,
            table,
            globals,
            is_wasm64: module.is_wasm64,
        })
    }

    /// An instance with the given heap and globals.
    pub(crate) fn resume(
        module: &CompiledModule,
        heap: &HeapImage,
        globals: &[GlobalValue],
    ) -> Result<Self, String> {
        let mut instance = Self::new(module)?;
        instance.grow_to(heap.len())?;
        heap.roll_back(instance.memory_mut());
        instance.set_globals(globals);
        Ok(instance)
    }

    /// Grows the memory to at least that many bytes.
    pub(crate) fn grow_to(&mut self, bytes: usize) -> Result<(), String> {
        let missing = bytes.saturating_sub(self.memory().len()) as u64;
        match self.memory {
            Some(memory) if missing > 0 => memory
                .grow(&mut self.store, missing.div_ceil(WASM_PAGE_BYTES))
                .map(|_| ())
                .map_err(|error| format!("{error:#}")),
            _ => Ok(()),
        }
    }

    /// Runs a function with the instructions in `run.fuel`, and gives `run` back as it is after
    /// it. Memory and globals keep what the function did, even when it failed.
    pub(crate) fn invoke(&mut self, target: Target<'_>, run: Box<Run>) -> (Box<Run>, Option<Trap>) {
        self.store
            .set_fuel(run.fuel)
            .expect("BUG: fuel is enabled in the engine");
        self.store.data_mut().run = Some(run);
        let result = match self.resolve(target) {
            Ok((function, arg)) => function
                .call(&mut self.store, arg.as_slice(), &mut [])
                .map_err(|error| Trap::from_engine(&error)),
            Err(trap) => Err(trap),
        };
        let fuel = self.store.get_fuel();
        let mut run = self
            .store
            .data_mut()
            .run
            .take()
            .expect("BUG: the message left the store");
        run.fuel = fuel.expect("BUG: fuel is enabled in the engine");
        (run, result.err())
    }

    fn resolve(&mut self, target: Target<'_>) -> Result<(Func, Option<Val>), Trap> {
        match target {
            Target::Export(name) => self
                .instance
                .get_func(&mut self.store, name)
                .map(|function| (function, None))
                .ok_or(Trap::NoSuchFunction),
            Target::Closure(closure) => {
                let function = self.table_function(closure.function)?;
                let (ty, arg) = if self.is_wasm64 {
                    (ValType::I64, Val::I64(closure.env as i64))
                } else {
                    (ValType::I32, Val::I32(closure.env as u32 as i32))
                };
                let actual = function.ty(&self.store);
                let params: Vec<_> = actual.params().collect();
                let fits = matches!(params.as_slice(), [param] if ValType::eq(param, &ty));
                if fits && actual.results().len() == 0 {
                    return Ok((function, Some(arg)));
                }
                Err(Trap::NoSuchFunction)
            }
        }
    }

    fn table_function(&mut self, index: u64) -> Result<Func, Trap> {
        match self
            .table
            .and_then(|table| table.get(&mut self.store, index))
        {
            Some(Ref::Func(Some(function))) => Ok(function),
            _ => Err(Trap::NoSuchFunction),
        }
    }

    /// The linear memory; empty when the module has none.
    pub(crate) fn memory(&self) -> &[u8] {
        match self.memory {
            Some(memory) => memory.data(&self.store),
            None => &[],
        }
    }

    /// The linear memory, to write to.
    pub(crate) fn memory_mut(&mut self) -> &mut [u8] {
        match self.memory {
            Some(memory) => memory.data_mut(&mut self.store),
            None => &mut [],
        }
    }

    /// The values of the mutable globals, in the module's order.
    pub(crate) fn globals(&mut self) -> Vec<GlobalValue> {
        let store = &mut self.store;
        self.globals
            .iter()
            .map(|global| {
                plain(global.get(&mut *store))
                    .expect("BUG: the transform refuses mutable globals of other types")
            })
            .collect()
    }

    /// The values of the globals that snapshots list, with the given values for the mutable ones;
    /// `None` for a reference, which has no value outside.
    pub(crate) fn listed_globals(
        &mut self,
        listed: &[ListedGlobal],
        mutable: &[GlobalValue],
    ) -> Vec<Option<GlobalValue>> {
        let mut mutable = mutable.iter().copied();
        let value = |global: &ListedGlobal| match global {
            ListedGlobal::Mutable => mutable.next(),
            ListedGlobal::Constant(name) => {
                let global = self.instance.get_global(&mut self.store, name)?;
                plain(global.get(&mut self.store))
            }
        };
        listed.iter().map(value).collect()
    }

    /// Sets the mutable globals to what [`Self::globals`] of the same module gave.
    pub(crate) fn set_globals(&mut self, values: &[GlobalValue]) {
        for (global, value) in self.globals.iter().zip(values) {
            let value = match *value {
                GlobalValue::I32(value) => Val::I32(value),
                GlobalValue::I64(value) => Val::I64(value),
                GlobalValue::F32(bits) => Val::F32(bits),
                GlobalValue::F64(bits) => Val::F64(bits),
                GlobalValue::V128(bits) => Val::V128(bits.into()),
            };
            global
                .set(&mut self.store, value)
                .expect("BUG: the globals belong to another module");
        }
    }
}

/// The value of a global, unless it is a reference.
fn plain(value: Val) -> Option<GlobalValue> {
    match value {
        Val::I32(value) => Some(GlobalValue::I32(value)),
        Val::I64(value) => Some(GlobalValue::I64(value)),
        Val::F32(bits) => Some(GlobalValue::F32(bits)),
        Val::F64(bits) => Some(GlobalValue::F64(bits)),
        Val::V128(bits) => Some(GlobalValue::V128(bits.as_u128())),
        _ => None,
    }
}
