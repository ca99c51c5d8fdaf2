//! Python is Python: each program of `programs` returns and prints here what CPython says.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::runner::{done, slice};

const DRIVER: &str = "
import io, json, sys
source = open(sys.argv[1]).read()
out, sys.stdout = sys.stdout, io.StringIO()
scope = {'__name__': '__main__'}
exec(compile(source, 'program.py', 'exec'), scope)
value = scope['async_task']() if 'async_task' in scope else scope.get('result')
out.write(json.dumps([json.dumps(value), sys.stdout.getvalue()]))
";

fn programs() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/codex/programs");
    let entries = std::fs::read_dir(directory).expect("the programs");
    let mut programs: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a program").path())
        .collect();
    programs.sort();
    programs
}

fn by_cpython(program: &Path) -> (String, String) {
    let output = Command::new("python3")
        .args(["-I", "-c", DRIVER])
        .arg(program)
        .output()
        .expect("python3");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {errors}", program.display());
    serde_json::from_slice(&output.stdout).expect("the answer of the driver")
}

/// Programs that show where the interpreter differs, and in what.
const DIFFERENT: &[(&str, &str)] = &[
    (
        "io_stringio_bytesio.py",
        "a position in a StringIO counts bytes, not characters",
    ),
    (
        "re_groups_named.py",
        "pos and endpos of a match are those of the match",
    ),
    (
        "string_template_formatter.py",
        "Formatter.parse leaves doubled braces in the text",
    ),
    ("time_gmtime_strftime.py", "strftime takes a month 13"),
    (
        "struct_packing.py",
        "a value of the wrong type is a TypeError, not a struct.error",
    ),
];

#[test]
fn should_compute_what_cpython_computes() {
    let mut wrong = Vec::new();
    for program in programs() {
        let name = program
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let code = std::fs::read_to_string(&program).expect("a program");
        let expected = by_cpython(&program);
        let got = std::panic::catch_unwind(|| done(&slice(&code)));
        let differs = DIFFERENT.iter().any(|(of, _)| *of == name);
        match got {
            Ok(got) if (got == expected) != differs => (),
            Ok(_) if differs => wrong.push(format!("{name} differs no longer")),
            Ok(got) => wrong.push(format!("{name}: {got:?}, not {expected:?}")),
            Err(_) => wrong.push(format!("{name}: did not come to its end")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
