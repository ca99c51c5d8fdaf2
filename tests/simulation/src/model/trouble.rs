//! When something was wrong, so that what came of it is no fault of the scheduler's.

use crate::world::SECOND;

/// What the scheduler has to catch up after the cause is gone.
pub const GRACE: u64 = 60 * SECOND;

/// What was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Messages failed: they trapped or had too few instructions.
    Messages,
    /// Nothing ran: no cycles, stopped, being upgraded, or the clock jumped.
    Stall,
    /// Calls or their answers were lost, late or unknown: also those of the scheduler to itself, for which
    /// its watchdog makes up half a minute later.
    Answers,
    /// Web servers kept silent.
    Web,
    /// Some work trapped whenever it was tried; none but its own may fail for that.
    Poison,
}

#[derive(Clone, Copy, Debug)]
struct Span {
    kind: Kind,
    from: u64,
    /// While it goes on, the end of time.
    until: u64,
}

/// What went wrong, and when.
#[derive(Clone, Debug, Default)]
pub struct Trouble {
    spans: Vec<Span>,
}

impl Trouble {
    /// Something goes wrong from now on.
    pub fn begin(&mut self, kind: Kind, now: u64) {
        self.spans.push(Span {
            kind,
            from: now,
            until: u64::MAX,
        });
    }

    /// Everything is well from now on.
    pub fn end(&mut self, now: u64) {
        for span in &mut self.spans {
            span.until = span.until.min(now);
        }
    }

    /// Something was wrong for a while that is over.
    pub fn note(&mut self, kind: Kind, from: u64, until: u64) {
        self.spans.push(Span { kind, from, until });
    }

    /// Whether something goes wrong now that hits everybody.
    #[must_use]
    pub fn is_open(&self) -> bool {
        let mut open = self.spans.iter().filter(|span| span.until == u64::MAX);
        open.any(|span| span.kind != Kind::Poison)
    }

    /// Whether whatever writes something poisonous traps now.
    #[must_use]
    pub fn is_poisoned(&self) -> bool {
        let mut open = self.spans.iter().filter(|span| span.until == u64::MAX);
        open.any(|span| span.kind == Kind::Poison)
    }

    /// Whether work may have been late or have failed between two times.
    #[must_use]
    pub fn stalled(&self, from: u64, until: u64) -> bool {
        self.any(from, until, GRACE, |kind| {
            matches!(kind, Kind::Messages | Kind::Stall | Kind::Answers)
        })
    }

    /// Whether messages may have failed between two times.
    #[must_use]
    pub fn trapped(&self, from: u64, until: u64) -> bool {
        self.any(from, until, GRACE, |kind| {
            matches!(kind, Kind::Messages | Kind::Poison)
        })
    }

    /// Whether a call that was out between two times may have ended in another way than its callee
    /// says.
    #[must_use]
    pub fn disturbed(&self, from: u64, until: u64) -> bool {
        self.any(from, until, GRACE, |kind| kind != Kind::Web)
    }

    /// Whether web servers kept silent between two times.
    #[must_use]
    pub fn web_was_silent(&self, from: u64, until: u64) -> bool {
        self.any(from, until, 0, |kind| kind == Kind::Web)
    }

    fn any(&self, from: u64, until: u64, grace: u64, of: impl Fn(Kind) -> bool) -> bool {
        self.spans.iter().any(|span| {
            of(span.kind) && span.from <= until && from <= span.until.saturating_add(grace)
        })
    }
}
