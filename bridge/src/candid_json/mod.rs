//! Between Candid, which canisters speak, and JSON, which MCP clients and files speak.
//!
//! * [`Interface`] reads a `.did` text: types, methods and their documentation.
//! * [`Interface::input_schema`] and [`Interface::output_schema`] describe a method's request and
//!   answer as JSON Schema, everything written out in place; [`Interface::brief_input_schema`] does so
//!   for a list of tools, which has to be short.
//! * [`Interface::keep_text`] and [`Interface::keep_json`] give arguments of a call that is made later
//!   the types of its method.
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
//! | `opt` of what may itself be `null`, such as `opt opt` | a list of the value alone, so `[null]` or `[7]`; `null` or left out when absent |
//! | a variant's case without payload | its name |
//! | a variant's case with payload | an object with this one key |
//! | a tuple | an object with the keys `"0"`, `"1"`, ...; a list is taken too |
//! | `func` | the canister, a dot, the method: `"aaaaa-aa.raw_rand"` |
//! | `service` | the canister's id as text |
//! | a label | as it is written; its number in Candid is taken too, and is the key in schemas where clients do not take the name as one |
//!
//! What goes by the name of a field holds only where the names of fields have a meaning
//! ([`Interface::with_meaningful_names`]): elsewhere a `created_at` may count anything.
//!
//! Lists, objects and booleans are taken as their text in JSON too, at every depth, and so are choices
//! that name every case with `null` for all but one: some clients write them so.
//!
//! [`Names`] puts names in place of hashes where Candid's textual form came without its types.
//!
//! Every value of every type can be given, but for those that have none (`empty`).
//!
//! It sends nothing and knows no method by name.

mod convention;
mod decode;
mod encode;
mod example;
mod fragments;
mod inhabited;
mod interface;
mod labels;
mod lenient;
mod names;
mod nearest;
mod path;
mod scalar;
mod scalar_schema;
mod schema;
mod shapes;
mod symbols;
mod textual;
mod words;

#[cfg(test)]
pub(crate) mod tests;

pub use decode::{Answer, shown};
pub use interface::{Interface, Method};
pub(crate) use lenient::{flag, is_null};
pub use names::Names;
pub use nearest::{advice, near};
pub(crate) use scalar::bytes_of;
pub use shapes::{Sample, Shapes};
pub use textual::{Kept, check_text, encoded, same_but_for_types};

/// Values nested deeper than this are refused, in both directions.
const MAXIMUM_DEPTH: usize = 100;
