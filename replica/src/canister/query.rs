//! What changes nothing: queries, composite queries and the inspection of ingress messages.

use std::collections::VecDeque;

use candid::Principal;
use ic_error_types::ErrorCode;

use super::{Canister, Subnet};
use crate::engine::Target;
use crate::limits::INSPECT_INSTRUCTIONS;
use crate::memory::StableOverlay;
use crate::state::Payload;
use crate::sys::{Mode, OutgoingCall, Run, RunInput, Trap};
use crate::{Ingress, Rejection};

/// A query call.
#[derive(Clone, Debug)]
pub(crate) struct QueryCall {
    pub sender: Principal,
    pub method: String,
    pub arg: Vec<u8>,
    pub certificate: Option<Vec<u8>>,
}

/// A composite query between its messages. Its canister holds uncommitted changes until
/// [`Canister::end_composite`].
pub(crate) struct Composite {
    caller: Principal,
    stable: StableOverlay,
    calls: VecDeque<OutgoingCall>,
    response: Option<Payload>,
    instructions_left: u64,
}

/// What a composite query needs next.
pub(crate) enum CompositeStep {
    Call(OutgoingCall),
    Done(Result<Vec<u8>, Rejection>),
}

fn into_result(payload: Payload) -> Result<Vec<u8>, Rejection> {
    match payload {
        Payload::Reply(bytes) => Ok(bytes),
        Payload::Reject(rejection) => Err(rejection),
    }
}

impl Canister {
    /// Whether the method is a composite query rather than a plain one.
    pub(crate) fn is_composite(&self, method: &str) -> bool {
        self.exports(&format!("canister_composite_query {method}"))
    }

    fn check_queryable(&self) -> Result<(), Rejection> {
        self.check_callable()?;
        match self.missing_cycles() {
            Some(_) => Err(Rejection::frozen_for_queries(&self.id)),
            None => Ok(()),
        }
    }

    /// Counts an answer of a query or composite query.
    pub(crate) fn count_answer(&mut self, answer: &Result<Vec<u8>, Rejection>) {
        let bytes = match answer {
            Ok(reply) => reply.len(),
            Err(rejection) => rejection.message.len(),
        };
        self.query_figures.response_bytes += bytes as u64;
    }

    /// Runs a plain query.
    pub(crate) fn query(&mut self, subnet: &Subnet, call: QueryCall) -> Result<Vec<u8>, Rejection> {
        self.query_as(subnet, Mode::Query, call)
    }

    /// Runs a query on the response to an HTTPS outcall.
    pub(crate) fn transform(
        &mut self,
        subnet: &Subnet,
        call: QueryCall,
    ) -> Result<Vec<u8>, Rejection> {
        self.query_as(subnet, Mode::Transform, call)
    }

    fn query_as(
        &mut self,
        subnet: &Subnet,
        mode: Mode,
        call: QueryCall,
    ) -> Result<Vec<u8>, Rejection> {
        self.check_queryable()?;
        let export = format!("canister_query {}", call.method);
        if !self.exports(&export) {
            return Err(Rejection::method_not_found(&self.id, "query", &call.method));
        }
        let (mut run, trap) = self.run_query(subnet, mode, &export, call);
        self.discard();
        if let Some(trap) = trap {
            return Err(trap.into_rejection(&self.id));
        }
        let response = run.response.take();
        response.map_or_else(|| Err(Rejection::did_not_reply(&self.id)), into_result)
    }

    fn run_query(
        &mut self,
        subnet: &Subnet,
        mode: Mode,
        export: &str,
        call: QueryCall,
    ) -> (Box<Run>, Option<Trap>) {
        self.query_figures.calls += 1;
        self.query_figures.request_bytes += call.arg.len() as u64;
        let mut input = RunInput::new(mode, call.sender, subnet.query_instructions);
        input.method = call.method;
        input.payload = Payload::Reply(call.arg);
        let mut run = self.prepare(subnet, input);
        run.environment.certificate = call.certificate;
        let (run, trap) = self.invoke(Target::Export(export), run);
        self.work.add_message(run.instructions());
        self.query_figures.instructions += run.instructions();
        (run, trap)
    }

    /// Runs the first message of a composite query.
    pub(crate) fn begin_composite(
        &mut self,
        subnet: &Subnet,
        call: QueryCall,
    ) -> Result<Composite, Rejection> {
        self.check_queryable()?;
        let export = format!("canister_composite_query {}", call.method);
        let caller = call.sender;
        let (run, trap) = self.run_query(subnet, Mode::CompositeQuery, &export, call);
        if let Some(trap) = trap {
            self.discard();
            return Err(trap.into_rejection(&self.id));
        }
        let mut composite = Composite {
            caller,
            stable: StableOverlay::default(),
            calls: VecDeque::new(),
            response: None,
            instructions_left: 0,
        };
        composite.take(run);
        Ok(composite)
    }

    /// Runs the callback of a call that a composite query made.
    pub(crate) fn continue_composite(
        &mut self,
        subnet: &Subnet,
        composite: &mut Composite,
        call: &OutgoingCall,
        answer: Result<Vec<u8>, Rejection>,
    ) -> Result<(), Rejection> {
        let (mode, closure) = match &answer {
            Ok(_) => (Mode::CompositeReply, call.reply),
            Err(_) => (Mode::CompositeReject, call.reject),
        };
        let mut input = RunInput::new(mode, composite.caller, composite.instructions_left);
        input.payload = answer.into();
        input.context_instructions = subnet.query_instructions - composite.instructions_left;
        input.responded = composite.response.is_some();
        let cleanup_input = RunInput {
            mode: Mode::CompositeCleanup,
            ..input.clone()
        };
        let mut run = self.prepare(subnet, input);
        run.stable = std::mem::take(&mut composite.stable);
        let (run, trap) = self.invoke(Target::Closure(closure), run);
        self.work.add_message(run.instructions());
        match trap {
            Some(trap) => {
                self.clean_up_composite(subnet, call, cleanup_input);
                Err(trap.into_rejection(&self.id))
            }
            None => {
                composite.take(run);
                Ok(())
            }
        }
    }

    /// Runs the cleanup callback after a callback trapped. It sees the canister as it was before the
    /// query: nothing that it does is kept, so that only what it prints tells the difference.
    fn clean_up_composite(&mut self, subnet: &Subnet, call: &OutgoingCall, input: RunInput) {
        self.discard();
        if let Some(cleanup) = call.cleanup {
            let run = self.prepare(subnet, input);
            let (run, _) = self.invoke(Target::Closure(cleanup), run);
            self.work.add_message(run.instructions());
        }
    }

    /// The next call of a composite query, or its end.
    pub(crate) fn next_of_composite(&self, composite: &mut Composite) -> CompositeStep {
        match (composite.calls.pop_front(), &composite.response) {
            (Some(call), None) => CompositeStep::Call(call),
            (_, Some(payload)) => CompositeStep::Done(into_result(payload.clone())),
            (None, None) => CompositeStep::Done(Err(Rejection::did_not_reply(&self.id))),
        }
    }

    /// Drops the changes of a composite query.
    pub(crate) fn end_composite(&mut self) {
        self.discard();
    }

    /// Asks the canister whether it accepts an ingress message.
    pub(crate) fn inspect(&mut self, subnet: &Subnet, ingress: &Ingress) -> Result<(), Rejection> {
        const EXPORT: &str = "canister_inspect_message";
        if !self.exports(EXPORT) {
            return Ok(());
        }
        let mut input = RunInput::new(Mode::Inspect, ingress.sender, INSPECT_INSTRUCTIONS);
        input.method.clone_from(&ingress.method);
        input.payload = Payload::Reply(ingress.arg.clone());
        let run = self.prepare(subnet, input);
        let (run, trap) = self.invoke(Target::Export(EXPORT), run);
        self.discard();
        match trap {
            Some(trap) => Err(trap.into_rejection(&self.id)),
            None if run.accepted => Ok(()),
            None => Err(Rejection::new(
                ErrorCode::CanisterRejectedMessage,
                format!("Canister {} rejected the message", self.id),
            )),
        }
    }
}

impl Composite {
    /// Takes over what a message of the query did.
    fn take(&mut self, mut run: Box<Run>) {
        self.instructions_left = run.fuel;
        self.stable = std::mem::take(&mut run.stable);
        self.calls.extend(run.calls.drain(..));
        self.response = self.response.take().or(run.response.take());
    }
}
