//! The form that stores a codex, or a new version of one.

use maud::{Markup, html};

use super::codices::codex_path;
use super::form::Fault;
use super::layout::{Context, page};
use super::parts::{encoded, shown};

/// What stands in its fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodexFields {
    /// Whether it is stored for the first time.
    pub is_new: bool,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Its code.
    pub code: String,
    /// For all owners.
    pub shared: bool,
    /// The version that is changed.
    pub version: Option<u64>,
}

/// What a new codex begins with.
pub const FIRST_LINES: &str = "def async_task():\n    ic.print(\"hello\")\n    return \"hello\"\n";

/// The page.
#[must_use]
pub fn codex_form(context: &Context, fields: &CodexFields, fault: Option<&Fault>) -> String {
    let (title, action, back) = match fields.is_new {
        true => (
            "Write a codex".to_string(),
            "/codices".to_string(),
            "/codices".to_string(),
        ),
        false => (
            format!("Edit {}", shown(&fields.name)),
            format!("/codices/{}", encoded(&fields.name)),
            codex_path(&fields.name, fields.shared),
        ),
    };
    let body = html! {
        @if let Some(fault) = fault {
            div .notice.bad role="alert" { p { (shown(&fault.rule)) } p { (shown(&fault.fix)) } }
        }
        form .fields.card method="post" action=(action) {
            input type="hidden" name="form_token" value=(context.form_token);
            @if fields.shared { input type="hidden" name="shared" value="true"; }
            @if let Some(version) = fields.version { input type="hidden" name="version" value=(version); }
            @if fields.is_new {
                (line("name", "Name", &fields.name, "By which tasks run it and others import it: letters, digits, _, - and .", fault))
            }
            (line("description", "Description", &fields.description, "What it is for.", fault))
            div {
                label for="code" { "Code" }
                p .hint #code-hint { "Python. async_task() is called; it may yield calls. A runner compiles it before it is stored." }
                textarea .tall id="code" name="code" spellcheck="false" autocapitalize="off" autocomplete="off"
                    aria-describedby={ "code-hint" @if is_at(fault, "code") { " code-fault" } }
                    aria-invalid=[is_at(fault, "code").then_some("true")] { "\n" (fields.code) }
                (said("code", fault))
            }
            div .row {
                button .main { "Store" }
                a .button href=(back) { "Back" }
            }
        }
    };
    page(context, &title, &body)
}

fn is_at(fault: Option<&Fault>, name: &str) -> bool {
    fault.is_some_and(|fault| fault.field == name)
}

fn line(name: &str, label: &str, value: &str, hint: &str, fault: Option<&Fault>) -> Markup {
    let is_wrong = is_at(fault, name);
    html! {
        div {
            label for=(name) { (label) }
            p .hint id={ (name) "-hint" } { (hint) }
            input id=(name) name=(name) value=(value) required[name == "name"] autocomplete="off"
                aria-describedby={ (name) "-hint" @if is_wrong { " " (name) "-fault" } }
                aria-invalid=[is_wrong.then_some("true")];
            (said(name, fault))
        }
    }
}

/// What is wrong, beside the field.
fn said(name: &str, fault: Option<&Fault>) -> Markup {
    html! {
        @if let Some(fault) = fault.filter(|fault| fault.field == name) {
            p .fault id={ (name) "-fault" } { (shown(&fault.rule)) ". " (shown(&fault.fix)) }
        }
    }
}
