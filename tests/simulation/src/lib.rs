//! Random lives of the compiled scheduler in the replica, each from one seed: owners, workers, callees
//! and clients, with faults at every kind of place, against a model that was written without the
//! engine.
//!
//! [`generate`] draws a [`story`] from a seed, [`perform`] carries it out in a [`world`] and keeps
//! the [`model`] in step with what was answered, [`check`] holds what the scheduler shows against the
//! model, and [`shrink`] makes a story that fails short. [`many`] does that for many seeds on all
//! cores, [`report`] writes down what came of it. [`hostile`] is one owner against nine.

pub mod check;
pub mod generate;
pub mod hostile;
pub mod many;
pub mod model;
pub mod perform;
pub mod report;
pub mod shrink;
pub mod story;
pub mod violation;
pub mod world;
