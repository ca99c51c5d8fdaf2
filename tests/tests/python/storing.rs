//! Codices are compiled before they are stored, verified, and kept in versions.

use chime_types::{CodexRequest, CodexResult, ErrorKind, PutCodexRequest, RollbackCodexRequest};

use crate::scene::Scene;

#[test]
fn should_say_where_a_codex_does_not_compile_and_store_nothing() {
    let mut scene = Scene::new();
    for (code, line, column) in [
        ("def async_task():\n    return (1,\n", "line 2", "column"),
        ("x = 1\n  y = 2\n", "line 2", "column"),
        ("for in range(3): pass", "line 1", "column 5"),
        ("return = 7", "line 1", "column"),
    ] {
        let error = scene.try_put("broken", code).expect_err("refused");
        assert_eq!(error.kind, ErrorKind::InvalidArgument);
        assert_eq!(error.field.as_deref(), Some("code"));
        assert!(error.rule.starts_with(line), "{code:?}: {}", error.rule);
        assert!(error.rule.contains(column), "{code:?}: {}", error.rule);
    }
    let request = CodexRequest {
        name: "broken".to_string(),
        ..CodexRequest::default()
    };
    let answer: CodexResult = scene.ask("get_codex", &request);
    assert_eq!(answer.into_result().unwrap_err().kind, ErrorKind::NotFound);
}

#[test]
fn should_store_versions_and_go_back() {
    let mut scene = Scene::new();
    let first = scene.put("job", "result = 1");
    assert!(first.version.is_checked);
    assert_eq!(
        scene.put("job", "result = 1").version,
        first.version,
        "the same again"
    );
    let second = scene.put("job.py", "result = 2");
    assert_eq!((second.name.as_str(), second.version.number), ("job", 2));
    let request = RollbackCodexRequest {
        name: "job".to_string(),
        ..RollbackCodexRequest::default()
    };
    let answer: CodexResult = scene.ask("rollback_codex", &request);
    let back = answer.into_result().expect("rolled back");
    assert_eq!(
        (back.version.number, back.version.rolled_back_to),
        (3, Some(1))
    );
    assert_eq!(back.version.checksum, first.version.checksum);
    let id = scene.create("job");
    assert_eq!(scene.world.execution(id).result.as_deref(), Some("1"));
}

#[test]
fn should_refuse_code_that_is_not_what_its_checksum_says() {
    let mut scene = Scene::new();
    let mut request = PutCodexRequest {
        name: "job".to_string(),
        code: Some("result = 1".to_string()),
        checksum: Some(format!("sha256:{}", "0".repeat(64))),
        ..PutCodexRequest::default()
    };
    let answer: CodexResult = scene.ask("put_codex", &request);
    let error = answer.into_result().expect_err("refused");
    assert_eq!(error.field.as_deref(), Some("checksum"));
    let right = error
        .rule
        .split_whitespace()
        .find(|word| word.starts_with("sha256:"));
    request.checksum = right.map(|word| word.trim_end_matches(',').to_string());
    let answer: CodexResult = scene.ask("put_codex", &request);
    answer.into_result().expect("what the error names is right");
}
