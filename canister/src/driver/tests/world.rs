//! The platform of the test. One world lives in each thread, that is in each test.

use std::cell::RefCell;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use candid::Principal;
use chime_types::{
    Alert, CreateAlertRequest, CreateTaskRequest, CyclesBudget, GetTaskExecutionsRequest, Role,
    Task, TaskExecution, limits,
};
use ic_stable_structures::DefaultMemoryImpl;

use crate::driver::{self, Store};
use crate::engine;
use crate::errand::Errand;
use crate::runtime::timer::WATCHDOG_NANOSECONDS;
use crate::runtime::{CallError, CallRequest, HttpRequest, HttpResponse, Runtime};
use crate::service::{self, Caller};
use crate::state::{State, Vault};

pub const SECOND: u64 = limits::NANOSECONDS;
/// 2026-03-01T00:00:00Z
pub const START: u64 = 1_772_323_200 * SECOND;

type Answer<T> = Rc<RefCell<Option<Result<T, CallError>>>>;
type Work = Pin<Box<dyn Future<Output = ()>>>;

/// Waits until the test has put the answer there.
struct Awaited<T>(Answer<T>);

impl<T> Future for Awaited<T> {
    type Output = Result<T, CallError>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        self.0
            .borrow_mut()
            .take()
            .map_or(Poll::Pending, Poll::Ready)
    }
}

struct Platform {
    now: u64,
    cycles: u128,
    armed_at: Option<u64>,
    calls: Vec<(CallRequest, Answer<Vec<u8>>)>,
    requests: Vec<(HttpRequest, Answer<HttpResponse>)>,
    spawned: Vec<Work>,
    errands: Vec<Errand>,
    failed: u64,
    failed_in_a_row: u64,
    /// Cycles for a byte between canisters.
    price: u64,
    refunded: u128,
    everybody_controls: bool,
    instructions: u64,
    /// What the counter of instructions is raised by whenever somebody looks at it.
    instructions_each_time: u64,
    runners: Vec<Principal>,
}

thread_local! {
    static MEMORY: RefCell<DefaultMemoryImpl> = RefCell::new(DefaultMemoryImpl::default());
    static STATE: RefCell<Vault> = RefCell::new(Vault::open_in(MEMORY.with_borrow(Clone::clone)));
    static PLATFORM: RefCell<Platform> = const { RefCell::new(Platform {
        now: START,
        cycles: 1_000_000_000_000_000,
        armed_at: None,
        calls: Vec::new(),
        requests: Vec::new(),
        spawned: Vec::new(),
        errands: Vec::new(),
        failed: 0,
        failed_in_a_row: 0,
        price: 0,
        refunded: 0,
        everybody_controls: false,
        instructions: 0,
        instructions_each_time: 0,
        runners: Vec::new(),
    }) };
}

fn platform<T>(work: impl FnOnce(&mut Platform) -> T) -> T {
    PLATFORM.with_borrow_mut(work)
}

#[derive(Clone, Copy)]
struct Stub;

impl Store for Stub {
    fn with<T>(self, work: impl FnOnce(&mut State) -> T) -> T {
        STATE.with_borrow_mut(|vault| vault.write(work))
    }
}

impl Runtime for Stub {
    fn now(&self) -> u64 {
        platform(|platform| platform.now)
    }

    fn caller(&self) -> Principal {
        Principal::anonymous()
    }

    fn own_id(&self) -> Principal {
        Principal::from_slice(&[9])
    }

    fn is_controller(&self, _: Principal) -> bool {
        platform(|platform| platform.everybody_controls)
    }

    async fn call(&self, request: CallRequest) -> Result<Vec<u8>, CallError> {
        let answer = Answer::default();
        platform(|platform| platform.calls.push((request, answer.clone())));
        Awaited(answer).await
    }

    async fn http(&self, request: HttpRequest) -> Result<HttpResponse, CallError> {
        let answer = Answer::default();
        platform(|platform| platform.requests.push((request, answer.clone())));
        Awaited(answer).await
    }

    fn call_cost(&self, bytes: u64) -> u128 {
        platform(|platform| u128::from(platform.price) * (1_000_000 + u128::from(bytes)))
    }

    fn http_cost(&self, request: &HttpRequest) -> u128 {
        platform(|platform| {
            u128::from(platform.price) * 10 * u128::from(request.max_response_bytes)
        })
    }

    fn refunded(&self) -> u128 {
        platform(|platform| platform.refunded)
    }

    fn send(&self, errand: Errand) {
        platform(|platform| platform.errands.push(errand));
    }

    fn spawn(&self, future: impl Future<Output = ()> + 'static) {
        platform(|platform| platform.spawned.push(Box::pin(future)));
    }

    fn take_failed(&self) -> u64 {
        platform(|platform| std::mem::take(&mut platform.failed))
    }

    fn instructions(&self) -> u64 {
        platform(|platform| {
            platform.instructions += platform.instructions_each_time;
            platform.instructions
        })
    }

    fn cycles(&self) -> u128 {
        platform(|platform| platform.cycles)
    }

    fn stable_pages(&self) -> u64 {
        1
    }

    fn arm(&self, at: u64) {
        platform(|platform| {
            let before = platform.armed_at.unwrap_or(u64::MAX);
            platform.armed_at = Some(at.min(before));
        });
    }

    fn rearm(&self, at: Option<u64>) {
        platform(|platform| platform.armed_at = at);
    }

    fn armed_at(&self) -> Option<u64> {
        platform(|platform| platform.armed_at)
    }

    fn runners(&self) -> Vec<Principal> {
        platform(|platform| platform.runners.clone())
    }
}

/// Executes an errand as a message.
fn carry_out(errand: Errand) {
    driver::carry_out(Stub, Stub, errand);
    step();
}

/// Executes an errand as a message that may fail: then all that it did is undone, and the callback of
/// the platform says so.
fn attempt(errand: Errand) {
    let memory = MEMORY.with_borrow(|memory| memory.borrow().clone());
    let kept = platform(|it| {
        (
            it.armed_at,
            it.calls.len(),
            it.requests.len(),
            it.errands.len(),
        )
    });
    let done = catch_unwind(AssertUnwindSafe(|| driver::carry_out(Stub, Stub, errand)));
    if done.is_ok() {
        platform(|platform| platform.failed_in_a_row = 0);
        return step();
    }
    let memory = Rc::new(RefCell::new(memory));
    MEMORY.set(memory.clone());
    STATE.replace(Vault::open_in(memory));
    platform(|platform| {
        platform.armed_at = kept.0;
        platform.calls.truncate(kept.1);
        platform.requests.truncate(kept.2);
        platform.errands.truncate(kept.3);
        platform.failed += 1;
        platform.failed_in_a_row += 1;
        if platform.failed_in_a_row <= 3 {
            platform.errands.push(errand.when_failed());
        }
    });
    Stub.arm(Stub.now() + WATCHDOG_NANOSECONDS);
}

/// Lets every spawned future go as far as it can, and those that it spawns.
fn step() {
    let mut waiting = Vec::new();
    loop {
        let spawned = platform(|platform| std::mem::take(&mut platform.spawned));
        if spawned.is_empty() {
            break;
        }
        for mut work in spawned {
            let mut context = Context::from_waker(Waker::noop());
            if work.as_mut().poll(&mut context).is_pending() {
                waiting.push(work);
            }
        }
    }
    platform(|platform| platform.spawned = waiting);
}

/// What a test does to the platform and sees of it. A message ends when nothing can go on.
pub struct World {
    owner: Caller,
}

impl World {
    /// A new store at the start of time.
    pub fn new() -> Self {
        MEMORY.take();
        STATE.replace(Vault::open_in(MEMORY.with_borrow(Clone::clone)));
        platform(|platform| {
            platform.failed = 0;
            platform.failed_in_a_row = 0;
            platform.price = 0;
            platform.refunded = 0;
            platform.everybody_controls = false;
            platform.instructions = 0;
            platform.instructions_each_time = 0;
            platform.runners.clear();
            platform.now = START;
            platform.armed_at = None;
            platform.calls.clear();
            platform.requests.clear();
            platform.spawned.clear();
            platform.errands.clear();
        });
        Self {
            owner: Caller {
                principal: Principal::from_slice(&[1, 2, 3]),
                role: Role::User,
                is_controller: false,
                scheduler: Stub.own_id(),
            },
        }
    }

    pub fn create(&self, request: CreateTaskRequest) -> Task {
        let now = Stub.now();
        let made = Stub.with(|state| service::create(state, self.owner, now, request));
        driver::arm(Stub, Stub);
        made.unwrap()
    }

    /// Makes a task as a controller, who is none any more when it runs.
    pub fn create_as_controller(&self, request: CreateTaskRequest) -> Task {
        let controller = Caller {
            is_controller: true,
            ..self.owner
        };
        Self { owner: controller }.create(request)
    }

    pub fn alert(&self, request: CreateAlertRequest) -> Alert {
        let now = Stub.now();
        Stub.with(|state| service::create_alert(state, self.owner, now, request))
            .unwrap()
    }

    /// The latest execution of a task.
    pub fn latest(&self, task_id: u64) -> TaskExecution {
        self.executions(task_id).remove(0)
    }

    /// The latest executions of a task, the latest first.
    pub fn executions(&self, task_id: u64) -> Vec<TaskExecution> {
        let request = GetTaskExecutionsRequest {
            task_id,
            cursor: None,
            limit: None,
            status: None,
        };
        let page = Stub.with(|state| {
            let budget = engine::Budget {
                instructions: &|| 0,
                maximum_instructions: 1,
            };
            service::executions(state, self.owner, &request, &budget)
        });
        page.unwrap().executions
    }

    pub fn pump(&self) {
        carry_out(Errand::Work);
    }

    pub fn now(&self) -> u64 {
        Stub.now()
    }

    pub fn pass(&self, seconds: u64) {
        platform(|platform| platform.now += seconds * SECOND);
    }

    fn let_due_timer_go_off(&self) {
        if Stub.armed_at().is_some_and(|at| at <= Stub.now()) {
            self.let_timer_go_off();
        }
    }

    pub fn let_timer_go_off(&self) {
        let at = Stub.armed_at().expect("the timer is armed");
        assert!(at <= Stub.now(), "the timer is armed for later");
        platform(|platform| platform.armed_at = None);
        Stub.arm(Stub.now() + WATCHDOG_NANOSECONDS);
        self.pump();
    }

    pub fn set_cycles(&self, cycles: u128) {
        platform(|platform| platform.cycles = cycles);
    }

    /// From now on a byte between canisters costs so many cycles, and all else in proportion.
    pub fn set_price(&self, cycles: u64) {
        platform(|platform| platform.price = cycles);
    }

    /// Whether everybody controls the scheduler.
    pub fn set_control(&self, everybody: bool) {
        platform(|platform| platform.everybody_controls = everybody);
    }

    /// What comes back with each answer from now on.
    pub fn set_refunded(&self, cycles: u128) {
        platform(|platform| platform.refunded = cycles);
    }

    /// What the counter of instructions is raised by whenever somebody looks at it.
    pub fn set_instructions(&self, each_time: u64) {
        platform(|platform| platform.instructions_each_time = each_time);
    }

    /// The runners that the environment names.
    pub fn set_runners(&self, runners: &[Principal]) {
        platform(|platform| platform.runners = runners.to_vec());
    }

    /// What is spent for the owner, and what may be.
    pub fn budget(&self) -> CyclesBudget {
        let now = Stub.now();
        let me = Stub.with(|state| service::get_me(state, self.owner, now));
        me.budget.unwrap()
    }

    pub fn calls(&self) -> Vec<CallRequest> {
        platform(|platform| platform.calls.iter().map(|call| call.0.clone()).collect())
    }

    pub fn requests(&self) -> Vec<HttpRequest> {
        platform(|platform| {
            platform
                .requests
                .iter()
                .map(|sent| sent.0.clone())
                .collect()
        })
    }

    /// Answers a call.
    pub fn answer(&self, call: usize, answer: Result<Vec<u8>, CallError>) {
        let slot = platform(|platform| platform.calls[call].1.clone());
        slot.replace(Some(answer));
        step();
        self.let_due_timer_go_off();
    }

    /// Answers a request over HTTPS.
    pub fn respond(&self, request: usize, response: Result<HttpResponse, CallError>) {
        let slot = platform(|platform| platform.requests[request].1.clone());
        slot.replace(Some(response));
        step();
        self.let_due_timer_go_off();
    }

    /// Messages that the scheduler has sent to itself.
    pub fn errands(&self) -> usize {
        platform(|platform| platform.errands.len())
    }

    pub fn carry_errands_out(&self) {
        let errands = platform(|platform| std::mem::take(&mut platform.errands));
        errands.into_iter().for_each(carry_out);
    }

    /// Lets the time pass, a tenth of a second with each message, and everything happen that is
    /// due; messages may fail.
    pub fn live(&self, seconds: u64) {
        let end = Stub.now() + seconds * SECOND;
        while Stub.now() < end {
            let errand = platform(|it| (!it.errands.is_empty()).then(|| it.errands.remove(0)));
            if let Some(errand) = errand {
                attempt(errand);
                platform(|platform| platform.now += SECOND / 10);
                continue;
            }
            let at = Stub.armed_at().unwrap_or(end);
            platform(|platform| platform.now = platform.now.max(at).min(end));
            if at <= Stub.now() && Stub.armed_at().is_some() {
                platform(|platform| platform.armed_at = None);
                Stub.arm(Stub.now() + WATCHDOG_NANOSECONDS);
                Stub.send(Errand::Work);
            }
        }
    }

    pub fn change<T>(&self, work: impl FnOnce(&mut State, Caller, u64) -> T) -> T {
        let now = Stub.now();
        let answer = Stub.with(|state| work(state, self.owner, now));
        driver::arm(Stub, Stub);
        answer
    }

    pub fn armed_at(&self) -> Option<u64> {
        Stub.armed_at()
    }

    pub fn next_at(&self) -> Option<u64> {
        Stub.with(|state| engine::next_tick_at(state, Stub.now()))
    }
}
