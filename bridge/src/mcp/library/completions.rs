//! What the beginning of an argument may become: tasks, executions, zones, actions.

use chime_types::{EventsSinceRequest, GetMyTasksRequest, NamesPageRequest, Task, limits};
use rmcp::ErrorData;
use rmcp::model::{CompleteRequestParams, CompletionInfo, Reference};

use super::Library;
use super::prompts::{ACTION, TASK, TIMEZONE, prompts};
use super::resources::templates;
use crate::error::Result;
use crate::mcp::offer::Answer;

/// Pages of tasks and actions that are looked through: a completion is wanted at once.
const PAGES: usize = 4;

/// A cursor behind every event: the answer to it says which event is the latest.
const BEHIND_EVERYTHING: u64 = u64::MAX - 1;

impl Library {
    /// Completes the beginning of an argument.
    pub async fn complete(&self, request: &CompleteRequestParams) -> Answer<CompletionInfo> {
        let argument = &request.argument;
        if !has_argument(&request.r#ref, &argument.name) {
            return Err(ErrorData::invalid_params(
                format!(
                    "{} has no argument {:?}",
                    request.r#ref.reference_type(),
                    argument.name
                ),
                None,
            ));
        }
        let begun = argument.value.trim();
        let values = match argument.name.as_str() {
            TASK => self.tasks(begun, |task| task.name.clone()).await,
            "task_id" => self.tasks(begun, |task| task.id.to_string()).await,
            "execution_id" => self.executions(begun).await,
            TIMEZONE => Ok(best(zones(), begun)),
            ACTION => self.actions(begun).await,
            _ => Ok(Vec::new()),
        };
        values
            .map(shown)
            .map_err(|error| ErrorData::internal_error(error.explanation(), Some(error.to_json())))
    }

    /// Tasks whose id begins so, or whose name has it in it. Someone who writes digits means ids.
    async fn tasks(&self, begun: &str, shown_as: fn(&Task) -> String) -> Result<Vec<String>> {
        let mut ids = Vec::new();
        let mut names = Vec::new();
        let mut cursor = None;
        for _ in 0..PAGES {
            let request = GetMyTasksRequest {
                cursor,
                limit: Some(limits::MAXIMUM_PAGE_ITEMS),
                owner: None,
            };
            let page = self.scheduler.get_my_tasks(&request).await?;
            for task in &page.tasks {
                let id = task.id.to_string();
                if !begun.is_empty() && id.starts_with(begun) {
                    ids.push(id);
                } else if has(&task.name, begun) {
                    names.push(shown_as(task));
                }
            }
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        ids.extend(names);
        Ok(distinct(ids))
    }

    /// The latest executions that the timeline knows, the newest first.
    async fn executions(&self, begun: &str) -> Result<Vec<String>> {
        let after = |cursor, limit| EventsSinceRequest {
            cursor: Some(cursor),
            limit: Some(limit),
            ..EventsSinceRequest::default()
        };
        let end = self
            .scheduler
            .events_since(&after(BEHIND_EVERYTHING, 1))
            .await?
            .next_cursor;
        let limit = limits::MAXIMUM_PAGE_ITEMS;
        let begin = end.saturating_sub(u64::from(limit));
        let page = self.scheduler.events_since(&after(begin, limit)).await?;
        let ids = page
            .events
            .iter()
            .rev()
            .filter_map(|event| event.execution_id);
        let ids = ids.map(|id| id.to_string());
        Ok(distinct(ids.filter(|id| id.starts_with(begun)).collect()))
    }

    async fn actions(&self, begun: &str) -> Result<Vec<String>> {
        let mut names = Vec::new();
        let mut cursor = None;
        for _ in 0..PAGES {
            let request = NamesPageRequest {
                cursor,
                limit: Some(limits::MAXIMUM_PAGE_ITEMS),
            };
            let page = self.scheduler.list_actions(&request).await?;
            names.extend(page.actions.into_iter().map(|action| action.name));
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        Ok(best(names, begun))
    }
}

/// Whether a prompt or a pattern of addresses has an argument of this name.
fn has_argument(reference: &Reference, name: &str) -> bool {
    match reference {
        Reference::Prompt(prompt) => prompts()
            .into_iter()
            .filter(|known| known.name == prompt.name)
            .flat_map(|known| known.arguments.unwrap_or_default())
            .any(|argument| argument.name == name),
        Reference::Resource(resource) => templates()
            .iter()
            .filter(|known| known.uri_template == resource.uri)
            .any(|known| known.uri_template.contains(&format!("{{{name}}}"))),
        _ => false,
    }
}

fn zones() -> Vec<String> {
    jiff::tz::db()
        .available()
        .map(|name| name.to_string())
        .collect()
}

/// Those that have it in them; first those that begin so, then those with a part that does.
fn best(values: Vec<String>, begun: &str) -> Vec<String> {
    let wanted = begun.to_lowercase();
    let rank = |value: &str| {
        let value = value.to_lowercase();
        let part_begins = || {
            value
                .split(['/', '_', '-', ' '])
                .any(|part| part.starts_with(&wanted))
        };
        match (
            value.starts_with(&wanted),
            part_begins(),
            value.contains(&wanted),
        ) {
            (true, _, _) => Some(0),
            (_, true, _) => Some(1),
            (_, _, true) => Some(2),
            _ => None,
        }
    };
    let mut ranked: Vec<_> = values
        .into_iter()
        .filter_map(|value| rank(&value).map(|rank| (rank, value)))
        .collect();
    ranked.sort();
    ranked.into_iter().map(|(_, value)| value).collect()
}

fn has(text: &str, part: &str) -> bool {
    text.to_lowercase().contains(&part.to_lowercase())
}

fn distinct(values: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    values
        .into_iter()
        .filter(|value| seen.insert(value.clone()))
        .collect()
}

/// As many as the protocol allows, and how many there are.
fn shown(mut values: Vec<String>) -> CompletionInfo {
    let total = values.len();
    values.truncate(CompletionInfo::MAX_VALUES);
    let mut info = CompletionInfo::default();
    info.has_more = Some(values.len() < total);
    info.total = u32::try_from(total).ok();
    info.values = values;
    info
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_find_zones_by_any_part_of_their_name() {
        assert_eq!(best(zones(), "zurich")[0], "Europe/Zurich");
        assert_eq!(best(zones(), "europe/zu")[0], "Europe/Zurich");
        assert_eq!(best(zones(), "utc")[0], "UTC");
        assert!(best(zones(), "middle-earth").is_empty());
    }

    #[test]
    fn should_show_at_most_what_the_protocol_allows() {
        let info = shown(best(zones(), ""));
        assert_eq!(info.values.len(), 100);
        assert_eq!(info.has_more, Some(true));
        assert!(info.total.unwrap() > 300);
        assert_eq!(shown(vec!["x".into()]).has_more, Some(false));
    }

    #[test]
    fn should_know_its_arguments() {
        let prompt = |name: &str| Reference::for_prompt(name);
        let pattern = |uri: &str| Reference::for_resource(uri);
        assert!(has_argument(&prompt("diagnose_task"), "task"));
        assert!(!has_argument(&prompt("diagnose_task"), "timezone"));
        assert!(!has_argument(&prompt("no_such"), "task"));
        assert!(has_argument(&pattern("chime://task/{task_id}"), "task_id"));
        assert!(!has_argument(
            &pattern("chime://task/{task_id}"),
            "execution_id"
        ));
        assert!(!has_argument(&pattern("chime://task/7"), "task_id"));
    }

    #[test]
    fn should_name_everything_once() {
        let values = distinct(vec!["b".into(), "a".into(), "b".into()]);
        assert_eq!(values, ["b", "a"]);
    }
}
