//! Which modules are taken: each row names the rule, and a module on each side of it.
//!
//! The rules are the module requirements of the interface specification and the replica's
//! validation; the error code is IC0505 throughout, the texts are the replica's.

mod rows;

use std::fmt::Write as _;

use chime_replica::{ErrorCode, InstallMode, Rejection, limits};
use wasm_encoder::{
    CodeSection, CustomSection, ExportKind, ExportSection, Function, FunctionSection, Instruction,
    Module, TypeSection,
};

use crate::support::{controller, replica};

fn install(module: Vec<u8>) -> Result<(), Rejection> {
    let mut replica = replica();
    let id = replica.create_canister(controller()).unwrap();
    replica.install_code(controller(), id, InstallMode::Install, module, Vec::new())
}

fn install_text(fields: &str) -> Result<(), Rejection> {
    install(wat::parse_str(format!("(module {fields})")).unwrap())
}

#[track_caller]
fn check(rule: &str, result: Result<(), Rejection>, refusal: Option<&str>) {
    match (result, refusal) {
        (Ok(()), None) => {}
        (Err(rejection), Some(text)) => {
            assert_eq!(
                rejection.error_code,
                ErrorCode::CanisterInvalidWasm,
                "{rule}"
            );
            let expected = format!("Canister's Wasm module is not valid: {text}");
            assert!(rejection.message.contains(&expected), "{rule}: {rejection}");
        }
        (result, refusal) => panic!("{rule}: {result:?}, expected {refusal:?}"),
    }
}

#[test]
fn should_take_the_modules_that_the_rules_allow_and_no_others() {
    let broken: Vec<_> = [
        rows::MEMORIES_AND_IMPORTS,
        rows::EXPORTS,
        rows::CODE_AND_DATA,
        rows::FEATURES,
    ]
    .into_iter()
    .flatten()
    .filter(|(rule, fields, refusal)| {
        std::panic::catch_unwind(|| check(rule, install_text(fields), *refusal)).is_err()
    })
    .map(|(rule, ..)| rule)
    .collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn should_hold_every_entry_point_to_its_type() {
    for name in [
        "canister_init",
        "canister_pre_upgrade",
        "canister_post_upgrade",
        "canister_inspect_message",
        "canister_heartbeat",
        "canister_global_timer",
        "canister_on_low_wasm_memory",
        "canister_update a",
        "canister_query a",
        "canister_composite_query a",
    ] {
        let with =
            |signature: &str| install_text(&format!("(func (export \"{name}\") {signature})"));
        check(name, with(""), None);
        let params = format!(
            "Wasm module has an invalid function signature. Expected input params [] for '{name}', got [I32]."
        );
        check(name, with("(param i32)"), Some(&params));
        let result = format!(
            "Wasm module has an invalid function signature. Expected return type [] for '{name}', got [I32]."
        );
        check(name, with("(result i32) (i32.const 0)"), Some(&result));
    }
}

/// Fields of a module, so many times.
fn repeat(count: usize, field: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, index| {
        write!(text, "{}", field(index)).unwrap();
        text
    })
}

#[test]
fn should_count_functions_globals_and_methods_on_both_sides_of_their_limits() {
    let method = |index| format!("(export \"canister_query {index}\" (func 0))");
    for (rule, limit, field, text) in [
        (
            "functions",
            limits::MODULE_FUNCTIONS,
            (&|_| "(func)".to_owned()) as &dyn Fn(usize) -> String,
            "Wasm module defined 50001 functions which exceeds the maximum number allowed 50000.",
        ),
        (
            "globals",
            limits::MODULE_GLOBALS,
            &|_| "(global (mut i32) (i32.const 0))".to_owned(),
            "Wasm module defined 1001 globals which exceeds the maximum number allowed 1000.",
        ),
        (
            "methods",
            limits::EXPORTED_METHODS,
            &method,
            "The number of exported functions called `canister_update <name>`, `canister_query \
             <name>`, or `canister_composite_query <name>` is 1001 which exceeds 1000.",
        ),
    ] {
        let base = if rule == "methods" { "(func)" } else { "" };
        let fields = |count| format!("{base} {}", repeat(count, field));
        check(rule, install_text(&fields(limit)), None);
        check(rule, install_text(&fields(limit + 1)), Some(text));
    }
}

#[test]
fn should_add_the_names_of_methods_up() {
    let fields = |bytes: usize| {
        let (first, second) = ("a".repeat(bytes / 2), "b".repeat(bytes - bytes / 2));
        format!(
            "(func (export \"canister_query {first}\")) (func (export \"canister_update {second}\"))"
        )
    };
    let limit = limits::EXPORTED_NAME_BYTES;
    check("names", install_text(&fields(limit)), None);
    let text = "The sum of `<name>` lengths in exported functions called `canister_update <name>`, \
                `canister_query <name>`, or `canister_composite_query <name>` is 20001 which \
                exceeds the allowed limit of 20000.";
    check("names", install_text(&fields(limit + 1)), Some(text));
}

/// A module with custom sections.
fn with_sections(sections: &[(&str, usize)]) -> Vec<u8> {
    let mut module = Module::new();
    for (name, bytes) in sections {
        module.section(&CustomSection {
            name: (*name).into(),
            data: vec![0; *bytes].into(),
        });
    }
    module.finish()
}

#[test]
fn should_check_the_custom_sections_of_the_platform_only() {
    let refused = |text: &str| Some(format!("Wasm module has an invalid custom section. {text}"));
    let scope = "'icp:' section names must have a space after the public/private scope";
    let none = "Invalid custom section: Custom section 'icp:protected x' has no public/private scope defined.";
    let twice = "Invalid custom section: name x already exists";
    for (sections, refusal) in [
        (
            &[
                ("icp:public x", 1),
                ("icp:private y", 1),
                ("icp:public ", 1),
            ][..],
            None,
        ),
        (
            &[("anything", 1), ("anything", 1), ("name ", 2 << 20)],
            None,
        ),
        (&[("icp:public", 1)], refused(scope)),
        (&[("icp:private", 1)], refused(scope)),
        (&[("icp:protected x", 1)], refused(none)),
        (&[("icp:public x", 1), ("icp:private x", 1)], refused(twice)),
        (&[("icp:public x", 1), ("icp:public x", 1)], refused(twice)),
    ] {
        check(
            &format!("{sections:?}"),
            install(with_sections(sections)),
            refusal.as_deref(),
        );
    }
}

#[test]
fn should_bound_the_number_and_the_size_of_custom_sections() {
    let names: Vec<_> = (0..=limits::MODULE_CUSTOM_SECTIONS)
        .map(|index| format!("icp:public {index}"))
        .collect();
    let sections: Vec<_> = names.iter().map(|name| (name.as_str(), 1)).collect();
    check("sixteen", install(with_sections(&sections[1..])), None);
    let text =
        "Wasm module defined 17 custom sections which exceeds the maximum number allowed 16.";
    check("seventeen", install(with_sections(&sections)), Some(text));

    let limit = limits::CUSTOM_SECTION_BYTES;
    let half = |rest: usize| [("icp:public a", limit / 2 - 1), ("icp:private b", rest)];
    check("1 MiB", install(with_sections(&half(limit / 2 - 1))), None);
    let text = format!(
        "Wasm module has an invalid custom section. Invalid custom sections: total size of the \
         custom sections exceeds the maximum allowed: size {} bytes, allowed {limit} bytes",
        limit + 1
    );
    check(
        "1 MiB and 1",
        install(with_sections(&half(limit / 2))),
        Some(&text),
    );
}

/// A module whose functions have that many instructions each, `end` included.
fn with_functions(sizes: &[usize], instructions: &[Instruction<'_>]) -> Vec<u8> {
    let (mut types, mut functions, mut code) = (
        TypeSection::new(),
        FunctionSection::new(),
        CodeSection::new(),
    );
    types.ty().function([], []);
    for size in sizes {
        functions.function(0);
        let mut body = Function::new([]);
        for index in 0..size - 1 {
            body.instruction(&instructions[index % instructions.len()]);
        }
        body.instruction(&Instruction::End);
        code.function(&body);
    }
    let mut exports = ExportSection::new();
    exports.export("canister_init", ExportKind::Func, 0);
    let mut module = Module::new();
    module
        .section(&types)
        .section(&functions)
        .section(&exports)
        .section(&code);
    module.finish()
}

#[test]
fn should_bound_size_and_complexity_of_a_function() {
    let nops = |size| with_functions(&[1, size], &[Instruction::Nop]);
    let limit = limits::FUNCTION_INSTRUCTIONS;
    check("size", install(nops(limit)), None);
    // A million instructions weigh a million, so that the one more breaks the other rule as well.
    let text = "Wasm module contains a function at index 1 with complexity 1000001 which exceeds \
                the maximum complexity allowed 1000000.";
    check("size", install(nops(limit + 1)), Some(text));

    let blocks = |size| {
        let block = Instruction::Block(wasm_encoder::BlockType::Empty);
        with_functions(&[1, size], &[block, Instruction::End])
    };
    // A block weighs 50 and its end 1, and the function's end 1 as well.
    check("complexity", install(blocks(2 * 19_607 + 1)), None);
    let text = "Wasm module contains a function at index 1 with complexity 1000009 which exceeds";
    check("complexity", install(blocks(2 * 19_608 + 1)), Some(text));
}

#[test]
fn should_bound_the_code_section_and_the_module() {
    // Two instructions of twelve bytes in all, an odd number with the end of the function.
    let size = (limits::CODE_SECTION_BYTES / 20 / 6) | 1;
    let long = [Instruction::I64Const(i64::MIN), Instruction::Drop];
    let functions = |count| with_functions(&vec![size; count], &long);
    check("code", install(functions(20)), None);
    let text = "Wasm module code section size of ";
    check("code", install(functions(21)), Some(text));

    let padded = |bytes| with_sections(&[("padding", bytes)]);
    let overhead = padded(100 << 20).len() - (100 << 20);
    check(
        "module",
        install(padded(limits::MODULE_BYTES - overhead)),
        None,
    );
    let text = "Wasm module size of 104857601 exceeds the maximum allowed size of 104857600.";
    check(
        "module",
        install(padded(limits::MODULE_BYTES - overhead + 1)),
        Some(text),
    );
}

#[test]
fn should_refuse_what_is_no_module() {
    let text = "Failed to decode wasm module: unsupported canister module format.";
    check("nothing", install(Vec::new()), Some(text));
    check("text", install(b"(module)".to_vec()), Some(text));
    let text = "Failed to decode wasm module: ";
    check("a cut header", install(b"\0asm".to_vec()), Some(text));
    check(
        "gzip of nothing",
        install(vec![0x1f, 0x8b, 0x08, 0]),
        Some(text),
    );
    check(
        "a component",
        install(b"\0asm\x0d\0\x01\0".to_vec()),
        Some("Wasmtime failed"),
    );
}
