//! `scheduler.did` says exactly what the code says.
//!
//! `UPDATE_INTERFACE=1 cargo test --release -p chime-canister --test interface` writes it anew.

use std::fs;
use std::path::Path;

#[test]
fn should_equal_the_interface_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scheduler.did");
    let generated = chime_canister::interface();
    if std::env::var_os("UPDATE_INTERFACE").is_some() {
        fs::write(&path, &generated).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap();
    assert!(
        committed == generated,
        "scheduler.did is not what the code says; run this test with UPDATE_INTERFACE=1"
    );
}

#[test]
fn should_document_every_method_and_every_field() {
    let generated = chime_canister::interface();
    let lines: Vec<&str> = generated.lines().map(str::trim).collect();
    let bare: Vec<&str> = lines
        .windows(2)
        .filter(|pair| {
            pair[1].contains(" : ") && !pair[1].starts_with("//") && !pair[1].starts_with("service")
        })
        .filter(|pair| !pair[0].starts_with("//"))
        .map(|pair| pair[1])
        .collect();
    assert!(bare.is_empty(), "without documentation: {bare:#?}");
}
