//! Requests checked against canisters that are stand-ins.

use std::sync::Mutex;

use chime_types as types;
use chime_types::{
    Action, AlertCondition, CallArguments, Callback, Channel, CreateAlertRequest,
    CreateTaskRequest, DefineActionRequest, NewStep, UpdateTaskRequest,
};

use super::*;
use crate::error::{Error, Kind, Result};
use crate::scheduler::Manner;

const LEDGER: &str = "service : {
  transfer : (record { to : principal; amount : nat }) -> (variant { Ok : nat; Err : text });
  balance : (principal) -> (nat) query;
  all : () -> () composite_query;
  finished : (record { execution_id : nat64; result : opt text }) -> ();
  message : (record { id : nat64; subject : text; message : text; new : opt nat }) -> ();
}";

/// A network with a ledger, a canister without an interface, and one that does not answer.
#[derive(Default)]
struct Network {
    asked: Mutex<Vec<Principal>>,
}

fn ledger() -> Principal {
    Principal::from_slice(&[1])
}

fn silent() -> Principal {
    Principal::from_slice(&[2])
}

fn broken() -> Principal {
    Principal::from_slice(&[3])
}

impl Canister for Network {
    async fn call(&self, _: Manner, _: &str, _: Vec<u8>) -> Result<Vec<u8>> {
        panic!("nothing is called for a check")
    }

    async fn interface_text(&self, canister: Principal) -> Result<Option<String>> {
        self.asked.lock().unwrap().push(canister);
        match canister {
            canister if canister == ledger() => Ok(Some(LEDGER.to_string())),
            canister if canister == silent() => Ok(None),
            _ => Err(Error::new(Kind::Unreachable, "gone", "wait")),
        }
    }
}

fn call(canister: Principal, method: &str, arguments: Option<&str>) -> Action {
    Action::Call {
        canister,
        method: method.to_string(),
        arguments: arguments.map(|value| CallArguments::Text {
            value: value.to_string(),
        }),
        cycles: None,
        with_context: None,
        error_cases: None,
    }
}

fn task(action: Action) -> CreateTaskRequest {
    CreateTaskRequest {
        steps: vec![
            NewStep::new(Action::Note {
                text: "first".into(),
            }),
            NewStep::new(action),
        ],
        ..CreateTaskRequest::default()
    }
}

fn arguments(request: &CreateTaskRequest) -> String {
    match &request.steps[1].action {
        Action::Call {
            arguments: Some(CallArguments::Text { value }),
            ..
        } => value.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn should_type_text_and_json_by_the_callee() {
    let scheduler = Scheduler::of(Network::default());
    for given in [
        "(record { to = principal \"aaaaa-aa\"; amount = 100_000 })",
        "{\"to\": \"aaaaa-aa\", \"amount\": 100000}",
        " [{\"to\": \"aaaaa-aa\", \"amount\": \"100_000\"}]",
    ] {
        let mut request = task(call(ledger(), "transfer", Some(given)));
        let notes = scheduler.know_callees(&mut request).await;
        if given.contains("\"100_000\"") {
            assert_eq!(
                notes.unwrap_err().field(),
                Some("steps[1].call.arguments.amount")
            );
            continue;
        }
        assert!(notes.unwrap().is_empty());
        let text = arguments(&request);
        assert!(text.contains("amount = 100_000 : nat"), "{text}");
    }
    let asked = scheduler.canister().asked.lock().unwrap();
    assert_eq!(*asked, [ledger()], "it is asked once");
}

#[tokio::test]
async fn should_refuse_what_the_callee_does_not_have() {
    let scheduler = Scheduler::of(Network::default());
    let right = Some("(record { to = principal \"aaaaa-aa\"; amount = 1 })");
    for (method, given, field, fix) in [
        (
            "trasnfer",
            right,
            "steps[1].call.method",
            "did you mean transfer?",
        ),
        ("mint", None, "steps[1].call.method", "choose one of "),
        ("all", None, "steps[1].call.method", "choose a method that"),
        ("transfer", None, "steps[1].call.arguments", "add it"),
        (
            "balance",
            right,
            "steps[1].call.arguments.argument_0",
            "for example",
        ),
        (
            "transfer",
            Some("(record { to = principal \"aaaaa-aa\"; amuont = 1 })"),
            "steps[1].call.arguments.amuont",
            "did you mean amount?",
        ),
    ] {
        let mut request = task(call(ledger(), method, given));
        let before = request.clone();
        let error = scheduler.know_callees(&mut request).await.unwrap_err();
        assert_eq!(error.field(), Some(field), "{method}: {}", error.rule());
        assert!(error.fix().contains(fix), "{method}: {}", error.fix());
        assert_eq!(request, before, "nothing is changed");
    }
}

#[tokio::test]
async fn should_say_what_it_could_not_check_and_let_it_pass() {
    let scheduler = Scheduler::of(Network::default());
    for canister in [silent(), broken()] {
        let mut request = task(call(canister, "any", Some("(5)")));
        let notes = scheduler.know_callees(&mut request).await.unwrap();
        assert_eq!(
            notes,
            [format!(
                "steps[1].call: no interface of {canister} was found, so the method and arguments \
                 were not checked"
            )]
        );
        assert_eq!(arguments(&request), "(5)");
        let mut json = task(call(canister, "any", Some("{\"a\": 5}")));
        let error = scheduler.know_callees(&mut json).await.unwrap_err();
        assert_eq!(error.field(), Some("steps[1].call.arguments"));
    }
    assert_eq!(
        scheduler.canister().asked.lock().unwrap().len(),
        2,
        "each is asked once"
    );
}

#[tokio::test]
async fn should_look_wherever_a_request_names_a_method() {
    let scheduler = Scheduler::of(Network::default());
    let callback = Some(Callback::new(ledger(), "tranfser"));
    let channel = Channel::Canister {
        canister: ledger(),
        method: "tranfser".to_string(),
        error_cases: None,
    };
    let notification = Action::Notification {
        channel: channel.clone(),
        subject: String::new(),
        message: String::new(),
    };
    let mut task_with_callback = CreateTaskRequest {
        callback: callback.clone(),
        ..CreateTaskRequest::default()
    };
    let mut update = UpdateTaskRequest {
        callback,
        ..UpdateTaskRequest::default()
    };
    let mut steps = UpdateTaskRequest {
        steps: Some(vec![NewStep::new(notification.clone())]),
        ..UpdateTaskRequest::default()
    };
    let mut action = DefineActionRequest {
        name: "a".into(),
        description: None,
        entity_name: None,
        action: call(ledger(), "tranfser", None),
        shared: None,
    };
    let mut alert = CreateAlertRequest {
        name: "a".into(),
        task_id: None,
        condition: AlertCondition::Failure {},
        channel,
        cooldown_seconds: None,
    };
    let fields = [
        scheduler.know_callees(&mut task_with_callback).await,
        scheduler.know_callees(&mut update).await,
        scheduler.know_callees(&mut steps).await,
        scheduler.know_callees(&mut action).await,
        scheduler.know_callees(&mut alert).await,
    ]
    .map(|checked| checked.unwrap_err().field().unwrap().to_string());
    assert_eq!(
        fields,
        [
            "callback.method",
            "callback.method",
            "steps[0].notification.channel.method",
            "call.method",
            "channel.method",
        ]
    );
    let mut removed = UpdateTaskRequest {
        callback: Some(Callback::new(Principal::management_canister(), "none")),
        ..UpdateTaskRequest::default()
    };
    assert!(
        scheduler
            .know_callees(&mut removed)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn should_know_what_tasks_call_of_the_network_s_own_canister() {
    let scheduler = Scheduler::of(Network::default());
    let own = Principal::management_canister();
    let check = async |method: &str| {
        let mut request = task(call(own, method, None));
        scheduler.know_callees(&mut request).await
    };
    assert!(check("raw_rand").await.unwrap().is_empty());
    assert_eq!(check("install_code").await.unwrap().len(), 1, "not known");
}

#[tokio::test]
async fn should_refuse_receivers_that_do_not_take_what_is_sent() {
    let scheduler = Scheduler::of(Network::default());
    for (method, is_right) in [("finished", true), ("message", false), ("balance", false)] {
        let mut update = UpdateTaskRequest {
            callback: Some(Callback::new(ledger(), method)),
            ..UpdateTaskRequest::default()
        };
        let checked = scheduler.know_callees(&mut update).await;
        match is_right {
            true => assert!(checked.unwrap().is_empty(), "{method}"),
            false => {
                let error = checked.unwrap_err();
                assert_eq!(error.field(), Some("callback.method"));
                assert!(
                    error.rule().contains("one ExecutionFinished"),
                    "{}",
                    error.rule()
                );
            }
        }
    }
    let mut request = task(Action::Notification {
        channel: Channel::Canister {
            canister: ledger(),
            method: "message".into(),
            error_cases: None,
        },
        subject: String::new(),
        message: String::new(),
    });
    assert!(
        scheduler
            .know_callees(&mut request)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn should_leave_placeholders_for_later() {
    let scheduler = Scheduler::of(Network::default());
    let text = "(record { to = principal \"{{attributes.to}}\"; amount = {{attributes.n}} })";
    let mut request = task(call(ledger(), "transfer", Some(text)));
    assert!(
        scheduler
            .know_callees(&mut request)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(arguments(&request), text);
}

/// A scheduler with one task that calls the ledger, whose answer came without names.
struct Answering;

fn refused() -> String {
    let hash = candid::idl_hash;
    let (case, field) = (hash("Refused"), hash("because_of"));
    format!(
        "(variant {{ {} = variant {{ {case} = record {{ {field} = 0 : nat }} }} }})",
        hash("Err")
    )
}

impl Canister for Answering {
    async fn call(&self, _: Manner, method: &str, _: Vec<u8>) -> Result<Vec<u8>> {
        let answer = match method {
            "get_task" => candid::encode_one(types::TaskResult::Ok(types::Task {
                steps: vec![crate::fixtures::step(call(ledger(), "transfer", None))],
                ..crate::fixtures::task(7, "pay")
            })),
            "get_execution" => {
                candid::encode_one(types::ExecutionResult::Ok(types::TaskExecution {
                    result: Some(refused()),
                    error: Some(format!("the callee answered with Err: {}", refused())),
                    ..crate::fixtures::execution(types::ExecutionStatus::Failed)
                }))
            }
            other => panic!("{other}"),
        };
        Ok(answer.unwrap())
    }

    async fn interface_text(&self, _: Principal) -> Result<Option<String>> {
        let text = "service : { transfer : () -> (variant { Ok; Err : variant { Refused : record { \
                    because_of : nat } } }) }";
        Ok(Some(text.to_string()))
    }
}

#[tokio::test]
async fn should_show_answers_with_the_names_of_the_callee() {
    let scheduler = Scheduler::of(Answering);
    let request = types::ExecutionRequest { execution_id: 1 };
    let shown = scheduler.get_execution(&request).await.unwrap();
    let expected = "(variant { Err = variant { Refused = record { because_of = 0 : nat } } })";
    assert_eq!(shown.result.as_deref(), Some(expected));
    let error = format!("the callee answered with Err: {expected}");
    assert_eq!(shown.error, Some(error));
    let mut json = serde_json::json!({ "items": [{ "task_id": "7", "result": refused() }] });
    Scheduler::of(Answering).put_names(&mut json).await;
    assert_eq!(json["items"][0]["result"], expected);
}
