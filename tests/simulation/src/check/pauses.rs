//! Tasks that the scheduler has switched off by itself.

use chime_types::{EventKind, EventPage, EventsSinceRequest, Task, TaskRequest};

use crate::perform::Run;
use crate::violation::{Violation, ensure};
use crate::world::{Refusal, admin};

impl Run {
    /// Takes in which tasks were switched off after too many failures, or because they always trap,
    /// and when. False if that cannot be asked now.
    ///
    /// # Errors
    /// When a task is off and there was no reason.
    pub fn learn_pauses(&mut self) -> Result<bool, Violation> {
        self.model.now = self.world.now();
        let ids: Vec<u64> = self.model.tasks.keys().copied().collect();
        for task_id in ids {
            let known = &self.model.tasks[&task_id];
            let may_be_put_aside = self.model.trouble.trapped(known.created_at, self.model.now);
            if known.paused || (known.plan.pause_after_failures.is_none() && !may_be_put_aside) {
                continue;
            }
            let request = TaskRequest { task_id };
            let answer = self.world.show::<Task>(admin(), "get_task", &request);
            if matches!(answer, Err(Refusal::Network(_))) && self.model.trouble.is_open() {
                return Ok(false);
            }
            let Some(shown) = self.judge("get_task", answer)? else {
                continue;
            };
            if shown.disabled {
                self.learn_pause(&shown)?;
            }
        }
        Ok(true)
    }

    fn learn_pause(&mut self, shown: &Task) -> Result<(), Violation> {
        let limit = shown.pause_after_failures;
        let has_failed = limit.is_some_and(|limit| shown.consecutive_failures >= limit);
        let was_trapped = self.model.trouble.trapped(shown.created_at, self.model.now);
        ensure!(
            has_failed || was_trapped,
            Poison,
            "switched off without a reason: {shown:?}"
        );
        let at = self.paused_at(shown.id)?.unwrap_or(shown.updated_at);
        let task = self.model.tasks.get_mut(&shown.id).expect("it is there");
        task.paused = true;
        task.touched.push(at);
        task.switch_all(at);
        Ok(())
    }

    /// When a task was last switched off.
    fn paused_at(&mut self, task_id: u64) -> Result<Option<u64>, Violation> {
        let mut request = EventsSinceRequest {
            task_id: Some(task_id),
            limit: Some(500),
            all_owners: Some(true),
            ..EventsSinceRequest::default()
        };
        let mut at = None;
        loop {
            let page: EventPage = self.must_show(admin(), "events_since", &request)?;
            let pauses = page.events.iter();
            let last = pauses
                .filter(|event| event.kind == EventKind::TaskPaused)
                .map(|event| event.occurred_at)
                .next_back();
            at = last.or(at);
            request.cursor = Some(page.next_cursor);
            if !page.more {
                return Ok(at);
            }
        }
    }
}
