//! Rounds. Time stands still within one; calls between canisters arrive in the same round.
//!
//! A round first expires what is too old and starts the due system tasks, ahead of all messages.
//! Then it repeats: drain the management queue, give each canister with messages one turn, until
//! nothing is left or the round has spent its instructions. The canister that goes first rotates.

use std::collections::VecDeque;

use candid::Principal;
use ic_error_types::ErrorCode;

use super::Replica;
use crate::Rejection;
use crate::canister::{Answer, Canister, Effects, Task};
use crate::engine::on_guest_stack;
use crate::faults::SPARED_OF_TASKS;
use crate::limits::{LIVE_INSTANCES, ROUND_INTERVAL, STOP_TIMEOUT};
use crate::management;
use crate::state::{Origin, Payload, Request, RunState, is_over, remove_expired_ingress};

impl Replica {
    /// Executes one round at the current time; true when anything was executed.
    pub fn execute_round(&mut self) -> bool {
        if self.rests() {
            return false;
        }
        on_guest_stack(|| self.round())
    }

    /// Moves the time by one nanosecond and executes a round.
    pub fn tick(&mut self) -> bool {
        self.set_time_ns(self.meta.time_ns.saturating_add(1));
        self.execute_round()
    }

    /// Executes rounds until nothing is left to do at this time, at most `limit`; returns how many
    /// executed something.
    pub fn run_until_idle(&mut self, limit: usize) -> usize {
        if self.rests() {
            return 0;
        }
        on_guest_stack(|| (0..limit).take_while(|_| self.execute_round()).count())
    }

    /// When the next round has something to do: now when messages wait, else the earliest global
    /// timer, deadline, time-out or heartbeat; `None` when nothing will happen without a message from
    /// outside. It may name a time in the past when a timer is overdue. A timer that is due and that
    /// its canister cannot pay for is not named: only a message from outside changes that.
    pub fn next_wake_at(&self) -> Option<u64> {
        if self.has_messages() {
            return Some(self.meta.time_ns);
        }
        self.canisters
            .values()
            .flat_map(|canister| {
                let meta = &canister.meta;
                let runs = |task: Task| meta.is_running() && canister.exports(task.export());
                let timer = Some(meta.global_timer_ns).filter(|time_ns| {
                    runs(Task::GlobalTimer)
                        && (*time_ns > self.meta.time_ns || self.can_prepay(canister))
                });
                let heartbeat = runs(Task::Heartbeat).then(|| {
                    let interval_ns = ROUND_INTERVAL.as_nanos() as u64;
                    meta.last_heartbeat_ns.saturating_add(interval_ns)
                });
                let deadlines = meta
                    .callbacks
                    .values()
                    .filter(|callback| !callback.answered)
                    .map(|callback| callback.deadline_ns);
                let stop = stop_deadline_ns(&meta.run_state);
                deadlines.chain(timer).chain(stop).chain(heartbeat)
            })
            .chain(self.meta.outcalls.next_deadline_ns())
            .chain(self.faults.next_arrival_ns())
            .filter(|time_ns| *time_ns != 0)
            .min()
    }

    fn can_prepay(&self, canister: &Canister) -> bool {
        canister.can_prepay(self.config.fees, self.config.update_instructions)
    }

    fn has_messages(&self) -> bool {
        let mut canisters = self.canisters.values();
        !self.meta.management.is_empty()
            || canisters.any(|canister| {
                !canister.meta.queues.is_empty() || canister.is_low_memory_hook_due()
            })
    }

    /// Whether this round executes nothing. Its time passes all the same: memory is paid for, also by
    /// who has nothing to execute or cannot pay for it, and what is too old is forgotten.
    fn rests(&mut self) -> bool {
        self.charge_storage();
        let idle = self.is_idle();
        if idle {
            self.history.prune(self.meta.time_ns);
        }
        idle
    }

    /// Whether a round at this time would do nothing.
    fn is_idle(&self) -> bool {
        let now_ns = self.meta.time_ns;
        let heartbeat = self.canisters.values().any(|canister| {
            canister.meta.last_heartbeat_ns < now_ns
                && canister.meta.is_running()
                && canister.exports(Task::Heartbeat.export())
        });
        !heartbeat && self.next_wake_at().is_none_or(|at| at > now_ns)
    }

    fn round(&mut self) -> bool {
        self.meta.round += 1;
        let mut executed = self.expire() | self.expire_outcalls() | self.deliver_delayed();
        let mut spent = 0;
        executed |= self.run_tasks(&mut spent);
        executed |= self.drain_management(true);
        loop {
            let drained = self.drain_management(false);
            let ran = self.give_turns(&mut spent);
            executed |= drained | ran;
            if !(drained || ran) || spent >= self.config.round_instructions {
                break;
            }
        }
        self.unload_idle_instances();
        executed
    }

    /// Lets canisters pay for their memory; those that cannot lose their code.
    fn charge_storage(&mut self) {
        if !self.config.fees.is_paid() {
            return;
        }
        let (fees, now_ns) = (self.config.fees, self.meta.time_ns);
        let broke = self.canisters.values_mut();
        let broke: Vec<_> = broke
            .filter_map(|canister| (!canister.pay_storage(fees, now_ns)).then_some(canister.id))
            .collect();
        for id in broke {
            let canister = self.canisters.get_mut(&id);
            let answers = canister.expect("BUG: it was there before").uninstall();
            for answer in answers {
                self.deliver(id, answer);
            }
            management::settle_stop(self, id);
        }
    }

    /// Ends what is too old: ingress messages, bounded-wait calls, stop requests.
    fn expire(&mut self) -> bool {
        let now_ns = self.meta.time_ns;
        self.history.prune(now_ns);
        let mut answers = Vec::new();
        let expired = remove_expired_ingress(&mut self.meta.management, now_ns);
        answers.extend(expired.into_iter().map(ingress_timeout));
        self.meta
            .management
            .retain(|request| !is_over(request.origin.deadline_ns(), now_ns));
        for (id, canister) in &mut self.canisters {
            let meta = &mut canister.meta;
            answers.extend(
                meta.queues
                    .remove_expired(now_ns)
                    .into_iter()
                    .map(ingress_timeout),
            );
            for (callback_id, callback) in &meta.callbacks {
                if !callback.answered && is_over(callback.deadline_ns, now_ns) {
                    answers.push(Answer {
                        origin: Origin::Call {
                            caller: *id,
                            callback: *callback_id,
                            deadline_ns: callback.deadline_ns,
                        },
                        payload: Payload::Reject(Rejection::deadline_expired()),
                        refund: 0,
                    });
                }
            }
            answers.extend(expired_stop_requests(id, &mut meta.run_state, now_ns));
        }
        let expired = !answers.is_empty();
        for answer in answers {
            self.deliver_now(Principal::management_canister(), answer);
        }
        expired
    }

    fn run_tasks(&mut self, spent: &mut u64) -> bool {
        let mut executed = false;
        for id in self.in_rotation() {
            for task in [Task::Heartbeat, Task::GlobalTimer] {
                executed |= self.run_task(id, task, spent);
            }
        }
        executed
    }

    fn run_task(&mut self, id: Principal, task: Task, spent: &mut u64) -> bool {
        let subnet = self.subnet();
        self.plan_trap(&id, SPARED_OF_TASKS);
        let Some(canister) = self.canisters.get_mut(&id) else {
            return false;
        };
        let due = match task {
            Task::Heartbeat => canister.meta.last_heartbeat_ns < subnet.time_ns,
            Task::GlobalTimer => is_due(canister.meta.global_timer_ns, subnet.time_ns),
            Task::LowMemory => canister.is_low_memory_hook_due(),
        };
        if !due || !canister.meta.is_running() || !canister.exports(task.export()) {
            return false;
        }
        // It stays due and is tried again in the next round.
        if task == Task::GlobalTimer
            && !canister.can_prepay(subnet.fees, subnet.update_instructions)
        {
            return false;
        }
        let effects = canister.execute_task(&subnet, task);
        self.after_message(id, effects, spent);
        true
    }

    /// Executes what waits for the management canister. Random bytes are drawn between two rounds:
    /// who asks for them within a round waits for the next.
    fn drain_management(&mut self, is_begin_of_round: bool) -> bool {
        let mut executed = false;
        let mut for_next_round = VecDeque::new();
        while let Some(request) = self.meta.management.pop_front() {
            if request.method == "raw_rand" && !is_begin_of_round {
                for_next_round.push_back(request);
                continue;
            }
            management::execute(self, request);
            self.between_messages(Principal::management_canister());
            executed = true;
        }
        self.meta.management = for_next_round;
        executed
    }

    /// Executes one message of each canister that has any.
    fn give_turns(&mut self, spent: &mut u64) -> bool {
        let subnet = self.subnet();
        let mut executed = false;
        for id in self.in_rotation() {
            if *spent >= self.config.round_instructions {
                break;
            }
            if self.run_task(id, Task::LowMemory, spent) {
                executed = true;
                continue;
            }
            self.plan_trap(&id, 0);
            let Some(canister) = self.canisters.get_mut(&id) else {
                continue;
            };
            let Some(input) = canister.meta.queues.pop() else {
                continue;
            };
            let effects = canister.execute(&subnet, input);
            self.after_message(id, effects, spent);
            executed = true;
        }
        executed
    }

    fn after_message(&mut self, id: Principal, effects: Effects, spent: &mut u64) {
        *spent = spent.saturating_add(effects.instructions);
        self.meta.messages_total += 1;
        let total = self.meta.instructions_total;
        self.meta.instructions_total = total.saturating_add(effects.instructions);
        if let Some(canister) = self.canisters.get_mut(&id) {
            canister.last_used_round = self.meta.round;
            self.faults.counts.traps += std::mem::take(&mut canister.injected_traps);
        }
        self.route(id, effects);
        management::settle_stop(self, id);
        self.between_messages(id);
    }

    /// The canisters with something to do, starting with another one in each round.
    fn in_rotation(&self) -> Vec<Principal> {
        let mut ids: Vec<_> = self
            .canisters
            .values()
            .filter(|canister| {
                let meta = &canister.meta;
                !meta.queues.is_empty()
                    || meta.global_timer_ns != 0
                    || canister.is_low_memory_hook_due()
                    || canister.exports(Task::Heartbeat.export())
            })
            .map(|canister| canister.id)
            .collect();
        if !ids.is_empty() {
            let first = self.meta.round % ids.len() as u64;
            ids.rotate_left(first as usize);
        }
        ids
    }

    fn unload_idle_instances(&mut self) {
        let mut live: Vec<_> = self
            .canisters
            .values_mut()
            .filter(|canister| canister.is_live())
            .collect();
        let excess = live.len().saturating_sub(LIVE_INSTANCES);
        live.sort_by_key(|canister| canister.last_used_round);
        for canister in live.into_iter().take(excess) {
            canister.unload();
        }
    }
}

fn is_due(timer_ns: u64, now_ns: u64) -> bool {
    timer_ns != 0 && timer_ns <= now_ns
}

fn ingress_timeout(request: Request) -> Answer {
    let text = "Ingress message timed out waiting to start executing.";
    Answer {
        origin: request.origin,
        payload: Payload::Reject(Rejection::new(ErrorCode::IngressMessageTimeout, text)),
        refund: 0,
    }
}

fn stop_deadline_ns(state: &RunState) -> Option<u64> {
    let RunState::Stopping(requests) = state else {
        return None;
    };
    let since_ns = requests.iter().map(|request| request.since_ns).min()?;
    Some(since_ns.saturating_add(STOP_TIMEOUT.as_nanos() as u64))
}

fn expired_stop_requests(id: &Principal, state: &mut RunState, now_ns: u64) -> Vec<Answer> {
    let timeout_ns = STOP_TIMEOUT.as_nanos() as u64;
    let RunState::Stopping(requests) = state else {
        return Vec::new();
    };
    let (expired, kept) = std::mem::take(requests)
        .into_iter()
        .partition(|request| request.since_ns.saturating_add(timeout_ns) <= now_ns);
    *requests = kept;
    Vec::from_iter::<Vec<crate::state::StopRequest>>(expired)
        .into_iter()
        .map(|request| Answer {
            origin: request.origin,
            payload: Payload::Reject(Rejection::new(
                ErrorCode::StopCanisterRequestTimeout,
                format!("Stop canister request for {id} timed out"),
            )),
            refund: request.cycles,
        })
        .collect()
}
