//! The slots of a stored schedule.

use chime_schedule::{Definition, Schedule};

use crate::state::records::ScheduleRecord;

/// The compiled rule of a stored schedule.
pub fn compile(schedule: &ScheduleRecord) -> Schedule {
    Schedule::compile(&Definition {
        rule: &schedule.rule,
        timezone: Some(&schedule.timezone),
        gap: schedule.gap,
        start_at: schedule.start_at,
        explicit_start: schedule.explicit_start,
        end_at: schedule.end_at,
        exclusions: &[],
    })
    .expect("BUG: a stored schedule was compiled when it was made")
}
