//! One slice: the program from its beginning, fed with the answers of the journal, up to what it asks
//! for next.

use candid::Principal;
use rustpython_vm::builtins::{
    PyBaseExceptionRef, PyBytes, PyCoroutine, PyDictRef, PyGenerator, PyList, PyStr, PyTuple,
};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyResult, TryFromBorrowedObject, VirtualMachine,
};

use crate::{budget, interpreter, native};
use chime_types::codex::{Answer, FailureCause, JournalEntry, Request, Slice, SliceOutcome};

/// How a program stopped.
enum Stop {
    /// With a value.
    End(PyObjectRef),
    /// With an exception.
    Exception(PyBaseExceptionRef),
    /// Because it asks for something that the journal does not hold.
    Request(Request),
    /// Because it asks for something else than the journal holds.
    Diverged { index: usize, got: String },
    /// Because what it yielded is no request.
    NoRequest(String),
}

/// Runs a slice.
pub fn run(slice: Slice) -> SliceOutcome {
    native::begin(&slice);
    interpreter::enter(|vm| {
        budget::begin(slice.limits.clone());
        let globals = vm.ctx.new_dict();
        let stop = begin(vm, &slice, &globals);
        let stop = held_to_the_journal(vm, &slice.journal, stop);
        let outcome = describe(vm, &slice, stop);
        budget::end();
        outcome
    })
}

/// Runs the program, and answers how it stopped and how many entries of the journal it had asked for.
fn begin(vm: &VirtualMachine, slice: &Slice, globals: &PyDictRef) -> (Stop, usize) {
    match main(vm, slice, globals) {
        Ok(value) => drive(vm, value, &slice.journal),
        Err(exception) => (Stop::Exception(exception), 0),
    }
}

fn main(vm: &VirtualMachine, slice: &Slice, globals: &PyDictRef) -> PyResult {
    globals.set_item("__name__", vm.ctx.new_str("__main__").into(), vm)?;
    let name = slice.codex.name.trim_end_matches(".py");
    interpreter::execute(vm, name, &slice.codex.code, globals.clone())?;
    match globals.get_item_opt("async_task", vm)? {
        Some(task) => task.call((), vm),
        None => Ok(globals
            .get_item_opt("result", vm)?
            .unwrap_or_else(|| vm.ctx.none())),
    }
}

/// Whether a value is suspended code.
fn is_suspended(value: &PyObject) -> bool {
    value.downcast_ref::<PyGenerator>().is_some() || value.downcast_ref::<PyCoroutine>().is_some()
}

/// Sends a generator the answers of the journal until it asks for more, or ends. A generator that it
/// yields is run to its end in its place, and its result is the answer.
fn drive(vm: &VirtualMachine, value: PyObjectRef, journal: &[JournalEntry]) -> (Stop, usize) {
    if !is_suspended(&value) {
        return (Stop::End(value), 0);
    }
    let mut waiting = vec![value];
    let mut next: PyResult = Ok(vm.ctx.none());
    let mut asked = 0;
    while let Some(innermost) = waiting.last() {
        let returned = match next {
            Ok(answer) => vm.call_method(innermost, "send", (answer,)),
            Err(exception) => vm.call_method(innermost, "throw", (exception,)),
        };
        let yielded = match returned {
            Ok(yielded) => yielded,
            Err(exception) => {
                waiting.pop();
                next = ended(vm, exception);
                continue;
            }
        };
        if is_suspended(&yielded) {
            waiting.push(yielded);
            next = Ok(vm.ctx.none());
            continue;
        }
        let request = match request(vm, &yielded) {
            Ok(request) => request,
            Err(text) => return (Stop::NoRequest(text), asked),
        };
        let Some(entry) = journal.get(asked) else {
            return (Stop::Request(request), asked);
        };
        if entry.request != request {
            let got = show(&request);
            return (Stop::Diverged { index: asked, got }, asked);
        }
        asked += 1;
        native::set_time(entry.answered_at);
        next = resolve(vm, &yielded, &entry.answer);
    }
    match next {
        Ok(value) => (Stop::End(value), asked),
        Err(exception) => (Stop::Exception(exception), asked),
    }
}

/// A generator that comes to its end raises what it returns.
fn ended(vm: &VirtualMachine, exception: PyBaseExceptionRef) -> PyResult {
    if exception.fast_isinstance(vm.ctx.exceptions.stop_iteration) {
        return exception.as_object().get_attr("value", vm);
    }
    Err(exception)
}

/// A program that stops before it has asked for all that is in its journal is not the one that asked.
fn held_to_the_journal(
    vm: &VirtualMachine,
    journal: &[JournalEntry],
    (stop, asked): (Stop, usize),
) -> Stop {
    let is_used_up = budget::used_up().is_some();
    if asked >= journal.len() || is_used_up {
        return stop;
    }
    let got = match stop {
        Stop::End(_) => "it comes to its end".to_string(),
        Stop::Exception(exception) => {
            let text = last_line(&written(vm, &exception));
            format!("it fails: {text}")
        }
        Stop::NoRequest(text) => format!("it yields {text}, which is no request"),
        stop @ (Stop::Request(_) | Stop::Diverged { .. }) => return stop,
    };
    Stop::Diverged { index: asked, got }
}

fn show(request: &Request) -> String {
    match request {
        Request::Call {
            canister,
            method,
            arguments,
            ..
        } => format!(
            "a call of {method} of {canister} with {} bytes",
            arguments.len()
        ),
        Request::Http { url, method, .. } => format!("{method} {url}"),
        Request::Sleep { seconds } => format!("a sleep of {seconds} s"),
    }
}

/// What was yielded, as a request.
fn request(vm: &VirtualMachine, yielded: &PyObject) -> Result<Request, String> {
    let is_none = |_| repr(vm, yielded);
    let parts = yielded.get_attr("_request", vm).map_err(is_none)?;
    let parts = parts
        .downcast_ref::<PyTuple>()
        .map(|tuple| tuple.as_slice());
    let found = match parts {
        Some([kind, canister, method, arguments, cycles]) if is(kind, "call") => {
            call(vm, canister, method, arguments, cycles)
        }
        Some([kind, url, method, headers, body, most]) if is(kind, "http") => {
            http(vm, url, method, headers, (body, most))
        }
        Some([kind, seconds]) if is(kind, "sleep") => u64::try_from_borrowed_object(vm, seconds)
            .ok()
            .map(|seconds| Request::Sleep { seconds }),
        _ => None,
    };
    found.ok_or_else(|| repr(vm, yielded))
}

fn is(value: &PyObject, text: &str) -> bool {
    as_text(value).is_some_and(|value| value == text)
}

fn as_text(value: &PyObject) -> Option<String> {
    let text = value.downcast_ref::<PyStr>()?;
    Some(text.to_string_lossy().into_owned())
}

fn as_bytes(value: &PyObject) -> Option<Vec<u8>> {
    Some(value.downcast_ref::<PyBytes>()?.as_bytes().to_vec())
}

fn call(
    vm: &VirtualMachine,
    canister: &PyObject,
    method: &PyObject,
    arguments: &PyObject,
    cycles: &PyObject,
) -> Option<Request> {
    Some(Request::Call {
        canister: Principal::try_from_slice(&as_bytes(canister)?).ok()?,
        method: as_text(method)?,
        arguments: as_bytes(arguments)?,
        cycles: u128::try_from_borrowed_object(vm, cycles).ok()?,
    })
}

fn http(
    vm: &VirtualMachine,
    url: &PyObject,
    method: &PyObject,
    headers: &PyObject,
    (body, most): (&PyObject, &PyObject),
) -> Option<Request> {
    let headers = headers.downcast_ref::<PyList>()?.borrow_vec().to_vec();
    let headers = headers.iter().map(|header| {
        let header = header.downcast_ref::<PyTuple>()?;
        let [name, value] = header.as_slice() else {
            return None;
        };
        Some((as_text(name)?, as_text(value)?))
    });
    let max_response_bytes = match vm.is_none(most) {
        true => None,
        false => Some(u64::try_from_borrowed_object(vm, most).ok()?),
    };
    Some(Request::Http {
        url: as_text(url)?,
        method: as_text(method)?,
        headers: headers.collect::<Option<_>>()?,
        body: as_bytes(body)?,
        max_response_bytes,
    })
}

/// What a program is sent for an answer, or the exception that is thrown into it.
fn resolve(vm: &VirtualMachine, yielded: &PyObject, answer: &Answer) -> PyResult {
    let resolve = yielded.get_attr("_resolve", vm)?;
    let ctx = &vm.ctx;
    match answer {
        Answer::Reply { reply } => resolve.call(("reply", ctx.new_bytes(reply.clone())), vm),
        Answer::Rejected { code, message } => {
            resolve.call(("rejected", *code, message.clone()), vm)
        }
        Answer::Response {
            status,
            headers,
            body,
        } => {
            let headers = headers.iter().map(|(name, value)| {
                let pair = [name, value].map(|text| ctx.new_str(text.as_str()).into());
                ctx.new_tuple(pair.to_vec()).into()
            });
            let headers = ctx.new_list(headers.collect());
            resolve.call(
                ("response", *status, headers, ctx.new_bytes(body.clone())),
                vm,
            )
        }
        Answer::Slept {} => resolve.call(("slept",), vm),
    }
}

fn describe(vm: &VirtualMachine, slice: &Slice, stop: Stop) -> SliceOutcome {
    match stop {
        Stop::End(value) => done(vm, slice, &value),
        Stop::Exception(exception) => failed(vm, slice, &exception),
        Stop::Request(request) => SliceOutcome::Yielded {
            request,
            log: native::take_log(),
        },
        Stop::Diverged { index, got } => SliceOutcome::Diverged {
            index: u32::try_from(index).unwrap_or(u32::MAX),
            expected: slice.journal[index].request.clone(),
            got,
        },
        Stop::NoRequest(text) => failure(
            FailureCause::Yield,
            format!(
                "{text} was yielded, which is nothing to wait for: yield ic.call(..), ic.sleep(..), a method \
                 of a Service or management_canister.http_request(..)"
            ),
            String::new(),
        ),
    }
}

fn done(vm: &VirtualMachine, slice: &Slice, value: &PyObject) -> SliceOutcome {
    let shown = interpreter::world("_world")
        .get_attr("_shown", vm)
        .and_then(|shown| shown.call((value.to_owned(),), vm));
    let state = interpreter::world("_entities")
        .get_attr("changed", vm)
        .and_then(|changed| changed.call((), vm));
    let (shown, state) = match (shown, state) {
        (Ok(shown), Ok(state)) => (shown, state),
        (Err(exception), _) | (_, Err(exception)) => return failed(vm, slice, &exception),
    };
    let state = as_text(&state);
    let most = usize::try_from(slice.limits.state_bytes).unwrap_or(usize::MAX);
    if state.as_ref().is_some_and(|state| state.len() > most) {
        let text = budget::text(FailureCause::State);
        return failure(FailureCause::State, text, String::new());
    }
    SliceOutcome::Done {
        value: as_text(&shown).unwrap_or_default(),
        state,
        log: native::take_log(),
    }
}

fn failed(vm: &VirtualMachine, slice: &Slice, exception: &PyBaseExceptionRef) -> SliceOutcome {
    let used_up = budget::used_up();
    let traceback = with_sources(slice, &written(vm, exception));
    let is_syntax = exception
        .class()
        .fast_issubclass(vm.ctx.exceptions.syntax_error);
    let cause = match used_up {
        Some(cause) => cause,
        None if is_syntax => FailureCause::Syntax,
        None => FailureCause::Exception,
    };
    let message = match used_up {
        Some(cause) => budget::text(cause),
        None => reason(exception, &traceback),
    };
    failure(cause, message, traceback)
}

/// The exception in a line: the last one of the traceback that names it, as its text may have several.
fn reason(exception: &PyBaseExceptionRef, traceback: &str) -> String {
    let class = exception.class().name().to_string();
    let mut lines = traceback.lines().rev();
    let named = lines.find(|line| line.starts_with(&class));
    named.map_or_else(|| last_line(traceback), str::to_string)
}

fn failure(cause: FailureCause, message: String, traceback: String) -> SliceOutcome {
    SliceOutcome::Failed {
        cause,
        message,
        traceback,
        log: native::take_log(),
    }
}

/// A traceback with the lines of the programs that it names: the interpreter looks for files.
fn with_sources(slice: &Slice, traceback: &str) -> String {
    let mut text = String::with_capacity(traceback.len());
    for line in traceback.lines() {
        text.push_str(line);
        text.push('\n');
        if let Some(source) = source_line(slice, line) {
            text.push_str("    ");
            text.push_str(source.trim());
            text.push('\n');
        }
    }
    text
}

/// The line of a program that `  File "program.py", line 2, in helper` names.
fn source_line<'a>(slice: &'a Slice, line: &str) -> Option<&'a str> {
    let (file, rest) = line.strip_prefix("  File \"")?.split_once("\", line ")?;
    let name = file.strip_suffix(".py")?;
    let number: usize = rest.split(',').next()?.parse().ok()?;
    let mut sources = std::iter::once(&slice.codex).chain(&slice.modules);
    let source = sources.find(|source| source.name.trim_end_matches(".py") == name)?;
    source.code.lines().nth(number.checked_sub(1)?)
}

fn written(vm: &VirtualMachine, exception: &PyBaseExceptionRef) -> String {
    let mut text = String::new();
    // It writes into a string, which does not fail; what it calls of the program may.
    if vm.write_exception(&mut text, exception).is_err() && text.is_empty() {
        text.push_str(&exception.class().name());
    }
    text
}

fn last_line(text: &str) -> String {
    text.trim_end()
        .lines()
        .next_back()
        .unwrap_or_default()
        .to_string()
}

fn repr(vm: &VirtualMachine, value: &PyObject) -> String {
    let repr = value
        .repr(vm)
        .map(|repr| repr.to_string_lossy().into_owned());
    let mut repr = repr.unwrap_or_else(|_| format!("a {}", value.class().name()));
    if repr.len() > 200 {
        let mut end = 200;
        while !repr.is_char_boundary(end) {
            end -= 1;
        }
        repr.truncate(end);
        repr.push_str("...");
    }
    repr
}
