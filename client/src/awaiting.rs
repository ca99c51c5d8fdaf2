//! Waiting until an execution is final, by asking again and again.

use std::future::Future;

use candid::Principal;
use chime_types::{ExecutionRequest, RunTaskNowRequest, TaskExecution};
use ic_cdk::call::Call;

use crate::error::{Error, Result};
use crate::scheduler::Scheduler;

impl Scheduler {
    /// Runs a task now and waits until the execution is final, with at most `calls` calls of the
    /// scheduler. The key makes sure that the task runs once, however often the request has to be
    /// sent: choose one for each occasion.
    ///
    /// See [`await_execution`](Self::await_execution) for what it costs and when not to use it.
    ///
    /// # Errors
    /// [`Error::NotFinished`] if the execution is not final after so many calls. Else the
    /// scheduler's own, or what became of the last call.
    pub async fn run_and_await(
        &self,
        task_id: u64,
        key: &str,
        calls: u32,
    ) -> Result<TaskExecution> {
        let request = RunTaskNowRequest {
            task_id,
            idempotency_key: Some(key.to_string()),
            scheduled_at: None,
        };
        let mut calls_left = calls;
        let started = patiently(|| self.run_task_now(&request), &mut calls_left).await?;
        self.await_execution(started.id, calls_left).await
    }

    /// Waits until an execution is final: looks at most `polls` times and answers with the
    /// execution, however it ended.
    ///
    /// A canister cannot sleep within a message. So between two looks it asks the management
    /// canister for randomness, which comes with the next round: looks are about a second apart if
    /// the scheduler is on the same subnet, some seconds if it is not. Each look is four messages,
    /// some twenty million cycles in all on a subnet of 13 nodes, and more if the execution has
    /// long results and logs. So this is for what takes some seconds. For anything longer give the
    /// task a [`Callback`](chime_types::Callback): it is one call, whenever the execution ends.
    ///
    /// # Errors
    /// [`Error::NotFinished`] if the execution is not final at the last look. Else the
    /// scheduler's own, or what became of the last call.
    pub async fn await_execution(&self, execution_id: u64, polls: u32) -> Result<TaskExecution> {
        let request = ExecutionRequest { execution_id };
        until_final(
            execution_id,
            || self.get_execution(&request),
            next_round,
            polls,
        )
        .await
    }
}

/// Returns in a later round than it was called in; what the answer says does not matter.
async fn next_round() {
    let _ = Call::bounded_wait(Principal::management_canister(), "raw_rand").await;
}

async fn until_final<F: Future<Output = Result<TaskExecution>>, P: Future<Output = ()>>(
    execution_id: u64,
    mut look: impl FnMut() -> F,
    mut pause: impl FnMut() -> P,
    polls: u32,
) -> Result<TaskExecution> {
    let mut polls_left = polls;
    while polls_left > 0 {
        let execution = patiently(&mut look, &mut polls_left).await?;
        if execution.status.is_final() {
            return Ok(execution);
        }
        if polls_left > 0 {
            pause().await;
        }
    }
    Err(Error::NotFinished { execution_id })
}

/// Sends a request until it is answered or refused, at most `calls_left` times.
async fn patiently<F: Future<Output = Result<TaskExecution>>>(
    mut send: impl FnMut() -> F,
    calls_left: &mut u32,
) -> Result<TaskExecution> {
    loop {
        *calls_left = calls_left.saturating_sub(1);
        match send().await {
            Err(error) if error.may_pass() && *calls_left > 0 => {}
            answer => return answer,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::VecDeque;

    use chime_types::ErrorKind;
    use chime_types::ExecutionStatus::{Completed, Failed, Ready, Running};
    use futures::executor::block_on;

    use super::*;

    fn unknown() -> Error {
        let message = "time is up".to_string();
        Error::Unknown { message }
    }

    /// Looks that bring one after the other; how many were taken, and what came of it.
    fn looks(
        answers: Vec<std::result::Result<chime_types::ExecutionStatus, Error>>,
        polls: u32,
    ) -> (
        usize,
        std::result::Result<chime_types::ExecutionStatus, Error>,
    ) {
        let answers = RefCell::new(VecDeque::from(answers));
        let before = answers.borrow().len();
        let look = || {
            let next = answers.borrow_mut().pop_front();
            async { next.expect("no look more than that").map(execution) }
        };
        let result = block_on(until_final(9, look, || async {}, polls));
        let result = result.map(|execution| execution.status);
        let left = answers.borrow().len();
        (before - left, result)
    }

    fn execution(status: chime_types::ExecutionStatus) -> TaskExecution {
        let text = format!(
            "(record {{ id = 9 : nat64; task_id = 1 : nat64; trigger = variant {{ request }};
            scheduled_at = 0 : nat64; status = variant {{ {} }}; rescues = 0 : nat32;
            steps = vec {{}}; step_to_execute = 0 : nat32; attempt = 1 : nat32;
            attempts = vec {{}}; logs = vec {{}}; slots = 1 : nat64 }})",
            status.name()
        );
        let arguments = candid_parser::parse_idl_args(&text).unwrap();
        candid::decode_one(&arguments.to_bytes().unwrap()).unwrap()
    }

    #[test]
    fn should_look_until_the_execution_is_final() {
        let answers = vec![Ok(Ready), Ok(Running), Ok(Completed), Ok(Completed)];
        assert_eq!(looks(answers, 10), (3, Ok(Completed)));
        assert_eq!(looks(vec![Ok(Failed)], 1), (1, Ok(Failed)));
    }

    #[test]
    fn should_give_up_after_so_many_looks() {
        let not_finished = Err(Error::NotFinished { execution_id: 9 });
        let answers = vec![Ok(Running), Ok(Running), Ok(Completed)];
        assert_eq!(looks(answers, 2), (2, not_finished.clone()));
        assert_eq!(looks(vec![], 0), (0, not_finished));
    }

    #[test]
    fn should_put_up_with_what_may_pass() {
        let answers = vec![Err(unknown()), Ok(Running), Err(unknown()), Ok(Completed)];
        assert_eq!(looks(answers, 4), (4, Ok(Completed)));
        assert_eq!(looks(vec![Err(unknown())], 1), (1, Err(unknown())));
        let gone = chime_types::Error::new(ErrorKind::NotFound, "none", "look");
        let gone = Error::Refused(gone);
        assert_eq!(looks(vec![Err(gone.clone())], 5), (1, Err(gone)));
    }
}
