//! The answer of `chime preview`.

use chime_schedule::Schedule;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::terminal::{Answer, Page};

/// What a schedule means and when it fires.
#[derive(Serialize, Debug)]
pub struct Previewed {
    description: String,
    timezone: String,
    /// RFC 3339 with the offset of the schedule's zone at that time.
    next: Vec<String>,
    /// The next change of the clock, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    clock_change: Option<String>,
    #[serde(skip)]
    next_at: Vec<u64>,
}

impl Previewed {
    /// The preview of a schedule with these times.
    #[must_use]
    pub fn new(schedule: &Schedule, from_at: u64, next_at: Vec<u64>) -> Self {
        let timezone = schedule.timezone().to_string();
        let zone = TimeZone::get(&timezone).unwrap_or(TimeZone::UTC);
        Self {
            description: schedule.describe(),
            next: next_at.iter().map(|at| with_offset(*at, &zone)).collect(),
            timezone,
            clock_change: schedule.clock_change_after(from_at),
            next_at,
        }
    }
}

fn with_offset(at: u64, zone: &TimeZone) -> String {
    let instant = Timestamp::from_nanosecond(i128::from(at))
        .expect("BUG: 64 bits of nanoseconds are in range");
    if zone.iana_name() == Some("UTC") {
        return instant.to_string();
    }
    instant
        .display_with_offset(zone.to_offset(instant))
        .to_string()
}

impl Answer for Previewed {
    fn text(&self, page: &Page<'_>) -> String {
        let mut lines = vec![format!("{}, {}", self.description, self.timezone)];
        if self.next.is_empty() {
            lines.push("It never fires.".into());
        }
        let rows = self.next.iter().zip(&self.next_at);
        lines.extend(rows.map(|(text, at)| format!("  {text}  {}", page.clock.both(*at))));
        lines.extend(self.clock_change.iter().map(|change| format!("  {change}")));
        lines.join("\n")
    }
}
