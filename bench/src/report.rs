//! The figures as a file, as a table, and compared with those of before.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::measures::STORED;

/// What to do about complaints.
pub const HOW_TO_RENEW: &str = "If the change is meant, run `scripts/bench measure` and commit \
                                bench/results.json with the reason.";
/// A figure that differs by more from the committed one is stale, in percent.
const TOLERANCE_PERCENT: u64 = 5;
/// How many times the instructions of the small store these may take in the large one.
const MAXIMUM_GROWTH: [(&str, f64); 3] = [
    ("create_task", 1.5),
    ("tick_nothing_due", 1.5),
    ("upgrade", 1.5),
];

/// A figure found on one store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// What was measured.
    pub measure: &'static str,
    /// What of it.
    pub figure: &'static str,
    /// How much.
    pub value: u64,
}

/// A figure on both stores.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Row {
    measure: String,
    figure: String,
    few: u64,
    many: u64,
    /// `many` divided by `few`.
    growth: f64,
}

/// All figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Results {
    version: String,
    few_tasks: u64,
    many_tasks: u64,
    figures: Vec<Row>,
}

/// Rounded to hundredths.
fn growth(few: u64, many: u64) -> f64 {
    (many as f64 / few.max(1) as f64 * 100.0).round() / 100.0
}

fn differs(before: u64, now: u64) -> bool {
    before.abs_diff(now) * 100 > before * TOLERANCE_PERCENT
}

impl Row {
    fn is(&self, other: &Self) -> bool {
        self.measure == other.measure && self.figure == other.figure
    }

    fn name(&self) -> String {
        format!("{} {}", self.measure, self.figure)
    }
}

impl Results {
    /// Joins the samples of the small and of the large store, which are in the same order.
    pub fn new(few: Vec<Sample>, many: Vec<Sample>) -> Self {
        let join = |(few, many): (Sample, Sample)| Row {
            measure: few.measure.to_string(),
            figure: few.figure.to_string(),
            few: few.value,
            many: many.value,
            growth: growth(few.value, many.value),
        };
        let [few_tasks, many_tasks] = STORED;
        Self {
            version: env!("CARGO_PKG_VERSION").to_string(),
            few_tasks,
            many_tasks,
            figures: few.into_iter().zip(many).map(join).collect(),
        }
    }

    fn row_like(&self, row: &Row) -> Option<&Row> {
        self.figures.iter().find(|own| own.is(row))
    }

    /// The figures as a table, with the differences to those of before.
    pub fn table(&self, before: Option<&Self>) -> String {
        let mut text = format!(
            "{:<24} {:<27} {:>15} {:>15} {:>7}",
            "measure", "figure", self.few_tasks, self.many_tasks, "growth"
        );
        text += if before.is_some() { "  was\n" } else { "\n" };
        for row in &self.figures {
            let (few, many) = (grouped(row.few), grouped(row.many));
            // Writing into a string cannot fail.
            let _ = write!(
                text,
                "{:<24} {:<27} {few:>15} {many:>15} {:>7.2}",
                row.measure, row.figure, row.growth
            );
            text += &before.map_or_else(String::new, |before| row.was(before));
            text += "\n";
        }
        text
    }

    /// What differs from the committed figures by more than the tolerance.
    pub fn stale_complaints(&self, before: &Self) -> Vec<String> {
        let gone = before
            .figures
            .iter()
            .filter(|row| self.row_like(row).is_none());
        let changed = self.figures.iter().filter(|row| row.is_stale(before));
        gone.chain(changed)
            .map(|row| format!("stale: {}", row.name()))
            .collect()
    }

    /// What grows too much with the number of tasks.
    pub fn growth_complaints(&self) -> Vec<String> {
        let complaint = |(measure, maximum): (&str, f64)| {
            let row = self
                .figures
                .iter()
                .find(|row| row.measure == measure && row.figure == "instructions")?;
            let too_much = row.growth > maximum;
            too_much.then(|| format!("grows by more than {maximum}: {}", row.name()))
        };
        MAXIMUM_GROWTH.into_iter().filter_map(complaint).collect()
    }
}

impl Row {
    fn is_stale(&self, before: &Results) -> bool {
        before
            .row_like(self)
            .is_none_or(|row| differs(row.few, self.few) || differs(row.many, self.many))
    }

    /// The figures of before, if they differ.
    fn was(&self, before: &Results) -> String {
        let mark = if self.is_stale(before) { "  STALE" } else { "" };
        match before.row_like(self) {
            None => format!("  (new){mark}"),
            Some(row) if (row.few, row.many) == (self.few, self.many) => String::new(),
            Some(row) => format!("  {} {}{mark}", grouped(row.few), grouped(row.many)),
        }
    }
}

/// A number with its thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results(rows: &[(&'static str, u64, u64)]) -> Results {
        let sample = |measure, value| Sample {
            measure,
            figure: "instructions",
            value,
        };
        let few = rows.iter().map(|row| sample(row.0, row.1)).collect();
        let many = rows.iter().map(|row| sample(row.0, row.2)).collect();
        Results::new(few, many)
    }

    #[test]
    fn should_call_a_figure_stale_beyond_five_percent_on_either_store() {
        let before = results(&[("fire_note", 1_000, 2_000)]);
        for (few, many, stale) in [
            (1_000, 2_000, false),
            (1_050, 1_900, false),
            (1_051, 2_000, true),
            (949, 2_000, true),
            (1_000, 2_101, true),
        ] {
            let now = results(&[("fire_note", few, many)]);
            let complaints = now.stale_complaints(&before);
            assert_eq!(complaints.len(), usize::from(stale), "{few} {many}");
            assert_eq!(now.table(Some(&before)).contains("STALE"), stale);
        }
    }

    #[test]
    fn should_call_a_figure_stale_that_came_or_went() {
        let one = results(&[("fire_note", 1, 1)]);
        let other = results(&[("fire_call", 1, 1)]);
        assert_eq!(
            other.stale_complaints(&one),
            [
                "stale: fire_note instructions",
                "stale: fire_call instructions"
            ]
        );
    }

    #[test]
    fn should_complain_only_about_growth_of_what_is_bounded() {
        let rows = [
            ("create_task", 100, 151),
            ("tick_nothing_due", 100, 150),
            ("upgrade", 100, 99),
            ("list_page", 100, 900),
        ];
        assert_eq!(
            results(&rows).growth_complaints(),
            ["grows by more than 1.5: create_task instructions"]
        );
    }

    #[test]
    fn should_read_what_it_writes() {
        let results = results(&[("create_task", 3, 4)]);
        let text = serde_json::to_string(&results).unwrap();
        assert_eq!(serde_json::from_str::<Results>(&text).unwrap(), results);
    }

    #[test]
    fn should_set_thousands_apart() {
        let rows = [
            (7, "7"),
            (100, "100"),
            (1_000, "1,000"),
            (12_345_678, "12,345,678"),
        ];
        for (number, text) in rows {
            assert_eq!(grouped(number), text);
        }
    }
}
