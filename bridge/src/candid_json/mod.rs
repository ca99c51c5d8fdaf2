//! Between Candid, which canisters speak, and JSON, which MCP clients and files speak.
//!
//! * [`Interface`] reads a `.did` text: types, methods and their documentation.
//! * [`Interface::input_schema`] and [`Interface::output_schema`] describe a method's request and
//!   answer as JSON Schema, everything written out in place; [`Interface::brief_input_schema`] does so
//!   for a list of tools, which has to be short.
//! * [`Interface::encode_arguments`] and [`Interface::decode_answer`] translate values.
//!
//! # Conventions
//! | Candid | JSON |
//! |---|---|
//! | `nat64` in a field `*_at` | an instant: RFC 3339 text with a zone, `"2026-03-29T02:30:00Z"` |
//! | `nat64` in a field `*_seconds` | a duration: `"90s"`, `"1h30m"`, or whole seconds |
//! | `nat64` in a field `id` or `*_id` | decimal text |
//! | other integers | a number; above 2^53 - 1 decimal text |
//! | `principal` | its text |
//! | `blob` | base64; hexadecimal after `hex:` and a list of numbers are taken too |
//! | `blob` in a field `weekdays` | a list of numbers |
//! | `opt` | the value; `null` or left out when absent |
//! | a variant's case without payload | its name |
//! | a variant's case with payload | an object with this one key |
//! | a tuple | an object with the keys `"0"`, `"1"`, ...; a list is taken too |
//! | a field with a name that is no key everywhere | its number in Candid as the key |
//!
//! What goes by the name of a field holds only where the names of fields have a meaning
//! ([`Interface::with_meaningful_names`]): elsewhere a `created_at` may count anything.
//!
//! References to functions and services are refused as arguments: a client has no use for them. In
//! answers they are shown as text. An `opt` within an `opt` loses the difference between an absent outer and an absent inner value.
//!
//! It sends nothing and knows no method by name.

mod convention;
mod decode;
mod encode;
mod example;
mod fragments;
mod interface;
pub(crate) mod nearest;
mod path;
mod scalar;
mod scalar_schema;
mod schema;
mod shapes;
mod words;

#[cfg(test)]
mod tests;

pub use decode::Answer;
pub use interface::{Interface, Method};
pub use nearest::{near, nearest};
pub use shapes::Shapes;

/// Values nested deeper than this are refused, in both directions.
const MAXIMUM_DEPTH: usize = 100;
