//! Puts the canisters of this program on a network, and keeps them up to date there.
//!
//! [`look`] finds out what is to be done, which may be nothing; [`Plan::carry_out`] does it. An upgrade
//! uploads the module while the old code runs, then stops the canister, takes a snapshot, upgrades,
//! starts and looks whether the new code works; if not, the snapshot puts the old code and its memory
//! back. What it needs to know after being broken off anywhere is on the network, or in a small journal
//! beside the configuration file, so running the command again goes on.
//!
//! The embedded network, which lives with the program, upgrades by itself: see
//! [`crate::network::deploy_scheduler`].

mod code;
mod compatible;
mod create;
mod health;
mod journal;
mod look;
mod upgrade;

pub use code::{Code, interface_of};
pub use compatible::incompatibilities;
pub use journal::Journal;
pub use look::{Payment, Plan, Request, Step, look};

use crate::scheduler::Module;

/// A canister of this program: one row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Deployable {
    /// What it is called.
    pub name: &'static str,
    /// The setting of a named network that holds its id.
    pub setting: &'static str,
    /// The code inside this program.
    pub module: fn() -> Option<Module>,
    /// How to tell that it works.
    pub health: Health,
}

/// How to tell that the code of a canister works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// It answers as a scheduler, and its timer is armed.
    Scheduler,
    /// It compiles a program.
    Runner,
}

/// Every canister of this program.
pub const CANISTERS: [Deployable; 2] = [
    Deployable {
        name: "scheduler",
        setting: "canister",
        module: || Some(Module::scheduler()),
        health: Health::Scheduler,
    },
    Deployable {
        name: "runner of Python",
        setting: "runner",
        module: Module::runner,
        health: Health::Runner,
    },
];
