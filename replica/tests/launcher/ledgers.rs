//! Transfers at both ledgers.

use candid::{CandidType, Nat, Principal};
use serde::Deserialize;
use serde_bytes::ByteBuf;

use crate::support::{
    Account, FEE, Launcher, OPENING_BALANCE, account, balance, cycles_ledger, icp_ledger, query,
    update,
};

#[derive(CandidType, Deserialize, Clone)]
struct TransferArgs {
    from_subaccount: Option<Vec<u8>>,
    to: Account,
    amount: Nat,
    fee: Option<Nat>,
    memo: Option<ByteBuf>,
    created_at_time: Option<u64>,
}

#[derive(CandidType, Deserialize, Debug, PartialEq)]
enum TransferError {
    BadFee { expected_fee: Nat },
    InsufficientFunds { balance: Nat },
    Duplicate { duplicate_of: Nat },
    TooOld,
    GenericError { error_code: Nat, message: String },
}

#[derive(CandidType, Deserialize, Clone, Copy, Debug, PartialEq)]
struct Tokens {
    e8s: u64,
}

#[derive(CandidType, Deserialize)]
struct LegacyTransferArgs {
    memo: u64,
    amount: Tokens,
    fee: Tokens,
    from_subaccount: Option<Vec<u8>>,
    to: ByteBuf,
    created_at_time: Option<LegacyTime>,
}

#[derive(CandidType, Deserialize)]
struct LegacyTime {
    timestamp_nanos: u64,
}

#[derive(CandidType, Deserialize, Debug, PartialEq)]
enum LegacyTransferError {
    BadFee { expected_fee: Tokens },
    InsufficientFunds { balance: Tokens },
}

fn transfer(to: Account, amount: u128) -> TransferArgs {
    TransferArgs {
        from_subaccount: None,
        to,
        amount: Nat::from(amount),
        fee: None,
        memo: None,
        created_at_time: None,
    }
}

/// One launcher for all: to start it takes longer than everything that is asked of it.
#[tokio::test]
async fn should_keep_the_balances_of_both_tokens() {
    let launcher = Launcher::start(&[]);
    transfer_cycles_between_accounts(&launcher).await;
    describe_both_tokens(&launcher).await;
    hand_out_icp_of_the_anonymous_principal(&launcher).await;
}

async fn transfer_cycles_between_accounts(launcher: &Launcher) {
    let (agent, other) = (launcher.agent(1), launcher.agent(2));
    let me = agent.get_principal().unwrap();
    let you = other.get_principal().unwrap();
    let ledger = cycles_ledger();
    let send = async |args: TransferArgs| -> Result<Nat, TransferError> {
        update(&agent, ledger, "icrc1_transfer", (args,)).await
    };

    send(transfer(account(you), 1_000)).await.unwrap();
    assert_eq!(balance(&other, ledger, you).await, OPENING_BALANCE + 1_000);
    assert_eq!(
        balance(&agent, ledger, me).await,
        OPENING_BALANCE - 1_000 - FEE
    );

    let bad_fee = TransferArgs {
        fee: Some(Nat::from(1_u8)),
        ..transfer(account(you), 1)
    };
    let expected_fee = Nat::from(FEE);
    assert_eq!(
        send(bad_fee).await,
        Err(TransferError::BadFee { expected_fee })
    );

    let empty = TransferArgs {
        from_subaccount: Some(vec![1; 32]),
        ..transfer(account(you), 1)
    };
    let balance = Nat::from(0_u8);
    assert_eq!(
        send(empty).await,
        Err(TransferError::InsufficientFunds { balance })
    );

    let long = |bytes| TransferArgs {
        memo: Some(ByteBuf::from(vec![0; bytes])),
        ..transfer(account(you), 1)
    };
    assert!(send(long(80)).await.is_ok());
    assert!(matches!(
        send(long(81)).await,
        Err(TransferError::GenericError { .. })
    ));

    let at = |created_at_ns| TransferArgs {
        created_at_time: Some(created_at_ns),
        ..transfer(account(you), 1)
    };
    assert_eq!(send(at(1)).await, Err(TransferError::TooOld));
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos();
    let now = u64::try_from(now).unwrap();
    let block = send(at(now)).await.unwrap();
    let duplicate_of = block;
    assert_eq!(
        send(at(now)).await,
        Err(TransferError::Duplicate { duplicate_of })
    );
}

async fn describe_both_tokens(launcher: &Launcher) {
    let agent = launcher.agent(1);
    for (ledger, symbol, decimals, fee) in [
        (cycles_ledger(), "TCYCLES", 12_u8, FEE),
        (icp_ledger(), "ICP", 8, 10_000),
    ] {
        let told: String = query(&agent, ledger, "icrc1_symbol", ()).await;
        assert_eq!(told, symbol);
        let told: u8 = query(&agent, ledger, "icrc1_decimals", ()).await;
        assert_eq!(told, decimals);
        let told: Nat = query(&agent, ledger, "icrc1_fee", ()).await;
        assert_eq!(told, fee);
    }
}

async fn hand_out_icp_of_the_anonymous_principal(launcher: &Launcher) {
    let agent = launcher.agent(1);
    let me = agent.get_principal().unwrap();
    let identifier: ByteBuf =
        query(&agent, icp_ledger(), "account_identifier", (account(me),)).await;
    let args = |e8s| LegacyTransferArgs {
        memo: 0,
        amount: Tokens { e8s },
        fee: Tokens { e8s: 10_000 },
        from_subaccount: None,
        to: identifier.clone(),
        created_at_time: None,
    };
    let mine: Result<u64, LegacyTransferError> =
        update(&agent, icp_ledger(), "transfer", (args(1),)).await;
    let balance_before = Tokens { e8s: 0 };
    assert_eq!(
        mine,
        Err(LegacyTransferError::InsufficientFunds {
            balance: balance_before
        })
    );

    let anybody = launcher.anonymous();
    let given: Result<u64, LegacyTransferError> =
        update(&anybody, icp_ledger(), "transfer", (args(500_000_000),)).await;
    given.unwrap();
    assert_eq!(balance(&agent, icp_ledger(), me).await, 500_000_000);

    let back = transfer(account(Principal::anonymous()), 100_000_000);
    let block: Result<Nat, TransferError> =
        update(&agent, icp_ledger(), "icrc1_transfer", (back,)).await;
    block.unwrap();
    assert_eq!(balance(&agent, icp_ledger(), me).await, 399_990_000);
}
