//! The scheduler's methods, one function each, with their types.

use candid::{CandidType, Deserialize, Principal};
use chime_types as types;
use ic_cdk::call::Call;

use crate::error::Result;

/// How long a call waits for its answer unless [`Scheduler::with_timeout`] says otherwise. After it
/// the outcome is [`Unknown`](crate::Error::Unknown).
pub const DEFAULT_TIMEOUT_SECONDS: u32 = 60;

/// A scheduler canister, asked in the name of this canister: the tasks that it makes are its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scheduler {
    canister: Principal,
    timeout_seconds: u32,
}

impl Scheduler {
    /// The scheduler in this canister.
    #[must_use]
    pub const fn new(canister: Principal) -> Self {
        Self {
            canister,
            timeout_seconds: DEFAULT_TIMEOUT_SECONDS,
        }
    }

    /// The same, but calls wait so many seconds, at most the 300 of the Internet Computer.
    #[must_use]
    pub const fn with_timeout(self, timeout_seconds: u32) -> Self {
        Self {
            timeout_seconds,
            ..self
        }
    }

    /// Its canister: the only one whose calls a callee should accept.
    #[must_use]
    pub const fn canister(&self) -> Principal {
        self.canister
    }

    async fn call<Q: CandidType, R: CandidType + for<'a> Deserialize<'a>>(
        &self,
        method: &str,
        request: &Q,
    ) -> Result<R> {
        let response = Call::bounded_wait(self.canister, method)
            .change_timeout(self.timeout_seconds)
            .with_arg(request)
            .await?;
        Ok(response.candid()?)
    }
}

/// Writes the functions.
macro_rules! methods {
    ($($(#[$documentation:meta])* $kind:ident $method:ident($request:ident) -> $result:ident($ok:ident);)*) => {
        impl Scheduler {$(
            $(#[$documentation])*
            ///
            /// # Errors
            /// The scheduler's own, or what became of the call.
            pub async fn $method(&self, request: &types::$request) -> Result<types::$ok> {
                let answer: types::$result = self.call(stringify!($method), request).await?;
                Ok(answer.into_result()?)
            }
        )*}

        /// Each method with the types that this crate thinks it has.
        #[cfg(test)]
        fn methods(types: &mut candid::types::internal::TypeContainer) -> Vec<tests::Signature> {
            vec![$((
                stringify!($method),
                types.add::<types::$request>(),
                types.add::<types::$result>(),
            )),*]
        }
    };
}

chime_types::for_each_method!(methods);

#[cfg(test)]
mod tests {
    use candid::TypeEnv;
    use candid::types::internal::TypeContainer;
    use candid::types::subtype::{Gamma, equal};
    use candid::types::{Type, TypeInner};

    use super::*;

    /// A method, its argument and its answer.
    pub(super) type Signature = (&'static str, Type, Type);

    #[test]
    fn should_have_the_types_of_the_interface() {
        let program = include_str!("../../scheduler.did").parse().unwrap();
        let mut interface = TypeEnv::new();
        let actor = candid_parser::check_prog(&mut interface, &program)
            .unwrap()
            .unwrap();
        let actor = match actor.as_ref() {
            TypeInner::Class(_, actor) => actor.clone(),
            _ => actor,
        };
        let mut ours = TypeContainer::new();
        for (method, request, result) in methods(&mut ours) {
            let function = interface.get_method(&actor, method).unwrap().clone();
            let mut both = interface.clone();
            let pair = TypeInner::Record(vec![field(0, request), field(1, result)]);
            let pair = both.merge_type(ours.env.clone(), pair.into());
            let published = TypeInner::Record(vec![
                field(0, function.args[0].clone()),
                field(1, function.rets[0].clone()),
            ]);
            equal(&mut Gamma::new(), &both, &pair, &published.into())
                .unwrap_or_else(|error| panic!("{method}: {error}"));
        }
    }

    fn field(id: u32, ty: Type) -> candid::types::Field {
        candid::types::Field {
            id: candid::types::Label::Id(id).into(),
            ty,
        }
    }

    #[test]
    fn should_wait_as_long_as_it_is_told() {
        let scheduler = Scheduler::new(Principal::management_canister()).with_timeout(5);
        assert_eq!(scheduler.timeout_seconds, 5);
        assert_eq!(scheduler.canister(), Principal::management_canister());
    }
}
