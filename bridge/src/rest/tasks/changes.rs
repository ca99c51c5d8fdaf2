//! Making and changing tasks: in the words of Daptin, which job files have too, or as the requests of the
//! scheduler.

use axum::http::StatusCode;
use chime_types::{CreateTaskRequest, Task, TaskRequest, UpdateTaskRequest};
use serde_json::{Value, json};

use super::super::ask::Ask;
use super::super::document::Answer;
use super::super::problem::{Outcome, Place, Problem};
use super::resource;
use crate::apply::{self, Declaration, Plan, Step};
use crate::error::{Error, Kind};
use crate::methods::Object;
use crate::methods::records::request_of;
use crate::scheduler::{Latest, Scheduler};

/// Where tasks of the API come from, as their metadata say.
const ORIGIN: &str = "the API";

/// Why a task is paused that is switched off here.
const SWITCHED_OFF: &str = "switched off over the API";

/// The words of Daptin, as they are answered.
const WORDS: [&str; 10] = [
    "name",
    "label",
    "schedule",
    "action_name",
    "entity_name",
    "as_user_email",
    "attributes",
    "active",
    "is_active",
    "job_type",
];

/// A name without case, `_` and `-`.
fn folded(name: &str) -> String {
    let letters = name.chars().filter(|letter| !matches!(letter, '_' | '-'));
    letters.flat_map(char::to_lowercase).collect()
}

/// The word that a name is, however it is spelled.
fn word_of(name: &str) -> Option<&'static str> {
    let name = folded(name);
    WORDS.into_iter().find(|word| folded(word) == name)
}

fn is_word(name: &str) -> bool {
    word_of(name).is_some()
}

/// Makes a task.
pub async fn create(ask: Ask) -> Outcome<Answer> {
    let scheduler = ask.scheduler();
    let attributes = ask.attributes("task")?;
    let key = ask.idempotency_key()?;
    let is_request = attributes.contains_key("steps") || attributes.contains_key("schedules");
    let (mut request, mut notes) = match is_request {
        true => (requested(attributes)?, Vec::new()),
        false => declared(ask.document("task")?)?,
    };
    let refused = |error| match is_request {
        true => Problem::from(error).in_attributes(),
        false => in_words(error),
    };
    match key {
        Some(key) => request.idempotency_key = Some(key),
        // Whoever gives a key of its own may repeat the request; else a name is given once.
        None => require_new_name(scheduler, &request.name).await?,
    }
    notes.extend(name_user(scheduler, &mut request).await);
    notes.extend(
        scheduler
            .know_callees(&mut request)
            .await
            .map_err(refused)?,
    );
    let task = scheduler.create_task(&request).await.map_err(refused)?;
    if task.name != request.name {
        return Err(other_task(&task));
    }
    Ok(Answer::made(resource(&task, &Latest::default())).with_notes(&notes))
}

/// The request of the scheduler, with the one word of Daptin that stands for a field of it.
fn requested(mut attributes: Object) -> Outcome<CreateTaskRequest> {
    if let Some(active) = attributes.shift_remove("is_active") {
        attributes.insert("disabled".to_string(), switch(&active)?);
    }
    let request = request_of("create_task", &attributes);
    request.map_err(|error| Problem::from(error).in_attributes())
}

fn switch(active: &Value) -> Outcome<Value> {
    match active {
        Value::Bool(active) => Ok(json!(!active)),
        _ => Err(Problem::from(
            Error::new(
                Kind::InvalidArgument,
                "it is neither true nor false",
                "give one of them",
            )
            .at("is_active"),
        )
        .in_attributes()),
    }
}

/// What a document declares, in the words of Daptin.
fn declared(document: &Value) -> Outcome<(CreateTaskRequest, Vec<String>)> {
    let finding = apply::read_api(document, ORIGIN);
    let declaration: Declaration = match finding.outcome {
        apply::Outcome::Task(declaration) => *declaration,
        apply::Outcome::Refused(refusal) => return Err(in_words(refusal.into())),
        apply::Outcome::Patch(_) | apply::Outcome::Configuration => {
            return Err(super::super::ask::malformed(
                "the data declare no task",
                "/data",
            ));
        }
    };
    // With no task before it, a declaration is made as it is, under the key that job files know it by.
    match Plan::new(Vec::new()).declare(&declaration, ORIGIN) {
        Step::Create(request) => Ok((*request, finding.notes)),
        Step::Refused(refusal) => Err(in_words(refusal.into())),
        Step::Update(_) | Step::Unchanged(_) | Step::Repeats { .. } => {
            Ok((declaration.request, finding.notes))
        }
    }
}

/// The scheduler answers a key with the task that was made under it, whatever that is called by now.
fn other_task(task: &Task) -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        format!(
            "task {} was made under the same key, and is called {:?} now",
            task.id, task.name
        ),
        format!(
            "change it with PATCH /api/task/{}, or send another Idempotency-Key to make a new one",
            task.id
        ),
    )
    .at(Place::Pointer("/data/attributes/name".into()))
}

/// Names are unique where tasks are known by them.
async fn require_new_name(scheduler: &Scheduler, name: &str) -> Outcome<()> {
    let tasks = scheduler.all_tasks().await?;
    match tasks.iter().find(|task| task.name == name) {
        None => Ok(()),
        Some(task) => Err(Problem::new(
            StatusCode::CONFLICT,
            format!("task {} has the name {name:?} already", task.id),
            format!(
                "change it with PATCH /api/task/{}, give another name, or send an Idempotency-Key to have \
                 several of one name",
                task.id
            ),
        )
        .at(Place::Pointer("/data/attributes/name".into()))),
    }
}

/// Gives the task the name of the registered user that an action is meant to run for, where there is one
/// and the caller may see it.
async fn name_user(scheduler: &Scheduler, request: &mut CreateTaskRequest) -> Option<String> {
    let email = request.steps.iter().find_map(|step| match &step.action {
        chime_types::Action::Named { as_user, .. } => as_user.clone(),
        _ => None,
    })?;
    let user = scheduler.find_user(&email).await.ok()?;
    request.run_as.get_or_insert(user.principal);
    Some(format!(
        "{email} is the user {}: actions and workers get this name",
        user.principal
    ))
}

/// Changes a task.
pub async fn update(ask: Ask) -> Outcome<Answer> {
    let scheduler = ask.scheduler();
    let task_id = ask.number()?;
    let attributes = ask.attributes("task")?;
    let task = scheduler.get_task(&TaskRequest { task_id }).await?;
    let demanded = ask.require_version(task.version)?;
    let (words, rest): (Object, Object) =
        attributes.into_iter().partition(|(name, _)| is_word(name));
    let Patched {
        update,
        active,
        notes,
    } = patched(&task, words)?;
    let mut update = with_request(update, rest, &task)?;
    let mut notes = notes;
    notes.extend(
        scheduler
            .know_callees(&mut update)
            .await
            .map_err(in_words)?,
    );
    let refused = |error: Error| {
        let is_version = error.field() == Some("expected_version");
        match (is_version, demanded) {
            (true, Some(_)) => Problem::from(error)
                .with_status(StatusCode::PRECONDITION_FAILED)
                .at(Place::Header("If-Match")),
            _ => in_words(error),
        }
    };
    let mut changed = task.clone();
    if is_change(&update) {
        changed = scheduler.update_task(&update).await.map_err(refused)?;
    }
    match active {
        Some(true) => changed = scheduler.resume_task(&TaskRequest { task_id }).await?,
        Some(false) => changed = scheduler.switch_off(task_id, SWITCHED_OFF).await?,
        None => {}
    }
    let tasks = [changed];
    let latest = scheduler.latest(&tasks).await?;
    Ok(Answer::one(resource(&tasks[0], &latest)).with_notes(&notes))
}

/// What the words of Daptin change.
struct Patched {
    update: UpdateTaskRequest,
    active: Option<bool>,
    notes: Vec<String>,
}

fn patched(task: &Task, words: Object) -> Outcome<Patched> {
    let nothing = UpdateTaskRequest {
        task_id: task.id,
        expected_version: Some(task.version),
        ..UpdateTaskRequest::default()
    };
    let document = json!({
        "data": { "type": "task", "id": task.id.to_string(), "attributes": words },
    });
    let finding = apply::read_api(&document, ORIGIN);
    let patch = match finding.outcome {
        apply::Outcome::Patch(patch) => patch,
        apply::Outcome::Refused(refusal) => return Err(in_words(refusal.into())),
        apply::Outcome::Task(_) | apply::Outcome::Configuration => {
            return Err(super::super::ask::malformed(
                "the data change no task",
                "/data",
            ));
        }
    };
    let step = apply::patch(task, &patch).map_err(|refusal| in_words(refusal.into()))?;
    let (update, active) = match step {
        Step::Update(change) => (change.update.unwrap_or(nothing), change.active),
        Step::Refused(refusal) => return Err(in_words(refusal.into())),
        Step::Create(_) | Step::Unchanged(_) | Step::Repeats { .. } => (nothing, None),
    };
    Ok(Patched {
        update,
        active,
        notes: finding.notes,
    })
}

/// The same update with fields of the scheduler's own request, which win.
fn with_request(
    update: UpdateTaskRequest,
    mut rest: Object,
    task: &Task,
) -> Outcome<UpdateTaskRequest> {
    if rest.is_empty() {
        return Ok(update);
    }
    rest.insert("task_id".to_string(), json!(task.id.to_string()));
    let own: UpdateTaskRequest =
        request_of("update_task", &rest).map_err(|error| Problem::from(error).in_attributes())?;
    Ok(UpdateTaskRequest {
        task_id: task.id,
        expected_version: own.expected_version.or(update.expected_version),
        name: own.name.or(update.name),
        description: own.description.or(update.description),
        metadata: own.metadata.or(update.metadata),
        steps: own.steps.or(update.steps),
        schedules: own.schedules.or(update.schedules),
        priority: own.priority.or(update.priority),
        retry: own.retry.or(update.retry),
        timeout_seconds: own.timeout_seconds.or(update.timeout_seconds),
        on_unknown: own.on_unknown.or(update.on_unknown),
        execution_timeout_seconds: own
            .execution_timeout_seconds
            .or(update.execution_timeout_seconds),
        maximum_concurrent: own.maximum_concurrent.or(update.maximum_concurrent),
        pause_after_failures: own.pause_after_failures.or(update.pause_after_failures),
        run_as: own.run_as.or(update.run_as),
        callback: own.callback.or(update.callback),
    })
}

fn is_change(update: &UpdateTaskRequest) -> bool {
    let nothing = UpdateTaskRequest {
        task_id: update.task_id,
        expected_version: update.expected_version,
        ..UpdateTaskRequest::default()
    };
    *update != nothing
}

/// Fields of the scheduler's requests as the words of Daptin that they came from.
const FROM: [(&str, &str); 5] = [
    ("schedules[0]", "schedule"),
    ("steps[0].action.named.", ""),
    ("steps[0].attributes", "attributes"),
    ("description", "label"),
    ("as_user", "as_user_email"),
];

/// A problem with what the words of Daptin came to, at the word as it is answered.
fn in_words(error: Error) -> Problem {
    let field = error.field().unwrap_or_default().to_string();
    let mut word = field
        .strip_prefix("data.attributes.")
        .unwrap_or(&field)
        .to_string();
    for (from, to) in FROM {
        if let Some(rest) = word.strip_prefix(from) {
            word = match to {
                "" => rest.to_string(),
                to => to.to_string(),
            };
        }
    }
    if let Some(known) = word_of(&word) {
        word = known.to_string();
    }
    match word == field || word.is_empty() {
        true => Problem::from(error).in_attributes(),
        false => Problem::from(error.at(word)).in_attributes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_tell_the_words_of_the_document_from_fields_of_the_request() {
        for name in [
            "schedule",
            "ActionName",
            "as_user_email",
            "is_active",
            "label",
        ] {
            assert!(is_word(name), "{name}");
        }
        for name in ["schedules", "steps", "priority", "description", "metadata"] {
            assert!(!is_word(name), "{name}");
        }
    }

    #[test]
    fn should_find_fault_with_the_word_that_it_came_from() {
        for (field, pointer) in [
            (
                "schedules[0].rule.cron.expression",
                "/data/attributes/schedule",
            ),
            (
                "steps[0].action.named.action_name",
                "/data/attributes/action_name",
            ),
            (
                "steps[0].action.named.as_user",
                "/data/attributes/as_user_email",
            ),
            ("steps[0].attributes", "/data/attributes/attributes"),
            ("description", "/data/attributes/label"),
            ("data.attributes.ActionName", "/data/attributes/action_name"),
            ("name", "/data/attributes/name"),
        ] {
            let problem = in_words(Error::new(Kind::Usage, "x", "y").at(field));
            let source = &problem.to_json()["errors"][0]["source"];
            assert_eq!(source["pointer"], pointer, "{field}");
        }
    }
}
