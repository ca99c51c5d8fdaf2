//! What changed, told to everybody who listens: one feed for all sessions.

use futures::future::BoxFuture;

use crate::feed::{self, Shared};

/// Something changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The list of tools.
    Tools,
    /// The list of prompts.
    Prompts,
    /// The list of resources.
    Resources,
    /// What a resource shows.
    Resource(String),
    /// Nobody can tell what: some changes were missed.
    Anything,
}

/// Tells the changes, from when it is started until it is dropped.
pub type Feed = dyn Fn(Teller) -> BoxFuture<'static, ()> + Send + Sync;

/// Where a feed tells its changes.
pub type Teller = feed::Teller<Change>;

/// The changes of all that a server offers.
pub struct Changes(Shared<Change>);

impl Changes {
    /// Changes that a feed tells.
    #[must_use]
    pub fn new(feed: Box<Feed>) -> Self {
        Self(Shared::new(feed))
    }

    /// Changes that only [`Changes::teller`] tells.
    #[must_use]
    pub fn silent() -> Self {
        Self::new(Box::new(|_| Box::pin(std::future::pending())))
    }

    /// Tells changes beside the feed.
    #[must_use]
    pub fn teller(&self) -> Teller {
        self.0.teller()
    }

    /// Every change from now on. Must be called within a runtime.
    #[must_use]
    pub fn listen(&self) -> Listener {
        Listener(self.0.listen())
    }
}

/// One who listens.
pub struct Listener(feed::Listener<Change>);

impl Listener {
    /// The next change.
    pub async fn next(&mut self) -> Change {
        self.0.next().await.unwrap_or(Change::Anything)
    }
}
