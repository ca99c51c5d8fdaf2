//! What tests of canisters expect of PocketIC, through the unmodified crate `pocket-ic`: canisters,
//! calls and their rejections, time, stable memory, live instances, state directories.
//!
//! Runs on either server; see `scheduler.rs`. Only what is refused by ours alone asks ours.

#![expect(
    clippy::unwrap_used,
    reason = "a failure of what a test relies on fails the test"
)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use candid::{Decode, Encode, Principal};
use chime_pocket_tests::{deploy, instance, module, no_arguments, our_server, owner, server};
use pocket_ic::common::rest::BlobCompression;
use pocket_ic::{
    CreateCanisterParams, ErrorCode, IngressStatusResult, PocketIc, PocketIcBuilder, PocketIcState,
    RejectCode, Time, update_candid_as,
};

fn count(pic: &PocketIc, callee: Principal) -> u64 {
    let answer = update_candid_as(pic, callee, owner(), "count", ());
    answer.map(|(number,): (u64,)| number).unwrap()
}

/// The text of the panic that the client makes of a refusal.
fn refusal(work: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(work)).expect_err("it is not refused");
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => (*panic.downcast::<&str>().unwrap()).to_string(),
    }
}

#[test]
fn should_create_canisters_with_cycles_and_controllers() {
    let pic = instance();
    let id = pic.create_canister();
    assert_eq!(pic.cycle_balance(id), 100_000_000_000_000);
    assert_eq!(pic.add_cycles(id, 5), 100_000_000_000_005);
    assert_eq!(pic.get_controllers(id), [Principal::anonymous()]);
    pic.set_controllers(id, None, vec![owner()]).unwrap();
    assert_eq!(pic.get_controllers(id), [owner()]);

    let subnets = pic.topology().get_app_subnets();
    assert_eq!(pic.get_subnet(id), Some(subnets[0]));
    assert!(pic.canister_exists(id));
    let other = pic.create_canister_on_subnet(None, None, subnets[0]);
    pic.stop_canister(other, None).unwrap();
    pic.delete_canister(other, None).unwrap();
    assert!(!pic.canister_exists(other));
}

#[test]
fn should_create_a_canister_once_with_the_id_that_is_wanted() {
    let pic = instance();
    let id = Principal::from_text("rdmx6-jaaaa-aaaaa-aaadq-cai").unwrap();
    let pic = &pic;
    let create = || pic.create_canister_with_id(None, None, id);
    if std::env::var_os("POCKET_IC_BIN").is_none() {
        assert_eq!(create(), Ok(id));
        assert!(create().is_err());
    }
    let elsewhere = CreateCanisterParams {
        cycles: Some(7),
        ..CreateCanisterParams::default()
    };
    let id = pic.create_canister_with_params(None, elsewhere).unwrap();
    assert_eq!(pic.cycle_balance(id), 7);
}

#[test]
fn should_reject_in_the_codes_of_the_internet_computer() {
    let pic = instance();
    let callee = deploy(&pic, "callee");
    let call = |id, method: &str| {
        let answer = pic.update_call(id, owner(), method, no_arguments());
        answer.map_err(|rejection| (rejection.reject_code, rejection.error_code))
    };
    let trapped = (RejectCode::CanisterError, ErrorCode::CanisterCalledTrap);
    assert_eq!(call(callee, "trap"), Err(trapped));
    let missing = (RejectCode::CanisterError, ErrorCode::CanisterMethodNotFound);
    assert_eq!(call(callee, "nothing"), Err(missing));
    let nowhere = pic.create_canister();
    pic.stop_canister(nowhere, None).unwrap();
    pic.delete_canister(nowhere, None).unwrap();
    let unknown = (RejectCode::DestinationInvalid, ErrorCode::CanisterNotFound);
    assert_eq!(call(nowhere, "count"), Err(unknown));

    let text = Encode!(&"no thanks").unwrap();
    let rejection = pic.update_call(callee, owner(), "reject", text);
    let rejection = rejection.unwrap_err();
    assert_eq!(rejection.reject_code, RejectCode::CanisterReject);
    assert_eq!(rejection.reject_message, "no thanks");
    let query = pic.query_call(callee, owner(), "calls", no_arguments());
    assert!(query.is_ok());
}

#[test]
fn should_answer_a_submitted_call_once_a_round_has_run() {
    let pic = instance();
    let callee = deploy(&pic, "callee");
    let submitted = pic.submit_call(callee, owner(), "count", no_arguments());
    let id = submitted.unwrap();
    assert!(pic.ingress_status(id.clone()).is_none());
    pic.tick();
    let reply = pic.ingress_status(id.clone()).unwrap().unwrap();
    assert_eq!(Decode!(&reply, u64).unwrap(), 1);
    assert_eq!(pic.await_call(id.clone()).unwrap(), reply);
    for (caller, may_see) in [(owner(), true), (Principal::anonymous(), false)] {
        let status = pic.ingress_status_as(id.clone(), caller);
        match status {
            IngressStatusResult::Success(Ok(bytes)) if may_see => assert_eq!(bytes, reply),
            IngressStatusResult::Forbidden(_) if !may_see => {}
            other => panic!("{caller}: {other:?}"),
        }
    }
}

#[test]
fn should_stand_still_in_time_but_for_what_the_test_does() {
    let pic = instance();
    let before = pic.get_time();
    pic.advance_time(Duration::from_secs(86_400));
    let passed = pic.get_time().as_nanos_since_unix_epoch() - before.as_nanos_since_unix_epoch();
    assert!((86_400_000_000_000..86_400_000_001_000).contains(&passed));
    let text = refusal(|| pic.set_time(before));
    assert!(text.contains("SettingTimeIntoPast"), "{text}");

    let start = Time::from_nanos_since_unix_epoch(1_800_000_000_000_000_000);
    let builder = PocketIcBuilder::new().with_server_binary(server());
    let pic = builder
        .with_application_subnet()
        .with_initial_time(start)
        .build();
    let late = pic.get_time().as_nanos_since_unix_epoch() - start.as_nanos_since_unix_epoch();
    assert!(late < 1_000, "{late}");
}

#[test]
fn should_replace_stable_memory_packed_or_not() {
    let pic = instance();
    let callee = deploy(&pic, "callee");
    count(&pic, callee);
    let memory = pic.get_stable_memory(callee);
    assert!(memory.len() >= 65_536);
    let other = deploy(&pic, "callee");
    pic.set_stable_memory(other, memory.clone(), BlobCompression::NoCompression);
    let sender = Some(owner());
    pic.upgrade_canister(other, module("callee"), no_arguments(), sender)
        .unwrap();
    assert_eq!(count(&pic, other), 2);

    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, &memory).unwrap();
    let packed = encoder.finish().unwrap();
    pic.set_stable_memory(other, packed, BlobCompression::Gzip);
    assert_eq!(&pic.get_stable_memory(other)[..memory.len()], memory);
}

#[test]
fn should_serve_agents_and_browsers_while_it_is_live() {
    let mut pic = instance();
    let callee = deploy(&pic, "callee");
    let url = pic.make_live(None);
    assert!(pic.auto_progress_enabled());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let time = Duration::from_nanos(pic.get_time().as_nanos_since_unix_epoch());
    assert!(time.abs_diff(now) < Duration::from_secs(60));

    let runtime = tokio::runtime::Runtime::new().unwrap();
    let number = runtime.block_on(async {
        let agent = ic_agent::Agent::builder().with_url(url.as_str());
        let agent = agent.build().unwrap();
        agent.fetch_root_key().await.unwrap();
        let call = agent.update(&callee, "count").with_arg(no_arguments());
        Decode!(&call.call_and_wait().await.unwrap(), u64).unwrap()
    });
    assert_eq!(number, 1);

    let port = url.port().unwrap();
    let host = format!("{callee}.localhost");
    // Browsers know where these names lead to; not every system does.
    let client = reqwest::blocking::Client::builder().resolve(&host, ([127, 0, 0, 1], port).into());
    let page = client.build().unwrap();
    let page = page.get(format!("http://{host}:{port}/status/202")).send();
    assert_eq!(page.unwrap().status(), 202);
    pic.stop_live();
    assert!(!pic.auto_progress_enabled());
    let gone = reqwest::blocking::get(format!("http://127.0.0.1:{port}/api/v2/status"));
    assert!(gone.is_err());
}

#[test]
fn should_go_on_from_a_state_directory() {
    let state = PocketIcState::new();
    let start = |state| {
        let builder = PocketIcBuilder::new().with_server_binary(server());
        builder.with_application_subnet().with_state(state).build()
    };
    let pic = start(state);
    let callee = deploy(&pic, "callee");
    assert_eq!(count(&pic, callee), 1);
    let subnet = pic.topology().get_app_subnets();
    let state = pic.drop_and_take_state().unwrap();
    let pic = start(state);
    assert_eq!(pic.topology().get_app_subnets(), subnet);
    assert_eq!(count(&pic, callee), 2);
}

#[test]
fn should_say_what_our_server_does_not_support() {
    let build = |change: fn(PocketIcBuilder) -> PocketIcBuilder| {
        let builder = PocketIcBuilder::new().with_server_binary(our_server());
        refusal(move || drop(change(builder.with_application_subnet()).build()))
    };
    for (text, word) in [
        (build(PocketIcBuilder::with_nns_subnet), "`nns`"),
        (build(PocketIcBuilder::with_system_subnet), "`system`"),
        (build(PocketIcBuilder::with_application_subnet), "more than"),
        (build(PocketIcBuilder::disable_ingress_validation), "valid"),
    ] {
        assert!(text.contains("does not support"), "{text}");
        assert!(text.contains(word), "{text}");
    }
}
