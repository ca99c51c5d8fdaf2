//! A new canister: from the cycles ledger, which is paid, or as a gift of a local network.

use std::time::{SystemTime, UNIX_EPOCH};

use candid::{CandidType, Nat, Principal};
use ic_agent::Agent;
use ic_management_canister_types::CanisterSettings;
use serde::Deserialize;

use super::Journal;
use super::journal::Creation;
use super::look::Payment;
use crate::error::{Error, Kind, Result};
use crate::network::Progress;
use crate::network::management::Management;
use crate::scheduler::agent_error;

/// The cycles ledger of the mainnet; local networks have it in the same place.
const CYCLES_LEDGER: &str = "um5iw-rqaaa-aaaaq-qaaba-cai";

/// Cycles of a canister that a local network gives away.
const GIFT: u128 = 100_000_000_000_000;

#[derive(CandidType)]
struct CreateCanisterArgs {
    from_subaccount: Option<[u8; 32]>,
    created_at_time: Option<u64>,
    amount: Nat,
    creation_args: Option<CreationArgs>,
}

/// Left empty: the caller is the controller, the network finds a place.
#[derive(CandidType)]
struct CreationArgs {
    settings: Option<CanisterSettings>,
}

#[derive(CandidType, Deserialize)]
struct Created {
    canister_id: Principal,
}

#[derive(CandidType, Deserialize)]
enum NotCreated {
    InsufficientFunds { balance: Nat },
    TooOld,
    CreatedInFuture { ledger_time: u64 },
    TemporarilyUnavailable,
    Duplicate { canister_id: Option<Principal> },
    FailedToCreate { error: String },
    GenericError { message: String },
}

/// Makes a canister. Broken off and done again, it makes one canister, not two, where it is paid for.
pub(super) async fn create(
    agent: &Agent,
    payment: Payment,
    journal: &Journal,
    (network, name): (&str, &str),
    progress: Progress<'_>,
) -> Result<Principal> {
    let Payment::Ledger { cycles } = payment else {
        progress(&format!(
            "creating a canister for the {name}, free of charge on this network"
        ));
        return Management::new(agent).create(GIFT).await;
    };
    let note = journal.creation(network, name);
    let payer = agent
        .get_principal()
        .map_err(|why| Error::new(Kind::Identity, why, "use another key"))?;
    let creation = match note.read()? {
        Some(begun) if begun.payer == payer => {
            progress("an earlier payment was started; asking how it ended");
            begun
        }
        _ => Creation {
            created_at: now_at(),
            cycles,
            payer,
        },
    };
    note.write(&creation)?;
    progress(&format!(
        "creating a canister for the {name} with {} cycles of {payer}",
        creation.cycles
    ));
    match pay(agent, &creation).await? {
        Ok(canister_id) => Ok(canister_id),
        Err(refusal) => {
            // The ledger has taken nothing, so the next attempt is a new one.
            if !matches!(refusal, NotCreated::Duplicate { .. }) {
                note.remove()?;
            }
            Err(refused(refusal, creation.cycles, payer))
        }
    }
}

/// To be called when the id is in a safe place.
pub(super) fn settled(journal: &Journal, (network, name): (&str, &str)) -> Result<()> {
    journal.creation(network, name).remove()
}

async fn pay(
    agent: &Agent,
    creation: &Creation,
) -> Result<std::result::Result<Principal, NotCreated>> {
    let ledger = Principal::from_text(CYCLES_LEDGER).expect("BUG: it is an id");
    let arguments = CreateCanisterArgs {
        from_subaccount: None,
        created_at_time: Some(creation.created_at),
        amount: Nat::from(creation.cycles),
        creation_args: Some(CreationArgs { settings: None }),
    };
    let bytes = candid::encode_one(arguments).expect("BUG: the arguments can be encoded");
    let what = "create a canister at the cycles ledger";
    let answer = agent
        .update(&ledger, "create_canister")
        .with_arg(bytes)
        .call_and_wait()
        .await
        .map_err(|error| agent_error(error, what))?;
    let answer: std::result::Result<Created, NotCreated> =
        candid::decode_one(&answer).map_err(|error| agent_error(error.into(), what))?;
    Ok(match answer {
        Ok(created) => Ok(created.canister_id),
        // The answer to an earlier request got lost.
        Err(NotCreated::Duplicate {
            canister_id: Some(canister_id),
        }) => Ok(canister_id),
        Err(refusal) => Err(refusal),
    })
}

fn refused(refusal: NotCreated, cycles: u128, payer: Principal) -> Error {
    let (kind, rule, fix) = match refusal {
        NotCreated::InsufficientFunds { balance } => (
            Kind::LimitExceeded,
            format!("{payer} has {balance} cycles at the cycles ledger, and {cycles} are needed"),
            format!(
                "send it cycles (`icp cycles transfer AMOUNT {payer}`), or give a smaller --cycles"
            ),
        ),
        NotCreated::FailedToCreate { error } => (
            Kind::Refused,
            format!("the network created no canister: {error}; the cycles are back, less the fee"),
            "give more with --cycles, or try again later".to_string(),
        ),
        NotCreated::Duplicate { .. } | NotCreated::TemporarilyUnavailable => (
            Kind::Unavailable,
            "the cycles ledger is still busy with it".to_string(),
            "run the command again in a minute; it is paid for once only".to_string(),
        ),
        NotCreated::TooOld => (
            Kind::Conflict,
            "a payment that was started more than a day ago can no longer be tracked".to_string(),
            "check with `icp cycles balance` whether it was made; run the command again to pay again"
                .to_string(),
        ),
        NotCreated::CreatedInFuture { ledger_time } => (
            Kind::Refused,
            format!("this machine's clock is ahead of the ledger's, which says {ledger_time}"),
            "set this machine's clock".to_string(),
        ),
        NotCreated::GenericError { message } => (
            Kind::Refused,
            format!("the cycles ledger refuses: {message}"),
            "check --cycles and the identity".to_string(),
        ),
    };
    Error::new(kind, rule, fix)
}

fn now_at() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
    })
}
