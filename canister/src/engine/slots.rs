//! The slots of a stored schedule.

use chime_schedule::Schedule;

use crate::state::records::ScheduleRecord;

/// The compiled rule of a stored schedule.
pub fn compile(schedule: &ScheduleRecord) -> Schedule {
    Schedule::compile(
        &schedule.rule,
        Some(&schedule.timezone),
        schedule.gap,
        schedule.start_at,
        schedule.explicit_start,
        schedule.end_at,
    )
    .expect("BUG: a stored schedule was compiled when it was made")
}
