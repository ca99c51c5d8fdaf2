//! The cycles ledger of a local network, at the id that it has on the mainnet.
//!
//! Tools pay with it for the canisters that they create. It holds the cycles of everybody and
//! creates canisters by calling the management canister with cycles attached. Each principal begins
//! with [`OPENING_BALANCE`] cycles in its first account, so nobody has to buy any.
//!
//! It has the methods of the mainnet's ledger that command lines use: ICRC-1, `deposit`,
//! `withdraw` and `create_canister`. It has no allowances (ICRC-2), no blocks to read (ICRC-3) and
//! no total supply, which has no meaning where everybody begins with cycles.

mod create;
mod deposit;
mod interface;
mod state;
mod transfer;
mod withdraw;

use candid::{Nat, Principal};
use chime_system_ledger::icrc1::{
    Account, MetadataValue, SupportedStandard, Token, TransferArgs, TransferResult,
    supported_standards,
};
use ic_cdk::{query, update};

use interface::{
    CreateCanisterArgs, CreateCanisterResult, DepositArgs, DepositResult, WithdrawArgs,
    WithdrawResult,
};

/// What every principal begins with: a million trillion cycles, for half a million canisters.
pub const OPENING_BALANCE: u128 = 1_000_000_000_000_000_000;

/// The fee is that of the mainnet's ledger.
const TOKEN: Token = Token {
    name: "Trillion Cycles",
    symbol: "TCYCLES",
    decimals: 12,
    fee: 100_000_000,
};

/// What an account begins with.
fn opening_balance(account: &Account) -> u128 {
    match account.normal().subaccount {
        None => OPENING_BALANCE,
        Some(_) => 0,
    }
}

/// The name of the token.
#[query]
fn icrc1_name() -> String {
    TOKEN.name.to_owned()
}

/// Its symbol.
#[query]
fn icrc1_symbol() -> String {
    TOKEN.symbol.to_owned()
}

/// Digits behind the point.
#[query]
fn icrc1_decimals() -> u8 {
    TOKEN.decimals
}

/// What a transfer, a withdrawal or a creation costs.
#[query]
fn icrc1_fee() -> Nat {
    Nat::from(TOKEN.fee)
}

/// All of that in one answer.
#[query]
fn icrc1_metadata() -> Vec<(String, MetadataValue)> {
    TOKEN.metadata()
}

/// There is none: cycles come with canisters that deposit them.
#[query]
fn icrc1_minting_account() -> Option<Account> {
    None
}

/// The standards that it follows.
#[query]
fn icrc1_supported_standards() -> Vec<SupportedStandard> {
    supported_standards()
}

/// What an account has.
#[query]
fn icrc1_balance_of(account: Account) -> Nat {
    Nat::from(state::with(|book| book.balance(&account.normal())))
}

/// Moves cycles from an account of the caller to another.
#[update]
fn icrc1_transfer(args: TransferArgs) -> TransferResult {
    transfer::transfer(ic_cdk::api::msg_caller(), &args)
}

/// Takes the cycles that a canister attached, less the fee, into an account.
#[update]
fn deposit(args: DepositArgs) -> DepositResult {
    deposit::deposit(&args)
}

/// Moves cycles from an account of the caller into a canister.
#[update]
async fn withdraw(args: WithdrawArgs) -> WithdrawResult {
    withdraw::withdraw(ic_cdk::api::msg_caller(), args).await
}

/// Creates a canister with cycles of the caller, who becomes its controller unless the settings say
/// otherwise.
#[update]
async fn create_canister(args: CreateCanisterArgs) -> CreateCanisterResult {
    create::create_canister(ic_cdk::api::msg_caller(), args).await
}

/// An account of somebody.
fn account(owner: Principal, subaccount: Option<[u8; 32]>) -> Account {
    Account { owner, subaccount }.normal()
}

/// The interface, readable in the module's public metadata.
#[cfg(target_family = "wasm")]
#[expect(
    unsafe_code,
    reason = "a custom section can only be written by naming it"
)]
#[unsafe(link_section = "icp:public candid:service")]
#[used]
pub static CANDID: [u8; include_bytes!("../cycles-ledger.did").len()] =
    *include_bytes!("../cycles-ledger.did");

#[cfg(test)]
candid::export_service!();

#[cfg(test)]
mod tests {
    use super::*;

    /// `UPDATE_INTERFACE=1` writes the file anew.
    #[test]
    fn should_publish_the_interface_that_the_code_has() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/cycles-ledger.did");
        let code = __export_service() + "\n";
        if std::env::var_os("UPDATE_INTERFACE").is_some() {
            std::fs::write(path, &code).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), code);
    }

    #[test]
    fn should_give_everybody_cycles_in_the_first_account_only() {
        let principal = Principal::from_slice(&[7]);
        for (subaccount, balance) in [
            (None, OPENING_BALANCE),
            (Some([0; 32]), OPENING_BALANCE),
            (Some([1; 32]), 0),
        ] {
            let account = Account {
                owner: principal,
                subaccount,
            };
            assert_eq!(opening_balance(&account), balance);
        }
    }
}
