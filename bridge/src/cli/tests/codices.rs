//! What people see of programs: codices in their lists, and the journal of an execution.

use candid::Principal;
use chime_types::codex::{Answer, JournalEntry, Request};
use chime_types::limits::NANOSECONDS;
use chime_types::{Codex, CodexVersion, Divergence, ExecutionStatus, Journal};
use insta::assert_snapshot;
use jiff::tz::TimeZone;

use crate::cli::codex::show::{codex_details, codices, stored_codex, versions};
use crate::cli::execution::show::execution_details;
use crate::cli::record::Record;
use crate::fixtures;
use crate::terminal::{Answer as _, Page};
use crate::words::Clock;

const NOW_AT: u64 = 1_780_000_000 * NANOSECONDS;

fn text(record: &Record) -> String {
    let clock = Clock::fixed(NOW_AT, TimeZone::get("Europe/Zurich").unwrap());
    let page = Page {
        width: Some(80),
        colour: false,
        clock: &clock,
    };
    record.text(&page)
}

fn version(number: u64, rolled_back_to: Option<u64>) -> CodexVersion {
    CodexVersion {
        number,
        checksum: format!("sha256:{}", "ab".repeat(32)),
        bytes: 35,
        url: None,
        rolled_back_to,
        is_checked: number > 1,
        stored_by: Principal::management_canister(),
        stored_at: NOW_AT - 60 * NANOSECONDS,
    }
}

fn codex(name: &str) -> Codex {
    let present = version(3, Some(1));
    Codex {
        name: name.to_string(),
        description: "counts the users".into(),
        code: Some("def async_task():\n    return 1 / 0\n".into()),
        version: present.clone(),
        shared: name == "ggg",
        present_version: 3,
        versions: vec![present, version(2, None), version(1, None)],
        used_by: vec![7, 8],
        created_at: NOW_AT,
    }
}

#[test]
fn should_keep_the_looks_of_codices() {
    assert_snapshot!(
        "codices",
        text(&codices(vec![codex("report"), codex("ggg")]))
    );
    assert_snapshot!("no_codices", text(&codices(Vec::new())));
    assert_snapshot!("codex", text(&codex_details(codex("report"))));
    assert_snapshot!("codex_versions", text(&versions(codex("report"))));
    let rolled_back = stored_codex("rollback_codex", codex("report"));
    assert_snapshot!("codex_rolled_back", text(&rolled_back));
}

#[test]
fn should_keep_the_looks_of_a_journal() {
    let call = Request::Call {
        canister: Principal::management_canister(),
        method: "raw_rand".into(),
        arguments: candid::encode_args(()).unwrap(),
        cycles: 0,
    };
    let answer = Answer::Reply {
        reply: candid::encode_one(42u64).unwrap(),
    };
    let journal = Journal {
        codex: "report".into(),
        version: Some(2),
        step: 0,
        attempt: 1,
        entries: vec![JournalEntry {
            request: call,
            answer,
            answered_at: NOW_AT,
        }],
        is_waiting: true,
        cycles: 12_000_000u64.into(),
        bytes: 100,
        maximum_bytes: 524_288,
        divergence: Some(Divergence {
            index: 0,
            expected: "a call of raw_rand of aaaaa-aa".into(),
            got: "a sleep of 5 s".into(),
            version: 3,
        }),
    };
    let execution = fixtures::execution(ExecutionStatus::Waiting);
    let shown = execution_details(None, execution, Some(journal));
    assert_snapshot!("execution_with_a_journal", text(&shown));
}
