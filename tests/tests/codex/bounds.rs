//! Programs that do too much end, with the reason, within their budget; nothing is left of them.

use chime_types::codex::{FailureCause, SliceOutcome};

use crate::runner::{done, run, slice, try_run};

/// Why a program ended: by its own exception, or with the whole slice.
fn reason(code: &str) -> String {
    match try_run(&slice(code)) {
        Ok(SliceOutcome::Failed { cause, message, .. }) => format!("{cause:?}: {message}"),
        Ok(other) => panic!("{code}: {other:?}"),
        Err(rejection) => rejection,
    }
}

#[test]
fn should_end_what_runs_for_ever() {
    let programs = [
        "while True: pass",
        "while True:\n    try:\n        while True: pass\n    except BaseException:\n        pass",
        "def f():\n    try:\n        while True: pass\n    finally:\n        f()\nf()",
        "while True:\n    try:\n        pass\n    finally:\n        continue",
        "for _ in iter(int, 1): pass",
        "class A:\n    def __del__(self):\n        A()\nA()\nwhile True: A()",
        "x = [n for n in range(10**9) if n < 0]",
        "import re\nre.match('(a+)+$', 'a' * 40 + 'b')",
        "sum(range(10**9))",
        "'a' in iter(lambda: 'b', 'c')",
    ];
    for code in programs {
        let reason = reason(code);
        assert!(reason.contains("instructions"), "{code}: {reason}");
    }
}

#[test]
fn should_end_what_takes_too_much_memory() {
    let programs = [
        "'a' * 10**10",
        "(2 ** (10 ** 6)) ** 1000",
        "list(range(10**8))",
        "bytearray(10**9)",
        "x = []\nwhile True: x.append(bytearray(10**6))",
        "x = 'a'\nwhile True: x += x",
        "[0] * 10**9",
        "max(range(10**9))",
        "x = {}\nwhile True: x[len(x)] = bytearray(10**5)",
    ];
    for code in programs {
        let reason = reason(code);
        assert!(
            reason.contains("memory")
                || reason.contains("MemoryError")
                || reason.contains("OverflowError"),
            "{code}: {reason}"
        );
    }
}

#[test]
fn should_end_what_is_too_deep() {
    let deep = format!("x = {}1{}", "(".repeat(3000), ")".repeat(3000));
    let minus = format!("x = {}1", "-".repeat(3000));
    let programs = [
        "def f(): return f()\nf()",
        "import sys\nsys.setrecursionlimit(10**9)\ndef f(): return f()\nf()",
        "x = []\nfor _ in range(10**5): x = [x]\nrepr(x)",
        "class A:\n    def __repr__(self): return repr(self)\nrepr(A())",
        "import json\nx = []\nfor _ in range(10**5): x = [x]\njson.dumps(x)",
        &deep,
        &minus,
    ];
    for code in programs {
        let shown: String = code.chars().take(60).collect();
        match try_run(&slice(code)) {
            Ok(SliceOutcome::Failed { message, .. }) => assert!(!message.is_empty(), "{shown}"),
            Ok(SliceOutcome::Done { .. }) => (),
            Ok(other) => panic!("{shown}: {other:?}"),
            Err(rejection) => assert!(!rejection.is_empty(), "{shown}"),
        }
        assert_eq!(done(&slice("result = 1 + 1")).0, "2", "after {shown}");
    }
}

#[test]
fn should_keep_the_beginning_of_what_was_printed() {
    let code = "while True: print('x' * 100)";
    let SliceOutcome::Failed {
        cause,
        message,
        log,
        ..
    } = run(&slice(code))
    else {
        panic!("not failed");
    };
    assert_eq!(cause, FailureCause::Output);
    assert_eq!(message, "more than 65536 bytes were printed");
    assert_eq!(log.len(), 65_536);
}
