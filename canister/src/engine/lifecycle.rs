//! What happens to an execution between its attempts: it is made, becomes ready and waits. How it
//! ends is in `ending`, and what stops it in `stopping`.
//!
//! Its status changes only by `Status::enter`, which knows the allowed edges.

use candid::Principal;
use chime_types::{ExecutionStatus, LogEntry, Trigger, WaitReason, limits};

use super::attempt::after;
use super::periods::begin_hour;
use super::places::Seat;
use super::resolve;
use super::turn::{Run, Turn};
use crate::state::State;
use crate::state::counter::Counter;
use crate::state::keys::{ExecutionId, ReadyKey, ScheduleId, Wake};
use crate::state::records::{ExecutionRecord, Place, Status, TaskRecord};

impl<'s> Turn<'s> {
    /// A new execution of the task's present plan, which nobody knows of yet.
    pub(super) fn new_execution(
        &mut self,
        schedule_id: Option<ScheduleId>,
        scheduled_at: u64,
        status: ExecutionStatus,
    ) -> ExecutionRecord {
        ExecutionRecord {
            id: self.state.new_execution_id(),
            task_id: self.task.id,
            owner: Some(self.task.owner),
            schedule_id,
            trigger: Trigger::Schedule,
            replay_of: None,
            replayed_by: None,
            backfill: None,
            run_key: None,
            plan: self.task.plan,
            scheduled_at,
            due_at: scheduled_at,
            started_at: None,
            finished_at: None,
            status: Status::first(status),
            waiting_for: None,
            wake: None,
            expires: None,
            place: None,
            step: 0,
            attempt: 0,
            token: None,
            target: None,
            lease: None,
            is_granted: false,
            is_claimed: false,
            is_behind_others: false,
            rescues: 0,
            cancel_requested: None,
            cancel_cause: None,
            progress: Vec::new(),
            steps: Vec::new(),
            attempts: Vec::new(),
            logs: Vec::new(),
            result: None,
            error: None,
            cause: None,
            slots: 1,
            slots_until: None,
        }
    }

    /// Adds a new execution to the history of the task. None if its slot already has one.
    pub(super) fn admit(&mut self, mut execution: ExecutionRecord) -> Option<Run<'_, 's>> {
        if !self.state.index_execution(self.task.owner, &execution) {
            return None;
        }
        let (now, is_final) = (self.now, execution.status.is_final());
        if let Some(seconds) = self.task.execution_timeout_seconds.filter(|_| !is_final) {
            let until = after(now.max(execution.due_at), seconds);
            execution.expires = Some(self.state.wake_at(until, Wake::Expire(execution.id)));
        }
        self.task.total_executions.raise(1);
        if !is_final {
            self.task.active.push(execution.id);
            self.task.latest = Some(execution.id);
            self.task.last_run_at = Some(execution.scheduled_at);
        }
        self.state.change_owner(self.task.owner, |owner| {
            owner.executions.raise(1);
            if !is_final {
                owner.active.raise(1);
                begin_hour(owner, now);
                owner.runs_this_hour.raise(1);
            }
        });
        self.has_grown();
        Some(self.hold_new(execution))
    }

    /// Makes an execution on request for a time, due now.
    pub fn request(&mut self, scheduled_at: u64, run_key: Option<String>) -> ExecutionRecord {
        let mut execution = self.new_execution(None, scheduled_at, ExecutionStatus::Ready);
        execution.due_at = self.now;
        execution.trigger = Trigger::Request;
        execution.run_key = run_key;
        self.start_on_request(execution)
    }

    /// Admits an execution that has no slot, and queues it.
    pub(super) fn start_on_request(&mut self, execution: ExecutionRecord) -> ExecutionRecord {
        let now = self.now;
        let mut run = self
            .admit(execution)
            .expect("BUG: an execution without a schedule has no slot to share");
        run.queue(now);
        run.execution.clone()
    }
}

/// The place of an execution in the queues: as if it had come later by a step of ageing for each
/// class that it is less urgent. So within a class the longest due goes first, and the less urgent
/// goes before what is more urgent but came that much later.
fn rank(state: &State, task: &TaskRecord, id: ExecutionId, due_at: u64) -> ReadyKey {
    let step = state
        .config()
        .ageing_seconds
        .saturating_mul(limits::NANOSECONDS);
    ReadyKey {
        rank: due_at.saturating_add(step.saturating_mul(task.priority as u64)),
        execution_id: id,
    }
}

/// Puts an execution into the ready queue, as due since `due_at`.
pub(super) fn queue(
    state: &mut State,
    task: &TaskRecord,
    execution: &mut ExecutionRecord,
    due_at: u64,
) {
    let place = Place::Ready(rank(state, task, execution.id, due_at));
    state.enter_queue(task.owner, &place);
    execution.place = Some(place);
}

impl Run<'_, '_> {
    /// Puts the execution into the ready queue, as due since `due_at`.
    pub(super) fn queue(&mut self, due_at: u64) {
        let Self {
            turn, execution, ..
        } = self;
        queue(turn.state, &turn.task, execution, due_at);
    }

    pub(super) fn enter_place(&mut self, place: Place) {
        let owner = self.turn.task.owner;
        self.turn.state.enter_queue(owner, &place);
        self.execution.place = Some(place);
    }

    /// Takes the execution out of the queue that it stands in.
    pub(super) fn leave_place(&mut self) {
        let place = self.execution.place.take();
        let place = place.expect("BUG: the queue in which it was found is its place");
        self.turn.state.leave_queue(self.turn.task.owner, &place);
        if std::mem::take(&mut self.execution.is_granted) {
            self.turn.state.end_grant();
        }
    }

    /// Lets the execution wait in the agenda.
    pub(super) fn wait(&mut self, reason: WaitReason, until: u64) {
        self.execution.status.enter(ExecutionStatus::Waiting);
        self.sleep(reason, until);
    }

    /// Lets the execution wait until somebody says how it goes on.
    pub(super) fn wait_for_somebody(&mut self, reason: WaitReason) {
        self.execution.status.enter(ExecutionStatus::Waiting);
        self.execution.waiting_for = Some(reason);
    }

    fn sleep(&mut self, reason: WaitReason, until: u64) {
        let wake = Wake::Resume(self.execution.id);
        self.execution.waiting_for = Some(reason);
        self.execution.wake = Some(self.turn.state.wake_at(until, wake));
    }

    /// Makes the execution ready that waited.
    pub(super) fn make_ready(&mut self) {
        self.execution.status.enter(ExecutionStatus::Ready);
        self.execution.waiting_for = None;
    }

    /// Puts the execution off, which is ready or waiting. It costs no attempt.
    fn snooze(&mut self, until: u64) {
        self.execution.is_behind_others |= is_buffered(&self.execution);
        self.withdraw();
        if self.execution.status.get() == ExecutionStatus::Ready {
            self.wait(WaitReason::Snooze, until);
        } else {
            self.sleep(WaitReason::Snooze, until);
        }
    }

    /// Takes the execution, which is ready or waiting, out of its queue and of the agenda.
    pub(super) fn withdraw(&mut self) {
        self.turn.state.cancel_wake(self.execution.wake.take());
        if self.execution.place.is_some() {
            self.leave_place();
            // It may have been let go on in favour of others that wait behind a limit.
            let target = self.target_of_step();
            self.turn.pass_on(Seat::Place(target));
        }
    }

    /// The canister that the step calls which the execution is at.
    fn target_of_step(&mut self) -> Option<Principal> {
        let step = self.step();
        let resolved = resolve::action_of(self.turn.state, &self.turn.task, &step).ok()?;
        resolve::target_of(&resolved.action)
    }
}

/// A pause is over: the execution goes back to the ready queue, or waits for those before it as it did
/// when it was put off.
pub(super) fn resume(state: &mut State, now: u64, id: ExecutionId) {
    let Some(execution) = state.execution(id) else {
        return;
    };
    let Some(task) = state.task(execution.task_id) else {
        return;
    };
    let mut turn = Turn::new(state, now, task);
    let mut run = turn.hold(execution);
    run.execution.wake = None;
    run.make_ready();
    let is_behind_others = std::mem::take(&mut run.execution.is_behind_others);
    if !is_behind_others || run.turn.task.active.first() == Some(&id) {
        run.queue(now);
    }
}

/// Puts an execution off that is ready or waiting. It costs no attempt.
pub fn snooze(
    state: &mut State,
    now: u64,
    execution: ExecutionRecord,
    until: u64,
) -> ExecutionRecord {
    let mut turn = Turn::of(state, now, execution.task_id);
    let mut run = turn.hold(execution);
    run.snooze(until);
    run.execution.clone()
}

/// Whether an execution waits for those before it.
pub(super) fn is_buffered(execution: &ExecutionRecord) -> bool {
    execution.status.get() == ExecutionStatus::Ready && execution.place.is_none()
}

/// Adds a line to the log of an execution; above the limit the oldest line goes.
pub(super) fn log(execution: &mut ExecutionRecord, now: u64, message: String) {
    if execution.logs.len() >= limits::MAXIMUM_LOG_LINES {
        execution.logs.remove(0);
    }
    execution.logs.push(LogEntry {
        logged_at: now,
        message,
    });
}
