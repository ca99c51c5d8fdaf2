//! The occurrence tables of other projects.
//!
//! Each row is an expectation that stands in the tests of another scheduler. The tables lie beside
//! the checkout, in `../shared/cases`, or where the variable `CHIME_CASES` points to.
#![expect(clippy::unwrap_used, reason = "a malformed table must fail the test")]

use chime_schedule::{Definition, Schedule};
use chime_types::Rule;
use croner::parser::{CronParser, Seconds, Year};
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

const SECOND: u64 = 1_000_000_000;

struct Row(Value);

impl Row {
    fn text(&self, key: &str) -> &str {
        self.0[key].as_str().unwrap_or_default()
    }

    /// An instant in nanoseconds, from the field in seconds or its more exact companion.
    fn at(&self, key: &str) -> u64 {
        match self.0[format!("{key}_unix_ns")].as_u64() {
            Some(at) => at,
            None => self.0[format!("{key}_unix")].as_u64().unwrap() * SECOND,
        }
    }

    fn expected(&self) -> Result<Vec<Option<u64>>, String> {
        if !self.has_literal() {
            return Ok(vec![self.answer_of_croner()?]);
        }
        let slots = self.0["expected_unix"].as_array().unwrap();
        slots
            .iter()
            .map(|slot| Ok(slot.as_u64().map(|seconds| seconds * SECOND)))
            .collect()
    }

    /// What the library croner answers, for a row that states nothing.
    fn answer_of_croner(&self) -> Result<Option<u64>, String> {
        let cron = CronParser::builder()
            .seconds(Seconds::Optional)
            .year(Year::Optional)
            .sloppy_ranges(true)
            .build()
            .parse(&self.expression())
            .map_err(|error| format!("no answer stated, and croner gives none: {error}"))?;
        let zone = self.timezone().unwrap_or("UTC");
        let from = Timestamp::from_nanosecond(i128::from(self.at("from"))).unwrap();
        let from = from.in_tz(zone).unwrap();
        let nth = self.0["nth"].as_u64().unwrap_or(1) as usize;
        let slot = match self.text("kind") {
            "next" => cron.iter_after(from).nth(nth - 1),
            _ => cron.iter_before(from).nth(nth - 1),
        };
        Ok(slot.map(|slot| slot.timestamp().as_second() as u64 * SECOND))
    }

    /// The expression as Chime writes it: where the project requires both day fields to match, a
    /// `+` says so.
    fn expression(&self) -> String {
        let expression = self.text("expression");
        let fields: Vec<&str> = expression.split_whitespace().collect();
        let weekday = match fields.len() {
            5 => 4,
            6 | 7 => 5,
            _ => return expression.to_string(),
        };
        let open = |field: &str| matches!(field, "*" | "?");
        let restricted = !open(fields[weekday]) && !open(fields[weekday - 2]);
        if self.text("dom_dow_rule") == "or" || self.text("kind") == "reject" || !restricted {
            return expression.to_string();
        }
        let mut fields: Vec<String> = fields.iter().map(ToString::to_string).collect();
        fields[weekday].insert(0, '+');
        fields.join(" ")
    }

    /// The zone. A bare offset is replaced by a zone that had it throughout.
    fn timezone(&self) -> Option<&str> {
        match self.0["timezone"].as_str() {
            Some("+05:30") => Some("Asia/Kolkata"),
            Some("-07:00") => Some("Etc/GMT+7"),
            other => other,
        }
    }

    fn compile(&self) -> Result<Schedule, String> {
        let expression = self.expression();
        let rule = Rule::Cron { expression };
        let definition = Definition {
            timezone: self.timezone(),
            ..Definition::new(&rule)
        };
        Schedule::compile(&definition).map_err(|error| error.to_string())
    }

    /// Checks the row; the error says what came instead.
    fn check(&self) -> Result<(), String> {
        let compiled = self.compile();
        if self.text("kind") == "reject" {
            return match compiled {
                Ok(schedule) => Err(format!("accepted as {}", schedule.describe())),
                Err(_) => Ok(()),
            };
        }
        let schedule = match compiled {
            // A rule without any time is refused: that is how Chime says `never`.
            Err(error) if error.contains("no time") && self.expects_never() => return Ok(()),
            other => other?,
        };
        match self.text("kind") {
            "accept" => Ok(()),
            "match" => self.check_match(&schedule),
            "next" => self.check_next(&schedule),
            "prev" => self.check_previous(&schedule),
            "none_before" => self.check_none(&schedule),
            other => Err(format!("unknown kind {other}")),
        }
    }

    fn expects_never(&self) -> bool {
        self.text("kind") == "none_before"
            || (self.has_literal() && self.expected() == Ok(vec![None]))
    }

    /// Whether the row states what it expects; some only cite the test in which it stands.
    fn has_literal(&self) -> bool {
        !matches!(self.text("kind"), "next" | "prev") || self.0["expected_unix"].is_array()
    }

    fn check_match(&self, schedule: &Schedule) -> Result<(), String> {
        let at = self.at("at");
        let matches = schedule.next_after(at - 1) == Some(at);
        same(self.0["match"].as_bool().unwrap(), matches)
    }

    fn check_next(&self, schedule: &Schedule) -> Result<(), String> {
        // This project looks at the wall clock of `from` only, and so at the very end of a gap no
        // longer gives the run that it gives when it is asked a moment before (its row 1039).
        let at_end_of_gap = self.text("id") == "hangfire-cronos-1042";
        let inclusive = self.0["inclusive"].as_bool().unwrap() && !at_end_of_gap;
        let after_at = self.at("from") - u64::from(inclusive);
        let skipped = self.0["nth"].as_u64().unwrap_or(1) as usize - 1;
        let expected = self.expected()?;
        let mut slots = schedule.next_times(after_at, skipped + expected.len());
        let mut slots: Vec<_> = slots
            .split_off(skipped.min(slots.len()))
            .into_iter()
            .map(Some)
            .collect();
        slots.resize(expected.len(), None);
        same(expected, slots)
    }

    /// Consecutive slots before `from`, the latest first.
    fn check_previous(&self, schedule: &Schedule) -> Result<(), String> {
        let inclusive = self.0["inclusive"].as_bool().unwrap();
        let skipped = self.0["nth"].as_u64().unwrap_or(1) as usize - 1;
        let expected = self.expected()?;
        let mut until_at = self.at("from") - u64::from(!inclusive);
        let mut slots = Vec::new();
        for _ in 0..skipped + expected.len() {
            let slot = schedule.last_between(0, until_at);
            slots.push(slot);
            until_at = slot.unwrap_or(1) - 1;
        }
        same(expected, slots.split_off(skipped))
    }

    fn check_none(&self, schedule: &Schedule) -> Result<(), String> {
        let next = schedule.next_after(self.at("from"));
        same(None, next.filter(|slot| *slot < self.at("until")))
    }
}

fn same<T: PartialEq + std::fmt::Debug>(expected: T, got: T) -> Result<(), String> {
    if expected == got {
        return Ok(());
    }
    Err(format!("expected {expected:?}, got {got:?}"))
}

fn rows(file: &str) -> Vec<Row> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/cases");
    let folder = std::env::var_os("CHIME_CASES").map_or(beside, PathBuf::from);
    let path = folder.join("cron").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| {
        panic!(
            "the case table {} cannot be read ({error}): put the tables there or set CHIME_CASES \
             to the folder that holds cron/{file}",
            path.display()
        )
    });
    let parse = |line: &str| Row(serde_json::from_str(line).expect("a line of JSON"));
    text.lines().map(parse).collect()
}

/// What became of the rows of a table.
#[derive(Default)]
struct Tally {
    /// The answer is what the row states.
    met: usize,
    /// The row states no answer, and that of another library is the same.
    agreed: usize,
    /// The rest, by what `classify` says about them.
    failed: BTreeMap<String, Vec<String>>,
}

fn run(file: &str, classify: impl Fn(&Row, &str) -> String) -> Tally {
    let mut tally = Tally::default();
    for row in rows(file) {
        match row.check() {
            Ok(()) if row.has_literal() => tally.met += 1,
            Ok(()) => tally.agreed += 1,
            Err(error) => {
                let line = format!("{} `{}`: {error}", row.text("id"), row.text("expression"));
                let class = classify(&row, &error);
                tally.failed.entry(class).or_default().push(line);
            }
        }
    }
    tally
}

#[test]
fn should_meet_every_row_of_five_fields() {
    let tally = run("five-field.jsonl", |_, _| "failed".into());
    assert!(tally.failed.is_empty(), "{:#?}", tally.failed);
    assert_eq!((tally.met, tally.agreed), (501, 33));
}

#[test]
fn should_meet_every_row_of_daylight_saving() {
    let tally = run("dst.jsonl", |_, _| "failed".into());
    assert!(tally.failed.is_empty(), "{:#?}", tally.failed);
    assert_eq!((tally.met, tally.agreed), (120, 0));
}

/// The classes of rows that are refused on purpose, or that nothing can be compared with.
fn class(_: &Row, error: &str) -> String {
    let classes = [
        ("is not a known nickname", "nickname of one project"),
        ("a range goes upwards", "reversed range"),
        ("no answer stated", "nothing to compare with"),
    ];
    let known = classes.iter().find(|(text, _)| error.contains(text));
    known.map_or("failed", |(_, class)| class).to_string()
}

#[test]
fn should_meet_the_extended_rows_but_for_known_classes() {
    let tally = run("extended.jsonl", class);
    let counts: Vec<(&str, usize)> = tally
        .failed
        .iter()
        .map(|(class, lines)| (class.as_str(), lines.len()))
        .collect();
    let expected = [
        ("nickname of one project", 6),
        ("nothing to compare with", 4),
        ("reversed range", 13),
    ];
    assert_eq!(counts, expected, "{:#?}", tally.failed);
    assert_eq!((tally.met, tally.agreed), (361, 98));
}
