//! What people read: help and answers; and what the command line takes.

mod advice;
mod codices;
mod documented;
mod failures;
mod help;
mod lists;
mod parse;
mod records;
mod setup;

/// Two crates read what documents say to type.
#[path = "../../../../tests/src/typed.rs"]
mod typed;
