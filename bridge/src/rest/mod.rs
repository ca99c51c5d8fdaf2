//! The REST API: JSON:API as Daptin's documents have it, over the floor of [`crate::methods`] and
//! [`crate::scheduler`], and the server that answers it together with the pages of [`crate::page`].
//!
//! * `server` and `connections` take connections in and bound them, `gate` says who somebody is and what
//!   it may do, `sessions` are those who signed in with a browser,
//! * `table` is the one table of what can be asked; `api` looks it up, `openapi` writes it out,
//! * `query`, `media` and `document` are the forms of JSON:API, `problem` is what went wrong in them,
//! * `tasks`, `executions`, `timeline`, `actions`, `alerts`, `preview` and `figures` carry things out,
//! * `events` tells what happens while somebody listens.
//!
//! No rule of the scheduler is here, and none of job files: their words are read by [`crate::apply`].

mod actions;
mod alerts;
mod api;
mod ask;
mod codices;
mod connections;
mod document;
mod events;
mod executions;
mod figures;
mod gate;
mod media;
mod openapi;
mod pages;
mod paging;
mod preview;
mod problem;
mod query;
mod schema;
mod served;
mod server;
mod sessions;
mod table;
mod tasks;
mod timeline;

pub use served::Identities;
pub use server::{RestServer, Setup};
