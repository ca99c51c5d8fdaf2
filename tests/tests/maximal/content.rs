//! What the scheduler holds before it is asked: long lists, full texts, records as large as they get.

use chime_tests::{call, every, note, now_once, retries, task};
use chime_types::{
    Action, ActionResult, AlertResult, CallArguments, Channel, CreateAlertRequest,
    CreateTaskRequest, DefineActionRequest, ExecutionResult, NewSchedule, NewStep,
    PutSecretRequest, PutUserRequest, Role, RunTaskNowRequest, SecretsResult, UserResult, limits,
};

use candid::Principal;

use crate::scene::Scene;
use crate::texts;

/// Runs of a task that fails each time.
const FAILURES: u64 = 600;
/// Tasks with long texts.
const TASKS: usize = 200;
/// Runs whose records are as large as they may be.
const FAT: usize = 12;
/// Commands that wait.
pub const JOBS: usize = 120;

pub fn fill(scene: &mut Scene) {
    secrets(scene);
    actions(scene);
    alerts(scene);
    users(scene);
    tasks(scene);
}

fn off() -> NewSchedule {
    NewSchedule {
        disabled: Some(true),
        ..every(3_600)
    }
}

fn secrets(scene: &mut Scene) {
    for number in 0..limits::MAXIMUM_SECRETS {
        let secret = format!("{number:02}\"\\é").repeat(limits::MAXIMUM_SECRET_BYTES / 6);
        let request = PutSecretRequest {
            name: format!("S{number:02}"),
            secret,
        };
        let _: SecretsResult = scene.ask("put_secret", "as long as it may be", &request);
    }
}

fn actions(scene: &mut Scene) {
    let placeholders = "{{attributes.00000}}".repeat(limits::MAXIMUM_NOTE_BYTES / 20);
    let mut define = |name: String, action: Action| {
        let request = DefineActionRequest {
            name,
            description: None,
            entity_name: None,
            action,
            shared: None,
        };
        let _: ActionResult = scene.ask("define_action", "a long text", &request);
    };
    define("x".to_string(), Action::Note { text: placeholders });
    for number in 0..100 {
        let code = Some("c".repeat(limits::MAXIMUM_COMMAND_BYTES));
        let name = "codex".to_string();
        define(
            format!("a{number}"),
            Action::Codex {
                name,
                code,
                input: None,
            },
        );
    }
}

fn alerts(scene: &mut Scene) {
    for number in 0..limits::MAXIMUM_ALERTS - 2 {
        let conditions = texts::conditions();
        let request = CreateAlertRequest {
            name: format!("alert {number}"),
            task_id: None,
            condition: conditions[number % conditions.len()].clone(),
            channel: if number == 0 {
                Channel::Inbox {}
            } else {
                texts::webhook()
            },
            cooldown_seconds: Some(if number == 0 { 0 } else { 600 }),
        };
        let _: AlertResult = scene.ask("create_alert", "a webhook with full headers", &request);
    }
}

fn users(scene: &mut Scene) {
    for number in 0..510_u32 {
        let request = PutUserRequest {
            principal: Principal::self_authenticating(number.to_be_bytes()),
            name: Some(format!("{number:0128}")),
            role: Some(Role::User),
            quotas: None,
            disabled: None,
        };
        let _: UserResult = scene.ask("put_user", "with a long name", &request);
    }
}

/// Runs a task some times now.
pub fn run(scene: &mut Scene, name: &'static str, times: usize) {
    for _ in 0..times {
        let request = RunTaskNowRequest {
            task_id: scene.tasks[name],
            idempotency_key: None,
            scheduled_at: None,
        };
        let _: ExecutionResult = scene.ask("run_task_now", "a task of the content", &request);
    }
    scene.pass(2);
}

fn tasks(scene: &mut Scene) {
    let long = CreateTaskRequest {
        description: Some("🎼".repeat(limits::MAXIMUM_DESCRIPTION_CHARACTERS)),
        metadata: Some("m".repeat(limits::MAXIMUM_METADATA_BYTES)),
        ..task("", vec![note("x")], off())
    };
    for _ in 0..TASKS {
        scene
            .world
            .try_create(&CreateTaskRequest {
                name: "long".to_string(),
                ..long.clone()
            })
            .expect("a task");
    }
    let mut growing = vec![
        note(&"x".repeat(limits::MAXIMUM_NOTE_BYTES)),
        note(&"{{steps.0.result}}".repeat(227)),
    ];
    growing.extend((2..limits::MAXIMUM_STEPS).map(|_| note(&"{{steps.1.result}}".repeat(227))));
    scene.create("fat", &task("", growing, off()));
    run(scene, "fat", FAT);
    dear_to_run(scene);
    let command = Action::Command {
        command: "\"".repeat(limits::MAXIMUM_COMMAND_BYTES),
        queue: Some("full".to_string()),
    };
    let jobs = CreateTaskRequest {
        metadata: long.metadata,
        ..task("", vec![NewStep::new(command)], off())
    };
    scene.create("jobs", &jobs);
    run(scene, "jobs", JOBS);
    let failing = NewStep::new(Action::Codex {
        name: "none".to_string(),
        code: None,
        input: None,
    });
    let failing = CreateTaskRequest {
        retry: Some(retries(0, 1)),
        ..task("", vec![failing], every(1))
    };
    scene.create("failing", &failing);
    scene.pass(FAILURES);
}

/// What is dear each time that it is run.
fn dear_to_run(scene: &mut Scene) {
    let callee = scene.world.callee;
    let many = texts::many_values(limits::MAXIMUM_ARGUMENTS_BYTES);
    let attributes = texts::object(limits::MAXIMUM_ARGUMENTS_BYTES - 10);
    let path = NewStep::new(Action::Named {
        action_name: "x".to_string(),
        entity_name: None,
        attributes,
        as_user: None,
    });
    let bytes = Action::Call {
        canister: callee.0,
        method: "take".to_string(),
        arguments: Some(CallArguments::Bytes {
            value: [
                b"DIDL\x01\x6d\x7b\x01\x00\xf0\xff\x03".to_vec(),
                vec![7; 65_520],
            ]
            .concat(),
        }),
        cycles: None,
        with_context: Some(true),
        error_cases: None,
    };
    let rows: [(&'static str, Vec<NewStep>); 6] = [
        ("many values", vec![call(callee, "take", &many)]),
        ("nested", vec![call(callee, "take", &texts::nested())]),
        ("attributes", vec![path; 4]),
        ("bytes", vec![NewStep::new(bytes)]),
        (
            "web",
            vec![NewStep::new(Action::Http {
                request: texts::http(),
            })],
        ),
        (
            "large answer",
            vec![call(callee, "large", "(1900000 : nat32)")],
        ),
    ];
    for (name, steps) in rows {
        let request = CreateTaskRequest {
            retry: Some(retries(0, 1)),
            ..task("", steps, now_once())
        };
        scene.create(name, &request);
        scene.pass(3);
    }
    told_and_built_in(scene);
}

fn told_and_built_in(scene: &mut Scene) {
    let told = Action::Notification {
        channel: texts::webhook(),
        subject: "s".repeat(limits::MAXIMUM_SUBJECT_CHARACTERS),
        message: "{{steps.0.result}}".repeat(15),
    };
    let told = vec![
        note(&"x".repeat(limits::MAXIMUM_NOTE_BYTES)),
        NewStep::new(told),
    ];
    scene.create("told", &task("", told, now_once()));
    let built_in = [
        Action::Analytics {
            window_seconds: Some(31_536_000),
        },
        Action::Cleanup {
            retention: texts::retention(),
            task_id: None,
            all_owners: Some(true),
        },
        Action::Maintenance { dry_run: None },
    ];
    scene.create(
        "built in",
        &task("", built_in.map(NewStep::new).to_vec(), off()),
    );
}
