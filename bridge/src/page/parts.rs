//! Parts of pages: states, times, texts of others, buttons.

use std::borrow::Cow;

use chime_types::{ExecutionStatus, TaskExecution};
use maud::{Markup, html};

use super::layout::Context;
use crate::words::{execution_state, plain, rfc3339};

/// A text of others, with what cannot be seen written out.
pub(super) fn shown(text: &str) -> Cow<'_, str> {
    plain(text)
}

/// How something stands: a word, and a class that colours it.
pub(super) fn state(word: &str) -> Markup {
    let (class, sign) = match word {
        "completed" | "delivered" => ("good", "✓"),
        "failed" | "timed_out" | "missed" | "overdue" => ("bad", "✕"),
        "running" => ("busy", "▶"),
        "paused" | "cancelled" | "skipped" | "pending" => ("off", "•"),
        _ => ("wait", "…"),
    };
    html! {
        span class={ "state " (class) } {
            span aria-hidden="true" { (sign) " " }
            (word.replace('_', " "))
        }
    }
}

/// How an execution stands.
pub(super) fn execution(execution: &TaskExecution) -> Markup {
    state(execution_state(execution))
}

/// The class of colours of a status.
pub(super) const fn class(status: ExecutionStatus) -> &'static str {
    match status {
        ExecutionStatus::Completed => "good",
        ExecutionStatus::Failed | ExecutionStatus::TimedOut | ExecutionStatus::Missed => "bad",
        ExecutionStatus::Running => "busy",
        ExecutionStatus::Ready | ExecutionStatus::Waiting => "wait",
        ExecutionStatus::Cancelled | ExecutionStatus::Skipped => "off",
    }
}

/// An instant: how far away it is, and exactly.
pub(super) fn time(context: &Context, at: u64) -> Markup {
    html! {
        time datetime=(rfc3339(at)) title=(context.clock.absolute(at)) {
            (context.clock.relative(at))
        }
    }
}

/// The same where there may be none.
pub(super) fn maybe_time(context: &Context, at: Option<u64>) -> Markup {
    html! {
        @match at {
            Some(at) => (time(context, at)),
            None => span .faint { "never" },
        }
    }
}

/// An instant in full.
pub(super) fn full_time(context: &Context, at: u64) -> Markup {
    html! { time datetime=(rfc3339(at)) { (context.clock.both(at)) } }
}

/// What a button does besides its name.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Button<'a> {
    /// Where the form is sent.
    pub action: &'a str,
    /// What it says.
    pub text: &'a str,
    /// What it is about, for those who hear it without its row.
    pub about: &'a str,
    /// How it looks: `main`, `danger` or nothing.
    pub class: &'a str,
    /// The field that it sends.
    pub field: Option<(&'a str, &'a str)>,
}

/// A form of one button; nothing for who may not change anything.
pub(super) fn button(context: &Context, button: Button<'_>) -> Markup {
    let Button {
        action,
        text,
        about,
        class,
        field,
    } = button;
    html! {
        @if context.may_change {
            form .inline method="post" action=(action) {
                input type="hidden" name="form_token" value=(context.form_token);
                @if let Some((name, value)) = field {
                    input type="hidden" name=(name) value=(value);
                }
                button class=[(!class.is_empty()).then_some(class)] id=(id_of(action)) {
                    (text)
                    @if !about.is_empty() { span .hidden { " " (about) } }
                }
            }
        }
    }
}

/// An id that stays the same when the page is renewed, so that the focus does.
fn id_of(action: &str) -> String {
    action.trim_matches('/').replace('/', "-")
}

/// A link to a task, by its name.
pub(super) fn task_link(id: u64, name: &str) -> Markup {
    html! { a href={ "/tasks/" (id) } { (shown(name)) } }
}

/// So many of something, in words.
pub(super) fn counted(count: impl Into<u64>, one: &str) -> String {
    match count.into() {
        1 => format!("1 {one}"),
        count => format!("{count} {one}s"),
    }
}

/// A block of a text that may be long.
pub(super) fn block(title: &str, text: &str) -> Markup {
    html! {
        h2 { (title) }
        pre tabindex="0" aria-label=(title) { (shown(text)) }
    }
}

/// A text as a part of an address.
pub(super) fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}
