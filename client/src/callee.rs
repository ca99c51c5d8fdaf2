//! What a canister needs that the scheduler calls: whom to let in, which run it serves, and how to
//! ask for another time.

use std::fmt;

use candid::{DecoderConfig, IDLArgs, Principal};
use chime_types::{ExecutionContext, SNOOZE_PREFIX, TERMINAL_PREFIX};

/// What skipping the arguments before the context may cost, in units of the Candid library.
const MAXIMUM_DECODING_COST: usize = 2_000_000;

/// Somebody else called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotTheScheduler {
    /// Who called.
    pub caller: Principal,
}

impl fmt::Display for NotTheScheduler {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "only the scheduler may call this, not {}",
            self.caller
        )
    }
}

impl std::error::Error for NotTheScheduler {}

/// Whether the scheduler called.
///
/// Without this check anybody can pretend to be the scheduler: the context is an argument like any
/// other. And all tasks of a scheduler call with its one principal, so where others may make tasks
/// too, look at the `user` of the context as well.
///
/// # Errors
/// [`NotTheScheduler`] if somebody else did.
pub fn verify_caller(scheduler: Principal, caller: Principal) -> Result<(), NotTheScheduler> {
    if caller == scheduler {
        Ok(())
    } else {
        Err(NotTheScheduler { caller })
    }
}

/// The body of a guard: lets only the scheduler in, and nobody while none is known.
///
/// ```
/// # use candid::Principal;
/// # fn scheduler() -> Option<Principal> { None }
/// fn only_the_scheduler() -> Result<(), String> {
///     chime_client::only(scheduler())
/// }
///
/// #[ic_cdk::update(guard = "only_the_scheduler")]
/// fn on_tick() {}
/// ```
///
/// # Errors
/// Why the call is rejected, in words.
pub fn only(scheduler: Option<Principal>) -> Result<(), String> {
    let caller = ic_cdk::api::msg_caller();
    match scheduler {
        Some(scheduler) => verify_caller(scheduler, caller),
        None => Err(NotTheScheduler { caller }),
    }
    .map_err(|refusal| refusal.to_string())
}

/// The context among arguments in Candid's binary form (`ic_cdk::api::msg_arg_data()`): the last of
/// them. Only for methods that take what comes; others name an [`ExecutionContext`] as their last
/// parameter. Verify the caller first: this is work that anybody could cause.
///
/// # Errors
/// Why there is none, in words.
pub fn context_of(arguments: &[u8]) -> Result<ExecutionContext, String> {
    let mut config = DecoderConfig::new();
    config.set_skipping_quota(MAXIMUM_DECODING_COST);
    let mut arguments = IDLArgs::from_bytes_with_config(arguments, &config)
        .map_err(|error| format!("the arguments are not Candid: {error}"))?;
    let last = arguments.args.pop().ok_or("there are no arguments")?;
    IDLArgs::new(&[last])
        .to_bytes()
        .and_then(|bytes| candid::decode_one(&bytes))
        .map_err(|error| format!("the last argument is no ExecutionContext: {error}"))
}

/// The text to reject a call with, to be called again after so many seconds. It costs no attempt.
#[must_use]
pub fn snooze(seconds: u64) -> String {
    format!("{SNOOZE_PREFIX}{seconds}")
}

/// The text to reject a call with when there is no use in calling again: no retry is made.
#[must_use]
pub fn terminal(reason: impl fmt::Display) -> String {
    format!("{TERMINAL_PREFIX} {reason}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEDULER: Principal = Principal::from_slice(&[1]);

    fn context() -> ExecutionContext {
        ExecutionContext {
            task_id: 1,
            execution_id: 2,
            scheduled_at: 3,
            step: 4,
            attempt: 5,
            fencing_token: 6,
            user: SCHEDULER,
        }
    }

    #[test]
    fn should_let_only_the_scheduler_in() {
        assert_eq!(verify_caller(SCHEDULER, SCHEDULER), Ok(()));
        let caller = Principal::anonymous();
        let refusal = verify_caller(SCHEDULER, caller).unwrap_err();
        assert_eq!(refusal, NotTheScheduler { caller });
        assert_eq!(
            refusal.to_string(),
            "only the scheduler may call this, not 2vxsx-fae"
        );
    }

    #[test]
    fn should_find_the_context_behind_other_arguments() {
        let only = candid::encode_one(context()).unwrap();
        let last = candid::encode_args(("x", vec![1u8], context())).unwrap();
        assert_eq!(context_of(&only), Ok(context()));
        assert_eq!(context_of(&last), Ok(context()));
    }

    #[test]
    fn should_say_why_there_is_no_context() {
        for (arguments, reason) in [
            (candid::encode_args(()).unwrap(), "there are no arguments"),
            (b"garbage".to_vec(), "the arguments are not Candid"),
            (
                candid::encode_one(7u64).unwrap(),
                "the last argument is no ExecutionContext",
            ),
        ] {
            let error = context_of(&arguments).unwrap_err();
            assert!(error.starts_with(reason), "{error}");
        }
    }

    #[test]
    fn should_write_rejects_as_the_scheduler_reads_them() {
        assert_eq!(snooze(60), "chime:snooze:60");
        assert_eq!(
            terminal("no such account"),
            "chime:terminal: no such account"
        );
    }
}
