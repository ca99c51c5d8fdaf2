//! What programs keep.

use chime_types::codex::{FailureCause, SliceOutcome};

use crate::runner::{done, failed, run, slice};

fn state_after(code: &str, state: &str) -> (String, Option<String>) {
    let mut slice = slice(code);
    slice.state = state.to_string();
    match run(&slice) {
        SliceOutcome::Done { value, state, .. } => (value, state),
        other => panic!("{other:?}"),
    }
}

const COUNTER: &str = "
class Counter(TaskEntity):
    __alias__ = 'name'
    name = String(max_length=20)
    total = Integer(default=0)

def async_task():
    counter = Counter['runs'] or Counter(name='runs')
    counter.total += 1
    return counter.total
";

#[test]
fn should_keep_what_changed_from_run_to_run() {
    let mut state = String::new();
    for run in 1..=3 {
        let (value, changed) = state_after(COUNTER, &state);
        assert_eq!(value, run.to_string());
        state = changed.expect("it changed");
    }
    let (_, changed) = state_after(
        "class Counter(TaskEntity):\n    total = Integer()\nresult = Counter.count()",
        &state,
    );
    assert_eq!(changed, None, "reading changes nothing");
}

#[test]
fn should_refuse_values_that_do_not_fit_their_field() {
    let cases = [
        (
            "String(max_length=3)",
            "'abcd'",
            "ValueError: x has at most 3 characters, not 4",
        ),
        ("String()", "5", "TypeError: x takes a str, not 5"),
        ("Integer()", "'5'", "TypeError: x takes an integer, not '5'"),
        (
            "Integer(max_value=9)",
            "10",
            "ValueError: x is at most 9, not 10",
        ),
        ("Boolean()", "1", "TypeError: x takes True or False, not 1"),
        ("Float()", "'a'", "TypeError: x takes a number, not 'a'"),
        ("Datetime()", "5", "TypeError: x takes a datetime, not 5"),
    ];
    for (field, value, expected) in cases {
        let code = format!("class A(TaskEntity):\n    x = {field}\nA(x={value})");
        assert_eq!(failed(&slice(&code)).1, expected);
        let kept = format!(
            "class A(TaskEntity):\n    x = {field}\ntry:\n    A(x={value})\nexcept Exception:\n    pass\nresult = A.count()"
        );
        assert_eq!(done(&slice(&kept)).0, "0", "{field}: half of it was made");
    }
}

#[test]
fn should_follow_relations_by_id() {
    let code = "
class User(Entity):
    name = String()
    posts = OneToMany('Post')

class Post(Entity):
    text = String()
    author = ManyToOne('User')

def async_task():
    anna, bob = User(name='anna'), User(name='bob')
    for number in range(3):
        Post(text=f'p{number}', author=anna if number else bob)
    anna_posts = [post.text for post in anna.posts]
    bob.delete()
    return [anna_posts, Post['1'].author is None, Post['2'].author.name, User.count(), [u._id for u in User.instances()]]
";
    assert_eq!(
        done(&slice(code)).0,
        "[[\"p1\", \"p2\"], true, \"anna\", 1, [\"1\"]]"
    );
}

#[test]
fn should_refuse_a_state_that_is_too_large() {
    let code = "
class Big(TaskEntity):
    text = String()
Big(text='x' * 70000)
";
    let (cause, message, _) = failed(&slice(code));
    assert_eq!(cause, FailureCause::State);
    assert_eq!(message, "the entities hold more than 65536 bytes");
}
