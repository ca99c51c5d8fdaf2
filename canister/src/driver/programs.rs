//! Programs: slices go to a runner, and what they ask for goes where it is asked of. Which part comes next, and
//! what follows from its end, is for `engine::program`.

use candid::{DecoderConfig, Principal};
use chime_types::codex::{Answer, SliceReport, Source, SourceReport, SyntaxProblem};
use chime_types::{Cause, Error, ErrorKind, HttpMethod, HttpTransform, limits};
use serde::de::DeserializeOwned;

use super::charging::{self, Charged};
use super::outgoing::Out;
use super::{Store, answer, call_seconds, http, prices, settle};
use crate::engine::budget::{self, Kind};
use crate::engine::program::{Call, Part, PartOutcome};
use crate::engine::secrets::Secrets;
use crate::engine::{self, Failure, HttpWork, Outcome, rights};
use crate::runtime::{CallError, CallRequest, HttpResponse, Runtime};
use crate::state::keys::{ExecutionId, Token};
use crate::state::{Began, State};

/// What decoding the answer of a runner may cost in fields that nobody knows: it comes from another canister.
const MAXIMUM_SKIPPING_COST: usize = 10_000;
/// How long a runner may take to compile a codex, in seconds.
const CHECK_SECONDS: u64 = 60;
/// How a runner begins its refusal that the scheduler does not control.
const NO_CONTROLLER: &str = "only a controller of this runner";

/// The attempt that a part is of.
#[derive(Clone, Copy)]
pub(super) struct Attempt {
    pub id: ExecutionId,
    pub token: Token,
    pub owner: Principal,
    pub timeout_seconds: u64,
}

/// Does a part of a program.
pub(super) fn perform<R: Runtime + Copy, S: Store>(
    runtime: R,
    store: S,
    attempt: Attempt,
    part: Part,
) {
    match part {
        Part::Slice {
            mut slice,
            began,
            turn,
        } => {
            slice.execution.scheduler = runtime.own_id();
            let arguments = candid::encode_one(&*slice).expect("BUG: a slice can be encoded");
            run(runtime, store, attempt, (arguments, began, turn));
        }
        Part::Call { call, is_own } => ask(runtime, store, attempt, call, is_own),
        Part::Http(work) => request(runtime, store, attempt, work),
    }
}

/// The runner whose turn it is.
fn runner<R: Runtime, S: Store>(runtime: R, store: S, turn: u64) -> Option<Principal> {
    let mut runners = store.with(|state| state.config().runners.clone());
    if runners.is_empty() {
        runners = runtime.runners();
    }
    let turn = turn.checked_rem(runners.len() as u64)?;
    runners.get(usize::try_from(turn).ok()?).copied()
}

fn fail<R: Runtime, S: Store>(runtime: R, store: S, attempt: Attempt, failure: Failure) {
    let outcome = Outcome::Failed(failure);
    store.with(|state| {
        engine::finish(state, runtime.now(), attempt.id, attempt.token, &outcome);
    });
}

/// Has a runner take a program on.
fn run<R: Runtime + Copy, S: Store>(
    runtime: R,
    store: S,
    attempt: Attempt,
    (arguments, began, turn): (Vec<u8>, Began, u64),
) {
    let Some(runner) = runner(runtime, store, turn) else {
        fail(runtime, store, attempt, no_runner());
        return;
    };
    let request = CallRequest {
        canister: runner,
        method: "run_slice".to_string(),
        arguments,
        cycles: 0,
        timeout_seconds: call_seconds(attempt.timeout_seconds),
    };
    let cycles = charging::of_call(&runtime, &request);
    let Some((out, charged)) = leaves(runtime, store, attempt, runner, (Kind::Calls, cycles))
    else {
        return;
    };
    runtime.spawn(async move {
        let answer = runtime.call(request).await;
        let back = charging::refund(&runtime, charged, &answer, Vec::len);
        let (part, instructions) = ran(runner, began, answer, out.is_overdue(runtime));
        charge_runner(runtime, store, attempt.owner, instructions);
        let outcome = Outcome::Part(Box::new(part));
        settle(
            runtime,
            store,
            (attempt.id, attempt.token),
            (out, charged, back),
            &outcome,
        );
    });
}

/// What a runner did costs the scheduler's network, and not the runner's owner alone: it counts for whom the
/// program runs.
fn charge_runner<R: Runtime, S: Store>(runtime: R, store: S, owner: Principal, instructions: u64) {
    let cycles = prices(&runtime).instructions(instructions);
    store.with(|state| {
        budget::charge(state, runtime.now(), owner, Kind::Instructions, cycles);
    });
}

/// What an answer of a runner means, and how many instructions it took.
fn ran(
    runner: Principal,
    began: Began,
    answer: Result<Vec<u8>, CallError>,
    overdue: bool,
) -> (PartOutcome, u64) {
    let error = match answer {
        Ok(bytes) => match decoded::<SliceReport>(&bytes) {
            Some(SliceReport {
                outcome,
                instructions,
            }) => return (PartOutcome::Ran { began, outcome }, instructions),
            None => return (not_run(no_answer_of_a_runner(runner), false), 0),
        },
        Err(error) => error,
    };
    let cause = answer::cause(&error, overdue);
    let text = error.to_string();
    match cause {
        Cause::NoSuchMethod | Cause::NoSuchCanister => {
            let text = format!("{runner} is no runner: {text}");
            (not_run(Failure::new(Cause::NoPython, text), false), 0)
        }
        Cause::CalleeTrapped if text.contains(NO_CONTROLLER) => {
            (not_run(no_controller(runner), false), 0)
        }
        Cause::CalleeTrapped => {
            let instructions = limits::MAXIMUM_PROGRAM_INSTRUCTIONS;
            (not_run(Failure::new(cause, text), true), instructions)
        }
        _ => (not_run(Failure::new(cause, text), false), 0),
    }
}

const fn not_run(failure: Failure, trapped: bool) -> PartOutcome {
    PartOutcome::NotRun { failure, trapped }
}

fn no_runner() -> Failure {
    let text = "the scheduler knows no runner of Python: install one, let the scheduler control it, and name \
                it with configure (`runners`)";
    Failure::new(Cause::NoPython, text)
}

fn no_controller(runner: Principal) -> Failure {
    let text = format!(
        "the runner {runner} runs programs for its controllers only: make the scheduler one of them"
    );
    Failure::new(Cause::NoPython, text)
}

fn no_answer_of_a_runner(runner: Principal) -> Failure {
    let text = format!("{runner} does not answer like a runner of this version");
    Failure::new(Cause::NoPython, text)
}

fn decoded<T: candid::CandidType + DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let mut config = DecoderConfig::new();
    config.set_skipping_quota(MAXIMUM_SKIPPING_COST);
    candid::utils::decode_one_with_config(bytes, &config).ok()
}

/// Counts and charges what leaves for a program.
fn leaves<R: Runtime + Copy, S: Store>(
    runtime: R,
    store: S,
    attempt: Attempt,
    target: Principal,
    cost: (Kind, u128),
) -> Option<(Out, Charged)> {
    let out = Out::of(runtime, target, attempt.owner, attempt.timeout_seconds);
    let charged = out.leaves(runtime, store, (attempt.id, attempt.token), cost)?;
    Some((out, charged))
}

/// Calls a canister for a program.
fn ask<R: Runtime + Copy, S: Store>(
    runtime: R,
    store: S,
    attempt: Attempt,
    call: Call,
    is_own: bool,
) {
    if let Some(text) = refusal(runtime, attempt.owner, &call, is_own) {
        fail(
            runtime,
            store,
            attempt,
            Failure::new(Cause::NotAllowed, text),
        );
        return;
    }
    let target = call.canister;
    let request = CallRequest {
        canister: target,
        method: call.method,
        arguments: call.arguments,
        cycles: call.cycles,
        timeout_seconds: call_seconds(attempt.timeout_seconds),
    };
    let cycles = charging::of_call(&runtime, &request);
    let Some((out, charged)) = leaves(runtime, store, attempt, target, (Kind::Calls, cycles))
    else {
        return;
    };
    runtime.spawn(async move {
        let answer = runtime.call(request).await;
        let back = charging::refund(&runtime, charged, &answer, Vec::len);
        let answer = answer.map(|reply| Answer::Reply { reply });
        finish(runtime, store, attempt, (out, charged, back), answer);
    });
}

/// Why a program may not call this.
fn refusal(runtime: impl Runtime, owner: Principal, call: &Call, is_own: bool) -> Option<String> {
    let Call {
        canister,
        method,
        cycles,
        ..
    } = call;
    if *cycles == 0 && !rights::is_reserved(runtime.own_id(), *canister, method) {
        return None;
    }
    let what = format!("a call of {method} of {canister} with {cycles} cycles");
    if !is_own {
        return Some(format!(
            "{what} is for programs without shared codices: store a copy of your own of what it imports"
        ));
    }
    let is_allowed = runtime.is_controller(owner);
    (!is_allowed)
        .then(|| format!("{what} is for controllers of the scheduler, and {owner} is none"))
}

/// Sends a request for a program.
fn request<R: Runtime + Copy, S: Store>(runtime: R, store: S, attempt: Attempt, work: HttpWork) {
    let management = Principal::management_canister();
    let request = http::request(&work, call_seconds(attempt.timeout_seconds));
    let cycles = charging::of_http(&runtime, &request);
    let cost = (Kind::Outcalls, cycles);
    let Some((out, charged)) = leaves(runtime, store, attempt, management, cost) else {
        return;
    };
    runtime.spawn(async move {
        let answer = runtime.http(request).await;
        let body = |response: &HttpResponse| response.body.len();
        let back = charging::refund(&runtime, charged, &answer, body);
        let secrets = Secrets::new(&work.secrets);
        let answer = match answer {
            Ok(HttpResponse { status, body }) => Ok(Answer::Response {
                status,
                headers: Vec::new(),
                body: match String::from_utf8(body) {
                    Ok(text) => secrets.hide(&text).into_bytes(),
                    Err(error) => error.into_bytes(),
                },
            }),
            Err(CallError::Rejected { code, message }) => Err(CallError::Rejected {
                code,
                message: secrets.hide(&message),
            }),
            Err(not_sent) => Err(not_sent),
        };
        finish(runtime, store, attempt, (out, charged, back), answer);
    });
}

/// Hands an answer to the program, or tries again later if nothing left.
fn finish<R: Runtime + Copy, S: Store>(
    runtime: R,
    store: S,
    attempt: Attempt,
    (out, charged, back): (Out, Charged, (u128, usize)),
    answer: Result<Answer, CallError>,
) {
    let answered = |answer| {
        let cycles = charged.cycles.saturating_sub(back.0);
        Outcome::Part(Box::new(PartOutcome::Answered { answer, cycles }))
    };
    let outcome = match answer {
        Ok(answer) => answered(answer),
        Err(CallError::Rejected { code, mut message }) => {
            let end = message.floor_char_boundary(limits::MAXIMUM_RESULT_BYTES.min(message.len()));
            message.truncate(end);
            answered(Answer::Rejected { code, message })
        }
        Err(CallError::NotSent(cause, text)) => Outcome::failed(cause, text),
    };
    let whose = (attempt.id, attempt.token);
    settle(runtime, store, whose, (out, charged, back), &outcome);
}

/// Asks a runner whether a codex compiles. False: there is none to ask.
///
/// # Errors
/// Where it does not, or that the runner gave no answer.
pub async fn compile<R: Runtime + Copy, S: Store>(
    runtime: R,
    store: S,
    owner: Principal,
    source: Source,
) -> Result<bool, Error> {
    let Some(runner) = runner(runtime, store, 0) else {
        return Ok(false);
    };
    let request = CallRequest {
        canister: runner,
        method: "check_source".to_string(),
        arguments: candid::encode_one(&source).expect("BUG: a source can be encoded"),
        cycles: 0,
        timeout_seconds: call_seconds(CHECK_SECONDS),
    };
    let cycles = charging::of_call(&runtime, &request);
    let (out, charged) = counted(runtime, store, owner, runner, (Kind::Calls, cycles))?;
    let answer = runtime.call(request).await;
    let back = charging::refund(&runtime, charged, &answer, Vec::len);
    store.with(|state| {
        state.outgoing.give_back(out.call);
        charging::answered(&runtime, state, charged, back);
    });
    let report = match answer {
        Ok(bytes) => decoded::<SourceReport>(&bytes)
            .ok_or_else(|| unavailable(&no_answer_of_a_runner(runner).error))?,
        Err(error) => return Err(unavailable(&error.to_string())),
    };
    charge_runner(runtime, store, owner, report.instructions);
    report
        .problem
        .map_or(Ok(true), |problem| Err(does_not_compile(&source, &problem)))
}

/// Downloads the code of a codex.
///
/// # Errors
/// Why it was not got.
pub async fn download<R: Runtime + Copy, S: Store>(
    runtime: R,
    store: S,
    owner: Principal,
    url: &str,
) -> Result<Vec<u8>, Error> {
    let work = HttpWork {
        url: url.to_string(),
        method: HttpMethod::Get,
        headers: Vec::new(),
        body: Vec::new(),
        // The headers of the response count as well.
        max_response_bytes: limits::MAXIMUM_CODEX_BYTES as u64 + limits::MAXIMUM_URL_BYTES as u64,
        expected_status: Vec::new(),
        transform: HttpTransform::Body,
        replicated: true,
        secrets: Vec::new(),
    };
    let request = http::request(&work, call_seconds(CHECK_SECONDS));
    let cycles = charging::of_http(&runtime, &request);
    let management = Principal::management_canister();
    let (out, charged) = counted(runtime, store, owner, management, (Kind::Outcalls, cycles))?;
    let answer = runtime.http(request).await;
    let body = |response: &HttpResponse| response.body.len();
    let back = charging::refund(&runtime, charged, &answer, body);
    store.with(|state| {
        state.outgoing.give_back(out.call);
        charging::answered(&runtime, state, charged, back);
    });
    match answer {
        Ok(response) if (200..300).contains(&response.status) => Ok(response.body),
        Ok(response) => Err(not_downloaded(&format!(
            "answered with status {}",
            response.status
        ))),
        Err(error) => Err(not_downloaded(&error.to_string())),
    }
}

/// Counts and charges what leaves for an owner outside of any task.
fn counted<R: Runtime + Copy, S: Store>(
    runtime: R,
    store: S,
    owner: Principal,
    target: Principal,
    (kind, cycles): (Kind, u128),
) -> Result<(Out, Charged), Error> {
    let out = Out::of(runtime, target, owner, CHECK_SECONDS);
    let now = runtime.now();
    store.with(|state: &mut State| {
        if !state.outgoing.take(out.call, now) {
            return Err(unavailable("too many calls of this owner are out already"));
        }
        budget::charge(state, now, owner, kind, cycles);
        Ok(())
    })?;
    let charged = Charged {
        owner,
        kind,
        cycles,
        at: now,
    };
    Ok((out, charged))
}

fn unavailable(why: &str) -> Error {
    Error::new(
        ErrorKind::Unavailable,
        format!("no runner compiled the codex: {why}"),
        "nothing was stored: store it again in a minute; if it stays so, ask an admin to look at the runners \
         (get_config)",
    )
}

fn not_downloaded(why: &str) -> Error {
    Error::invalid(
        "url",
        format!("the code could not be downloaded: {why}"),
        "look at the address, or give the code itself as `code`",
    )
}

fn does_not_compile(source: &Source, problem: &SyntaxProblem) -> Error {
    let SyntaxProblem {
        line,
        column,
        message,
    } = problem;
    let index = usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX);
    let text = source.code.lines().nth(index).unwrap_or("").trim();
    let end = text.floor_char_boundary(160.min(text.len()));
    Error::invalid(
        "code",
        format!("line {line}, column {column}: {message}: {}", &text[..end]),
        "correct it, and store it again",
    )
}
