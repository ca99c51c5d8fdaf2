//! Trying changes without keeping them: one alternative for each method that changes something, made from the
//! table of methods.

use candid::CandidType;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::for_each_method;

/// Changes to try.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Default)]
pub struct DryRunRequest {
    /// Tried in this order, each as if those before it had been made; at most 1,000.
    pub changes: Vec<Change>,
}

/// What became of changes that were tried.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Default)]
pub struct DryRun {
    /// In the order of the changes. Fewer than those if all of them are too much for one query: the rest was
    /// not tried.
    pub outcomes: Vec<TriedChange>,
}

/// What became of a change that was tried.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub enum TriedChange {
    /// It would be done, and the method would answer so.
    Ok(Changed),
    /// It would be refused.
    Err(Error),
}

/// Of the table of methods those that change something.
macro_rules! changes {
    ([$($(#[$documentation:meta])* $method:ident($request:ident, $done:ident);)*]) => {
        /// A method that changes something, with its request.
        #[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
        #[expect(non_camel_case_types, reason = "the names of the methods")]
        pub enum Change {$(
            $(#[$documentation])*
            $method(crate::$request),
        )*}

        impl Change {
            /// What a method changes with this request, in Candid's binary form. None if there is no such
            /// method, or if it changes nothing.
            ///
            /// # Errors
            /// If it is not the request of the method.
            #[must_use]
            pub fn of(method: &str, request: &[u8]) -> Option<candid::Result<Self>> {
                match method {
                    $(stringify!($method) => Some(candid::decode_one(request).map(Self::$method)),)*
                    _ => None,
                }
            }
        }

        /// What a method that changes something answers with.
        #[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
        #[expect(non_camel_case_types, reason = "the names of the methods")]
        pub enum Changed {$(
            $(#[$documentation])*
            $method(crate::$done),
        )*}
    };
    ([$($found:tt)*] $(#[$documentation:meta])* update $method:ident($request:ident) -> $answer:ident($done:ident); $($rest:tt)*) => {
        changes! { [$($found)* $(#[$documentation])* $method($request, $done);] $($rest)* }
    };
    ([$($found:tt)*] $(#[$documentation:meta])* query $method:ident($request:ident) -> $answer:ident($done:ident); $($rest:tt)*) => {
        changes! { [$($found)*] $($rest)* }
    };
    ($($table:tt)*) => {
        changes! { [] $($table)* }
    };
}

for_each_method!(changes);
