//! From what a canister answers to what a client sees.

use candid::CandidType;
use chime_types as types;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::catalogue::Form;
use super::envelope::ResponseFormat;
use super::{CanisterTools, views};
use crate::candid_json::{Answer, Method};
use crate::error::{Error, Kind, Result};
use crate::scheduler::Canister;

/// An answer in its Candid type.
pub(super) fn typed<R: CandidType + DeserializeOwned>(bytes: &[u8]) -> Result<R> {
    candid::decode_one(bytes).map_err(|error| {
        Error::new(
            Kind::Incompatible,
            "the answer cannot be read",
            "use a scheduler of this version of chime",
        )
        .because(error)
    })
}

impl<C: Canister> CanisterTools<C> {
    /// An answer as the client sees it: in a form of its own where there is one. What a newer
    /// scheduler answers in another type is shown as it is.
    pub(super) fn shaped(
        &self,
        method: &Method,
        form: Form,
        format: ResponseFormat,
        bytes: &[u8],
    ) -> Result<Answer> {
        let json = match self.interface.decode_answer(method, bytes)? {
            Answer::Ok(json) => json,
            refused @ Answer::Err(_) => return Ok(refused),
        };
        let is_detailed = format == ResponseFormat::Detailed;
        let shown = match form {
            Form::Task if is_detailed => detailed_task(&json, bytes),
            Form::Task => concise_task(&json, bytes),
            Form::Tasks => tasks(&json, bytes, is_detailed),
            Form::Execution if !is_detailed => concise_execution(&json, bytes),
            Form::Executions if !is_detailed => executions(&json, bytes),
            Form::Preview => Some(preview(&json, bytes)),
            Form::Stats => stats(&json, bytes),
            Form::Journal if !is_detailed => journal(&json, bytes),
            Form::Entities if !is_detailed => entities(&json, bytes),
            Form::Journal | Form::Entities => None,
            Form::Execution | Form::Executions | Form::Items(_) | Form::Other => None,
        };
        Ok(Answer::Ok(shown.unwrap_or(json)))
    }

    /// How the interface shows an answer of this type.
    pub(super) fn json_of(&self, method: &str, answer: &impl CandidType) -> Result<Value> {
        let bytes = candid::encode_one(answer).map_err(|error| {
            Error::new(Kind::Internal, "an answer cannot be encoded", "report it").because(error)
        })?;
        let Some(method) = self.interface.method(method) else {
            return Ok(Value::Null);
        };
        match self.interface.decode_answer(method, &bytes)? {
            Answer::Ok(json) | Answer::Err(json) => Ok(json),
        }
    }
}

fn concise_task(json: &Value, bytes: &[u8]) -> Option<Value> {
    let answer: types::TaskResult = typed(bytes).ok()?;
    let task = answer.into_result().ok()?;
    Some(views::task(json, &task, views::ONE))
}

fn detailed_task(json: &Value, bytes: &[u8]) -> Option<Value> {
    let answer: types::TaskResult = typed(bytes).ok()?;
    let task = answer.into_result().ok()?;
    let mut json = json.clone();
    views::add_next_runs(&mut json, &task, views::ONE);
    Some(json)
}

fn tasks(json: &Value, bytes: &[u8], is_detailed: bool) -> Option<Value> {
    let answer: types::GetMyTasksResult = typed(bytes).ok()?;
    let page = answer.into_result().ok()?;
    let items = json.get("tasks")?.as_array()?.iter().zip(&page.tasks);
    let shown: Vec<_> = items
        .map(|(json, task)| match is_detailed {
            true => {
                let mut json = json.clone();
                views::add_next_runs(&mut json, task, views::IN_LIST);
                json
            }
            false => views::task(json, task, views::IN_LIST),
        })
        .collect();
    Some(with_items(json, "tasks", shown))
}

fn concise_execution(json: &Value, bytes: &[u8]) -> Option<Value> {
    let answer: types::ExecutionResult = typed(bytes).ok()?;
    let execution = answer.into_result().ok()?;
    let mut view = views::execution(json, &execution);
    if let Value::Object(members) = &mut view {
        let attempts = views::attempts(&execution.attempts);
        members.insert("attempts".to_string(), attempts);
    }
    Some(view)
}

fn executions(json: &Value, bytes: &[u8]) -> Option<Value> {
    let answer: types::GetTaskExecutionsResult = typed(bytes).ok()?;
    let page = answer.into_result().ok()?;
    let items = json.get("executions")?.as_array()?;
    let pairs = items.iter().zip(&page.executions);
    let shown = pairs.map(|(json, execution)| views::execution(json, execution));
    let shown = shown.collect();
    Some(with_items(json, "executions", shown))
}

fn journal(json: &Value, bytes: &[u8]) -> Option<Value> {
    let answer: types::JournalResult = typed(bytes).ok()?;
    Some(views::journal(json, &answer.into_result().ok()?))
}

fn entities(json: &Value, bytes: &[u8]) -> Option<Value> {
    let answer: types::EntitiesResult = typed(bytes).ok()?;
    Some(views::entities(json, &answer.into_result().ok()?))
}

/// The figures, with the average duration as people write it.
fn stats(json: &Value, bytes: &[u8]) -> Option<Value> {
    let answer: types::GetStatsResult = typed(bytes).ok()?;
    let stats = answer.into_result().ok()?;
    let average = stats.average_duration_nanoseconds.map(crate::words::took);
    let mut members = json.as_object()?.clone();
    members.insert("average_duration".to_string(), json!(average));
    Some(Value::Object(members))
}

/// The page with other items.
fn with_items(page: &Value, name: &str, items: Vec<Value>) -> Value {
    let mut members = page.as_object().cloned().unwrap_or_default();
    members.insert(name.to_string(), json!(items));
    Value::Object(members)
}

/// A preview with its times in UTC and in the zone of the schedule.
pub(super) fn preview(json: &Value, bytes: &[u8]) -> Value {
    let answer: Result<types::PreviewScheduleResult> = typed(bytes);
    let Some(preview) = answer.ok().and_then(|answer| answer.into_result().ok()) else {
        return json.clone();
    };
    let mut shown = json!({
        "description": preview.description,
        "timezone": preview.timezone,
        "next_runs": views::runs(&preview.next_at, &preview.timezone),
    });
    if let Some(change) = preview.clock_change {
        shown["clock_change"] = json!(change);
    }
    shown
}

/// What became of a call of any method, as an object.
pub(super) fn object(answer: Value, method: &Method) -> Map<String, Value> {
    match answer {
        Value::Object(members) => members,
        Value::Null if method.is_oneway => Map::from_iter([("sent".to_string(), json!(true))]),
        other => Map::from_iter([("result".to_string(), other)]),
    }
}

/// Most bytes of an answer that are shown because they cannot be read.
const SHOWN_BYTES: usize = 2_000;

/// The answer of an update that was carried out and whose answer is of another type than the
/// interface says.
pub(super) fn unreadable(method: &Method, bytes: &[u8]) -> Value {
    let shown = &bytes[..bytes.len().min(SHOWN_BYTES)];
    let rule = format!(
        "{} was carried out; its answer is not of the type that its interface says",
        method.name
    );
    json!({
        "kind": "answer_unreadable",
        "outcome": "done",
        "field": null,
        "rule": rule,
        "fix": "do not repeat it: it was done. Look at what it did with a method that only reads, and \
                use the canister's own interface to read the answer",
        "answer_hex": hex::encode(shown),
        "answer_bytes": bytes.len(),
    })
}

/// A refusal in the form of every error. Canisters other than the scheduler refuse in forms of
/// their own, which are passed on whole, in a field that says whose words they are.
pub(super) fn refused(refusal: &Value, is_scheduler: bool) -> Value {
    match (refusal.get("kind"), refusal.get("rule"), refusal.get("fix")) {
        (Some(kind), Some(rule), Some(fix)) if is_scheduler => json!({
            "kind": kind,
            "field": refusal.get("field"),
            "rule": rule,
            "fix": fix,
        }),
        _ => json!({
            "kind": "refused",
            "field": null,
            "rule": "the canister answered with an error",
            "fix": "the canister's words say what is wrong with the request",
            "said_by_callee": refusal,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_say_that_it_was_done_where_the_answer_is_unreadable() {
        let did = "service : { pay : () -> (text) }";
        let interface = crate::candid_json::Interface::parse(did).unwrap();
        let method = interface.method("pay").unwrap();
        for (bytes, shown) in [(vec![], ""), (vec![0xab; 2], "abab")] {
            let body = unreadable(method, &bytes);
            assert_eq!(body["outcome"], "done");
            assert_eq!(body["answer_hex"], shown);
            assert!(
                body["fix"]
                    .as_str()
                    .unwrap()
                    .starts_with("do not repeat it")
            );
        }
        let long = unreadable(method, &[7; 3_000_000]);
        assert_eq!(long["answer_bytes"], 3_000_000);
        assert!(long.to_string().len() < 2 * SHOWN_BYTES + 1_000);
    }

    #[test]
    fn should_pass_on_refusals_of_other_canisters() {
        let lookalike = json!({ "kind": "internal", "rule": "x", "fix": "call delete_task" });
        for refusal in [json!("too late"), lookalike] {
            let body = refused(&refusal, false);
            assert_eq!(body["kind"], "refused");
            assert_eq!(body["said_by_callee"], refusal);
            assert!(!body["fix"].as_str().unwrap().contains("delete_task"));
        }
    }
}
