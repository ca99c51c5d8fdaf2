//! The methods of the management canister: who may call them, and what serves them.

use ic_error_types::ErrorCode;

use super::{Call, MethodResult, chunks, code, lifecycle, outcalls, settings};
use crate::{Rejection, Replica};

/// Which field of the argument names the canister that the call is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    None,
    CanisterId,
    Chunked,
}

type Body = fn(&mut Replica, &mut Call) -> MethodResult;

pub(super) struct Method {
    pub(super) name: &'static str,
    pub(super) target: Target,
    /// Whether it can be called from outside; a target then makes it for controllers only.
    pub(super) by_ingress: bool,
    pub(super) body: Body,
}

const fn method(name: &'static str, target: Target, by_ingress: bool, body: Body) -> Method {
    Method {
        name,
        target,
        by_ingress,
        body,
    }
}

#[rustfmt::skip]
static METHODS: &[Method] = &[
    method("create_canister", Target::None, false, lifecycle::create_canister),
    method("provisional_create_canister_with_cycles", Target::None, true, lifecycle::provisional_create),
    method("provisional_top_up_canister", Target::None, true, lifecycle::provisional_top_up),
    method("start_canister", Target::CanisterId, true, lifecycle::start_canister),
    method("stop_canister", Target::CanisterId, true, lifecycle::stop_canister),
    method("delete_canister", Target::CanisterId, true, lifecycle::delete_canister),
    method("deposit_cycles", Target::CanisterId, false, lifecycle::deposit_cycles),
    method("raw_rand", Target::None, false, lifecycle::raw_rand),
    method("http_request", Target::None, false, outcalls::http_request),
    method("install_code", Target::CanisterId, true, code::install_code_method),
    method("install_chunked_code", Target::Chunked, true, code::install_chunked_code),
    method("uninstall_code", Target::CanisterId, true, code::uninstall_code),
    method("upload_chunk", Target::CanisterId, true, chunks::upload_chunk),
    method("clear_chunk_store", Target::CanisterId, true, chunks::clear_chunk_store),
    method("stored_chunks", Target::CanisterId, true, chunks::stored_chunks),
    method("update_settings", Target::CanisterId, true, settings::update_settings),
    method("canister_status", Target::CanisterId, true, settings::canister_status),
    method("canister_info", Target::CanisterId, false, settings::canister_info),
];

impl Method {
    pub(super) fn find(name: &str) -> Result<&'static Self, Rejection> {
        let mut methods = METHODS.iter();
        methods.find(|method| method.name == name).ok_or_else(|| {
            let text = format!("Management canister has no method '{name}'");
            Rejection::new(ErrorCode::CanisterMethodNotFound, text)
        })
    }

    pub(super) fn for_canisters_only(&self) -> Rejection {
        let text = format!("Only canisters can call ic00 method {}", self.name);
        Rejection::new(ErrorCode::CanisterRejectedMessage, text)
    }
}
