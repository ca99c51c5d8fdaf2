//! One field of a cron expression: lists, ranges, steps, numbers and names.
//!
//! Stricter than most libraries: empty list items, steps of zero or beyond the field, reversed
//! ranges and signs are refused, because each of them fires at times that nobody meant.

use super::refused;
use chime_types::Error;

/// A field: its name for people, its values, and the names that its values have.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) minimum: u32,
    pub(super) maximum: u32,
    /// Names in capitals; the first stands for `minimum`.
    pub(super) names: &'static [&'static str],
}

/// The values `first`, `first + step` and so on up to `last`.
pub(super) struct Range {
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) step: u32,
}

pub(super) const SECOND: Field = Field::plain("second", 0, 59);
pub(super) const MINUTE: Field = Field::plain("minute", 0, 59);
pub(super) const HOUR: Field = Field::plain("hour", 0, 23);
pub(super) const MONTH_DAY: Field = Field::plain("day of month", 1, 31);
pub(super) const MONTH: Field = Field {
    name: "month",
    minimum: 1,
    maximum: 12,
    names: &[
        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
    ],
};
/// Sunday is 0 and 7.
pub(super) const WEEKDAY: Field = Field {
    name: "weekday",
    minimum: 0,
    maximum: 7,
    names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
};
pub(super) const YEAR: Field = Field::plain("year", 1, 9_999);

impl Field {
    const fn plain(name: &'static str, minimum: u32, maximum: u32) -> Self {
        Self {
            name,
            minimum,
            maximum,
            names: &[],
        }
    }

    /// The items of a list, none of them empty.
    pub(super) fn items<'a>(&self, text: &'a str) -> Result<Vec<&'a str>, Error> {
        let items: Vec<&str> = text.split(',').collect();
        if items.iter().any(|item| item.is_empty()) {
            return Err(self.error(
                format_args!("a list has no empty items, got \"{text}\""),
                "Remove the extra comma.",
            ));
        }
        Ok(items)
    }

    /// Reads `*`, `?`, a value or a range, each but `?` with or without a step. A value with a
    /// step runs to the end of the field.
    pub(super) fn range(&self, item: &str) -> Result<Range, Error> {
        let (base, step) = match item.split_once('/') {
            Some((base, step)) => (base, Some(self.step(step)?)),
            None => (item, None),
        };
        let (first, last) = match base.split_once('-') {
            _ if base == "*" || (base == "?" && step.is_none()) => (self.minimum, self.end()),
            Some((first, last)) => (self.value(first)?, self.range_end(last)?),
            None => {
                let value = self.value(base)?;
                let last = step.map_or(value, |_| self.end().max(value));
                (value, last)
            }
        };
        if first > last {
            return Err(self.error(
                format_args!("a range goes upwards, got {base}"),
                "Write it as two ranges, such as 22-23,0-5 for 22-5.",
            ));
        }
        Ok(Range {
            first,
            last,
            step: step.unwrap_or(1),
        })
    }

    /// Reads a number or a name.
    pub(super) fn value(&self, text: &str) -> Result<u32, Error> {
        if let Some(index) = (0..).zip(self.names).find(|(_, name)| **name == text) {
            return Ok(self.minimum + index.0);
        }
        let value = number(text).ok_or_else(|| self.unreadable(text))?;
        if !(self.minimum..=self.maximum).contains(&value) {
            let (minimum, maximum) = (self.minimum, self.maximum);
            return Err(self.error(
                format_args!("{minimum}-{maximum}, got {text}"),
                format!("Choose a number from {minimum} to {maximum}."),
            ));
        }
        Ok(value)
    }

    /// An error that begins with the name of the field.
    pub(super) fn error(&self, rule: std::fmt::Arguments<'_>, fix: impl Into<String>) -> Error {
        refused(format!("{}: {rule}", self.name), fix)
    }

    pub(super) fn unreadable(&self, text: &str) -> Error {
        let fix = match self.names {
            [] => "Write *, a number, a range such as 1-5, a list such as 1,3 or a step such as \
                   */2."
                .to_string(),
            [first, .., last] => format!("Write *, a number, or a name from {first} to {last}."),
            [_] => unreachable!("BUG: no field has a single name"),
        };
        self.error(format_args!("\"{text}\" cannot be read"), fix)
    }

    /// The last value of `*` and of `5/15`. Sunday is not counted twice.
    fn end(&self) -> u32 {
        if self.is_weekday() { 6 } else { self.maximum }
    }

    /// Sunday at the end of a range comes after Saturday.
    fn range_end(&self, text: &str) -> Result<u32, Error> {
        let sunday = self.is_weekday() && text == "SUN";
        if sunday { Ok(7) } else { self.value(text) }
    }

    fn is_weekday(&self) -> bool {
        self.maximum == 7
    }

    fn step(&self, text: &str) -> Result<u32, Error> {
        let maximum = self.end();
        let step = number(text).ok_or_else(|| self.unreadable(&format!("/{text}")))?;
        if !(1..=maximum).contains(&step) {
            return Err(self.error(
                format_args!("a step is 1-{maximum}, got {text}"),
                "For longer or uneven distances use an interval, such as @every 90m.",
            ));
        }
        Ok(step)
    }
}

/// Digits only: no sign, no other character. A number too large for any field is as good as the
/// largest one.
pub(super) fn number(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u32::MAX))
}
