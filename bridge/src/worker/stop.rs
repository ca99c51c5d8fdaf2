//! How a worker is told to stop: it finishes what it holds, or hands it back.

use std::sync::Arc;

use tokio::sync::watch;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Work,
    Finish,
    HandBack,
}

/// Stops a worker. Clones stop the same one.
#[derive(Clone, Debug)]
pub struct Stop(Arc<watch::Sender<Stage>>);

impl Default for Stop {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(Stage::Work)))
    }
}

impl Stop {
    /// Claims nothing more; what is running is let finish, within the time of the configuration.
    pub fn finish(&self) {
        self.advance(Stage::Finish);
    }

    /// Ends what is running and hands it back: another worker may have it at once.
    pub fn hand_back(&self) {
        self.advance(Stage::HandBack);
    }

    fn advance(&self, to: Stage) {
        self.0.send_if_modified(|stage| {
            let later = to > *stage;
            *stage = to.max(*stage);
            later
        });
    }

    /// Whether nothing more is to be claimed.
    pub(super) fn is_asked(&self) -> bool {
        *self.0.borrow() != Stage::Work
    }

    /// Resolves when nothing more is to be claimed.
    pub(super) async fn asked(&self) {
        self.reached(Stage::Finish).await;
    }

    /// Resolves when everything is to be handed back.
    pub(super) async fn handing_back(&self) {
        self.reached(Stage::HandBack).await;
    }

    async fn reached(&self, stage: Stage) {
        let mut receiver = self.0.subscribe();
        receiver
            .wait_for(|now| *now >= stage)
            .await
            .map(|_| ())
            .expect("BUG: the sender is held here");
    }
}
