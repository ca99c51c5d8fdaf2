//! Writes down what came of many seeds.

use std::fmt::{self, Display, Formatter};
use std::path::Path;
use std::process::Command;

use crate::hostile::Figures;
use crate::many::Summary;
use crate::violation::Violation;
use crate::world::SECOND;

/// A day without the hostile owner, and the same one with it.
#[derive(Debug)]
pub struct Days {
    /// Nine ordinary owners.
    pub without: Figures,
    /// And the hostile one.
    pub with: Figures,
    /// What the hostile one took from the others, if anything.
    pub verdict: Option<Violation>,
}

/// The page about a run, in Markdown.
#[derive(Debug)]
pub struct Page<'a> {
    /// What came of the seeds.
    pub summary: &'a Summary,
    /// The first seed.
    pub first: u64,
    /// What came of the hostile day, if it was lived.
    pub days: Option<&'a Days>,
    /// What `scripts/guards` printed.
    pub guards: Option<&'a Path>,
}

impl Display for Page<'_> {
    fn fmt(&self, page: &mut Formatter<'_>) -> fmt::Result {
        page.write_str(
            "# Simulation\n\n\
             Random lives of the compiled scheduler, each from one seed, against a model that was \
             written\nwithout its engine: see `tests/simulation`. This page is written by the run \
             that it is about.\n\n",
        )?;
        self.write_seeds(page)?;
        if let Some(days) = self.days {
            write_days(page, days)?;
        }
        match self.guards.map(std::fs::read_to_string) {
            Some(Ok(lines)) => write_guards(page, &lines),
            Some(Err(error)) => writeln!(page, "\nThe guards: {error}."),
            None => Ok(()),
        }
    }
}

impl Page<'_> {
    fn write_seeds(&self, page: &mut Formatter<'_>) -> fmt::Result {
        let (summary, first) = (self.summary, self.first);
        let counts = &summary.counts;
        let now = jiff::Timestamp::now();
        let seeds = format!(
            "`scripts/simulate --seeds {} --from {first}`",
            summary.seeds
        );
        let minutes = summary.elapsed.as_secs_f64() / 60.0;
        writeln!(page, "| what | |\n| --- | --- |")?;
        writeln!(page, "| command | {seeds} |")?;
        writeln!(page, "| commit | {} |", commit())?;
        writeln!(page, "| date | {} |", now.strftime("%Y-%m-%d %H:%M UTC"))?;
        writeln!(page, "| seeds | {} |", summary.seeds)?;
        writeln!(page, "| violations | {} |", summary.violations)?;
        writeln!(page, "| operations | {} |", counts.operations)?;
        writeln!(
            page,
            "| slots held against the history | {} |",
            counts.slots
        )?;
        writeln!(page, "| executions looked at | {} |", counts.executions)?;
        writeln!(page, "| messages of the scheduler | {} |", counts.messages)?;
        writeln!(page, "| minutes | {minutes:.1} |")?;
        writeln!(page, "\n| fault | times |\n| --- | --- |")?;
        for (kind, times) in &counts.faults {
            writeln!(page, "| {kind} | {times} |")?;
        }
        Ok(())
    }
}

fn write_days(page: &mut Formatter<'_>, days: &Days) -> fmt::Result {
    writeln!(
        page,
        "\n## A day beside a hostile owner\n\n\
         Nine ordinary owners, each with a note and a call every half minute, without and with a tenth\n\
         that uses every quota to the full (`scripts/simulate --hostile`).\n\n\
         | | slots | lost | p99 of the lag | longest lag | cycles burnt |\n\
         | --- | --- | --- | --- | --- | --- |"
    )?;
    for (name, figures) in [("without", &days.without), ("with", &days.with)] {
        let seconds = |nanoseconds: u64| nanoseconds as f64 / SECOND as f64;
        writeln!(
            page,
            "| {name} | {} | {} | {:.1} s | {:.1} s | {:.3} T |",
            figures.slots,
            figures.lost,
            seconds(figures.p99),
            seconds(figures.longest),
            figures.cycles as f64 / 1e12
        )?;
    }
    let hostile = &days.with.hostile;
    let cycles = |cycles: u64| cycles as f64 / 1e12;
    writeln!(
        page,
        "\nIt had {} tasks and {} alerts. {:.3} T cycles were spent for it, of {:.3} T that may be a day, and\n\
         {:.3} T in its dearest hour, of {:.3} T. In {} hours that was used up.",
        hostile.tasks,
        hostile.alerts,
        cycles(hostile.spent),
        cycles(hostile.budget_a_day),
        cycles(hostile.most_an_hour),
        cycles(hostile.budget_an_hour),
        hostile.hours_used_up
    )?;
    match &days.verdict {
        Some(violation) => writeln!(page, "\nFailed: {violation}"),
        None => writeln!(page, "\nNobody was held up."),
    }
}

fn write_guards(page: &mut Formatter<'_>, lines: &str) -> fmt::Result {
    writeln!(
        page,
        "\n## With a guard taken out\n\n\
         Each patch in `tests/simulation/guards` takes one guard out of the scheduler; the simulation has\n\
         to fail then (`scripts/guards`).\n\n```\n{}\n```",
        lines.trim_end()
    )
}

/// The commit that is simulated, and whether anything is changed.
fn commit() -> String {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim().to_string())
    };
    let changes = [
        "status",
        "--porcelain",
        "--",
        "canister",
        "types",
        "schedule",
        "replica",
    ];
    match (git(&["rev-parse", "--short", "HEAD"]), git(&changes)) {
        (Some(commit), Some(changes)) if changes.is_empty() => format!("`{commit}`"),
        (Some(commit), _) => format!("`{commit}`, with changes"),
        (None, _) => "unknown".to_string(),
    }
}
