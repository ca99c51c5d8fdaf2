//! Which tasks of a list are shown, and in which order.

use std::cmp::Reverse;

use chime_types::Task;

use crate::cli::ListArguments;
use crate::scheduler::Latest;
use crate::words::{last_result, task_state};

/// The tasks that were asked for, and how many more there are.
pub(in crate::cli) fn selected(
    tasks: Vec<Task>,
    latest: &Latest,
    arguments: &ListArguments,
) -> (Vec<Task>, usize) {
    let named = |task: &Task| {
        let wanted = arguments.name.as_deref().unwrap_or_default().to_lowercase();
        task.name.to_lowercase().contains(&wanted)
    };
    let stands = |task: &Task| {
        let executions = latest.of(task);
        let state = task_state(task, executions);
        match arguments.status.as_deref() {
            None => true,
            // What failed last is what is looked for, however it stands now.
            Some("failed") => state == "failed" || last_result(task, executions) == Some("failed"),
            Some("waiting") => state.starts_with("waiting") || state == "snoozed",
            Some(status) => state == status,
        }
    };
    let mut shown: Vec<_> = tasks
        .into_iter()
        .filter(|task| named(task) && stands(task))
        .collect();
    match arguments.sort.as_deref() {
        Some("name") => shown.sort_by_key(|task| task.name.to_lowercase()),
        Some("status") => shown.sort_by_key(|task| task_state(task, latest.of(task))),
        Some("last") => shown.sort_by_key(|task| Reverse(task.last_run_at)),
        Some("next") => shown.sort_by_key(|task| (task.next_run_at.is_none(), task.next_run_at)),
        _ => shown.sort_by_key(|task| task.id),
    }
    let most = arguments.limit.unwrap_or(usize::MAX);
    let more = shown.len().saturating_sub(most);
    shown.truncate(most);
    (shown, more)
}

/// Whether some tasks only are asked for.
pub(in crate::cli) const fn selects(arguments: &ListArguments) -> bool {
    arguments.status.is_some() || arguments.name.is_some() || arguments.limit.is_some()
}

#[cfg(test)]
mod tests {
    use chime_types::TaskStatus;
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command, PsCommand};
    use crate::fixtures::task;

    fn arguments(words: &[&str]) -> ListArguments {
        let cli = Cli::try_parse_from([&["chime", "ps", "ls"], words].concat()).unwrap();
        match cli.command {
            Command::Ps(PsCommand::Ls(arguments)) => arguments,
            other => panic!("{other:?}"),
        }
    }

    fn shown(words: &[&str]) -> (Vec<u64>, usize) {
        let mut failed = task(1, "Report");
        failed.consecutive_failures = 2;
        failed.next_run_at = Some(9);
        let mut paused = task(2, "backup");
        paused.status = TaskStatus::Paused;
        let mut early = task(3, "report again");
        early.next_run_at = Some(3);
        let all = vec![failed, paused, early];
        let (shown, more) = selected(all, &Latest::default(), &arguments(words));
        (shown.iter().map(|task| task.id).collect(), more)
    }

    #[test]
    fn should_filter_sort_and_limit() {
        assert_eq!(shown(&[]), (vec![1, 2, 3], 0));
        assert_eq!(shown(&["--status", "failed"]), (vec![1], 0));
        assert_eq!(shown(&["--status", "paused"]), (vec![2], 0));
        assert_eq!(shown(&["--name", "report"]), (vec![1, 3], 0));
        assert_eq!(shown(&["--sort", "name"]), (vec![2, 1, 3], 0));
        assert_eq!(shown(&["--sort", "next"]), (vec![3, 1, 2], 0));
        assert_eq!(shown(&["-n", "1"]), (vec![1], 2));
        assert_eq!(shown(&["--name", "report", "--limit", "1"]), (vec![1], 1));
    }
}
