//! Who may do what, on the wasm: every method of the interface times every kind of caller, the door
//! that messages from outside come through, and that the threat model names tests that exist.

mod cast;
mod documents;
mod door;
mod matrix;
mod stage;
mod table;
