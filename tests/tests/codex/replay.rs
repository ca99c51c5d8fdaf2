//! A program is suspended where it yields, and goes on from the journal as if it had never stopped.

use candid::{Encode, Principal};
use chime_types::codex::{Answer, Request, SliceOutcome, Source};

use crate::runner::{START, answered, asked, done, failed, run, slice};

const TEN: &str = "
import random, time, uuid

def async_task():
    seen = []
    for number in range(10):
        try:
            answer = yield ic.call('aaaaa-aa', 'raw_rand', Nat64(number))
        except CallError as error:
            answer = f'rejected with {error.code}: {error.message}'
        seen.append([number, answer, random.randint(0, 10**9), str(uuid.uuid4()), time.time(), ic.time()])
        print('answer', number)
    return seen
";

fn reply(number: u64) -> Answer {
    if number % 4 == 3 {
        return Answer::Rejected {
            code: 4,
            message: "busy".to_string(),
        };
    }
    Answer::Reply {
        reply: Encode!(&format!("answer {number}")).expect("a text"),
    }
}

#[test]
fn should_come_to_the_same_end_from_any_point_of_its_journal() {
    let mut slice = slice(TEN);
    for number in 0..10 {
        let Request::Call {
            canister, method, ..
        } = asked(&slice)
        else {
            panic!("no call");
        };
        assert_eq!(canister, Principal::management_canister());
        assert_eq!(method, "raw_rand");
        answered(&mut slice, reply(number));
    }
    let (value, log) = done(&slice);
    assert_eq!(done(&slice), (value.clone(), log.clone()), "run again");
    assert_eq!(log.lines().count(), 10);
    let seen: serde_json::Value = serde_json::from_str(&value).expect("JSON");
    assert_eq!(seen[0][1], "answer 0");
    assert_eq!(seen[3][1], "rejected with 4: busy");
    assert_ne!(seen[0][2], seen[1][2], "random numbers differ");
    assert_ne!(seen[0][3], seen[1][3], "so do identifiers");
    assert_eq!(
        seen[9][5],
        START + 10 * 1_000_000_000,
        "time is that of the last answer"
    );
}

#[test]
fn should_name_the_first_entry_that_an_edited_program_does_not_ask_for() {
    let mut slice = slice(TEN);
    for number in 0..3 {
        answered(&mut slice, reply(number));
    }
    let edits = [
        (
            "Nat64(number)",
            "Nat64(number + number // 2)",
            2,
            "a call of raw_rand",
        ),
        ("range(10)", "range(2)", 2, "it comes to its end"),
        (
            "print('answer', number)",
            "assert number < 1",
            2,
            "it fails: AssertionError",
        ),
        (
            "yield ic.call('aaaaa-aa', 'raw_rand', Nat64(number))",
            "yield ic.sleep(5)",
            0,
            "a sleep of 5 s",
        ),
        (
            "yield ic.call('aaaaa-aa', 'raw_rand', Nat64(number))",
            "yield 5",
            0,
            "it yields 5, which is no request",
        ),
    ];
    for (from, to, expected, what) in edits {
        let mut edited = slice.clone();
        edited.codex.code = edited.codex.code.replace(from, to);
        assert_ne!(edited.codex.code, slice.codex.code, "{from}");
        match run(&edited) {
            SliceOutcome::Diverged {
                index,
                expected: entry,
                got,
            } => {
                assert_eq!(index, expected, "{to}: {got}");
                assert_eq!(entry, slice.journal[expected as usize].request);
                assert!(got.contains(what), "{to}: {got}");
            }
            other => panic!("{to}: {other:?}"),
        }
    }
}

#[test]
fn should_let_coroutines_wait_too() {
    let code = "
async def helper(seconds):
    await ic.sleep(seconds)
    return seconds * 2

async def async_task():
    first = await helper(3)
    result = await management_canister.raw_rand()
    return [first, result.Ok.hex(), result.Err]
";
    let mut slice = slice(code);
    assert_eq!(asked(&slice), Request::Sleep { seconds: 3 });
    answered(&mut slice, Answer::Slept {});
    let random = candid::Encode!(&serde_bytes::ByteBuf::from([1, 2, 3])).expect("bytes");
    answered(&mut slice, Answer::Reply { reply: random });
    assert_eq!(done(&slice).0, "[6, \"010203\", null]");
}

#[test]
fn should_hand_requests_on_from_stored_modules() {
    let mut slice = slice(
        "
def async_task():
    from ggg import Treasury
    treasury = Treasury.instances()[0]
    result = yield treasury.refresh()
    ic.print(f'Treasury refreshed: {result}')
    return 'ok'
",
    );
    slice.modules.push(Source {
        name: "ggg".to_string(),
        code: "
class Treasury(Entity):
    balance = Integer(default=0)

    def refresh(self):
        self.balance = yield ic.call('ryjl3-tyaaa-aaaaa-aaaba-cai', 'icrc1_fee')
        return self.balance

if not Treasury.instances():
    Treasury()
"
        .to_string(),
    });
    // `yield treasury.refresh()` yields a generator: it is run to its end first.
    answered(
        &mut slice,
        Answer::Reply {
            reply: Encode!(&candid::Nat::from(10_000_u64)).expect("a number"),
        },
    );
    let SliceOutcome::Done { value, state, log } = run(&slice) else {
        panic!("not done");
    };
    assert_eq!(value, "\"ok\"");
    assert_eq!(log, "Treasury refreshed: 10000\n");
    let state = state.expect("a state");
    assert!(state.contains("\"balance\":10000"), "{state}");
}

#[test]
fn should_say_what_may_be_yielded() {
    let (cause, message, _) = failed(&slice("def async_task():\n    yield 'garbage'\n"));
    assert_eq!(cause, chime_types::codex::FailureCause::Yield);
    assert!(message.starts_with("'garbage' was yielded"), "{message}");
}
