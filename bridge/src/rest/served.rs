//! What a server holds: the scheduler as each identity reaches it, the book of tokens, and who signed in.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chime_types::Event;
use futures::future::BoxFuture;

use super::sessions::Sessions;
use crate::access::{Access, Book};
use crate::error::Result;
use crate::feed::{News, Pace, Shared, follow};
use crate::scheduler::Scheduler;

/// The identities that tokens may stand for.
pub trait Identities: Send + Sync + 'static {
    /// The same scheduler, as this identity asks it.
    fn scheduler_of<'a>(&'a self, identity: &'a str) -> BoxFuture<'a, Result<Scheduler>>;
}

/// Something happened.
#[derive(Clone, Debug)]
pub enum Happening {
    /// This.
    Event(Arc<Event>),
    /// Nobody can tell what: some events were missed.
    Lost,
}

/// The scheduler as one identity sees it.
pub struct Account {
    /// Asked in its name.
    pub scheduler: Scheduler,
    /// What happens to what it may see: one poller, while somebody listens.
    pub happenings: Shared<Happening>,
}

impl Account {
    fn new(scheduler: Scheduler) -> Self {
        let timeline = Arc::new(scheduler.clone());
        let feed = move |teller: crate::feed::Teller<Happening>| -> BoxFuture<'static, ()> {
            let timeline = timeline.clone();
            Box::pin(async move {
                let told = |news: News<'_>| match news {
                    News::Events(events) => {
                        for event in events {
                            teller.tell(Happening::Event(Arc::new(event.clone())));
                        }
                    }
                    News::Lost => teller.tell(Happening::Lost),
                };
                follow(timeline, Pace::default(), told).await;
            })
        };
        Self {
            scheduler,
            happenings: Shared::new(Box::new(feed)),
        }
    }
}

/// What a server holds.
pub struct Served {
    own: Arc<Account>,
    others: Mutex<HashMap<String, Arc<Account>>>,
    identities: Box<dyn Identities>,
    /// The tokens.
    pub book: Book,
    /// Who signed in.
    pub sessions: Sessions,
    /// Under which names it is reached, and from which pages.
    pub access: Access,
    /// Nothing is changed, whatever a token may do.
    pub read_only: bool,
    /// Requests that were answered, by the first digit of their status.
    pub answered: [AtomicUsize; 6],
    /// Those who listen at this moment.
    pub listening: AtomicUsize,
}

impl Served {
    /// A scheduler, asked as the server's own identity unless a token stands for another one.
    pub fn new(
        scheduler: Scheduler,
        identities: Box<dyn Identities>,
        book: Book,
        access: Access,
        read_only: bool,
    ) -> Self {
        Self {
            own: Arc::new(Account::new(scheduler)),
            others: Mutex::default(),
            identities,
            book,
            sessions: Sessions::default(),
            access,
            read_only,
            answered: std::array::from_fn(|_| AtomicUsize::new(0)),
            listening: AtomicUsize::new(0),
        }
    }

    /// The scheduler as an identity sees it; none is the server's own.
    pub async fn account(&self, identity: Option<&str>) -> Result<Arc<Account>> {
        let Some(identity) = identity else {
            return Ok(self.own.clone());
        };
        if let Some(known) = self.others().get(identity) {
            return Ok(known.clone());
        }
        let scheduler = self.identities.scheduler_of(identity).await?;
        let account = Arc::new(Account::new(scheduler));
        // Two requests at the same time share what was first.
        let mut others = self.others();
        Ok(others
            .entry(identity.to_string())
            .or_insert(account)
            .clone())
    }

    fn others(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Account>>> {
        self.others.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts an answer.
    pub fn count(&self, status: u16) {
        let class = usize::from(status / 100).min(self.answered.len() - 1);
        self.answered[class].fetch_add(1, Ordering::Relaxed);
    }
}
