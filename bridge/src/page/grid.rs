//! Tasks by time: what ran, what was late or missed, and what lies ahead, with a line for now.

use std::collections::BTreeMap;

use chime_types::limits::NANOSECONDS;
use chime_types::{ExecutionStatus, TaskExecution};
use maud::{Markup, html};

use super::layout::{Context, page};
use super::parts::{class, shown, task_link};
use super::tasks::Row;
use crate::diagnosis::next_runs;

/// Columns of the past, the one of now among them.
const PAST: u64 = 24;

/// Columns that lie ahead.
const AHEAD: u64 = 8;

/// Columns under one time.
const UNDER_A_TIME: u64 = 4;

/// A run that began so much later than its slot is late.
const LATE_NANOSECONDS: u64 = 60 * NANOSECONDS;

/// Slots ahead of a schedule that are looked at.
const SLOTS: usize = 600;

/// How much time a column stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Step {
    /// Two minutes: the last hour.
    #[default]
    Minutes,
    /// A quarter of an hour: the last six hours.
    Quarters,
    /// An hour: the last day.
    Hours,
    /// Six hours: the last week.
    Days,
}

impl Step {
    const ALL: [Self; 4] = [Self::Minutes, Self::Quarters, Self::Hours, Self::Days];

    /// The step of this name; the shortest if there is none.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let mut all = Self::ALL.into_iter();
        all.find(|step| step.name() == name).unwrap_or_default()
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Minutes => "hour",
            Self::Quarters => "six-hours",
            Self::Hours => "day",
            Self::Days => "week",
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::Minutes => "Hour",
            Self::Quarters => "6 hours",
            Self::Hours => "Day",
            Self::Days => "Week",
        }
    }

    const fn nanoseconds(self) -> u64 {
        let seconds = match self {
            Self::Minutes => 120,
            Self::Quarters => 900,
            Self::Hours => 3_600,
            Self::Days => 21_600,
        };
        seconds * NANOSECONDS
    }
}

/// The times of the columns.
#[derive(Clone, Copy)]
struct Columns {
    step: u64,
    first: u64,
    now: u64,
}

impl Columns {
    const fn new(step: Step, now_at: u64) -> Self {
        let step = step.nanoseconds();
        let now = now_at / step;
        Self {
            step,
            first: now.saturating_sub(PAST - 1),
            now,
        }
    }

    fn all(self) -> impl Iterator<Item = u64> {
        self.first..=self.now + AHEAD
    }

    /// When a column begins, as short as its step allows.
    fn time(self, context: &Context, column: u64) -> String {
        let pattern = match self.step >= Step::Days.nanoseconds() {
            true => "%a %H:%M",
            false => "%H:%M",
        };
        context.clock.format(column * self.step, pattern)
    }

    /// The column of an instant, if there is one.
    fn of(self, at: u64) -> Option<u64> {
        let column = at / self.step;
        (self.first..=self.now + AHEAD)
            .contains(&column)
            .then_some(column)
    }
}

/// What happened, or will, in the time of one column.
#[derive(Default)]
struct Cell {
    counts: BTreeMap<&'static str, u64>,
    /// The one of which most is to be said.
    worst: Option<ExecutionStatus>,
    /// The only execution; none if there are several.
    only: Option<u64>,
    runs: u64,
    late: u64,
    ahead: u64,
}

const fn weight(status: ExecutionStatus) -> u8 {
    match status {
        ExecutionStatus::Failed | ExecutionStatus::TimedOut => 6,
        ExecutionStatus::Missed => 5,
        ExecutionStatus::Running => 4,
        ExecutionStatus::Ready | ExecutionStatus::Waiting => 3,
        ExecutionStatus::Cancelled => 2,
        ExecutionStatus::Skipped => 1,
        ExecutionStatus::Completed => 0,
    }
}

impl Cell {
    fn add(&mut self, run: &TaskExecution, now_at: u64) {
        *self.counts.entry(run.status.name()).or_default() += run.slots.max(1);
        self.runs += 1;
        self.only = (self.runs == 1).then_some(run.id);
        if self
            .worst
            .is_none_or(|worst| weight(worst) < weight(run.status))
        {
            self.worst = Some(run.status);
        }
        let began_at = match run.status {
            ExecutionStatus::Skipped | ExecutionStatus::Missed => run.scheduled_at,
            ExecutionStatus::Ready => now_at,
            _ => run.started_at.unwrap_or(run.scheduled_at),
        };
        if began_at.saturating_sub(run.scheduled_at) > LATE_NANOSECONDS {
            self.late += 1;
        }
    }

    fn words(&self) -> String {
        let counts = self.counts.iter();
        let mut words: Vec<_> = counts
            .map(|(name, count)| format!("{count} {}", name.replace('_', " ")))
            .collect();
        for (count, word) in [(self.late, "late"), (self.ahead, "ahead")] {
            if count > 0 {
                words.push(format!("{count} {word}"));
            }
        }
        words.join(", ")
    }
}

/// The page.
#[must_use]
pub fn grid(context: &Context, step: Step, rows: &[Row]) -> String {
    let body = html! {
        nav .choice aria-label="How much time" {
            @for other in Step::ALL {
                a .button href={ "/grid?span=" (other.name()) } aria-current=[(other == step).then_some("true")] {
                    (other.text())
                }
            }
        }
        section #grid data-live data-walked { (table(context, step, rows)) }
        (legend())
    };
    page(context, "Tasks by time", &body)
}

fn table(context: &Context, step: Step, rows: &[Row]) -> Markup {
    let columns = Columns::new(step, context.clock.now_at());
    let mut is_first = true;
    html! {
        @if rows.is_empty() {
            div .card.empty { p { "There are no tasks yet." } }
        } @else {
            table .grid {
                caption .hidden { "Tasks by time; arrow keys lead from one cell to the next" }
                thead { tr {
                    th scope="col" { span .hidden { "Task" } }
                    @for column in columns.all().step_by(usize::try_from(UNDER_A_TIME).unwrap_or(1)) {
                        th scope="colgroup" colspan=(UNDER_A_TIME) { (columns.time(context, column)) }
                    }
                } }
                tbody { @for row in rows { (line(context, columns, row, &mut is_first)) } }
            }
        }
    }
}

fn line(context: &Context, columns: Columns, row: &Row, is_first: &mut bool) -> Markup {
    let now_at = context.clock.now_at();
    let mut cells: BTreeMap<u64, Cell> = BTreeMap::new();
    for run in &row.executions {
        if let Some(column) = columns.of(run.scheduled_at) {
            cells.entry(column).or_default().add(run, now_at);
        }
    }
    for schedule in &row.task.schedules {
        for at in next_runs(schedule, SLOTS) {
            if let Some(column) = columns.of(at) {
                cells.entry(column).or_default().ahead += 1;
            }
        }
    }
    html! {
        tr {
            th scope="row" { (task_link(row.task.id, &row.task.name)) }
            @for column in columns.all() {
                td .now[column == columns.now] {
                    @if let Some(cell) = cells.get(&column) {
                        (shown_cell(context, columns, row, column, cell, std::mem::take(is_first)))
                    }
                }
            }
        }
    }
}

fn shown_cell(
    context: &Context,
    columns: Columns,
    row: &Row,
    column: u64,
    cell: &Cell,
    is_first: bool,
) -> Markup {
    let (look, sign) = match cell.worst {
        None => ("ahead", String::new()),
        Some(status) => (
            class(status),
            match status {
                ExecutionStatus::Completed if cell.runs > 1 => cell.runs.to_string(),
                status => sign(status).to_string(),
            },
        ),
    };
    let label = format!(
        "{}, {}: {}",
        shown(&row.task.name),
        columns.time(context, column),
        cell.words()
    );
    let id = format!("c{}-{}", row.task.id, column - columns.first);
    let tabindex = if is_first { "0" } else { "-1" };
    html! {
        a #(id) .cell.(look) .late[cell.late > 0] tabindex=(tabindex) title=(label) aria-label=(label)
            href={ @match cell.only {
                Some(run) => { "/executions/" (run) },
                None => { "/tasks/" (row.task.id) },
            } } { (sign) }
    }
}

/// What tells cells apart without their colours.
const fn sign(status: ExecutionStatus) -> &'static str {
    match status {
        ExecutionStatus::Completed => "",
        ExecutionStatus::Failed | ExecutionStatus::TimedOut => "✕",
        ExecutionStatus::Missed => "!",
        ExecutionStatus::Running => "▸",
        ExecutionStatus::Ready | ExecutionStatus::Waiting => "…",
        ExecutionStatus::Cancelled => "■",
        ExecutionStatus::Skipped => "–",
    }
}

fn legend() -> Markup {
    let all = [
        ("good", "", "completed"),
        ("bad", "✕", "failed"),
        ("bad", "!", "missed"),
        ("busy", "▸", "running"),
        ("wait", "…", "waiting"),
        ("off", "–", "skipped"),
        ("good late", "", "began late"),
        ("ahead", "", "lies ahead"),
    ];
    html! {
        p .legend.faint {
            @for (look, sign, says) in all {
                span { span .cell.(look) aria-hidden="true" { (sign) } " " (says) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    #[test]
    fn should_put_instants_into_their_columns() {
        let minute = 60 * NANOSECONDS;
        let columns = Columns::new(Step::Minutes, 1_000 * minute);
        assert_eq!(columns.all().count() as u64, PAST + AHEAD);
        assert_eq!(columns.of(1_001 * minute), Some(columns.now));
        assert_eq!(columns.of(1_002 * minute), Some(columns.now + 1));
        assert_eq!(columns.of(900 * minute), None);
        assert_eq!(columns.of(2_000 * minute), None);
    }

    #[test]
    fn should_say_what_was_late_and_what_was_missed() {
        let mut cell = Cell::default();
        let mut late = fixtures::execution(ExecutionStatus::Completed);
        late.started_at = Some(LATE_NANOSECONDS + 1);
        cell.add(&late, 0);
        assert_eq!((cell.only, cell.late), (Some(late.id), 1));
        let mut missed = fixtures::execution(ExecutionStatus::Missed);
        missed.slots = 12;
        cell.add(&missed, 0);
        assert_eq!(cell.words(), "1 completed, 12 missed, 1 late");
        assert_eq!(
            (cell.only, cell.worst),
            (None, Some(ExecutionStatus::Missed))
        );
    }
}
