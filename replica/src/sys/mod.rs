//! The system interface `ic0`: what a message may ask and do.
//!
//! `table` lists the functions with their signatures, contexts and charges; the other modules hold
//! their logic on a [`Run`], the state of one message. Nothing here knows the engine, and nothing
//! takes effect before `canister` commits the [`Run`].

mod calls;
mod cost;
mod environment;
mod guest;
mod message;
mod mode;
mod run;
mod stable;
mod system;
mod table;
mod trap;

pub(crate) use cost::http_cycles;
pub(crate) use guest::Guest;
pub(crate) use mode::Mode;
pub(crate) use run::{Environment, OutgoingCall, Run, RunInput};
pub(crate) use table::{FUNCTIONS, Function, Kind};
pub(crate) use trap::Trap;
