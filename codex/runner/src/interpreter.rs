//! The one interpreter: started, with the library that programs use, while the module is built.

use std::cell::{OnceCell, RefCell};

use rustpython_vm::builtins::PyDictRef;
use rustpython_vm::compiler::Mode;
use rustpython_vm::scope::Scope;
use rustpython_vm::{
    AsObject, Interpreter, PyObjectRef, PyResult, Settings, TryFromBorrowedObject, VirtualMachine,
};

use chime_types::codex::{Source, SyntaxProblem};

use crate::native;

/// What a codex may import of the standard library.
pub const LIBRARY: &[&str] = &[
    "abc",
    "base64",
    "binascii",
    "bisect",
    "calendar",
    "cmath",
    "collections",
    "collections.abc",
    "contextlib",
    "copy",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "fractions",
    "functools",
    "hashlib",
    "heapq",
    "hmac",
    "html",
    "html.parser",
    "io",
    "itertools",
    "json",
    "math",
    "numbers",
    "operator",
    "pprint",
    "random",
    "re",
    "statistics",
    "string",
    "struct",
    "textwrap",
    "time",
    "traceback",
    "types",
    "typing",
    "unicodedata",
    "urllib.parse",
    "uuid",
    "zlib",
];

/// What modules of the library need when they are loaded, and a program does not see.
const HIDDEN: &[&str] = &["os", "platform", "posix"];
const HIDDEN_SOURCE: &str = include_str!("../world/_machine.py");

/// Modules that the library does without if they are not there: one asks the machine for the time, and with
/// the other one a `partial` of a `partial` changes the inner one.
const ABSENT: &[&str] = &["_datetime", "_functools"];

/// What the library loads when it is first used: at that time it would miss what is hidden.
const LATER: &[&str] = &["_strptime", "locale"];

/// Modules of ours, in the order in which they need each other.
const WORLD: &[(&str, &str)] = &[
    ("_entities", include_str!("../world/_entities.py")),
    ("_candid", include_str!("../world/_candid.py")),
    ("_requests", include_str!("../world/_requests.py")),
    ("_world", include_str!("../world/_world.py")),
];

thread_local! {
    static INTERPRETER: OnceCell<Interpreter> = const { OnceCell::new() };
    static MODULES: RefCell<Vec<(&'static str, PyObjectRef)>> = const { RefCell::new(Vec::new()) };
}

/// Starts the interpreter and loads what programs use.
pub fn prepare() {
    // A build that fails has to say why.
    std::panic::set_hook(Box::new(|panic| ic_cdk::api::trap(panic.to_string())));
    INTERPRETER.with(|cell| {
        let interpreter = start();
        interpreter.enter(|vm| {
            if let Err(error) = load(vm) {
                let mut text = String::new();
                vm.write_exception(&mut text, &error)
                    .expect("a string takes all");
                ic_cdk::api::trap(text);
            }
        });
        drop(cell.set(interpreter));
    });
}

/// Does something with the interpreter.
pub fn enter<R>(f: impl FnOnce(&VirtualMachine) -> R) -> R {
    INTERPRETER.with(|cell| cell.get_or_init(start).enter(f))
}

fn start() -> Interpreter {
    let mut settings = Settings::default();
    settings.isolated = true;
    settings.install_signal_handlers = false;
    settings.hash_seed = Some(0);
    let builder = Interpreter::builder(settings);
    let library = rustpython_stdlib::stdlib_module_defs(&builder.ctx);
    let native = native::module_def(&builder.ctx);
    builder
        .add_native_modules(&library)
        .add_native_module(native)
        .add_frozen_modules(rustpython_pylib::FROZEN_STDLIB)
        .build()
}

fn load(vm: &VirtualMachine) -> PyResult<()> {
    for name in HIDDEN {
        define(vm, name, HIDDEN_SOURCE)?;
    }
    let modules = vm.sys_module.get_attr("modules", vm)?;
    for name in ABSENT {
        modules.set_item(*name, vm.ctx.none(), vm)?;
    }
    for name in LIBRARY.iter().chain(LATER) {
        vm.import(&vm.ctx.new_str(*name), 0)?;
    }
    for (name, source) in WORLD {
        let module = define(vm, name, source)?;
        MODULES.with_borrow_mut(|modules| modules.push((name, module)));
    }
    for name in HIDDEN {
        modules.del_item(*name, vm)?;
    }
    let world = world("_world");
    let library = LIBRARY.iter().map(|name| vm.ctx.new_str(*name).into());
    let library = vm.ctx.new_list(library.collect());
    world
        .get_attr("_set_up", vm)?
        .call((library,), vm)
        .map(drop)
}

/// Makes a module of a source.
fn define(vm: &VirtualMachine, name: &'static str, source: &str) -> PyResult {
    let globals = vm.ctx.new_dict();
    let module: PyObjectRef = vm.new_module(name, globals.clone(), None).into();
    let modules = vm.sys_module.get_attr("modules", vm)?;
    modules.set_item(name, module.clone(), vm)?;
    execute(vm, name, source, globals)?;
    Ok(module)
}

/// Runs a source in a scope of its own.
pub fn execute(vm: &VirtualMachine, name: &str, source: &str, globals: PyDictRef) -> PyResult<()> {
    let code = vm
        .compile(source, Mode::Exec, format!("{name}.py"))
        .map_err(|error| error.into_pyexception(vm, Some(source)))?;
    let scope = Scope::with_builtins(None, globals, vm);
    vm.run_code_obj(code, scope).map(drop)
}

/// Why a source does not compile.
pub fn problem(vm: &VirtualMachine, source: &Source) -> Option<SyntaxProblem> {
    let file = format!("{}.py", source.name);
    let error = vm.compile(&source.code, Mode::Exec, file).err()?;
    let exception = error.into_pyexception(vm, Some(&source.code));
    let field = |name: &'static str| exception.as_object().get_attr(name, vm).ok();
    let number = |name| {
        let value = field(name)?;
        u32::try_from_borrowed_object(vm, &value).ok()
    };
    let message = field("msg").and_then(|text| text.str(vm).ok());
    Some(SyntaxProblem {
        line: number("lineno").unwrap_or(1),
        column: number("offset").unwrap_or(1),
        message: message.map_or_else(
            || "it does not compile".to_string(),
            |text| text.to_string_lossy().into_owned(),
        ),
    })
}

/// A module of ours, whatever a program made of `sys.modules`.
pub fn world(name: &str) -> PyObjectRef {
    let found = MODULES.with_borrow(|modules| {
        let mut modules = modules.iter();
        modules
            .find(|(of, _)| *of == name)
            .map(|(_, module)| module.clone())
    });
    found.unwrap_or_else(|| unreachable!("{name} was loaded when the module was built"))
}
