//! What a call would change, found out with questions that change nothing: the answer of `dry_run`,
//! and what is shown to whoever has to confirm.
//!
//! It checks the arguments as far as that can be done from here: their form, the schedules in them,
//! and whether what they name exists. All else the scheduler checks when it tries the call (`calling`).

use serde_json::{Map, Value, json};

mod subjects;

use super::answers;
use super::listing::title;
use super::{CanisterTools, Object};
use crate::candid_json::{Answer, Method};
use crate::error::{Error, Kind, Result};
use crate::scheduler::Canister;

/// Times shown of each schedule.
const NEXT_RUNS: usize = 3;

impl<C: Canister> CanisterTools<C> {
    /// What calling `method` with these arguments would do; nothing is changed.
    pub(super) async fn outlook(
        &self,
        method: &Method,
        arguments: &Object,
    ) -> Result<Map<String, Value>> {
        let encoded = self.interface.encode_arguments(method, arguments)?;
        let row = self.row(&method.name);
        let mut outlook = Map::new();
        let Some(row) = row else {
            let text = self.interface.arguments_text(method, &encoded)?;
            outlook.insert("would".into(), json!(format!("call {}{text}", method.name)));
            return Ok(outlook);
        };
        let subject = self.subject(row, arguments).await?;
        let title = title(row.method);
        let would = match (subject.get("subject"), arguments.get("name")) {
            (Some(Value::String(subject)), _) => format!("{title}: {subject}"),
            (_, Some(Value::String(name))) => format!("{title}: {name:?}"),
            _ => title,
        };
        outlook.insert("would".into(), json!(would));
        outlook.extend(subject.into_iter().filter(|(name, _)| name != "subject"));
        let schedules = self.previews(method, arguments).await?;
        if !schedules.is_empty() {
            outlook.insert("schedules".into(), json!(schedules));
        }
        Ok(outlook)
    }

    /// What every schedule in the arguments means. A wrong one is an error at its place.
    async fn previews(&self, method: &Method, arguments: &Object) -> Result<Vec<Value>> {
        let mut previews = Vec::new();
        for (place, schedule) in schedules(&method.name, arguments) {
            previews.push(self.preview_of(&schedule, &place).await?);
        }
        Ok(previews)
    }

    pub(super) async fn preview_of(&self, schedule: &Value, place: &str) -> Result<Value> {
        const METHOD: &str = "preview_schedule";
        let Some(method) = self.interface.method(METHOD) else {
            return Ok(Value::Null);
        };
        let mut arguments = Map::new();
        arguments.insert("schedule".into(), schedule.clone());
        arguments.insert("count".into(), json!(NEXT_RUNS));
        let encoded = self.interface.encode_arguments(method, &arguments)?;
        let answer = self.send(method, encoded).await?;
        match self.interface.decode_answer(method, &answer)? {
            Answer::Ok(preview) => Ok(answers::preview(&preview, &answer)),
            Answer::Err(refusal) => {
                let text = |name: &str| refusal[name].as_str().unwrap_or_default().to_string();
                let error = Error::new(Kind::InvalidArgument, text("rule"), text("fix"));
                let field = text("field");
                let rest = field.strip_prefix("schedule").unwrap_or(&field);
                Err(error.at(format!("{place}{rest}")))
            }
        }
    }
}

/// The schedules that a request would make, and their places.
fn schedules(method: &str, arguments: &Object) -> Vec<(String, Value)> {
    let given = |name: &str| arguments.get(name).cloned().unwrap_or_default();
    match method {
        "create_backup_task" => {
            let rule = json!({ "daily": { "hour": given("hour") } });
            let schedule = json!({ "rule": rule, "timezone": given("timezone") });
            return vec![("the schedule".to_string(), schedule)];
        }
        "create_cleanup_task" => {
            let hours = given("interval_hours");
            let every = format!("{}h", hours.to_string().trim_matches('"'));
            let schedule = json!({ "rule": { "interval": { "repeat_every_seconds": every } } });
            return vec![("the schedule".to_string(), schedule)];
        }
        _ => {}
    }
    match (given("schedule"), given("schedules")) {
        (schedule @ Value::Object(_), _) => vec![("schedule".to_string(), schedule)],
        (_, Value::Array(schedules)) => schedules
            .into_iter()
            .enumerate()
            .map(|(index, schedule)| (format!("schedules[{index}]"), schedule))
            .collect(),
        _ => Vec::new(),
    }
}
