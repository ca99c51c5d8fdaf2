//! The live view of `chime top`: a strip of health, and below it lists of tasks, of what runs, of
//! what ended and of what failed. It draws a snapshot; it asks nobody and reads no key.

use std::collections::BTreeMap;

use chime_types::{Event, Stats, Task, TaskStatus};
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Paragraph, Widget};

use crate::cli::events::show::{is_end, is_failure};
use crate::cli::task::list::status_name;
use crate::terminal::one_line;
use crate::words::{Clock, cycles, last_result, took, word};

/// Rows of a frame that is printed.
const PRINTED_ROWS: u16 = 30;
/// Least rows of the list of tasks.
const LEAST_ROWS: u16 = 5;
/// Width from which lists stand side by side.
const WIDE: u16 = 100;

/// What is drawn.
pub struct Snapshot {
    /// The statistics.
    pub stats: Stats,
    /// The tasks that are shown, the one that runs next first.
    pub tasks: Vec<Task>,
    /// The names of all tasks, by id.
    pub all: BTreeMap<u64, String>,
    /// What the names of those that are shown contain.
    pub filter: String,
    /// The latest events, the oldest first.
    pub events: Vec<Event>,
    /// The task that is marked.
    pub marked: usize,
    /// The last message: what a key did, or why the scheduler could not be asked.
    pub message: String,
    /// The reader's clock.
    pub clock: Clock,
    /// Whether colours are wanted.
    pub colour: bool,
}

impl Snapshot {
    /// Puts the tasks into the order of the view.
    pub fn order(tasks: &mut [Task]) {
        tasks.sort_by_key(|task| (task.next_run_at.is_none(), task.next_run_at, task.id));
    }

    /// The frame as text, for a printer of this width.
    #[must_use]
    pub fn print(&self, width: u16) -> String {
        let area = Rect::new(0, 0, width, PRINTED_ROWS);
        let mut buffer = Buffer::empty(area);
        self.render(area, &mut buffer);
        let rows = (0..area.height).map(|y| {
            let row: String = (0..area.width)
                .filter_map(|x| buffer.cell((x, y)))
                .map(ratatui::buffer::Cell::symbol)
                .collect();
            row.trim_end().to_string()
        });
        let text = rows.collect::<Vec<_>>().join("\n");
        text.trim_end().to_string()
    }

    fn style(&self, colour: Color) -> Style {
        match self.colour {
            true => Style::new().fg(colour),
            false => Style::new(),
        }
    }

    fn health(&self, width: u16) -> Vec<Line<'static>> {
        let stats = &self.stats;
        let lag = stats.lag.p95_nanoseconds.map_or_else(|| "-".into(), took);
        let (timer, good) = match (stats.timer_armed_at, stats.agenda) {
            (Some(at), _) => (format!("timer {}", self.clock.relative(at)), true),
            (None, 0) => ("timer idle".into(), true),
            (None, _) => ("timer NOT ARMED".into(), false),
        };
        let ended = stats.completed_today + stats.failed_today;
        let percent = stats.failed_today * 100 / ended.max(1);
        let low = if stats.cycles_low { " LOW" } else { "" };
        let calm = stats.failed_today == 0 && !stats.cycles_low;
        let trouble = message_trouble(stats);
        let well = trouble.is_none();
        let mut now = vec![
            format!("{} tasks", stats.total_tasks),
            format!("{} running", stats.running),
            format!("{} ready", stats.ready + stats.parked),
            format!("{} for workers", stats.waiting_for_workers),
            timer,
        ];
        now.extend(trouble);
        let today = [
            format!("today {} done", stats.completed_today),
            format!("{} failed ({percent}%)", stats.failed_today),
            format!("{} missed", stats.missed_today),
            format!("lag p95 {lag}"),
            format!("cycles {}{low}", cycles(&stats.cycles)),
        ];
        let style = |good: bool| self.style(if good { Color::Green } else { Color::Red });
        let lines = |parts: &[String], good: bool| {
            let lines = packed(parts, usize::from(width));
            lines
                .into_iter()
                .map(move |line| Line::styled(line, style(good)))
                .collect::<Vec<_>>()
        };
        [lines(&now, good && well), lines(&today, calm)].concat()
    }

    fn task_line(&self, index: usize, task: &Task, width: u16) -> Line<'static> {
        let next = match task.next_run_at {
            None if task.disabled => "paused".to_string(),
            None => "-".into(),
            Some(at) if at <= self.clock.now_at() => "due".into(),
            Some(at) => self.clock.relative(at),
        };
        let last = task
            .last_run_at
            .map_or_else(|| "never".into(), |at| self.clock.relative(at));
        let result = last_result(task, &[]).unwrap_or("-");
        let name = one_line(&task.name, usize::from(width.saturating_sub(54)).max(12));
        let mark = if index == self.marked { '>' } else { ' ' };
        let text = format!(
            "{mark} {next:<11} {last:<13} {result:<9} {:<9} {name}",
            status_name(task)
        );
        let style = match task.status {
            _ if task.consecutive_failures > 0 => self.style(Color::Red),
            TaskStatus::Running => self.style(Color::Cyan),
            TaskStatus::Failed => self.style(Color::Red),
            TaskStatus::Paused => self.style(Color::Yellow),
            _ => Style::new(),
        };
        let marked = if index == self.marked {
            Modifier::BOLD
        } else {
            Modifier::empty()
        };
        Line::styled(text, style.add_modifier(marked))
    }

    fn running_lines(&self) -> Vec<Line<'static>> {
        let running = self.tasks.iter().filter(|task| task.active_executions > 0);
        let line = |task: &Task| {
            let step = task.step_to_execute + 1;
            let of = task.steps.len();
            let name = one_line(&task.name, 40);
            Line::styled(
                format!("{name}  step {step} of {of}"),
                self.style(Color::Cyan),
            )
        };
        running.map(line).collect()
    }

    fn event_lines(&self, wanted: fn(chime_types::EventKind) -> bool) -> Vec<Line<'static>> {
        let events = self.events.iter().rev().filter(|event| wanted(event.kind));
        events.map(|event| self.event_line(event)).collect()
    }

    fn event_line(&self, event: &Event) -> Line<'static> {
        let name = event.task_id.and_then(|id| self.all.get(&id));
        let name = match (name, event.task_id) {
            (Some(name), _) => one_line(name, 24),
            (None, Some(id)) => format!("task {id}"),
            (None, None) => String::new(),
        };
        let style = self.style(if is_failure(event.kind) {
            Color::Red
        } else {
            Color::Green
        });
        let kind = word(&event.kind);
        let kind = kind.strip_prefix("execution ").unwrap_or(&kind).to_string();
        Line::from(vec![
            Span::raw(format!("{} ", self.clock.time_of_day(event.occurred_at))),
            Span::styled(kind, style),
            Span::raw(format!(" {name}  {}", one_line(&event.detail, 80))),
        ])
    }
}

impl Widget for &Snapshot {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let running = u16::try_from(self.running_lines().len()).unwrap_or(u16::MAX);
        let strip = self.health(area.width.saturating_sub(2));
        let strip_rows = u16::try_from(strip.len()).unwrap_or(u16::MAX);
        let [health, tasks, run, below, keys] = Layout::vertical([
            Constraint::Length(strip_rows.saturating_add(2)),
            Constraint::Min(LEAST_ROWS),
            Constraint::Length(running.clamp(1, 4) + 1),
            Constraint::Fill(1),
            Constraint::Length(2),
        ])
        .areas(area);
        let title = format!(" chime top  {} ", self.clock.absolute(self.clock.now_at()));
        framed(title, strip, Borders::ALL, health, buffer);
        let rows = usize::from(tasks.height.saturating_sub(1));
        let first = self.marked.saturating_sub(rows.saturating_sub(1));
        let lines = self.tasks.iter().enumerate().skip(first).take(rows);
        let lines = lines
            .map(|(index, task)| self.task_line(index, task, area.width))
            .collect();
        let shown = (first + 1, self.tasks.len().min(first + rows));
        let which = match self.tasks.len() {
            all if all > rows => format!(" {} to {} of {all}", shown.0, shown.1),
            _ => String::new(),
        };
        let which = match self.filter.as_str() {
            "" => which,
            part => format!("{which} with \"{}\"", one_line(part, 20)),
        };
        let head = format!("Upcoming{which}: next, last, result, status, task ");
        framed(head, lines, Borders::TOP, tasks, buffer);
        framed(
            "Running ".into(),
            or_none(self.running_lines()),
            Borders::TOP,
            run,
            buffer,
        );
        let halves = match area.width {
            WIDE.. => Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)])
                .spacing(2)
                .areas(below),
            _ => Layout::vertical([Constraint::Fill(1), Constraint::Fill(1)]).areas(below),
        };
        let [ends, failures] = halves;
        framed(
            "Ended ".into(),
            or_none(self.event_lines(is_end)),
            Borders::TOP,
            ends,
            buffer,
        );
        framed(
            "Failures ".into(),
            or_none(self.event_lines(is_failure)),
            Borders::TOP,
            failures,
            buffer,
        );
        let help = "q quit  up/down, page up/down choose  / filter  p pause or resume  r run";
        let foot = vec![Line::raw(self.message.clone()), Line::raw(help)];
        Paragraph::new(foot).render(keys, buffer);
    }
}

/// What is wrong with the scheduler's own messages, in two or three words.
fn message_trouble(stats: &Stats) -> Option<String> {
    let failures = stats.failed_messages.as_ref()?;
    match (failures.failed_in_a_row, failures.quarantined) {
        (0, 0) => None,
        (0, set_aside) => Some(format!("{set_aside} SET ASIDE")),
        (in_a_row, _) => Some(format!("{in_a_row} MESSAGES FAILED")),
    }
}

/// Parts in lines of at most so many characters.
fn packed(parts: &[String], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 2 + part.chars().count() <= width => {
                line.push_str("  ");
                line.push_str(part);
            }
            _ => lines.push(part.clone()),
        }
    }
    lines
}

fn or_none(lines: Vec<Line<'static>>) -> Vec<Line<'static>> {
    match lines.is_empty() {
        true => vec![Line::raw("-")],
        false => lines,
    }
}

fn framed(
    title: String,
    lines: Vec<Line<'static>>,
    borders: Borders,
    area: Rect,
    buffer: &mut Buffer,
) {
    let block = Block::new().borders(borders).title(title);
    Paragraph::new(lines).block(block).render(area, buffer);
}
