//! A dry run: changes made on the store of a query, which the network throws away after it. So no rule stands
//! anywhere a second time: each change is made by its method's own work. Nothing is armed or charged.

use chime_types::{Change, Changed, DryRun, DryRunRequest, Error, TriedChange, limits};

use crate::methods::{budget, try_change};
use crate::request::Request;
use crate::runtime::{IcRuntime, Runtime};
use crate::service::codices::Next;
use crate::service::{self, Caller};
use crate::state::State;
use crate::{StableStore, caller, driver};

/// Makes the changes one upon the other, as many as a query may.
pub fn try_all(request: Request<DryRunRequest>) -> Result<DryRun, Error> {
    driver::Store::with(StableStore, |state| {
        let caller = caller(state)?;
        let changes = request.decode("dry_run")?.changes;
        service::check_changes(&changes)?;
        state.trial.begin();
        let mut outcomes = Vec::new();
        let mut bytes = 0;
        for change in changes {
            let outcome = match try_change(state, caller, change) {
                Ok(changed) => {
                    state.trial.changed();
                    TriedChange::Ok(changed)
                }
                Err(error) => TriedChange::Err(error),
            };
            bytes += at_most(&outcome);
            if bytes > limits::MAXIMUM_DRY_RUN_BYTES && !outcomes.is_empty() {
                break;
            }
            outcomes.push(outcome);
            if budget().is_spent() {
                break;
            }
        }
        Ok(DryRun { outcomes })
    })
}

/// Bytes that it takes in an answer, at most. In CBOR the names of fields come on top, and in Candid the types
/// of all changes would be written for each.
fn at_most(outcome: &TriedChange) -> usize {
    let bytes = cbor4ii::serde::to_vec(Vec::new(), outcome);
    bytes.expect("BUG: an answer can be encoded").len()
}

/// `put_codex` without a runner: as if what it compiles were right. All other changes were tried before.
pub fn try_codex(state: &mut State, caller: Caller, change: Change) -> Result<Changed, Error> {
    let Change::put_codex(request) = change else {
        unreachable!("BUG: a method that changes something stands in no table");
    };
    let stored = match service::codices::draft(state, caller, request)? {
        Next::Stored(codex) => *codex,
        Next::Compile(draft) => {
            service::codices::store(state, caller, IcRuntime.now(), draft, false)?
        }
        Next::Download { .. } => {
            return Err(Error::invalid(
                "url",
                "nothing is downloaded in a dry run",
                "give the code itself, or call put_codex",
            ));
        }
    };
    Ok(Changed::put_codex(stored))
}
