//! What a request names, looked up: a task, an execution, an alert, and so on.

use chime_types as types;
use serde_json::{Map, Value, json};

use super::super::catalogue::{Row, Subject};
use super::super::{
    CanisterTools, Object, answers, history_above, removed_history, settings, views,
};
use crate::candid_json::{Answer, Method};
use crate::error::{Error, Kind, Result};
use crate::scheduler::Canister;

/// Items named of many.
const NAMED: usize = 20;

impl<C: Canister> CanisterTools<C> {
    /// What a request names: `subject` in words, and details.
    pub(super) async fn subject(
        &self,
        row: &Row,
        arguments: &Object,
    ) -> Result<Map<String, Value>> {
        match row.subject {
            Subject::None => Ok(Map::new()),
            Subject::Task => self.task_subject(row, arguments).await,
            Subject::Execution => self.execution_subject(arguments).await,
            Subject::Alert => self.alert_subject(arguments).await,
            Subject::Action => self.action_subject(row, arguments).await,
            Subject::Codex => self.codex_subject(arguments).await,
            Subject::Backup => self.backup_subject(arguments).await,
            Subject::Secret => self.secret_subject(row, arguments).await,
            Subject::User => self.user_subject(row, arguments).await,
            Subject::Inbox => self.inbox_subject(arguments).await,
            Subject::Config => self.config_subject(arguments).await,
            Subject::DeadLetters => self.dead_letters_subject(arguments).await,
        }
    }

    async fn task_subject(&self, row: &Row, arguments: &Object) -> Result<Map<String, Value>> {
        let task_id = id(arguments, "task_id")?;
        let task = self
            .scheduler
            .get_task(&types::TaskRequest { task_id })
            .await?;
        let json = self.json_of("get_task", &types::TaskResult::Ok(task.clone()))?;
        expect_version(arguments, &task)?;
        expect_schedule(arguments, &task)?;
        let text = format!(
            "task {} ({:?}) with {}, {} in its history and {} under way",
            task.id,
            task.name,
            counted(task.schedules.len() as u64, "schedule"),
            counted(task.total_executions, "execution"),
            task.active_executions
        );
        let mut subject = about(text);
        let view = views::task(&json, &task, views::ONE);
        if row.method == "update_task" {
            let lost = settings::losses(&json, arguments);
            if !lost.is_empty() {
                subject.insert("would_lose".into(), json!(lost));
            }
            let mut now = json;
            // What people read, where the canister's form is long.
            for name in ["schedules", "steps"] {
                now[name] = view[name].clone();
            }
            subject.insert("changes".into(), changes(&now, arguments));
        } else {
            subject.insert("task".into(), view);
        }
        Ok(subject)
    }

    async fn execution_subject(&self, arguments: &Object) -> Result<Map<String, Value>> {
        let execution_id = id(arguments, "execution_id")?;
        let request = types::ExecutionRequest { execution_id };
        let execution = self.scheduler.get_execution(&request).await?;
        let json = self.json_of(
            "get_execution",
            &types::ExecutionResult::Ok(execution.clone()),
        )?;
        let text = format!(
            "execution {} of task {}, which is {}",
            execution.id,
            execution.task_id,
            execution.status.name()
        );
        let mut subject = about(text);
        subject.insert("execution".into(), views::execution(&json, &execution));
        Ok(subject)
    }

    async fn alert_subject(&self, arguments: &Object) -> Result<Map<String, Value>> {
        let wanted = id(arguments, "alert_id")?;
        let alerts = self.scheduler.all_alerts().await?;
        let alert = alerts.into_iter().find(|alert| alert.id == wanted);
        let alert = alert.ok_or_else(|| missing("alert_id", "alert", wanted, "list_alerts"))?;
        Ok(about(format!(
            "alert {} ({:?}), which went off {}",
            alert.id,
            alert.name,
            counted(alert.fired, "time")
        )))
    }

    async fn action_subject(&self, row: &Row, arguments: &Object) -> Result<Map<String, Value>> {
        let wanted = text(arguments, "name");
        let shared = arguments.get("shared") == Some(&json!(true));
        let actions = self.scheduler.all_actions().await?;
        let alike = actions.into_iter().filter(|action| action.shared == shared);
        let names: Vec<_> = alike.map(|action| action.name).collect();
        let exists = names.contains(&wanted);
        if !exists && row.method == "delete_action" {
            return Err(missing_name("action", &wanted, &names));
        }
        Ok(about(match exists {
            true => format!("the action {wanted:?}, which exists"),
            false => format!("the action {wanted:?}, which does not exist yet"),
        }))
    }

    async fn codex_subject(&self, arguments: &Object) -> Result<Map<String, Value>> {
        let shared = arguments.get("shared") == Some(&json!(true));
        let request = types::CodexRequest {
            name: text(arguments, "name"),
            version: None,
            shared: Some(shared),
        };
        let codex = self.scheduler.get_codex(&request).await?;
        let versions = counted(codex.versions.len() as u64, "version");
        let uses = match codex.used_by.len() as u64 {
            0 => "no task uses it".to_string(),
            uses => format!("steps of {} run it", counted(uses, "task")),
        };
        Ok(about(format!(
            "the codex {:?} with {versions}; {uses}",
            codex.name
        )))
    }

    async fn backup_subject(&self, arguments: &Object) -> Result<Map<String, Value>> {
        let wanted = id(arguments, "backup_id")?;
        let backups = self.scheduler.all_backups().await?;
        let backup = backups.into_iter().find(|backup| backup.id == wanted);
        let backup =
            backup.ok_or_else(|| missing("backup_id", "backup", wanted, "list_backups"))?;
        let existing = match arguments.get("overwrite") {
            Some(Value::Bool(true)) => "; tasks that exist are replaced",
            _ => "",
        };
        Ok(about(format!(
            "backup {} with {} and {}, {} bytes{existing}",
            backup.id,
            counted(backup.tasks, "task"),
            counted(backup.executions, "execution"),
            backup.bytes
        )))
    }

    async fn secret_subject(&self, row: &Row, arguments: &Object) -> Result<Map<String, Value>> {
        let wanted = text(arguments, "name");
        let kept = self
            .scheduler
            .list_secrets(&types::EmptyRequest {})
            .await?
            .names;
        let exists = kept.contains(&wanted);
        if !exists && row.method == "delete_secret" {
            return Err(missing_name("secret", &wanted, &kept));
        }
        Ok(about(match exists {
            true => format!("the secret {wanted:?}, which exists"),
            false => format!("the secret {wanted:?}, which does not exist yet"),
        }))
    }

    /// What the quotas of a request remove of the history of its user.
    pub(in crate::methods) async fn history_above(
        &self,
        method: &Method,
        arguments: &Object,
    ) -> Result<Vec<String>> {
        let encoded = self.interface.encode_arguments(method, arguments)?;
        let request: types::PutUserRequest = answers::typed(&encoded)?;
        let Some(quotas) = request.quotas else {
            return Ok(Vec::new());
        };
        let users = self.scheduler.all_users().await?;
        let Some(user) = users.iter().find(|it| it.principal == request.principal) else {
            return Ok(Vec::new());
        };
        let config = self.scheduler.get_config(&types::EmptyRequest {}).await?;
        Ok(history_above(user, &config, &quotas))
    }

    async fn user_subject(&self, row: &Row, arguments: &Object) -> Result<Map<String, Value>> {
        let wanted = text(arguments, "principal");
        let users = self.scheduler.all_users().await?;
        let user = users.iter().find(|user| user.principal.to_text() == wanted);
        match user {
            Some(user) => Ok(about(format!(
                "the user {wanted} ({}), role {}, with {}",
                user.name.as_deref().unwrap_or("no name"),
                user.role.name(),
                counted(user.tasks, "task")
            ))),
            None if row.method == "put_user" => {
                Ok(about(format!("{wanted}, who is not registered yet")))
            }
            None => Err(Error::new(
                Kind::NotFound,
                format!("{wanted} is not registered"),
                "give the principal of a user that list_users shows",
            )
            .at("principal")),
        }
    }

    async fn inbox_subject(&self, arguments: &Object) -> Result<Map<String, Value>> {
        let through = id(arguments, "through_id")?;
        let messages = self.scheduler.inbox(usize::MAX).await?;
        let gone: Vec<_> = messages
            .iter()
            .filter(|message| message.id <= through)
            .collect();
        let mut subject = about(format!(
            "{} of {} in the inbox",
            gone.len(),
            counted(messages.len() as u64, "message")
        ));
        let subjects: Vec<_> = gone
            .iter()
            .take(NAMED)
            .map(|message| &message.subject)
            .collect();
        subject.insert("messages".into(), json!(subjects));
        Ok(subject)
    }

    async fn config_subject(&self, arguments: &Object) -> Result<Map<String, Value>> {
        let Some(method) = self.interface.method("get_config") else {
            return Ok(Map::new());
        };
        let encoded = self.interface.encode_arguments(method, &Map::new())?;
        let answer = self.send(method, encoded).await?;
        let Answer::Ok(config) = self.interface.decode_answer(method, &answer)? else {
            return Ok(Map::new());
        };
        let mut subject = about("the configuration, for all owners".to_string());
        if let Some(configure) = self.interface.method("configure") {
            let now: types::ConfigResult = answers::typed(&answer)?;
            let request = self.interface.encode_arguments(configure, arguments)?;
            let lost = removed_history(&now.into_result()?, &answers::typed(&request)?);
            if !lost.is_empty() {
                subject.insert("would_lose".into(), json!(lost));
            }
        }
        subject.insert("changes".into(), changes(&config, arguments));
        Ok(subject)
    }

    async fn dead_letters_subject(&self, arguments: &Object) -> Result<Map<String, Value>> {
        let Some(method) = self.interface.method("list_dead_letters") else {
            return Ok(Map::new());
        };
        let encoded = self.interface.encode_arguments(method, arguments)?;
        let answer = self.send(method, encoded).await?;
        let found: types::GetTaskExecutionsResult = answers::typed(&answer)?;
        let page = found.into_result()?;
        let mut subject = about(format!(
            "{} that failed",
            counted(page.executions.len() as u64, "execution")
        ));
        let ids: Vec<_> = page
            .executions
            .iter()
            .take(NAMED)
            .map(|execution| execution.id.to_string())
            .collect();
        subject.insert("execution_ids".into(), json!(ids));
        Ok(subject)
    }
}

fn counted(count: u64, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}

fn about(text: String) -> Map<String, Value> {
    Map::from_iter([("subject".to_string(), json!(text))])
}

/// An identifier in the arguments, which have been checked.
fn id(arguments: &Object, name: &str) -> Result<u64> {
    let digits = match arguments.get(name) {
        Some(Value::String(text)) => text.trim().parse().ok(),
        Some(value) => value.as_u64(),
        None => None,
    };
    digits.ok_or_else(|| {
        Error::new(
            Kind::InvalidArgument,
            "expected an identifier: digits as text",
            "give it for example as \"42\"",
        )
        .at(name)
    })
}

fn text(arguments: &Object, name: &str) -> String {
    let text = arguments.get(name).and_then(Value::as_str);
    text.unwrap_or_default().to_string()
}

fn missing(field: &str, what: &str, id: u64, list: &str) -> Error {
    Error::new(
        Kind::NotFound,
        format!("there is no {what} {id}"),
        format!("give the id of one that {list} shows"),
    )
    .at(field)
}

fn missing_name(what: &str, wanted: &str, names: &[String]) -> Error {
    let fix = match names {
        [] => format!("nothing is to be done: there is no {what}"),
        names => format!("give one of {}", names.join(", ")),
    };
    let rule = format!("there is no {what} {wanted:?}");
    Error::new(Kind::NotFound, rule, fix).at("name")
}

/// What the arguments set, beside what is there now.
fn changes(now: &Value, arguments: &Object) -> Value {
    let set = arguments
        .iter()
        .filter(|(_, then)| !then.is_null())
        .filter_map(|(name, then)| {
            let now = now.get(name)?;
            Some((name.clone(), json!({ "now": now, "then": then })))
        })
        .filter(|(name, _)| name != "task_id");
    Value::Object(set.collect())
}

fn expect_version(arguments: &Object, task: &types::Task) -> Result<()> {
    match arguments.get("expected_version") {
        None | Some(Value::Null) => Ok(()),
        Some(given) if given.to_string().trim_matches('"') == task.version.to_string() => Ok(()),
        Some(_) => Err(Error::new(
            Kind::Conflict,
            format!("the task has version {}", task.version),
            "look at the task again, and give its present version",
        )
        .at("expected_version")),
    }
}

fn expect_schedule(arguments: &Object, task: &types::Task) -> Result<()> {
    if !arguments.contains_key("schedule_id") {
        return Ok(());
    }
    let wanted = id(arguments, "schedule_id")?;
    if task.schedules.iter().any(|schedule| schedule.id == wanted) {
        return Ok(());
    }
    let ids: Vec<_> = task
        .schedules
        .iter()
        .map(|schedule| schedule.id.to_string())
        .collect();
    Err(Error::new(
        Kind::NotFound,
        format!(
            "the task has no schedule {wanted}; it has {}",
            ids.join(", ")
        ),
        "give one of these",
    )
    .at("schedule_id"))
}
