//! The ICP ledger of a local network, at the id that it has on the mainnet.
//!
//! It is here because command lines hand out ICP when they start a network. The anonymous principal
//! begins with all of it, so everybody can take some; nobody else begins with any.
//!
//! It has `transfer` and `account_balance` with account identifiers, and ICRC-1 over the same
//! balances. It has no allowances, no blocks to read and no minting.

mod account;
mod interface;
mod state;
mod transfer;

use candid::Nat;
use chime_system_ledger::icrc1::{
    Account, MetadataValue, SupportedStandard, Token, TransferArgs, TransferResult,
    supported_standards,
};
use ic_cdk::{query, update};

use account::AccountIdentifier;
use interface::{
    AccountBalanceArgs, LegacyTransferArgs, LegacyTransferResult, Tokens, TransferFeeArg,
    TransferFees,
};
use serde_bytes::ByteBuf;

/// What the anonymous principal begins with: a billion ICP.
const OPENING_BALANCE: u128 = 1_000_000_000 * 100_000_000;

const TOKEN: Token = Token {
    name: "Internet Computer",
    symbol: "ICP",
    decimals: 8,
    fee: 10_000,
};

/// The fee, as the type that amounts have here.
const FEE: Tokens = Tokens {
    e8s: TOKEN.fee as u64,
};

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

/// What a transfer costs.
#[query]
fn icrc1_fee() -> Nat {
    Nat::from(TOKEN.fee)
}

/// All of that in one answer.
#[query]
fn icrc1_metadata() -> Vec<(String, MetadataValue)> {
    TOKEN.metadata()
}

/// There is none: no ICP is made here.
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
    Nat::from(state::balance(&AccountIdentifier::of(&account)))
}

/// Moves ICP from an account of the caller to another.
#[update]
fn icrc1_transfer(args: TransferArgs) -> TransferResult {
    transfer::icrc1_transfer(ic_cdk::api::msg_caller(), &args)
}

/// Moves ICP from an account of the caller to an account identifier.
#[update]
fn transfer(args: LegacyTransferArgs) -> LegacyTransferResult {
    transfer::transfer(ic_cdk::api::msg_caller(), &args)
}

/// What an account identifier has.
#[query]
fn account_balance(args: AccountBalanceArgs) -> Tokens {
    let account = AccountIdentifier::try_from(args.account.as_slice());
    let balance = account.map_or(0, |account| state::balance(&account));
    Tokens {
        e8s: u64::try_from(balance).unwrap_or(u64::MAX),
    }
}

/// The identifier of an account.
#[query]
fn account_identifier(account: Account) -> ByteBuf {
    ByteBuf::from(AccountIdentifier::of(&account).to_vec())
}

/// What a transfer costs.
#[query]
fn transfer_fee(_: TransferFeeArg) -> TransferFees {
    TransferFees { transfer_fee: FEE }
}

/// The interface, readable in the module's public metadata.
#[cfg(target_family = "wasm")]
#[expect(
    unsafe_code,
    reason = "a custom section can only be written by naming it"
)]
#[unsafe(link_section = "icp:public candid:service")]
#[used]
pub static CANDID: [u8; include_bytes!("../icp-ledger.did").len()] =
    *include_bytes!("../icp-ledger.did");

#[cfg(test)]
candid::export_service!();

#[cfg(test)]
mod tests {
    use super::*;

    /// `UPDATE_INTERFACE=1` writes the file anew.
    #[test]
    fn should_publish_the_interface_that_the_code_has() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/icp-ledger.did");
        let code = __export_service() + "\n";
        if std::env::var_os("UPDATE_INTERFACE").is_some() {
            std::fs::write(path, &code).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), code);
    }
}
