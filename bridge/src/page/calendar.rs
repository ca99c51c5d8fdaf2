//! The coming week: what starts when, and where too much starts at the same minute.

use std::collections::{BTreeMap, BTreeSet};

use chime_types::Task;
use chime_types::limits::NANOSECONDS;
use maud::{Markup, html};

use super::layout::{Context, page};
use super::parts::{shown, task_link};
use crate::diagnosis::next_runs;
use crate::words::Clock;

const DAYS: u64 = 7;

const DAY: u64 = 86_400 * NANOSECONDS;

/// A schedule that fires more often in the week, about once in a quarter of an hour, is named beside it.
const SLOTS: usize = 700;

/// Tasks that start in the same minute are a pile-up from so many on.
const PILE: usize = 3;

/// Entries of an hour that are shown.
const SHOWN: usize = 4;

/// What starts in an hour of a day: by task, at which minutes.
type Hour = BTreeMap<u64, BTreeSet<String>>;

/// The week.
#[derive(Default)]
struct Week<'a> {
    days: Vec<String>,
    /// By hour and day.
    hours: BTreeMap<String, BTreeMap<String, Hour>>,
    names: BTreeMap<u64, &'a str>,
    often: Vec<(&'a Task, &'a str)>,
}

impl<'a> Week<'a> {
    fn of(clock: &Clock, tasks: &'a [Task]) -> Self {
        let now_at = clock.now_at();
        let mut week = Self {
            days: (0..DAYS)
                .map(|day| clock.format(now_at + day * DAY, "%a %d %b"))
                .collect(),
            ..Self::default()
        };
        for task in tasks {
            week.names.insert(task.id, &task.name);
            for schedule in &task.schedules {
                let times = next_runs(schedule, SLOTS);
                let is_often = times.len() == SLOTS
                    && times.last().is_some_and(|at| *at < now_at + DAYS * DAY);
                if is_often {
                    week.often.push((task, &schedule.description));
                    continue;
                }
                for at in times {
                    week.add(clock, task.id, at);
                }
            }
        }
        week
    }

    fn add(&mut self, clock: &Clock, task: u64, at: u64) {
        let day = clock.format(at, "%a %d %b");
        // In another year the same day of the month is the same day of the week, too.
        let is_near = (clock.now_at()..clock.now_at() + (DAYS + 1) * DAY).contains(&at);
        if !is_near || !self.days.contains(&day) {
            return;
        }
        let hour = self.hours.entry(clock.format(at, "%H")).or_default();
        let tasks = hour.entry(day).or_default();
        tasks
            .entry(task)
            .or_default()
            .insert(clock.format(at, "%H:%M"));
    }
}

/// The minutes of an hour at which too much starts, each with how much.
fn piles(hour: &Hour) -> Vec<(&str, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for minute in hour.values().flatten() {
        *counts.entry(minute).or_default() += 1;
    }
    counts
        .into_iter()
        .filter(|(_, count)| *count >= PILE)
        .collect()
}

/// The page. `left_out` tasks are not looked at, since there are too many.
#[must_use]
pub fn calendar(context: &Context, tasks: &[Task], left_out: usize) -> String {
    let week = Week::of(&context.clock, tasks);
    let body = html! {
        p .lead { "What starts in the coming week. A pile-up is a minute in which " (PILE) " tasks or more start." }
        @if left_out > 0 { p .notice { (left_out) " more tasks start later than these and are left out." } }
        (often(&week))
        (hours(&week))
    };
    page(context, "Calendar", &body)
}

fn often(week: &Week<'_>) -> Markup {
    html! {
        @if !week.often.is_empty() {
            section .card {
                h2 { "All the time" }
                ul { @for (task, words) in &week.often {
                    li { (task_link(task.id, &task.name)) ", " (shown(words)) }
                } }
            }
        }
    }
}

fn hours(week: &Week<'_>) -> Markup {
    html! {
        @if week.hours.is_empty() {
            div .card.empty { p { "Nothing else starts in the coming week." } }
        } @else {
            table .wide.calendar {
                caption .hidden { "What starts, by hour and day" }
                thead { tr {
                    th scope="col" { "Hour" }
                    @for day in &week.days { th scope="col" { (day) } }
                } }
                tbody { @for (hour, days) in &week.hours { tr {
                    th scope="row" { (hour) ":00" }
                    @for day in &week.days {
                        td data-label=(day) { @if let Some(hour) = days.get(day) { (of_hour(week, hour)) } }
                    }
                } } }
            }
        }
    }
}

fn of_hour(week: &Week<'_>, hour: &Hour) -> Markup {
    html! {
        div {
            @for (minute, count) in piles(hour) {
                p .state.wait { (count) " at " (minute) }
            }
            @for (task, minutes) in hour.iter().take(SHOWN) {
                p .entry {
                    span .mean {
                        (minutes.first().map_or("", String::as_str))
                        @if minutes.len() > 1 { " ×" (minutes.len()) }
                    }
                    " " (task_link(*task, week.names.get(task).copied().unwrap_or_default()))
                }
            }
            @if hour.len() > SHOWN { p .entry.mean { "and " (hour.len() - SHOWN) " more" } }
        }
    }
}

#[cfg(test)]
mod tests {
    use chime_types::Rule;
    use jiff::tz::TimeZone;

    use super::*;
    use crate::fixtures;

    const NOW_AT: u64 = 1_780_000_000_000_000_000;

    fn task(id: u64, expression: &str) -> Task {
        let rule = Rule::Cron {
            expression: expression.into(),
        };
        let mut schedule = fixtures::schedule(1, rule);
        // The next hour.
        schedule.next_run_at = Some((NOW_AT / (3_600 * NANOSECONDS) + 1) * 3_600 * NANOSECONDS);
        Task {
            schedules: vec![schedule],
            ..fixtures::task(id, "x")
        }
    }

    #[test]
    fn should_find_where_too_much_starts() {
        let clock = Clock::fixed(NOW_AT, TimeZone::UTC);
        let tasks = [
            task(1, "0 * * * *"),
            task(2, "0,30 * * * *"),
            task(3, "0 * * * *"),
        ];
        let week = Week::of(&clock, &tasks);
        assert_eq!((week.days.len(), week.hours.len()), (7, 24));
        let first = week.hours.values().next().unwrap().values().next().unwrap();
        assert_eq!(
            piles(first)
                .iter()
                .map(|(_, count)| *count)
                .collect::<Vec<_>>(),
            [3]
        );
        assert!(week.often.is_empty());
    }

    #[test]
    fn should_leave_the_same_days_of_other_years_out() {
        let clock = Clock::fixed(NOW_AT, TimeZone::UTC);
        let mut week = Week::of(&clock, &[]);
        week.add(&clock, 1, NOW_AT + 6 * DAY);
        // 2026 and 2037 have the same days of the week.
        week.add(&clock, 2, NOW_AT + 4_018 * DAY);
        let found: Vec<_> = week.hours.values().flat_map(BTreeMap::values).collect();
        assert_eq!(found.len(), 1);
        assert!(found[0].contains_key(&1) && !found[0].contains_key(&2));
    }

    #[test]
    fn should_name_what_starts_all_the_time() {
        let clock = Clock::fixed(NOW_AT, TimeZone::UTC);
        let tasks = [task(1, "* * * * *")];
        let week = Week::of(&clock, &tasks);
        assert_eq!((week.often.len(), week.hours.len()), (1, 0));
    }
}
