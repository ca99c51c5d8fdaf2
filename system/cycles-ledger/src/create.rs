//! `create_canister`: cycles of the caller become a canister.
//!
//! They are taken from the account before the call leaves and given back if it is rejected. On the
//! mainnet another canister finds a subnet in between; here there is only this one.

use candid::{Nat, Principal};
use chime_system_ledger::icrc1::amount;
use chime_system_ledger::{Done, Payment, Stamp};
use ic_cdk::call::Call;
use ic_management_canister_types::{
    CanisterIdRecord, CanisterSettings, CreateCanisterArgs as ManagementArgs,
};

use crate::interface::{
    CreateCanisterArgs, CreateCanisterError, CreateCanisterResult, CreateCanisterSuccess,
    CreationArgs, SubnetSelection,
};
use crate::{TOKEN, account, state};

pub(crate) async fn create_canister(
    caller: Principal,
    args: CreateCanisterArgs,
) -> CreateCanisterResult {
    let from = account(caller, args.from_subaccount);
    let cycles = amount(&args.amount);
    let stamp = Stamp::of(args.created_at_time, &("create_canister", caller, &args));
    let block = state::with_mut(|book| {
        let now_ns = ic_cdk::api::time();
        book.check(stamp.as_ref(), now_ns)?;
        let block = book.pay(&Payment {
            from,
            to: None,
            amount: cycles,
            fee: TOKEN.fee,
        })?;
        let done = Done {
            block,
            canister: None,
        };
        book.remember(stamp.clone(), done, now_ns);
        Ok::<_, CreateCanisterError>(block)
    })?;
    let creation = args.creation_args.unwrap_or_default();
    match create(caller, creation, cycles).await {
        Ok(canister_id) => {
            let done = Done {
                block,
                canister: Some(canister_id),
            };
            state::with_mut(|book| book.remember(stamp, done, ic_cdk::api::time()));
            Ok(CreateCanisterSuccess {
                block_id: Nat::from(block),
                canister_id,
            })
        }
        Err(error) => {
            let refund = state::with_mut(|book| book.issue(&from, cycles));
            Err(CreateCanisterError::FailedToCreate {
                fee_block: Some(Nat::from(block)),
                refund_block: Some(Nat::from(refund)),
                error,
            })
        }
    }
}

async fn create(
    caller: Principal,
    creation: CreationArgs,
    cycles: u128,
) -> Result<Principal, String> {
    check_subnet(creation.subnet_selection, ic_cdk::api::subnet_self())?;
    let args = ManagementArgs {
        settings: Some(settings(caller, creation.settings)),
        sender_canister_version: None,
    };
    let answer = Call::unbounded_wait(Principal::management_canister(), "create_canister")
        .with_arg(args)
        .with_cycles(cycles)
        .await
        .map_err(|failure| failure.to_string())?;
    let record: CanisterIdRecord = answer.candid().map_err(|error| error.to_string())?;
    Ok(record.canister_id)
}

fn check_subnet(selection: Option<SubnetSelection>, own: Principal) -> Result<(), String> {
    match selection {
        None | Some(SubnetSelection::Filter { subnet_type: None }) => Ok(()),
        Some(SubnetSelection::Subnet { subnet }) if subnet == own => Ok(()),
        Some(SubnetSelection::Subnet { subnet }) => Err(format!(
            "Subnet {subnet} does not exist; this network has only {own}."
        )),
        Some(SubnetSelection::Filter {
            subnet_type: Some(subnet_type),
        }) => Err(format!("Subnet type {subnet_type} does not exist.")),
    }
}

/// The settings that the caller wants, with the caller as the controller if they name none.
fn settings(caller: Principal, wanted: Option<CanisterSettings>) -> CanisterSettings {
    let mut settings = wanted.unwrap_or_default();
    settings.controllers.get_or_insert_with(|| vec![caller]);
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_create_on_this_subnet_only() {
        let own = Principal::from_slice(&[1]);
        let other = Principal::from_slice(&[2]);
        let filter = |subnet_type: Option<&str>| SubnetSelection::Filter {
            subnet_type: subnet_type.map(str::to_owned),
        };
        for (selection, accepted) in [
            (None, true),
            (Some(filter(None)), true),
            (Some(SubnetSelection::Subnet { subnet: own }), true),
            (Some(SubnetSelection::Subnet { subnet: other }), false),
            (Some(filter(Some("fiduciary"))), false),
        ] {
            assert_eq!(check_subnet(selection, own).is_ok(), accepted);
        }
    }

    #[test]
    fn should_make_the_caller_the_controller_unless_told_otherwise() {
        let caller = Principal::from_slice(&[1]);
        let other = Principal::from_slice(&[2]);
        assert_eq!(settings(caller, None).controllers, Some(vec![caller]));
        let wanted = CanisterSettings {
            controllers: Some(vec![other]),
            ..CanisterSettings::default()
        };
        let settings = settings(caller, Some(wanted));
        assert_eq!(settings.controllers, Some(vec![other]));
    }
}
