//! Who may do what. A [`Caller`] exists only after it was admitted; what it may do to a task is
//! asked with [`task_for`], so a task that is in hand was allowed.

use candid::Principal;
use chime_types::{Error, ErrorKind, Role};

use crate::state::State;
use crate::state::keys::{ExecutionId, TaskId};
use crate::state::records::{ExecutionRecord, TaskRecord};

/// A caller with a name. Whoever holds it has been checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Who it is.
    pub principal: Principal,
    /// What it may do.
    pub role: Role,
    /// It controls the canister: its tasks may spend cycles and manage canisters.
    pub is_controller: bool,
    /// The scheduler itself.
    pub scheduler: Principal,
}

/// What is to be done to a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Look at it.
    See,
    /// Pause, resume, run, cancel or replay it.
    Operate,
    /// Change or remove it.
    Change,
}

impl Caller {
    /// Admits a caller under its role. The anonymous principal is never admitted; whoever is not
    /// registered is a user, if the configuration is open to everybody.
    pub fn admit(
        state: &State,
        principal: Principal,
        is_controller: bool,
        scheduler: Principal,
    ) -> Result<Self, Error> {
        if principal == Principal::anonymous() {
            return Err(Error::new(
                ErrorKind::Unauthenticated,
                "the anonymous principal may neither read nor write",
                "call with an identity",
            ));
        }
        let user = state.user(principal);
        let role = match user {
            _ if is_controller => Role::Admin,
            Some(user) if user.disabled => {
                return Err(Error::new(
                    ErrorKind::Forbidden,
                    "this user is disabled",
                    "ask an admin to enable it with put_user (`disabled = false`)",
                ));
            }
            Some(user) => user.role,
            None if state.config().open_to_everybody => Role::User,
            None => {
                return Err(Error::new(
                    ErrorKind::Forbidden,
                    format!("only registered users are admitted, and {principal} is none"),
                    "ask an admin to register you with put_user",
                ));
            }
        };
        Ok(Self {
            principal,
            role,
            is_controller,
            scheduler,
        })
    }

    /// May everything.
    pub fn is_admin(&self) -> bool {
        self.role == Role::Admin
    }

    /// May see the tasks of all owners.
    pub fn sees_all(&self) -> bool {
        matches!(self.role, Role::Admin | Role::Operator | Role::Viewer)
    }

    /// May have tasks.
    fn may_own(&self) -> bool {
        self.role.has_tasks()
    }

    /// May claim and finish the jobs of all owners.
    pub fn serves_all(&self) -> bool {
        self.role.serves_all()
    }

    /// Refuses whoever may not claim and finish jobs, not even its own.
    pub fn need_worker(&self) -> Result<(), Error> {
        if self.serves_all() || self.may_own() {
            return Ok(());
        }
        Err(self.forbidden("a viewer claims and finishes no jobs"))
    }

    /// Refuses whoever is no admin.
    pub fn need_admin(&self) -> Result<(), Error> {
        if self.is_admin() {
            return Ok(());
        }
        Err(self.forbidden("only an admin may do this"))
    }

    /// Refuses whoever may not have tasks.
    pub fn need_owner(&self) -> Result<(), Error> {
        if self.may_own() {
            return Ok(());
        }
        Err(self.forbidden("only a user, an operator or an admin may do this"))
    }

    /// Refuses whoever may not see the tasks of `owner`, and returns whose to show: the
    /// caller's if nobody is named.
    pub fn need_sight_of(&self, owner: Option<Principal>) -> Result<Principal, Error> {
        match owner {
            Some(owner) if owner != self.principal && !self.sees_all() => {
                Err(self.forbidden("only an admin, an operator or a viewer may see other owners"))
            }
            _ if self.role == Role::Worker => {
                Err(self.forbidden("a worker may only claim and finish jobs"))
            }
            Some(owner) => Ok(owner),
            None => Ok(self.principal),
        }
    }

    fn forbidden(&self, rule: &str) -> Error {
        Error::new(
            ErrorKind::Forbidden,
            format!("{rule}; your role is {}", self.role.name()),
            "ask an admin to do it, or to give you another role with put_user",
        )
    }
}

/// A task that the caller may do this to. Tasks that it may not see do not exist for it.
pub fn task_for(state: &State, caller: Caller, need: Need, id: u64) -> Result<TaskRecord, Error> {
    let task = state
        .task(TaskId(id))
        .filter(|task| task.deleted_at.is_none())
        .filter(|task| task.owner == caller.principal || caller.sees_all())
        .ok_or_else(|| not_found("task_id", "task", id, "list your tasks with get_my_tasks"))?;
    let is_own = task.owner == caller.principal && caller.may_own();
    let is_allowed = match need {
        Need::See => caller.role != Role::Worker,
        Need::Operate => is_own || matches!(caller.role, Role::Admin | Role::Operator),
        Need::Change => is_own || caller.is_admin(),
    };
    if is_allowed {
        return Ok(task);
    }
    Err(caller.forbidden(if task.owner == caller.principal {
        "a viewer and a worker change no tasks, not even those that they had before"
    } else {
        "this task belongs to somebody else"
    }))
}

/// An execution and its task, if the caller may do this to them.
pub fn execution_for(
    state: &State,
    caller: Caller,
    need: Need,
    id: u64,
) -> Result<(ExecutionRecord, TaskRecord), Error> {
    let unknown = || {
        let fix = "list executions with get_task_executions; old ones are removed";
        not_found("execution_id", "execution", id, fix)
    };
    let execution = state.execution(ExecutionId(id)).ok_or_else(unknown)?;
    match task_for(state, caller, need, execution.task_id.0) {
        Ok(task) => Ok((execution, task)),
        Err(error) if error.kind == ErrorKind::NotFound => Err(unknown()),
        Err(error) => Err(error),
    }
}

/// Something that does not exist for the caller.
pub fn not_found(field: &str, what: &str, id: u64, fix: &str) -> Error {
    Error {
        field: Some(field.to_string()),
        ..Error::new(
            ErrorKind::NotFound,
            format!("there is no {what} {id} of yours"),
            fix,
        )
    }
}

/// A limit of an owner that is used up.
pub fn limit_exceeded(rule: impl Into<String>, fix: &str) -> Error {
    Error::new(ErrorKind::LimitExceeded, rule, fix)
}

/// The state of something does not allow it.
pub fn conflict(field: &str, rule: impl Into<String>, fix: &str) -> Error {
    Error {
        field: Some(field.to_string()),
        ..Error::new(ErrorKind::Conflict, rule, fix)
    }
}
