//! The scheduler's methods, one function each, with their types.

use std::sync::Arc;

use candid::{CandidType, Principal};
use chime_types as types;
use ic_agent::Agent;
use serde::de::DeserializeOwned;

use super::callees::Callees;
use super::{Canister, Manner, Provision, Remote, agent_error};
use crate::error::{Error, Kind, Result};

/// The scheduler in a canister.
#[derive(Clone)]
pub struct Scheduler<C = Remote> {
    canister: C,
    pub(super) callees: Callees,
}

/// Writes the functions.
macro_rules! methods {
    ($($(#[$documentation:meta])* $manner:ident $method:ident($request:ident) -> $result:ident($ok:ident);)*) => {
        impl<C: Canister> Scheduler<C> {$(
            $(#[$documentation])*
            ///
            /// # Errors
            /// The scheduler's own, or what kept its answer from arriving.
            pub async fn $method(&self, request: &types::$request) -> Result<types::$ok> {
                let answer: types::$result =
                    self.ask(manner!($manner), stringify!($method), request).await?;
                let mut answer = answer.into_result()?;
                self.put_names(&mut answer).await;
                Ok(answer)
            }
        )*}
    };
}

macro_rules! manner {
    (query) => {
        Manner::Query
    };
    (update) => {
        Manner::Update
    };
}

chime_types::for_each_method!(methods);

impl Scheduler {
    /// The scheduler in this canister, asked in the name of the agent's identity.
    #[must_use]
    pub fn new(agent: Agent, canister_id: Principal) -> Self {
        Self::of(Remote {
            agent,
            canister_id,
            provision: None,
        })
    }

    /// The same scheduler, on a network that puts in place what is missing.
    #[must_use]
    pub fn provided_by(mut self, provision: Arc<dyn Provision>) -> Self {
        self.canister.provision = Some(provision);
        self
    }

    /// Has the network put in place what Python needs, if it does that.
    ///
    /// # Errors
    /// What kept it from doing so.
    pub async fn provide_python(&self) -> Result<()> {
        match &self.canister.provision {
            Some(provision) => provision.python().await,
            None => Ok(()),
        }
    }

    /// Its canister.
    #[must_use]
    pub const fn canister_id(&self) -> Principal {
        self.canister.canister_id
    }

    /// What it is asked through.
    #[must_use]
    pub const fn agent(&self) -> &Agent {
        &self.canister.agent
    }
}

impl<C> Scheduler<C> {
    /// The scheduler in this canister.
    #[must_use]
    pub fn of(canister: C) -> Self {
        let callees = Callees::default();
        Self { canister, callees }
    }

    /// What is called.
    #[must_use]
    pub const fn canister(&self) -> &C {
        &self.canister
    }
}

impl<C: Canister> Scheduler<C> {
    pub(super) async fn ask<Q: CandidType, R: CandidType + DeserializeOwned>(
        &self,
        manner: Manner,
        method: &str,
        request: &Q,
    ) -> Result<R> {
        // Encoded before the first await: a request need not be shared between threads.
        let answer = self.canister.call(manner, method, encode(request));
        let decoded = decode(method, &answer.await?);
        match manner {
            Manner::Query => decoded,
            Manner::Update | Manner::Oneway => {
                decoded.map_err(|error| done_but_unreadable(method).because(error))
            }
        }
    }
}

fn encode(request: &impl CandidType) -> Vec<u8> {
    candid::encode_one(request).expect("BUG: the types of the interface can be encoded")
}

/// An update was carried out, and what it answered is of another version: whoever takes it for a
/// failure does it a second time.
fn done_but_unreadable(method: &str) -> Error {
    Error::new(
        Kind::Incompatible,
        format!("{method} was carried out, but its answer is of another version"),
        "do not repeat it: look whether it did what was meant; use a chime of the scheduler's version",
    )
}

fn decode<R: CandidType + DeserializeOwned>(method: &str, answer: &[u8]) -> Result<R> {
    candid::decode_one(answer).map_err(|error| agent_error(error.into(), &format!("call {method}")))
}
