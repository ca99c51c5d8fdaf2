//! The JSON of the protocol: names and forms are those of the crate `pocket-ic`, version 16.
//!
//! Bytes are base64 texts, principals their bytes in base64 (and texts only as keys of maps).

mod calls;
mod gateways;
mod outcalls;
mod primitives;
mod state;

pub(super) use calls::{Answer, CanisterCall, IngressStatusArgs, RejectResponse, SubmittedMessage};
pub(super) use gateways::{
    GatewayBackend, GatewayConfig, GatewayDetails, GatewayInfo, InstanceGatewayConfig,
};
pub(super) use outcalls::{
    HttpHeader, HttpMethod, HttpReject, HttpReply, HttpRequest, HttpResponse, MockHttpResponse,
    PricingVersion, Replication,
};
pub(super) use primitives::{Blob, Id};
pub(super) use state::{
    AddCycles, CanisterId, Cycles, PrincipalId, SetStableMemory, StableMemory, SubnetId,
    TickConfigs, Time,
};
