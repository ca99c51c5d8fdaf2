//! Automatic progress: the time of an instance follows the wall clock, what is due is executed,
//! and HTTPS outcalls are made for real.
//!
//! An instance whose time is ahead of the wall clock stays ahead: time never goes back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::limits::{PROGRESS_PAUSE, PROGRESS_ROUNDS};
use super::machine::Machine;
use crate::CanisterHttpRequest;
use crate::server::Outcalls;
use crate::server::clock::now_ns;
use crate::server::commands::Desk;
use crate::server::outcalls::perform;

/// How an instance goes on by itself.
pub(super) struct Progress {
    ahead_ns: u64,
    delay: Duration,
    last: Option<Instant>,
    outcalls: UnboundedSender<CanisterHttpRequest>,
    next_outcall: u64,
}

impl Machine {
    /// Begins to make progress; when this returns the time is that of the wall clock, unless it
    /// was ahead, and is certified. Answers to outcalls come through `desk`.
    pub(super) fn start_progress(
        &mut self,
        delay: Duration,
        runtime: &Handle,
        desk: Arc<dyn Desk>,
    ) {
        let policy = Outcalls {
            allowed: true,
            hosts: Vec::new(),
            loopback_http: true,
        };
        let (outcalls, requests) = unbounded_channel();
        // It ends with the sender, which is dropped when progress stops.
        runtime.spawn(perform(policy, requests, desk));
        self.progress = Some(Progress {
            ahead_ns: self.replica.time_ns().saturating_sub(now_ns()),
            delay,
            last: None,
            outcalls,
            next_outcall: 0,
        });
        self.make_progress();
        self.refresh();
    }

    /// How long the thread may sleep before there is progress to be made.
    pub(super) fn pause(&self) -> Option<Duration> {
        let progress = self.progress.as_ref()?;
        let wake_ns = self.replica.next_wake_at().unwrap_or(u64::MAX);
        let due = Duration::from_nanos(wake_ns.saturating_sub(progress.time_ns()));
        Some(due.min(PROGRESS_PAUSE).max(progress.pause()))
    }

    /// Lets the time follow and executes what is due.
    pub(super) fn make_progress(&mut self) {
        let Some(progress) = &mut self.progress else {
            return;
        };
        self.replica.set_time_ns(progress.time_ns());
        if !progress.pause().is_zero() {
            return;
        }
        progress.last = Some(Instant::now());
        let rounds = if progress.delay.is_zero() {
            PROGRESS_ROUNDS
        } else {
            1
        };
        self.replica.run_until_idle(rounds);
        for request in self.replica.canister_http_from(progress.next_outcall) {
            progress.next_outcall = request.request_id + 1;
            // Without a receiver the server is ending.
            let _ = progress.outcalls.send(request);
        }
    }
}

impl Progress {
    fn time_ns(&self) -> u64 {
        now_ns().saturating_add(self.ahead_ns)
    }

    /// What is left of the artificial delay.
    fn pause(&self) -> Duration {
        let passed = self.last.map_or(Duration::MAX, |last| last.elapsed());
        self.delay.saturating_sub(passed)
    }
}
