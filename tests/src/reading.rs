//! Everything that a scheduler shows, as values, and how two such readings differ.

use std::collections::{BTreeMap, BTreeSet};

use candid::types::value::IDLValue;

use crate::interface::{Interface, find, name};
use crate::{Sender, World};

/// One page of one method for one caller: what was asked, and the answer.
pub type Reading = BTreeMap<Asked, IDLValue>;

/// What was asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked {
    /// The method.
    pub method: String,
    /// By whom.
    pub sender: String,
    /// The request, as text.
    pub request: String,
}

/// A question. `{cursor}` stands for the page, `{id}` for each id of an answer before it.
struct Question {
    method: &'static str,
    request: &'static str,
    /// Where the ids are: in the answers of a method, at a path.
    each: Option<(&'static str, [&'static str; 3])>,
}

const fn one(method: &'static str, request: &'static str) -> Question {
    Question {
        method,
        request,
        each: None,
    }
}

const fn each(
    method: &'static str,
    request: &'static str,
    list: &'static str,
    path: [&'static str; 3],
) -> Question {
    Question {
        method,
        request,
        each: Some((list, path)),
    }
}

const PAGE: &str = "record { cursor = {cursor}; limit = opt 500 }";
const NOTHING: &str = "record {}";
const TASKS: [&str; 3] = ["Ok", "tasks", "id"];

/// Every query of the interface.
const QUESTIONS: &[Question] = &[
    one("get_my_tasks", PAGE),
    each(
        "get_task",
        "record { task_id = {id} }",
        "get_my_tasks",
        TASKS,
    ),
    each(
        "get_task_executions",
        "record { task_id = {id}; cursor = {cursor}; limit = opt 500 }",
        "get_my_tasks",
        TASKS,
    ),
    each(
        "list_backfills",
        "record { task_id = {id}; cursor = {cursor}; limit = opt 500 }",
        "get_my_tasks",
        TASKS,
    ),
    each(
        "get_execution",
        "record { execution_id = {id} }",
        "get_task_executions",
        ["Ok", "executions", "id"],
    ),
    each(
        "get_journal",
        "record { execution_id = {id} }",
        "get_task_executions",
        ["Ok", "executions", "id"],
    ),
    one("list_dead_letters", PAGE),
    one("events_since", PAGE),
    one("get_me", NOTHING),
    one("get_stats", NOTHING),
    one("get_config", NOTHING),
    one("get_api_doc", NOTHING),
    one("get_inbox", PAGE),
    one("list_actions", PAGE),
    one("list_codices", PAGE),
    each(
        "get_codex",
        "record { name = {id} }",
        "list_codices",
        ["Ok", "codices", "name"],
    ),
    one("get_entities", NOTHING),
    one("list_alerts", PAGE),
    one("list_backups", PAGE),
    each(
        "get_backup_chunk",
        "record { backup_id = {id}; index = 0 }",
        "list_backups",
        ["Ok", "backups", "id"],
    ),
    one("dry_run", "record { changes = vec {} }"),
    one("list_reports", PAGE),
    one("list_secrets", NOTHING),
    one("list_users", PAGE),
    one(
        "preview_schedule",
        r#"record { schedule = record { rule = variant { cron = record { expression = "0 9 * * 1-5" } } } }"#,
    ),
];

/// The queries that a reading asks.
#[must_use]
pub fn asked() -> BTreeSet<&'static str> {
    QUESTIONS.iter().map(|question| question.method).collect()
}

/// Reads everything that the owner and the stranger may see.
#[must_use]
pub fn read(world: &mut World, interface: &Interface) -> Reading {
    let mut reading = Reading::new();
    for sender in [Sender::Owner, Sender::Stranger] {
        for question in QUESTIONS {
            for request in requests(&reading, question, sender) {
                pages(
                    world,
                    interface,
                    &mut reading,
                    (question.method, sender, &request),
                );
            }
        }
    }
    reading
}

/// The requests of a question, still without a page.
fn requests(reading: &Reading, question: &Question, sender: Sender) -> Vec<String> {
    let Some((list, path)) = question.each else {
        return vec![question.request.to_string()];
    };
    let sender = format!("{sender:?}");
    let lists = reading
        .iter()
        .filter(|(asked, _)| asked.method == list && asked.sender == sender);
    lists
        .flat_map(|(_, answer)| find(answer, &path))
        .map(|id| question.request.replace("{id}", &id.to_string()))
        .collect()
}

fn pages(
    world: &mut World,
    interface: &Interface,
    reading: &mut Reading,
    (method, sender, request): (&str, Sender, &str),
) {
    let mut cursor = "null".to_string();
    loop {
        let request = request.replace("{cursor}", &cursor);
        let bytes = interface.encode(method, &request);
        let scheduler = world.scheduler;
        let answer = world.network.query(sender, scheduler, method, bytes);
        let answer = interface.decode(method, &answer.expect("no rejection"));
        let next = find(&answer, &["Ok", "next_cursor"]);
        let more = find(&answer, &["Ok", "more"]);
        let next = next
            .first()
            .filter(|next| !matches!(next, IDLValue::None) && more != [&IDLValue::Bool(false)]);
        let next = next.map(|next| format!("opt ({next})"));
        let asked = Asked {
            method: method.to_string(),
            sender: format!("{sender:?}"),
            request,
        };
        reading.insert(asked, answer);
        let Some(next) = next else { return };
        cursor = next;
    }
}

/// Where two readings differ: each line names the method and the fields, such as
/// `get_me.Ok.bytes`, then who asked, and the two values. Fields that only the later one has are none.
#[must_use]
pub fn differences(earlier: &Reading, later: &Reading) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (asked, answer) in earlier {
        let path = asked.method.clone();
        let mut here = Vec::new();
        match later.get(asked) {
            Some(other) => compare(&path, answer, other, &mut here),
            None => here.push((path, "it is not there any more".to_string())),
        }
        found.extend(here.into_iter().map(|(path, what)| {
            let said = format!("{} {}: {what}", asked.sender, asked.request);
            (path, said)
        }));
    }
    found
}

fn compare(path: &str, one: &IDLValue, other: &IDLValue, found: &mut Vec<(String, String)>) {
    match (one, other) {
        (IDLValue::Record(fields), IDLValue::Record(others)) => {
            for field in fields {
                let name = name(&field.id);
                let path = format!("{path}.{name}");
                match others.iter().find(|other| other.id == field.id) {
                    Some(other) => compare(&path, &field.val, &other.val, found),
                    None => found.push((path, "the field is gone".to_string())),
                }
            }
        }
        (IDLValue::Variant(case), IDLValue::Variant(other)) if case.0.id == other.0.id => {
            let path = format!("{path}.{}", name(&case.0.id));
            compare(&path, &case.0.val, &other.0.val, found);
        }
        (IDLValue::Opt(inner), IDLValue::Opt(other)) => compare(path, inner, other, found),
        (IDLValue::Vec(items), IDLValue::Vec(others)) if items.len() == others.len() => {
            for (item, other) in items.iter().zip(others) {
                compare(path, item, other, found);
            }
        }
        _ if one == other => {}
        _ => found.push((path.to_string(), format!("{one} is now {other}"))),
    }
}
