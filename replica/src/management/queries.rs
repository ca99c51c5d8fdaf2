//! What the management canister answers without an update: to queries of users, and to composite
//! queries of canisters.

use candid::Principal;
use ic_error_types::ErrorCode;

use super::{info, logs, status};
use crate::{Rejection, Replica};

/// Answers a query; changes nothing.
pub(crate) fn query(
    replica: &Replica,
    caller: &Principal,
    method: &str,
    arg: &[u8],
) -> Result<Vec<u8>, Rejection> {
    match method {
        "fetch_canister_logs" => logs::query_logs(replica, caller, arg),
        "canister_status" => status::query_status(replica, caller, arg),
        "canister_metrics" => info::query_metrics(replica, caller, arg),
        "list_canisters" => info::query_canisters(replica),
        _ => Err(Rejection::new(
            ErrorCode::CanisterMethodNotFound,
            format!("Query method {method} not found."),
        )),
    }
}
