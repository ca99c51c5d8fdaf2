//! What the world of a codex, which is written in Python, needs of the runner: `_chime`.

use std::cell::RefCell;

use crate::{budget, random};
use chime_types::codex::{ExecutionContext, FailureCause, Slice, Source};

pub(crate) use _chime::module_def;

/// What the slice that runs has to offer.
#[derive(Default)]
struct Present {
    execution: Option<ExecutionContext>,
    modules: Vec<Source>,
    state: String,
    log: String,
    now: u64,
}

thread_local! {
    static PRESENT: RefCell<Present> = RefCell::default();
}

/// Offers what belongs to a slice.
pub fn begin(slice: &Slice) {
    random::seed(&slice.execution.seed);
    PRESENT.set(Present {
        execution: Some(slice.execution.clone()),
        modules: slice.modules.clone(),
        state: slice.state.clone(),
        log: String::new(),
        now: slice.execution.started_at,
    });
}

/// The time that the program sees from now on.
pub fn set_time(now: u64) {
    PRESENT.with_borrow_mut(|present| present.now = now);
}

/// What was printed.
pub fn take_log() -> String {
    PRESENT.with_borrow_mut(|present| std::mem::take(&mut present.log))
}

fn write(text: &str) {
    let is_too_much = PRESENT.with_borrow_mut(|present| {
        let room = budget::output_limit().saturating_sub(present.log.len());
        if text.len() <= room {
            present.log.push_str(text);
            return false;
        }
        let mut end = room;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        present.log.push_str(&text[..end]);
        true
    });
    if is_too_much {
        budget::use_up(FailureCause::Output);
    }
}

#[rustpython_vm::pymodule]
mod _chime {
    use candid::Principal;
    use rustpython_vm::builtins::{PyBytesRef, PyListRef, PyStrRef};
    use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

    use super::{PRESENT, Present};
    use crate::candid_values;
    use chime_types::codex::ExecutionContext;

    fn with<R>(f: impl FnOnce(&Present) -> R) -> R {
        PRESENT.with_borrow(f)
    }

    #[pyfunction]
    fn write(text: PyStrRef) {
        super::write(&text.to_string_lossy());
    }

    #[pyfunction]
    fn now() -> u64 {
        with(|present| present.now)
    }

    #[pyfunction]
    fn random_bytes(size: usize, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
        let mut bytes = vec![0; size];
        getrandom::fill(&mut bytes).map_err(|error| vm.new_os_error(error.to_string()))?;
        Ok(vm.ctx.new_bytes(bytes).into())
    }

    #[pyfunction]
    fn state() -> String {
        with(|present| present.state.clone())
    }

    #[pyfunction]
    fn sources(vm: &VirtualMachine) -> PyListRef {
        let names = with(|present| {
            let names = present.modules.iter();
            names
                .map(|one| vm.ctx.new_str(one.name.as_str()).into())
                .collect()
        });
        vm.ctx.new_list(names)
    }

    #[pyfunction]
    fn has_source(name: PyStrRef) -> bool {
        source_of(&name.to_string_lossy()).is_some()
    }

    #[pyfunction]
    fn source(name: PyStrRef, vm: &VirtualMachine) -> PyResult<String> {
        let name = name.to_string_lossy();
        source_of(&name).ok_or_else(|| vm.new_value_error(format!("there is no codex {name}")))
    }

    fn source_of(name: &str) -> Option<String> {
        with(|present| {
            let found = present.modules.iter().find(|one| one.name == name);
            found.map(|one| one.code.clone())
        })
    }

    #[pyfunction]
    fn context(vm: &VirtualMachine) -> PyResult {
        let execution = with(|present| present.execution.clone());
        let Some(execution) = execution else {
            return Ok(vm.ctx.new_dict().into());
        };
        let ExecutionContext {
            execution_id,
            task_id,
            attempt,
            scheduled_at,
            started_at,
            scheduler,
            owner,
            input,
            seed: _,
        } = execution;
        let fields: [(&str, PyObjectRef); 8] = [
            ("execution_id", vm.ctx.new_int(execution_id).into()),
            ("task_id", vm.ctx.new_int(task_id).into()),
            ("attempt", vm.ctx.new_int(attempt).into()),
            ("scheduled_at", vm.ctx.new_int(scheduled_at).into()),
            ("started_at", vm.ctx.new_int(started_at).into()),
            ("scheduler", vm.ctx.new_str(scheduler.to_text()).into()),
            ("owner", vm.ctx.new_str(owner.to_text()).into()),
            ("input", vm.ctx.new_str(input).into()),
        ];
        let context = vm.ctx.new_dict();
        for (name, value) in fields {
            context.set_item(name, value, vm)?;
        }
        Ok(context.into())
    }

    #[pyfunction]
    fn principal_bytes(text: PyStrRef, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
        let text = text.to_string_lossy();
        let principal = Principal::from_text(&*text)
            .map_err(|error| vm.new_value_error(format!("{text:?} is no principal: {error}")))?;
        Ok(vm.ctx.new_bytes(principal.as_slice().to_vec()).into())
    }

    #[pyfunction]
    fn principal_text(bytes: PyBytesRef, vm: &VirtualMachine) -> PyResult<String> {
        let principal = Principal::try_from_slice(bytes.as_bytes())
            .map_err(|error| vm.new_value_error(format!("no principal: {error}")))?;
        Ok(principal.to_text())
    }

    #[pyfunction]
    fn encode(values: PyListRef, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
        let values = values.borrow_vec().to_vec();
        let encoded = candid_values::encode(vm, &values)?;
        Ok(vm.ctx.new_bytes(encoded).into())
    }

    #[pyfunction]
    fn decode(bytes: PyBytesRef, vm: &VirtualMachine) -> PyResult<PyListRef> {
        candid_values::decode(vm, bytes.as_bytes()).map(|values| vm.ctx.new_list(values))
    }
}
