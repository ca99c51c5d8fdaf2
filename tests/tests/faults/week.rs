//! One week under faults.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use candid::{CandidType, Encode, Principal};
use chime_replica::{CanisterStatus, ErrorCode, FaultRates, InstallMode, Replica, on_guest_stack};
use chime_tests::audit::Draw;
use chime_tests::direct::Direct;
use chime_tests::{Sender, World, module};
use chime_types::{RunTaskNowRequest, TaskRequest};

use super::{check, tasks};

const HOUR: u64 = 3_600;
const HOURS: u64 = 7 * 24;
const TASKS: u64 = 200;

/// Cycles that a drained scheduler is left with: too few for anything.
const DRAINED: u128 = 1_000;
const REFILL: u128 = 100_000_000_000_000;

/// After this the Internet Computer has answered every bounded-wait call.
const LONGEST_CALL_SECONDS: u64 = 301;

/// Messages between two upgrades, on average.
const MESSAGES_PER_UPGRADE: u64 = 700;

/// Lives a week and checks what is left of it.
pub fn live(seed: u64) {
    println!("seed {seed}");
    on_guest_stack(|| {
        let mut draw = Draw(seed);
        let mut world = World::on(Box::new(Direct::new()));
        world.raise_limits();
        let ids = tasks::create(&mut world, TASKS, &mut draw);
        let upgrades = Arc::new(AtomicU64::new(0));
        begin_faults(&mut world, seed, &upgrades);
        for _ in 0..HOURS {
            live_an_hour(&mut world, &ids, &mut draw);
        }
        end_faults(&mut world);
        let counts = replica(&mut world).fault_counts();
        let upgrades = upgrades.load(Ordering::Relaxed);
        println!("seed {seed}: {counts:?}, {upgrades} upgrades");
        check::faults_happened(&counts, upgrades);
        check::all(&mut world, &ids);
    });
}

fn replica(world: &mut World) -> &mut Replica {
    world.network.replica().expect("in process")
}

fn begin_faults(world: &mut World, seed: u64, upgrades: &Arc<AtomicU64>) {
    let rates = FaultRates {
        seed,
        traps: 3_000,
        lost_answers: 20_000,
        delayed_answers: 20_000,
        duplicated_answers: 20_000,
        unknown_after_call: 20_000,
        unknown_before_call: 20_000,
        longest_delay: Duration::from_secs(400),
    };
    let (scheduler, owner) = (world.scheduler, world.network.principal(Sender::Owner));
    let code = module("scheduler");
    let mut draw = Draw(seed ^ 0xFACE);
    let upgrades = Arc::clone(upgrades);
    let mut is_wanted = false;
    let replica = replica(world);
    replica.set_fault_rates(scheduler, Some(rates));
    replica.set_hook(move |replica, _| {
        is_wanted |= draw.below(MESSAGES_PER_UPGRADE) == 0;
        // The callback of a call that is out would run in the new code, with an address of the old
        // heap: nobody upgrades so, on the Internet Computer neither. Such upgrades stop first.
        let view = replica.canister_view(&scheduler).expect("the scheduler");
        if is_wanted && view.open_call_contexts == 0 {
            is_wanted = false;
            let (mode, arg) = (InstallMode::Upgrade, Vec::new());
            match replica.install_code(owner, scheduler, mode, code.clone(), arg) {
                Ok(()) => {
                    upgrades.fetch_add(1, Ordering::Relaxed);
                }
                // A frozen canister is not upgraded.
                Err(rejection) => assert_eq!(
                    rejection.error_code,
                    ErrorCode::CanisterOutOfCycles,
                    "{rejection}"
                ),
            }
        }
        ControlFlow::Continue(())
    });
}

/// The faults end, and the scheduler is given the time to settle what they left behind.
fn end_faults(world: &mut World) {
    let scheduler = world.scheduler;
    let replica = replica(world);
    replica.set_fault_rates(scheduler, None);
    replica.set_hook(|_, _| ControlFlow::Break(()));
    replica.add_cycles(&scheduler, REFILL);
    wake(world);
    world.pass(24 * HOUR);
    wake(world);
    world.pass(0);
}

/// A message of the owner's that changes nothing: whatever else happened, the timer is armed after it.
fn wake(world: &mut World) {
    let request = chime_types::ConfigureRequest::default();
    let answer: Result<chime_types::ConfigResult, _> =
        world.update(Sender::Owner, "configure", &request);
    answer
        .expect("no rejection")
        .into_result()
        .expect("configured");
}

/// An hour in which one thing happens besides what is scheduled.
fn live_an_hour(world: &mut World, ids: &[u64], draw: &mut Draw) {
    let scheduler = world.scheduler;
    let task_id = draw.pick(ids);
    match draw.below(12) {
        0 => {
            let kept = draw.pick(&[0, DRAINED]);
            replica(world).drain_cycles(&scheduler, kept);
        }
        1 | 2 | 9 | 10 => {
            replica(world).add_cycles(&scheduler, REFILL);
        }
        // The network stands still, and goes on later.
        3 => replica(world).advance_time(Duration::from_secs(draw.below(2 * HOUR))),
        4 => {
            replica(world).freeze_time();
            world
                .network
                .replica()
                .expect("in process")
                .run_until_idle(50);
            replica(world).thaw_time();
        }
        5..=7 => ask(
            world,
            "run_task_now",
            &RunTaskNowRequest {
                task_id,
                idempotency_key: None,
                scheduled_at: None,
            },
        ),
        8 => upgrade_as_the_tools_do(world),
        _ => ask(world, "resume_task", &TaskRequest { task_id }),
    }
    world.pass(HOUR);
}

/// Stops the scheduler, which may take as long as its calls do, upgrades and starts it.
fn upgrade_as_the_tools_do(world: &mut World) {
    let (scheduler, owner) = (world.scheduler, world.network.principal(Sender::Owner));
    let arg = Encode!(&CanisterId {
        canister_id: scheduler
    });
    let management = Principal::management_canister();
    replica(world)
        .submit_call(owner, management, "stop_canister", arg.expect("arguments"))
        .expect("taken");
    world.pass(LONGEST_CALL_SECONDS);
    let code = module("scheduler");
    let replica = replica(world);
    // A frozen canister is not upgraded.
    replica.add_cycles(&scheduler, REFILL);
    let status = replica
        .canister_view(&scheduler)
        .expect("the scheduler")
        .status;
    assert_eq!(
        status,
        CanisterStatus::Stopped,
        "no call of it lasts longer"
    );
    replica
        .install_code(owner, scheduler, InstallMode::Upgrade, code, Vec::new())
        .expect("upgraded");
    replica.start_canister(owner, scheduler).expect("started");
}

#[derive(CandidType)]
struct CanisterId {
    canister_id: Principal,
}

/// Sends an update that a fault may trap or cut off.
fn ask(world: &mut World, method: &str, request: &impl CandidType) {
    let arg = Encode!(request).expect("a request can be encoded");
    let scheduler = world.scheduler;
    let _ = world.network.update(Sender::Owner, scheduler, method, arg);
}
