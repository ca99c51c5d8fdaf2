//! The built-in actions: work on the store itself, done in slices, each in a message of its own,
//! so that a long one never comes near the limit of a message.
//!
//! Between two slices everything may happen: the task is changed, cancelled or deleted, the program
//! is upgraded. So a slice finds all it needs in the `progress` of its execution, trusts nothing of
//! what it saw before, and leaves the store consistent.
//!
//! What is done for all owners is for admins. That is checked when the step is made, since whether
//! its maker controls the canister is known only then. At each slice it is refused if the owner is
//! registered with another role, and, if the step names a registered action, unless the owner is
//! registered as an admin: whoever defined that action is somebody else.

mod analytics;
mod backup;
mod cleanup;
pub mod maintenance;
mod slices;

use chime_types::{Action, Cause, Message, Role, limits};

use super::resolve::step_of;
use super::{Budget, Failure, Outcome};
use crate::state::State;
use crate::state::keys::{ExecutionId, Token};
use crate::state::records::TaskRecord;

pub use backup::is_being_written;
use slices::Slice;

/// What a built-in action does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Builtin {
    /// Puts a message into the owner's inbox.
    Inbox(Message),
    /// Any of `cleanup`, `backup`, `analytics`, `maintenance`.
    Action(Action),
}

impl Builtin {
    /// The built-in work of an action.
    ///
    /// # Errors
    /// If it is none, in words.
    pub fn of(action: &Action) -> Result<Self, Failure> {
        match action {
            Action::Cleanup { .. }
            | Action::Backup { .. }
            | Action::Analytics { .. }
            | Action::Maintenance { .. } => Ok(Self::Action(action.clone())),
            _ => Err(Failure::new(
                Cause::UnfitAction,
                "this action is not built in",
            )),
        }
    }
}

/// Does a slice of the work of an attempt, from the `progress` of its execution on. None if the
/// attempt is over. At least one piece of the work is done, however small the budget.
pub fn advance(
    state: &mut State,
    now: u64,
    id: ExecutionId,
    token: Token,
    builtin: &Builtin,
    budget: &Budget<'_>,
) -> Option<Outcome> {
    let execution = state
        .execution(id)
        .filter(|found| found.token == Some(token))?;
    let task = state.task(execution.task_id)?;
    let action = match builtin {
        Builtin::Inbox(message) => return Some(put_into_inbox(state, &task, message.clone())),
        Builtin::Action(action) => action,
    };
    let is_named = matches!(step_of(state, &execution).action, Action::Named { .. });
    if is_for_admins(action)
        && let Err(failure) = check_admin(state, &task, is_named)
    {
        return Some(Outcome::Failed(failure));
    }
    let mut slice = Slice {
        state,
        now,
        execution_id: id,
        task,
        budget,
        progress: execution.progress,
    };
    Some(match action {
        Action::Cleanup { .. } => slice.run::<cleanup::Cleanup>(action),
        Action::Backup { .. } => slice.run::<backup::Backup>(action),
        Action::Analytics { .. } => slice.run::<analytics::Analytics>(action),
        Action::Maintenance { .. } => slice.run::<maintenance::Maintenance>(action),
        other => panic!("BUG: {other:?} is not built in"),
    })
}

fn put_into_inbox(state: &mut State, task: &TaskRecord, mut message: Message) -> Outcome {
    message.id = state.new_other_id();
    let result = serde_json::json!({ "message_id": message.id }).to_string();
    state.add_message(task.owner, message, limits::MAXIMUM_INBOX);
    Outcome::Completed { result, log: None }
}

/// Whether an action concerns all owners.
pub(super) const fn is_for_admins(action: &Action) -> bool {
    matches!(
        action,
        Action::Maintenance { .. }
            | Action::Cleanup {
                all_owners: Some(true),
                ..
            }
            | Action::Backup {
                all_owners: Some(true),
                ..
            }
    )
}

fn check_admin(state: &State, task: &TaskRecord, is_named: bool) -> Result<(), Failure> {
    let role = state.user(task.owner).map(|user| user.role);
    match role {
        Some(Role::Admin) => Ok(()),
        None if !is_named => Ok(()),
        _ => {
            let role = role.unwrap_or_default().name();
            let text = format!(
                "only for admins: the owner of this task has the role {role}; see put_user"
            );
            Err(Failure::new(Cause::NotAllowed, text))
        }
    }
}
