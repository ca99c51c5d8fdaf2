//! The server as its clients see it: an unmodified agent with verification on, raw HTTP for what
//! no agent sends, and processes that are killed.

mod agents;
mod crash;
mod lifecycle;
mod refusals;
mod requests;
mod support;
