//! The form that makes or changes a task.

use chime_types::{Action, Rule, Task};
use maud::{Markup, html};

use super::layout::{Context, page};
use super::parts::shown;

/// What stands in the fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    /// The task that is changed; none if one is made.
    pub task_id: Option<u64>,
    /// The version that is changed.
    pub version: Option<u64>,
    /// The name.
    pub name: String,
    /// What it is for.
    pub label: String,
    /// What it does: one of [`Fields::KINDS`]; empty if that is not changed here.
    pub kind: String,
    /// With what: a text, an address, a command, the name of an action.
    pub does: String,
    /// Parameters of an action, an object in JSON.
    pub attributes: String,
    /// When: five fields of cron, a descriptor, `@every`; empty if that is not changed here.
    pub schedule: String,
    /// The zone in which that is meant.
    pub timezone: String,
}

impl Fields {
    /// What a task made here may do.
    pub const KINDS: [(&'static str, &'static str); 5] = [
        ("note", "Write a line into the log"),
        ("http", "Fetch an address (https)"),
        ("command", "Run a command on a worker"),
        ("named", "Run a registered action"),
        ("codex", "Run stored Python (a codex)"),
    ];

    /// Of a task, as far as this form can change it: its one step and its one schedule.
    #[must_use]
    pub fn of(task: &Task) -> Self {
        let (kind, does, attributes) = match task.steps.as_slice() {
            [only] => of_action(&only.action),
            _ => Default::default(),
        };
        let (schedule, timezone) = match task.schedules.as_slice() {
            [only] => match &only.rule {
                Rule::Cron { expression } => (expression.clone(), only.timezone.clone()),
                Rule::Interval { .. }
                | Rule::Once { .. }
                | Rule::Daily { .. }
                | Rule::Weekly { .. }
                | Rule::Monthly { .. }
                | Rule::Calendar { .. } => Default::default(),
            },
            _ => Default::default(),
        };
        Self {
            task_id: Some(task.id),
            version: Some(task.version),
            name: task.name.clone(),
            label: task.description.clone(),
            kind: kind.to_string(),
            does,
            attributes,
            schedule,
            timezone,
        }
    }

    const fn is_new(&self) -> bool {
        self.task_id.is_none()
    }
}

fn of_action(action: &Action) -> (&'static str, String, String) {
    match action {
        Action::Note { text } => ("note", text.clone(), String::new()),
        Action::Command {
            command,
            queue: None,
        } => ("command", command.clone(), String::new()),
        Action::Named {
            action_name,
            attributes,
            entity_name: None,
            as_user: None,
        } => ("named", action_name.clone(), attributes.clone()),
        Action::Codex {
            name,
            code: None,
            input: None,
        } => ("codex", name.clone(), String::new()),
        Action::Named { .. }
        | Action::Command { .. }
        | Action::Http { .. }
        | Action::Call { .. }
        | Action::Codex { .. }
        | Action::Cleanup { .. }
        | Action::Backup { .. }
        | Action::Notification { .. }
        | Action::Analytics { .. }
        | Action::Maintenance { .. } => Default::default(),
    }
}

/// What is wrong with a field, or with the form as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The field; empty if it is none of them.
    pub field: String,
    /// What is wrong.
    pub rule: String,
    /// The way out.
    pub fix: String,
}

/// What a schedule means: in words, and its next times in words.
pub type Meaning = Option<(String, Vec<String>)>;

/// The page. `means` is what the schedule means, if that was asked for.
#[must_use]
pub fn form(context: &Context, fields: &Fields, fault: Option<&Fault>, means: &Meaning) -> String {
    let (title, action) = match fields.task_id {
        None => ("Create a task".to_string(), "/tasks".to_string()),
        Some(id) => (
            format!("Edit {}", shown(&fields.name)),
            format!("/tasks/{id}"),
        ),
    };
    let entry = Entry { fields, fault };
    let body = html! {
        @if let Some(fault) = fault {
            div .notice.bad role="alert" {
                p { (shown(&fault.rule)) } p { (shown(&fault.fix)) }
            }
        }
        form .with-aside method="post" action=(action) data-previewed {
            div .fields.card {
            input type="hidden" name="form_token" value=(context.form_token);
            @if let Some(version) = fields.version { input type="hidden" name="version" value=(version); }
            (entry.text("name", "Name", &fields.name, "Which no other task has.", true))
            (entry.text("label", "Label", &fields.label, "What it is for.", false))
            (does(&entry))
            (when(&entry))
            div .row {
                button .main name="do" value="save" { @if fields.is_new() { "Create" } @else { "Save" } }
                button name="do" value="preview" { "Preview" }
                a .button href={ @match fields.task_id { Some(id) => { "/tasks/" (id) }, None => "/tasks" } } { "Back" }
            }
            }
            (meaning(means))
        }
    };
    page(context, &title, &body)
}

/// A field of the form.
struct Entry<'a> {
    fields: &'a Fields,
    fault: Option<&'a Fault>,
}

impl Entry<'_> {
    fn fault_of(&self, name: &str) -> Option<&Fault> {
        self.fault.filter(|fault| fault.field == name)
    }

    fn text(&self, name: &str, label: &str, value: &str, hint: &str, required: bool) -> Markup {
        let fault = self.fault_of(name);
        html! {
            div {
                label for=(name) { (label) }
                p .hint id={ (name) "-hint" } { (hint) }
                input id=(name) name=(name) value=(value) required[required] autocomplete="off"
                    aria-describedby={ (name) "-hint" @if fault.is_some() { " " (name) "-fault" } }
                    aria-invalid=[fault.map(|_| "true")];
                (self.said(name))
            }
        }
    }

    /// What is wrong, beside the field.
    fn said(&self, name: &str) -> Markup {
        html! {
            @if let Some(fault) = self.fault_of(name) {
                p .fault id={ (name) "-fault" } { (shown(&fault.rule)) ". " (shown(&fault.fix)) }
            }
        }
    }
}

fn does(entry: &Entry<'_>) -> Markup {
    let fields = entry.fields;
    html! {
        @if !fields.is_new() && fields.kind.is_empty() {
            p .notice { "What it does is changed in a terminal: " code { "chime task edit" } "." }
        } @else {
            div {
                label for="kind" { "What it does" }
                select id="kind" name="kind" {
                    @for (name, text) in Fields::KINDS {
                        option value=(name) selected[fields.kind == name] { (text) }
                    }
                }
            }
            (entry.text("does", "With what", &fields.does, "The line, the address, the command, or the name of the action or the codex.", true))
            div {
                label for="attributes" { "Parameters of an action" }
                p .hint id="attributes-hint" { "An object in JSON; only for registered actions." }
                textarea id="attributes" name="attributes" aria-describedby="attributes-hint" { (fields.attributes) }
                (entry.said("attributes"))
            }
        }
    }
}

fn when(entry: &Entry<'_>) -> Markup {
    let fields = entry.fields;
    html! {
        @if !fields.is_new() && fields.schedule.is_empty() {
            p .notice { "Its schedules are changed in a terminal: " code { "chime schedule" } "." }
            input type="hidden" name="schedule" value="";
            input type="hidden" name="timezone" value="";
        } @else {
            (entry.text("schedule", "Schedule", &fields.schedule, "Five fields of cron (0 3 * * *), @daily, or @every 1h.", true))
            (entry.text("timezone", "Time zone", &fields.timezone, "Such as Europe/Zurich; UTC if it is empty.", false))
        }
    }
}

/// What the schedule means; the script keeps it in step with the fields.
fn meaning(means: &Meaning) -> Markup {
    html! {
        div .card.preview {
            h2 { "When it runs" }
            output data-preview for="schedule timezone" {
                @match means {
                    Some((words, times)) => {
                        p { (shown(words)) }
                        ol { @for time in times { li { (shown(time)) } } }
                    },
                    None => p .faint { "The next times show here." },
                }
            }
        }
    }
}
