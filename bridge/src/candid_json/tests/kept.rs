//! Arguments of calls that are made later: typed, checked, and kept so that their bytes are right.

use candid::{IDLArgs, Nat, Principal};
use serde_json::json;

use super::super::{Interface, Kept, same_but_for_types};

const LEDGER: &str = "
type Account = record { owner : principal; subaccount : opt blob };
type TransferError = variant { BadFee : record { expected_fee : nat }; TooOld };
type Choice = variant { A; B : nat8 };
service : {
  transfer : (record { to : Account; amount : nat; memo : opt blob; fee : opt nat }) ->
    (variant { Ok : nat; Err : TransferError });
  scale : (factor : float64, opt nat8) -> ();
  choose : (vec Choice) -> ();
  pick : (Choice) -> ();
  list : (vec nat) -> ();
  nothing : () -> ();
}";

fn keep(method: &str, text: &str) -> crate::error::Result<Kept> {
    let interface = Interface::parse(LEDGER).unwrap();
    let method = interface.method(method).unwrap();
    interface.keep_text(method, text)
}

fn keep_json(method: &str, json: serde_json::Value) -> crate::error::Result<Kept> {
    let interface = Interface::parse(LEDGER).unwrap();
    let method = interface.method(method).unwrap();
    interface.keep_json(method, &json)
}

/// What the scheduler makes of it, which does not know the types.
fn bytes(kept: &Kept, written: &str) -> Vec<u8> {
    match kept {
        Kept::AsWritten => candid_parser::parse_idl_args(written)
            .unwrap()
            .to_bytes()
            .unwrap(),
        Kept::Text(text) => candid_parser::parse_idl_args(text)
            .unwrap()
            .to_bytes()
            .unwrap(),
        Kept::Bytes(bytes) => bytes.clone(),
    }
}

#[derive(candid::CandidType, serde::Deserialize)]
struct Account {
    owner: Principal,
    subaccount: Option<Vec<u8>>,
}

#[derive(candid::CandidType, serde::Deserialize)]
struct Transfer {
    to: Account,
    amount: Nat,
    memo: Option<Vec<u8>>,
    fee: Option<Nat>,
}

#[test]
fn should_give_a_text_the_types_of_the_callee() {
    let text = "(record { to = record { owner = principal \"aaaaa-aa\" }; amount = 100_000; \
                memo = null; fee = opt 10 })";
    let kept = keep("transfer", text).unwrap();
    assert!(
        matches!(&kept, Kept::Text(text) if text.contains("amount = 100_000 : nat")),
        "{kept:?}"
    );
    let transfer: Transfer = candid::decode_one(&bytes(&kept, text)).unwrap();
    assert_eq!(transfer.amount, Nat::from(100_000_u32));
    assert_eq!(transfer.fee, Some(Nat::from(10_u32)));
    assert!(transfer.memo.is_none() && transfer.to.subaccount.is_none());
    assert_eq!(transfer.to.owner, Principal::management_canister());
}

#[test]
fn should_leave_a_text_alone_that_says_all() {
    for (method, text) in [
        ("list", "(vec { 1 : nat; 2 : nat })"),
        ("pick", "(variant { B = 7 : nat8 })"),
        ("nothing", "()"),
    ] {
        assert_eq!(keep(method, text).unwrap(), Kept::AsWritten, "{text}");
    }
}

#[test]
fn should_keep_bytes_where_no_text_has_the_types() {
    let text = "(vec { variant { A }; variant { B = 1 } })";
    let kept = keep("choose", text).unwrap();
    let Kept::Bytes(bytes) = &kept else {
        panic!("{kept:?}")
    };
    let shown = IDLArgs::from_bytes(bytes).unwrap().to_string();
    assert!(shown.contains("1 : nat8"), "{shown}");
}

#[test]
fn should_take_whole_numbers_for_fractions_and_leave_out_what_is_optional() {
    let text = "(2)";
    let kept = keep("scale", text).unwrap();
    let (factor, rest): (f64, Option<u8>) = candid::decode_args(&bytes(&kept, text)).unwrap();
    assert_eq!((factor, rest), (2.0, None));
    let kept = keep("scale", "(2.5, 7)").unwrap();
    let (_, rest): (f64, Option<u8>) = candid::decode_args(&bytes(&kept, "")).unwrap();
    assert_eq!(rest, Some(7), "a value is an opt of itself");
}

#[test]
fn should_take_json_of_every_shape() {
    let account = json!({ "owner": "aaaaa-aa" });
    for (method, json) in [
        ("transfer", json!({ "to": account, "amount": 5 })),
        ("transfer", json!([{ "to": account, "amount": "5" }])),
        ("scale", json!({ "factor": 2.5 })),
        ("scale", json!([2.5, 7])),
        ("list", json!([1, 2])),
        ("list", json!({ "argument_0": [1] })),
        ("pick", json!({ "B": 1 })),
        ("pick", json!("A")),
        ("nothing", json!({})),
        ("nothing", json!([])),
        ("nothing", json!(null)),
    ] {
        let kept = keep_json(method, json.clone());
        assert!(kept.is_ok(), "{method} {json}: {kept:?}");
    }
    let kept = keep_json("transfer", json!({ "to": account, "amount": 5 })).unwrap();
    let transfer: Transfer = candid::decode_one(&bytes(&kept, "")).unwrap();
    assert_eq!(transfer.amount, Nat::from(5_u32));
}

#[test]
fn should_refuse_what_the_callee_would_with_the_place() {
    let record = |rest: &str| {
        format!("(record {{ to = record {{ owner = principal \"aaaaa-aa\" }}; {rest} }})")
    };
    for (method, text, field, rule, fix) in [
        (
            "transfer",
            record("amuont = 1"),
            "amuont",
            "there is no field",
            "did you mean amount?",
        ),
        (
            "transfer",
            record("amount = \"1\""),
            "amount",
            "expected ",
            "for example",
        ),
        (
            "transfer",
            record("amount = 1 : nat64"),
            "amount",
            "expected ",
            "for example",
        ),
        (
            "transfer",
            record("amount = -1"),
            "amount",
            "expected ",
            "for example",
        ),
        (
            "transfer",
            record("memo = null"),
            "amount",
            "missing",
            "for example",
        ),
        (
            "transfer",
            "(record { amount = 1; to = record { ower = principal \"aaaaa-aa\" } })".into(),
            "to.ower",
            "there is no field",
            "did you mean owner?",
        ),
        (
            "pick",
            "(variant { b = 1 })".into(),
            "argument_0.b",
            "there is no case",
            "did you mean B?",
        ),
        (
            "list",
            "(vec { 1; \"x\" })".into(),
            "argument_0[1]",
            "expected ",
            "for example",
        ),
        ("scale", "()".into(), "factor", "missing", "for example"),
    ] {
        let error = keep(method, &text).unwrap_err();
        assert_eq!(error.field(), Some(field), "{text}: {}", error.rule());
        assert!(error.rule().contains(rule), "{text}: {}", error.rule());
        assert!(error.fix().contains(fix), "{text}: {}", error.fix());
    }
}

#[test]
fn should_refuse_too_many_arguments_and_what_is_no_text_of_candid() {
    let error = keep("nothing", "(1)").unwrap_err();
    assert_eq!(error.rule(), "nothing takes no arguments, and 1 are given");
    for text in ["1", "(", "{\"a\": 1}", "(opt)"] {
        assert!(
            keep("nothing", text)
                .unwrap_err()
                .rule()
                .contains("textual form"),
            "{text}"
        );
    }
}

#[test]
fn should_refuse_json_that_the_callee_does_not_take() {
    for (method, json, field) in [
        (
            "transfer",
            json!({ "to": { "owner": "aaaaa-aa" }, "amuont": 1 }),
            Some("amuont"),
        ),
        ("transfer", json!([1]), None),
        (
            "list",
            json!({ "argument_0": ["x"] }),
            Some("argument_0[0]"),
        ),
        ("scale", json!([1, 2, 3]), None),
        ("nothing", json!([1]), None),
    ] {
        let error = keep_json(method, json.clone()).unwrap_err();
        assert_eq!(error.field(), field, "{json}: {}", error.rule());
    }
}

#[test]
fn should_see_through_the_types_in_a_text() {
    for (left, right, same) in [
        (
            "(record { amount = 1_000 })",
            "(record { amount = 1000 : nat })",
            true,
        ),
        ("(opt 5)", "(opt (5 : nat8))", true),
        ("(5)", "(6 : nat)", false),
        ("(\"a : b\")", "(\"a\")", false),
        ("(x", "(x", true),
        ("(x", "(y", false),
    ] {
        assert_eq!(same_but_for_types(left, right), same, "{left} {right}");
    }
}
