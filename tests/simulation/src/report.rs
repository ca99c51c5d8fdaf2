//! Writes down what came of many seeds.

use std::fmt::Write;

use crate::many::Summary;

/// The page about a run, in Markdown.
#[must_use]
pub fn page(summary: &Summary, first: u64, date: &str) -> String {
    let counts = &summary.counts;
    let mut page = String::from(
        "# Simulation\n\n\
         Random lives of the compiled scheduler, each from one seed, against a model that was written\n\
         without its engine: see `tests/simulation`. This page is written by the run that it is about.\n\n",
    );
    let rows = [
        (
            "command",
            format!(
                "`scripts/simulate --seeds {} --from {first}`",
                summary.seeds
            ),
        ),
        ("date", date.to_string()),
        ("seeds", summary.seeds.to_string()),
        ("violations", summary.violations.to_string()),
        ("operations", counts.operations.to_string()),
        ("slots held against the history", counts.slots.to_string()),
        ("executions looked at", counts.executions.to_string()),
        ("messages of the scheduler", counts.messages.to_string()),
        (
            "minutes",
            format!("{:.1}", summary.elapsed.as_secs_f64() / 60.0),
        ),
    ];
    page.push_str("| what | |\n| --- | --- |\n");
    for (what, value) in rows {
        writeln!(page, "| {what} | {value} |").expect("a text takes everything");
    }
    page.push_str("\n| fault | times |\n| --- | --- |\n");
    for (kind, times) in &counts.faults {
        writeln!(page, "| {kind} | {times} |").expect("a text takes everything");
    }
    page
}
