//! What people read: help and answers; and what the command line takes.

mod advice;
mod failures;
mod help;
mod lists;
mod parse;
mod records;
mod setup;
