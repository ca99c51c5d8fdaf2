//! The attempts of an execution along time: what ran, and what was waited for between.

use chime_types::{Attempt, Outcome, TaskExecution};
use maud::{Markup, html};

use crate::words::took;

const ROW: u64 = 26;

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

/// The attempts; nothing if there was none.
pub(super) fn waterfall(execution: &TaskExecution, now_at: u64) -> Markup {
    let attempts = &execution.attempts;
    let Some(first) = attempts.first() else {
        return html! { p .faint { "No attempt began yet." } };
    };
    let end = attempts
        .iter()
        .map(|it| it.finished_at.unwrap_or(now_at))
        .max();
    let whole = Span {
        from: execution.scheduled_at.min(first.started_at),
        to: end.unwrap_or(now_at),
    };
    let rows = attempts.len() as u64;
    let label = format!(
        "{rows} attempts in {}, the waiting before each in grey",
        took(whole.length())
    );
    html! {
        svg .waterfall role="img" aria-label=(label) viewBox={ "0 0 " (PARTS) " " (rows * ROW) }
            height=(rows * ROW) preserveAspectRatio="none" {
            @for (index, attempt) in attempts.iter().enumerate() {
                (row(whole, attempts, index, attempt, now_at))
            }
        }
        p .faint { "From " (took(0)) " to " (took(whole.length())) "; grey is waiting." }
    }
}

fn row(whole: Span, attempts: &[Attempt], index: usize, attempt: &Attempt, now_at: u64) -> Markup {
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
    let y = index as u64 * ROW + 4;
    let ((pause, pause_width), (x, width)) = (whole.parts(waited), whole.parts(ran));
    let fill = format!("{}-fill", class(attempt.outcome));
    html! {
        @if waited.length() > 0 {
            rect .pause x=(pause) y=(y + 6) width=(pause_width) height="6" {
                title { "waited " (took(waited.length())) }
            }
        }
        rect class=(fill) x=(x) y=(y) width=(width) height="18" {
            title { "step " (attempt.step + 1) ", attempt " (attempt.number) ": " (took(ran.length())) }
        }
    }
}

/// The class of colours of an outcome.
pub(super) const fn class(outcome: Outcome) -> &'static str {
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
