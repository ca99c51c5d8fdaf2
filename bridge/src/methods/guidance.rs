//! When a tool of the scheduler is the one to take, and which other is: what the documentation of a
//! method, which stands alone, has no reason to say.

/// What is said after the documentation of a method.
pub(super) fn of(method: &str) -> Option<&'static str> {
    Some(match method {
        "create_task" => "See what a schedule means with preview_schedule before.",
        "get_task" => "For its settings; how it stands and what is wrong with it: task_overview.",
        "update_task" => {
            "Its name, steps, retries, limits. For when it runs take update_schedule: lists here \
             replace all."
        }
        "get_my_tasks" => "To find a task, or to see which need attention: task_overview.",
        "add_schedule" => "To change one that it has: update_schedule.",
        "set_schedule" => "The whole task: pause_task. Other times: update_schedule.",
        "list_backfills" => "What they made: get_task_executions.",
        "get_task_executions" => "Why one failed: explain_failure.",
        "get_execution" => "Everything of one; why it failed: explain_failure.",
        "get_stats" => "How tasks stand: task_overview.",
        "update_alert" => "Whether it arrives: test_alert.",
        "delete_alert" => "To silence it for a while: update_alert.",
        "pause_task" => "One schedule only: set_schedule.",
        _ => return None,
    })
}
