//! The MCP server: a canister's methods as tools, and for a scheduler resources, prompts and more,
//! over standard streams or HTTP.
//!
//! The tools are made when the server starts, from the interface that the canister itself serves,
//! so there is nothing here to fall behind the canister.
//!
//! * [`Server`] speaks the protocol, in both of its eras, for whatever is [`Offer`]ed,
//! * [`serve_stdio`] and [`HttpServer`] are the transports,
//! * [`CanisterOffer`] is what `chime mcp` offers: a toolbox of [`crate::methods`] and, for
//!   a scheduler, a [`Library`],
//! * [`Changes`] tells all sessions what changes, from one feed.
//!
//! It knows no rule of the scheduler, asks nobody anything, and writes nothing but the protocol to
//! stdout.

mod canister_offer;
mod changes;
pub mod clients;
mod consent;
#[cfg(test)]
mod fixtures;
mod http;
mod intake;
mod library;
mod lines;
mod offer;
mod parameters;
mod plain;
mod server;
mod stdio;
mod stop;
mod subscriptions;
mod tool;
mod top_level;

pub use canister_offer::CanisterOffer;
pub use changes::{Change, Changes, Feed, Listener, Teller};
pub use http::{HttpServer, MAXIMUM_SESSIONS, PATH, mounted};
pub use library::Library;
pub use offer::{Answer, Call, Offer};
pub use server::Server;
pub use stdio::serve_stdio;
pub use stop::stop_signal;
pub use subscriptions::MAXIMUM_SUBSCRIPTIONS;
