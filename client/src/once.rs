//! Doing the work of an execution once, although an attempt may be repeated.
//!
//! The scheduler calls again when an attempt failed, and, if the task says so, when nobody can tell
//! what became of it. Each attempt has a higher fencing token than those before it.

use std::collections::BTreeMap;

use candid::{CandidType, Deserialize};
use chime_types::ExecutionContext;

/// What the callee shall do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The work: no attempt has finished it.
    Work,
    /// Nothing: an attempt before this one finished the work. Reply as if it were done now.
    Done,
    /// Nothing: a later attempt has begun, and whatever this one answers is dropped.
    Stale,
}

/// Remembers which steps of which executions were begun, under which fencing token, and which are
/// done. Keep it in the canister's own state; it is plain data and can be stored as Candid.
///
/// Call [`begin`](Self::begin) first and [`finish`](Self::finish) in the same message as the last
/// effect of the work: then either both are kept or both are rolled back. A callee that awaits
/// between the two must heed what `finish` says, and must not have taken effect before it.
///
/// `retry_execution` makes a new execution, which has its own turn.
///
/// It holds as many steps as [`keeping`](Self::keeping) was told, and then forgets those of the
/// oldest executions. Keep more than can be under way and be retried at the same time.
///
/// ```
/// # use chime_client::{ExecutionContext, OncePerExecution, Turn};
/// # let first = ExecutionContext { task_id: 1, execution_id: 7, scheduled_at: 0, step: 0,
/// #     attempt: 1, fencing_token: 40, user: candid::Principal::anonymous() };
/// let mut once = OncePerExecution::keeping(1_000);
/// assert_eq!(once.begin(&first), Turn::Work);
/// assert!(once.finish(&first));
/// let second = ExecutionContext { attempt: 2, fencing_token: 41, ..first };
/// assert_eq!(once.begin(&second), Turn::Done);
/// ```
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct OncePerExecution {
    kept: BTreeMap<(u64, u32), Begun>,
    capacity: u64,
}

#[derive(CandidType, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
struct Begun {
    /// The highest fencing token seen.
    token: u64,
    done: bool,
}

impl OncePerExecution {
    /// Nothing yet, and room for so many steps, one at least. Each takes some 40 bytes.
    #[must_use]
    pub fn keeping(capacity: u64) -> Self {
        Self {
            kept: BTreeMap::new(),
            capacity: capacity.max(1),
        }
    }

    /// Takes note of an attempt and says what to do about it.
    pub fn begin(&mut self, context: &ExecutionContext) -> Turn {
        let token = context.fencing_token;
        let begun = self
            .kept
            .entry(key(context))
            .or_insert(Begun { token, done: false });
        if begun.token > token {
            return Turn::Stale;
        }
        begun.token = token;
        if begun.done {
            return Turn::Done;
        }
        self.forget_beside(key(context));
        Turn::Work
    }

    /// Makes room, but not at the cost of this step. Identifiers rise: the first is of the oldest
    /// execution.
    fn forget_beside(&mut self, present: (u64, u32)) {
        while self.kept.len() as u64 > self.capacity {
            let oldest = self.kept.keys().copied().find(|key| *key != present);
            self.kept
                .remove(&oldest.expect("BUG: there is room for one"));
        }
    }

    /// Takes note that the work is done. False: a later attempt has begun meanwhile, or this one
    /// was forgotten; then the work of this one must not count.
    pub fn finish(&mut self, context: &ExecutionContext) -> bool {
        match self.kept.get_mut(&key(context)) {
            Some(begun) if begun.token == context.fencing_token => {
                begun.done = true;
                true
            }
            _ => false,
        }
    }

    /// How many steps are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Whether none is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }
}

const fn key(context: &ExecutionContext) -> (u64, u32) {
    (context.execution_id, context.step)
}

#[cfg(test)]
mod tests {
    use candid::Principal;

    use super::*;

    fn attempt(execution_id: u64, step: u32, fencing_token: u64) -> ExecutionContext {
        ExecutionContext {
            task_id: 1,
            execution_id,
            scheduled_at: 0,
            step,
            attempt: 1,
            fencing_token,
            user: Principal::anonymous(),
        }
    }

    #[test]
    fn should_give_each_step_of_each_execution_its_turn() {
        let mut once = OncePerExecution::keeping(10);
        for context in [attempt(1, 0, 1), attempt(1, 1, 2), attempt(2, 0, 3)] {
            assert_eq!(once.begin(&context), Turn::Work);
            assert!(once.finish(&context));
            assert_eq!(once.begin(&context), Turn::Done);
        }
        assert_eq!(once.len(), 3);
    }

    #[test]
    fn should_let_a_later_attempt_do_what_an_earlier_one_left() {
        let mut once = OncePerExecution::keeping(10);
        let (first, second) = (attempt(1, 0, 4), attempt(1, 0, 5));
        assert_eq!(once.begin(&first), Turn::Work);
        assert_eq!(once.begin(&second), Turn::Work);
        assert!(!once.finish(&first), "its turn is over");
        assert_eq!(once.begin(&first), Turn::Stale);
        assert!(once.finish(&second));
        assert_eq!(once.begin(&attempt(1, 0, 6)), Turn::Done);
    }

    #[test]
    fn should_forget_the_oldest_executions_first() {
        let mut once = OncePerExecution::keeping(2);
        for execution in 1..=3 {
            assert_eq!(once.begin(&attempt(execution, 0, execution)), Turn::Work);
        }
        assert_eq!(once.len(), 2);
        assert!(!once.finish(&attempt(1, 0, 1)), "it was forgotten");
        assert!(once.finish(&attempt(3, 0, 3)));
        let old = attempt(1, 0, 9);
        assert_eq!(once.begin(&old), Turn::Work);
        assert!(once.finish(&old), "the present step has its room");
    }

    #[test]
    fn should_survive_being_stored() {
        let mut once = OncePerExecution::keeping(2);
        assert!(once.is_empty());
        once.begin(&attempt(1, 0, 1));
        let bytes = candid::encode_one(&once).unwrap();
        assert_eq!(
            candid::decode_one::<OncePerExecution>(&bytes).unwrap(),
            once
        );
    }
}
