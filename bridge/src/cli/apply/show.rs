//! The answer of `chime apply`: what became of each document.

use serde::Serialize;
use serde_json::Value;

use crate::terminal::{Answer, Page, Table, harmless, one_line};
use crate::words::rfc3339;

/// Most characters of a remark in a table.
const MAXIMUM_TEXT: usize = 400;

/// What became of all documents.
#[derive(Serialize, Debug)]
pub struct Applied {
    dry_run: bool,
    created: usize,
    updated: usize,
    unchanged: usize,
    #[serde(skip_serializing_if = "is_zero")]
    pruned: usize,
    configuration: usize,
    refused: usize,
    #[serde(skip_serializing_if = "is_zero")]
    untried: usize,
    results: Vec<AppliedRow>,
    notes: Vec<String>,
}

const fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// What became of one document.
#[derive(Serialize, Clone, Debug, Default)]
pub struct AppliedRow {
    /// The file.
    pub file: String,
    /// The task's name.
    pub task: Option<String>,
    /// The task's id, if it exists.
    pub task_id: Option<String>,
    /// `created`, `updated`, `unchanged`, `pruned`, `configuration`, `refused`, or on trial
    /// `untried`: whether the scheduler would take it is not known.
    pub action: &'static str,
    /// The schedules in words.
    pub schedule: Option<String>,
    /// The time zone of the first schedule.
    pub timezone: Option<String>,
    /// RFC 3339 in UTC.
    pub next_run: Option<String>,
    /// Whether the task is switched off.
    pub disabled: bool,
    /// Remarks.
    pub notes: Vec<String>,
    /// What would be another, field by field, where that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<FieldChange>,
    /// Why it was refused.
    pub error: Option<FieldFault>,
    /// The next time, for the table.
    #[serde(skip)]
    pub next_run_at: Option<u64>,
}

/// A field that would be another.
#[derive(Serialize, Clone, Debug)]
pub struct FieldChange {
    /// The field, in the words of job files.
    pub field: String,
    /// What it is.
    pub before: Value,
    /// What it would be.
    pub after: Value,
}

/// Why a document was refused.
#[derive(Serialize, Clone, Debug)]
pub struct FieldFault {
    /// The field.
    pub field: Option<String>,
    /// The rule that was broken.
    pub rule: String,
    /// The way out.
    pub fix: String,
}

impl AppliedRow {
    /// The same row with its next time.
    #[must_use]
    pub fn next_at(mut self, at: Option<u64>) -> Self {
        self.next_run = at.map(rfc3339);
        self.next_run_at = at;
        self
    }

    /// The fields that would be others, one below the other.
    fn changes(&self) -> Option<String> {
        let lines = self.differences.iter().flat_map(|change| {
            let signs = [("-", &change.before), ("+", &change.after)];
            signs
                .into_iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(sign, value)| {
                    let text = harmless(&value.to_string());
                    format!("{sign} {}: {text}", change.field)
                })
        });
        let lines: Vec<_> = lines.collect();
        let task = one_line(self.task.as_deref().unwrap_or("-"), MAXIMUM_TEXT);
        (!lines.is_empty()).then(|| format!("\n{task}\n{}", lines.join("\n")))
    }

    fn cells(&self, page: &Page<'_>) -> Vec<String> {
        let next = match self.next_run_at {
            Some(at) => page.clock.both(at),
            None if self.disabled => "paused".into(),
            None => "-".into(),
        };
        let schedule = match (&self.schedule, &self.timezone) {
            (Some(words), Some(timezone)) => format!("{words}, {timezone}"),
            (Some(words), None) => words.clone(),
            (None, _) => "-".into(),
        };
        let task = self
            .task
            .as_deref()
            .map_or_else(|| "-".into(), |task| one_line(task, MAXIMUM_TEXT));
        vec![
            self.file.clone(),
            task,
            self.action.to_string(),
            schedule,
            next,
        ]
    }
}

impl Applied {
    /// The answer, with remarks about the whole.
    #[must_use]
    pub fn new(dry_run: bool, results: Vec<AppliedRow>, notes: Vec<String>) -> Self {
        let count = |action: &str| results.iter().filter(|row| row.action == action).count();
        Self {
            dry_run,
            created: count("created"),
            updated: count("updated"),
            unchanged: count("unchanged"),
            pruned: count("pruned"),
            configuration: count("configuration"),
            refused: count("refused"),
            untried: count("untried"),
            results,
            notes,
        }
    }

    /// What a person must know besides: remarks, and why documents were refused.
    #[must_use]
    pub fn messages(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for row in &self.results {
            let task = row
                .task
                .as_deref()
                .map(|task| format!(", {}", one_line(task, MAXIMUM_TEXT)))
                .unwrap_or_default();
            let place = format!("{}{task}", row.file);
            lines.extend(
                row.notes
                    .iter()
                    .map(|note| format!("note: {place}: {}", one_line(note, MAXIMUM_TEXT))),
            );
            if let Some(FieldFault { field, rule, fix }) = &row.error {
                let field = field
                    .as_ref()
                    .map(|field| format!("{field}: "))
                    .unwrap_or_default();
                let text = one_line(&format!("{field}{rule}"), MAXIMUM_TEXT);
                lines.push(format!("refused: {place}: {text}\n  fix: {fix}"));
            }
        }
        lines
    }

    /// What became of the documents where some were refused, in one sentence.
    #[must_use]
    pub fn became(&self) -> String {
        let others = self.created + self.updated + self.unchanged;
        let (was, were, is, are) = match self.dry_run {
            true => ("would be", "would be", "would be", "would be"),
            false => ("was", "were", "is", "are"),
        };
        let refused = match self.refused {
            1 => format!("1 document {was} refused"),
            count => format!("{count} documents {were} refused"),
        };
        match others {
            0 => refused,
            1 => format!("{refused}; the other one {is} applied"),
            count => format!("{refused}; the {count} others {are} applied"),
        }
    }

    /// How many documents were refused.
    #[must_use]
    pub const fn refused(&self) -> usize {
        self.refused
    }
}

impl Answer for Applied {
    fn text(&self, page: &Page<'_>) -> String {
        let mut table = Table::new(
            page,
            &["File", "Task", "Action", "Schedule", "Next Execution"],
        );
        self.results
            .iter()
            .for_each(|row| table.row(row.cells(page)));
        let mut parts = vec![table.render()];
        parts.extend(self.results.iter().filter_map(AppliedRow::changes));
        parts.extend([String::new(), self.summary(page)]);
        parts.extend(self.notes.iter().map(|note| format!("note: {note}")));
        parts.join("\n")
    }
}

impl Applied {
    fn summary(&self, page: &Page<'_>) -> String {
        let counts = [
            (self.created, "created"),
            (self.updated, "updated"),
            (self.unchanged, "unchanged"),
            (self.pruned, "pruned"),
            (self.configuration, "configuration"),
            (self.refused, "refused"),
            (self.untried, "not tried"),
        ];
        let shown: Vec<_> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        let what = if self.dry_run {
            "dry run, nothing was changed: "
        } else {
            ""
        };
        format!(
            "{what}{}; times in {}",
            shown.join(", "),
            page.clock.zone_name()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_say_what_became_of_the_others() {
        let row = |action| AppliedRow {
            action,
            ..AppliedRow::default()
        };
        for (dry_run, refused, others, expected) in [
            (false, 1, 0, "1 document was refused"),
            (false, 2, 0, "2 documents were refused"),
            (
                false,
                1,
                1,
                "1 document was refused; the other one is applied",
            ),
            (
                false,
                2,
                3,
                "2 documents were refused; the 3 others are applied",
            ),
            (true, 1, 0, "1 document would be refused"),
            (
                true,
                1,
                1,
                "1 document would be refused; the other one would be applied",
            ),
            (
                true,
                2,
                2,
                "2 documents would be refused; the 2 others would be applied",
            ),
        ] {
            let mut rows = vec![row("refused"); refused];
            rows.resize(refused + others, row("created"));
            assert_eq!(Applied::new(dry_run, rows, vec![]).became(), expected);
        }
    }
}
