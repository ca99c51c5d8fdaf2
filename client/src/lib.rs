//! Chime for Rust canisters: calls of the scheduler with types, and what a canister needs that the
//! scheduler calls.
//!
//! # Asking the scheduler
//! [`Scheduler`] has one method for each of the scheduler's, under the same name. A call waits a
//! bounded time, so that the canister can always be stopped and upgraded, and its
//! [`Error`] tells apart what was refused, what never arrived, and what nobody knows. Give an
//! `idempotency_key` with everything that makes something: then a request whose outcome is unknown
//! can simply be sent again.
//!
//! # Being called
//! A step that calls `with_context` gives the callee an [`ExecutionContext`] as its last argument.
//! The callee should
//! 1. refuse everybody but the scheduler: [`only`] as a guard, or [`verify_caller`];
//! 2. do the work once for each execution: [`OncePerExecution`];
//! 3. reject with [`snooze`] if it wants to be called later, with [`terminal`] if there is no use in
//!    calling again, and with anything else if the retry policy of the task shall decide. A reply
//!    of any kind counts as success.
//!
//! To learn how an execution ended, give the task a [`Callback`](chime_types::Callback): the
//! scheduler then calls the method once with an [`ExecutionFinished`]. That costs nothing while the
//! execution takes its time. [`Scheduler::await_execution`] instead asks again and again and is only
//! for what takes some seconds.
//!
//! ```
//! use std::cell::RefCell;
//!
//! use candid::Principal;
//! use chime_client::{Error, ExecutionContext, ExecutionFinished, OncePerExecution, Scheduler, Turn};
//! use chime_types::{Action, Callback, CreateTaskRequest, NewSchedule, NewStep, Rule};
//!
//! thread_local! {
//!     static SCHEDULER: RefCell<Option<Principal>> = const { RefCell::new(None) };
//!     static DONE: RefCell<OncePerExecution> = RefCell::new(OncePerExecution::keeping(1_000));
//! }
//!
//! /// Has `settle` of this canister called every day at six, and `on_settled` after it.
//! async fn schedule(scheduler: Principal, myself: Principal) -> Result<u64, Error> {
//!     SCHEDULER.with_borrow_mut(|kept| *kept = Some(scheduler));
//!     let mut call = Action::call(myself, "settle");
//!     if let Action::Call { with_context, .. } = &mut call {
//!         *with_context = Some(true);
//!     }
//!     let request = CreateTaskRequest {
//!         name: "settle".into(),
//!         steps: vec![NewStep::new(call)],
//!         schedules: vec![NewSchedule::new(Rule::Daily { hour: 6, minute: None })],
//!         callback: Some(Callback::new(myself, "on_settled")),
//!         idempotency_key: Some("settle".into()),
//!         ..CreateTaskRequest::default()
//!     };
//!     Ok(Scheduler::new(scheduler).create_task(&request).await?.id)
//! }
//!
//! fn only_the_scheduler() -> Result<(), String> {
//!     chime_client::only(SCHEDULER.with_borrow(|kept| *kept))
//! }
//!
//! #[ic_cdk::update(guard = "only_the_scheduler")]
//! fn settle(context: ExecutionContext) -> String {
//!     match DONE.with_borrow_mut(|done| done.begin(&context)) {
//!         Turn::Work => { /* the work */ }
//!         Turn::Done => return "it was done already".into(),
//!         Turn::Stale => return "a later attempt is under way".into(),
//!     }
//!     DONE.with_borrow_mut(|done| done.finish(&context));
//!     "done".into()
//! }
//!
//! #[ic_cdk::update(guard = "only_the_scheduler")]
//! fn on_settled(finished: ExecutionFinished) {
//!     ic_cdk::println!("execution {} is {}", finished.execution_id, finished.status.name());
//! }
//! ```
#![deny(missing_docs)]

mod awaiting;
mod callee;
mod error;
mod once;
mod scheduler;

pub use callee::{NotTheScheduler, context_of, only, snooze, terminal, verify_caller};
pub use chime_types::{ExecutionContext, ExecutionFinished};
pub use error::Error;
pub use once::{OncePerExecution, Turn};
pub use scheduler::{DEFAULT_TIMEOUT_SECONDS, Scheduler};
