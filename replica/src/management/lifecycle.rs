//! The life of a canister: creation, start, stop, deletion, and its cycles.

use candid::{Nat, Principal};
use ic_error_types::ErrorCode;
use ic_management_canister_types::{
    CanisterIdRecord, CanisterSettings, ChangeDetails, ChangeOrigin, CreateCanisterArgs,
    CreationRecord, ProvisionalCreateCanisterWithCyclesArgs, ProvisionalTopUpCanisterArgs,
};
use ic_representation_independent_hash::{Value, representation_independent_hash};

use super::{
    Call, MethodResult, Outcome, controlled, decode, find_controlled, find_mut, invalid, reply,
    settings,
};
use crate::canister::{Answer, Canister};
use crate::limits::{CANISTERS, CREATE_CANISTER_FEE_CYCLES, DEFAULT_CYCLES, STOP_REQUESTS};
use crate::state::{CanisterMeta, Payload, RunState, Settings, StopRequest};
use crate::{Rejection, Replica, ids};

/// A natural number that is an amount of cycles.
fn cycles(amount: &Nat) -> Result<u128, Rejection> {
    u128::try_from(&amount.0).map_err(|_| Rejection::invalid_payload("too many cycles"))
}

pub(super) fn create_canister(replica: &mut Replica, call: &mut Call) -> MethodResult {
    // Callers may leave the argument away.
    let args = if call.arg.is_empty() {
        CreateCanisterArgs::default()
    } else {
        decode::<CreateCanisterArgs>(&call.arg)?
    };
    let Some(amount) = call.cycles.checked_sub(CREATE_CANISTER_FEE_CYCLES) else {
        let text = format!(
            "Creating a canister requires a fee of {CREATE_CANISTER_FEE_CYCLES} that is deducted \
             from the canister's initial balance but only {} cycles were received with the \
             create_canister request.",
            call.cycles
        );
        return Err(Rejection::new(
            ErrorCode::InsufficientCyclesForCreateCanister,
            text,
        ));
    };
    let new = New {
        settings: initial_settings(replica, call.caller, args.settings, amount)?,
        cycles: amount,
        fee: CREATE_CANISTER_FEE_CYCLES,
        origin: call.change_origin(args.sender_canister_version),
    };
    let id = next_id(replica)?;
    call.cycles = 0;
    add(replica, id, new);
    reply((CanisterIdRecord { canister_id: id },))
}

pub(super) fn provisional_create(replica: &mut Replica, call: &mut Call) -> MethodResult {
    let args: ProvisionalCreateCanisterWithCyclesArgs = decode(&call.arg)?;
    let amount = args.amount.as_ref().map_or(Ok(DEFAULT_CYCLES), cycles)?;
    let new = New {
        settings: initial_settings(replica, call.caller, args.settings, amount)?,
        cycles: amount,
        fee: 0,
        origin: call.change_origin(args.sender_canister_version),
    };
    let id = match args.specified_id {
        Some(id) => specified_id(replica, id)?,
        None => next_id(replica)?,
    };
    add(replica, id, new);
    reply((CanisterIdRecord { canister_id: id },))
}

/// A canister to be.
struct New {
    settings: Settings,
    cycles: u128,
    fee: u128,
    origin: ChangeOrigin,
}

/// The settings of a new canister; those that cost cycles have to be paid for.
fn initial_settings(
    replica: &Replica,
    caller: Principal,
    given: Option<CanisterSettings>,
    cycles: u128,
) -> Result<Settings, Rejection> {
    let default = Settings::controlled_by([caller]);
    let settings = settings::changed(&default, &given.unwrap_or_default())?;
    settings::check_capacity(replica, None, &settings)?;
    settings::check_cycles(&default, &settings, 0, cycles)?;
    Ok(settings)
}

/// The first free id; ids that were specified are passed over.
fn next_id(replica: &mut Replica) -> Result<Principal, Rejection> {
    if replica.canisters.len() >= CANISTERS {
        return Err(Rejection::new(
            ErrorCode::MaxNumberOfCanistersReached,
            format!("The subnet has reached {CANISTERS} canisters"),
        ));
    }
    loop {
        let id = crate::canister_id_from_counter(replica.meta.next_canister);
        replica.meta.next_canister += 1;
        if !replica.canisters.contains_key(&id) {
            return Ok(id);
        }
    }
}

fn specified_id(replica: &Replica, id: Principal) -> Result<Principal, Rejection> {
    if ids::counter_from_canister_id(&id).is_none() {
        return Err(Rejection::new(
            ErrorCode::CanisterNotHostedBySubnet,
            format!("The specified_id {id} is not a canister id of this subnet"),
        ));
    }
    if replica.canisters.contains_key(&id) {
        return Err(Rejection::new(
            ErrorCode::CanisterIdAlreadyExists,
            format!("Canister {id} is already installed"),
        ));
    }
    Ok(id)
}

fn add(replica: &mut Replica, id: Principal, new: New) {
    let settings = &new.settings;
    let creation = CreationRecord {
        controllers: settings.controllers.iter().copied().collect(),
        environment_variables_hash: hash_of_variables(settings),
    };
    let mut canister = Canister::new(id, CanisterMeta::new(new.settings, new.cycles));
    canister.meta.consumed.canister_creation = new.fee;
    let time_ns = replica.meta.time_ns;
    canister.meta.created_ns = Some(time_ns);
    canister.record_change(time_ns, new.origin, ChangeDetails::Creation(creation));
    replica.canisters.insert(id, canister);
}

/// The representation-independent hash of the environment variables, if there are any.
fn hash_of_variables(settings: &Settings) -> Option<Vec<u8>> {
    let variables = settings.environment_variables.iter();
    let map: Vec<_> = variables
        .map(|(name, value)| (name.clone(), Value::String(value.clone())))
        .collect();
    (!map.is_empty()).then(|| representation_independent_hash(&map).to_vec())
}

pub(super) fn provisional_top_up(replica: &mut Replica, call: &mut Call) -> MethodResult {
    let args: ProvisionalTopUpCanisterArgs = decode(&call.arg)?;
    let amount = cycles(&args.amount)?;
    let canister = find_mut(replica, args.canister_id)?;
    canister.meta.cycles = canister.meta.cycles.saturating_add(amount);
    reply(())
}

pub(super) fn deposit_cycles(replica: &mut Replica, call: &mut Call) -> MethodResult {
    let args: CanisterIdRecord = decode(&call.arg)?;
    let canister = find_mut(replica, args.canister_id)?;
    let amount = std::mem::take(&mut call.cycles);
    canister.meta.cycles = canister.meta.cycles.saturating_add(amount);
    reply(())
}

pub(super) fn raw_rand(replica: &mut Replica, _: &mut Call) -> MethodResult {
    reply((serde_bytes::ByteBuf::from(replica.meta.random_bytes()),))
}

pub(super) fn start_canister(replica: &mut Replica, call: &mut Call) -> MethodResult {
    let id = decode::<CanisterIdRecord>(&call.arg)?.canister_id;
    let canister = controlled(replica, id, &call.caller)?;
    let before = std::mem::replace(&mut canister.meta.run_state, RunState::Running);
    if before != RunState::Running {
        canister.meta.version += 1;
    }
    if let RunState::Stopping(requests) = before {
        let rejection = Rejection::new(
            ErrorCode::CanisterStoppingCancelled,
            format!("Canister {id}'s stop request was cancelled."),
        );
        answer_stop_requests(replica, requests, &Payload::Reject(rejection));
    }
    reply(())
}

pub(super) fn stop_canister(replica: &mut Replica, call: &mut Call) -> MethodResult {
    let id = decode::<CanisterIdRecord>(&call.arg)?.canister_id;
    let now_ns = replica.meta.time_ns;
    let canister = controlled(replica, id, &call.caller)?;
    let request = StopRequest {
        origin: call.origin.clone(),
        cycles: call.cycles,
        since_ns: now_ns,
    };
    match &mut canister.meta.run_state {
        RunState::Stopped => return reply(()),
        RunState::Stopping(requests) if requests.len() >= STOP_REQUESTS => {
            return Err(invalid(format!("{id} has too many stop requests")));
        }
        RunState::Stopping(requests) => requests.push(request),
        running @ RunState::Running => {
            *running = RunState::Stopping(vec![request]);
            canister.meta.version += 1;
        }
    }
    settle_stop(replica, id);
    Ok(Outcome::Deferred)
}

/// Lets a stopping canister become stopped once nothing is open, and tells who waits for it.
pub(crate) fn settle_stop(replica: &mut Replica, id: Principal) {
    let Some(canister) = replica.canisters.get_mut(&id) else {
        return;
    };
    let requests = canister.settle_stop();
    let done = candid::encode_args(()).expect("BUG: nothing is encodable");
    answer_stop_requests(replica, requests, &Payload::Reply(done));
}

fn answer_stop_requests(replica: &mut Replica, requests: Vec<StopRequest>, payload: &Payload) {
    for request in requests {
        let answer = Answer {
            origin: request.origin,
            payload: payload.clone(),
            refund: request.cycles,
        };
        replica.deliver(Principal::management_canister(), answer);
    }
}

pub(super) fn delete_canister(replica: &mut Replica, call: &mut Call) -> MethodResult {
    let id = decode::<CanisterIdRecord>(&call.arg)?.canister_id;
    if id == call.caller {
        let text = format!("Canister {id} cannot delete itself.");
        return Err(Rejection::new(ErrorCode::CanisterInvalidController, text));
    }
    let canister = find_controlled(replica, id, &call.caller)?;
    if canister.meta.run_state != RunState::Stopped {
        return Err(Rejection::new(
            ErrorCode::CanisterNotStopped,
            format!("Canister {id} must be stopped before it is deleted."),
        ));
    }
    if !canister.meta.queues.is_empty() {
        return Err(Rejection::new(
            ErrorCode::CanisterQueueNotEmpty,
            format!(
                "Canister {id} has messages in its queues and cannot be deleted now. Please \
                 retry after some time."
            ),
        ));
    }
    let images = canister.stored_images();
    replica.deleted_images.extend(images);
    replica.canisters.remove(&id);
    replica.deleted.insert(id);
    reply(())
}
