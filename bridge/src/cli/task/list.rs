//! The answer of `chime ps ls`: one row for each schedule.

use std::collections::HashMap;

use chime_types::limits::NANOSECONDS;
use chime_types::{
    CalendarUnit, GetMyTasksResult, Rule, Task, TaskExecution, TaskPage, TaskSchedule,
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::cli::record::Record;
use crate::cli::record::list_json;
use crate::scheduler::Latest;
use crate::terminal::{Answer, Page, Table, Text, counted, one_line};
use crate::words::{Standing, action_text, rfc3339};

/// Most characters of metadata and descriptions in a table.
const MAXIMUM_TEXT: usize = 60;

/// All tasks of the caller.
#[derive(Serialize, Debug)]
pub struct TaskList {
    total_tasks: usize,
    total_schedules: usize,
    tasks: Vec<TaskRow>,
    /// Whether only some tasks were asked for.
    #[serde(skip)]
    selects: bool,
    /// Tasks that --limit leaves out.
    #[serde(skip)]
    more: usize,
    /// Tasks with executions under way that were not looked at.
    #[serde(skip)]
    unseen: usize,
    #[serde(skip)]
    verbose: bool,
}

/// A schedule of a task.
#[derive(Serialize, Debug)]
pub struct TaskRow {
    task_id: String,
    name: String,
    status: &'static str,
    /// The status, and of what waits for what: `retrying`, `waiting for a worker`.
    state: &'static str,
    /// How the latest run ended; null if it never ran.
    last_result: Option<&'static str>,
    /// Why it failed, or why what is under way is tried again.
    last_error: Option<String>,
    /// Seconds since 1970; 0 if it never ran.
    last_run_at: u64,
    /// RFC 3339 in UTC; `Pending` if it is due; null if there is none.
    next_run: Option<String>,
    /// Seconds; 0 if it is no interval.
    repeat_every: u64,
    disabled: bool,
    schedule_id: String,
    metadata: String,
    /// Whose it is, in a list of all owners.
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    #[serde(skip)]
    more: More,
}

/// What only the table shows.
#[derive(Debug)]
struct More {
    next_run_at: Option<u64>,
    interval: String,
    words: String,
    steps: String,
}

impl TaskList {
    /// The list at the instant `now_at`.
    #[must_use]
    pub fn new(tasks: &[Task], latest: &Latest, now_at: u64, verbose: bool) -> Self {
        let rows = tasks.iter().flat_map(|task| {
            let executions = latest.of(task);
            task.schedules
                .iter()
                .map(move |schedule| TaskRow::new(task, executions, schedule, now_at))
        });
        let rows: Vec<_> = rows.collect();
        Self {
            total_tasks: tasks.len(),
            total_schedules: rows.len(),
            tasks: rows,
            selects: false,
            more: 0,
            unseen: latest.unseen,
            verbose,
        }
    }

    /// The same list with the owner of each task.
    #[must_use]
    pub fn with_owners(mut self, tasks: &[Task]) -> Self {
        let owners: HashMap<_, _> = tasks
            .iter()
            .map(|task| (task.id.to_string(), task.owner.to_text()))
            .collect();
        for row in &mut self.tasks {
            row.owner = owners.get(&row.task_id).cloned();
        }
        self
    }

    /// The same list as one of some tasks, of which so many more are not shown.
    #[must_use]
    pub fn selected(mut self, more: usize) -> Self {
        self.selects = true;
        self.more = more;
        self
    }
}

/// The tasks as the scheduler answers with them, with how they stand, shown as in [`TaskList`].
#[must_use]
pub fn tasks(tasks: &[Task], latest: &Latest, list: TaskList) -> Record {
    let mut json = list_json("get_my_tasks", "tasks", tasks, |tasks| {
        GetMyTasksResult::Ok(TaskPage {
            tasks,
            next_cursor: None,
            total_tasks: 0,
        })
    });
    if let Some(Value::Array(shown)) = json.get_mut("tasks") {
        for (shown, task) in shown.iter_mut().zip(tasks) {
            Standing::of(task, latest.of(task)).put(shown);
        }
    }
    json["total_tasks"] = json!(tasks.len());
    Record::of(json, move |page| list.text(page))
}

impl TaskRow {
    fn new(
        task: &Task,
        executions: &[TaskExecution],
        schedule: &TaskSchedule,
        now_at: u64,
    ) -> Self {
        let standing = Standing::of(task, executions);
        let next_run = schedule.next_run_at.map(|at| {
            if at > now_at {
                rfc3339(at)
            } else {
                "Pending".into()
            }
        });
        Self {
            task_id: task.id.to_string(),
            name: task.name.clone(),
            status: status_name(task),
            state: standing.state,
            last_result: standing.last_result,
            last_error: standing.last_error.map(str::to_string),
            last_run_at: last_run_at(task, schedule).unwrap_or(0) / NANOSECONDS,
            next_run,
            repeat_every: schedule.repeat_every_seconds,
            disabled: task.disabled || schedule.disabled,
            schedule_id: schedule.id.to_string(),
            metadata: task.metadata.clone(),
            owner: None,
            more: More {
                next_run_at: schedule.next_run_at,
                interval: interval(&schedule.rule, schedule.repeat_every_seconds),
                words: format!("{}, {}", schedule.description, schedule.timezone),
                steps: steps_text(task),
            },
        }
    }
}

/// What the steps do, one after the other.
fn steps_text(task: &Task) -> String {
    let texts: Vec<_> = task
        .steps
        .iter()
        .map(|step| action_text(&step.action))
        .collect();
    texts.join("; ")
}

/// The last slot of the schedule. Runs on demand belong to no schedule; a task with a single one
/// shows them there.
fn last_run_at(task: &Task, schedule: &TaskSchedule) -> Option<u64> {
    match task.schedules.as_slice() {
        [_] => task.last_run_at.max(schedule.last_run_at),
        _ => schedule.last_run_at,
    }
}

/// The name of a task's status on the wire.
pub(in crate::cli) fn status_name(task: &Task) -> &'static str {
    use chime_types::TaskStatus as Status;
    match task.status {
        Status::Pending => "pending",
        Status::Running => "running",
        Status::Completed => "completed",
        Status::Failed => "failed",
        Status::Cancelled => "cancelled",
        Status::Paused => "paused",
    }
}

/// The interval column: `once`, `1m30s`, or what a calendar rule says.
#[must_use]
pub fn interval(rule: &Rule, repeat_every_seconds: u64) -> String {
    let time = |hour: &u8, minute: &Option<u8>| format!("{hour:02}:{:02}", minute.unwrap_or(0));
    let weekdays = [
        "Sunday",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
    ];
    match rule {
        Rule::Cron { expression } if repeat_every_seconds == 0 => expression.clone(),
        Rule::Daily { hour, minute } => format!("daily {}", time(hour, minute)),
        Rule::Weekly {
            weekday,
            hour,
            minute,
        } => {
            let weekday = weekdays.get(usize::from(*weekday % 7)).unwrap_or(&"weekly");
            format!("{weekday} {}", time(hour, minute))
        }
        Rule::Monthly { day, hour, minute } => format!("monthly {day} {}", time(hour, minute)),
        Rule::Calendar {
            every,
            unit,
            hour,
            minute,
            ..
        } => {
            let unit = match unit {
                CalendarUnit::Days {} => "d",
                CalendarUnit::Weeks { .. } => "w",
                CalendarUnit::Months { .. } => "mo",
            };
            format!("{every}{unit} {}", time(hour, minute))
        }
        Rule::Once { .. } | Rule::Interval { .. } | Rule::Cron { .. } => {
            chime_schedule::format_interval(repeat_every_seconds)
        }
    }
}

impl Answer for TaskList {
    fn text(&self, page: &Page<'_>) -> String {
        if self.total_tasks == 0 && self.selects {
            return "No tasks match.".into();
        }
        if self.total_tasks == 0 {
            return "No tasks. `chime run --note hello --every 30` makes one.".into();
        }
        let mut columns = vec![
            "Task ID",
            "Task Name",
            "Schedule ID",
            "Status",
            "Last Result",
            "Last Execution",
            "Next Execution",
            "Interval",
        ];
        let owners = self.tasks.iter().any(|row| row.owner.is_some());
        columns.extend(owners.then_some("Owner"));
        if self.verbose {
            columns.extend(["Schedule", "Steps", "Metadata"]);
        }
        let mut table = Table::new(page, &columns).spare(&[
            "Metadata",
            "Steps",
            "Schedule ID",
            "Interval",
            "Schedule",
            "Last Execution",
        ]);
        self.tasks
            .iter()
            .for_each(|row| table.row(row.cells(page, self.verbose)));
        let counts = format!(
            "{}, {}; times in {}",
            counted(self.total_tasks, "task"),
            counted(self.total_schedules, "schedule"),
            page.clock.zone_name()
        );
        let more = match self.more {
            0 => String::new(),
            count => format!(", and {count} more"),
        };
        let unseen = match self.unseen {
            0 => String::new(),
            count => format!("\n{count} more are under way; `chime task show` says how they stand"),
        };
        format!("{}\n\n{counts}{more}{unseen}", table.render())
    }
}

impl TaskRow {
    fn cells(&self, page: &Page<'_>, verbose: bool) -> Vec<Text> {
        let last = match self.last_run_at {
            0 => "never".into(),
            seconds => page.clock.cell(seconds.saturating_mul(NANOSECONDS)),
        };
        let next = match (&self.next_run, self.more.next_run_at) {
            (Some(text), _) if text == "Pending" => text.as_str().into(),
            (_, Some(at)) => page.clock.cell(at),
            (_, None) if self.disabled => "paused".into(),
            (_, None) => "-".into(),
        };
        let mut cells: Vec<Text> = vec![
            self.task_id.as_str().into(),
            self.name.as_str().into(),
            self.schedule_id.as_str().into(),
            self.state.into(),
            self.last_result.unwrap_or("-").into(),
            last,
            next,
            self.more.interval.as_str().into(),
        ];
        cells.extend(self.owner.as_ref().map(|owner| {
            // The first group tells owners apart, and stands for them.
            let short = owner.split('-').next().unwrap_or_default();
            Text::forms([owner.clone(), short.to_string()])
        }));
        if verbose {
            cells.push(self.more.words.as_str().into());
            cells.push(one_line(&self.more.steps, MAXIMUM_TEXT).into());
            cells.push(one_line(&self.metadata, MAXIMUM_TEXT).into());
        }
        cells
    }
}
