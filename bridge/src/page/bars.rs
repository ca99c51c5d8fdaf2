//! The last runs of a task as bars: coloured by how they ended, and shaped by it too.

use std::collections::BTreeMap;

use chime_types::{ExecutionStatus, TaskExecution};
use maud::{Markup, html};

use super::parts::class;
use crate::words::execution_state;

/// Runs that are shown.
pub const SHOWN: usize = 20;

const WIDTH: usize = 10;
const HEIGHT: usize = 24;

/// The bars of executions, which come with the newest first and are shown with it last.
pub(super) fn bars(executions: &[TaskExecution]) -> Markup {
    let shown: Vec<_> = executions.iter().take(SHOWN).rev().collect();
    if shown.is_empty() {
        return html! { span .faint { "no run yet" } };
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for execution in &shown {
        *counts.entry(execution.status.name()).or_default() += 1;
    }
    let words: Vec<_> = counts
        .iter()
        .map(|(name, count)| format!("{count} {}", name.replace('_', " ")))
        .collect();
    let label = format!("The last {} runs: {}", shown.len(), words.join(", "));
    html! {
        svg .bars role="group" aria-label=(label) viewBox={ "0 0 " (SHOWN * WIDTH) " " (HEIGHT) } {
            @for (index, execution) in shown.iter().enumerate() {
                a href={ "/executions/" (execution.id) } tabindex="-1"
                    aria-label={ "Run " (execution.id) ", " (execution_state(execution)) } {
                    title { "Run " (execution.id) ", " (execution_state(execution)) }
                    (bar(index * WIDTH, execution.status))
                }
            }
        }
    }
}

/// Whole for what completed, crossed for what failed, half for what was stopped, hollow for what did not
/// run, an outline for what goes on.
fn bar(x: usize, status: ExecutionStatus) -> Markup {
    let (left, right) = (x + 1, x + 8);
    let fill = format!("{}-fill", class(status));
    html! {
        @match status {
            ExecutionStatus::Completed => rect class=(fill) x=(left) y="2" width="7" height="20" {},
            ExecutionStatus::Failed | ExecutionStatus::TimedOut => {
                rect class=(fill) x=(left) y="12" width="7" height="10" {}
                path .bad-stroke d={ "M" (left) " 2L" (right) " 9M" (right) " 2L" (left) " 9" } {}
            },
            ExecutionStatus::Cancelled => rect class=(fill) x=(left) y="12" width="7" height="10" {},
            ExecutionStatus::Skipped => rect .off-stroke x=(left) y="16" width="7" height="6" {},
            ExecutionStatus::Missed => path .bad-stroke d={ "M" (left) " 19H" (right) } {},
            ExecutionStatus::Running => rect .busy-stroke x=(left) y="3" width="6" height="18" {},
            ExecutionStatus::Ready | ExecutionStatus::Waiting => {
                circle class=(fill) cx=(x + 4) cy="18" r="3" {}
            },
        }
    }
}
