//! From a rule as it was written to a schedule: every check that a request has to pass.

use crate::bits::Bits;
use crate::calendar;
use crate::cron::{self, Expression};
use crate::days::Days;
use crate::definition::Definition;
use crate::exclusions::Exclusions;
use crate::instant::format_instant;
use crate::interval::Interval;
use crate::pattern::Pattern;
use crate::schedule::{Schedule, Times};
use crate::wall::WallRule;
use crate::zone::Zone;
use chime_types::limits::{
    LATEST_AT, MAXIMUM_DURATION_SECONDS, MINIMUM_INTERVAL_SECONDS, NANOSECONDS,
};
use chime_types::{Error, Rule};
use jiff::civil::Date;

const EXPRESSION: &str = "rule.cron.expression";

impl Definition<'_> {
    pub(crate) fn compile(&self) -> Result<Schedule, Error> {
        self.check_bounds()?;
        let zone = self.zone()?;
        let timezone = zone.name().to_string();
        let exclusions = Exclusions::read(self.exclusions, &zone)?;
        let schedule = Schedule {
            times: self.times(zone)?,
            exclusions,
            timezone,
            start_at: self.start_at,
            end_at: self.end_at,
        };
        self.check_any_slot(&schedule)?;
        Ok(schedule)
    }

    fn check_bounds(&self) -> Result<(), Error> {
        let early = "Choose an instant before the year 2200.";
        if self.start_at > LATEST_AT {
            let rule = format!(
                "at most {}, got {}",
                format_instant(LATEST_AT),
                format_instant(self.start_at)
            );
            return Err(Error::invalid("start_at", rule, early));
        }
        let Some(end_at) = self.end_at else {
            return Ok(());
        };
        if end_at > LATEST_AT {
            let rule = format!(
                "at most {}, got {}",
                format_instant(LATEST_AT),
                format_instant(end_at)
            );
            return Err(Error::invalid("end_at", rule, early));
        }
        if end_at <= self.start_at {
            let rule = format!(
                "the end must lie after the start {}, got {}",
                format_instant(self.start_at),
                format_instant(end_at)
            );
            return Err(Error::invalid("end_at", rule, "Choose a later end."));
        }
        Ok(())
    }

    /// The zone of the request, or of the expression if it names one.
    fn zone(&self) -> Result<Zone, Error> {
        let named = self
            .timezone
            .map(|name| Zone::find(name, "timezone"))
            .transpose()?;
        let Some(prefix) = self.zone_of_expression() else {
            return named.map_or_else(|| Zone::find("UTC", "timezone"), Ok);
        };
        let own = Zone::find(prefix, EXPRESSION)?;
        match named {
            Some(named) if !named.is_same_as(&own) => Err(Error::invalid(
                EXPRESSION,
                format!(
                    "the expression names the time zone {}, but `timezone` is {}",
                    own.name(),
                    named.name()
                ),
                "Name the time zone in one place only.",
            )),
            _ => Ok(own),
        }
    }

    fn zone_of_expression(&self) -> Option<&str> {
        match self.rule {
            Rule::Cron { expression } => cron::split_zone(expression).0,
            _ => None,
        }
    }

    fn times(&self, zone: Zone) -> Result<Times, Error> {
        match self.rule {
            Rule::Once { run_at } => self.once(*run_at, &zone),
            Rule::Interval {
                repeat_every_seconds,
                phase_seconds,
            } => self.interval(*repeat_every_seconds, *phase_seconds),
            Rule::Daily { hour, minute } => {
                let minute = check_time("daily", *hour, *minute)?;
                Ok(self.daily_at(*hour, minute, Days::every(), zone))
            }
            Rule::Weekly {
                weekday,
                hour,
                minute,
            } => {
                let weekday = calendar::weekday("rule.weekly.weekday", *weekday)?;
                let minute = check_time("weekly", *hour, *minute)?;
                let days = calendar::on_weekdays(Bits::one(weekday));
                Ok(self.daily_at(*hour, minute, days, zone))
            }
            Rule::Monthly { day, hour, minute } => {
                check("rule.monthly.day", 1, 31, *day)?;
                let minute = check_time("monthly", *hour, *minute)?;
                let days = calendar::on_month_day(*day);
                Ok(self.daily_at(*hour, minute, days, zone))
            }
            Rule::Cron { expression } => self.cron(expression, zone),
            Rule::Calendar {
                every,
                unit,
                hour,
                minute,
                anchor,
            } => {
                let minute = check_time("calendar", *hour, *minute)?;
                let start = self.start_day(&zone);
                let days = calendar::days(*every, unit, anchor.as_deref(), start)?;
                Ok(self.daily_at(*hour, minute, days, zone))
            }
        }
    }

    /// The day of the start, by the calendar of the zone.
    fn start_day(&self, zone: &Zone) -> Date {
        let second = i64::try_from(self.start_at / NANOSECONDS).ok();
        let clock = second.and_then(|second| zone.clock(second));
        clock
            .expect("BUG: a start before 2200 is an instant")
            .date()
    }

    fn once(&self, run_at: Option<u64>, zone: &Zone) -> Result<Times, Error> {
        let at = run_at.unwrap_or(self.start_at);
        let latest = self.end_at.unwrap_or(LATEST_AT);
        if at < self.start_at || at > latest {
            return Err(Error::invalid(
                "rule.once.run_at",
                format!(
                    "an instant from the start {} to {}, got {}",
                    format_instant(self.start_at),
                    format_instant(latest),
                    format_instant(at)
                ),
                "Choose an instant that is not before the start and not after the end.",
            ));
        }
        let clock = run_at
            .and_then(|at| i64::try_from(at / NANOSECONDS).ok())
            .and_then(|seconds| zone.clock(seconds));
        Ok(Times::Once { at, clock })
    }

    fn interval(&self, seconds: u64, phase_seconds: Option<u64>) -> Result<Times, Error> {
        let field = "rule.interval.repeat_every_seconds";
        if !(MINIMUM_INTERVAL_SECONDS..=MAXIMUM_DURATION_SECONDS).contains(&seconds) {
            return Err(Error::invalid(
                field,
                format!(
                    "{MINIMUM_INTERVAL_SECONDS}-{MAXIMUM_DURATION_SECONDS} seconds, got {seconds}"
                ),
                "Choose an interval of at least one second and at most ten years.",
            ));
        }
        let interval = match phase_seconds {
            None => Interval::from_start(seconds, self.start_at, self.explicit_start),
            Some(phase) if phase < seconds => Interval::aligned(seconds, phase, self.start_at),
            Some(phase) => {
                return Err(Error::invalid(
                    "rule.interval.phase_seconds",
                    format!("less than the interval of {seconds} seconds, got {phase}"),
                    "Choose a phase from 0 to one second less than the interval.",
                ));
            }
        };
        Ok(Times::Every {
            interval: interval.ok_or_else(|| never(field))?,
            aligned: phase_seconds.is_some(),
        })
    }

    fn daily_at(&self, hour: u8, minute: u8, days: Days, zone: Zone) -> Times {
        self.wall(Pattern::daily_at(hour, minute, days), zone)
    }

    fn cron(&self, expression: &str, zone: Zone) -> Result<Times, Error> {
        let parsed = cron::parse(expression).map_err(|error| error.within(EXPRESSION))?;
        match parsed {
            Expression::Pattern(pattern) => Ok(self.wall(*pattern, zone)),
            Expression::Every(seconds) => {
                Interval::from_start(seconds, self.start_at, self.explicit_start)
                    .map(|interval| Times::Every {
                        interval,
                        aligned: false,
                    })
                    .ok_or_else(|| never(EXPRESSION))
            }
        }
    }

    fn wall(&self, pattern: Pattern, zone: Zone) -> Times {
        Times::Wall(Box::new(WallRule {
            pattern,
            zone,
            gap: self.gap,
        }))
    }

    /// A schedule that would never fire is a mistake, and silence would hide it.
    fn check_any_slot(&self, schedule: &Schedule) -> Result<(), Error> {
        if schedule.first_between(self.start_at, u64::MAX).is_some() {
            return Ok(());
        }
        // Without the end and the exclusions.
        match (schedule.times.at_or_after(self.start_at), self.end_at) {
            (Some(first_at), Some(end_at)) if first_at > end_at => Err(Error::invalid(
                "end_at",
                format!(
                    "the first time of the rule is {}, after the end {}",
                    format_instant(first_at),
                    format_instant(end_at)
                ),
                "Choose a later end or another rule.",
            )),
            (Some(first_at), _) => Err(Error::invalid(
                "exclusions",
                format!(
                    "one time of the rule at least is left; the first of those left out is {}",
                    format_instant(first_at)
                ),
                "Leave out fewer times, or choose a rule with times beside them.",
            )),
            (None, _) => Err(never(match self.rule {
                Rule::Cron { .. } => EXPRESSION,
                _ => "rule",
            })),
        }
    }
}

fn never(field: &str) -> Error {
    Error::invalid(
        field,
        "the rule has no time at or after its start",
        "Check the day, the month and the year: 30 February, for instance, does not exist.",
    )
}

pub(crate) fn check(
    field: impl Into<String>,
    minimum: u8,
    maximum: u8,
    value: u8,
) -> Result<(), Error> {
    if (minimum..=maximum).contains(&value) {
        return Ok(());
    }
    Err(Error::invalid(
        field,
        format!("{minimum}-{maximum}, got {value}"),
        format!("Choose a number from {minimum} to {maximum}."),
    ))
}

/// Checks a time of day and gives its minute.
fn check_time(variant: &str, hour: u8, minute: Option<u8>) -> Result<u8, Error> {
    let minute = minute.unwrap_or(0);
    check(format!("rule.{variant}.hour"), 0, 23, hour)?;
    check(format!("rule.{variant}.minute"), 0, 59, minute)?;
    Ok(minute)
}
