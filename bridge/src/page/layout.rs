//! What stands around every page.

use maud::{DOCTYPE, Markup, html};

use crate::words::Clock;

/// How pages look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the browser's own setting.
    #[default]
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of this name; the browser's own if there is none.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let mut all = Self::ALL.into_iter();
        all.find(|theme| theme.name() == name).unwrap_or_default()
    }
}

/// Who looks at a page, and when.
#[derive(Clone, Debug)]
pub struct Context {
    /// The time, and the zone in which times are shown.
    pub clock: Clock,
    /// How pages look.
    pub theme: Theme,
    /// Stands in every form.
    pub form_token: String,
    /// Whether forms are shown that change something.
    pub may_change: bool,
    /// The path of the page with what stands behind the question mark.
    pub path: String,
}

/// The pages that the navigation leads to.
const PAGES: [(&str, &str); 9] = [
    ("/", "Overview"),
    ("/tasks", "Tasks"),
    ("/grid", "Grid"),
    ("/calendar", "Calendar"),
    ("/failures", "Failures"),
    ("/timeline", "Events"),
    ("/codices", "Codices"),
    ("/workers", "Workers"),
    ("/settings", "Settings"),
];

/// A page.
pub(super) fn page(context: &Context, title: &str, body: &Markup) -> String {
    let theme = match context.theme {
        Theme::Auto => None,
        chosen => Some(chosen.name()),
    };
    let here = |path: &str| match path {
        "/" => context.path == "/",
        // A run is one of a task.
        "/tasks" => ["/tasks", "/executions"]
            .iter()
            .any(|begin| context.path.starts_with(begin)),
        "/codices" => ["/codices", "/new/codex"]
            .iter()
            .any(|begin| context.path.starts_with(begin)),
        path => context.path.starts_with(path),
    };
    let title = super::parts::shown(title);
    let shown = html! {
        (DOCTYPE)
        html lang="en" data-theme=[theme] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Chime" }
                link rel="icon" href="/assets/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href="/assets/chime.css";
                script type="module" src="/assets/chime.js" {}
            }
            body {
                a .skip href="#main" { "Skip to the content" }
                header .top {
                    a .brand href="/" {
                        svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true" {
                            circle cx="16" cy="16" r="14" fill="#1f5fbf" {}
                            path d="M16 7v9l6 4" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" {}
                        }
                        "Chime"
                    }
                    nav aria-label="Pages" {
                        ul {
                            @for (path, name) in PAGES {
                                li { a href=(path) aria-current=[here(path).then_some("page")] { (name) } }
                            }
                        }
                    }
                    div .end {
                        span .faint.zone { "Times in " (context.clock.zone_name()) }
                        @if !context.form_token.is_empty() { (themes(context)) }
                    }
                }
                main id="main" { h1 { (title) } (body) }
            }
        }
    };
    shown.into_string()
}

fn themes(context: &Context) -> Markup {
    let next = match context.theme {
        Theme::Auto => Theme::Light,
        Theme::Light => Theme::Dark,
        Theme::Dark => Theme::Auto,
    };
    html! {
        form .inline method="post" action="/theme" {
            input type="hidden" name="form_token" value=(context.form_token);
            input type="hidden" name="back" value=(context.path);
            button name="theme" value=(next.name()) { "Theme: " (context.theme.name()) }
        }
        form .inline method="post" action="/leave" {
            input type="hidden" name="form_token" value=(context.form_token);
            button { "Sign out" }
        }
    }
}

/// A page that only says something: what is wrong, and the way out.
#[must_use]
pub fn message(context: &Context, title: &str, rule: &str, fix: &str) -> String {
    let body = html! {
        div .notice.bad role="alert" {
            p { (super::parts::shown(rule)) }
            p { (super::parts::shown(fix)) }
        }
        p { a href="/" { "Back to the overview" } }
    };
    page(context, title, &body)
}
