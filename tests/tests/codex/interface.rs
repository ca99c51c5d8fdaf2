//! `codex.did` says exactly what the code says. `UPDATE_INTERFACE=1` writes it anew.

use chime_types::codex::{Slice, SliceReport, Source, SourceReport};

#[candid::candid_method(query)]
#[expect(dead_code, reason = "only its types are of interest")]
fn run_slice(slice: Slice) -> SliceReport {
    unreachable!("{slice:?}")
}

#[candid::candid_method(query)]
#[expect(dead_code, reason = "only its types are of interest")]
fn check_source(source: Source) -> SourceReport {
    unreachable!("{source:?}")
}

candid::export_service!();

#[test]
fn should_equal_the_interface_of_the_code() {
    let path = chime_tests::workspace().join("codex/runner/codex.did");
    let generated = __export_service();
    if std::env::var_os("UPDATE_INTERFACE").is_some() {
        std::fs::write(&path, &generated).expect("it can be written");
    }
    let committed = std::fs::read_to_string(&path).expect("codex.did");
    assert_eq!(
        committed, generated,
        "run this test with UPDATE_INTERFACE=1"
    );
}
