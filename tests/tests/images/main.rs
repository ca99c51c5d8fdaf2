//! The store from one program to another: the way back from an upgrade, and that everything that a
//! scheduler shows can be read and held against what another shows.

mod rollback;

use std::collections::BTreeSet;

use chime_tests::interface::Interface;
use chime_tests::workspace;

/// A module without anything, to be upgraded from.
const EMPTY: &[u8] = b"\0asm\x01\0\0\0";

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
