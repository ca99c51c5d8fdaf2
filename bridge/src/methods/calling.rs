//! Calling a method: arguments, safety, the call itself, and an answer that fits.

use chime_types::{Change, TaskResult};
use serde_json::{Map, Value, json};

use super::catalogue::{Confirmation, Form, Row};
use super::envelope::{Given, ResponseFormat};
use super::listing::Entry;
use super::{CanisterTools, Object, Reply, answers, settings, size};
use crate::candid_json::{Answer, Method};
use crate::diagnosis::channel_doubt;
use crate::error::Result;
use crate::scheduler::{Canister, Manner, Tried, agent_error};

/// Items of a page for which nobody asked for a number.
const CONCISE_ITEMS: u32 = 50;
const DETAILED_ITEMS: u32 = 10;

/// How often a page is asked for again because it is too large.
const MAXIMUM_TRIES: usize = 5;

impl<C: Canister> CanisterTools<C> {
    /// Calls the method of a tool, or only says what the call would do.
    pub(super) async fn call_method(
        &self,
        entry: &Entry,
        method: &Method,
        given: &Given,
    ) -> Result<Reply> {
        let given = &self.with_whole_retry(method, given).await?;
        if given.dry_run {
            let answer = self.trial(method, &given.arguments).await?;
            let answer = size::shorten(Value::Object(answer), "the call itself is not affected");
            return Ok(Reply::Done(answer));
        }
        if !given.confirm && needs_confirmation(entry.confirmation, &given.arguments) {
            return self.ask_to_confirm(entry, method, given).await;
        }
        if !given.confirm && entry.confirmation == Confirmation::Losing {
            let lost = self.losses(method, &given.arguments).await?;
            if !lost.is_empty() {
                return self.ask_before_losing(method, given, &lost).await;
            }
        }
        let looked = self.know_callees(&given.arguments).await?;
        Ok(
            match self.carry_out(method, &looked.arguments, given).await? {
                Done::Answered(Answer::Ok(answer)) => {
                    Reply::Done(with_doubt(method, noting(answer, &looked.unchecked)))
                }
                Done::Answered(Answer::Err(refusal)) => Reply::Refused(
                    self.with_example(method, answers::refused(&refusal, self.is_scheduler)),
                ),
                Done::Unreadable(body) => Reply::Refused(body),
            },
        )
    }

    /// What a call would do, whichever surface asks; nothing is changed.
    ///
    /// # Errors
    /// Whatever is wrong with the arguments as far as that can be told without doing it.
    pub async fn dry_run(&self, method: &str, arguments: &Object) -> Result<Object> {
        self.trial(self.method(method)?, arguments).await
    }

    async fn trial(&self, method: &Method, arguments: &Object) -> Result<Object> {
        let looked = self.know_callees(arguments).await?;
        let outlook = self.outlook(method, &looked.arguments).await?;
        let note = self.try_it(method, &looked.arguments).await?;
        let mut answer = Map::from_iter([("dry_run".to_string(), json!(true))]);
        answer.extend(outlook);
        if !looked.calls.is_empty() {
            answer.insert("calls".to_string(), json!(looked.calls));
        }
        if !looked.unchecked.is_empty() {
            answer.insert("unchecked".to_string(), json!(looked.unchecked));
        }
        let channel = looked.arguments.get("channel").cloned().unwrap_or_default();
        let asked = with_doubt(method, json!({ "channel": channel }));
        if let Some(hint) = asked.get("hint") {
            answer.insert("hint".to_string(), hint.clone());
        }
        answer.insert("note".to_string(), json!(note));
        Ok(answer)
    }

    /// Refuses what the scheduler would refuse, and says what is still unknown then.
    pub(super) async fn try_it(&self, method: &Method, arguments: &Object) -> Result<&'static str> {
        if !self.is_scheduler || method.is_query {
            return Ok("nothing was changed");
        }
        let request = self.interface.encode_arguments(method, arguments)?;
        let Some(change) = Change::of(&method.name, &request) else {
            return Ok("nothing was changed; this method cannot be tried, so it may be refused");
        };
        let change = change.map_err(|error| agent_error(error.into(), &method.name))?;
        let tried = self.scheduler.try_changes(&[change]).await?.pop();
        match tried {
            Some(Tried::Done(_)) => Ok("nothing was changed; the scheduler would do it now"),
            Some(Tried::Refused(error)) => Err(error),
            Some(Tried::Unknown) | None => {
                Ok("nothing was changed; it is too large to be tried, so it may be refused")
            }
        }
    }

    /// Nothing was done; the answer says what would be destroyed, and how to go on.
    async fn ask_to_confirm(&self, entry: &Entry, method: &Method, given: &Given) -> Result<Reply> {
        let outlook = self.outlook(method, &given.arguments).await?;
        let mut again = given.arguments.clone();
        again.insert("confirm".to_string(), json!(true));
        let mut body = Map::from_iter([
            ("kind".to_string(), json!("confirmation_required")),
            ("field".to_string(), json!("confirm")),
            (
                "rule".to_string(),
                json!(format!(
                    "what {} does cannot be undone; nothing was done",
                    entry.tool.name
                )),
            ),
            (
                "fix".to_string(),
                json!("ask the user, then call again with confirm: true"),
            ),
            ("example".to_string(), json!(again)),
        ]);
        body.extend(outlook);
        let body = size::shorten(Value::Object(body), "the call itself is not affected");
        Ok(Reply::Refused(body))
    }

    /// Nothing was done: the request would take away what it does not name.
    async fn ask_before_losing(
        &self,
        method: &Method,
        given: &Given,
        lost: &[String],
    ) -> Result<Reply> {
        let outlook = self.outlook(method, &given.arguments).await?;
        let (what, keep) = match method.name.as_str() {
            "put_user" => ("history", "to keep it choose larger quotas; to lose it"),
            _ => (
                "settings",
                "to change one schedule and keep the rest use update_schedule; to keep a setting give it \
                 again; to lose them",
            ),
        };
        let lost = lost.join("; ");
        let rule = format!("{what} would be lost; nothing was done: {lost}");
        let fix = format!("{keep} ask the user, then call again with confirm: true");
        let mut body = Map::from_iter([
            ("kind".to_string(), json!("confirmation_required")),
            ("field".to_string(), json!("confirm")),
            ("rule".to_string(), json!(rule)),
            ("fix".to_string(), json!(fix)),
        ]);
        body.extend(outlook);
        let body = size::shorten(Value::Object(body), "the call itself is not affected");
        Ok(Reply::Refused(body))
    }

    /// What a change would take away without naming it: settings of a task, history of a user.
    async fn losses(&self, method: &Method, arguments: &Object) -> Result<Vec<String>> {
        if method.name == "put_user" {
            return self.history_above(method, arguments).await;
        }
        let replaces = |name: &str| arguments.get(name).is_some_and(|list| !list.is_null());
        if !replaces("schedules") && !replaces("steps") {
            return Ok(Vec::new());
        }
        Ok(settings::losses(
            &self.task_json(arguments).await?,
            arguments,
        ))
    }

    /// The change of a task with a whole policy of retries, of which a part may be given.
    async fn with_whole_retry(&self, method: &Method, given: &Given) -> Result<Given> {
        let mut given = given.clone();
        let retry = given.arguments.get("retry").filter(|it| !it.is_null());
        if self.is_scheduler
            && method.name == "update_task"
            && let Some(retry) = retry
        {
            let task = self.task_json(&given.arguments).await?;
            if let Some(whole) = settings::whole_retry(&task, retry) {
                given.arguments.insert("retry".to_string(), whole);
            }
        }
        Ok(given)
    }

    /// The task that the arguments name, as the canister shows it.
    async fn task_json(&self, arguments: &Object) -> Result<Value> {
        let task_id = arguments.get("task_id").cloned().unwrap_or_default();
        let selector = task_id.to_string();
        let task = self.scheduler.find_task(selector.trim_matches('"')).await;
        let task = task.map_err(|error| error.at("task_id"))?;
        self.json_of("get_task", &TaskResult::Ok(task))
    }

    /// Calls the method and shapes its answer. A page that is too large is asked for again with
    /// fewer items.
    async fn carry_out(&self, method: &Method, asked: &Object, given: &Given) -> Result<Done> {
        let form = self.row(&method.name).map_or(Form::Other, |row| row.form);
        let mut arguments = asked.clone();
        if let (Some(limit), None | Some(Value::Null)) =
            (usual_limit(form, given.format), arguments.get("limit"))
        {
            arguments.insert("limit".to_string(), json!(limit));
        }
        for tries in 1.. {
            let encoded = self.interface.encode_arguments(method, &arguments)?;
            let bytes = self.send(method, encoded).await?;
            let answer = match self.shaped(method, form, given.format, &bytes) {
                Ok(Answer::Ok(mut answer)) => {
                    if self.is_scheduler {
                        self.scheduler.put_names(&mut answer).await;
                    }
                    if method.is_query {
                        let standing = self.put_standing(form, given.format, &bytes, &mut answer);
                        standing.await?;
                    }
                    answers::object(answer, method)
                }
                Ok(refused @ Answer::Err(_)) => return Ok(Done::Answered(refused)),
                // Whoever takes it for a failure does it a second time.
                Err(_) if !method.is_query => {
                    return Ok(Done::Unreadable(answers::unreadable(method, &bytes)));
                }
                Err(error) => return Err(error),
            };
            let answer = Value::Object(answer);
            let count = items(form, &answer);
            if size::fits(&answer) || !method.is_query || count < 2 || tries == MAXIMUM_TRIES {
                let noted = note_cut(answer, &given.arguments, tries > 1);
                let shown = size::shorten(noted, &hint(&method.name));
                return Ok(Done::Answered(Answer::Ok(shown)));
            }
            let fewer = size::items_that_fit(count, size::size(&answer));
            arguments.insert("limit".to_string(), json!(fewer));
        }
        unreachable!("BUG: the loop ends after its last try")
    }

    /// Calls a method as its interface says.
    pub(super) async fn send(&self, method: &Method, arguments: Vec<u8>) -> Result<Vec<u8>> {
        let manner = match (method.is_query, method.is_oneway) {
            (true, _) => Manner::Query,
            (false, true) => Manner::Oneway,
            (false, false) => Manner::Update,
        };
        let canister = self.scheduler.canister();
        canister.call(manner, &method.name, arguments).await
    }

    /// What is known of a method beyond the interface.
    pub(super) fn row(&self, method: &str) -> Option<&'static Row> {
        self.is_scheduler.then(|| Row::of(method)).flatten()
    }

    /// The body of an error about wrong arguments, with arguments that are right in form.
    pub(super) fn with_example(&self, method: &Method, mut body: Value) -> Value {
        let is_invalid = body["kind"] == "invalid_argument";
        if let (true, Value::Object(members), Some(example)) =
            (is_invalid, &mut body, self.example(method))
        {
            members.insert("example".to_string(), example);
        }
        body
    }
}

/// The answer, with what could not be checked before.
fn noting(mut answer: Value, unchecked: &[String]) -> Value {
    if let (false, Value::Object(members)) = (unchecked.is_empty(), &mut answer) {
        members.insert("unchecked".to_string(), json!(unchecked));
    }
    answer
}

/// The answer to a change of an alert, with what is not known of its channel.
fn with_doubt(method: &Method, mut answer: Value) -> Value {
    let is_change = matches!(method.name.as_str(), "create_alert" | "update_alert");
    let channel = answer.get("channel").filter(|_| is_change).cloned();
    let channel = channel.and_then(|channel| serde_json::from_value(channel).ok());
    if let (Some(doubt), Value::Object(members)) =
        (channel.as_ref().and_then(channel_doubt), &mut answer)
    {
        members.insert("hint".to_string(), json!(doubt));
    }
    answer
}

/// What came of a call that was carried out.
enum Done {
    Answered(Answer),
    /// It was done, and nobody can say what it answered: the body of an error about that.
    Unreadable(Value),
}

fn needs_confirmation(confirmation: Confirmation, arguments: &Object) -> bool {
    match confirmation {
        Confirmation::Never | Confirmation::Losing => false,
        Confirmation::Always => true,
        Confirmation::With(name) => arguments.get(name) == Some(&json!(true)),
    }
}

const fn usual_limit(form: Form, format: ResponseFormat) -> Option<u32> {
    match (form, format) {
        (Form::Tasks | Form::Executions, ResponseFormat::Concise) => Some(CONCISE_ITEMS),
        (Form::Tasks | Form::Executions, ResponseFormat::Detailed) => Some(DETAILED_ITEMS),
        _ => None,
    }
}

/// How many items a page has.
fn items(form: Form, answer: &Value) -> usize {
    let name = match form {
        Form::Tasks => "tasks",
        Form::Executions => "executions",
        Form::Items(name) => name,
        _ => return 0,
    };
    answer[name].as_array().map_or(0, Vec::len)
}

/// Says that a page has fewer items than were asked for, if somebody asked for a number.
fn note_cut(mut answer: Value, arguments: &Object, is_cut: bool) -> Value {
    let asked = arguments.get("limit").filter(|limit| !limit.is_null());
    if let (true, Some(_), Value::Object(members)) = (is_cut, asked, &mut answer) {
        members.insert(
            "hint".to_string(),
            json!("fewer items than asked for, because more do not fit: go on with next_cursor"),
        );
    }
    answer
}

/// How to get what an answer has no room for.
fn hint(method: &str) -> String {
    match method {
        "get_backup_chunk" => {
            "a chunk does not fit into an answer: download with `chime backup download`"
        }
        "get_my_tasks" | "get_task_executions" | "list_dead_letters" => {
            "ask for fewer with limit, or for response_format concise"
        }
        "get_task" | "get_execution" => "response_format concise shows less of each part",
        _ => "ask for less with the arguments of the tool, or call the method with another client",
    }
    .to_string()
}
