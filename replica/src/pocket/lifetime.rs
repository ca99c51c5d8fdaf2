//! How long a server stays: it ends when no request has come for a while, so that a server whose
//! tests have died does not stay for ever.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use tokio::time::sleep;

use super::limits::TTL_CHECK;

/// When the last request ended, and how many are under way.
#[derive(Debug)]
pub(super) struct Activity {
    pending: AtomicU64,
    last: Mutex<Instant>,
}

/// Counts a request while it is under way, also one whose client has gone.
struct Pending(Arc<Activity>);

impl Activity {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            pending: AtomicU64::new(0),
            last: Mutex::new(Instant::now()),
        })
    }

    /// Counts the requests of a router.
    pub(super) fn counting(self: &Arc<Self>, router: Router) -> Router {
        let activity = Arc::clone(self);
        router.layer(from_fn(move |request: Request, next: Next| {
            let pending = Pending::new(&activity);
            async move {
                let response = next.run(request).await;
                drop(pending);
                response
            }
        }))
    }

    /// Resolves when there was no request for so long.
    pub(super) async fn idle(&self, ttl: Duration) {
        while !self.is_over(ttl) {
            sleep(TTL_CHECK.min(ttl)).await;
        }
    }

    fn is_over(&self, ttl: Duration) -> bool {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        self.pending.load(Ordering::Acquire) == 0 && last.elapsed() >= ttl
    }
}

impl Pending {
    fn new(activity: &Arc<Activity>) -> Self {
        activity.pending.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(activity))
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        let activity = &self.0;
        *activity.last.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        activity.pending.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_stay_while_a_request_is_under_way() {
        let activity = Activity::new();
        assert!(activity.is_over(Duration::ZERO));
        let pending = Pending::new(&activity);
        assert!(!activity.is_over(Duration::ZERO));
        drop(pending);
        assert!(activity.is_over(Duration::ZERO));
        assert!(!activity.is_over(Duration::from_secs(3_600)));
    }
}
