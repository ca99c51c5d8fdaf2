//! Stored Python: the list, and one codex with its code, its versions and how they differ.

use chime_types::{Codex, CodexVersion};
use maud::{Markup, html};

use super::diff::{Line, differences};
use super::highlight::python;
use super::layout::{Context, page};
use super::parts::{Button, button, encoded, shown, task_link, time};
use crate::words::bytes;

/// A codex, as its page shows it.
pub struct CodexPage<'a> {
    /// The codex, with the code of the version that is looked at.
    pub codex: &'a Codex,
    /// Another version, with its code, that it is compared with.
    pub compared: Option<&'a Codex>,
    /// The tasks that run it, each with its name.
    pub used_by: &'a [(u64, String)],
}

/// Where a codex is found, and how one of its versions is asked for.
#[must_use]
pub fn codex_path(name: &str, shared: bool) -> String {
    match shared {
        true => format!("/codices/{}?shared=true", encoded(name)),
        false => format!("/codices/{}", encoded(name)),
    }
}

fn with(path: &str, name: &str, value: u64) -> String {
    let sign = if path.contains('?') { '&' } else { '?' };
    format!("{path}{sign}{name}={value}")
}

/// The list.
#[must_use]
pub fn codices(context: &Context, all: &[Codex]) -> String {
    let body = html! {
        p .lead { "Python that tasks run. A codex imports others by their names." }
        @if context.may_change {
            p { a .button.main href="/new/codex" { "Write a codex" } }
        }
        section #codices data-live { (list(context, all)) }
    };
    page(context, "Codices", &body)
}

fn list(context: &Context, all: &[Codex]) -> Markup {
    html! {
        @if all.is_empty() {
            div .card.empty {
                p { strong { "There are no codices yet." } }
                p .faint { "Or in a terminal:" }
                pre { "chime codex put report.py" }
            }
        } @else {
            table .wide {
                caption .hidden { "Codices" }
                thead { tr {
                    th scope="col" { "Name" } th scope="col" { "What it is for" } th scope="col" { "Version" }
                    th scope="col" { "Size" } th scope="col" { "Stored" }
                } }
                tbody { @for codex in all { tr {
                    th scope="row" data-label="Name" {
                        a href=(codex_path(&codex.name, codex.shared)) { (shown(&codex.name)) }
                        @if codex.shared { span .mean { " for all" } }
                    }
                    td data-label="For" { (shown(&codex.description)) }
                    td data-label="Version" { (codex.version.number) }
                    td data-label="Size" { (bytes(codex.version.bytes)) }
                    td data-label="Stored" { (time(context, codex.version.stored_at)) }
                } } }
            }
        }
    }
}

/// One codex.
#[must_use]
pub fn codex(context: &Context, shows: &CodexPage<'_>) -> String {
    let codex = shows.codex;
    let body = html! {
        @if !codex.description.is_empty() { p .lead { (shown(&codex.description)) } }
        (verbs(context, codex))
        @if let Some(other) = shows.compared { (compared(other, codex)) }
        div .with-aside.wide-first {
            (source(codex))
            div {
                (versions(context, codex))
                (used_by(shows.used_by))
            }
        }
    };
    page(context, &shown(&codex.name), &body)
}

fn verbs(context: &Context, codex: &Codex) -> Markup {
    let path = format!("/codices/{}", encoded(&codex.name));
    let shared = codex.shared.then_some(("shared", "true"));
    html! {
        div .row.standing {
            (button(context, Button {
                action: &format!("{path}/run"),
                text: "Run now",
                class: "main",
                field: shared,
                ..Button::default()
            }))
            @if context.may_change {
                a .button href={ (path) "/edit" @if codex.shared { "?shared=true" } } { "Edit" }
                details #removal {
                    summary .button { "Remove" }
                    p { "Remove " strong { (shown(&codex.name)) } " with all its versions? This cannot be undone." }
                    (button(context, Button {
                        action: &format!("{path}/delete"),
                        text: "Remove for good",
                        class: "danger",
                        field: shared,
                        ..Button::default()
                    }))
                }
            }
        }
    }
}

fn source(codex: &Codex) -> Markup {
    let version = &codex.version;
    let title = match version.number == codex.present_version {
        true => format!("Version {}", version.number),
        false => format!(
            "Version {}, an older one: {} is the present one",
            version.number, codex.present_version
        ),
    };
    html! {
        section .card {
            h2 { (title) }
            (python(codex.code.as_deref().unwrap_or_default(), "The code"))
            @if !version.is_checked {
                p .warning { "No runner compiled it when it was stored." }
            }
            p .faint { code { (shown(&version.checksum)) } }
        }
    }
}

fn versions(context: &Context, codex: &Codex) -> Markup {
    let path = codex_path(&codex.name, codex.shared);
    html! {
        section .card {
            h2 { "Versions" }
            ol .versions reversed {
                @for version in &codex.versions { li { (version_of(context, codex, &path, version)) } }
            }
        }
    }
}

fn version_of(context: &Context, codex: &Codex, path: &str, version: &CodexVersion) -> Markup {
    let number = version.number;
    let is_shown = number == codex.version.number;
    html! {
        a href=(with(path, "version", number)) aria-current=[is_shown.then_some("true")] { "Version " (number) }
        " " span .mean {
            (time(context, version.stored_at)) ", " (bytes(version.bytes))
            @if let Some(older) = version.rolled_back_to { ", that of " (older) }
        }
        @if !is_shown {
            " " a href=(with(&with(path, "version", codex.version.number), "compare", number)) {
                "Compare" span .hidden { " with version " (number) }
            }
        }
        @if number != codex.present_version && context.may_change {
            form .inline method="post" action={ "/codices/" (encoded(&codex.name)) "/rollback" } {
                input type="hidden" name="form_token" value=(context.form_token);
                input type="hidden" name="version" value=(number);
                @if codex.shared { input type="hidden" name="shared" value="true"; }
                " " button .small { "Go back to it" span .hidden { ", version " (number) } }
            }
        }
    }
}

fn used_by(tasks: &[(u64, String)]) -> Markup {
    html! {
        section .card {
            h2 { "Tasks that run it" }
            @if tasks.is_empty() { p .faint { "None yet." } }
            @else { ul { @for (id, name) in tasks { li { (task_link(*id, name)) } } } }
        }
    }
}

/// What differs from another version.
fn compared(before: &Codex, after: &Codex) -> Markup {
    let [old, new] = [before, after].map(|it| it.code.as_deref().unwrap_or_default());
    let lines = differences(old, new);
    html! {
        section .card {
            h2 { "From version " (before.version.number) " to version " (after.version.number) }
            @match lines {
                None => p { "They are too long to be compared here." },
                Some(lines) if lines.iter().all(|line| matches!(line, Line::Same(_))) => {
                    p { "They are equal." }
                },
                Some(lines) => pre .code.difference tabindex="0" role="region" aria-label="What differs" {
                    @for line in &lines { (difference(line)) }
                },
            }
        }
    }
}

fn difference(line: &Line<'_>) -> Markup {
    html! {
        @match line {
            Line::Same(text) => span { "  " (shown(text)) "\n" },
            Line::Gone(text) => del { "- " (shown(text)) "\n" },
            Line::New(text) => ins { "+ " (shown(text)) "\n" },
            Line::Skipped(count) => span .faint { "  … " (count) " equal lines\n" },
        }
    }
}
