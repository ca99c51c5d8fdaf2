//! The pages of stored Python: what they are made from, and what their forms do.

use axum::Extension;
use axum::extract::{Path, Request};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use chime_types::{
    Action, Codex, CodexRequest, CreateTaskRequest, DeleteCodexRequest, NewSchedule, NewStep,
    PutCodexRequest, RollbackCodexRequest, Rule, RunTaskNowRequest, Task, TaskRequest,
};

use super::form::Form;
use super::read::{number, parameter};
use super::write::{done, nothing, sent};
use super::{context, html, see, with_status};
use crate::error::{Error, Result};
use crate::page::{self, CodexFields, CodexPage, Context, FIRST_LINES, Fault, codex_path};
use crate::rest::gate::Caller;
use crate::rest::problem::Problem;
use crate::scheduler::Scheduler;

/// Tasks that run a codex whose names are shown.
const USERS: usize = 20;

/// `/codices`
pub async fn list(Extension(caller): Extension<Caller>, uri: Uri, headers: HeaderMap) -> Response {
    let context = context(&caller, &uri, &headers);
    let shown = async {
        let all = caller.account.scheduler.all_codices().await?;
        Ok(page::codices(&context, &all))
    };
    html(&context, shown.await)
}

/// The codex that a path and what stands behind its question mark name.
fn asked(name: &str, uri: &Uri, version: Option<u64>) -> CodexRequest {
    CodexRequest {
        name: name.to_string(),
        version,
        shared: (parameter(uri, "shared") == "true").then_some(true),
    }
}

/// The version that a parameter names; none if it is not there.
fn version(uri: &Uri, parameter_name: &str) -> Result<Option<u64>> {
    match parameter(uri, parameter_name).as_str() {
        "" => Ok(None),
        text => number(text).map(Some),
    }
}

/// `/codices/{name}`
pub async fn show(
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let context = context(&caller, &uri, &headers);
    let scheduler = &caller.account.scheduler;
    let shown = async {
        let request = asked(&name, &uri, version(&uri, "version")?);
        let codex = scheduler.get_codex(&request).await?;
        let compared = match version(&uri, "compare")? {
            None => None,
            other => Some(scheduler.get_codex(&asked(&name, &uri, other)).await?),
        };
        let shows = CodexPage {
            codex: &codex,
            compared: compared.as_ref(),
            used_by: &users(scheduler, &codex).await?,
        };
        Ok(page::codex(&context, &shows))
    };
    html(&context, shown.await)
}

/// The tasks that run a codex, each with its name.
async fn users(scheduler: &Scheduler, codex: &Codex) -> Result<Vec<(u64, String)>> {
    let mut named = Vec::new();
    for task_id in codex.used_by.iter().take(USERS).copied() {
        let task = scheduler.get_task(&TaskRequest { task_id }).await?;
        named.push((task.id, task.name));
    }
    Ok(named)
}

/// `/new/codex`
pub async fn new(Extension(caller): Extension<Caller>, uri: Uri, headers: HeaderMap) -> Response {
    let context = context(&caller, &uri, &headers);
    let fields = CodexFields {
        is_new: true,
        code: FIRST_LINES.into(),
        ..CodexFields::default()
    };
    html(&context, Ok(page::codex_form(&context, &fields, None)))
}

/// `/codices/{name}/edit`
pub async fn edit(
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let context = context(&caller, &uri, &headers);
    let shown = async {
        let codex = caller
            .account
            .scheduler
            .get_codex(&asked(&name, &uri, None))
            .await?;
        let fields = CodexFields {
            is_new: false,
            name: codex.name,
            description: codex.description,
            code: codex.code.unwrap_or_default(),
            shared: codex.shared,
            version: Some(codex.present_version),
        };
        Ok(page::codex_form(&context, &fields, None))
    };
    html(&context, shown.await)
}

/// `POST /codices`
pub async fn store(Extension(caller): Extension<Caller>, request: Request) -> Response {
    match sent(&caller, request).await {
        Err(response) => response,
        Ok((context, form)) => {
            let fields = CodexFields {
                is_new: true,
                name: form.get("name").trim().to_string(),
                // Nobody's codex of that name is written over.
                version: Some(0),
                ..of(&form)
            };
            put(&caller, &context, &fields).await
        }
    }
}

/// `POST /codices/{name}`
pub async fn store_again(
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    match sent(&caller, request).await {
        Err(response) => response,
        Ok((context, form)) => {
            let fields = CodexFields { name, ..of(&form) };
            put(&caller, &context, &fields).await
        }
    }
}

fn of(form: &Form) -> CodexFields {
    CodexFields {
        is_new: false,
        name: String::new(),
        description: form.get("description").trim().to_string(),
        // Browsers send the ends of lines as two characters.
        code: form.get("code").replace("\r\n", "\n"),
        shared: form.get("shared") == "true",
        version: form.get("version").parse().ok(),
    }
}

async fn put(caller: &Caller, context: &Context, fields: &CodexFields) -> Response {
    let request = PutCodexRequest {
        name: fields.name.clone(),
        code: Some(fields.code.clone()),
        description: Some(fields.description.clone()),
        shared: Some(fields.shared),
        expected_version: fields.version,
        ..PutCodexRequest::default()
    };
    match caller.account.scheduler.put_codex(&request).await {
        Ok(codex) => see(&codex_path(&codex.name, codex.shared)),
        Err(error) => faulty(context, fields, error),
    }
}

/// The form again, with what is wrong beside the field.
fn faulty(context: &Context, fields: &CodexFields, error: Error) -> Response {
    let is_shown = |field: &&str| matches!(*field, "name" | "description" | "code");
    let field = error.field().filter(is_shown).unwrap_or_default();
    let fault = Fault {
        field: field.to_string(),
        rule: error.rule().to_string(),
        fix: error.fix().to_string(),
    };
    let status = Problem::from(error).status();
    with_status(status, page::codex_form(context, fields, Some(&fault)))
}

/// `POST /codices/{name}/{verb}`
pub async fn change(
    Extension(caller): Extension<Caller>,
    Path((name, verb)): Path<(String, String)>,
    request: Request,
) -> Response {
    let (context, form) = match sent(&caller, request).await {
        Ok(sent) => sent,
        Err(response) => return response,
    };
    let scheduler = &caller.account.scheduler;
    let shared = Some(form.get("shared") == "true");
    let outcome = async {
        match verb.as_str() {
            "run" => Ok(format!("/executions/{}", run(scheduler, name).await?)),
            "rollback" => {
                let request = RollbackCodexRequest {
                    name,
                    to_version: Some(number(form.get("version"))?),
                    shared,
                };
                let codex = scheduler.rollback_codex(&request).await?;
                Ok(codex_path(&codex.name, codex.shared))
            }
            "delete" => {
                scheduler
                    .delete_codex(&DeleteCodexRequest { name, shared })
                    .await?;
                Ok("/codices".to_string())
            }
            other => Err(nothing(other)),
        }
    };
    done(&context, outcome.await)
}

/// Runs a codex now, by a task that only does this, and only when it is asked to: the same one each time.
async fn run(scheduler: &Scheduler, name: String) -> Result<u64> {
    let request = CodexRequest {
        name: name.clone(),
        version: None,
        shared: None,
    };
    let mut task_id = None;
    for id in scheduler.get_codex(&request).await?.used_by {
        let task = scheduler.get_task(&TaskRequest { task_id: id }).await?;
        if only_runs(&task, &name) {
            task_id = Some(id);
            break;
        }
    }
    let task_id = match task_id {
        Some(task_id) => task_id,
        None => {
            let action = Action::Codex {
                name: name.clone(),
                code: None,
                input: None,
            };
            let request = CreateTaskRequest {
                name: format!("{name}, by hand"),
                description: Some("Runs the codex when somebody asks for it on its page.".into()),
                steps: vec![NewStep::new(action)],
                schedules: vec![NewSchedule {
                    disabled: Some(true),
                    ..NewSchedule::new(Rule::Once { run_at: None })
                }],
                ..CreateTaskRequest::default()
            };
            scheduler.create_task(&request).await?.id
        }
    };
    let request = RunTaskNowRequest {
        task_id,
        idempotency_key: None,
        scheduled_at: None,
    };
    Ok(scheduler.run_task_now(&request).await?.id)
}

/// Whether all that a task does is to run a codex, and that only when it is asked to.
fn only_runs(task: &Task, name: &str) -> bool {
    let runs = |action: &Action| matches!(action, Action::Codex { name: own, code: None, input: None } if own == name);
    task.schedules.iter().all(|schedule| schedule.disabled)
        && !task.disabled
        && matches!(task.steps.as_slice(), [only] if runs(&only.action))
}
