//! Who one is, who may do what, and how the scheduler is set.

use chime_types::User;
use maud::{Markup, html};
use serde_json::Value;

use super::layout::{Context, page};
use super::parts::{Button, button, maybe_time, shown};
use crate::words::word;

/// A token as it is listed.
pub struct Token {
    /// Its id.
    pub id: String,
    /// What it may do.
    pub role: &'static str,
    /// Whom it acts as.
    pub identity: Option<String>,
    /// When it is over.
    pub expires_at: Option<u64>,
    /// When it was used last.
    pub last_used_at: Option<u64>,
}

/// What the page is made from.
pub struct Settings {
    /// Who looks.
    pub me: User,
    /// The registered users, for who may see them.
    pub users: Option<Vec<User>>,
    /// The configuration in JSON, for who may see it.
    pub config: Option<Value>,
    /// The tokens, for who may see them.
    pub tokens: Option<Vec<Token>>,
}

/// The page.
#[must_use]
pub fn settings(context: &Context, settings: &Settings) -> String {
    let body = html! {
        (me(&settings.me))
        @if let Some(tokens) = &settings.tokens { (of_tokens(context, tokens)) }
        @if let Some(users) = &settings.users { (of_users(users)) }
        @if let Some(config) = &settings.config { (of_config(config)) }
    };
    page(context, "Settings", &body)
}

fn me(me: &User) -> Markup {
    html! {
        h2 { "You" }
        dl .facts.card {
            div { dt { "Principal" } dd { code { (me.principal.to_text()) } } }
            @if let Some(name) = &me.name { div { dt { "Name" } dd { (shown(name)) } } }
            div { dt { "Role" } dd { (word(&me.role)) } }
            div { dt { "Tasks" } dd { (me.tasks) } }
            div { dt { "Runs this hour" } dd { (me.runs_this_hour) } }
        }
    }
}

fn of_tokens(context: &Context, tokens: &[Token]) -> Markup {
    html! {
        h2 { "Tokens" }
        p { "Tokens are made in a terminal: " code { "chime token create" } "." }
        @if tokens.is_empty() { p .faint { "There are none." } }
        @else {
            table .wide {
                caption .hidden { "Tokens" }
                thead { tr {
                    th scope="col" { "Id" } th scope="col" { "Role" } th scope="col" { "Acts as" }
                    th scope="col" { "Ends" } th scope="col" { "Used last" } th scope="col" { "Do" }
                } }
                tbody { @for token in tokens { tr {
                    th scope="row" data-label="Id" { code { (token.id) } }
                    td data-label="Role" { (token.role) }
                    td data-label="Acts as" { (shown(token.identity.as_deref().unwrap_or("the server"))) }
                    td data-label="Ends" { (maybe_time(context, token.expires_at)) }
                    td data-label="Used last" { (maybe_time(context, token.last_used_at)) }
                    td data-label="Do" { (button(context, Button {
                        action: "/settings/revoke",
                        text: "Revoke",
                        about: &token.id,
                        class: "danger",
                        field: Some(("token", &token.id)),
                    })) }
                } } }
            }
        }
    }
}

fn of_users(users: &[User]) -> Markup {
    html! {
        h2 { "Users" }
        @if users.is_empty() { p .faint { "Nobody is registered." } }
        @else {
            table .wide {
                caption .hidden { "Registered users" }
                thead { tr {
                    th scope="col" { "Name" } th scope="col" { "Principal" } th scope="col" { "Role" } th scope="col" { "Tasks" }
                } }
                tbody { @for user in users { tr {
                    th scope="row" data-label="Name" { (shown(user.name.as_deref().unwrap_or("-"))) }
                    td data-label="Principal" { code { (user.principal.to_text()) } }
                    td data-label="Role" { (word(&user.role)) @if user.disabled { " (disabled)" } }
                    td data-label="Tasks" { (user.tasks) }
                } } }
            }
        }
    }
}

fn of_config(config: &Value) -> Markup {
    let members = config.as_object().into_iter().flatten();
    html! {
        h2 { "Scheduler" }
        p { "Changed in a terminal: " code { "chime scheduler set" } "." }
        div .card.scroll tabindex="0" role="region" aria-label="Configuration" {
            table {
                caption .hidden { "Configuration" }
                tbody { @for (name, value) in members { tr {
                    th scope="row" { (name.replace('_', " ")) }
                    td { (shown(&value.to_string())) }
                } } }
            }
        }
    }
}
