//! Exclusions as they are written: every check that they have to pass.

use super::Exclusions;
use crate::bits::Bits;
use crate::cron;
use crate::pattern::Pattern;
use crate::zone::Zone;
use chime_types::limits::MAXIMUM_EXCLUSIONS;
use chime_types::{Error, Exclusion};
use jiff::civil::Date;

/// The numbers of all days of the week.
const WEEKDAYS: u32 = 7;

impl Exclusions {
    /// Reads the exclusions of a schedule in this zone. `None` if there are none.
    ///
    /// # Errors
    /// Names the field, such as `exclusions[0].dates.from`.
    pub(crate) fn read(written: &[Exclusion], zone: &Zone) -> Result<Option<Box<Self>>, Error> {
        if written.is_empty() {
            return Ok(None);
        }
        if written.len() > MAXIMUM_EXCLUSIONS {
            return Err(Error::invalid(
                "exclusions",
                format!("at most {MAXIMUM_EXCLUSIONS}, got {}", written.len()),
                "Join days that follow each other, and lists of hours in one cron expression.",
            ));
        }
        let mut exclusions = Self {
            zone: zone.clone(),
            dates: Vec::new(),
            weekdays: Bits::default(),
            covers: Vec::new(),
            expressions: Vec::new(),
        };
        for (index, exclusion) in written.iter().enumerate() {
            let add = exclusions.add(exclusion);
            add.map_err(|error| error.within(&format!("exclusions[{index}]")))?;
        }
        exclusions.dates = joined(exclusions.dates);
        if !exclusions.weekdays.is_empty() {
            exclusions.covers.push(whole_days(exclusions.weekdays));
        }
        Ok(Some(Box::new(exclusions)))
    }

    fn add(&mut self, exclusion: &Exclusion) -> Result<(), Error> {
        match exclusion {
            Exclusion::Dates { from, to } => self.dates.push(dates(from, to.as_deref())?),
            Exclusion::Weekdays { weekdays: days } => {
                self.weekdays = self.weekdays.union(weekdays(days)?);
            }
            Exclusion::Cron { expression } => {
                let (pattern, whole_minutes) = cron::parse_exclusion(expression)
                    .map_err(|error| error.within("cron.expression"))?;
                let mut cover = pattern.clone();
                if whole_minutes {
                    cover.seconds = Bits::stepped(0, 59, 1);
                }
                self.covers.push(cover);
                self.expressions.push(pattern);
            }
        }
        Ok(())
    }
}

/// The first and the last day.
fn dates(from: &str, to: Option<&str>) -> Result<(Date, Date), Error> {
    let first = date("dates.from", from)?;
    let last = to.map_or(Ok(first), |to| date("dates.to", to))?;
    if last < first {
        return Err(Error::invalid(
            "dates.to",
            format!("not before the first day {first}, got {last}"),
            "Exchange the two days, or leave the last one out for a single day.",
        ));
    }
    Ok((first, last))
}

/// Reads a day: four digits, two and two, and nothing else.
pub(crate) fn date(field: &str, text: &str) -> Result<Date, Error> {
    let form = |(index, byte): (usize, u8)| match index {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    let formed = text.len() == 10 && text.bytes().enumerate().all(form);
    let read = formed.then(|| text.parse().ok()).flatten();
    read.ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        Error::invalid(
            field,
            format!("a day of the calendar, got \"{shown}\""),
            "Write year, month and day, such as 2026-12-24.",
        )
    })
}

/// Reads days of the week.
fn weekdays(days: &[u8]) -> Result<Bits, Error> {
    let mut set = Bits::default();
    for (index, day) in days.iter().enumerate() {
        // 7 is Sunday, as in cron.
        let given = u32::from(*day);
        let day = if given == WEEKDAYS { 0 } else { given };
        let refused = |rule: String, fix: &str| {
            Err(Error::invalid(
                format!("weekdays.weekdays[{index}]"),
                rule,
                fix,
            ))
        };
        if day >= WEEKDAYS {
            let rule = format!("0-7, got {day}");
            return refused(
                rule,
                "Choose a number from 0 (Sunday) to 6 (Saturday), or 7 for Sunday.",
            );
        }
        if set.contains(day) {
            let rule = format!("each day of the week once, got {given} again");
            return refused(rule, "Remove the second one.");
        }
        set.insert(day);
    }
    if set.is_empty() || set.len() == WEEKDAYS {
        return Err(Error::invalid(
            "weekdays.weekdays",
            format!("1-6 days of the week, got {}", set.len()),
            "Name the days to leave out, and leave one at least; or remove the exclusion.",
        ));
    }
    Ok(set)
}

/// Every second of these days of the week.
fn whole_days(weekdays: Bits) -> Pattern {
    let mut pattern = Pattern::every_second();
    pattern.days.week_days.any = false;
    pattern.days.week_days.days = weekdays;
    pattern
}

/// The same days in ascending order; those that overlap or follow each other are one.
fn joined(mut dates: Vec<(Date, Date)>) -> Vec<(Date, Date)> {
    dates.sort_unstable();
    let mut all: Vec<(Date, Date)> = Vec::new();
    for (first, last) in dates {
        match all.last_mut() {
            Some((_, end)) if end.tomorrow().map_or(true, |next| first <= next) => {
                *end = last.max(*end);
            }
            _ => all.push((first, last)),
        }
    }
    all
}
