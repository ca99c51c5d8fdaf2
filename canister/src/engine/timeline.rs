//! Notes what happened in the timeline.

use candid::Principal;
use chime_types::{Event, EventKind, limits};

use crate::state::keys::{ExecutionId, ScheduleId, TaskId};
use crate::state::records::{ExecutionRecord, TaskRecord};
use crate::state::{EventLimits, State};

/// What happened, to be noted.
#[derive(Clone, Copy, Debug)]
pub struct Note<'a> {
    kind: EventKind,
    owner: Principal,
    actor: Option<Principal>,
    task: Option<TaskId>,
    schedule: Option<ScheduleId>,
    execution: Option<ExecutionId>,
    detail: &'a str,
}

impl<'a> Note<'a> {
    /// Something that concerns an owner.
    pub const fn new(kind: EventKind, owner: Principal) -> Self {
        Self {
            kind,
            owner,
            actor: None,
            task: None,
            schedule: None,
            execution: None,
            detail: "",
        }
    }

    /// Something that concerns a task.
    pub const fn task(kind: EventKind, task: &TaskRecord) -> Self {
        Self {
            task: Some(task.id),
            ..Self::new(kind, task.owner)
        }
    }

    /// Something that concerns an execution.
    pub const fn execution(
        kind: EventKind,
        task: &TaskRecord,
        execution: &ExecutionRecord,
    ) -> Self {
        Self {
            schedule: execution.schedule_id,
            execution: Some(execution.id),
            ..Self::task(kind, task)
        }
    }

    /// About a schedule.
    #[must_use]
    pub const fn schedule(self, id: ScheduleId) -> Self {
        Self {
            schedule: Some(id),
            ..self
        }
    }

    /// About a task and an execution, by their numbers.
    #[must_use]
    pub const fn about(self, task: Option<TaskId>, execution: Option<ExecutionId>) -> Self {
        Self {
            task,
            execution,
            ..self
        }
    }

    /// Who asked for it.
    #[must_use]
    pub const fn by(self, actor: Principal) -> Self {
        Self {
            actor: Some(actor),
            ..self
        }
    }

    /// In words.
    #[must_use]
    pub const fn detail(self, detail: &'a str) -> Self {
        Self { detail, ..self }
    }

    /// Adds it to the timeline.
    pub fn write(self, state: &mut State, now: u64) {
        let event = Event {
            id: 0,
            occurred_at: now,
            kind: self.kind,
            actor: self.actor,
            owner: self.owner,
            task_id: self.task.map(|id| id.0),
            schedule_id: self.schedule.map(|id| id.0),
            execution_id: self.execution.map(|id| id.0),
            detail: shortened(self.detail),
        };
        let config = state.config();
        let maximum = EventLimits {
            all: config.maximum_events,
            of_owner: config.maximum_events_per_owner,
        };
        state.add_event(event, maximum);
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(limits::MAXIMUM_DETAIL_CHARACTERS) {
        None => text.to_string(),
        Some(_) => {
            let end = text
                .char_indices()
                .nth(limits::MAXIMUM_DETAIL_CHARACTERS - 3);
            let end = end.expect("BUG: it is longer").0;
            format!("{}...", &text[..end])
        }
    }
}
