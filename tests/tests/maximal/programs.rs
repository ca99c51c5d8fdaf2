//! Codices, entities and journals as large as they may be, and a program that uses them.

use chime_tests::{now_once, task};
use chime_types::{
    Action, CodexRequest, CodexResult, ConfigResult, ConfigureRequest, DeleteCodexRequest,
    EntitiesResult, ExecutionRequest, ExecutionResult, GetEntitiesRequest, JournalResult,
    ListCodicesResult, NamesPageRequest, NewStep, PutCodexRequest, RemovedResult,
    ResumeExecutionRequest, ResumeHow, RollbackCodexRequest, WaitReason, limits,
};

use crate::content::run;
use crate::methods::latest;
use crate::scene::Scene;

/// Code that is as long as it may be, and does little.
fn padded(code: &str) -> String {
    let line = format!("# {}\n", "x".repeat(97));
    let lines = (limits::MAXIMUM_CODEX_BYTES - code.len()) / line.len();
    format!("{}{code}", line.repeat(lines))
}

/// Fills the entities, then asks for as much as fits into a journal, and sleeps.
fn program(scene: &Scene, sleep: u64) -> String {
    let text = limits::MAXIMUM_ENTITIES_BYTES - 1_000;
    let calls = 40;
    // It comes back. Leaves room for what surrounds both.
    let argument = limits::MAXIMUM_JOURNAL_BYTES / calls / 2 - 200;
    padded(&format!(
        "
import lib
class Kept(Entity):
    text = String()
def async_task():
    for number in range({calls}):
        yield ic.call('{callee}', 'echo', 'x' * {argument})
    yield ic.sleep({sleep})
    if not Kept.count():
        Kept(text='x' * {text})
",
        callee = scene.world.callee.0
    ))
}

fn put(scene: &mut Scene, what: &'static str, name: &str, code: String) {
    let request = PutCodexRequest {
        name: name.to_string(),
        code: Some(code),
        description: Some("d".repeat(limits::MAXIMUM_DESCRIPTION_CHARACTERS)),
        ..PutCodexRequest::default()
    };
    let _: CodexResult = scene.ask("put_codex", what, &request);
}

pub fn fill(scene: &mut Scene) {
    let runner = scene.world.deploy_runner();
    let request = ConfigureRequest {
        runners: Some(vec![runner; limits::MAXIMUM_RUNNERS]),
        ..ConfigureRequest::default()
    };
    let _: ConfigResult = scene.ask("configure", "all runners", &request);
    for number in 0..limits::MAXIMUM_CODICES - 2 {
        put(
            scene,
            "one of many",
            &format!("c{number}"),
            "x = 1".to_string(),
        );
    }
    put(scene, "as long as it may be", "lib", padded("x = 1"));
    for number in 0..limits::MAXIMUM_CODEX_VERSIONS as u64 {
        let code = program(scene, 60 + number);
        put(scene, "as long as it may be", "big", code);
    }
    let step = NewStep::new(Action::Codex {
        name: "big".to_string(),
        code: None,
        input: Some(format!(
            "\"{}\"",
            "i".repeat(limits::MAXIMUM_INPUT_BYTES - 2)
        )),
    });
    scene.create("program", &task("program", vec![step], now_once()));
}

/// Everything about codices, the program having been run to its end.
pub fn ask(scene: &mut Scene) {
    // What ran before is not in the backup that was restored meanwhile.
    run(scene, "program", 1);
    scene.pass(120);
    let names = NamesPageRequest {
        cursor: None,
        limit: Some(limits::MAXIMUM_PAGE_ITEMS),
    };
    let _: ListCodicesResult = scene.ask("list_codices", "a full page", &names);
    let request = CodexRequest {
        name: "big".to_string(),
        ..CodexRequest::default()
    };
    let _: CodexResult = scene.ask("get_codex", "with all versions", &request);
    let request = GetEntitiesRequest { task_id: None };
    let _: EntitiesResult = scene.ask("get_entities", "as many as are kept", &request);
    let execution_id = latest(scene, "program");
    let request = ExecutionRequest { execution_id };
    let _: JournalResult = scene.ask("get_journal", "a full one", &request);
    diverge(scene);
    let request = RollbackCodexRequest {
        name: "big".to_string(),
        ..RollbackCodexRequest::default()
    };
    let _: CodexResult = scene.ask("rollback_codex", "as long as it may be", &request);
    let request = DeleteCodexRequest {
        name: "big".to_string(),
        shared: None,
    };
    let _: RemovedResult = scene.ask("delete_codex", "with all versions", &request);
}

/// Runs the program once more, and changes it while it sleeps.
fn diverge(scene: &mut Scene) {
    run(scene, "program", 1);
    scene.pass(10);
    let code = program(scene, 7);
    put(scene, "as long as it may be", "big", code);
    scene.pass(90);
    let execution_id = latest(scene, "program");
    let request = ExecutionRequest { execution_id };
    let shown: ExecutionResult = scene.ask("get_execution", "one that diverged", &request);
    let shown = shown.into_result().expect("an execution");
    assert_eq!(shown.waiting_for, Some(WaitReason::Diverged), "{shown:?}");
    let request = ResumeExecutionRequest {
        execution_id,
        how: ResumeHow::FirstVersion,
    };
    let _: ExecutionResult = scene.ask("resume_execution", "a full journal", &request);
    scene.pass(5);
}
