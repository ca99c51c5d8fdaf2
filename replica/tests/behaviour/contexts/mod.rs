//! Every function of the system, called from every place there is, on both widths of memory: it
//! passes where the interface specification lets it, and is refused by name everywhere else.

mod probe;
mod table;

use candid::{Encode, Nat};
use chime_replica::{
    CanisterHttpReply, CanisterHttpResponse, InstallMode, MockCanisterHttpResponse, Principal,
    Rejection, Replica, on_guest_stack,
};
use ic_management_canister_types::{
    CanisterSettings, EnvironmentVariable, HttpRequestArgs, TransformContext, TransformFunc,
    UpdateSettingsArgs,
};

use crate::support::{controller, module, replica, stranger};
use probe::Probe;
use table::{CONTEXTS, INTERFACE, INTERFACE_32_BIT, is_allowed};

/// What was seen of a call: whether it came back, and how its message failed where that can be seen.
struct Seen {
    passed: bool,
    failure: Option<String>,
}

/// A replica with a canister that has an environment variable, and one that answers `ok`.
struct Stage {
    replica: Replica,
    id: Principal,
    other: Principal,
}

impl Stage {
    fn new() -> Self {
        let mut replica = replica();
        let id = replica.create_canister(controller()).unwrap();
        let variable = EnvironmentVariable {
            name: "N".to_owned(),
            value: "V".to_owned(),
        };
        set(
            &mut replica,
            id,
            CanisterSettings {
                environment_variables: Some(vec![variable]),
                ..CanisterSettings::default()
            },
        );
        let other = replica.create_canister(controller()).unwrap();
        let answering = module("(func (export \"canister_query ok\") (call $reply))");
        install(&mut replica, other, InstallMode::Install, answering).unwrap();
        Self { replica, id, other }
    }

    fn install(&mut self, mode: InstallMode, code: Vec<u8>) -> Result<(), Rejection> {
        install(&mut self.replica, self.id, mode, code)
    }

    /// How often the canister printed the name of a place.
    fn printed(&self, context: &str) -> usize {
        let log = self.replica.debug_log(&self.id);
        log.iter().filter(|line| *line == context).count()
    }
}

fn install(
    replica: &mut Replica,
    id: Principal,
    mode: InstallMode,
    code: Vec<u8>,
) -> Result<(), Rejection> {
    replica.install_code(controller(), id, mode, code, Vec::new())
}

fn set(replica: &mut Replica, canister_id: Principal, settings: CanisterSettings) {
    let arg = UpdateSettingsArgs {
        canister_id,
        settings,
        sender_canister_version: None,
    };
    replica
        .management_call(controller(), "update_settings", &arg)
        .unwrap();
}

/// Enters a place of the life of a canister.
fn enter_stage(probe: &Probe, context: &str) -> Seen {
    let mut stage = Stage::new();
    let code = probe.stage(context);
    let result = match context {
        "post_upgrade" => {
            stage.install(InstallMode::Install, module("")).unwrap();
            stage.install(InstallMode::Upgrade, code)
        }
        "pre_upgrade" => {
            stage.install(InstallMode::Install, code).unwrap();
            stage.install(InstallMode::Upgrade, module(""))
        }
        _ => stage.install(InstallMode::Install, code),
    };
    Seen {
        passed: result.is_ok(),
        failure: result.err().map(|rejection| rejection.message),
    }
}

/// Enters all places of messages, one after the other.
fn enter_messages(probe: &Probe) -> Vec<(&'static str, Seen)> {
    let mut stage = Stage::new();
    // Inspection first of all: it stands before every other message.
    stage
        .install(InstallMode::Install, probe.messages())
        .unwrap();
    let names = CONTEXTS.iter().map(|row| row.0);
    let of_messages = names.filter(|name| !is_stage(name) && !is_task(name));
    let mut seen = Vec::new();
    for context in of_messages {
        let before = stage.printed(context);
        let failure = enter_message(&mut stage, context).err();
        let passed = stage.printed(context) > before;
        // A message that cleans up has failed before, for a reason of its own.
        let shown = failure.filter(|_| !context.ends_with("cleanup"));
        seen.push((
            context,
            Seen {
                passed,
                failure: shown.map(|rejection| rejection.message),
            },
        ));
    }
    seen
}

fn enter_message(stage: &mut Stage, context: &str) -> Result<Vec<u8>, Rejection> {
    let Stage { replica, id, other } = stage;
    let (id, arg) = (*id, other.as_slice().to_vec());
    match context {
        "inspect" => {
            let message = replica.submit_call(stranger(), id, "ok", Vec::new())?;
            replica.await_call(&message)
        }
        "query" | "composite_query" => {
            replica.query_with_certificate(stranger(), id, context, arg, vec![1, 2, 3])
        }
        "composite_reply" | "composite_reject" | "composite_cleanup" => {
            replica.query(stranger(), id, context, arg)
        }
        "transform" => transform(replica, id),
        _ => by_canister(replica, id, context),
    }
}

/// Calls a method from another canister, so that no inspection stands before it.
fn by_canister(replica: &mut Replica, id: Principal, method: &str) -> Result<Vec<u8>, Rejection> {
    call_through(replica, id, method, &[])
}

fn call_through(
    replica: &mut Replica,
    id: Principal,
    method: &str,
    arg: &[u8],
) -> Result<Vec<u8>, Rejection> {
    let proxy = replica.create_canister(controller()).unwrap();
    let data: String = arg.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let code = module(&format!(
        r#"(table funcref (elem $reply_it $reject_it))
        (data (i32.const 1024) "{method}") (data (i32.const 8192) "{data}")
        (func $reply_it (param i32) (call $reply))
        (func $reject_it (param i32)
          (call $reject_msg_copy (i32.const 32768) (i32.const 0) (call $reject_msg_size))
          (call $reject (i32.const 32768) (call $reject_msg_size)))
        (func (export "canister_update pass")
          (call $call_arg (i32.const 1024) (i32.const {}) (i32.const 0) (i32.const 1))
          (call $call_append (i32.const 8192) (i32.const {}))
          (drop (call $perform)))"#,
        method.len(),
        arg.len()
    ));
    install(replica, proxy, InstallMode::Install, code).unwrap();
    replica.update_call(stranger(), proxy, "pass", id.as_slice().to_vec())
}

/// Makes an HTTPS outcall, answers it, and returns what came of the transform.
fn transform(replica: &mut Replica, id: Principal) -> Result<Vec<u8>, Rejection> {
    let arg = HttpRequestArgs {
        url: "https://example.org".to_owned(),
        max_response_bytes: Some(1000),
        transform: Some(TransformContext {
            function: TransformFunc(candid::Func {
                principal: id,
                method: "transform".to_owned(),
            }),
            context: Vec::new(),
        }),
        ..HttpRequestArgs::default()
    };
    let arg = Encode!(&arg).unwrap();
    let _: Result<_, Rejection> = call_through(replica, id, "outcall", &arg);
    let request = replica.get_canister_http().pop().unwrap();
    let reply = CanisterHttpReply {
        status: 200,
        headers: Vec::new(),
        body: Vec::new(),
    };
    replica
        .mock_canister_http_response(MockCanisterHttpResponse {
            request_id: request.request_id,
            response: CanisterHttpResponse::CanisterHttpReply(reply),
        })
        .unwrap();
    let (message, _) = replica
        .ingress_statuses()
        .find(|(_, status)| !status.is_answered())
        .unwrap();
    let message = *message;
    replica.await_call(&message)
}

/// Lets the system enter its places.
fn enter_tasks(probe: &Probe) -> Vec<(&'static str, Seen)> {
    let mut stage = Stage::new();
    let id = stage.id;
    set(
        &mut stage.replica,
        id,
        CanisterSettings {
            wasm_memory_limit: Some(Nat::from(1_000_000_u32)),
            wasm_memory_threshold: Some(Nat::from(990_000_u32)),
            ..CanisterSettings::default()
        },
    );
    stage.install(InstallMode::Install, probe.tasks()).unwrap();
    stage.replica.tick();
    stage.replica.run_until_idle(5);
    let names = CONTEXTS.iter().map(|row| row.0);
    let tasks = names.filter(|name| is_task(name));
    let seen = |context: &'static str| {
        let passed = stage.printed(context) > 0;
        (
            context,
            Seen {
                passed,
                failure: None,
            },
        )
    };
    tasks.map(seen).collect()
}

fn is_stage(context: &str) -> bool {
    ["start", "init", "post_upgrade", "pre_upgrade"].contains(&context)
}

fn is_task(context: &str) -> bool {
    ["heartbeat", "global_timer", "low_memory"].contains(&context)
}

/// Whether a failure can be seen there at all.
fn is_open(context: &str) -> bool {
    !is_task(context) && !context.ends_with("cleanup")
}

fn check(probe: &Probe) {
    let mut seen = enter_messages(probe);
    seen.extend(enter_tasks(probe));
    for (context, ..) in CONTEXTS.iter().filter(|row| is_stage(row.0)) {
        seen.push((context, enter_stage(probe, context)));
    }
    assert_eq!(seen.len(), CONTEXTS.len(), "each place was entered");
    for (context, seen) in seen {
        let (_, letter, mode) = CONTEXTS.iter().find(|row| row.0 == context).unwrap();
        check_cell(
            probe,
            context,
            is_allowed(probe.letters, letter),
            mode,
            &seen,
        );
    }
}

fn check_cell(probe: &Probe, context: &str, is_allowed: bool, mode: &str, seen: &Seen) {
    let (name, width, failure) = (probe.name, probe.pointer, seen.failure.as_deref());
    let cell = format!("{name} ({width}) in {context}: {failure:?}");
    if name == "trap" {
        // It is allowed everywhere and ends the message as no other failure does.
        assert!(!seen.passed, "{cell}");
        let by_trap = failure.is_some_and(|text| text.contains("Canister called `ic0.trap`"));
        assert!(by_trap || !is_open(context), "{cell}");
        return;
    }
    assert_eq!(seen.passed, is_allowed, "{cell}");
    if !is_allowed && is_open(context) {
        let expected =
            format!("Canister violated contract: \"ic0_{name}\" cannot be executed in {mode} mode");
        assert!(
            failure.is_some_and(|text| text.contains(&expected)),
            "{cell}"
        );
    }
}

fn check_all(interface: &[(&'static str, &'static str, &'static str)], pointer: &'static str) {
    on_guest_stack(|| {
        for &(name, signature, letters) in interface {
            check(&Probe {
                name,
                signature,
                letters,
                pointer,
            });
        }
    });
}

#[test]
fn should_allow_functions_where_the_specification_does_on_32_bits() {
    check_all(INTERFACE, "i32");
}

#[test]
fn should_allow_functions_where_the_specification_does_on_64_bits() {
    check_all(INTERFACE, "i64");
}

#[test]
fn should_allow_the_older_functions_where_the_specification_does() {
    check_all(INTERFACE_32_BIT, "i32");
}

#[test]
fn should_know_67_functions_and_nine_older_ones() {
    assert_eq!((INTERFACE.len(), INTERFACE_32_BIT.len()), (67, 9));
}

#[test]
fn should_not_offer_the_older_functions_to_modules_of_64_bits() {
    for &(name, signature, letters) in INTERFACE_32_BIT {
        let probe = Probe {
            name,
            signature,
            letters,
            pointer: "i64",
        };
        let mut stage = Stage::new();
        let rejection = stage
            .install(InstallMode::Install, probe.stage("init"))
            .unwrap_err();
        let expected = format!(
            "Module imports function '{name}' from 'ic0' that is not exported by the runtime."
        );
        assert!(rejection.message.contains(&expected), "{rejection}");
    }
}
