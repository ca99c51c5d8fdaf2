//! How a job is told to end: it is asked first, and then forced to.

use tokio::sync::watch;

/// Why a job has to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Its time-out is near.
    TimedOut,
    /// Somebody asked for it, for this reason.
    Cancelled(String),
    /// The scheduler may soon give it to another worker, or already has.
    LeaseLost,
    /// The worker stops and hands it back.
    HandedBack,
}

#[derive(Clone, Debug)]
enum Stage {
    GoOn,
    Asked(Reason),
    Forced(Reason),
}

/// Tells a handler when its job has to end.
///
/// A handler that ignores it is dropped, about five seconds after it was asked.
#[derive(Clone, Debug)]
pub struct Ending(watch::Receiver<Stage>);

impl Ending {
    /// Resolves when the job is asked to end.
    pub async fn asked(&mut self) -> Reason {
        self.reason(|stage| match stage {
            Stage::GoOn => None,
            Stage::Asked(reason) | Stage::Forced(reason) => Some(reason.clone()),
        })
        .await
    }

    /// Whether the job was asked to end.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        !matches!(*self.0.borrow(), Stage::GoOn)
    }

    /// Resolves when the job has to end at once.
    pub async fn forced(&mut self) -> Reason {
        self.reason(|stage| match stage {
            Stage::GoOn | Stage::Asked(_) => None,
            Stage::Forced(reason) => Some(reason.clone()),
        })
        .await
    }

    async fn reason(&mut self, of: impl Fn(&Stage) -> Option<Reason>) -> Reason {
        loop {
            if let Some(reason) = of(&self.0.borrow_and_update()) {
                return reason;
            }
            // Whoever could ask is gone: nobody will.
            if self.0.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

/// The other side of an [`Ending`].
#[derive(Debug)]
pub(super) struct Ender(watch::Sender<Stage>);

impl Ender {
    /// A job that goes on, and how its handler hears of its end.
    pub fn new() -> (Self, Ending) {
        let (sender, receiver) = watch::channel(Stage::GoOn);
        (Self(sender), Ending(receiver))
    }

    /// Asks. The first reason holds.
    pub fn ask(&self, reason: Reason) {
        self.0.send_if_modified(|stage| {
            let first = matches!(stage, Stage::GoOn);
            if first {
                *stage = Stage::Asked(reason);
            }
            first
        });
    }

    /// Forces, for the reason for which it was asked, else for this one.
    pub fn force(&self, reason: Reason) {
        self.0.send_if_modified(|stage| {
            let reason = match stage {
                Stage::GoOn => reason,
                Stage::Asked(asked) => asked.clone(),
                Stage::Forced(_) => return false,
            };
            *stage = Stage::Forced(reason);
            true
        });
    }

    /// Why it has to end, if it has.
    pub fn reason(&self) -> Option<Reason> {
        match &*self.0.borrow() {
            Stage::GoOn => None,
            Stage::Asked(reason) | Stage::Forced(reason) => Some(reason.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn should_ask_before_it_forces_and_keep_the_first_reason() {
        let (ender, mut ending) = Ender::new();
        assert_eq!(ender.reason(), None);
        assert!(!ending.is_asked());
        ender.ask(Reason::TimedOut);
        assert!(ending.is_asked());
        ender.ask(Reason::HandedBack);
        assert_eq!(ending.asked().await, Reason::TimedOut);
        ender.force(Reason::LeaseLost);
        assert_eq!(ending.forced().await, Reason::TimedOut);
        assert_eq!(ender.reason(), Some(Reason::TimedOut));
    }
}
