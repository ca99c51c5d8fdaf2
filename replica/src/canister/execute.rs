//! Executes messages: requests, responses and system tasks. Every entry point is atomic.

use candid::Principal;

use super::{Answer, Canister, Effects, Subnet};
use crate::Rejection;
use crate::engine::Target;
use crate::limits::CLEANUP_INSTRUCTIONS;
use crate::state::{
    CallContext, Callback, ContextId, Input, Origin, Payload, Request, Response, RunState,
};
use crate::sys::{Mode, Run, RunInput, Trap};

/// A task that the system runs without a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    Heartbeat,
    GlobalTimer,
}

impl Task {
    pub(crate) fn export(self) -> &'static str {
        match self {
            Self::Heartbeat => "canister_heartbeat",
            Self::GlobalTimer => "canister_global_timer",
        }
    }

    fn mode(self) -> Mode {
        match self {
            Self::Heartbeat => Mode::Heartbeat,
            Self::GlobalTimer => Mode::GlobalTimer,
        }
    }
}

impl Canister {
    /// Executes one message from the queues.
    pub(crate) fn execute(&mut self, subnet: &Subnet, input: Input) -> Effects {
        let mut effects = Effects::default();
        match input {
            Input::Request(request) => self.execute_request(subnet, request, &mut effects),
            Input::Response(response) => self.execute_response(subnet, response, &mut effects),
        }
        self.work.add_message(effects.instructions);
        effects
    }

    /// Whether a new call may be executed now.
    pub(crate) fn check_callable(&self) -> Result<(), Rejection> {
        match self.meta.run_state {
            RunState::Running if self.code.is_none() => Err(Rejection::no_module(&self.id)),
            RunState::Running => Ok(()),
            RunState::Stopping(_) => Err(Rejection::stopping(&self.id)),
            RunState::Stopped => Err(Rejection::stopped(&self.id)),
        }
    }

    fn entry_point(&self, method: &str) -> Result<(String, Mode), Rejection> {
        self.check_callable()?;
        for (prefix, mode) in [
            ("canister_update", Mode::Update),
            ("canister_query", Mode::ReplicatedQuery),
        ] {
            let export = format!("{prefix} {method}");
            if self.exports(&export) {
                return Ok((export, mode));
            }
        }
        if self.exports(&format!("canister_composite_query {method}")) {
            return Err(Rejection::new(
                ic_error_types::ErrorCode::CompositeQueryCalledInReplicatedMode,
                "Composite query cannot be called in replicated mode",
            ));
        }
        Err(Rejection::method_not_found(&self.id, "update", method))
    }

    fn execute_request(&mut self, subnet: &Subnet, request: Request, effects: &mut Effects) {
        let (export, mode) = match self.entry_point(&request.method) {
            Ok(found) => found,
            Err(rejection) => {
                effects.answers.push(Answer {
                    origin: request.origin,
                    payload: Payload::Reject(rejection),
                    refund: request.cycles,
                });
                return;
            }
        };
        let mut input = RunInput::new(mode, request.caller, subnet.update_instructions);
        input.method = request.method;
        input.payload = Payload::Reply(request.arg);
        input.available_cycles = request.cycles;
        input.deadline_ns = request.origin.deadline_ns();
        let context = self.open_context(request.origin, request.caller, request.cycles);
        let (run, trap) = self.invoke(Target::Export(&export), self.prepare(subnet, input));
        if mode == Mode::ReplicatedQuery {
            self.finish_query(context, run, trap, effects);
        } else {
            self.finish(subnet, context, run, trap, effects);
        }
    }

    fn open_context(&mut self, origin: Origin, caller: Principal, cycles: u128) -> ContextId {
        self.meta.open_context(CallContext {
            origin,
            caller,
            available_cycles: cycles,
            instructions: 0,
            responded: false,
            open_calls: 0,
        })
    }

    /// Runs a heartbeat or the global timer. The timer is already off when it runs, and a trap
    /// does not turn it on again.
    pub(crate) fn execute_task(&mut self, subnet: &Subnet, task: Task) -> Effects {
        let mut effects = Effects::default();
        match task {
            Task::Heartbeat => self.meta.last_heartbeat_ns = subnet.time_ns,
            Task::GlobalTimer => self.meta.global_timer_ns = 0,
        }
        let caller = Principal::management_canister();
        let input = RunInput::new(task.mode(), caller, subnet.update_instructions);
        let context = self.open_context(Origin::System, caller, 0);
        let run = self.prepare(subnet, input);
        let (run, trap) = self.invoke(Target::Export(task.export()), run);
        self.finish(subnet, context, run, trap, &mut effects);
        self.work.add_message(effects.instructions);
        effects
    }

    fn execute_response(&mut self, subnet: &Subnet, response: Response, effects: &mut Effects) {
        let Some(callback) = self.meta.callbacks.remove(&response.callback) else {
            // The canister was uninstalled in between; the cycles still belong to it.
            self.meta.cycles = self.meta.cycles.saturating_add(response.refund);
            return;
        };
        self.meta.cycles = self.meta.cycles.saturating_add(response.refund);
        let (mode, closure) = match response.payload {
            Payload::Reply(_) => (Mode::Reply, callback.reply),
            Payload::Reject(_) => (Mode::Reject, callback.reject),
        };
        let context = self.meta.context_mut(callback.context);
        context.open_calls -= 1;
        let mut input = RunInput::new(mode, context.caller, subnet.update_instructions);
        input.payload = response.payload;
        input.refunded_cycles = response.refund;
        input.available_cycles = context.available_cycles;
        input.deadline_ns = context.origin.deadline_ns();
        input.context_instructions = context.instructions;
        input.responded = context.responded;
        let cleanup_input = RunInput {
            mode: Mode::Cleanup,
            instruction_limit: CLEANUP_INSTRUCTIONS,
            ..input.clone()
        };
        let run = self.prepare(subnet, input);
        let (run, trap) = self.invoke(Target::Closure(closure), run);
        if trap.is_some() {
            self.discard();
            self.clean_up(subnet, &callback, cleanup_input, effects);
        }
        self.finish(subnet, callback.context, run, trap, effects);
    }

    /// Runs the cleanup callback after a callback trapped; its own trap changes nothing.
    fn clean_up(
        &mut self,
        subnet: &Subnet,
        callback: &Callback,
        input: RunInput,
        effects: &mut Effects,
    ) {
        let Some(cleanup) = callback.cleanup else {
            return;
        };
        let run = self.prepare(subnet, input);
        let (mut run, trap) = self.invoke(Target::Closure(cleanup), run);
        effects.instructions += run.instructions();
        match trap {
            None => self.commit(&mut run),
            Some(_) => self.discard(),
        }
    }

    /// Commits or discards a message and settles its call context.
    fn finish(
        &mut self,
        subnet: &Subnet,
        id: ContextId,
        mut run: Box<Run>,
        trap: Option<Trap>,
        effects: &mut Effects,
    ) {
        effects.instructions += run.instructions();
        self.meta.context_mut(id).instructions += run.instructions();
        let rejection = match trap {
            None => {
                self.commit(&mut run);
                self.meta.context_mut(id).available_cycles = run.available_cycles;
                self.make_calls(subnet, id, &mut run, effects);
                self.respond(id, run.response.take(), effects);
                Rejection::did_not_reply(&self.id)
            }
            Some(trap) => {
                self.discard();
                trap.into_rejection(&self.id)
            }
        };
        self.settle_context(id, rejection, effects);
    }

    /// Ends a query that ran as an update: its changes are dropped, its answer is not.
    fn finish_query(
        &mut self,
        id: ContextId,
        mut run: Box<Run>,
        trap: Option<Trap>,
        effects: &mut Effects,
    ) {
        effects.instructions += run.instructions();
        self.discard();
        let rejection = match trap {
            None => {
                self.meta.cycles = run.cycles;
                self.meta.context_mut(id).available_cycles = run.available_cycles;
                self.respond(id, run.response.take(), effects);
                Rejection::did_not_reply(&self.id)
            }
            Some(trap) => trap.into_rejection(&self.id),
        };
        self.settle_context(id, rejection, effects);
    }

    fn make_calls(
        &mut self,
        subnet: &Subnet,
        context: ContextId,
        run: &mut Run,
        effects: &mut Effects,
    ) {
        for call in run.calls.drain(..) {
            let deadline_ns = call.timeout_seconds.map_or(0, |seconds| {
                let timeout_ns = u64::from(seconds) * 1_000_000_000;
                subnet.time_ns.saturating_add(timeout_ns)
            });
            let callback = self.meta.open_callback(Callback {
                context,
                callee: call.callee,
                reply: call.reply,
                reject: call.reject,
                cleanup: call.cleanup,
                deadline_ns,
                answered: false,
            });
            self.meta.context_mut(context).open_calls += 1;
            effects.calls.push((callback, call));
        }
    }

    fn respond(&mut self, id: ContextId, response: Option<Payload>, effects: &mut Effects) {
        let Some(payload) = response else {
            return;
        };
        let context = self.meta.context_mut(id);
        context.responded = true;
        effects.answers.push(Answer {
            origin: context.origin.clone(),
            payload,
            refund: std::mem::take(&mut context.available_cycles),
        });
    }

    /// Closes a call context that awaits nothing; without an answer it is rejected.
    fn settle_context(&mut self, id: ContextId, rejection: Rejection, effects: &mut Effects) {
        let context = self.meta.context_mut(id);
        if context.open_calls > 0 {
            if let (Origin::Ingress { message_id, .. }, false) =
                (&context.origin, context.responded)
            {
                effects.processing = Some(*message_id);
            }
            return;
        }
        if !context.responded {
            self.respond(id, Some(Payload::Reject(rejection)), effects);
        }
        self.meta.contexts.remove(&id);
    }

    /// Rejects every open call context and forgets the callbacks: the code is gone.
    pub(crate) fn reject_contexts(&mut self, rejection: &Rejection) -> Vec<Answer> {
        self.meta.callbacks.clear();
        std::mem::take(&mut self.meta.contexts)
            .into_values()
            .filter(|context| !context.responded)
            .map(|context| Answer {
                origin: context.origin,
                payload: Payload::Reject(rejection.clone()),
                refund: context.available_cycles,
            })
            .collect()
    }
}
