//! Tells whose document it is, by its fields, and hands it to that reader.

use chime_types::{RetryPolicy, limits};
use serde_json::Value;

use super::fields::{Fields, Spelling, fold};
use super::{
    Context, Draft, Finding, Outcome, Refusal, chime, daptin, daptin_api, realms, tasks_loop,
};

/// The other systems do not retry unless a job says so: what failed runs again at its next time.
pub const NO_RETRIES: RetryPolicy = RetryPolicy {
    max_retries: 0,
    initial_delay_seconds: limits::DEFAULT_INITIAL_DELAY_SECONDS,
    factor_percent: limits::DEFAULT_FACTOR_PERCENT,
    maximum_delay_seconds: limits::DEFAULT_MAXIMUM_DELAY_SECONDS,
    jitter_percent: None,
    maximum_age_seconds: None,
    terminal_errors: None,
};

/// Most notes about unknown fields in one document.
const MAXIMUM_NOTES: usize = 8;

/// The findings of one document.
pub(super) fn read(file: &str, document: &Value, context: &Context<'_>) -> Vec<Finding> {
    let keys = Keys::of(document);
    if let Some(Value::Array(entries)) = keys.loose("tasks") {
        let chimes = is_chime(entries);
        return list(file, document, entries, |entry, path, draft| {
            if chimes {
                chime::read(entry, path, draft)
            } else {
                daptin::read(entry, path, draft)
            }
        });
    }
    let mut draft = Draft::default();
    let outcome = if is_entry(document) {
        Err(unrecognised(document))
    } else if keys.has("data") {
        daptin_api::read(document, &mut draft)
    } else if keys.has("steps") && !keys.has("key") {
        realms::read(document, context, &mut draft)
    } else if tasks_loop::is_configuration(document) {
        tasks_loop::read_configuration(document, &mut draft)
    } else if tasks_loop::is_job(document) {
        tasks_loop::read(document, context, &mut draft)
    } else {
        Err(unrecognised(document))
    };
    vec![Finding::of(file, draft, outcome)]
}

/// Chime's own entries carry a `key` or say `note`, `call` or `steps`; the other system's never do.
fn is_chime(entries: &[Value]) -> bool {
    let own = ["key", "note", "call", "steps", "every", "cron"];
    entries.iter().any(|entry| {
        let keys = Keys::of(entry);
        own.iter().any(|key| keys.has(key)) && keys.loose("ActionName").is_none()
    })
}

fn list(
    file: &str,
    document: &Value,
    entries: &[Value],
    read: impl Fn(&Value, String, &mut Draft) -> Result<Outcome, Refusal>,
) -> Vec<Finding> {
    let label = Keys::of(document).spelling("tasks").unwrap_or_default();
    if entries.is_empty() {
        let refusal = Refusal::of(
            label,
            "the list is empty",
            "Write a task into it, or leave the file out.",
        );
        return vec![Finding::refused(file, refusal)];
    }
    let entries = entries.iter().enumerate();
    entries
        .map(|(index, entry)| {
            let mut draft = Draft::default();
            let outcome = read(entry, format!("{label}[{index}]"), &mut draft);
            Finding::of(file, draft, outcome)
        })
        .collect()
}

/// Notes the fields of another system's document that mean nothing here.
pub(super) fn note_unknown(fields: &Fields<'_>, draft: &mut Draft) {
    let unknown = fields.unknown();
    let shown = unknown.iter().take(MAXIMUM_NOTES);
    draft
        .notes
        .extend(shown.map(|key| format!("the unknown field `{key}` is ignored")));
    if unknown.len() > MAXIMUM_NOTES {
        let rest = unknown.len() - MAXIMUM_NOTES;
        draft
            .notes
            .push(format!("{rest} more unknown fields are ignored"));
    }
}

/// Refuses missing fields in the words that users of these systems know.
pub(super) fn missing(path: &str, names: &[&str]) -> Refusal {
    // The fields of one entry, each with a dash of its own, are as many entries.
    let fix = match path.ends_with(']') && names.len() > 1 {
        true => {
            "Add them. An entry of a list begins with one `- `; its other fields stand below it \
             without one, indented as far as the first."
        }
        false => "Add them.",
    };
    let refusal = Refusal::new(
        format!("Missing required fields: {}", names.join(", ")),
        fix,
    );
    Refusal {
        field: (!path.is_empty()).then(|| path.to_string()),
        ..refusal
    }
}

fn unrecognised(document: &Value) -> Refusal {
    match document {
        Value::Array(items) if is_bare_list(items) => return without_head(&items[0], "a list of"),
        Value::Object(_) if is_entry(document) => return without_head(document, "an entry of"),
        _ => {}
    }
    if let Some((label, Value::Object(_))) = Keys::of(document).entry("tasks") {
        return Refusal::of(
            label,
            "must be a list, not a mapping",
            "Begin each entry with `- `: a line `- Name: x`, and its other fields below, indented as \
             far as `Name`.",
        );
    }
    if let Err(refusal) = Fields::new(document, "", Spelling::Exact) {
        return refusal;
    }
    Refusal::new(
        "this is not a job file of a known form",
        "Known are: a list `tasks:` of Chime, a list `Tasks:` of Daptin, a JSON:API document with \
         `data` of Daptin, a job of tasks_loop with `id, name, command, schedule` or its \
         configuration, and a JSON file of Realms with `name` and `steps`.",
    )
}

/// Whether a list is that of `tasks:`, without its head.
pub(super) fn is_bare_list(items: &[Value]) -> bool {
    !items.is_empty() && items.iter().all(is_entry)
}

/// Whether a mapping is an entry of Daptin's list or of Chime's own.
fn is_entry(value: &Value) -> bool {
    let keys = Keys::of(value);
    let is_daptin = keys.loose("ActionName").is_some() && keys.loose("Schedule").is_some();
    is_daptin || (keys.has("key") && !keys.has("id"))
}

/// Refuses entries that stand without the head of their list: what they resemble, said once.
fn without_head(entry: &Value, what: &str) -> Refusal {
    let (head, whose) = match Keys::of(entry).has("key") {
        true => ("tasks:", "Chime's own form"),
        false => ("Tasks:", "Daptin"),
    };
    Refusal::new(
        format!("this looks like {what} {whose}, without the line `{head}` above it"),
        format!("Write `{head}` above, and begin each entry with `- `."),
    )
}

/// The keys of a mapping; of anything else, none.
struct Keys<'a>(Option<&'a serde_json::Map<String, Value>>);

impl<'a> Keys<'a> {
    fn of(value: &'a Value) -> Self {
        Self(value.as_object())
    }

    fn has(&self, key: &str) -> bool {
        self.0.is_some_and(|map| map.contains_key(key))
    }

    fn entry(&self, key: &str) -> Option<(&'a String, &'a Value)> {
        let wanted = fold(key);
        self.0?.iter().find(|(name, _)| fold(name) == wanted)
    }

    fn loose(&self, key: &str) -> Option<&'a Value> {
        self.entry(key).map(|(_, value)| value)
    }

    fn spelling(&self, key: &str) -> Option<String> {
        self.entry(key).map(|(name, _)| name.clone())
    }
}
