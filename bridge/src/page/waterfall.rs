//! The attempts of an execution along time: what ran, and what was waited for between.

use chime_types::{Attempt, Outcome, Task, TaskExecution};
use maud::{Markup, html};

use super::parts::shown;
use crate::words::{took, word};

/// Parts of the width, so that no figure of a point is needed.
const PARTS: u64 = 1_000;

/// From when to when something lasted.
#[derive(Clone, Copy)]
struct Span {
    from: u64,
    to: u64,
}

impl Span {
    const fn length(self) -> u64 {
        self.to.saturating_sub(self.from)
    }

    /// Where another one begins in it and how long that is, in parts; at least one, so that it is seen.
    fn parts(self, other: Self) -> (u64, u64) {
        let whole = u128::from(self.length().max(1));
        let part = |length: u64| {
            let part = u128::from(length) * u128::from(PARTS) / whole;
            u64::try_from(part).unwrap_or(PARTS).min(PARTS)
        };
        let (x, width) = (
            part(other.from.saturating_sub(self.from)),
            part(other.length()),
        );
        (x.min(PARTS - 4), width.max(4))
    }
}

/// The attempts, with the names of their steps; nothing if there was none.
pub(super) fn waterfall(task: &Task, execution: &TaskExecution, now_at: u64) -> Markup {
    let attempts = &execution.attempts;
    let Some(first) = attempts.first() else {
        return html! {
            p .faint { @if execution.status.is_final() { "None began." } @else { "None began yet." } }
        };
    };
    let end = attempts
        .iter()
        .map(|it| it.finished_at.unwrap_or(now_at))
        .max();
    let whole = Span {
        from: execution.scheduled_at.min(first.started_at),
        to: end.unwrap_or(now_at),
    };
    html! {
        dl .waterfall {
            @for (index, attempt) in attempts.iter().enumerate() {
                dt { (step_name(task, attempt.step)) @if attempt.number > 1 { ", attempt " (attempt.number) } }
                dd { (row(whole, attempts, index, now_at)) }
            }
            dt aria-hidden="true" {}
            dd .axis { span { "0 s" } span { "grey is waiting" } span { (took(whole.length())) } }
        }
    }
}

/// What a step is called: its number, and its name if it has one.
pub(super) fn step_name(task: &Task, step: u32) -> String {
    let index = usize::try_from(step).unwrap_or(usize::MAX);
    let named = task.steps.get(index).and_then(|it| it.name.as_deref());
    match named {
        Some(name) => format!("{}: {}", step + 1, shown(name)),
        None => format!("Step {}", step + 1),
    }
}

fn row(whole: Span, attempts: &[Attempt], index: usize, now_at: u64) -> Markup {
    let attempt = &attempts[index];
    let before = match index.checked_sub(1).and_then(|it| attempts.get(it)) {
        Some(last) => last.finished_at.unwrap_or(attempt.started_at),
        None => whole.from,
    };
    let waited = Span {
        from: before.min(attempt.started_at),
        to: attempt.started_at,
    };
    let ran = Span {
        from: attempt.started_at,
        to: attempt.finished_at.unwrap_or(now_at),
    };
    let ((pause, pause_width), (x, width)) = (whole.parts(waited), whole.parts(ran));
    let label = format!(
        "waited {}, then ran for {}: {}",
        took(waited.length()),
        took(ran.length()),
        word(&attempt.outcome)
    );
    let fill = format!("{}-fill", class(attempt.outcome));
    html! {
        svg role="img" aria-label=(label) viewBox={ "0 0 " (PARTS) " 24" } preserveAspectRatio="none" {
            title { (label) }
            @if waited.length() > 0 {
                rect .pause x=(pause) y="9" width=(pause_width) height="6" {}
            }
            rect class=(fill) x=(x) y="3" width=(width) height="18" {}
        }
    }
}

/// The class of colours of an outcome.
const fn class(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Completed => "good",
        Outcome::Failed | Outcome::TimedOut | Outcome::Unknown | Outcome::Lost => "bad",
        Outcome::Running => "busy",
        Outcome::Cancelled => "off",
        Outcome::Snoozed => "wait",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_lay_spans_out_within_the_whole() {
        let whole = Span { from: 100, to: 200 };
        let parts = |from, to| whole.parts(Span { from, to });
        assert_eq!(parts(100, 200), (0, 1_000));
        assert_eq!(parts(150, 175), (500, 250));
        assert_eq!(parts(200, 200), (996, 4), "what took no time is seen too");
        assert_eq!(
            Span { from: 5, to: 5 }.parts(Span { from: 5, to: 5 }),
            (0, 4)
        );
    }
}
