//! A program that is tried out: on a real runner, with answers that were written down before.
//!
//! It does what the scheduler does with a runner: slice after slice, each with all that was answered so far.
//! Nothing that the program asks for is carried out, nothing is kept.

mod world;

use std::ops::ControlFlow;

use candid::Principal;
use chime_types::codex::{
    ExecutionContext, JournalEntry, Request, Slice, SliceLimits, SliceOutcome, SliceReport, Source,
};
use chime_types::limits;
use ic_agent::Agent;

pub use world::World;

use crate::error::{Error, Kind, Result};
use crate::scheduler::{answer_text, query_error, request_text};

/// What became of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Performance {
    /// What it asked for, and what it was answered.
    pub asked: Vec<Asked>,
    /// What it printed.
    pub log: String,
    /// How it ended.
    pub end: End,
    /// How often a runner took it on.
    pub slices: u32,
    /// Instructions of all of them.
    pub instructions: u64,
}

/// What a program asked for, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What.
    pub request: String,
    /// What it was answered; none if the world has no answer.
    pub answer: Option<String>,
}

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It came to its end.
    Done {
        /// What it returned, as JSON where that can be.
        value: String,
        /// What its entities hold, as JSON, if that changed.
        state: Option<String>,
    },
    /// It failed.
    Failed {
        /// Why.
        cause: &'static str,
        /// The last line of the traceback.
        message: String,
        /// Where, as Python shows it.
        traceback: String,
    },
    /// It asked for something to which the world has no answer.
    Unanswered {
        /// The part of the world in which one would be looked for.
        section: &'static str,
        /// Under which key.
        key: String,
    },
}

/// Nanoseconds that a call takes.
const A_CALL: u64 = limits::NANOSECONDS;

/// Runs a program to its end.
///
/// # Errors
/// What kept the runner from answering.
pub async fn rehearse(
    agent: &Agent,
    runner: Principal,
    codex: Source,
    modules: Vec<Source>,
    world: &World,
) -> Result<Performance> {
    let mut slice = first(agent, codex, modules, world);
    let mut answers = world.answers();
    let mut played = Performance {
        asked: Vec::new(),
        log: String::new(),
        end: End::Unanswered {
            section: "calls",
            key: String::new(),
        },
        slices: 0,
        instructions: 0,
    };
    loop {
        let report = run_slice(agent, runner, &slice).await?;
        played.slices += 1;
        played.instructions = played.instructions.saturating_add(report.instructions);
        let (request, log) = match ended(report.outcome) {
            ControlFlow::Break((end, log)) => {
                played.end = end;
                played.log = log;
                return Ok(played);
            }
            ControlFlow::Continue(asked) => asked,
        };
        played.log = log;
        let answer = match answers.of(&request) {
            Ok(answer) => answer,
            Err((section, key)) => {
                played.asked.push(Asked {
                    request: request_text(&request),
                    answer: None,
                });
                played.end = End::Unanswered { section, key };
                return Ok(played);
            }
        };
        played.asked.push(Asked {
            request: request_text(&request),
            answer: Some(answer_text(&answer)),
        });
        if slice.journal.len() >= limits::MAXIMUM_JOURNAL_ENTRIES {
            played.end = too_long();
            return Ok(played);
        }
        let last = slice.journal.last();
        let before = last.map_or(slice.execution.started_at, |entry| entry.answered_at);
        slice.journal.push(JournalEntry {
            answered_at: before.saturating_add(duration(&request)),
            request,
            answer,
        });
    }
}

const fn duration(request: &Request) -> u64 {
    match request {
        Request::Sleep { seconds } => seconds.saturating_mul(limits::NANOSECONDS),
        Request::Call { .. } | Request::Http { .. } => A_CALL,
    }
}

fn too_long() -> End {
    let message = format!(
        "it asked for more than {} things",
        limits::MAXIMUM_JOURNAL_ENTRIES
    );
    End::Failed {
        cause: "journal",
        traceback: message.clone(),
        message,
    }
}

/// The end of a program with what it printed, or what it asks for.
fn ended(outcome: SliceOutcome) -> ControlFlow<(End, String), (Request, String)> {
    ControlFlow::Break(match outcome {
        SliceOutcome::Yielded { request, log } => return ControlFlow::Continue((request, log)),
        SliceOutcome::Done { value, state, log } => (End::Done { value, state }, log),
        SliceOutcome::Failed {
            cause,
            message,
            traceback,
            log,
        } => {
            let end = End::Failed {
                cause: cause_name(cause),
                message,
                traceback,
            };
            (end, log)
        }
        SliceOutcome::Diverged {
            index,
            expected,
            got,
        } => {
            let message = format!(
                "it does not do the same again: request {index} was {}, and then it {got}",
                request_text(&expected)
            );
            let end = End::Failed {
                cause: "diverged",
                traceback: message.clone(),
                message,
            };
            (end, String::new())
        }
    })
}

const fn cause_name(cause: chime_types::codex::FailureCause) -> &'static str {
    use chime_types::codex::FailureCause as Cause;
    match cause {
        Cause::Syntax => "syntax",
        Cause::Exception => "exception",
        Cause::Instructions => "instructions",
        Cause::Memory => "memory",
        Cause::Output => "output",
        Cause::State => "state",
        Cause::Yield => "yield",
    }
}

fn first(agent: &Agent, codex: Source, modules: Vec<Source>, world: &World) -> Slice {
    let caller = agent.get_principal().unwrap_or(Principal::anonymous());
    Slice {
        codex,
        modules,
        execution: ExecutionContext {
            execution_id: 1,
            task_id: 1,
            attempt: 1,
            scheduled_at: world.time_at,
            started_at: world.time_at,
            scheduler: Principal::management_canister(),
            owner: caller,
            input: world.input.clone(),
            // The same each time: a test that fails now and then is none.
            seed: vec![0; 32],
        },
        state: world.state.clone(),
        journal: Vec::new(),
        limits: SliceLimits {
            instructions: limits::MAXIMUM_PROGRAM_INSTRUCTIONS,
            memory_bytes: limits::MAXIMUM_PROGRAM_MEMORY,
            output_bytes: limits::MAXIMUM_PROGRAM_OUTPUT,
            state_bytes: limits::MAXIMUM_ENTITIES_BYTES as u64,
        },
    }
}

async fn run_slice(agent: &Agent, runner: Principal, slice: &Slice) -> Result<SliceReport> {
    let bytes = candid::encode_one(slice).expect("BUG: a slice can be encoded");
    let answer = agent.query(&runner, "run_slice").with_arg(bytes).call();
    let answer = answer
        .await
        .map_err(|error| query_error(error, "run the program"))?;
    candid::decode_one(&answer).map_err(|error| {
        Error::new(
            Kind::Incompatible,
            format!("{runner} does not answer like a runner of this version"),
            "bring it up to date with `chime deploy`",
        )
        .because(error)
    })
}
