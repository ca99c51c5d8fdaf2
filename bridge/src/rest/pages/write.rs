//! What the forms of the pages do.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use chime_types::{
    CancelExecutionRequest, CreateTaskRequest, RetryExecutionRequest, RunTaskNowRequest, Task,
    TaskRequest, UpdateTaskRequest,
};

use super::form::Form;
use super::read::number;
use super::{THEME, THEME_SECONDS, context, refused, see, with_status};
use crate::access::Reach;
use crate::page::{self, AT_ONCE, Context, Fault, Fields, Theme};
use crate::rest::gate::Caller;
use crate::rest::pages::fields::{self, Wanted};
use crate::rest::problem::{Outcome, Problem};
use crate::rest::served::Served;
use crate::scheduler::Scheduler;

/// Why a task is paused that is switched off here.
const SWITCHED_OFF: &str = "switched off on its page";

/// Who sent a form, and what.
pub async fn sent(caller: &Caller, request: Request) -> Result<(Context, Form), Response> {
    let (head, body) = request.into_parts();
    let context = context(caller, &head.uri, &head.headers);
    match Form::read(caller, &head.headers, body).await {
        Ok(form) => Ok((context, form)),
        Err(problem) => Err(refused(&context, &problem)),
    }
}

/// Where it leads when it is done, or a page that says why not.
pub fn done(context: &Context, outcome: Outcome<String>) -> Response {
    match outcome {
        Ok(path) => see(&path),
        Err(problem) => refused(context, &problem),
    }
}

/// `POST /tasks`
pub async fn create(Extension(caller): Extension<Caller>, request: Request) -> Response {
    let (context, form) = match sent(&caller, request).await {
        Ok(sent) => sent,
        Err(response) => return response,
    };
    let scheduler = &caller.account.scheduler;
    let filled = fields::of(&form, None);
    if form.get("do") == "preview" {
        return preview(&context, scheduler, &filled).await;
    }
    let made = async {
        let Wanted { step, schedule } = fields::wanted(&filled)?;
        let mut request = CreateTaskRequest {
            name: filled.name.clone(),
            description: (!filled.label.is_empty()).then(|| filled.label.clone()),
            steps: step.into_iter().collect(),
            schedules: schedule.into_iter().collect(),
            ..CreateTaskRequest::default()
        };
        scheduler.know_callees(&mut request).await?;
        scheduler.create_task(&request).await
    };
    match made.await {
        Ok(task) => see(&format!("/tasks/{}", task.id)),
        Err(error) => faulty(&context, &filled, error),
    }
}

/// `POST /tasks/{id}`
pub async fn edit(
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let (context, form) = match sent(&caller, request).await {
        Ok(sent) => sent,
        Err(response) => return response,
    };
    let scheduler = &caller.account.scheduler;
    let task = async {
        let task_id = number(&id)?;
        scheduler.get_task(&TaskRequest { task_id }).await
    };
    let task = match task.await {
        Ok(task) => task,
        Err(error) => return refused(&context, &Problem::from(error)),
    };
    let filled = fields::of(&form, Some(&task));
    if form.get("do") == "preview" {
        return preview(&context, scheduler, &filled).await;
    }
    let changed = async {
        let mut request = change(&task, &filled)?;
        scheduler.know_callees(&mut request).await?;
        scheduler.update_task(&request).await
    };
    match changed.await {
        Ok(task) => see(&format!("/tasks/{}", task.id)),
        Err(error) => faulty(&context, &filled, error),
    }
}

/// What the fields change in a task: only what differs from what they showed.
fn change(task: &Task, filled: &Fields) -> crate::error::Result<UpdateTaskRequest> {
    let shown = Fields::of(task);
    let differs = |now: &String, before: &String| (now != before).then(|| now.clone());
    let does = |fields: &Fields| {
        let Fields {
            kind,
            does,
            attributes,
            ..
        } = fields.clone();
        (kind, does, attributes)
    };
    let when = |fields: &Fields| (fields.schedule.clone(), fields.timezone.clone());
    let Wanted { step, schedule } = fields::wanted(filled)?;
    let step = step.filter(|_| does(filled) != does(&shown));
    let schedule = schedule.filter(|_| when(filled) != when(&shown));
    Ok(UpdateTaskRequest {
        task_id: task.id,
        expected_version: filled.version.or(Some(task.version)),
        name: differs(&filled.name, &shown.name),
        description: differs(&filled.label, &shown.label),
        steps: step.map(|step| vec![fields::in_place_of(task, step)]),
        schedules: schedule.map(|schedule| vec![fields::in_schedule_of(task, schedule)]),
        ..UpdateTaskRequest::default()
    })
}

/// The form again, with what its schedule means.
async fn preview(context: &Context, scheduler: &Scheduler, filled: &Fields) -> Response {
    match fields::meaning(context, scheduler, filled).await {
        Ok(means) => {
            let page = page::form(context, filled, None, &Some(means));
            with_status(StatusCode::OK, page)
        }
        Err(error) => faulty(context, filled, error),
    }
}

/// The form again, with what is wrong beside the field.
fn faulty(context: &Context, filled: &Fields, error: crate::error::Error) -> Response {
    let fault = Fault {
        field: fields::field_of(error.field().unwrap_or_default()).to_string(),
        rule: error.rule().to_string(),
        fix: error.fix().to_string(),
    };
    let status = Problem::from(error).status();
    let page = page::form(context, filled, Some(&fault), &None);
    with_status(status, page)
}

/// `POST /tasks/{id}/{verb}`
pub async fn task(
    Extension(caller): Extension<Caller>,
    Path((id, verb)): Path<(String, String)>,
    request: Request,
) -> Response {
    let (context, _) = match sent(&caller, request).await {
        Ok(sent) => sent,
        Err(response) => return response,
    };
    let scheduler = &caller.account.scheduler;
    let outcome = async {
        let task_id = number(&id)?;
        let back = format!("/tasks/{task_id}");
        match verb.as_str() {
            "pause" => drop(scheduler.switch_off(task_id, SWITCHED_OFF).await?),
            "resume" => drop(scheduler.resume_task(&TaskRequest { task_id }).await?),
            "run" => {
                let request = RunTaskNowRequest {
                    task_id,
                    idempotency_key: None,
                    scheduled_at: None,
                };
                let run = scheduler.run_task_now(&request).await?;
                return Ok(format!("/executions/{}", run.id));
            }
            "delete" => {
                scheduler.delete_task(&TaskRequest { task_id }).await?;
                return Ok("/tasks".to_string());
            }
            other => return Err(nothing(other)),
        }
        Ok(back)
    };
    done(&context, outcome.await)
}

/// `POST /executions/{id}/{verb}`
pub async fn execution(
    Extension(caller): Extension<Caller>,
    Path((id, verb)): Path<(String, String)>,
    request: Request,
) -> Response {
    let (context, form) = match sent(&caller, request).await {
        Ok(sent) => sent,
        Err(response) => return response,
    };
    let scheduler = &caller.account.scheduler;
    let outcome = async {
        let execution_id = number(&id)?;
        let run = match verb.as_str() {
            "retry" => {
                let request = RetryExecutionRequest {
                    execution_id,
                    from_start: Some(form.get("from_start") == "true"),
                    from_step: None,
                };
                scheduler.retry_execution(&request).await?
            }
            "cancel" => {
                let request = CancelExecutionRequest {
                    execution_id,
                    reason: Some("cancelled on its page".to_string()),
                    terminate: None,
                };
                scheduler.cancel_execution(&request).await?
            }
            other => return Err(nothing(other)),
        };
        Ok(format!("/executions/{}", run.id))
    };
    done(&context, outcome.await)
}

pub fn nothing(verb: &str) -> Problem {
    let rule = format!("there is nothing called {verb:?} to do");
    Problem::new(StatusCode::NOT_FOUND, rule, "use the buttons of the pages")
}

/// `POST /failures/retry`
pub async fn retry_all(Extension(caller): Extension<Caller>, request: Request) -> Response {
    let (context, form) = match sent(&caller, request).await {
        Ok(sent) => sent,
        Err(response) => return response,
    };
    let outcome = async {
        for id in form.all("id").take(AT_ONCE) {
            let request = RetryExecutionRequest {
                execution_id: number(id)?,
                from_start: None,
                from_step: None,
            };
            caller.account.scheduler.retry_execution(&request).await?;
        }
        Ok("/failures".to_string())
    };
    done(&context, outcome.await)
}

/// `POST /settings/revoke`
pub async fn revoke(
    State(served): State<Arc<Served>>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    let (context, form) = match sent(&caller, request).await {
        Ok(sent) => sent,
        Err(response) => return response,
    };
    let outcome = async {
        caller.require(Reach::Admin)?;
        served.book.revoke(form.get("token"))?;
        Ok("/settings".to_string())
    };
    done(&context, outcome.await)
}

/// `POST /theme`
pub async fn theme(Extension(caller): Extension<Caller>, request: Request) -> Response {
    let (_, form) = match sent(&caller, request).await {
        Ok(sent) => sent,
        Err(response) => return response,
    };
    let name = Theme::of(form.get("theme")).name();
    let cookie =
        format!("{THEME}={name}; Path=/; HttpOnly; SameSite=Strict; Max-Age={THEME_SECONDS}");
    let headers = [
        (header::SET_COOKIE, cookie),
        (header::LOCATION, own_path(form.get("back"))),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// A path of this server; whatever else is asked for leads to the first page.
fn own_path(text: &str) -> String {
    let is_own = text.starts_with('/')
        && !text.starts_with("//")
        && !text.contains('\\')
        && text.parse::<Uri>().is_ok_and(|uri| uri.host().is_none());
    match is_own && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => text.to_string(),
        false => "/".to_string(),
    }
}

/// `POST /leave`
pub async fn leave(
    State(served): State<Arc<Served>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    match sent(&caller, request).await {
        Err(response) => response,
        Ok(_) => {
            let cookie = served.sessions.end(&headers);
            let headers = [
                (header::SET_COOKIE, cookie),
                (header::LOCATION, "/".to_string()),
            ];
            (StatusCode::SEE_OTHER, headers).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_lead_back_to_pages_of_its_own_only() {
        for path in ["/", "/tasks?name=x&page=2", "/tasks/7"] {
            assert_eq!(own_path(path), path);
        }
        for path in [
            "",
            "//evil.example.com",
            "/\\evil.example.com",
            "https://evil.example.com",
            "/a b",
            "/a\r\nb",
        ] {
            assert_eq!(own_path(path), "/", "{path:?}");
        }
    }
}
