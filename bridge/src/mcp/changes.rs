//! What changed, told to everybody who listens: one feed for all sessions.
//!
//! The feed runs while somebody listens: it starts with the first listener and is stopped with the
//! last, so a server that nobody listens to asks nobody anything.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use futures::future::BoxFuture;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinHandle;

/// Changes that a slow listener may be behind; after more it is told that anything may have changed.
const BACKLOG_CHANGES: usize = 1_024;

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
#[derive(Clone)]
pub struct Teller(broadcast::Sender<Change>);

impl Teller {
    /// Tells everybody who listens.
    pub fn tell(&self, change: Change) {
        // An error means that nobody listens, and then nobody misses it.
        let _ = self.0.send(change);
    }
}

/// The changes of all that a server offers.
pub struct Changes {
    teller: Teller,
    feed: Box<Feed>,
    feeding: Mutex<Weak<Feeding>>,
}

/// A running feed; it ends with the last listener that holds it.
struct Feeding(JoinHandle<()>);

impl Drop for Feeding {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Changes {
    /// Changes that a feed tells.
    #[must_use]
    pub fn new(feed: Box<Feed>) -> Self {
        Self {
            teller: Teller(broadcast::channel(BACKLOG_CHANGES).0),
            feed,
            feeding: Mutex::default(),
        }
    }

    /// Changes that only [`Changes::teller`] tells.
    #[must_use]
    pub fn silent() -> Self {
        Self::new(Box::new(|_| Box::pin(std::future::pending())))
    }

    /// Tells changes beside the feed.
    #[must_use]
    pub fn teller(&self) -> Teller {
        self.teller.clone()
    }

    /// Every change from now on. Must be called within a runtime.
    #[must_use]
    pub fn listen(&self) -> Listener {
        let receiver = self.teller.0.subscribe();
        let mut feeding = self.feeding.lock().unwrap_or_else(PoisonError::into_inner);
        let running = feeding.upgrade().unwrap_or_else(|| {
            let started = Arc::new(Feeding(tokio::spawn((self.feed)(self.teller.clone()))));
            *feeding = Arc::downgrade(&started);
            started
        });
        Listener {
            receiver,
            _feeding: running,
        }
    }
}

/// One who listens.
pub struct Listener {
    receiver: broadcast::Receiver<Change>,
    _feeding: Arc<Feeding>,
}

impl Listener {
    /// The next change.
    pub async fn next(&mut self) -> Change {
        match self.receiver.recv().await {
            Ok(change) => change,
            Err(RecvError::Lagged(_)) => Change::Anything,
            // The server itself is gone.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Counts its starts and how many of it run.
    fn counting() -> (Changes, Arc<AtomicUsize>, Arc<AtomicUsize>) {
        struct Running(Arc<AtomicUsize>);
        impl Drop for Running {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Ordering::SeqCst);
            }
        }
        let starts = Arc::new(AtomicUsize::new(0));
        let running = Arc::new(AtomicUsize::new(0));
        let (started, alive) = (starts.clone(), running.clone());
        let feed = move |teller: Teller| -> BoxFuture<'static, ()> {
            started.fetch_add(1, Ordering::SeqCst);
            alive.fetch_add(1, Ordering::SeqCst);
            let guard = Running(alive.clone());
            Box::pin(async move {
                let _guard = guard;
                teller.tell(Change::Tools);
                std::future::pending::<()>().await;
            })
        };
        (Changes::new(Box::new(feed)), starts, running)
    }

    #[tokio::test]
    async fn should_feed_everybody_from_one_feed_and_stop_with_the_last() {
        let (changes, starts, running) = counting();
        let mut first = changes.listen();
        let mut second = changes.listen();
        assert_eq!(first.next().await, Change::Tools);
        assert_eq!(second.next().await, Change::Tools);
        drop(first);
        tokio::task::yield_now().await;
        assert_eq!(running.load(Ordering::SeqCst), 1);
        drop(second);
        while running.load(Ordering::SeqCst) > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(starts.load(Ordering::SeqCst), 1);
        let mut third = changes.listen();
        assert_eq!(third.next().await, Change::Tools);
        assert_eq!(starts.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn should_say_that_anything_may_have_changed_to_those_who_are_too_slow() {
        let changes = Changes::silent();
        let mut listener = changes.listen();
        for _ in 0..=BACKLOG_CHANGES {
            changes.teller().tell(Change::Prompts);
        }
        assert_eq!(listener.next().await, Change::Anything);
        assert_eq!(listener.next().await, Change::Prompts);
    }
}
