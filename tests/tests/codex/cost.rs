//! What a run costs, in instructions by the network's weights. The first one costs what all cost.

use std::io::Read;

use chime_tests::module;
use flate2::read::GzDecoder;
use wasmparser::{Parser, Payload};

use crate::runner::{instructions, slice};

/// Programs, and how many millions of instructions they may take.
const PROGRAMS: [(&str, u64); 5] = [
    ("def async_task():\n    return 'ok'\n", 2),
    (
        "import json\ndef async_task():\n    return json.dumps({'a': [1, 2]})\n",
        2,
    ),
    (
        "def async_task():\n    x = yield ic.call('aaaaa-aa', 'raw_rand')\n    return x\n",
        2,
    ),
    (
        "class A(TaskEntity):\n    x = Integer(default=0)\nA().x = 5\n",
        5,
    ),
    (
        "import datetime\nresult = datetime.datetime.now().isoformat()\n",
        7,
    ),
];

#[test]
fn should_run_small_programs_for_few_instructions() {
    for (code, millions) in PROGRAMS {
        let first = instructions(&slice(code));
        eprintln!("{first} instructions: {code:?}");
        assert_eq!(first, instructions(&slice(code)), "{code}: the second run");
        assert!(first < millions * 1_000_000, "{code}: {first}");
    }
}

#[test]
fn should_be_a_module_that_the_network_takes() {
    let mut wasm = Vec::new();
    let packed = module("codex");
    GzDecoder::new(&*packed)
        .read_to_end(&mut wasm)
        .expect("a module");
    let (mut code, mut functions) = (0, 0);
    for payload in Parser::new(0).parse_all(&wasm) {
        if let Payload::CodeSectionStart { count, size, .. } = payload.expect("a module") {
            (code, functions) = (size, count);
        }
    }
    eprintln!(
        "{} bytes, {code} of code, {functions} functions",
        wasm.len()
    );
    assert!(code < 9 * 1024 * 1024, "{code} bytes of code");
    assert!(functions < 30_000, "{functions} functions");
    assert!(wasm.len() < 40 * 1024 * 1024, "{} bytes", wasm.len());
}
