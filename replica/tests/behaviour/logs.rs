//! The logs of canisters: what gets into them, who may read them, and what they hold.

use candid::{CandidType, Encode, Nat, Principal};
use chime_replica::{ErrorCode, InstallMode, Rejection, Replica, Snapshot};
use ic_management_canister_types as types;
use types::{
    CanisterLogFilter, CanisterLogRecord, CanisterSettings, FetchCanisterLogsArgs,
    FetchCanisterLogsResult, LogVisibility,
};

use crate::support::{
    add, assert_rejected, controller, install, number, replica, restart, stranger, update, with,
};

/// Prints its argument, or does so and traps; prints in every kind of entry point.
const PRINTER: &str = r#"
(data (i32.const 1024) "from a queryfrom inspectinstalledupgraded")
(func $print_arg
  (call $arg_copy (i32.const 2048) (i32.const 0) (call $arg_size))
  (call $print (i32.const 2048) (call $arg_size)))
(func (export "canister_update print") (call $print_arg) (call $reply))
(func (export "canister_update die") (call $print_arg)
  (call $trap (i32.const 2048) (call $arg_size)))
(func (export "canister_update die silently") (call $trap (i32.const 0) (i32.const 0)))
(func (export "canister_update unreachable") (unreachable))
(func (export "canister_query ask")
  (call $print (i32.const 1024) (i32.const 12)) (call $reply))
(func (export "canister_inspect_message")
  (call $print (i32.const 1036) (i32.const 12)) (call $accept_message))
(func (export "canister_init") (call $print (i32.const 1048) (i32.const 9)))
(func (export "canister_post_upgrade") (call $print (i32.const 1057) (i32.const 8)))
"#;

fn fetch_as(
    replica: &mut Replica,
    sender: Principal,
    id: Principal,
    filter: Option<CanisterLogFilter>,
) -> Result<Vec<CanisterLogRecord>, Rejection> {
    let args = FetchCanisterLogsArgs {
        canister_id: id,
        filter,
    };
    let management = Principal::management_canister();
    let arg = Encode!(&args).unwrap();
    let reply = replica.query(sender, management, "fetch_canister_logs", arg)?;
    let result: FetchCanisterLogsResult = candid::decode_one(&reply).unwrap();
    Ok(result.canister_log_records)
}

fn fetch(replica: &mut Replica, id: Principal) -> Vec<CanisterLogRecord> {
    fetch_as(replica, controller(), id, None).unwrap()
}

fn texts(records: &[CanisterLogRecord]) -> Vec<String> {
    let text = |record: &CanisterLogRecord| String::from_utf8(record.content.clone()).unwrap();
    records.iter().map(text).collect()
}

fn print(replica: &mut Replica, id: Principal, text: &str) {
    replica
        .update_call(stranger(), id, "print", text.into())
        .unwrap();
}

fn set(replica: &mut Replica, id: Principal, settings: CanisterSettings) -> Result<(), Rejection> {
    let args = types::UpdateSettingsArgs {
        canister_id: id,
        settings,
        sender_canister_version: None,
    };
    let done = replica.management_call(controller(), "update_settings", &args);
    done.map(|_| ())
}

fn limit_log(replica: &mut Replica, id: Principal, bytes: u64) -> Result<(), Rejection> {
    let settings = CanisterSettings {
        log_memory_limit: Some(Nat::from(bytes)),
        ..Default::default()
    };
    set(replica, id, settings)
}

#[test]
fn should_number_and_date_what_is_printed_and_how_it_traps() {
    let (mut replica, id) = with(PRINTER);
    print(&mut replica, id, "one");
    replica.set_time_ns(replica.time_ns() + 5);
    let die = replica.update_call(stranger(), id, "die", b"last words".to_vec());
    assert_rejected(die, ErrorCode::CanisterCalledTrap, "last words");
    update(&mut replica, id, "die silently").unwrap_err();
    update(&mut replica, id, "unreachable").unwrap_err();
    let records = fetch(&mut replica, id);
    let expected = [
        "installed",
        "one",
        "last words",
        "[TRAP]: last words",
        "[TRAP]: (no message)",
        "[TRAP]: unreachable",
    ];
    assert_eq!(texts(&records), expected);
    let indices: Vec<_> = records.iter().map(|record| record.idx).collect();
    assert_eq!(indices, [0, 1, 2, 3, 4, 5]);
    assert_eq!(records[2].timestamp_nanos, replica.time_ns());
    assert_eq!(records[1].timestamp_nanos, replica.time_ns() - 5);
}

#[test]
fn should_leave_out_what_is_not_replicated() {
    let (mut replica, id) = with(PRINTER);
    replica.query(stranger(), id, "ask", vec![]).unwrap();
    assert_eq!(texts(&fetch(&mut replica, id)), ["installed"]);
    // The same method as an update is replicated; the inspection before it is not.
    update(&mut replica, id, "ask").unwrap();
    assert_eq!(
        texts(&fetch(&mut replica, id)),
        ["installed", "from a query"]
    );
}

#[test]
fn should_keep_the_log_over_upgrades_and_purge_it_with_the_code() {
    let (mut replica, id) = with(PRINTER);
    install(&mut replica, id, InstallMode::Upgrade, PRINTER).unwrap();
    assert_eq!(texts(&fetch(&mut replica, id)), ["installed", "upgraded"]);
    install(&mut replica, id, InstallMode::Reinstall, PRINTER).unwrap();
    let records = fetch(&mut replica, id);
    assert_eq!(texts(&records), ["installed"]);
    assert_eq!(records[0].idx, 2, "a number is never given twice");
    replica.uninstall_code(controller(), id).unwrap();
    assert_eq!(fetch(&mut replica, id), []);
}

#[test]
fn should_keep_the_words_of_an_installation_that_fails() {
    const FAILING: &str = r#"
        (data (i32.const 1024) "hello")
        (func (export "canister_init")
          (call $print (i32.const 1024) (i32.const 5)) (unreachable))
    "#;
    let mut replica = replica();
    let id = replica.create_canister(controller()).unwrap();
    install(&mut replica, id, InstallMode::Install, FAILING).unwrap_err();
    let expected = ["hello", "[TRAP]: unreachable"];
    assert_eq!(texts(&fetch(&mut replica, id)), expected);
    // What was there before the installation that failed is still there.
    install(&mut replica, id, InstallMode::Reinstall, FAILING).unwrap_err();
    assert_eq!(fetch(&mut replica, id).len(), 4);
}

#[test]
fn should_show_the_log_to_those_who_may_see_it() {
    let (mut replica, id) = with(PRINTER);
    let viewer = Principal::from_slice(&[3; 29]);
    for (visibility, by_stranger, by_viewer) in [
        (LogVisibility::Controllers, false, false),
        (LogVisibility::AllowedViewers(vec![viewer]), false, true),
        (LogVisibility::Public, true, true),
    ] {
        let settings = CanisterSettings {
            log_visibility: Some(visibility.clone()),
            ..Default::default()
        };
        set(&mut replica, id, settings).unwrap();
        for (sender, allowed) in [
            (controller(), true),
            (stranger(), by_stranger),
            (viewer, by_viewer),
        ] {
            let result = fetch_as(&mut replica, sender, id, None);
            if allowed {
                assert_eq!(result.unwrap().len(), 1, "{visibility:?}");
            } else {
                let code = ErrorCode::CanisterRejectedMessage;
                assert_rejected(result, code, "is not allowed to access canister logs");
            }
        }
    }
    let unknown = fetch_as(&mut replica, controller(), stranger(), None);
    assert_rejected(unknown, ErrorCode::CanisterNotFound, "not found");
    let viewers = LogVisibility::AllowedViewers(vec![viewer; 11]);
    let settings = CanisterSettings {
        log_visibility: Some(viewers),
        ..Default::default()
    };
    assert_rejected(
        set(&mut replica, id, settings),
        ErrorCode::InvalidManagementPayload,
        "maximum of 10",
    );
}

#[test]
fn should_filter_by_number_and_by_time_without_the_end() {
    let (mut replica, id) = with(PRINTER);
    let start_ns = replica.time_ns();
    for text in ["a", "b", "c"] {
        replica.set_time_ns(replica.time_ns() + 10);
        print(&mut replica, id, text);
    }
    let by_index = |start, end| CanisterLogFilter::ByIdx { start, end };
    let by_time = |start, end| CanisterLogFilter::ByTimestampNanos {
        start: start_ns + start,
        end: start_ns + end,
    };
    for (filter, expected) in [
        (by_index(1, 3), &["a", "b"][..]),
        (by_index(3, u64::MAX), &["c"]),
        (by_index(3, 3), &[]),
        (by_index(4, 1), &[]),
        (by_time(10, 30), &["a", "b"]),
        (by_time(31, 40), &[]),
        (by_time(30, 31), &["c"]),
    ] {
        let records = fetch_as(&mut replica, controller(), id, Some(filter.clone()));
        assert_eq!(texts(&records.unwrap()), expected, "{filter:?}");
    }
}

#[test]
fn should_keep_as_much_as_the_setting_says() {
    let (mut replica, id) = with(PRINTER);
    for _ in 0..9 {
        print(&mut replica, id, &"x".repeat(1004));
    }
    // 4 KiB hold four lines of 1004 bytes and their 20 bytes each.
    let records = fetch(&mut replica, id);
    assert_eq!((records.len(), records[0].idx), (4, 6));
    limit_log(&mut replica, id, 8192).unwrap();
    for _ in 0..9 {
        print(&mut replica, id, &"y".repeat(1004));
    }
    assert_eq!(fetch(&mut replica, id).len(), 8);
    limit_log(&mut replica, id, 4096).unwrap();
    assert_eq!(fetch(&mut replica, id).len(), 4);
    limit_log(&mut replica, id, 0).unwrap();
    print(&mut replica, id, "nobody hears it");
    assert_eq!(fetch(&mut replica, id), []);
    limit_log(&mut replica, id, 2 * 1024 * 1024).unwrap();
    assert_rejected(
        limit_log(&mut replica, id, 2 * 1024 * 1024 + 1),
        ErrorCode::CanisterRejectedMessage,
        "is too high. It must be at most 2097152.",
    );
}

#[test]
fn should_answer_with_no_more_than_two_megabytes() {
    let (mut replica, id) = with(&PRINTER.replace("i32.const 2048", "i32.const 4096"));
    limit_log(&mut replica, id, 2 * 1024 * 1024).unwrap();
    for digit in 0..40 {
        let text = format!("{digit:02}").repeat(27_000);
        print(&mut replica, id, &text);
    }
    let last = fetch(&mut replica, id);
    assert_eq!((last[0].idx, last.len()), (4, 37), "the last ones that fit");
    let all = CanisterLogFilter::ByIdx {
        start: 0,
        end: u64::MAX,
    };
    let first = fetch_as(&mut replica, controller(), id, Some(all)).unwrap();
    assert_eq!(
        (first[0].idx, first.len()),
        (3, 37),
        "the first ones that fit"
    );
}

#[test]
fn should_keep_the_log_over_a_restart() {
    let (mut replica, id) = with(PRINTER);
    let mut stored = Snapshot::default();
    for text in ["a", "b"] {
        print(&mut replica, id, text);
        replica = restart(&mut replica, &mut stored);
    }
    update(&mut replica, id, "unreachable").unwrap_err();
    let mut replica = restart(&mut replica, &mut stored);
    let expected = ["installed", "a", "b", "[TRAP]: unreachable"];
    assert_eq!(texts(&fetch(&mut replica, id)), expected);
    for _ in 0..5 {
        print(&mut replica, id, &"x".repeat(1004));
    }
    let mut replica = restart(&mut replica, &mut stored);
    let records = fetch(&mut replica, id);
    assert_eq!((records.len(), records[0].idx), (4, 5));
    assert_eq!(stored.logs[0].1.len(), 4, "the store has no more lines");
}

/// Fetches its own log from an update and from a composite query.
const READER: &str = r#"
(table funcref (elem $on_reply $on_reject))
(data (i32.const 1024) "fetch_canister_logs")
(func $on_reply (param i32) (call $reply_number (i64.extend_i32_u (call $arg_size))))
(func $on_reject (param i32) (call $reply_number (i64.extend_i32_u (call $reject_code))))
(func $fetch
  (call $arg_copy (i32.const 2048) (i32.const 0) (call $arg_size))
  (call $call_new (i32.const 0) (i32.const 0) (i32.const 1024) (i32.const 19)
    (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0))
  (call $call_append (i32.const 2048) (call $arg_size))
  (drop (call $perform)))
(func (export "canister_update fetch") (call $fetch))
(func (export "canister_composite_query fetch composite") (call $fetch))
"#;

fn arg(value: &impl CandidType) -> Vec<u8> {
    candid::encode_one(value).unwrap()
}

#[test]
fn should_serve_canisters_in_updates_and_in_composite_queries_but_no_updates_of_users() {
    let mut replica = replica();
    let id = add(&mut replica, PRINTER);
    let reader = add(&mut replica, READER);
    let args = arg(&FetchCanisterLogsArgs {
        canister_id: id,
        filter: None,
    });
    let query = |replica: &mut Replica| {
        let reply = replica.query(stranger(), reader, "fetch composite", args.clone());
        number(&reply.unwrap())
    };
    let call = |replica: &mut Replica| {
        let reply = replica.update_call(stranger(), reader, "fetch", args.clone());
        number(&reply.unwrap())
    };
    const CANISTER_REJECT: u64 = 4;
    assert_eq!(query(&mut replica), CANISTER_REJECT);
    assert_eq!(call(&mut replica), CANISTER_REJECT);
    let settings = CanisterSettings {
        log_visibility: Some(LogVisibility::AllowedViewers(vec![reader])),
        ..Default::default()
    };
    set(&mut replica, id, settings).unwrap();
    assert!(query(&mut replica) > 50);
    assert!(call(&mut replica) > 50);
    let management = Principal::management_canister();
    assert_rejected(
        replica.update_call(
            controller(),
            management,
            "fetch_canister_logs",
            args.clone(),
        ),
        ErrorCode::CanisterRejectedMessage,
        "only accessible to end users in non-replicated mode",
    );
    assert_rejected(
        replica.query(controller(), management, "raw_rand", args),
        ErrorCode::CanisterMethodNotFound,
        "Query method raw_rand not found.",
    );
}
