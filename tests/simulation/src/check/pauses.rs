//! Tasks that the scheduler has switched off by itself.

use chime_types::{
    EmptyRequest, Event, EventKind, EventPage, EventsSinceRequest, Stats, Task, TaskRequest,
};

use crate::model::Kind;
use crate::perform::Run;
use crate::violation::{Violation, ensure};
use crate::world::{Refusal, SECOND, admin};

/// What cannot even be set aside is tried again after this time.
const PUT_OFF: u64 = 3_600 * SECOND;

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

    /// Takes in that something was put off by an hour, since it could not even be set aside: small
    /// messages passed while larger ones failed. Nobody is told of that.
    ///
    /// # Errors
    /// When nothing failed meanwhile.
    pub fn learn_what_was_put_off(&mut self) -> Result<(), Violation> {
        let now = self.world.now();
        let stats: Stats = self.must_show(admin(), "get_stats", &EmptyRequest {})?;
        let in_all = stats
            .failed_messages
            .as_ref()
            .map_or(0, |failed| failed.quarantined);
        if in_all > self.model.set_aside {
            let told = self.events(None, &[EventKind::Quarantined])?.len() as u64;
            let put_off = in_all.saturating_sub(told);
            if put_off > self.model.put_off {
                let from = self.model.looked_at;
                ensure!(
                    self.model.trouble.trapped(from, now),
                    Poison,
                    "put off, and nothing failed: {stats:?}"
                );
                self.model.put_off = put_off;
                self.model.trouble.note(Kind::Stall, from, now + PUT_OFF);
            }
            self.model.set_aside = in_all;
        }
        self.model.looked_at = now;
        Ok(())
    }

    fn learn_pause(&mut self, shown: &Task) -> Result<(), Violation> {
        let limit = shown.pause_after_failures;
        // What was under way when it was paused may have completed since: the count is 0 then.
        let reason = shown.pause_reason.as_deref().unwrap_or_default();
        let has_failed = limit.is_some_and(|limit| {
            shown.consecutive_failures >= limit
                || reason == format!("paused after {limit} failures in a row")
        });
        let was_trapped = self.model.trouble.trapped(shown.created_at, self.model.now);
        ensure!(
            has_failed || was_trapped,
            Poison,
            "switched off without a reason: {shown:?}"
        );
        let at = self.paused_at(shown)?;
        let task = self.model.tasks.get_mut(&shown.id).expect("it is there");
        task.paused = true;
        task.touched.push(at);
        task.switch_all(at);
        Ok(())
    }

    /// When a task was switched off: at the first reason since it was switched on, for what is off may be
    /// switched off again. A pause may come in the instant of the resumption, before or after it: the order
    /// of the events says which.
    fn paused_at(&mut self, shown: &Task) -> Result<u64, Violation> {
        let kinds = [
            EventKind::TaskResumed,
            EventKind::TaskPaused,
            EventKind::Quarantined,
        ];
        let events = self.events(Some(shown.id), &kinds)?;
        let resumed = events
            .iter()
            .rposition(|event| event.kind == EventKind::TaskResumed);
        let after = resumed.map_or(0, |last| last + 1);
        let mut times = events[after..].iter().map(|event| event.occurred_at);
        let task = &self.model.tasks[&shown.id];
        let spans = task.schedules.iter().flat_map(|it| &it.spans);
        let since = spans.map(|span| span.from).max();
        let since = since.unwrap_or(task.created_at);
        let last = times.clone().max();
        let at = times.find(|at| *at >= since).or(last);
        Ok(at.unwrap_or(shown.updated_at))
    }

    /// The events of some kinds, of a task or of all, in their order.
    fn events(
        &mut self,
        task_id: Option<u64>,
        kinds: &[EventKind],
    ) -> Result<Vec<Event>, Violation> {
        let mut request = EventsSinceRequest {
            task_id,
            limit: Some(500),
            all_owners: Some(true),
            ..EventsSinceRequest::default()
        };
        let mut found = Vec::new();
        loop {
            let page: EventPage = self.must_show(admin(), "events_since", &request)?;
            let events = page.events.into_iter();
            found.extend(events.filter(|event| kinds.contains(&event.kind)));
            request.cursor = Some(page.next_cursor);
            if !page.more {
                return Ok(found);
            }
        }
    }
}
