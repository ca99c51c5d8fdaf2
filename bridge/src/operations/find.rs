//! The task that people mean: by its id, by its name, or by the first digits of its id.

use chime_types::{Task, TaskRequest};

use super::Scheduler;
use crate::error::{Error, Kind, Result};

/// Candidates named in an error about an ambiguous selector.
const CANDIDATES_SHOWN: usize = 5;

impl Scheduler {
    /// The caller's task with this id, or with this name, or the only one whose id begins so.
    ///
    /// An id wins over a name, and a name over the beginning of an id.
    ///
    /// # Errors
    /// `NotFound` if there is none, `Usage` if there are several.
    pub async fn find_task(&self, selector: &str) -> Result<Task> {
        if let Ok(task_id) = selector.parse() {
            match self.get_task(&TaskRequest { task_id }).await {
                Err(error) if error.kind() == Kind::NotFound => {}
                answer => return answer,
            }
        }
        choose(selector, self.all_tasks().await?)
    }
}

fn choose(selector: &str, tasks: Vec<Task>) -> Result<Task> {
    let (named, others): (Vec<_>, Vec<_>) =
        tasks.into_iter().partition(|task| task.name == selector);
    let candidates = if named.is_empty() && is_number(selector) {
        others
            .into_iter()
            .filter(|task| task.id.to_string().starts_with(selector))
            .collect()
    } else {
        named
    };
    one(selector, candidates)
}

fn is_number(selector: &str) -> bool {
    !selector.is_empty() && selector.bytes().all(|byte| byte.is_ascii_digit())
}

fn one(selector: &str, mut candidates: Vec<Task>) -> Result<Task> {
    if candidates.len() > 1 {
        let mut ids: Vec<_> = candidates
            .iter()
            .take(CANDIDATES_SHOWN)
            .map(|task| task.id.to_string())
            .collect();
        if candidates.len() > CANDIDATES_SHOWN {
            ids.push("…".to_string());
        }
        return Err(Error::new(
            Kind::Usage,
            format!(
                "{} tasks go by {selector:?}: {}",
                candidates.len(),
                ids.join(", ")
            ),
            "give the whole id of the one that is meant",
        ));
    }
    candidates.pop().ok_or_else(|| {
        Error::new(
            Kind::NotFound,
            format!("no task of yours has the id or name {selector:?}"),
            "list your tasks; those of other owners are not shown",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::fixtures::task;

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
        for (selector, id) in [("report", 42), ("5", 51), ("4", 51), ("7", 7)] {
            assert_eq!(choose(selector, tasks()).unwrap().id, id, "{selector}");
        }
    }

    #[test]
    fn should_say_why_there_is_not_one() {
        for (selector, kind) in [
            ("backup", Kind::Usage),
            ("rep", Kind::NotFound),
            ("9", Kind::NotFound),
            ("", Kind::NotFound),
        ] {
            let error = choose(selector, tasks()).unwrap_err();
            assert_eq!(error.kind(), kind, "{selector}");
        }
        let error = choose("backup", tasks()).unwrap_err();
        assert_eq!(error.rule(), "2 tasks go by \"backup\": 7, 41");
    }

    #[test]
    fn should_show_only_some_of_many() {
        let many = (100..200).map(|id| task(id, "x")).collect();
        let error = choose("1", many).unwrap_err();
        assert_eq!(
            error.rule(),
            "100 tasks go by \"1\": 100, 101, 102, 103, 104, …"
        );
    }
}
