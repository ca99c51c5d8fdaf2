//! Programs: what a runner is sent, what is done for what they ask, and what is kept of it.

use candid::Principal;
use chime_types::codex::{
    Answer, FailureCause, JournalEntry, Request, Slice, SliceOutcome, SliceReport,
};
use chime_types::{
    Action, Codex, CreateTaskRequest, ExecutionStatus, GetEntitiesRequest, HttpHeader, Journal,
    PutCodexRequest, PutSecretRequest, ResumeHow, RollbackCodexRequest, WaitReason,
};

use super::world::{SECOND, START, World};
use super::{once, rejected, response, without_retries};
use crate::runtime::CallError;
use crate::service::codices::{self, Next};
use crate::service::{self};

pub const RUNNER: Principal = Principal::from_slice(&[5, 5]);
const CALLEE: Principal = Principal::from_slice(&[7, 7]);

/// A world with a runner and a codex `job`.
pub fn world() -> World {
    let world = World::new();
    world.set_runners(&[RUNNER]);
    put(&world, "job", "code 1");
    world
}

pub fn put(world: &World, name: &str, code: &str) -> Codex {
    let request = PutCodexRequest {
        name: name.to_string(),
        code: Some(code.to_string()),
        ..PutCodexRequest::default()
    };
    world.change(|state, caller, now| {
        match codices::draft(state, caller, request).expect("it is right") {
            Next::Compile(draft) => codices::store(state, caller, now, draft, true).expect("room"),
            other => panic!("{other:?}"),
        }
    })
}

pub fn codex(name: &str) -> Action {
    Action::Codex {
        name: name.to_string(),
        code: None,
        input: None,
    }
}

pub fn job() -> CreateTaskRequest {
    CreateTaskRequest {
        retry: without_retries(),
        ..once(codex("job"))
    }
}

/// The slice of a call of a runner.
pub fn slice(world: &World, call: usize) -> Slice {
    let call = &world.calls()[call];
    assert_eq!(call.method, "run_slice");
    candid::decode_one(&call.arguments).expect("a slice")
}

pub fn report(outcome: SliceOutcome) -> Result<Vec<u8>, CallError> {
    let report = SliceReport {
        outcome,
        instructions: 1_000,
    };
    Ok(candid::encode_one(report).unwrap())
}

pub fn done(value: &str, state: Option<&str>, log: &str) -> Result<Vec<u8>, CallError> {
    report(SliceOutcome::Done {
        value: value.to_string(),
        state: state.map(str::to_string),
        log: log.to_string(),
    })
}

pub fn call() -> Request {
    Request::Call {
        canister: CALLEE,
        method: "work".to_string(),
        arguments: vec![1, 2, 3],
        cycles: 0,
    }
}

pub fn yielded(request: Request) -> Result<Vec<u8>, CallError> {
    let log = String::new();
    report(SliceOutcome::Yielded { request, log })
}

pub fn journal(world: &World, execution: u64) -> Journal {
    world
        .change(|state, caller, _| codices::get_journal(state, caller, execution))
        .expect("a journal")
}

pub fn owner_entities(world: &World) -> String {
    let request = GetEntitiesRequest { task_id: None };
    let found = world.change(|state, caller, _| codices::get_entities(state, caller, &request));
    found.unwrap().json
}

#[test]
fn should_have_a_runner_run_the_stored_code_and_keep_what_came_of_it() {
    let world = world();
    let made = world.create(job());
    world.pump();
    assert_eq!(world.calls()[0].canister, RUNNER);
    let sent = slice(&world, 0);
    assert_eq!(
        (sent.codex.name.as_str(), sent.codex.code.as_str()),
        ("job", "code 1")
    );
    assert_eq!(sent.execution.execution_id, world.latest(made.id).id);
    assert_eq!(
        (sent.execution.task_id, sent.execution.attempt),
        (made.id, 1)
    );
    assert_eq!(sent.execution.started_at, START);
    assert_eq!(sent.execution.scheduler, Principal::from_slice(&[9]));
    assert_eq!(sent.state, "");
    world.answer(
        0,
        done(
            "\"ok\"",
            Some("{\"owner\":{\"User\":{\"next\":2,\"rows\":{\"1\":{}}}}}"),
            "a\nb\n",
        ),
    );
    let ended = world.latest(made.id);
    assert_eq!(ended.status, ExecutionStatus::Completed);
    assert_eq!(ended.result.as_deref(), Some("\"ok\""));
    let lines: Vec<&str> = ended
        .logs
        .iter()
        .map(|line| line.message.as_str())
        .collect();
    assert_eq!(lines, ["a", "b"]);
    assert_eq!(
        owner_entities(&world),
        "{\"User\":{\"next\":2,\"rows\":{\"1\":{}}}}"
    );
    // The next run gets them.
    let made = world.create(job());
    world.pump();
    assert_eq!(
        slice(&world, 1).state,
        "{\"owner\":{\"User\":{\"next\":2,\"rows\":{\"1\":{}}}}}"
    );
    assert_ne!(slice(&world, 1).execution.seed, sent.execution.seed);
    assert_eq!(world.latest(made.id).status, ExecutionStatus::Running);
}

#[test]
fn should_make_a_call_that_a_program_asks_for_and_hand_the_answer_on() {
    let world = world();
    let made = world.create(job());
    world.pump();
    world.answer(0, yielded(call()));
    let calls = world.calls();
    assert_eq!(calls.len(), 2);
    assert_eq!(
        (calls[1].canister, calls[1].method.as_str()),
        (CALLEE, "work")
    );
    assert_eq!(calls[1].arguments, [1, 2, 3]);
    let execution = world.latest(made.id);
    assert_eq!(execution.status, ExecutionStatus::Running);
    assert!(journal(&world, execution.id).is_waiting);
    world.pass(3);
    world.answer(1, Ok(vec![4]));
    let entry = JournalEntry {
        request: call(),
        answer: Answer::Reply { reply: vec![4] },
        answered_at: START + 3 * SECOND,
    };
    assert_eq!(slice(&world, 2).journal, std::slice::from_ref(&entry));
    assert_eq!(slice(&world, 2).execution, slice(&world, 0).execution);
    world.pass(1);
    world.answer(2, done("7", None, ""));
    let ended = world.latest(made.id);
    assert_eq!(ended.status, ExecutionStatus::Completed);
    assert_eq!(ended.attempts.len(), 1, "all parts are one attempt");
    assert_eq!(ended.attempts[0].finished_at, Some(START + 4 * SECOND));
    let kept = journal(&world, ended.id);
    assert_eq!(kept.codex, "job");
    assert_eq!(
        (kept.entries, kept.is_waiting, kept.version),
        (vec![entry], false, Some(1))
    );
}

#[test]
fn should_tell_a_program_of_a_rejected_call() {
    let world = world();
    world.create(job());
    world.pump();
    world.answer(0, yielded(call()));
    world.answer(1, Err(rejected(4)));
    let answer = &slice(&world, 2).journal[0].answer;
    let expected = Answer::Rejected {
        code: 4,
        message: "no".to_string(),
    };
    assert_eq!(*answer, expected);
}

#[test]
fn should_let_a_program_sleep_in_the_agenda() {
    let world = world();
    let made = world.create(job());
    world.pump();
    world.answer(0, yielded(Request::Sleep { seconds: 3_600 }));
    let asleep = world.latest(made.id);
    assert_eq!(asleep.status, ExecutionStatus::Waiting);
    assert_eq!(asleep.waiting_for, Some(WaitReason::Sleep));
    assert_eq!(asleep.wake_at, Some(START + 3_600 * SECOND));
    world.pass(3_600);
    world.let_timer_go_off();
    let entry = &slice(&world, 1).journal[0];
    assert_eq!(
        (&entry.answer, entry.answered_at),
        (&Answer::Slept {}, START + 3_600 * SECOND)
    );
    world.answer(1, yielded(Request::Sleep { seconds: 0 }));
    assert_eq!(slice(&world, 2).journal.len(), 2, "it need not wait");
}

#[test]
fn should_send_a_request_with_secrets_that_no_journal_holds() {
    let world = world();
    world
        .change(|state, caller, now| {
            let (name, secret) = ("KEY".to_string(), "s3cret".to_string());
            service::put_secret(state, caller, now, PutSecretRequest { name, secret })
        })
        .unwrap();
    let made = world.create(job());
    world.pump();
    world.answer(
        0,
        yielded(Request::Http {
            url: "https://api.example/x".to_string(),
            method: "POST".to_string(),
            headers: vec![(
                "authorization".to_string(),
                "Bearer {{secrets.KEY}}".to_string(),
            )],
            body: b"{{ as it is }}".to_vec(),
            max_response_bytes: None,
        }),
    );
    let sent = &world.requests()[0];
    let header = HttpHeader {
        name: "authorization".to_string(),
        value: "Bearer s3cret".to_string(),
    };
    assert_eq!(sent.headers, [header]);
    assert_eq!(sent.body.as_deref(), Some(&b"{{ as it is }}"[..]));
    let mut answer = response(500).unwrap();
    answer.body = b"your key s3cret is bad".to_vec();
    world.respond(0, Ok(answer));
    let kept = journal(&world, world.latest(made.id).id);
    assert!(!format!("{kept:?}").contains("s3cret"), "{kept:?}");
    let answer = &slice(&world, 1).journal[0].answer;
    assert!(
        matches!(answer, Answer::Response { status: 500, .. }),
        "{answer:?}"
    );
}

#[test]
fn should_go_on_after_answers_were_lost() {
    let world = world();
    let made = world.create(job());
    world.pump();
    // The runner's answer to the first slice is lost: nothing was done, so it is asked again.
    world.pass(11);
    world.let_timer_go_off();
    world.pass(2);
    world.let_timer_go_off();
    assert_eq!(world.calls().len(), 2);
    world.answer(1, yielded(call()));
    // What a callee did nobody can tell: the program hears of it.
    world.pass(11);
    world.let_timer_go_off();
    let answer = &slice(&world, 3).journal[0].answer;
    assert!(
        matches!(answer, Answer::Rejected { code: 6, .. }),
        "{answer:?}"
    );
    // An answer that comes later counts no more.
    world.answer(2, Ok(vec![4]));
    world.answer(3, done("1", None, ""));
    let ended = world.latest(made.id);
    assert_eq!(ended.status, ExecutionStatus::Completed);
    assert_eq!(ended.attempts.len(), 1);
}

#[test]
fn should_go_on_under_the_version_with_which_it_began() {
    for (how, versions) in [
        (ResumeHow::FirstVersion, "code 1"),
        (ResumeHow::FromStart, "code 2"),
        (ResumeHow::PresentVersion, "code 1"),
    ] {
        let world = world();
        let made = world.create(job());
        world.pump();
        world.answer(0, yielded(call()));
        put(&world, "job", "code 2");
        world.answer(1, Ok(vec![4]));
        assert_eq!(slice(&world, 2).codex.code, "code 2");
        let got = "a sleep of 7 s".to_string();
        world.answer(
            2,
            report(SliceOutcome::Diverged {
                index: 0,
                expected: call(),
                got: got.clone(),
            }),
        );
        let waiting = world.latest(made.id);
        assert_eq!(waiting.waiting_for, Some(WaitReason::Diverged));
        let divergence = journal(&world, waiting.id).divergence.unwrap();
        assert_eq!((divergence.index, divergence.version), (0, 2));
        assert_eq!(divergence.got, got);
        assert!(
            divergence.expected.contains("a call of work"),
            "{divergence:?}"
        );
        let line = &waiting.logs.last().unwrap().message;
        assert!(line.contains("version 2 of the codex job"), "{line}");
        assert!(line.contains("entry 1 of its journal"), "{line}");
        if how == ResumeHow::PresentVersion {
            let request = RollbackCodexRequest {
                name: "job".to_string(),
                ..RollbackCodexRequest::default()
            };
            world
                .change(|state, caller, now| codices::rollback_codex(state, caller, now, request))
                .unwrap();
        }
        let request = chime_types::ResumeExecutionRequest {
            execution_id: waiting.id,
            how,
        };
        let resume = |world: &World| {
            world.change(|state, caller, now| {
                service::resume_execution(state, caller, now, &request)
            })
        };
        resume(&world).unwrap();
        world.pump();
        let next = slice(&world, 3);
        assert_eq!(next.codex.code, versions, "{how:?}");
        let entries = usize::from(how != ResumeHow::FromStart);
        assert_eq!(next.journal.len(), entries, "{how:?}");
        assert!(resume(&world).is_err(), "only what waits for it");
        world.answer(3, done("1", None, ""));
        let ended = world.latest(made.id);
        assert_eq!(ended.status, ExecutionStatus::Completed, "{how:?}");
        assert_eq!(ended.attempts.len(), 2 - entries);
    }
}

#[test]
fn should_know_a_syntax_error_from_an_exception() {
    let failed = |cause| {
        report(SliceOutcome::Failed {
            cause,
            message: "m".to_string(),
            traceback: "t\n".to_string(),
            log: "before\n".to_string(),
        })
    };
    use chime_types::Cause;
    for (cause, expected) in [
        (FailureCause::Exception, Cause::ProgramFailed),
        (FailureCause::Syntax, Cause::ProgramInvalid),
        (FailureCause::Yield, Cause::ProgramInvalid),
        (FailureCause::Instructions, Cause::ProgramLimit),
        (FailureCause::Memory, Cause::ProgramLimit),
        (FailureCause::Output, Cause::ProgramLimit),
        (FailureCause::State, Cause::ProgramLimit),
    ] {
        let world = world();
        let made = world.create(job());
        world.pump();
        world.answer(0, failed(cause));
        let ended = world.latest(made.id);
        assert_eq!(ended.cause, Some(expected));
        assert_eq!(ended.attempts[0].error.as_deref(), Some("m\nt"));
        assert_eq!(ended.logs[0].message, "before");
    }
}
