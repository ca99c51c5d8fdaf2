//! The store from one program to another: what older releases left behind, the way back from an upgrade,
//! and a scheduler that is made anew from a backup. Everything that it shows is compared, field by field.

mod released;
mod restored;
mod rollback;

use std::collections::BTreeSet;

use chime_tests::interface::Interface;
use chime_tests::reading::{Reading, differences};
use chime_tests::workspace;

/// A module without anything, to be upgraded from.
const EMPTY: &[u8] = b"\0asm\x01\0\0\0";

/// Holds two readings against each other. What differs must be among the exceptions, each a method and
/// fields with the reason why they may; what stands below such a path may differ too.
fn assert_same(earlier: &Reading, later: &Reading, exceptions: &[(&str, &str)]) {
    let is_exception = |path: &str| {
        exceptions
            .iter()
            .any(|(prefix, _)| path == *prefix || path.starts_with(&format!("{prefix}.")))
    };
    let found: Vec<_> = differences(earlier, later)
        .into_iter()
        .filter(|(path, _)| !is_exception(path))
        .map(|(path, what)| format!("{path}: {what}"))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn should_read_by_every_query_of_the_interface() {
    let text = std::fs::read_to_string(workspace().join("scheduler.did")).expect("a file");
    let interface = Interface::of(&text);
    let queries: BTreeSet<&str> = interface
        .methods()
        .into_iter()
        .filter(|method| interface.is_query(method))
        .collect();
    assert_eq!(chime_tests::reading::asked(), queries);
}
