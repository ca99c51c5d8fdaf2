//! The runner of stored Python, on its real module in the replica.
//!
//! One target, so that it is linked once and its module is compiled once; each file holds one behaviour.

mod bounds;
mod cost;
mod entities;
mod examples;
mod interface;
mod isolation;
mod library;
mod replay;
mod runner;
