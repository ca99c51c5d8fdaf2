//! Who wants to be told of which changes, in both eras of the protocol.
//!
//! Before 2026-07-28 a session names addresses one by one, and hears of every list; since then a
//! request names everything that it wants to hear of, and hears of it until it is cancelled.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rmcp::ErrorData;
use rmcp::model::{
    PromptListChangedNotification, ResourceListChangedNotification, ResourceUpdatedNotification,
    ResourceUpdatedNotificationParam, ServerNotification, SubscriptionFilter,
    ToolListChangedNotification,
};
use rmcp::service::{Peer, RoleServer};
use serde_json::json;
use tokio::task::JoinHandle;

use super::changes::{Change, Changes, Listener};

/// Resources that one session, or one request, may listen to.
pub const MAXIMUM_SUBSCRIPTIONS: usize = 1_000;

/// The subscriptions of a session of the era before 2026-07-28. They end with it.
#[derive(Default)]
pub struct SessionSubscriptions {
    uris: Arc<Mutex<BTreeSet<String>>>,
    teller: Mutex<Option<Telling>>,
}

/// Tells the client, until it is dropped.
struct Telling(JoinHandle<()>);

impl Drop for Telling {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl SessionSubscriptions {
    /// Tells the client of changes of this resource from now on.
    ///
    /// # Errors
    /// `INVALID_PARAMS` at [`MAXIMUM_SUBSCRIPTIONS`].
    pub fn add(
        &self,
        uri: String,
        changes: &Changes,
        peer: &Peer<RoleServer>,
    ) -> Result<(), ErrorData> {
        {
            let mut uris = lock(&self.uris);
            if uris.len() >= MAXIMUM_SUBSCRIPTIONS && !uris.contains(&uri) {
                return Err(too_many());
            }
            uris.insert(uri);
        }
        lock(&self.teller).get_or_insert_with(|| {
            let listener = changes.listen();
            Telling(tokio::spawn(tell(
                listener,
                self.uris.clone(),
                peer.clone(),
            )))
        });
        Ok(())
    }

    /// Tells the client no more of this resource.
    pub fn remove(&self, uri: &str) {
        let none_left = {
            let mut uris = lock(&self.uris);
            uris.remove(uri);
            uris.is_empty()
        };
        if none_left {
            lock(&self.teller).take();
        }
    }
}

/// Tells a session until the client is gone.
async fn tell(mut listener: Listener, uris: Arc<Mutex<BTreeSet<String>>>, peer: Peer<RoleServer>) {
    loop {
        let change = listener.next().await;
        let told = notifications(&change, lock(&uris).iter());
        for notification in told {
            if peer.send_notification(notification).await.is_err() {
                return;
            }
        }
    }
}

/// What a change means for somebody who listens to these resources, and to every list.
fn notifications<'a>(
    change: &Change,
    uris: impl Iterator<Item = &'a String>,
) -> Vec<ServerNotification> {
    match change {
        Change::Tools => vec![tools_changed()],
        Change::Prompts => vec![prompts_changed()],
        Change::Resources => vec![resources_changed()],
        Change::Resource(changed) => uris
            .filter(|uri| *uri == changed)
            .map(|uri| updated(uri))
            .collect(),
        Change::Anything => uris
            .map(|uri| updated(uri))
            .chain([resources_changed()])
            .collect(),
    }
}

/// What a change means for somebody who asked for this, since 2026-07-28.
#[must_use]
pub fn wanted(change: &Change, filter: &SubscriptionFilter) -> Vec<ServerNotification> {
    let uris = filter.resource_subscriptions.as_deref().unwrap_or_default();
    notifications(change, uris.iter())
        .into_iter()
        .filter(|notification| match notification {
            ServerNotification::ToolListChangedNotification(_) => {
                filter.tools_list_changed == Some(true)
            }
            ServerNotification::PromptListChangedNotification(_) => {
                filter.prompts_list_changed == Some(true)
            }
            ServerNotification::ResourceListChangedNotification(_) => {
                filter.resources_list_changed == Some(true)
            }
            _ => true,
        })
        .collect()
}

fn updated(uri: &str) -> ServerNotification {
    let params = ResourceUpdatedNotificationParam::new(uri);
    ServerNotification::ResourceUpdatedNotification(ResourceUpdatedNotification::new(params))
}

fn tools_changed() -> ServerNotification {
    ServerNotification::ToolListChangedNotification(ToolListChangedNotification::default())
}

fn prompts_changed() -> ServerNotification {
    ServerNotification::PromptListChangedNotification(PromptListChangedNotification::default())
}

fn resources_changed() -> ServerNotification {
    ServerNotification::ResourceListChangedNotification(ResourceListChangedNotification::default())
}

fn too_many() -> ErrorData {
    ErrorData::invalid_params(
        format!(
            "at most {MAXIMUM_SUBSCRIPTIONS} resources can be listened to at a time: unsubscribe \
             from some, or listen to a task instead of its executions"
        ),
        Some(json!({ "maximum": MAXIMUM_SUBSCRIPTIONS })),
    )
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(change: &Change, filter: &SubscriptionFilter) -> usize {
        wanted(change, filter).len()
    }

    #[test]
    fn should_tell_only_what_was_asked_for() {
        let filter = SubscriptionFilter::builder()
            .prompts_list_changed()
            .resource_subscriptions(["chime://task/1", "chime://task/2"])
            .build();
        assert_eq!(count(&Change::Prompts, &filter), 1);
        assert_eq!(count(&Change::Tools, &filter), 0);
        assert_eq!(count(&Change::Resources, &filter), 0);
        assert_eq!(
            count(&Change::Resource("chime://task/2".into()), &filter),
            1
        );
        assert_eq!(
            count(&Change::Resource("chime://task/3".into()), &filter),
            0
        );
    }

    #[test]
    fn should_tell_of_everything_asked_for_when_changes_were_missed() {
        let filter = SubscriptionFilter::builder()
            .resources_list_changed()
            .resource_subscriptions(["chime://task/1", "chime://task/2"])
            .build();
        assert_eq!(count(&Change::Anything, &filter), 3);
        assert_eq!(count(&Change::Anything, &SubscriptionFilter::new()), 0);
    }
}
