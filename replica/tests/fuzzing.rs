//! Every input that fuzzing has found worth keeping goes through the code again: none may panic or
//! hang. `scripts/fuzz` looks for new ones.

#![expect(
    clippy::unwrap_used,
    reason = "a failure of what a test relies on fails the test"
)]

use std::fs;
use std::path::Path;

use chime_replica::fuzzing;

/// Runs the corpus of a target; gives how many inputs there were and how many meant something.
fn run(target: &str, function: fn(&[u8]) -> bool) -> (usize, usize) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fuzz/corpus")
        .join(target);
    let mut meaningful = 0;
    let mut paths: Vec<_> = fs::read_dir(corpus)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    paths.sort();
    for path in &paths {
        let bytes = fs::read(path).unwrap();
        let result = std::panic::catch_unwind(|| function(&bytes));
        let meant = result.unwrap_or_else(|_| panic!("{} panics", path.display()));
        meaningful += usize::from(meant);
    }
    (paths.len(), meaningful)
}

#[test]
fn should_take_any_envelope() {
    let (inputs, meaningful) = run("envelope", fuzzing::envelope);
    assert!(inputs > 50 && meaningful > 5, "{inputs} {meaningful}");
}

#[test]
fn should_take_any_call_of_the_management_canister() {
    let (inputs, meaningful) = run("management", fuzzing::management);
    assert!(inputs > 50 && meaningful > 5, "{inputs} {meaningful}");
}

#[test]
fn should_take_any_module() {
    let (inputs, meaningful) = run("module", fuzzing::module);
    assert!(inputs > 50 && meaningful > 5, "{inputs} {meaningful}");
}
