//! Canisters created through the cycles ledger, and cycles that go into canisters.

use candid::{CandidType, Nat, Principal};
use ic_management_canister_types::CanisterSettings;
use serde::Deserialize;

use crate::support::{
    FEE, Launcher, OPENING_BALANCE, balance, cycles_ledger, cycles_minting, query, update,
};

#[derive(CandidType, Deserialize, Clone)]
enum SubnetSelection {
    Subnet { subnet: Principal },
    Filter { subnet_type: Option<String> },
}

#[derive(CandidType, Deserialize, Clone, Default)]
struct CreationArgs {
    subnet_selection: Option<SubnetSelection>,
    settings: Option<CanisterSettings>,
}

#[derive(CandidType, Deserialize, Clone)]
struct CreateCanisterArgs {
    from_subaccount: Option<Vec<u8>>,
    created_at_time: Option<u64>,
    amount: Nat,
    creation_args: Option<CreationArgs>,
}

#[derive(CandidType, Deserialize, Debug)]
struct Created {
    block_id: Nat,
    canister_id: Principal,
}

#[derive(CandidType, Deserialize, Debug)]
enum CreateError {
    InsufficientFunds {
        balance: Nat,
    },
    Duplicate {
        duplicate_of: Nat,
        canister_id: Option<Principal>,
    },
    FailedToCreate {
        error: String,
        fee_block: Option<Nat>,
        refund_block: Option<Nat>,
    },
}

#[derive(CandidType, Deserialize)]
struct WithdrawArgs {
    amount: Nat,
    from_subaccount: Option<Vec<u8>>,
    to: Principal,
    created_at_time: Option<u64>,
}

#[derive(CandidType, Deserialize, Debug)]
enum WithdrawError {
    InvalidReceiver { receiver: Principal },
    FailedToWithdraw { rejection_reason: String },
}

const T: u128 = 1_000_000_000_000;

fn request(amount: u128, creation_args: Option<CreationArgs>) -> CreateCanisterArgs {
    CreateCanisterArgs {
        from_subaccount: None,
        created_at_time: None,
        amount: Nat::from(amount),
        creation_args,
    }
}

fn on(selection: SubnetSelection) -> Option<CreationArgs> {
    Some(CreationArgs {
        subnet_selection: Some(selection),
        settings: None,
    })
}

async fn create(
    agent: &ic_agent::Agent,
    request: CreateCanisterArgs,
) -> Result<Created, CreateError> {
    update(agent, cycles_ledger(), "create_canister", (request,)).await
}

/// One launcher for all: to start it takes longer than everything that is asked of it.
#[tokio::test]
async fn should_create_canisters_and_account_for_every_cycle() {
    let launcher = Launcher::start(&[]);
    create_canisters_with_cycles_of_the_caller(launcher.agent(1)).await;
    give_the_cycles_back_when_nothing_is_created(launcher.agent(2)).await;
    create_one_canister_for_a_request_that_comes_twice(launcher.agent(3)).await;
    withdraw_into_canisters_that_exist(launcher.agent(4)).await;
}

async fn create_canisters_with_cycles_of_the_caller(agent: ic_agent::Agent) {
    let me = agent.get_principal().unwrap();
    let subnets: Vec<Principal> = query(&agent, cycles_minting(), "get_default_subnets", ()).await;
    assert_eq!(
        subnets,
        [Principal::self_authenticating(agent.read_root_key())]
    );

    let here = SubnetSelection::Subnet { subnet: subnets[0] };
    let first = create(&agent, request(2 * T, on(here))).await.unwrap();
    assert_eq!(first.canister_id.to_text(), "bnz7o-iuaaa-aaaaa-qaaaa-cai");
    let controllers = agent
        .read_state_canister_controllers(first.canister_id)
        .await
        .unwrap();
    assert_eq!(controllers, [me]);
    let left = balance(&agent, cycles_ledger(), me).await;
    assert_eq!(left, OPENING_BALANCE - 2 * T - FEE);

    let other = Principal::from_slice(&[7]);
    let given = CreationArgs {
        subnet_selection: None,
        settings: Some(CanisterSettings {
            controllers: Some(vec![other]),
            ..CanisterSettings::default()
        }),
    };
    let second = create(&agent, request(2 * T, Some(given))).await.unwrap();
    assert_eq!(second.block_id, first.block_id + 1_u8);
    let controllers = agent
        .read_state_canister_controllers(second.canister_id)
        .await
        .unwrap();
    assert_eq!(controllers, [other]);
}

async fn give_the_cycles_back_when_nothing_is_created(agent: ic_agent::Agent) {
    let me = agent.get_principal().unwrap();
    let elsewhere = SubnetSelection::Subnet {
        subnet: Principal::from_slice(&[9]),
    };
    let fiduciary = SubnetSelection::Filter {
        subnet_type: Some("fiduciary".to_owned()),
    };
    let mut expected = OPENING_BALANCE;
    for (amount, creation, text) in [
        (2 * T, on(elsewhere), "does not exist"),
        (2 * T, on(fiduciary), "fiduciary"),
        (T / 10, None, "requires a fee"),
    ] {
        let error = create(&agent, request(amount, creation)).await.unwrap_err();
        let CreateError::FailedToCreate {
            error,
            refund_block,
            ..
        } = error
        else {
            panic!("{error:?}");
        };
        assert!(error.contains(text), "{error}");
        assert!(refund_block.is_some());
        expected -= FEE;
        assert_eq!(balance(&agent, cycles_ledger(), me).await, expected);
    }
    let too_much = request(OPENING_BALANCE, None);
    let error = create(&agent, too_much).await.unwrap_err();
    assert!(
        matches!(&error, CreateError::InsufficientFunds { balance } if *balance == expected),
        "{error:?}"
    );
}

async fn create_one_canister_for_a_request_that_comes_twice(agent: ic_agent::Agent) {
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos();
    let asked = CreateCanisterArgs {
        created_at_time: Some(now.try_into().unwrap()),
        ..request(2 * T, None)
    };
    let first = create(&agent, asked.clone()).await.unwrap();
    let again = create(&agent, asked).await.unwrap_err();
    let CreateError::Duplicate {
        duplicate_of,
        canister_id,
    } = again
    else {
        panic!("{again:?}");
    };
    assert_eq!(duplicate_of, first.block_id);
    assert_eq!(canister_id, Some(first.canister_id));
}

async fn withdraw_into_canisters_that_exist(agent: ic_agent::Agent) {
    let me = agent.get_principal().unwrap();
    let withdraw = |to| WithdrawArgs {
        amount: Nat::from(5 * T),
        from_subaccount: None,
        to,
        created_at_time: None,
    };
    let block: Result<Nat, WithdrawError> = update(
        &agent,
        cycles_ledger(),
        "withdraw",
        (withdraw(cycles_minting()),),
    )
    .await;
    block.unwrap();
    let mut expected = OPENING_BALANCE - 5 * T - FEE;
    assert_eq!(balance(&agent, cycles_ledger(), me).await, expected);

    let nobody = Principal::from_slice(&[0, 0, 0, 0, 0, 9, 9, 9, 1, 1]);
    let refused: Result<Nat, WithdrawError> =
        update(&agent, cycles_ledger(), "withdraw", (withdraw(nobody),)).await;
    let refused = refused.unwrap_err();
    assert!(
        matches!(&refused, WithdrawError::FailedToWithdraw { rejection_reason }
            if rejection_reason.contains("not found")),
        "{refused:?}"
    );
    expected -= FEE;
    assert_eq!(balance(&agent, cycles_ledger(), me).await, expected);

    let refused: Result<Nat, WithdrawError> =
        update(&agent, cycles_ledger(), "withdraw", (withdraw(me),)).await;
    assert!(matches!(refused, Err(WithdrawError::InvalidReceiver { receiver }) if receiver == me));
    assert_eq!(balance(&agent, cycles_ledger(), me).await, expected);
}
