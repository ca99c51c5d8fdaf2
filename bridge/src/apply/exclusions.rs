//! Times that a schedule of Chime's own job form leaves out.
//!
//! ```yaml
//! exclusions:
//!   - date: "2026-12-25"
//!   - {from: "2026-12-24", to: "2027-01-02"}
//!   - weekdays: [saturday, sunday]
//!   - cron: "* 12-13 * * *"
//! ```
//! Whether dates and expressions are right is checked with the schedule.

use chime_types::Exclusion;
use serde_json::Value;

use super::Refusal;
use super::fields::{Fields, Spelling, wrong};
use super::schedule::weekday;

const ONE_FORM: &str = "Give exactly one of date, from (with to), weekdays and cron.";

/// The exclusions of an entry.
pub(super) fn read(fields: &mut Fields<'_>) -> Result<Option<Vec<Exclusion>>, Refusal> {
    let Some((path, items)) = fields.list(&["exclusions"])? else {
        return Ok(None);
    };
    let items = items.iter().enumerate();
    items
        .map(|(index, item)| exclusion(item, format!("{path}[{index}]")))
        .collect::<Result<_, _>>()
        .map(Some)
}

fn exclusion(item: &Value, path: String) -> Result<Exclusion, Refusal> {
    let mut fields = Fields::new(item, &path, Spelling::Exact)?;
    let date = fields.filled(&["date"])?;
    let from = fields.filled(&["from"])?;
    let to = fields.filled(&["to"])?;
    let weekdays = weekdays(&mut fields)?;
    let expression = fields.filled(&["cron"])?;
    fields.refuse_unknown()?;
    match (date, from, to, weekdays, expression) {
        (Some(from), None, None, None, None) => Ok(Exclusion::Dates { from, to: None }),
        (None, Some(from), to, None, None) => Ok(Exclusion::Dates { from, to }),
        (None, None, None, Some(weekdays), None) => Ok(Exclusion::Weekdays { weekdays }),
        (None, None, None, None, Some(expression)) => Ok(Exclusion::Cron { expression }),
        _ => Err(Refusal::of(
            path,
            "the exclusion is not one form exactly",
            ONE_FORM,
        )),
    }
}

/// Names, or numbers from 0 (Sunday) to 6; 7 is Sunday too.
fn weekdays(fields: &mut Fields<'_>) -> Result<Option<Vec<u8>>, Refusal> {
    let Some((path, items)) = fields.list(&["weekdays"])? else {
        return Ok(None);
    };
    let read = |(index, item): (usize, &Value)| {
        let text = match item {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        weekday(&text).ok_or_else(|| Refusal {
            fix: "Write a name such as saturday.".into(),
            ..wrong(format!("{path}[{index}]"), "a weekday", item)
        })
    };
    items
        .iter()
        .enumerate()
        .map(read)
        .collect::<Result<_, _>>()
        .map(Some)
}
