//! `chime mcp` for canisters that are no scheduler: one that publishes its interface, and one whose
//! interface is in a file. The real program, the protocol over its standard streams, the replica
//! behind its public interface.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, its helpers too"
)]

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output, Stdio};

use candid::{CandidType, Encode, Principal};
use chime_tests::agent::Agent;
use chime_tests::mcp::Client;
use chime_tests::{World, program};
use serde::Serialize;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A key that nobody needs to keep secret.
const KEY: &str = "\
-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB
-----END PRIVATE KEY-----
";

/// A canister that gives back whatever it is sent, so it has whatever interface one likes.
const ECHO: &str = r#"
(module
  (import "ic0" "msg_arg_data_size" (func $size (result i32)))
  (import "ic0" "msg_arg_data_copy" (func $copy (param i32 i32 i32)))
  (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
  (import "ic0" "msg_reply" (func $reply))
  (memory 4)
  (func $echo
    (call $copy (i32.const 0) (i32.const 0) (call $size))
    (call $append (i32.const 0) (call $size))
    (call $reply))
  (func $silent)
  (export "canister_update echo" (func $echo))
  (export "canister_update deleteEverything" (func $echo))
  (export "canister_update lie" (func $echo))
  (export "canister_update wallet_send" (func $echo))
  (export "canister_update subscribe" (func $echo))
  (export "canister_update fire" (func $silent))
  (export "canister_query several" (func $echo))
  (export "canister_query two words" (func $echo))
  (export "canister_composite_query compose" (func $echo)))
"#;

const ECHO_INTERFACE: &str = r#"
type Tree = record { value : int; children : vec Tree };
type Shape = variant { dot; circle : record { radius : float64 }; label : text; many : vec Shape };
type Thing = record {
  // Whose it is.
  owner : opt principal;
  tree : Tree;
  shape : Shape;
  data : blob;
  amount : nat;
  created_at : nat64;
  pair : record { text; nat8 };
  "type" : opt text;
  "z$" : opt bool;
  hooked : opt record { text };
};
service : {
  // Gives back the thing.
  echo : (Thing) -> (Thing);
  several : (text, limit : opt nat16) -> (text, opt nat16) query;
  compose : (Shape) -> (Shape) composite_query;
  fire : (text) -> () oneway;
  "two words" : (Tree) -> (Tree) query;
  deleteEverything : () -> ();
  subscribe : (func (text) -> ()) -> (func (text) -> ());
  lie : (text) -> (nat);
  wallet_send : (nat) -> (nat);
  gone : () -> ();
  impossible : (empty) -> ();
}
"#;

#[derive(CandidType, Serialize)]
struct InstallCode {
    mode: Mode,
    canister_id: Principal,
    #[serde(with = "serde_bytes")]
    wasm_module: Vec<u8>,
    #[serde(with = "serde_bytes")]
    arg: Vec<u8>,
}

#[derive(CandidType, Serialize)]
enum Mode {
    #[serde(rename = "install")]
    Install,
}

/// A network with the tests' callee and the echo, and a directory with a key.
struct Place {
    world: World,
    url: String,
    directory: TempDir,
}

impl Place {
    fn new() -> Self {
        let network = Agent::new();
        let url = network.url();
        let directory = tempfile::tempdir().unwrap();
        let key = directory.path().join("key.pem");
        std::fs::write(&key, KEY).unwrap();
        std::fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
        std::fs::write(directory.path().join("echo.did"), ECHO_INTERFACE).unwrap();
        Self {
            world: World::on(Box::new(network)),
            url,
            directory,
        }
    }

    fn install_echo(&mut self) -> Principal {
        let network = self.world.network.as_mut();
        let canister_id = network.create();
        let arg = InstallCode {
            mode: Mode::Install,
            canister_id,
            wasm_module: wat::parse_str(ECHO).unwrap(),
            arg: Vec::new(),
        };
        let bytes = Encode!(&arg).unwrap();
        network.manage(canister_id, "install_code", bytes).unwrap();
        canister_id
    }

    fn command(&self, canister: Principal, arguments: &[&str]) -> Command {
        let path = |name: &str| self.directory.path().join(name);
        let mut command = Command::new(program());
        command
            .args(["mcp", "--network", &self.url])
            .args(["--canister", &canister.to_text()])
            .arg("--identity")
            .arg(path("key.pem"))
            .arg("--state")
            .arg(path("state"))
            .args(arguments)
            .current_dir(self.directory.path());
        command
    }

    fn serve(&self, canister: Principal, arguments: &[&str]) -> Client {
        Client::start(&mut self.command(canister, arguments))
    }

    fn refuse(&self, canister: Principal, arguments: &[&str]) -> Output {
        let mut command = self.command(canister, arguments);
        command.stdin(Stdio::null()).output().unwrap()
    }
}

fn errors(output: &Output) -> String {
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn thing() -> Value {
    json!({
        "owner": "aaaaa-aa",
        "tree": { "value": "-340282366920938463463374607431768211456", "children": [
            { "value": 1, "children": [] },
        ] },
        "shape": { "many": ["dot", { "circle": { "radius": 0.5 } }, { "label": "x" }] },
        "data": "AP8=",
        "amount": "340282366920938463463374607431768211456",
        "created_at": "1774751400000000000",
        "pair": { "0": "a", "1": 7 },
        "type": "round",
        "hooked": { "0": "b" },
    })
}

#[test]
fn should_make_tools_of_any_interface_in_a_file() {
    let mut place = Place::new();
    let echo = place.install_echo();
    let mut client = place.serve(echo, &["--did", "echo.did"]);
    assert_eq!(
        client.names(),
        [
            "compose",
            "deleteEverything",
            "echo",
            "fire",
            "gone",
            "lie",
            "several",
            "subscribe",
            "two_words",
            "wallet_send",
        ],
        "nobody can call impossible"
    );
    let answer = client.succeed("echo", &thing());
    for (name, value) in thing().as_object().unwrap() {
        assert_eq!(&answer[name], value, "{name}");
    }
    for (tool, arguments, expected) in [
        (
            "several",
            json!({ "argument_0": "a", "limit": 7 }),
            json!({ "0": "a", "1": 7 }),
        ),
        (
            "compose",
            json!({ "argument_0": "dot" }),
            json!({ "result": "dot" }),
        ),
        (
            "two_words",
            json!({ "value": 1, "children": [] }),
            json!({ "value": 1, "children": [] }),
        ),
        (
            "fire",
            json!({ "argument_0": "away" }),
            json!({ "sent": true }),
        ),
        (
            "subscribe",
            json!({ "argument_0": "aaaaa-aa.raw_rand" }),
            json!({ "result": "aaaaa-aa.raw_rand" }),
        ),
    ] {
        let answer = client.succeed(tool, &arguments);
        assert_eq!(answer, expected, "{tool}");
    }
    client.hang_up();
}

#[test]
fn should_be_as_careful_with_other_canisters() {
    let mut place = Place::new();
    let echo = place.install_echo();
    let mut client = place.serve(echo, &["--did", "echo.did"]);
    let answer = client.fail("deleteEverything", &json!({}));
    assert_eq!(answer["kind"], "confirmation_required");
    client.succeed("deleteEverything", &json!({ "confirm": true }));
    let answer = client.fail("wallet_send", &json!({ "argument_0": 7 }));
    assert_eq!(answer["kind"], "confirmation_required", "it moves value");
    client.succeed(
        "wallet_send",
        &json!({ "argument_0": 7, "confirm": "true" }),
    );
    let answer = client.succeed("fire", &json!({ "argument_0": "x", "dry_run": true }));
    assert_eq!(answer["would"], "call fire(\"x\")");
    let mut wrong = thing();
    wrong["tree"]["children"][0]["value"] = json!("many");
    let answer = client.fail("echo", &wrong);
    assert_eq!(answer["kind"], "invalid_argument");
    assert_eq!(answer["field"], "tree.children[0].value");
    assert!(answer["example"].is_object(), "{answer}");
    client.hang_up();
}

#[test]
fn should_say_what_became_of_a_call_that_went_wrong() {
    let mut place = Place::new();
    let echo = place.install_echo();
    let mut client = place.serve(echo, &["--did", "echo.did"]);
    let answer = client.fail("lie", &json!({ "argument_0": "x" }));
    assert_eq!(answer["kind"], "answer_unreadable");
    assert_eq!(answer["outcome"], "done");
    assert_eq!(answer["answer_hex"], hex(&Encode!(&"x").unwrap()));
    assert!(answer["fix"].as_str().unwrap().contains("do not repeat it"));
    let answer = client.fail("gone", &json!({}));
    let rule = answer["rule"].as_str().unwrap();
    assert!(rule.starts_with("there is no method gone"), "{rule}");
    client.hang_up();

    let callee = place.world.callee.0;
    std::fs::write(
        place.directory.path().join("other.did"),
        "service : { gone : () -> (); calls : () -> (nat) query }",
    )
    .unwrap();
    let mut client = place.serve(callee, &["--did", "other.did"]);
    let answer = client.fail("gone", &json!({}));
    let rule = answer["rule"].as_str().unwrap();
    assert!(
        rule.contains("there are") && rule.contains("echo"),
        "{rule}"
    );
    client.hang_up();
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn should_take_the_interface_that_a_canister_publishes() {
    let place = Place::new();
    let callee = place.world.callee.0;
    let mut client = place.serve(callee, &[]);
    let answer = client.succeed("echo", &json!({ "argument_0": "hello" }));
    assert_eq!(answer, json!({ "result": "hello" }));
    let answer = client.fail("reject", &json!({ "argument_0": "not today" }));
    let rule = answer["rule"].as_str().unwrap();
    assert!(rule.ends_with("the canister refused it"), "{rule}");
    assert_eq!(answer["said_by_callee"], "not today");
    assert_eq!(answer["said_by_others"], json!(["said_by_callee"]));
    let answer = client.succeed("calls", &json!({}));
    assert_eq!(answer["result"][0]["method"], "echo");
    client.hang_up();
    let mut client = place.serve(callee, &["--read-only"]);
    let tools = client.tools();
    assert!(!tools.is_empty());
    assert!(
        tools
            .iter()
            .all(|tool| tool["annotations"]["readOnlyHint"] == true)
    );
    client.hang_up();
}

#[test]
fn should_say_the_way_out_where_there_are_no_tools() {
    let mut place = Place::new();
    let echo = place.install_echo();
    let callee = place.world.callee.0;
    for (canister, arguments, words) in [
        (echo, &[][..], "--did FILE"),
        (echo, &["--did", "missing.did"], "missing.did"),
        (echo, &["--did", "key.pem"], "cannot be read"),
        (callee, &["--tools", "ecko"], "Did you mean echo"),
        (callee, &["--toolsets", "tasks"], "--toolsets all"),
        (callee, &["--tools", "echo", "--read-only"], "--read-only"),
    ] {
        let output = place.refuse(canister, arguments);
        let errors = errors(&output);
        assert!(errors.contains(words), "{arguments:?}: {errors}");
        assert!(errors.contains("fix:"), "{arguments:?}: {errors}");
        assert!(output.stdout.is_empty());
    }
}

/// A task with one call of the callee, on demand.
fn later(callee: Principal, method: &str, arguments: &Value) -> Value {
    let call = json!({ "canister": callee.to_text(), "method": method, "arguments": arguments });
    json!({
        "name": method,
        "steps": [{ "action": { "call": call } }],
        "schedules": [{ "rule": { "once": {} }, "disabled": true }],
    })
}

#[test]
fn should_know_the_callee_of_a_task_before_it_calls() {
    let place = Place::new();
    let callee = place.world.callee.0;
    let mut client = place.serve(place.world.scheduler, &[]);
    let wrong = json!({ "json": { "key": "a", "evry": 2 } });
    for (method, arguments, field, fix) in [
        ("ecko", json!(null), "method", "did you mean echo"),
        (
            "fail_some",
            wrong,
            "arguments.json.evry",
            "did you mean every?",
        ),
        (
            "large",
            json!({ "text": { "value": "(\"five\")" } }),
            "arguments.argument_0",
            "for example",
        ),
    ] {
        let refused = client.fail("create_task", &later(callee, method, &arguments));
        assert_eq!(
            refused["field"],
            format!("steps[0].action.call.{field}"),
            "{refused}"
        );
        assert!(refused["fix"].as_str().unwrap().contains(fix), "{refused}");
    }
    // A number without a type would be an int, and the callee would trap.
    let run = |client: &mut Client, method: &str, arguments: Value| {
        let task = client.succeed("create_task", &later(callee, method, &arguments));
        assert_eq!(task["unchecked"], Value::Null);
        let arguments = json!({ "task_id": task["id"], "wait_seconds": 60 });
        client.succeed("run_task_now", &arguments)
    };
    let large = run(&mut client, "large", json!({ "text": { "value": "(5)" } }));
    assert_eq!(large["status"], "completed", "{large}");
    let echo = run(&mut client, "echo", json!({ "json": ["hello"] }));
    assert_eq!(echo["result"], "(\"hello\")");
    // The answer comes with hashes; its names are the callee's own.
    let calls = run(&mut client, "calls", json!(null));
    let result = calls["result"].as_str().unwrap();
    assert!(
        result.contains("received_at = ") && result.contains("caller = "),
        "{result}"
    );
    let nobody = later(Principal::from_slice(&[9; 10]), "any", &json!("(5)"));
    let made = client.succeed("create_task", &nobody);
    let unchecked = made["unchecked"][0].as_str().unwrap();
    assert!(unchecked.contains("no interface of"), "{made}");
    client.hang_up();
}
