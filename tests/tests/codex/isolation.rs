//! No run sees or harms another.

use crate::runner::{by_stranger, done, failed, run, slice};

#[test]
fn should_begin_each_run_as_if_it_were_the_first() {
    let vandals = [
        "import builtins\nbuiltins.len = lambda x: 42\nbuiltins.print = None\ndel builtins.range",
        "import json\njson.dumps = lambda *a, **k: 'gone'\njson.loads = None",
        "import sys\nsys.modules.clear()\nsys.meta_path.clear()",
        "import sys\nsys.setrecursionlimit(10**6)",
        "import time\ntime.time = lambda: 0",
        "ic.print = None\nic.__class__.call = None",
        "import random\nrandom.seed(1)",
        "import collections\ncollections.OrderedDict = dict\nclass A(dict): pass\nglobals()['x'] = A()",
        "import decimal\ndecimal.getcontext().prec = 2",
        "class Kept(Entity):\n    x = Integer(default=1)\nKept()",
        "import gc\ngc.disable()",
    ];
    let probe = slice(
        "
import json, random, time, decimal, sys
from collections import OrderedDict

class Kept(Entity):
    x = Integer(default=1)

def async_task():
    return [len([1, 2]), json.loads('[1]'), json.dumps({'a': 1}), random.random(), time.time(),
            list(range(2)), OrderedDict.__name__, str(decimal.Decimal(1) / 3), sys.getrecursionlimit(), Kept.count()]
",
    );
    let before = done(&probe);
    for code in vandals {
        // What it does to itself is its own affair.
        drop(run(&slice(code)));
        assert_eq!(done(&probe), before, "after {code}");
    }
}

#[test]
fn should_show_where_a_program_failed() {
    let (_, message, traceback) = failed(&slice(
        "def helper(x):\n    return 1 / x\n\ndef async_task():\n    return helper(0)\n",
    ));
    assert_eq!(message, "ZeroDivisionError: division by zero");
    assert!(traceback.contains("program.py"), "{traceback}");
    assert!(traceback.contains("line 2, in helper"), "{traceback}");
    assert!(traceback.contains("return 1 / x"), "{traceback}");
    let (cause, message, _) = failed(&slice("def async_task(:\n    pass\n"));
    assert_eq!(cause, chime_types::codex::FailureCause::Syntax);
    assert!(message.starts_with("SyntaxError"), "{message}");
}

#[test]
fn should_say_what_can_be_imported() {
    for name in [
        "os",
        "socket",
        "asyncio",
        "threading",
        "numpy",
        "subprocess",
        "ctypes",
    ] {
        let (_, message, _) = failed(&slice(&format!("import {name}")));
        assert!(
            message.starts_with("ModuleNotFoundError"),
            "{name}: {message}"
        );
        assert!(
            message.contains("There are: abc, base64"),
            "{name}: {message}"
        );
    }
}

#[test]
fn should_run_nothing_at_its_own_cost_for_a_stranger() {
    let (update, query) = by_stranger(&slice("result = 1"));
    let refusal = update.expect_err("a stranger");
    assert!(
        refusal.contains("only a controller of this runner"),
        "{refusal}"
    );
    query.expect("a query is free");
}
