//! The Motoko example has the scheduler call it back, on the real modules in virtual time.
//!
//! `examples/motoko/build` compiles it; `scripts/test` runs that first. Without the module there is
//! nothing to test.

use candid::{CandidType, Encode, Principal};
use chime_tests::direct::Direct;
use chime_tests::{Sender, World};
use chime_types::{ExecutionFinished, ExecutionStatus, Task, TaskResult};
use serde::Serialize;
use serde::de::DeserializeOwned;

#[derive(CandidType)]
struct ScheduleMe {
    scheduler: Principal,
    repeat_every_seconds: u64,
}

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
    #[serde(rename = "upgrade")]
    Upgrade(Option<UpgradeOptions>),
}

#[derive(CandidType, Serialize)]
struct UpgradeOptions {
    wasm_memory_persistence: Option<Persistence>,
}

#[derive(CandidType, Serialize)]
enum Persistence {
    #[serde(rename = "keep")]
    Keep,
}

/// A network with a scheduler and the example.
struct Example {
    world: World,
    module: Vec<u8>,
    id: Principal,
}

/// The example, if it has been compiled.
fn example() -> Option<Example> {
    let path = chime_tests::workspace().join("target/wasm/motoko.wasm");
    let Ok(module) = std::fs::read(&path) else {
        eprintln!("{} is missing: run examples/motoko/build", path.display());
        return None;
    };
    let mut world = World::on(Box::new(Direct::new()));
    let id = world.network.create();
    let mut example = Example { world, module, id };
    example.install(Mode::Install);
    Some(example)
}

impl Example {
    fn install(&mut self, mode: Mode) {
        let code = InstallCode {
            mode,
            canister_id: self.id,
            wasm_module: self.module.clone(),
            arg: candid::encode_args(()).expect("arguments"),
        };
        let bytes = Encode!(&code).expect("arguments");
        let network = &mut self.world.network;
        network
            .manage(self.id, "install_code", bytes)
            .expect("installed");
    }

    fn schedule(&mut self, sender: Sender) -> Result<Task, String> {
        let request = ScheduleMe {
            scheduler: self.world.scheduler,
            repeat_every_seconds: 10,
        };
        let bytes = Encode!(&request).expect("arguments");
        let network = &mut self.world.network;
        let answer = network.update(sender, self.id, "schedule_me", bytes)?;
        let answer: TaskResult = candid::decode_one(&answer).expect("the answer");
        Ok(answer.into_result().expect("a task"))
    }

    fn query<T: CandidType + DeserializeOwned>(&mut self, method: &str) -> T {
        let nothing = candid::encode_args(()).expect("arguments");
        let network = &mut self.world.network;
        let answer = network.query(Sender::Owner, self.id, method, nothing);
        candid::decode_one(&answer.expect("an answer")).expect("the answer of the interface")
    }
}

#[test]
fn should_be_called_back_with_context_and_told_the_end() {
    let Some(mut example) = example() else { return };
    let task = example.schedule(Sender::Owner).unwrap();
    let again = example.schedule(Sender::Owner).unwrap();
    assert_eq!(again.id, task.id, "the key makes one task");
    example.world.pass(35);
    assert_eq!(example.query::<u64>("count"), 3);
    let outcome: Option<ExecutionFinished> = example.query("last_outcome");
    let outcome = outcome.unwrap();
    assert_eq!(
        (outcome.task_id, outcome.status),
        (task.id, ExecutionStatus::Completed)
    );
    assert_eq!(outcome.result.as_deref(), Some("(3 : nat64)"));
}

#[test]
fn should_listen_to_controllers_and_to_the_scheduler_only() {
    let Some(mut example) = example() else { return };
    let refused = example.schedule(Sender::Stranger).unwrap_err();
    assert!(refused.contains("only a controller"), "{refused}");
    example.schedule(Sender::Owner).unwrap();
    let nobody = chime_types::ExecutionContext {
        task_id: 1,
        execution_id: 1,
        scheduled_at: 0,
        step: 0,
        attempt: 1,
        fencing_token: 1,
        user: Principal::anonymous(),
    };
    let bytes = Encode!(&nobody).unwrap();
    let network = &mut example.world.network;
    let refused = network
        .update(Sender::Owner, example.id, "on_tick", bytes)
        .unwrap_err();
    assert!(refused.contains("only the scheduler"), "{refused}");
    assert_eq!(example.query::<u64>("count"), 0);
}

#[test]
fn should_go_on_counting_after_an_upgrade() {
    let Some(mut example) = example() else { return };
    example.schedule(Sender::Owner).unwrap();
    example.world.pass(15);
    // What a Motoko actor remembers is its memory.
    example.install(Mode::Upgrade(Some(UpgradeOptions {
        wasm_memory_persistence: Some(Persistence::Keep),
    })));
    example.world.pass(10);
    assert_eq!(example.query::<u64>("count"), 2);
}
