//! Which numbers of the scheduler's interface go out as numbers: those that count something.
//!
//! A number of 64 bits that is an instant, a duration or an identifier is text in JSON: clients keep 53
//! bits of a number, and people read neither nanoseconds nor seconds.

use std::collections::BTreeSet;

use super::super::convention::Convention;

/// Fields that count something, and cursors, tokens and versions, which are given back as they are.
const COUNTS: [&str; 75] = [
    "active_executions",
    "agenda",
    "average_duration_nanoseconds",
    "bytes",
    "calls",
    "cancelled",
    "cancelled_executions",
    "completed",
    "completed_today",
    "cursor",
    "cycles_today",
    "dead_letters",
    "deliveries",
    "executions",
    "expected_slots",
    "expected_version",
    "failed",
    "failed_in_a_row",
    "failed_today",
    "fencing_token",
    "fired",
    "instructions",
    "interval_hours",
    "keep_latest",
    "left_out",
    "max_response_bytes",
    "maximum_bytes",
    "maximum_bytes_per_owner",
    "maximum_cycles_per_day",
    "maximum_cycles_per_hour",
    "maximum_events",
    "maximum_events_per_owner",
    "maximum_executions",
    "maximum_executions_per_owner",
    "maximum_executions_per_task",
    "maximum_per_day",
    "maximum_per_hour",
    "maximum_runs",
    "maximum_runs_per_hour",
    "maximum_slots_per_hour",
    "maximum_tasks",
    "maximum_tasks_per_owner",
    "missed",
    "missed_today",
    "next_cursor",
    "number",
    "outcalls",
    "p50_nanoseconds",
    "p95_nanoseconds",
    "p99_nanoseconds",
    "parked",
    "pending",
    "present_version",
    "quarantined",
    "ready",
    "remaining_executions",
    "removed",
    "rolled_back_to",
    "running",
    "runs",
    "runs_this_hour",
    "skipped",
    "skipped_runs",
    "skipped_today",
    "slots",
    "slots_per_hour",
    "stable_pages",
    "suppressed",
    "tasks",
    "to_version",
    "total_executions",
    "total_tasks",
    "version",
    "waiting",
    "waiting_for_workers",
];

/// The names of the fields of this interface that are numbers of 64 bits, or lists of them.
fn fields(interface: &str) -> BTreeSet<&str> {
    let lines = interface.lines().filter_map(|line| {
        let (name, typ) = line.trim().strip_suffix(';')?.split_once(" : ")?;
        let typ = typ.trim_start_matches("opt ").trim_start_matches("vec ");
        (typ == "nat64").then_some(name)
    });
    lines.collect()
}

#[test]
fn should_write_as_a_number_only_what_counts_something() {
    let fields = fields(include_str!("../../../../scheduler.did"));
    let is_number = |name: &&&str| Convention::of_field(name) == Convention::Number;
    let numbers: Vec<_> = fields.iter().filter(is_number).copied().collect();
    assert_eq!(
        numbers, COUNTS,
        "a new field is an instant (`*_at`), a duration (`*_seconds`), an identifier (`*_id`), or in the \
         list because it counts something"
    );
}
