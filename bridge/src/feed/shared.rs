//! One feed for all who listen.
//!
//! The feed runs while somebody listens: it starts with the first listener and is stopped with the
//! last, so a server that nobody listens to asks nobody anything.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use futures::future::BoxFuture;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinHandle;

/// What a slow listener may be behind; after more it is told that it missed something.
const BACKLOG: usize = 1_024;

/// Tells something, from when it is started until it is dropped.
type Feed<T> = dyn Fn(Teller<T>) -> BoxFuture<'static, ()> + Send + Sync;

/// Where a feed tells.
#[derive(Clone)]
pub struct Teller<T>(broadcast::Sender<T>);

impl<T> Teller<T> {
    /// Tells everybody who listens.
    pub fn tell(&self, told: T) {
        // An error means that nobody listens, and then nobody misses it.
        let _ = self.0.send(told);
    }
}

/// A feed, and all who listen to it.
pub struct Shared<T> {
    teller: Teller<T>,
    feed: Box<Feed<T>>,
    feeding: Mutex<Weak<Feeding>>,
}

/// A running feed; it ends with the last listener that holds it.
struct Feeding(JoinHandle<()>);

impl Drop for Feeding {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl<T: Clone + Send + 'static> Shared<T> {
    /// What this feed tells.
    #[must_use]
    pub fn new(feed: Box<Feed<T>>) -> Self {
        Self {
            teller: Teller(broadcast::channel(BACKLOG).0),
            feed,
            feeding: Mutex::default(),
        }
    }

    /// Tells beside the feed.
    #[must_use]
    pub fn teller(&self) -> Teller<T> {
        self.teller.clone()
    }

    /// Everything from now on. Must be called within a runtime.
    #[must_use]
    pub fn listen(&self) -> Listener<T> {
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
pub struct Listener<T> {
    receiver: broadcast::Receiver<T>,
    _feeding: Arc<Feeding>,
}

impl<T: Clone> Listener<T> {
    /// What is told next; none if something was missed, because too much was told meanwhile.
    pub async fn next(&mut self) -> Option<T> {
        match self.receiver.recv().await {
            Ok(told) => Some(told),
            Err(RecvError::Lagged(_)) => None,
            // The feed itself is gone.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Counts its starts and how many of it run.
    fn counting() -> (Shared<u8>, Arc<AtomicUsize>, Arc<AtomicUsize>) {
        struct Running(Arc<AtomicUsize>);
        impl Drop for Running {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Ordering::SeqCst);
            }
        }
        let starts = Arc::new(AtomicUsize::new(0));
        let running = Arc::new(AtomicUsize::new(0));
        let (started, alive) = (starts.clone(), running.clone());
        let feed = move |teller: Teller<u8>| -> BoxFuture<'static, ()> {
            started.fetch_add(1, Ordering::SeqCst);
            alive.fetch_add(1, Ordering::SeqCst);
            let guard = Running(alive.clone());
            Box::pin(async move {
                let _guard = guard;
                teller.tell(1);
                std::future::pending::<()>().await;
            })
        };
        (Shared::new(Box::new(feed)), starts, running)
    }

    #[tokio::test]
    async fn should_feed_everybody_from_one_feed_and_stop_with_the_last() {
        let (changes, starts, running) = counting();
        let mut first = changes.listen();
        let mut second = changes.listen();
        assert_eq!(first.next().await, Some(1));
        assert_eq!(second.next().await, Some(1));
        drop(first);
        tokio::task::yield_now().await;
        assert_eq!(running.load(Ordering::SeqCst), 1);
        drop(second);
        while running.load(Ordering::SeqCst) > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(starts.load(Ordering::SeqCst), 1);
        let mut third = changes.listen();
        assert_eq!(third.next().await, Some(1));
        assert_eq!(starts.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn should_tell_those_who_are_too_slow_that_they_missed_something() {
        let changes = Shared::new(Box::new(|_| Box::pin(std::future::pending())));
        let mut listener = changes.listen();
        for _ in 0..=BACKLOG {
            changes.teller().tell(2);
        }
        assert_eq!(listener.next().await, None);
        assert_eq!(listener.next().await, Some(2));
    }
}
