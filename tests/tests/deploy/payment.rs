//! A canister that is paid for at the cycles ledger.

use candid::{CandidType, Nat, Principal};

use super::world::{Network, User};

const LEDGER: &str = "um5iw-rqaaa-aaaaq-qaaba-cai";
const PAID: u128 = 3_000_000_000_000;
/// What a creation costs at the ledger.
const FEE: u128 = 100_000_000;

#[derive(CandidType)]
struct Account {
    owner: Principal,
    subaccount: Option<[u8; 32]>,
}

fn balance(user: &User) -> u128 {
    let ledger = Principal::from_text(LEDGER).unwrap();
    let owner = Principal::from_text(user.text(&["identity", "principal"]).trim()).unwrap();
    let account = Account {
        owner,
        subaccount: None,
    };
    let balance: Nat = user.ask((ledger, ledger), "icrc1_balance_of", account);
    u128::try_from(&balance.0).unwrap()
}

#[test]
fn should_pay_once_for_a_canister_however_often_it_is_broken_off() {
    let network = Network::of_launcher();
    for stage in ["creating", "the canister is"] {
        let user = User::on(&network);
        let before = balance(&user);
        let deploy = ["deploy", "--new", "--cycles", "3T", "--yes"];
        assert!(user.kill_at(stage, &deploy), "{stage}");
        user.text(&deploy);
        assert_eq!(before - balance(&user), PAID + FEE, "{stage}");
        assert_eq!(user.notes(), Vec::<String>::new());
        user.make_ticks();
        user.expect_ticks();
    }
}

#[test]
fn should_say_what_is_missing_when_there_are_too_few_cycles() {
    let network = Network::of_launcher();
    let user = User::on(&network);
    let before = balance(&user);
    let (code, errors) = user.failure(&["deploy", "--new", "--cycles", "2000000T", "--yes"]);
    assert_eq!(code, 4, "{errors}");
    assert!(errors.contains("icp cycles transfer"), "{errors}");
    assert_eq!(balance(&user), before);
    assert_eq!(user.notes(), Vec::<String>::new());
    user.text(&["deploy", "--new", "--cycles", "2T", "--yes"]);
}

#[test]
fn should_want_an_amount_on_the_mainnet() {
    let network = Network::of_launcher();
    let user = User::on(&network);
    // Nothing is sent: there is nothing to be reached from here.
    let (code, errors) = user.failure(&["deploy", "--network", "ic", "--new", "--yes"]);
    assert_eq!(code, 2, "{errors}");
    assert!(errors.contains("--cycles"), "{errors}");
}
