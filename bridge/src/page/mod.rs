//! The pages for people: HTML from tasks, executions and figures.
//!
//! Pure: it asks nobody anything and knows no request. Everything that others wrote is shown as text, in
//! which what cannot be seen is written out; nothing is loaded from elsewhere, and no script or style
//! stands in a page. Pages work without the script, which keeps them up to date and shows a schedule while
//! it is typed.

mod bars;
mod calendar;
mod codex_form;
mod codices;
mod diff;
mod execution;
mod failures;
mod form;
mod grid;
mod highlight;
mod layout;
mod overview;
mod parts;
mod settings;
mod sign_in;
mod task;
mod tasks;
mod timeline;
mod waterfall;
mod workers;

#[cfg(test)]
mod tests;

pub use bars::SHOWN;
pub use calendar::calendar;
pub use codex_form::{CodexFields, FIRST_LINES, codex_form};
pub use codices::{CodexPage, codex, codex_path, codices};
pub use execution::execution;
pub use failures::{AT_ONCE, Group, failures, groups};
pub use form::{Fault, Fields, Meaning, form};
pub use grid::{Step, grid};
pub use layout::{Context, Theme, message};
pub use overview::{Overview, overview};
pub use settings::{Settings, Token, settings};
pub use sign_in::sign_in;
pub use task::{TaskPage, task};
pub use tasks::{Filter, Row, TaskList, tasks};
pub use timeline::timeline;
pub use workers::workers;

/// Files that pages load: the path, the type, and what is in it.
pub const ASSETS: [(&str, &str, &str); 3] = [
    (
        "/assets/chime.css",
        "text/css; charset=utf-8",
        include_str!("assets/chime.css"),
    ),
    (
        "/assets/chime.js",
        "text/javascript; charset=utf-8",
        include_str!("assets/chime.js"),
    ),
    (
        "/assets/icon.svg",
        "image/svg+xml",
        include_str!("assets/icon.svg"),
    ),
];
