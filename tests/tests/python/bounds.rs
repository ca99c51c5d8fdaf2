//! What a program does without end ends as a failed execution with its reason, and nobody else notices.

use chime_tests::{every, note, task};
use chime_types::{Cause, ExecutionStatus};

use crate::scene::Scene;

#[test]
fn should_end_what_does_not_end_and_leave_others_alone() {
    let mut scene = Scene::new();
    let other = scene
        .world
        .create(&task("other", vec![note("tick")], every(60)));
    let mut programs = 0;
    for (code, cause) in [
        ("while True: pass", Cause::ProgramLimit),
        (
            "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
            Cause::ProgramLimit,
        ),
        ("def f(): f()\nf()", Cause::ProgramFailed),
        ("'a' * 10**10", Cause::ProgramFailed),
        ("'a' * 10**9", Cause::ProgramLimit),
        ("list(range(10**8))", Cause::ProgramLimit),
        ("bytearray(10**9)", Cause::ProgramLimit),
        (
            "for _ in range(10**6): print('x' * 100)",
            Cause::ProgramLimit,
        ),
        ("def async_task():\n    yield 7", Cause::ProgramInvalid),
        (
            "def async_task():\n    while True:\n        yield ic.sleep(0)",
            Cause::ProgramLimit,
        ),
        (
            "def async_task():\n    yield ic.call('not a principal', 'x')",
            Cause::ProgramFailed,
        ),
    ] {
        let ended = scene.run(code);
        let ended = if ended.status.is_final() {
            ended
        } else {
            // A runner that broke off is asked once more.
            scene.world.pass(10);
            scene.execution(ended.id)
        };
        assert_eq!(ended.status, ExecutionStatus::Failed, "{code}: {ended:?}");
        assert_eq!(ended.cause, Some(cause), "{code}: {:?}", ended.error);
        programs += 1;
        scene.world.pass(60);
        let ticks = scene.world.executions(other.id);
        let late = ticks
            .iter()
            .filter(|it| it.started_at != Some(it.scheduled_at))
            .count();
        assert_eq!(late, 0, "{code}");
    }
    assert_eq!(programs, 11);
}

#[test]
fn should_show_where_an_exception_was_raised() {
    let mut scene = Scene::new();
    scene.put("helper", "def divide(a, b):\n    return a / b\n");
    let failed =
        scene.run("from helper import divide\n\ndef async_task():\n    return divide(1, 0)\n");
    let error = failed.attempts[0].error.clone().expect("an error");
    for part in [
        "ZeroDivisionError",
        "File \"program.py\", line 4, in async_task",
        "return divide(1, 0)",
        "File \"helper.py\", line 2, in divide",
        "return a / b",
    ] {
        assert!(error.contains(part), "{part}: {error}");
    }
}
