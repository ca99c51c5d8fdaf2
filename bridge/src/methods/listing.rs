//! The tools of an interface: one for each method, and for the scheduler some above them.

use serde_json::{Map, Value, json};

use super::catalogue::{self, CHANGES, Confirmation, Form, Hints, READS, Row};
use super::envelope::{self, Extra};
use super::selection::{Candidate, Selection, Set};
use super::{Object, Tool, callees, guidance, plain_json, samples, verbs};
use crate::candid_json::{Interface, Method, Shapes, advice};
use crate::error::{Error, Kind, Result};

/// No tool is made of it: each tool that changes something has it as an argument.
const DRY_RUN: &str = "dry_run";

/// Longest name that every client takes.
const MAXIMUM_NAME_CHARACTERS: usize = 64;

/// A tool, and what carries it out.
pub(super) struct Entry {
    pub(super) tool: Tool,
    pub(super) work: Work,
    pub(super) extras: Vec<Extra>,
    pub(super) confirmation: Confirmation,
}

impl Entry {
    /// Whether nobody else looks at the arguments, as the interface does at those of a method.
    pub(super) fn reads_its_arguments(&self) -> bool {
        !matches!(self.work, Work::Method(_)) || self.extras.contains(&Extra::Method)
    }

    /// Whether an answer leads somebody to expect runs: it lists tasks, or shows one that was changed.
    pub(super) fn tells_of_schedules(&self) -> bool {
        match &self.work {
            Work::Overview | Work::ScheduleUpdate => true,
            Work::Explanation => false,
            Work::Method(name) => Row::of(name).is_some_and(|row| match row.form {
                Form::Tasks => true,
                Form::Task => !row.hints.read_only,
                _ => false,
            }),
        }
    }

    /// Refuses arguments that the tool does not have. A method does so itself; whoever reads its
    /// own arguments would pass over them.
    ///
    /// # Errors
    /// `InvalidArgument` with the nearest name.
    pub(super) fn check_names(&self, arguments: &Object) -> Result<()> {
        let schema = self.tool.input_schema.get("properties");
        let properties = schema.and_then(Value::as_object);
        let names: Vec<_> = properties
            .into_iter()
            .flatten()
            .map(|(name, _)| name.as_str())
            .collect();
        let unknown = arguments
            .keys()
            .find(|name| !names.contains(&name.as_str()));
        let Some(unknown) = unknown else {
            return Ok(());
        };
        let rule = format!("there is no argument {unknown:?}");
        let fix = advice(unknown, &names);
        Err(Error::new(Kind::InvalidArgument, rule, fix).at(unknown))
    }
}

/// What carries a tool out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// A call of this method.
    Method(String),
    Overview,
    Explanation,
    /// A change of one schedule, which the scheduler only knows as a change of all.
    ScheduleUpdate,
}

/// What is known of a tool before its schema is written.
struct Plan {
    name: String,
    work: Work,
    set: Option<Set>,
    hints: Hints,
    confirmation: Confirmation,
    form: Form,
}

/// The selected tools, and the methods that are none although they are selected.
pub(super) struct Listing {
    /// In the order of the catalogue, else in that of the interface.
    pub(super) entries: Vec<Entry>,
    /// Methods that nobody can call with JSON, with the reason.
    pub(super) left_out: Vec<(String, Error)>,
}

/// The selected tools. A method that no JSON can be given to is left out, and named.
///
/// # Errors
/// `Usage` if the selection names what does not exist.
pub(super) fn entries(
    interface: &Interface,
    is_scheduler: bool,
    selection: &Selection,
) -> Result<Listing> {
    let plans = match is_scheduler {
        true => plans_of_scheduler(interface),
        false => plans_of_any(interface),
    };
    let candidates: Vec<_> = plans
        .iter()
        .map(|plan| Candidate {
            name: &plan.name,
            set: plan.set,
            read_only: plan.hints.read_only,
        })
        .collect();
    let chosen = selection.choose(&candidates)?;
    let mut shapes = match is_scheduler {
        true => Shapes::with_samples(samples::samples()),
        false => Shapes::default(),
    };
    let mut listing = Listing {
        entries: Vec::new(),
        left_out: Vec::new(),
    };
    let chosen = plans.into_iter().zip(chosen);
    for (plan, _) in chosen.filter(|(_, is_chosen)| *is_chosen) {
        let name = plan.name.clone();
        if !is_scheduler {
            // Nobody counts the room that others' tools take: each is written out.
            shapes = Shapes::default();
        }
        match plan.entry(interface, &mut shapes) {
            Ok(entry) => listing.entries.push(entry),
            Err(error) => listing.left_out.push((name, error)),
        }
    }
    Ok(listing)
}

fn plans_of_scheduler(interface: &Interface) -> Vec<Plan> {
    let methods = interface.methods().iter();
    let mut methods: Vec<_> = methods.filter(|method| method.name != DRY_RUN).collect();
    let place = |method: &Method| {
        let rows = catalogue::ROWS.iter();
        rows.take_while(|row| row.method != method.name).count()
    };
    methods.sort_by_key(|method| place(method));
    let changes = CHANGES.reaching_out();
    let curated = [
        ("task_overview", Work::Overview, Set::Tasks, READS),
        ("explain_failure", Work::Explanation, Set::Executions, READS),
        (
            "update_schedule",
            Work::ScheduleUpdate,
            Set::Schedules,
            changes,
        ),
    ];
    let curated = curated.map(|(name, work, set, hints)| Plan {
        name: name.to_string(),
        work,
        set: Some(set),
        hints,
        confirmation: Confirmation::Never,
        form: Form::Other,
    });
    let generated = methods.into_iter().map(|method| {
        let row = Row::of(&method.name);
        Plan {
            name: method.name.clone(),
            work: Work::Method(method.name.clone()),
            set: row.map(|row| row.set),
            hints: row.map_or_else(|| verbs::hints(method), |row| row.hints),
            confirmation: row.map_or_else(|| verbs::confirmation(method), |row| row.confirmation),
            form: row.map_or(Form::Other, |row| row.form),
        }
    });
    curated.into_iter().chain(generated).collect()
}

fn plans_of_any(interface: &Interface) -> Vec<Plan> {
    let mut plans: Vec<Plan> = Vec::new();
    for method in interface.methods() {
        let taken = |name: &str| plans.iter().any(|plan| plan.name == name);
        plans.push(Plan {
            name: common_name(&method.name, taken),
            work: Work::Method(method.name.clone()),
            set: None,
            hints: verbs::hints(method),
            confirmation: verbs::confirmation(method),
            form: Form::Other,
        });
    }
    plans
}

/// A name for the tool of a method that every client takes, and no other tool has.
fn common_name(method: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut name: String = method
        .chars()
        .map(|letter| match letter {
            letter if letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-') => letter,
            _ => '_',
        })
        .take(MAXIMUM_NAME_CHARACTERS)
        .collect();
    if name.is_empty() {
        name.push('_');
    }
    let mut number = 2;
    let mut free = name.clone();
    while taken(&free) {
        let suffix = format!("_{number}");
        name.truncate(MAXIMUM_NAME_CHARACTERS - suffix.len());
        free = format!("{name}{suffix}");
        number += 1;
    }
    free
}

impl Plan {
    fn entry(self, interface: &Interface, shapes: &mut Shapes) -> Result<Entry> {
        let (description, mut schema, extras) = match &self.work {
            Work::Overview => (OVERVIEW.to_string(), overview_schema(), vec![]),
            Work::Explanation => (EXPLANATION.to_string(), explanation_schema(), vec![]),
            Work::ScheduleUpdate => (
                SCHEDULE_UPDATE.to_string(),
                schedule_update_schema(interface.short_schema("NewSchedule", shapes)),
                vec![Extra::DryRun],
            ),
            Work::Method(name) => {
                let method = interface
                    .method(name)
                    .expect("BUG: plans are made of the interface's methods");
                let mut schema = interface.brief_input_schema(method, &self.name, shapes)?;
                if self.set.is_some() {
                    schema.values_mut().for_each(callees::offer_json);
                    schema.values_mut().for_each(plain_json::in_json);
                }
                let mut description = describe(method);
                if let (Some(_), Some(when)) = (self.set, guidance::of(name)) {
                    description.push_str(&format!(" {when}"));
                }
                (description, schema, self.extras(interface, method))
            }
        };
        // Answers of the scheduler are made readable, and its list has to be short.
        let output_schema = match (&self.work, self.set) {
            (Work::Method(name), None) => {
                interface.method(name).and_then(|it| answer(interface, it))
            }
            _ => None,
        };
        envelope::extend(&mut schema, &extras);
        Ok(Entry {
            tool: Tool {
                title: title(&self.name),
                name: self.name,
                description,
                input_schema: schema,
                output_schema,
                hints: self.hints,
                asks_for_consent: extras.contains(&Extra::Confirm),
            },
            work: self.work,
            extras,
            confirmation: self.confirmation,
        })
    }

    /// The arguments of the tool itself. A method that has an argument of the same name keeps it.
    fn extras(&self, interface: &Interface, method: &Method) -> Vec<Extra> {
        let mut extras = Vec::new();
        match method.name.as_str() {
            "run_task_now" if self.set.is_some() => extras.push(Extra::Wait),
            "get_api_doc" if self.set.is_some() => extras.push(Extra::Method),
            _ => {}
        }
        let has_forms = matches!(
            self.form,
            Form::Task
                | Form::Tasks
                | Form::Execution
                | Form::Executions
                | Form::Journal
                | Form::Entities
        );
        if self.hints.read_only && has_forms {
            extras.push(Extra::Format);
        }
        if !self.hints.read_only {
            extras.push(Extra::DryRun);
        }
        if self.confirmation != Confirmation::Never {
            extras.push(Extra::Confirm);
        }
        let own = interface.argument_names(method);
        extras.retain(|extra| !own.iter().any(|name| name == extra.name()));
        extras
    }
}

/// The schema of what a tool answers with: of a record, or of `result` if the answer is no object. Where
/// it may be either, none says what it is.
fn answer(interface: &Interface, method: &Method) -> Option<Map<String, Value>> {
    if method.is_oneway {
        return None;
    }
    let mut schema = interface.output_schema(method);
    // What would be done has another form, and a large answer is cut.
    schema.shift_remove("required");
    let is_stated = |value: &Value| value["type"].as_str().is_some_and(|typ| typ != "object");
    let is_record = !interface.answers_in_result(method);
    (is_record || is_stated(&schema["properties"]["result"])).then_some(schema)
}

/// `get_my_tasks` is 'Get my tasks'.
pub(super) fn title(name: &str) -> String {
    let mut title = name.replace(['_', '-'], " ");
    if let Some(first) = title.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    title
}

fn describe(method: &Method) -> String {
    if !method.documentation.is_empty() {
        return method.documentation.clone();
    }
    let verb = if method.is_query { "Asks" } else { "Calls" };
    format!("{verb} the canister's method {}.", method.name)
}

const OVERVIEW: &str = "\
Start here. Shows one task, or all: its schedules in plain words with time zone, the next times in \
UTC and local time, what becomes of missed runs, the last executions, and what is wrong with it.";

const EXPLANATION: &str = "\
Says why an execution failed: its attempts, the likely cause in plain words, and what to do about \
it. Without arguments: the latest failure.";

const SCHEDULE_UPDATE: &str = "\
Changes one schedule of a task and keeps everything else of it: zone, exclusions, limits. It gets a new \
id; what runs already goes on.";

fn overview_schema() -> Map<String, Value> {
    schema(json!({
        "task": {
            "type": "string",
            "description": "Its id or its name. Left out: all tasks, by pages.",
        },
        "cursor": { "type": "string", "description": "next_cursor of the page before." },
    }))
}

fn explanation_schema() -> Map<String, Value> {
    schema(json!({
        "execution_id": { "type": "string", "description": "Explain this one." },
        "task": {
            "type": "string",
            "description": "Explain the latest failure of this task: its id or its name.",
        },
    }))
}

fn schedule_update_schema(mut changes: Map<String, Value>) -> Map<String, Value> {
    // It says what changes, so nothing is needed.
    changes.shift_remove("required");
    let description = "What is set anew. Same form as schedules[] of create_task.";
    changes.insert("description".to_string(), json!(description));
    let mut whole = schema(json!({
        "task_id": { "type": "string", "description": "The task: its id or its name." },
        "changes": changes,
        "remove": {
            "type": "array",
            "items": { "type": "string" },
            "description": "Settings to take away, such as end_at.",
        },
        "schedule_id": { "type": "string", "description": "Its id or name; not needed of an only one." },
    }));
    whole.insert("required".to_string(), json!(["task_id"]));
    whole
}

fn schema(properties: Value) -> Map<String, Value> {
    let whole = json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    });
    match whole {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests;
