//! Typed questions to the scheduler, through whatever carries the tools out.

use candid::CandidType;
use chime_types as types;
use serde::de::DeserializeOwned;

use super::{Canister, CanisterTools};
use crate::error::{Error, Kind, Result};
use crate::scheduler;

/// Most pages looked through for one thing. A page has 500 items.
const MAXIMUM_PAGES: usize = 20;

/// Writes the questions. Each is a method of the scheduler.
macro_rules! questions {
    ($($method:ident($request:ident) -> $result:ident($ok:ident);)*) => {
        impl<C: Canister> CanisterTools<C> {$(
            pub(super) async fn $method(&self, request: &types::$request) -> Result<types::$ok> {
                let answer: types::$result = self.ask(stringify!($method), request).await?;
                Ok(answer.into_result()?)
            }
        )*}
    };
}

questions! {
    get_api_doc(EmptyRequest) -> GetApiDocResult(ApiDoc);
    get_execution(ExecutionRequest) -> ExecutionResult(TaskExecution);
    get_inbox(PageRequest) -> GetInboxResult(MessagePage);
    get_my_tasks(GetMyTasksRequest) -> GetMyTasksResult(TaskPage);
    get_stats(EmptyRequest) -> GetStatsResult(Stats);
    get_task(TaskRequest) -> TaskResult(Task);
    get_task_executions(GetTaskExecutionsRequest) -> GetTaskExecutionsResult(TaskExecutionPage);
    list_actions(NamesPageRequest) -> ListActionsResult(ActionPage);
    list_alerts(PageRequest) -> ListAlertsResult(AlertPage);
    list_backups(PageRequest) -> ListBackupsResult(BackupPage);
    list_dead_letters(DeadLettersRequest) -> GetTaskExecutionsResult(TaskExecutionPage);
    list_secrets(EmptyRequest) -> SecretsResult(SecretNames);
    list_users(ListUsersRequest) -> ListUsersResult(UserPage);
}

impl<C: Canister> CanisterTools<C> {
    async fn ask<Q: CandidType, R: CandidType + DeserializeOwned>(
        &self,
        name: &str,
        request: &Q,
    ) -> Result<R> {
        let method = self.interface.method(name).ok_or_else(|| {
            Error::new(
                Kind::Incompatible,
                format!("this scheduler has no method {name}"),
                "use another tool, or a scheduler of this version of chime",
            )
        })?;
        let arguments =
            candid::encode_one(request).expect("BUG: the types of the interface can be encoded");
        let answer = self.canister.call(method, arguments).await?;
        candid::decode_one(&answer).map_err(|error| {
            Error::new(
                Kind::Incompatible,
                format!("the answer of {name} cannot be read"),
                "use another tool, or a scheduler of this version of chime",
            )
            .because(error)
        })
    }

    /// The caller's task with this id, or this name, or the only one whose id begins so.
    pub(super) async fn find_task(&self, selector: &str) -> Result<types::Task> {
        if let Ok(task_id) = selector.trim().parse() {
            match self.get_task(&types::TaskRequest { task_id }).await {
                Err(error) if error.kind() == Kind::NotFound => {}
                answer => return answer.map_err(|error| error.at("task")),
            }
        }
        let tasks = self
            .pages(|cursor| async move {
                let request = types::GetMyTasksRequest {
                    cursor,
                    limit: Some(types::limits::MAXIMUM_PAGE_ITEMS),
                    owner: None,
                };
                let page = self.get_my_tasks(&request).await?;
                Ok((page.tasks, page.next_cursor))
            })
            .await?;
        scheduler::choose_task(selector, tasks).map_err(|error| error.at("task"))
    }

    /// The items of all pages, up to a limit on their number.
    pub(super) async fn pages<T, K, F>(&self, page: impl Fn(Option<K>) -> F) -> Result<Vec<T>>
    where
        F: Future<Output = Result<(Vec<T>, Option<K>)>>,
    {
        let mut items = Vec::new();
        let mut cursor = None;
        for _ in 0..MAXIMUM_PAGES {
            let (more, next) = page(cursor).await?;
            items.extend(more);
            cursor = next;
            if cursor.is_none() {
                break;
            }
        }
        Ok(items)
    }
}
