//! Executes messages: requests and responses. Every entry point is atomic.

use candid::Principal;
use ic_error_types::ErrorCode;

use super::{Answer, Canister, Effects, Subnet};
use crate::Rejection;
use crate::engine::Target;
use crate::limits::CLEANUP_INSTRUCTIONS;
use crate::management::check_sender_version;
use crate::state::{
    CallContext, Callback, ContextId, Input, Origin, Payload, Request, Response, RunState,
};
use crate::sys::{Mode, OutgoingCall, Run, RunInput, Trap};

impl Canister {
    /// Executes one message from the queues.
    pub(crate) fn execute(&mut self, subnet: &Subnet, input: Input) -> Effects {
        let mut effects = Effects::default();
        match input {
            Input::Request(request) => self.execute_paid_request(subnet, request, &mut effects),
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
                ErrorCode::CompositeQueryCalledInReplicatedMode,
                "Composite query cannot be called in replicated mode",
            ));
        }
        Err(Rejection::method_not_found(&self.id, "update", method))
    }

    /// Executes a request that can be paid for, or rejects it.
    fn execute_paid_request(&mut self, subnet: &Subnet, request: Request, effects: &mut Effects) {
        match self.prepay(subnet) {
            Ok(prepaid) => {
                self.execute_request(subnet, request, effects);
                self.settle_prepayment(subnet, prepaid, effects.instructions);
            }
            Err(rejection) => effects.answers.push(Answer {
                origin: request.origin,
                payload: Payload::Reject(rejection),
                refund: request.cycles,
            }),
        }
    }

    /// Whether another canister sends as many cycles as this one wants to have with each call.
    fn check_minimum_cycles(&self, request: &Request) -> Result<(), Rejection> {
        let minimum = self.meta.settings.minimum_incoming_canister_call_cycles;
        let is_exempt = match request.origin {
            Origin::Call { caller, .. } => caller == self.id,
            Origin::Ingress { .. } | Origin::System => true,
        };
        if is_exempt || request.cycles >= minimum {
            return Ok(());
        }
        Err(Rejection::new(
            ErrorCode::CanisterContractViolation,
            format!(
                "Canister {} requires at least {minimum} transferred cycles for a call from \
                 another canister, but only {} were transferred.",
                self.id, request.cycles
            ),
        ))
    }

    fn check_request(&self, request: &Request) -> Result<(String, Mode), Rejection> {
        let entry_point = self.entry_point(&request.method)?;
        self.check_minimum_cycles(request)?;
        self.check_cycles()?;
        if let Some(trap) = self.heap_over_limit(entry_point.1, self.heap_bytes()) {
            return Err(trap.into_rejection(&self.id));
        }
        Ok(entry_point)
    }

    fn execute_request(&mut self, subnet: &Subnet, request: Request, effects: &mut Effects) {
        let (export, mode) = match self.check_request(&request) {
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
        if mode == Mode::Update {
            input.deadline_ns = request.origin.deadline_ns();
        }
        let context = self.open_context(request.origin, request.caller, request.cycles);
        let (run, trap) = self.invoke(Target::Export(&export), self.prepare(subnet, input));
        if mode == Mode::ReplicatedQuery {
            self.finish_query(context, run, trap, effects);
        } else {
            self.finish(subnet, context, run, trap, effects);
        }
    }

    pub(super) fn open_context(
        &mut self,
        origin: Origin,
        caller: Principal,
        cycles: u128,
    ) -> ContextId {
        self.meta.open_context(CallContext {
            origin,
            caller,
            available_cycles: cycles,
            instructions: 0,
            responded: false,
            open_calls: 0,
        })
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
        let payload_bytes = response.payload.len();
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
        self.settle_response(callback.prepaid, payload_bytes, effects.instructions);
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
    pub(super) fn finish(
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
                self.meta.version += 1;
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
        let version = run.environment.version;
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
                prepaid: call.prepaid,
                answered: false,
            });
            self.meta.context_mut(context).open_calls += 1;
            match check_call(&call, version) {
                Ok(()) => effects.calls.push((callback, call)),
                Err(rejection) => effects.answers.push(Answer {
                    origin: Origin::Call {
                        caller: self.id,
                        callback,
                        deadline_ns,
                    },
                    payload: Payload::Reject(rejection),
                    refund: call.cycles,
                }),
            }
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

/// Refuses a call of the management canister that lies about its caller.
fn check_call(call: &OutgoingCall, version: u64) -> Result<(), Rejection> {
    if call.callee != Principal::management_canister() {
        return Ok(());
    }
    check_sender_version(&call.method, &call.arg, version)
}
