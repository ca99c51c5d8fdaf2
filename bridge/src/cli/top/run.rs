//! `chime top`: a live view in the terminal.
//!
//! It asks the scheduler again and again and draws what it says; keys pause, resume and run the
//! marked task. Events are read from where the last look ended.

mod screen;

use chime_types::{EmptyRequest, Event, EventsSinceRequest, Stats, Task};

use crate::cli::record::Record;
use crate::cli::session::until_interrupted;
use crate::cli::session::{Session, with_scheduler};
use crate::cli::top::show::Snapshot;
use crate::cli::{GlobalArguments, TopArguments};
use crate::error::{Error, Kind, Result};
use crate::terminal::Writer;

/// Events that are kept for the lists.
const EVENTS_KEPT: usize = 200;

/// Shows the view, or one frame of it.
pub(in crate::cli) async fn run(
    global: &GlobalArguments,
    arguments: &TopArguments,
    writer: &Writer,
) -> Result<()> {
    if arguments.once {
        return once(global, arguments, writer).await;
    }
    if !writer.is_terminal() {
        return Err(Error::new(
            Kind::Usage,
            "`chime top` needs a terminal",
            "print one frame with --once, or use `chime stats --watch` or `chime events --follow`",
        ));
    }
    let shown = with_scheduler(global, writer, async |session| {
        screen::run(session, arguments, writer).await
    });
    until_interrupted(shown.await)
}

async fn once(global: &GlobalArguments, arguments: &TopArguments, writer: &Writer) -> Result<()> {
    let view = with_scheduler(global, writer, async |session| {
        let mut view = View::of(arguments);
        view.take(look(session, None).await?);
        Ok(view)
    })
    .await?;
    let width = arguments.width;
    let stats = view.stats.clone().map(chime_types::GetStatsResult::Ok);
    let json = stats.map(|stats| crate::cli::record::answer_json("get_stats", &stats));
    let text = view
        .snapshot(writer, false)
        .map(|snapshot| snapshot.print(width));
    let text = text.unwrap_or_default();
    writer.answer(&Record::of(json.unwrap_or_default(), move |_| text.clone()))
}

/// What was seen last.
#[derive(Default)]
struct View {
    stats: Option<Stats>,
    tasks: Vec<Task>,
    events: Vec<Event>,
    cursor: Option<u64>,
    /// The place of the marked task among those that are shown.
    marked: usize,
    message: String,
    /// Only tasks are shown whose name contains this.
    filter: String,
    /// Whether keys are letters of the filter.
    is_typing: bool,
}

/// What one look at the scheduler found.
struct Seen {
    stats: Stats,
    tasks: Vec<Task>,
    events: Vec<Event>,
    cursor: u64,
}

/// Asks the scheduler for everything that is shown; events from where the last look ended. It holds
/// nothing of the view, so that keys are obeyed meanwhile.
async fn look(session: &Session, cursor: Option<u64>) -> Result<Seen> {
    let scheduler = &session.scheduler;
    let stats = scheduler.get_stats(&EmptyRequest {}).await?;
    let mut tasks = scheduler.all_tasks().await?;
    Snapshot::order(&mut tasks);
    let filter = EventsSinceRequest {
        cursor,
        ..EventsSinceRequest::default()
    };
    let events = scheduler.latest_events(&filter, EVENTS_KEPT, |_| ());
    let (events, cursor) = events.await?;
    Ok(Seen {
        stats,
        tasks,
        events,
        cursor,
    })
}

impl View {
    fn of(arguments: &TopArguments) -> Self {
        Self {
            filter: arguments.name.clone().unwrap_or_default(),
            ..Self::default()
        }
    }

    fn take(&mut self, seen: Seen) {
        self.stats = Some(seen.stats);
        let marked = self.marked().map(|task| task.id);
        self.tasks = seen.tasks;
        self.mark(marked);
        self.events.extend(seen.events);
        let excess = self.events.len().saturating_sub(EVENTS_KEPT);
        self.events.drain(..excess);
        self.cursor = Some(seen.cursor);
    }

    /// Moves the mark by so many tasks.
    fn move_by(&mut self, rows: isize) {
        let last = self.shown().count().saturating_sub(1);
        self.marked = self.marked.saturating_add_signed(rows).min(last);
    }

    /// The mark stays with its task, whatever is shown beside it.
    fn mark(&mut self, task_id: Option<u64>) {
        let place = self.shown().position(|task| Some(task.id) == task_id);
        let last = self.shown().count().saturating_sub(1);
        self.marked = place.unwrap_or(self.marked).min(last);
    }

    fn change_filter(&mut self, change: impl FnOnce(&mut String)) {
        let marked = self.marked().map(|task| task.id);
        change(&mut self.filter);
        self.mark(marked);
    }

    /// The tasks whose name contains the filter, however that is written.
    fn shown(&self) -> impl Iterator<Item = &Task> {
        let part = self.filter.to_lowercase();
        let tasks = self.tasks.iter();
        tasks.filter(move |task| task.name.to_lowercase().contains(&part))
    }

    fn snapshot(&self, writer: &Writer, colour: bool) -> Option<Snapshot> {
        Some(Snapshot {
            stats: self.stats.clone()?,
            tasks: self.shown().cloned().collect(),
            all: self
                .tasks
                .iter()
                .map(|task| (task.id, task.name.clone()))
                .collect(),
            filter: self.filter.clone(),
            events: self.events.clone(),
            marked: self.marked,
            message: match self.is_typing {
                true => format!(
                    "Name contains: {}_  (Enter keeps it, Esc shows all)",
                    self.filter
                ),
                false => self.message.clone(),
            },
            clock: writer.clock(),
            colour,
        })
    }

    fn marked(&self) -> Option<&Task> {
        self.shown().nth(self.marked)
    }
}
