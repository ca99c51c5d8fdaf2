//! What each page is made from.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use chime_types::{
    ConfigResult, EmptyRequest, ExecutionRequest, ExecutionStatus, Task, TaskExecution, TaskRequest,
};
use futures::{StreamExt, TryStreamExt, stream};

use super::{context, html};
use crate::access::Reach;
use crate::error::{Error, Kind, Result};
use crate::methods::records::answer_json;
use crate::page::{
    self, Fields, Filter, Overview, Row, SHOWN, Settings, Step, TaskList, TaskPage, Token,
};
use crate::rest::executions::latest_of;
use crate::rest::gate::Caller;
use crate::rest::problem::Outcome;
use crate::rest::query::pairs;
use crate::rest::served::Served;
use crate::rest::timeline as events;
use crate::scheduler::Scheduler;
use crate::words::word;

/// Tasks on a page.
const TASKS: usize = 25;

/// Executions of a task that a grid looks at.
const OF_A_GRID: usize = 200;

/// Tasks that a calendar looks at.
const OF_A_CALENDAR: usize = 500;

/// Executions on the page of a task.
const EXECUTIONS: usize = 50;

/// Runs on the first page.
const LATEST: usize = 15;

/// Events on a page.
const EVENTS: usize = 200;

/// Failures that are looked at.
const FAILURES: usize = 500;

/// Executions that are named as those that another waits behind.
const BEFORE: usize = 5;

const LOOKS_AT_ONCE: usize = 8;

pub fn parameter(uri: &Uri, name: &str) -> String {
    let all = pairs(uri.query().unwrap_or_default());
    let found = all.into_iter().find(|(own, _)| own == name);
    found.map(|(_, value)| value).unwrap_or_default()
}

/// The number that a part of a path is.
pub fn number(text: &str) -> Result<u64> {
    let number = text.parse::<u64>().ok();
    number.ok_or_else(|| {
        Error::new(
            Kind::NotFound,
            format!("nothing has the id {text:?}"),
            "follow the links of the lists",
        )
    })
}

/// The latest executions, each with the name of its task.
async fn recent(scheduler: &Scheduler) -> Result<Vec<(TaskExecution, String)>> {
    let tasks = scheduler.all_tasks().await?;
    let names: BTreeMap<_, _> = tasks
        .iter()
        .map(|task| (task.id, task.name.clone()))
        .collect();
    let latest = latest_of(scheduler, tasks).await?;
    let named = latest.into_iter().map(|run| {
        let name = names.get(&run.task_id).cloned().unwrap_or_default();
        (run, name)
    });
    Ok(named.collect())
}

/// `/`
pub async fn overview(
    Extension(caller): Extension<Caller>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let context = context(&caller, &uri, &headers);
    let scheduler = &caller.account.scheduler;
    let shown = async {
        let stats = scheduler.get_stats(&EmptyRequest {}).await?;
        let mut latest = recent(scheduler).await?;
        latest.truncate(LATEST);
        Ok(page::overview(
            &context,
            &Overview {
                stats: &stats,
                latest: &latest,
            },
        ))
    };
    html(&context, shown.await)
}

/// `/tasks`
pub async fn tasks(Extension(caller): Extension<Caller>, uri: Uri, headers: HeaderMap) -> Response {
    let context = context(&caller, &uri, &headers);
    let page = parameter(&uri, "page").parse().unwrap_or(1).max(1);
    let filter = Filter {
        name: parameter(&uri, "name"),
        status: parameter(&uri, "status"),
        page,
    };
    let shown = async {
        let list = listed(&caller.account.scheduler, filter).await?;
        Ok(page::tasks(&context, &list))
    };
    html(&context, shown.await)
}

async fn listed(scheduler: &Scheduler, mut filter: Filter) -> Outcome<TaskList> {
    let mut tasks = scheduler.all_tasks().await?;
    let name = filter.name.to_lowercase();
    let fits = |task: &Task| {
        task.name.to_lowercase().contains(&name)
            && (filter.status.is_empty() || word(&task.status) == filter.status)
    };
    tasks.retain(fits);
    let total = tasks.len();
    let last_page = total.div_ceil(TASKS).max(1);
    filter.page = filter.page.min(last_page);
    let shown = tasks.into_iter().skip((filter.page - 1) * TASKS);
    let rows = with_executions(scheduler, shown.take(TASKS).collect(), SHOWN).await?;
    Ok(TaskList {
        rows,
        filter,
        total,
        last_page,
    })
}

/// Tasks, each with so many of its latest executions.
async fn with_executions(scheduler: &Scheduler, tasks: Vec<Task>, most: usize) -> Result<Vec<Row>> {
    let rows = stream::iter(tasks.into_iter().map(|task| async move {
        let executions = scheduler.executions(task.id, None, most).await?;
        Ok::<_, Error>(Row { task, executions })
    }));
    rows.buffered(LOOKS_AT_ONCE).try_collect().await
}

/// `/grid`: the tasks that ran last.
pub async fn grid(Extension(caller): Extension<Caller>, uri: Uri, headers: HeaderMap) -> Response {
    let context = context(&caller, &uri, &headers);
    let step = Step::of(&parameter(&uri, "span"));
    let shown = async {
        let scheduler = &caller.account.scheduler;
        let mut tasks = scheduler.all_tasks().await?;
        tasks.sort_by_key(|task| Reverse((task.active_executions > 0, task.last_run_at)));
        tasks.truncate(TASKS);
        tasks.sort_by(|one, other| one.name.cmp(&other.name));
        let rows = with_executions(scheduler, tasks, OF_A_GRID).await?;
        Ok(page::grid(&context, step, &rows))
    };
    html(&context, shown.await)
}

/// `/calendar`: the tasks that run next.
pub async fn calendar(
    Extension(caller): Extension<Caller>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let context = context(&caller, &uri, &headers);
    let shown = async {
        let mut tasks = caller.account.scheduler.all_tasks().await?;
        tasks.retain(|task| task.next_run_at.is_some());
        tasks.sort_by_key(|task| task.next_run_at);
        let left_out = tasks.len().saturating_sub(OF_A_CALENDAR);
        tasks.truncate(OF_A_CALENDAR);
        Ok(page::calendar(&context, &tasks, left_out))
    };
    html(&context, shown.await)
}

/// `/tasks/new`
pub async fn new_task(
    Extension(caller): Extension<Caller>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let context = context(&caller, &uri, &headers);
    let fields = Fields {
        kind: "note".into(),
        schedule: "@daily".into(),
        ..Fields::default()
    };
    html(&context, Ok(page::form(&context, &fields, None, &None)))
}

/// `/tasks/{id}`
pub async fn task(
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let context = context(&caller, &uri, &headers);
    let scheduler = &caller.account.scheduler;
    let shown = async {
        let task_id = number(&id)?;
        let task = scheduler.get_task(&TaskRequest { task_id }).await?;
        let executions = scheduler.executions(task_id, None, EXECUTIONS).await?;
        let shows = TaskPage {
            task: &task,
            executions: &executions,
        };
        Ok(page::task(&context, &shows))
    };
    html(&context, shown.await)
}

/// `/tasks/{id}/edit`
pub async fn edit_task(
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let context = context(&caller, &uri, &headers);
    let shown = async {
        let task_id = number(&id)?;
        let scheduler = &caller.account.scheduler;
        let task = scheduler.get_task(&TaskRequest { task_id }).await?;
        let fields = Fields::of(&task);
        Ok(page::form(&context, &fields, None, &None))
    };
    html(&context, shown.await)
}

/// `/executions/{id}`
pub async fn execution(
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let context = context(&caller, &uri, &headers);
    let scheduler = &caller.account.scheduler;
    let shown = async {
        let execution_id = number(&id)?;
        let run = scheduler
            .get_execution(&ExecutionRequest { execution_id })
            .await?;
        let task_id = run.task_id;
        let task = scheduler.get_task(&TaskRequest { task_id }).await?;
        let before = match (run.status, run.waiting_for) {
            (ExecutionStatus::Ready, None) => under_way(scheduler, task_id).await?,
            _ => Vec::new(),
        };
        Ok(page::execution(&context, &task, &run, &before))
    };
    html(&context, shown.await)
}

/// The executions of a task that have begun and are not final: what a ready one of it waits behind.
async fn under_way(scheduler: &Scheduler, task_id: u64) -> Result<Vec<u64>> {
    let mut found = Vec::new();
    for status in [ExecutionStatus::Running, ExecutionStatus::Waiting] {
        let executions = scheduler.executions(task_id, Some(status), BEFORE).await?;
        found.extend(executions.iter().map(|execution| execution.id));
    }
    Ok(found)
}

/// `/failures`
pub async fn failures(
    Extension(caller): Extension<Caller>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let context = context(&caller, &uri, &headers);
    let scheduler = &caller.account.scheduler;
    let shown = async {
        let failed = scheduler.dead_letters(None, None, FAILURES).await?;
        let tasks = match failed.is_empty() {
            true => Vec::new(),
            false => scheduler.all_tasks().await?,
        };
        Ok(page::failures(&context, &page::groups(failed, &tasks)))
    };
    html(&context, shown.await)
}

/// `/timeline`
pub async fn timeline(
    Extension(caller): Extension<Caller>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let context = context(&caller, &uri, &headers);
    let kind = parameter(&uri, "kind");
    let shown = async {
        let (mut found, _) = events::latest(&caller.account.scheduler, None, None).await?;
        let wanted = kind.trim().to_lowercase().replace('_', " ");
        found.retain(|event| word(&event.kind).contains(&wanted));
        found.reverse();
        found.truncate(EVENTS);
        Ok(page::timeline(&context, &found, &kind))
    };
    html(&context, shown.await)
}

/// `/workers`
pub async fn workers(
    Extension(caller): Extension<Caller>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let context = context(&caller, &uri, &headers);
    let scheduler = &caller.account.scheduler;
    let shown = async {
        let stats = scheduler.get_stats(&EmptyRequest {}).await?;
        let latest = recent(scheduler).await?;
        Ok(page::workers(&context, stats.waiting_for_workers, &latest))
    };
    html(&context, shown.await)
}

/// `/settings`
pub async fn settings(
    State(served): State<Arc<Served>>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let context = context(&caller, &uri, &headers);
    let scheduler = &caller.account.scheduler;
    let shown = async {
        let me = scheduler.get_me(&EmptyRequest {}).await?;
        // What one may not see is not there.
        let users = scheduler.all_users().await.ok();
        let config = scheduler.get_config(&EmptyRequest {}).await.ok();
        let config = config.map(|it| answer_json("get_config", &ConfigResult::Ok(it)));
        let sees_tokens = caller.is_server && caller.reach == Reach::Admin;
        let tokens = match sees_tokens {
            true => Some(tokens(&served, context.clock.now_at())?),
            false => None,
        };
        let settings = Settings {
            me,
            users,
            config,
            tokens,
        };
        Ok(page::settings(&context, &settings))
    };
    html(&context, shown.await)
}

fn tokens(served: &Served, now_at: u64) -> Result<Vec<Token>> {
    let uses = served.book.last_uses()?;
    let all = served.book.all(now_at)?.into_iter().map(|token| Token {
        last_used_at: uses.get(&token.id).copied(),
        role: token.role.name(),
        id: token.id,
        identity: token.identity,
        expires_at: token.expires_at,
    });
    Ok(all.collect())
}
