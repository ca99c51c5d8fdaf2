//! Alerts: looked at when something happens, or fails to happen.

use crate::state::State;
use crate::state::keys::AlertId;
use crate::state::records::{ExecutionRecord, TaskRecord};

/// An execution began.
pub fn on_start(_state: &mut State, _now: u64, _task: &TaskRecord, _execution: &ExecutionRecord) {}

/// An execution ended.
pub fn on_end(_state: &mut State, _now: u64, _task: &TaskRecord, _execution: &ExecutionRecord) {}

/// A slot was missed.
pub fn on_missed(_state: &mut State, _now: u64, _task: &TaskRecord, _execution: &ExecutionRecord) {}

/// There are too few cycles.
pub fn on_cycles(_state: &mut State, _now: u64, _balance: u128) {}

/// It is time to see whether a task is silent.
pub(super) fn watch(_state: &mut State, _now: u64, _id: AlertId) {}
