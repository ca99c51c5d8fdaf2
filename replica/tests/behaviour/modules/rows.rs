//! The rules that a few fields show.

/// A rule, a module, and how it is refused; none when it is taken.
pub(super) type Row = (&'static str, &'static str, Option<&'static str>);

pub(super) const MEMORIES_AND_IMPORTS: &[Row] = &[
    ("at most one memory: none", "", None),
    ("at most one memory: one", "(memory 1)", None),
    (
        "at most one memory: two",
        "(memory 1) (memory 1)",
        Some("Wasmtime failed to validate wasm module"),
    ),
    ("memory of 64 bits", "(memory i64 1)", None),
    (
        "memory of 64 bits: up to 6 GiB",
        "(memory i64 1 98304)",
        None,
    ),
    (
        "memory of 64 bits: no more than 6 GiB",
        "(memory i64 1 98305)",
        Some("Wasm module defines a memory of 98305 pages, which exceeds the 98304 allowed"),
    ),
    (
        "imports: a listed function",
        "(import \"ic0\" \"msg_reply\" (func))",
        None,
    ),
    (
        "imports: an unknown function",
        "(import \"ic0\" \"msg_reply_all\" (func))",
        Some(
            "Wasm module has an invalid import section. Module imports function 'msg_reply_all' \
             from 'ic0' that is not exported by the runtime.",
        ),
    ),
    (
        "imports: another module",
        "(import \"env\" \"abort\" (func))",
        Some(
            "Wasm module has an invalid import section. Module imports function 'abort' from \
             'env' that is not exported by the runtime.",
        ),
    ),
    (
        "imports: __wbindgen_placeholder__",
        "(import \"__wbindgen_placeholder__\" \"__wbindgen_throw\" (func (param i32 i32)))",
        Some(
            "Wasm module has an invalid import section. Module imports function '__wbindgen_throw'",
        ),
    ),
    (
        "imports: a listed function from another module",
        "(import \"ic1\" \"msg_reply\" (func))",
        Some(
            "Wasm module has an invalid import section. Module imports function \"msg_reply\" from \
             \"ic1\", expected to be imported from one of [\"ic0\"] instead.",
        ),
    ),
    (
        "imports: a wrong parameter",
        "(import \"ic0\" \"msg_reply\" (func (param i64)))",
        Some(
            "Wasm module has an invalid function signature. Expected input params [] for \
             'msg_reply', got [I64].",
        ),
    ),
    (
        "imports: a wrong result",
        "(import \"ic0\" \"time\" (func (result i32)))",
        Some(
            "Wasm module has an invalid function signature. Expected return type [I64] for \
             'time', got [I32].",
        ),
    ),
    (
        "imports: pointers as wide as the memory, 32 bits without one",
        "(import \"ic0\" \"msg_arg_data_size\" (func (result i64)))",
        Some("Wasm module has an invalid function signature. Expected return type [I32]"),
    ),
    (
        "imports: pointers as wide as the memory, 64 bits",
        "(import \"ic0\" \"msg_arg_data_size\" (func (result i64))) (memory i64 1)",
        None,
    ),
    (
        "imports: no pointers of 32 bits with a memory of 64",
        "(import \"ic0\" \"msg_arg_data_size\" (func (result i32))) (memory i64 1)",
        Some("Wasm module has an invalid function signature. Expected return type [I64]"),
    ),
    (
        "imports: no globals",
        "(import \"ic0\" \"time\" (global i32))",
        Some("Wasm module has an invalid import section. Importing globals is not allowed."),
    ),
    (
        "imports: no memory",
        "(import \"ic0\" \"memory\" (memory 1))",
        Some("Wasm module has an invalid import section. Importing memories is not allowed."),
    ),
    (
        "imports: no table",
        "(import \"ic0\" \"table\" (table 1 funcref))",
        Some("Wasm module has an invalid import section. Importing tables is not allowed."),
    ),
];

pub(super) const EXPORTS: &[Row] = &[
    ("start: allowed", "(start $f) (func $f)", None),
    (
        "start: of type () -> ()",
        "(start $f) (func $f (param i32))",
        Some("Wasmtime failed to validate wasm module"),
    ),
    (
        "exports: any other name",
        "(func (export \"memory_canister_x\") (param i32))",
        None,
    ),
    (
        "exports: one method per name",
        "(func (export \"canister_update a\")) (func (export \"canister_query a\"))",
        Some(
            "Duplicate function 'a' exported multiple times with different call types: update, \
             query, or composite_query.",
        ),
    ),
    (
        "exports: one method per name, composite queries too",
        "(func (export \"canister_composite_query a\")) (func (export \"canister_query a\"))",
        Some("Duplicate function 'a' exported multiple times"),
    ),
    (
        "exports: names of methods may hold spaces, and differ by them",
        "(func (export \"canister_update a\")) (func (export \"canister_query a \"))",
        None,
    ),
    (
        "exports: a method with an empty name",
        "(func (export \"canister_update \"))",
        None,
    ),
    (
        "exports: no other names with the prefix canister_",
        "(func (export \"canister_shutdown\"))",
        Some(
            "Wasm module has an invalid export section. Exporting reserved function \
             'canister_shutdown' with \"canister_\" prefix",
        ),
    ),
    (
        "exports: a method without a space is such a name",
        "(func (export \"canister_update\"))",
        Some("Wasm module has an invalid export section. Exporting reserved function"),
    ),
    (
        "exports: the prefix is free for what is no function",
        "(global (export \"canister_x\") i32 (i32.const 0))",
        None,
    ),
    (
        "exports: reserved names",
        "(global (export \"canister counter_instructions\") i32 (i32.const 0))",
        Some(
            "Wasm module has an invalid export section. Exporting reserved symbol canister \
             counter_instructions not allowed.",
        ),
    ),
    (
        "exports: names of our own",
        "(memory (export \"replica memory\") 1)",
        Some("Wasm module has an invalid export section. Exporting reserved symbol"),
    ),
];

pub(super) const CODE_AND_DATA: &[Row] = &[
    (
        "data: at a constant",
        "(memory 1) (data (i32.const 8) \"x\")",
        None,
    ),
    (
        "data: not at a global",
        "(memory 1) (global $g i32 (i32.const 8)) (data (global.get $g) \"x\")",
        Some("Wasmtime failed to validate wasm module"),
    ),
    (
        "data: not at a sum",
        "(memory 1) (data (i32.add (i32.const 8) (i32.const 8)) \"x\")",
        Some("Wasm module has an invalid data section. Invalid offset expression"),
    ),
    (
        "data: at a constant of 64 bits",
        "(memory i64 1) (data (i64.const 8) \"x\")",
        None,
    ),
    (
        "globals: of numbers",
        "(global (mut i32) (i32.const 0)) (global f64 (f64.const 0))",
        None,
    ),
    (
        "globals: not of references",
        "(global funcref (ref.null func))",
        Some("Wasm module has an invalid global section. Unsupported global type"),
    ),
    (
        "tables: never changed by table.set",
        "(table 1 funcref) (func (table.set (i32.const 0) (ref.null func)))",
        Some("Wasm module contains a function at index 0 with unsupported instruction table.set."),
    ),
    (
        "tables: never changed by table.grow",
        "(table 1 funcref) (func) (func (drop (table.grow (ref.null func) (i32.const 1))))",
        Some("Wasm module contains a function at index 1 with unsupported instruction table.grow."),
    ),
    (
        "tables: never changed by table.fill",
        "(table 1 funcref) (func (table.fill (i32.const 0) (ref.null func) (i32.const 1)))",
        Some("Wasm module contains a function at index 0 with unsupported instruction table.fill."),
    ),
    (
        "tables: never changed by table.copy",
        "(table 1 funcref) (func (table.copy (i32.const 0) (i32.const 0) (i32.const 0)))",
        Some("Wasm module contains a function at index 0 with unsupported instruction table.copy."),
    ),
    (
        "tables: never changed by table.init",
        "(table 1 funcref) (elem func 0) (func (table.init 0 (i32.const 0) (i32.const 0) (i32.const 0)))",
        Some("Wasm module contains a function at index 0 with unsupported instruction table.init."),
    ),
    (
        "tables: may be read",
        "(table 1 funcref) (func (drop (table.get (i32.const 0))) (drop (table.size)))",
        None,
    ),
];

pub(super) const FEATURES: &[Row] = &[
    (
        "features: bulk memory",
        "(memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 1)))",
        None,
    ),
    (
        "features: SIMD",
        "(func (drop (i8x16.add (v128.const i64x2 0 0) (v128.const i64x2 0 0))))",
        None,
    ),
    (
        "features: sign extension",
        "(func (drop (i32.extend8_s (i32.const 1))))",
        None,
    ),
    (
        "features: saturating conversion",
        "(func (drop (i32.trunc_sat_f64_s (f64.const 1))))",
        None,
    ),
    (
        "features: several results",
        "(func $two (result i32 i32) (i32.const 1) (i32.const 2))",
        None,
    ),
    (
        "features: mutable globals",
        "(global (export \"g\") (mut i32) (i32.const 0))",
        None,
    ),
    (
        "features: no relaxed SIMD",
        "(func (drop (i8x16.relaxed_swizzle (v128.const i64x2 0 0) (v128.const i64x2 0 0))))",
        Some("Wasmtime failed to validate wasm module"),
    ),
    (
        "features: no tail calls",
        "(func $f (return_call $f))",
        Some("Wasmtime failed to validate wasm module"),
    ),
    (
        "features: no threads",
        "(memory 1 1 shared)",
        Some("Wasmtime failed to validate wasm module"),
    ),
    (
        "features: no exceptions",
        "(tag $t) (func (throw $t))",
        Some("Wasmtime failed to validate wasm module"),
    ),
    (
        "features: no function references",
        "(type $f (func)) (func (param (ref $f)))",
        Some("Wasmtime failed to validate wasm module"),
    ),
    (
        "features: no garbage collection",
        "(type (struct (field i32)))",
        Some("Wasmtime failed to validate wasm module"),
    ),
];
