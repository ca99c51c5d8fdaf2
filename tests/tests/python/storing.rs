//! Codices are compiled before they are stored, verified, and kept in versions.

use candid::Encode;
use chime_replica::{CanisterHttpReply, CanisterHttpResponse, MockCanisterHttpResponse};
use chime_tests::Sender;
use chime_types::{
    Codex, CodexRequest, CodexResult, Error, ErrorKind, PutCodexRequest, RollbackCodexRequest,
};

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

/// Asks for a codex to be downloaded, where a server answers with this.
fn download(scene: &mut Scene, checksum: &str, status: u16, body: &str) -> Result<Codex, Error> {
    let request = PutCodexRequest {
        name: "downloaded".to_string(),
        url: Some("https://code.example/job.py".to_string()),
        checksum: Some(checksum.to_string()),
        ..PutCodexRequest::default()
    };
    let owner = scene.world.network.principal(Sender::Owner);
    let scheduler = scene.world.scheduler;
    let replica = scene.world.network.replica().expect("in this process");
    let argument = Encode!(&request).expect("a request");
    let message = replica
        .submit_call(owner, scheduler, "put_codex", argument)
        .expect("it is let in");
    let mut asked = Vec::new();
    while asked.is_empty() {
        replica.tick();
        asked = replica.get_canister_http();
    }
    assert_eq!(asked[0].url, "https://code.example/job.py");
    let answer = MockCanisterHttpResponse {
        request_id: asked[0].request_id,
        response: CanisterHttpResponse::CanisterHttpReply(CanisterHttpReply {
            status,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
        }),
    };
    replica
        .mock_canister_http_response(answer)
        .expect("it waits");
    replica.run_until_idle(1_000);
    let answer = replica.await_call(&message).expect("an answer");
    let answer: CodexResult = candid::decode_one(&answer).expect("the answer of the interface");
    answer.into_result()
}

#[test]
fn should_download_a_codex_and_verify_it() {
    let mut scene = Scene::new();
    let code = "result = 'from afar'";
    let checksum = scene.put("here", code).version.checksum;
    let stored = download(&mut scene, &checksum, 200, code).expect("stored");
    assert_eq!(
        stored.version.url.as_deref(),
        Some("https://code.example/job.py")
    );
    assert!(stored.version.is_checked);
    let id = scene.create("downloaded");
    let done = scene.world.execution(id);
    assert_eq!(done.result.as_deref(), Some("\"from afar\""));
    for (status, body, field) in [(200, "result = 'another'", "checksum"), (404, code, "url")] {
        let error = download(&mut scene, &checksum, status, body).expect_err("refused");
        assert_eq!(error.field.as_deref(), Some(field), "{error:?}");
    }
}
