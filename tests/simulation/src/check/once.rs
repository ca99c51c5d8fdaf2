//! Each attempt arrives at its callee once, and none after the one that completed.

use std::collections::BTreeMap;

use chime_types::{ExecutionContext, Outcome};

use super::Record;
use crate::model::Model;
use crate::perform::Run;
use crate::story::StepKind;
use crate::violation::{Rule, Violation, ensure};

/// What the callee was told, by token.
pub type Received = BTreeMap<u64, ExecutionContext>;

/// What the callee was told since the scheduler was set back.
pub fn received(run: &mut Run) -> Result<Received, Violation> {
    let contexts: Vec<ExecutionContext> = run.world.ask_callee("contexts");
    let mut received = Received::new();
    for context in contexts.into_iter().skip(run.model.forgotten_calls) {
        let other = received.insert(context.fencing_token, context.clone());
        ensure!(
            other.is_none(),
            Once,
            "an attempt reached the callee twice: {context:?}"
        );
    }
    Ok(received)
}

/// Holds the attempts of a task against what the callee was told.
pub fn check(model: &Model, history: &Record, received: &Received) -> Result<(), Violation> {
    let task = &model.tasks[&history.task.id];
    for execution in &history.executions {
        for attempt in &execution.attempts {
            let is_traced = task
                .kinds(attempt.step)
                .all(|step| step.what == StepKind::Traced);
            if !is_traced {
                continue;
            }
            match received.get(&attempt.fencing_token) {
                Some(context) => ensure!(
                    context.execution_id == execution.id
                        && context.step == attempt.step
                        && context.attempt == attempt.number
                        && context.scheduled_at == execution.scheduled_at,
                    Once,
                    "{context:?} for {attempt:?} of {execution:?}"
                ),
                None if attempt.outcome == Outcome::Completed
                    && execution.created_after(model.set_back_at) =>
                {
                    let text = format!("completed, and never arrived: {attempt:?}");
                    return Err(Violation::new(Rule::Once, text));
                }
                None => {}
            }
        }
    }
    Ok(())
}

trait CreatedAfter {
    fn created_after(&self, at: u64) -> bool;
}

impl CreatedAfter for chime_types::TaskExecution {
    /// Whether all of its attempts began after a time.
    fn created_after(&self, at: u64) -> bool {
        self.started_at.is_some_and(|started| started > at)
    }
}
