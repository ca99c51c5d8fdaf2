//! Arguments that are right, for whoever gave wrong ones.

use serde_json::{Value, json};

use super::CanisterTools;
use crate::candid_json::Method;
use crate::scheduler::Canister;

impl<C: Canister> CanisterTools<C> {
    /// Arguments of a method that are right in form, if there are any that are short.
    pub(super) fn example(&self, method: &Method) -> Option<Value> {
        let known = match self.is_scheduler {
            true => known(&method.name),
            false => None,
        };
        known.or_else(|| self.interface.example(method).map(Value::Object))
    }
}

/// Arguments with a meaning, of methods where the shortest ones have none.
fn known(method: &str) -> Option<Value> {
    let schedule = json!({ "rule": { "daily": { "hour": 2 } }, "timezone": "Europe/Zurich" });
    let step = json!({ "action": { "note": { "text": "still here" } } });
    Some(match method {
        "create_task" => json!({
            "name": "nightly",
            "steps": [step],
            "schedules": [schedule],
        }),
        "update_task" => json!({ "task_id": "42", "schedules": [schedule] }),
        "add_schedule" => json!({ "task_id": "42", "schedule": schedule }),
        "preview_schedule" => json!({ "schedule": schedule }),
        "create_backup_task" => json!({
            "hour": 2,
            "description": "Daily backup",
            "timezone": "Europe/Zurich",
        }),
        "create_alert" => json!({
            "name": "failures",
            "condition": { "failure": {} },
            "channel": { "inbox": {} },
        }),
        "put_codex" => json!({
            "name": "balance",
            "code": "def async_task():\n    account = {\"owner\": ic.id(), \"subaccount\": Opt(None)}\n    \
                     balance = yield ic.call(\"ryjl3-tyaaa-aaaaa-aaaba-cai\", \"icrc1_balance_of\", account)\n    \
                     return balance\n",
        }),
        "define_action" => json!({
            "name": "say",
            "action": { "note": { "text": "{{attributes.words}}" } },
        }),
        _ => return None,
    })
}
