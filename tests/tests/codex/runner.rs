//! A runner on a network of its own. Slices are queries, so all tests share it.

use std::sync::{Mutex, OnceLock};

use candid::{Decode, Encode, Principal};
use chime_replica::{InstallMode, Replica, ReplicaConfig};
use chime_tests::module;
use chime_types::codex::{
    Answer, ExecutionContext, FailureCause, JournalEntry, Request, Slice, SliceLimits,
    SliceOutcome, SliceReport, Source,
};

/// When all executions of these tests begin: 2026-01-01.
pub const START: u64 = 1_767_225_600_000_000_000;

struct Runner {
    replica: Replica,
    id: Principal,
}

fn owner() -> Principal {
    Principal::self_authenticating([1])
}

fn runner() -> &'static Mutex<Runner> {
    static RUNNER: OnceLock<Mutex<Runner>> = OnceLock::new();
    RUNNER.get_or_init(|| {
        let mut replica = Replica::new(ReplicaConfig::default());
        let id = replica.create_canister(owner()).expect("a canister");
        let module = module("codex");
        replica
            .install_code(owner(), id, InstallMode::Install, module, Vec::new())
            .expect("the module is installed");
        Mutex::new(Runner { replica, id })
    })
}

/// A slice of a program that was asked for nothing yet, with ample limits.
pub fn slice(code: &str) -> Slice {
    Slice {
        codex: Source {
            name: "program".to_string(),
            code: code.to_string(),
        },
        modules: Vec::new(),
        execution: ExecutionContext {
            execution_id: 7,
            task_id: 3,
            attempt: 1,
            scheduled_at: START,
            started_at: START,
            scheduler: Principal::from_slice(&[1, 2, 3]),
            owner: owner(),
            input: String::new(),
            seed: vec![5; 32],
        },
        state: String::new(),
        journal: Vec::new(),
        limits: SliceLimits {
            instructions: 1_000_000_000,
            memory_bytes: 64 * 1024 * 1024,
            output_bytes: 64 * 1024,
            state_bytes: 64 * 1024,
        },
    }
}

/// What a runner makes of a slice, or why the query was rejected.
pub fn try_run(slice: &Slice) -> Result<SliceOutcome, String> {
    let mut runner = runner()
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let argument = Encode!(slice).expect("a slice");
    let Runner { replica, id } = &mut *runner;
    let answer = replica.query(owner(), *id, "run_slice", argument);
    let answer = answer.map_err(|rejection| rejection.to_string())?;
    Ok(Decode!(&answer, SliceReport).expect("a report").outcome)
}

/// What somebody gets who has a slice run as an update, and as a query.
pub fn by_stranger(slice: &Slice) -> (Result<Vec<u8>, String>, Result<Vec<u8>, String>) {
    let mut runner = runner()
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let stranger = Principal::self_authenticating([2]);
    let argument = Encode!(slice).expect("a slice");
    let Runner { replica, id } = &mut *runner;
    let update = replica.update_call(stranger, *id, "run_slice", argument.clone());
    let query = replica.query(stranger, *id, "run_slice", argument);
    (
        update.map_err(|rejection| rejection.to_string()),
        query.map_err(|rejection| rejection.to_string()),
    )
}

/// How many instructions a slice takes, as the call of a controller.
pub fn instructions(slice: &Slice) -> u64 {
    let mut runner = runner()
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let argument = Encode!(slice).expect("a slice");
    let Runner { replica, id } = &mut *runner;
    replica.take_work(id);
    let answer = replica.update_call(owner(), *id, "run_slice", argument);
    Decode!(&answer.expect("an answer"), SliceReport).expect("a report");
    replica.take_work(id).expect("a canister").instructions
}

pub fn run(slice: &Slice) -> SliceOutcome {
    try_run(slice).unwrap_or_else(|rejection| panic!("rejected: {rejection}"))
}

/// What a program returned, as JSON, and what it printed.
pub fn done(slice: &Slice) -> (String, String) {
    match run(slice) {
        SliceOutcome::Done { value, log, .. } => (value, log),
        SliceOutcome::Failed {
            traceback, message, ..
        } => panic!("failed: {message}\n{traceback}"),
        other => panic!("{other:?}"),
    }
}

/// Why a program failed, in short and as a traceback.
pub fn failed(slice: &Slice) -> (FailureCause, String, String) {
    match run(slice) {
        SliceOutcome::Failed {
            cause,
            message,
            traceback,
            ..
        } => (cause, message, traceback),
        other => panic!("{other:?}"),
    }
}

/// What a program asks for.
pub fn asked(slice: &Slice) -> Request {
    match run(slice) {
        SliceOutcome::Yielded { request, .. } => request,
        other => panic!("{other:?}"),
    }
}

/// Goes on with an answer to what the program asks for.
pub fn answered(slice: &mut Slice, answer: Answer) {
    let request = asked(slice);
    let before = slice.journal.len() as u64;
    slice.journal.push(JournalEntry {
        request,
        answer,
        answered_at: START + (before + 1) * 1_000_000_000,
    });
}
