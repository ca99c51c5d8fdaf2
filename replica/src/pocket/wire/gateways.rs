//! HTTP gateways.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The gateway of an instance that is about to be created.
#[derive(Clone, Debug, Deserialize)]
pub(in crate::pocket) struct InstanceGatewayConfig {
    pub(in crate::pocket) ip_addr: Option<String>,
    pub(in crate::pocket) port: Option<u16>,
    pub(in crate::pocket) domains: Option<Vec<String>>,
    pub(in crate::pocket) https_config: Option<Value>,
    pub(in crate::pocket) domain_custom_provider_local_file: Option<Value>,
}

/// A gateway that is about to be created.
#[derive(Clone, Debug, Deserialize)]
pub(in crate::pocket) struct GatewayConfig {
    pub(in crate::pocket) forward_to: GatewayBackend,
    #[serde(flatten)]
    pub(in crate::pocket) listen: InstanceGatewayConfig,
}

/// What is behind a gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::pocket) enum GatewayBackend {
    /// A replica at a URL.
    Replica(String),
    /// An instance of this server.
    PocketIcInstance(usize),
}

/// A gateway that was created. Its own number is called `instance_id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(in crate::pocket) struct GatewayInfo {
    pub(in crate::pocket) instance_id: usize,
    pub(in crate::pocket) port: u16,
}

/// A gateway in a list.
#[derive(Clone, Debug, Serialize)]
pub(in crate::pocket) struct GatewayDetails {
    pub(in crate::pocket) instance_id: usize,
    pub(in crate::pocket) port: u16,
    pub(in crate::pocket) forward_to: GatewayBackend,
    pub(in crate::pocket) domains: Option<Vec<String>>,
    pub(in crate::pocket) https_config: Option<Value>,
}
