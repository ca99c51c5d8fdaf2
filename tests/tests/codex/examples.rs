//! The examples run as they stand.

use candid::{Decode, Encode, Nat, Principal};
use chime_types::codex::{Answer, Request, Slice, SliceOutcome, Source};

use crate::runner::{START, answered, asked, done, run, slice};

fn example(name: &str) -> Slice {
    let directory = chime_tests::workspace().join("examples/codices");
    let source = |name: &str| std::fs::read_to_string(directory.join(name)).expect(name);
    let mut slice = slice(&source(&format!("{name}.py")));
    slice.modules.push(Source {
        name: "ggg".to_string(),
        code: source("ggg.py"),
    });
    slice
}

fn state_after(slice: &Slice) -> String {
    match run(slice) {
        SliceOutcome::Done { state, .. } => state.expect("it changed"),
        other => panic!("{other:?}"),
    }
}

#[derive(candid::CandidType, candid::Deserialize, Debug, PartialEq)]
struct Account {
    owner: Principal,
    subaccount: Option<Vec<u8>>,
}

#[test]
fn should_refresh_the_treasury_by_a_call_that_a_ledger_understands() {
    let mut slice = example("refresh_treasury");
    let Request::Call {
        canister,
        method,
        arguments,
        cycles,
    } = asked(&slice)
    else {
        panic!("no call");
    };
    assert_eq!(canister.to_text(), "ryjl3-tyaaa-aaaaa-aaaba-cai");
    assert_eq!((method.as_str(), cycles), ("icrc1_balance_of", 0));
    let account = Decode!(&arguments, Account).expect("an account");
    assert_eq!(account.owner, slice.execution.scheduler);
    assert_eq!(account.subaccount, None);
    let reply = Encode!(&Nat::from(123_456_789_u64)).expect("a number");
    answered(&mut slice, Answer::Reply { reply });
    assert_eq!(
        done(&slice),
        (
            "123456789".to_string(),
            "Treasury refreshed: 123456789\n".to_string()
        )
    );
    let state = state_after(&slice);
    let refreshed = START + 1_000_000_000;
    assert!(
        state.contains(&format!("\"refreshed_at\":{refreshed}")),
        "{state}"
    );
}

#[test]
fn should_go_on_where_the_last_run_stopped() {
    let mut makes = example("count_users");
    makes.codex.code = "
from ggg import User
for number in range(250):
    User(name=f'user {number}')
"
    .to_string();
    let mut state = state_after(&makes);
    let mut count = example("count_users");
    count.state = state.clone();
    assert_eq!(done(&count).1, "Found 250 users\n");
    for (processed, total) in [(100, 100), (100, 200), (50, 250)] {
        let mut slice = example("process_users");
        slice.state = state;
        let (value, log) = done(&slice);
        assert_eq!(value, total.to_string());
        assert_eq!(
            log,
            format!("Processed {processed} users, total: {total}\n")
        );
        state = state_after(&slice);
    }
}
