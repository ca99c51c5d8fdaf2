//! The thing that people mean: by its id or by its name.
//!
//! A number is an id, and no other thing than the one that has it: a script that is run again must not
//! reach what nobody named. Only principals, which are long and random, may be given by their beginning.

use std::time::Duration;

use chime_types::{
    Alert, Backup, EmptyRequest, ExecutionRequest, Role, Task, TaskExecution, TaskRequest,
    TaskSchedule, User,
};
use tokio::time::timeout;

use super::{Canister, Scheduler};
use crate::candid_json::near;
use crate::error::{Error, Kind, Result};

/// Candidates named in an error about an ambiguous selector.
const CANDIDATES_SHOWN: usize = 5;
/// How long tasks of others are looked for where they are only to be named.
const PATIENCE: Duration = Duration::from_secs(3);
/// Shortest beginning of a principal that stands for it: its first group.
const LEAST_BEGINNING: usize = 5;

impl<C: Canister> Scheduler<C> {
    /// The caller's task with this id, or else with this name.
    ///
    /// # Errors
    /// `NotFound` if there is none, or if there are several.
    pub async fn find_task(&self, selector: &str) -> Result<Task> {
        if let Some(task_id) = id(selector) {
            match self.get_task(&TaskRequest { task_id }).await {
                Err(error) if error.kind() == Kind::NotFound => {}
                answer => return answer,
            }
        }
        match choose(&TASKS, selector, self.all_tasks().await?) {
            Err(error) => Err(self.naming_others(selector, error).await),
            found => found,
        }
    }

    /// The error about a task that the caller does not have, with those of others that are called so, for
    /// who sees them. What is named must not be another owner's without that being said.
    async fn naming_others(&self, selector: &str, error: Error) -> Error {
        let others = async {
            let me = self.get_me(&EmptyRequest {}).await?;
            let mut others = match me.role {
                Role::Admin | Role::Operator | Role::Viewer => self.tasks_of_all(|_| ()).await?,
                Role::User | Role::Worker => Vec::new(),
            };
            others.retain(|task| task.owner != me.principal && task.name == selector);
            Ok::<_, Error>(others)
        };
        // The error is right without them.
        match timeout(PATIENCE, others).await {
            Ok(Ok(others)) if !others.is_empty() => of_others(selector, &others),
            Ok(Ok(_) | Err(_)) | Err(_) => error,
        }
    }

    /// The execution with this id, or else the latest one of the task with this name.
    ///
    /// # Errors
    /// `NotFound` if there is none, or if there are several.
    pub async fn find_execution(&self, selector: &str) -> Result<TaskExecution> {
        if let Some(execution_id) = id(selector) {
            match self.get_execution(&ExecutionRequest { execution_id }).await {
                Err(error) if error.kind() == Kind::NotFound => {}
                answer => return answer,
            }
        }
        let tasks = self.all_tasks().await?;
        if let Some(task) = tasks.iter().find(|task| task.name == selector) {
            let latest = self.executions(task.id, None, 1).await?;
            return latest.into_iter().next().ok_or_else(|| {
                Error::new(
                    Kind::NotFound,
                    format!("task {} ({}) has not run yet", task.id, task.name),
                    format!("run it with `chime task run {}`", task.id),
                )
            });
        }
        let names: Vec<_> = tasks.iter().map(|task| task.name.as_str()).collect();
        let error = EXECUTIONS.none(selector, &names);
        Err(self.naming_others(selector, error).await)
    }

    /// The caller's alert with this id or name.
    ///
    /// # Errors
    /// `NotFound` if there is none, or if there are several.
    pub async fn find_alert(&self, selector: &str) -> Result<Alert> {
        choose(&ALERTS, selector, self.all_alerts().await?)
    }

    /// The caller's backup with this id; `latest` is the newest that is complete.
    ///
    /// # Errors
    /// `NotFound` if there is none, or if there are several.
    pub async fn find_backup(&self, selector: &str) -> Result<Backup> {
        let mut backups = self.all_backups().await?;
        if selector == LATEST {
            backups.retain(|backup| backup.completed_at.is_some());
            return backups.pop().ok_or_else(|| BACKUPS.none(selector, &[]));
        }
        choose(&BACKUPS, selector, backups)
    }

    /// The registered user with this principal, the beginning of it, or this name.
    ///
    /// # Errors
    /// `NotFound` if there is none, or if there are several.
    pub async fn find_user(&self, selector: &str) -> Result<User> {
        choose(&USERS, selector, self.all_users().await?)
    }
}

/// A task is another owner's: its name stands for it no more than a number stands for another id.
fn of_others(selector: &str, others: &[Task]) -> Error {
    let shown = others.iter().take(CANDIDATES_SHOWN);
    let shown = shown.map(|task| format!("task {} of {}", task.id, task.owner));
    let mut shown: Vec<_> = shown.collect();
    if others.len() > CANDIDATES_SHOWN {
        shown.push("…".to_string());
    }
    Error::new(
        Kind::NotFound,
        format!(
            "no task of yours is called {selector:?}, but {} is",
            shown.join(", ")
        ),
        "give its id: names stand for tasks of your own only",
    )
}

/// The schedule of a task with this id or name.
///
/// # Errors
/// `NotFound` if there is none, or if there are several.
pub fn find_schedule(task: &Task, selector: &str) -> Result<TaskSchedule> {
    choose(&SCHEDULES, selector, task.schedules.clone())
}

/// The selector of the newest backup.
const LATEST: &str = "latest";

/// Things that people name.
trait Selectable {
    fn id(&self) -> String;
    fn name(&self) -> Option<&str>;
}

macro_rules! selectable {
    ($($thing:ty: $item:ident => $id:expr, $name:expr;)*) => {$(
        impl Selectable for $thing {
            fn id(&self) -> String {
                let $item = self;
                $id.to_string()
            }

            fn name(&self) -> Option<&str> {
                let $item = self;
                $name
            }
        }
    )*};
}

selectable! {
    Task: task => task.id, Some(&task.name);
    TaskSchedule: schedule => schedule.id, schedule.name.as_deref();
    Alert: alert => alert.id, Some(&alert.name);
    Backup: backup => backup.id, {
        let _ = backup;
        None
    };
    User: user => user.principal, user.name.as_deref();
}

/// Words for errors about a kind of things.
struct Words {
    one: &'static str,
    several: &'static str,
    fix: &'static str,
}

const TASKS: Words = Words {
    one: "task of yours has the id or name",
    several: "tasks",
    fix: "list your tasks, and give an id or a name from there; those of other owners are not shown",
};
const SCHEDULES: Words = Words {
    one: "schedule of the task has the id or name",
    several: "schedules",
    fix: "list the schedules of the task, and give an id or a name from there",
};
const EXECUTIONS: Words = Words {
    one: "execution of yours has the id, and no task the name,",
    several: "executions",
    fix: "list the executions of the task, and give an id from there",
};
const ALERTS: Words = Words {
    one: "alert of yours has the id or name",
    several: "alerts",
    fix: "list your alerts, and give an id or a name from there",
};
const BACKUPS: Words = Words {
    one: "backup of yours has the id",
    several: "backups",
    fix: "list your backups, and give an id from there, or make a backup first",
};
const USERS: Words = Words {
    one: "registered user has the principal or name",
    several: "users",
    fix: "list the users, and give a principal or a name from there",
};

impl Words {
    fn none(&self, selector: &str, names: &[&str]) -> Error {
        let rule = format!("no {} {selector:?}", self.one);
        let fix = match near(selector, names).as_slice() {
            // Whoever gave digits meant an id, not a name that is near.
            near if near.is_empty() || is_number(selector) => self.fix.to_string(),
            near => format!("did you mean {}? Otherwise {}", near.join(", "), self.fix),
        };
        Error::new(Kind::NotFound, rule, fix)
    }
}

/// An id wins over a name, and a name over the beginning of a principal.
fn choose<T: Selectable>(words: &Words, selector: &str, items: Vec<T>) -> Result<T> {
    let by = |test: &dyn Fn(&T) -> bool| items.iter().filter(|item| test(item)).count();
    let is_id = |item: &T| item.id() == selector;
    let is_named = |item: &T| item.name() == Some(selector);
    let begins = |item: &T| is_beginning(selector, &item.id());
    let test: &dyn Fn(&T) -> bool = match (by(&is_id), by(&is_named)) {
        (1.., _) => &is_id,
        (0, 1..) => &is_named,
        (0, 0) => &begins,
    };
    if !items.iter().any(test) {
        let names: Vec<_> = items.iter().filter_map(Selectable::name).collect();
        return Err(words.none(selector, &names));
    }
    one(
        words,
        selector,
        items.into_iter().filter(|item| test(item)).collect(),
    )
}

/// The id that a selector is: as ids are written, and in no other way.
fn id(selector: &str) -> Option<u64> {
    let selector = selector.trim();
    let id: u64 = selector.parse().ok()?;
    (id.to_string() == selector).then_some(id)
}

/// Whether something with this id may be meant by the beginning of it.
fn is_beginning(selector: &str, id: &str) -> bool {
    !is_number(id) && selector.len() >= LEAST_BEGINNING && id.starts_with(selector)
}

fn is_number(selector: &str) -> bool {
    !selector.is_empty() && selector.bytes().all(|byte| byte.is_ascii_digit())
}

fn one<T: Selectable>(words: &Words, selector: &str, mut candidates: Vec<T>) -> Result<T> {
    if candidates.len() > 1 {
        let mut ids: Vec<_> = candidates
            .iter()
            .take(CANDIDATES_SHOWN)
            .map(Selectable::id)
            .collect();
        if candidates.len() > CANDIDATES_SHOWN {
            ids.push("…".to_string());
        }
        let things = words.several;
        // Like a name that there is not: the thing that is meant was not found.
        return Err(Error::new(
            Kind::NotFound,
            format!("{selector:?} is ambiguous: {things} {}", ids.join(", ")),
            "give the whole id of the one that is meant",
        ));
    }
    candidates.pop().ok_or_else(|| words.none(selector, &[]))
}

#[cfg(test)]
mod tests {
    use chime_types as types;

    use super::*;
    use crate::fixtures::task;
    use crate::scheduler::Manner;

    fn tasks() -> Vec<Task> {
        vec![
            task(7, "backup"),
            task(41, "backup"),
            task(42, "report"),
            task(51, "4"),
        ]
    }

    #[test]
    fn should_find_the_only_one() {
        for (selector, id) in [("report", 42), ("4", 51), ("7", 7)] {
            assert_eq!(
                choose(&TASKS, selector, tasks()).unwrap().id,
                id,
                "{selector}"
            );
        }
    }

    #[test]
    fn should_not_take_a_number_for_the_beginning_of_another_id() {
        for selector in ["1", "5", "04", "+7", "42 ", "4_2", "0x2a", "51st"] {
            let error = choose(&TASKS, selector, tasks()).unwrap_err();
            assert_eq!(error.kind(), Kind::NotFound, "{selector}");
        }
        for (selector, expected) in [("7", Some(7)), (" 7 ", Some(7)), ("07", None), ("+7", None)] {
            assert_eq!(id(selector), expected, "{selector}");
        }
    }

    #[test]
    fn should_take_the_beginning_of_a_principal_that_tells_it_apart() {
        let user = "g6nfu-ganzv-dlidz-lsayr-5drqk-7tbsh-sgyjw-rqb5e-xjklf-6zdky-lae";
        assert!(is_beginning("g6nfu", user));
        assert!(!is_beginning("g6nf", user), "too short");
        assert!(!is_beginning("g6nfv", user));
        assert!(!is_beginning("10000", "1000001"), "an id is a number");
    }

    #[test]
    fn should_say_why_there_is_not_one() {
        for (selector, kind) in [
            ("backup", Kind::NotFound),
            ("rep", Kind::NotFound),
            ("9", Kind::NotFound),
            ("", Kind::NotFound),
        ] {
            let error = choose(&TASKS, selector, tasks()).unwrap_err();
            assert_eq!(error.kind(), kind, "{selector}");
        }
        let error = choose(&TASKS, "backup", tasks()).unwrap_err();
        assert_eq!(error.rule(), "\"backup\" is ambiguous: tasks 7, 41");
    }

    #[test]
    fn should_suggest_only_names_that_are_alike() {
        let fix = |selector| {
            let error = choose(&TASKS, selector, tasks()).unwrap_err();
            error.fix().to_string()
        };
        assert!(fix("reprot").starts_with("did you mean report? Otherwise list"));
        for unlike in ["99", "discord", "zzz"] {
            assert_eq!(fix(unlike), TASKS.fix, "{unlike}");
        }
    }

    #[test]
    fn should_show_only_some_of_many() {
        let many = (100..200).map(|id| task(id, "x")).collect();
        let error = choose(&TASKS, "x", many).unwrap_err();
        assert_eq!(
            error.rule(),
            "\"x\" is ambiguous: tasks 100, 101, 102, 103, 104, …"
        );
    }

    /// A scheduler whose caller is a viewer without tasks, and where somebody else has one.
    struct Shared {
        role: Role,
    }

    impl Canister for Shared {
        async fn call(&self, _: Manner, method: &str, arguments: Vec<u8>) -> Result<Vec<u8>> {
            let theirs = || Task {
                owner: candid::Principal::from_slice(&[7]),
                ..task(7, "report")
            };
            let refused = |kind| types::Error::new(kind, "no", "ask for something else");
            let bytes = match method {
                "get_me" => {
                    let me = User {
                        role: self.role,
                        ..crate::fixtures::user()
                    };
                    candid::encode_one(types::UserResult::Ok(me))
                }
                "get_my_tasks" => {
                    let asked: types::GetMyTasksRequest = candid::decode_one(&arguments).unwrap();
                    let is_theirs = asked.owner == Some(theirs().owner);
                    candid::encode_one(types::GetMyTasksResult::Ok(types::TaskPage {
                        tasks: is_theirs.then(theirs).into_iter().collect(),
                        next_cursor: None,
                        total_tasks: 0,
                    }))
                }
                "get_task" => {
                    let asked: TaskRequest = candid::decode_one(&arguments).unwrap();
                    candid::encode_one(match asked.task_id {
                        7 => types::TaskResult::Ok(theirs()),
                        _ => types::TaskResult::Err(refused(types::ErrorKind::NotFound)),
                    })
                }
                "list_users" => {
                    let refused = refused(types::ErrorKind::Forbidden);
                    candid::encode_one(types::ListUsersResult::Err(refused))
                }
                "get_stats" => {
                    candid::encode_one(types::GetStatsResult::Ok(crate::fixtures::stats(0)))
                }
                other => panic!("{other} was called"),
            };
            Ok(bytes.unwrap())
        }

        async fn interface_text(&self, _: candid::Principal) -> Result<Option<String>> {
            Ok(None)
        }
    }

    #[tokio::test]
    async fn should_say_whose_a_task_is_that_the_caller_only_sees() {
        for (role, is_named) in [
            (Role::Viewer, true),
            (Role::Operator, true),
            (Role::User, false),
        ] {
            let scheduler = Scheduler::of(Shared { role });
            for error in [
                scheduler.find_task("report").await.unwrap_err(),
                scheduler.find_execution("report").await.unwrap_err(),
            ] {
                assert_eq!(error.kind(), Kind::NotFound);
                assert_eq!(error.rule().contains("task 7 of "), is_named, "{error}");
            }
            let other = scheduler.find_task("reports").await.unwrap_err();
            assert!(other.rule().starts_with("no task of yours has"), "{other}");
        }
    }
}
