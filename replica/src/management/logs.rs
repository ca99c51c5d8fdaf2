//! `fetch_canister_logs`: the log of a canister, for those who may see it.

use ic_error_types::ErrorCode;
use ic_management_canister_types::{
    CanisterLogFilter, CanisterLogRecord, FetchCanisterLogsArgs, FetchCanisterLogsResult,
    LogVisibility,
};

use candid::Principal;

use super::{Call, MethodResult, decode, encode, find};
use crate::limits::LOG_ANSWER_BYTES;
use crate::state::{CanisterLog, LogRecord, Settings};
use crate::{Rejection, Replica};

fn may_see(settings: &Settings, caller: &Principal) -> bool {
    let listed = match &settings.log_visibility {
        LogVisibility::Public => true,
        LogVisibility::Controllers => false,
        LogVisibility::AllowedViewers(viewers) => viewers.contains(caller),
    };
    listed || settings.controllers.contains(caller)
}

/// The query, which users send and composite queries make.
pub(super) fn query_logs(
    replica: &Replica,
    caller: &Principal,
    arg: &[u8],
) -> Result<Vec<u8>, Rejection> {
    let args: FetchCanisterLogsArgs = decode(arg)?;
    let canister = find(replica, args.canister_id)?;
    if !may_see(&canister.meta.settings, caller) {
        return Err(Rejection::new(
            ErrorCode::CanisterRejectedMessage,
            format!("Caller {caller} is not allowed to access canister logs"),
        ));
    }
    Ok(encode((FetchCanisterLogsResult {
        canister_log_records: select(&canister.log, args.filter.as_ref()),
    },)))
}

/// The same for canisters, in replicated execution.
pub(super) fn fetch_canister_logs(replica: &mut Replica, call: &mut Call) -> MethodResult {
    query_logs(replica, &call.caller, &call.arg).map(super::Outcome::Reply)
}

fn matches(filter: &CanisterLogFilter, index: u64, record: &LogRecord) -> bool {
    let (start, end, value) = match *filter {
        CanisterLogFilter::ByIdx { start, end } => (start, end, index),
        CanisterLogFilter::ByTimestampNanos { start, end } => (start, end, record.timestamp_ns),
    };
    (start..end).contains(&value)
}

/// The lines that an answer holds: with a filter the first ones that match, without one the last.
fn select(log: &CanisterLog, filter: Option<&CanisterLogFilter>) -> Vec<CanisterLogRecord> {
    let mut room = LOG_ANSWER_BYTES;
    let fits = |(_, record): &(u64, &LogRecord)| {
        let left = room.checked_sub(record.size());
        room = left.unwrap_or(0);
        left.is_some()
    };
    let answer = |(idx, record): (u64, &LogRecord)| CanisterLogRecord {
        idx,
        timestamp_nanos: record.timestamp_ns,
        content: record.content.clone(),
    };
    if let Some(filter) = filter {
        let matching = log.iter().filter(|(idx, line)| matches(filter, *idx, line));
        return matching.take_while(fits).map(answer).collect();
    }
    let mut latest: Vec<_> = log.iter().rev().take_while(fits).map(answer).collect();
    latest.reverse();
    latest
}
