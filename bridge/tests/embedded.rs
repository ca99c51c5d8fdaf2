//! The embedded network with the scheduler on it, as every command uses them: real signatures and
//! certificates, the module that is inside the program.
#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use chime::error::Kind;
use chime::identity::{self, IdentityChoice, IdentitySource, Password, Storage};
use chime::network::{self, Connection, NetworkName, Settings, StateDirectory, deploy_scheduler};
use chime::scheduler::Module;
use chime::scheduler::interface_of;
use chime::scheduler::{Patience, Scheduler, require_completed};
use chime_types::{
    Action, CreateTaskRequest, NewSchedule, NewStep, PreviewScheduleRequest, Rule,
    RunTaskNowRequest, TaskRequest,
};

fn settings(state: &Path) -> Settings {
    Settings::embedded(StateDirectory::new(state.to_path_buf()))
}

/// Connects and gives what was told about progress.
async fn connect(state: &Path) -> (Connection, Scheduler, Vec<String>) {
    let told = Mutex::new(Vec::new());
    let progress = |line: &str| told.lock().unwrap().push(line.to_string());
    let connection = network::connect(settings(state), &progress).await.unwrap();
    let scheduler = connection.scheduler(&progress).await.unwrap();
    (connection, scheduler, told.into_inner().unwrap())
}

fn request(name: &str) -> CreateTaskRequest {
    CreateTaskRequest {
        name: name.into(),
        steps: vec![NewStep::new(Action::Note {
            text: "hello".into(),
        })],
        schedules: vec![NewSchedule::new(Rule::Daily {
            hour: 2,
            minute: None,
        })],
        ..CreateTaskRequest::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn should_install_once_and_keep_tasks_across_processes() {
    let state = tempfile::tempdir().unwrap();
    let (connection, scheduler, told) = connect(state.path()).await;
    assert!(connection.is_hosted_here());
    assert!(
        told.iter().any(|line| line.starts_with("installing")),
        "{told:?}"
    );
    let made = scheduler.create_task(&request("backup")).await.unwrap();
    assert_eq!(made.owner, connection.principal());

    // A second process joins the first.
    let (joined, same, told) = connect(state.path()).await;
    assert!(!joined.is_hosted_here());
    assert_eq!(joined.principal(), connection.principal());
    assert_eq!(told, Vec::<String>::new());
    assert_eq!(same.find_task("backup").await.unwrap().id, made.id);
    joined.shutdown().await.unwrap();
    connection.shutdown().await.unwrap();

    // A later one finds everything again.
    let (connection, scheduler, told) = connect(state.path()).await;
    assert_eq!(told, Vec::<String>::new());
    let found = scheduler.find_task(&made.id.to_string()).await.unwrap();
    assert_eq!(found.name, "backup");
    connection.shutdown().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn should_carry_out_every_operation() {
    let state = tempfile::tempdir().unwrap();
    let (connection, scheduler, _) = connect(state.path()).await;
    let made = scheduler.create_task(&request("backup")).await.unwrap();
    let started = scheduler
        .run_task_now(&RunTaskNowRequest {
            task_id: made.id,
            idempotency_key: None,
            scheduled_at: None,
        })
        .await
        .unwrap();
    let patience = Patience {
        limit: Some(Duration::from_secs(30)),
        ..Patience::default()
    };
    let done = scheduler
        .wait_for_execution(started.id, patience, |_| {})
        .await
        .unwrap();
    let done = require_completed(done).unwrap();
    assert_eq!(done.logs[0].message, "hello");
    assert_eq!(scheduler.all_tasks().await.unwrap().len(), 1);
    assert_eq!(
        scheduler.executions(made.id, None, 10).await.unwrap().len(),
        1
    );

    let preview = scheduler
        .preview_schedule(&PreviewScheduleRequest {
            schedule: NewSchedule::new(Rule::Daily {
                hour: 25,
                minute: None,
            }),
            from_at: None,
            count: None,
        })
        .await
        .unwrap_err();
    assert_eq!(preview.kind(), Kind::InvalidArgument);
    assert_eq!(preview.field(), Some("schedule.rule.daily.hour"));

    let missing = scheduler
        .get_task(&TaskRequest { task_id: 9_999 })
        .await
        .unwrap_err();
    assert_eq!(missing.exit_code(), 3);
    connection.shutdown().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn should_read_the_interface_that_the_canister_publishes() {
    let state = tempfile::tempdir().unwrap();
    let (connection, scheduler, _) = connect(state.path()).await;
    let interface = interface_of(&scheduler, None).await.unwrap();
    let names: Vec<_> = interface
        .methods()
        .iter()
        .map(|method| &method.name)
        .collect();
    assert!(names.contains(&&"create_task".to_string()), "{names:?}");
    connection.shutdown().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn should_ask_for_what_other_networks_need() {
    let state = tempfile::tempdir().unwrap();
    let nowhere = NetworkName::Url("http://127.0.0.1:1".into());
    let without_key = Settings {
        network: nowhere.clone(),
        ..settings(state.path())
    };
    let error = network::connect(without_key, &|_| {}).await.err().unwrap();
    assert_eq!(error.kind(), Kind::Identity);

    // The key of the embedded network is a key like any other.
    let (connection, ..) = connect(state.path()).await;
    connection.shutdown().await.unwrap();
    let with_key = Settings {
        network: nowhere,
        identity: Some(IdentityChoice::of(IdentitySource::File(
            StateDirectory::new(state.path().into()).identity_file(),
        ))),
        ..settings(state.path())
    };
    let error = network::connect(with_key, &|_| {}).await.err().unwrap();
    assert_eq!(error.kind(), Kind::Unreachable);
    assert_eq!(error.exit_code(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn should_serve_whoever_does_not_control_it() {
    let state = tempfile::tempdir().unwrap();
    let (owner, ..) = connect(state.path()).await;
    let key = identity::store(
        "other",
        &identity::generate(),
        Storage::Plaintext,
        state.path(),
        &Password::Terminal,
    );
    let other = Settings {
        identity: Some(IdentityChoice::of(key.unwrap())),
        ..settings(state.path())
    };
    let connection = network::connect(other, &|_| {}).await.unwrap();
    let scheduler = connection.scheduler(&|_| {}).await.unwrap();
    let made = scheduler.create_task(&request("theirs")).await.unwrap();
    assert_eq!(made.owner, connection.principal());
    assert_ne!(made.owner, owner.principal());
    connection.shutdown().await.unwrap();
    owner.shutdown().await.unwrap();
}

/// The scheduler as it comes out of the compiler: another hash, and too large for one message.
fn unpacked_scheduler() -> Module {
    use std::io::Read;

    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(Module::scheduler().bytes)
        .read_to_end(&mut bytes)
        .unwrap();
    Module {
        name: "scheduler",
        bytes: bytes.leak(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn should_upgrade_another_module_and_keep_tasks() {
    let directory = tempfile::tempdir().unwrap();
    let quiet = |_: &str| {};
    let settings = settings(directory.path());
    let state = settings.state.clone();
    let connection = network::connect(settings, &quiet).await.unwrap();
    let old = unpacked_scheduler();
    assert!(old.bytes.len() > 2 * 1024 * 1024, "installed in chunks");
    let canister_id = deploy_scheduler(&connection.agent, &state, old, &quiet)
        .await
        .unwrap();
    let scheduler = Scheduler::new(connection.agent.clone(), canister_id);
    let made = scheduler.create_task(&request("backup")).await.unwrap();

    let upgraded = connection.scheduler(&quiet).await.unwrap();
    assert_eq!(upgraded.canister_id(), canister_id);
    let hash = connection
        .agent
        .read_state_canister_module_hash(canister_id)
        .await
        .unwrap();
    assert_eq!(hash, Module::scheduler().hash());
    assert_eq!(upgraded.find_task("backup").await.unwrap().id, made.id);
    connection.shutdown().await.unwrap();
}
