//! A creation under a key that was used before makes nothing new: it is said. `call` of the tools asks it
//! around a creation; it knows nothing of how that is carried out.

use chime_types::{EmptyRequest, TaskRequest};
use serde_json::{Value, json};

use super::envelope::Given;
use super::{CanisterTools, Reply};
use crate::candid_json::Method;
use crate::scheduler::Canister;

/// What is said of it.
const REPEATED: &str =
    "A task was made under this idempotency_key before: this is it, and nothing new was made.";

impl<C: Canister> CanisterTools<C> {
    /// The scheduler's time before a creation that may be a repeated one.
    pub(super) async fn time_before(&self, method: &Method, given: &Given) -> Option<u64> {
        let has_key = given
            .arguments
            .get("idempotency_key")
            .is_some_and(|key| !key.is_null());
        if !self.is_scheduler || method.name != "create_task" || given.dry_run || !has_key {
            return None;
        }
        let stats = self.scheduler.get_stats(&EmptyRequest {}).await;
        stats.ok().map(|stats| stats.now_at)
    }

    /// The reply, with a word on it if the task is older than the request.
    pub(super) async fn noting_repetition(&self, before: Option<u64>, reply: Reply) -> Reply {
        let (Some(before), Reply::Done(Value::Object(mut answer))) = (before, reply.clone()) else {
            return reply;
        };
        let id = answer
            .get("id")
            .and_then(Value::as_str)
            .and_then(|id| id.parse().ok());
        let Some(task_id) = id else {
            return reply;
        };
        let made = self.scheduler.get_task(&TaskRequest { task_id }).await;
        if made.is_ok_and(|task| task.created_at < before) {
            answer.insert("repeated".to_string(), json!(REPEATED));
        }
        Reply::Done(Value::Object(answer))
    }
}
