//! What people see of what failed, or goes on after a failure.

use std::collections::HashMap;

use chime_types::limits::{MAXIMUM_RESULT_BYTES, NANOSECONDS};
use chime_types::{ExecutionStatus, Outcome, Rule, Task, TaskExecution, TaskStatus, WaitReason};
use jiff::tz::TimeZone;

use crate::cli::execution::log::{ExecutionLog, ExecutionRow, follow_line};
use crate::cli::execution::show::{execution_details, executions};
use crate::cli::task::list::TaskList;
use crate::cli::task::show::task_details;
use crate::fixtures;
use crate::scheduler::Latest;
use crate::terminal::{Answer, Page};
use crate::words::Clock;

const TRACEBACK: &str = "step 1 failed at attempt 2: exit code 1\nTraceback (most recent call last):\n  \
File \"<string>\", line 1, in <module>\njson.decoder.JSONDecodeError: Expecting property name\n\n";
const CAUSE: &str = "json.decoder.JSONDecodeError: Expecting property name";

fn clock() -> Clock {
    Clock::fixed(1_780_000_000 * NANOSECONDS, TimeZone::UTC)
}

fn text(answer: &impl Answer, width: Option<u16>) -> String {
    let clock = clock();
    answer.text(&Page {
        width,
        colour: false,
        clock: &clock,
    })
}

fn failed(error: &str) -> TaskExecution {
    TaskExecution {
        attempts: vec![
            fixtures::attempt(1, Outcome::Failed, Some("no such host\nby the name")),
            fixtures::attempt(2, Outcome::Failed, Some(error)),
        ],
        error: Some(error.to_string()),
        ..fixtures::execution(ExecutionStatus::Failed)
    }
}

fn retrying() -> TaskExecution {
    TaskExecution {
        status: ExecutionStatus::Waiting,
        waiting_for: Some(WaitReason::RetryBackoff),
        wake_at: Some(clock().now_at() + 284 * NANOSECONDS),
        attempts: vec![fixtures::attempt(1, Outcome::Failed, Some(TRACEBACK))],
        error: None,
        ..failed(TRACEBACK)
    }
}

fn busy() -> Task {
    let mut task = fixtures::task(7, "hourly");
    task.schedules = vec![fixtures::schedule(3, Rule::Once { run_at: None })];
    task.status = TaskStatus::Running;
    task.active_executions = 1;
    task.total_executions = 1;
    task
}

fn latest(executions: Vec<TaskExecution>) -> Latest {
    Latest {
        executions: HashMap::from([(7, executions)]),
        ..Latest::default()
    }
}

#[test]
fn should_show_all_of_what_an_execution_said() {
    let numbered: String = (0..2_000).map(|line| format!("line {line}\n")).collect();
    let whole = &numbered[..MAXIMUM_RESULT_BYTES];
    let mut completed = fixtures::execution(ExecutionStatus::Completed);
    completed.result = Some(whole.into());
    for execution in [failed(whole), completed] {
        for width in [None, Some(80)] {
            let shown = text(&execution_details(None, execution.clone(), None), width);
            for line in whole.lines() {
                assert!(shown.lines().any(|shown| shown.trim() == line), "{line}");
            }
        }
    }
    let shown = text(&execution_details(None, failed(TRACEBACK), None), Some(80));
    assert_eq!(shown.matches(CAUSE).count(), 1, "once:\n{shown}");
    assert!(shown.contains("no such host\n  by the name") || shown.contains("    by the name"));
}

#[test]
fn should_keep_the_cause_of_a_failure_in_every_list() {
    let failed = || failed(TRACEBACK);
    let row = ExecutionRow::from(failed());
    let views = [
        text(&executions(&[busy()], vec![failed()], "execution"), None),
        text(
            &executions(&[busy()], vec![failed()], "execution"),
            Some(160),
        ),
        text(&task_details(busy(), vec![failed()]), None),
        text(&ExecutionLog::new(&busy(), vec![failed()], 1), None),
        follow_line("hourly", &failed(), &clock()),
        row.sentence(),
    ];
    for view in views {
        assert!(view.contains(CAUSE), "{view}");
        assert!(!view.contains("Traceback"), "{view}");
    }
    let log = text(&ExecutionLog::new(&busy(), vec![failed()], 1), None);
    assert_eq!(log.matches(CAUSE).count(), 1, "once:\n{log}");
}

#[test]
fn should_say_that_a_failure_is_tried_again_and_why() {
    let list = TaskList::new(&[busy()], &latest(vec![retrying()]), 0, false);
    let json = serde_json::to_value(&list).unwrap();
    assert_eq!(json["tasks"][0]["state"], "retrying");
    assert_eq!(json["tasks"][0]["last_error"], TRACEBACK);
    let log = ExecutionLog::new(&busy(), vec![retrying()], 1);
    let json = serde_json::to_value(&log).unwrap();
    assert_eq!(json["executions"][0]["error"], TRACEBACK);
    assert_eq!(json["executions"][0]["state"], "retrying");
    let views = [
        text(&log, None),
        text(&executions(&[busy()], vec![retrying()], "execution"), None),
        text(&task_details(busy(), vec![retrying()]), None),
    ];
    for view in views {
        assert!(view.contains("retrying") && view.contains(CAUSE), "{view}");
    }
    assert!(text(&list, None).contains("retrying"));
}

#[test]
fn should_tell_in_the_list_of_tasks_how_the_last_run_ended() {
    let mut task = busy();
    task.status = TaskStatus::Pending;
    task.active_executions = 0;
    task.consecutive_failures = 3;
    let list = TaskList::new(&[task], &Latest::default(), 0, false);
    assert_eq!(
        serde_json::to_value(&list).unwrap()["tasks"][0]["last_result"],
        "failed"
    );
    for width in [None, Some(80)] {
        let shown = text(&list, width);
        assert!(
            shown.contains("LAST RESULT") && shown.contains("failed"),
            "{shown}"
        );
    }
}

#[test]
fn should_not_call_running_what_waits_for_a_worker() {
    let waiting = TaskExecution {
        waiting_for: Some(WaitReason::Worker),
        ..fixtures::execution(ExecutionStatus::Waiting)
    };
    let list = TaskList::new(&[busy()], &latest(vec![waiting.clone()]), 0, false);
    let views = [
        text(&list, None),
        text(&ExecutionLog::new(&busy(), vec![waiting.clone()], 1), None),
        text(&task_details(busy(), vec![waiting]), None),
    ];
    for view in views {
        assert!(view.contains("waiting for a worker"), "{view}");
        assert!(!view.contains("running"), "{view}");
    }
}
