//! A server in this process, and requests to it.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use candid::Principal;
use chime_replica::pocket::{PocketServer, PocketServerConfig};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::oneshot;

/// A server; it ends when this is dropped.
pub struct Server {
    pub url: String,
    pub client: Client,
    _stop: oneshot::Sender<()>,
}

impl Server {
    /// A server whose requests wait so long for their operations.
    pub async fn start(synchronous_wait: Duration) -> Self {
        let config = PocketServerConfig {
            synchronous_wait,
            ..PocketServerConfig::default()
        };
        let server = PocketServer::bind(config).await.unwrap();
        let url = format!("http://127.0.0.1:{}", server.port());
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(server.serve(async move {
            let _ = stopped.await;
        }));
        Self {
            url,
            client: Client::builder().no_proxy().build().unwrap(),
            _stop: stop,
        }
    }

    /// Sends a request; gives the status and the body.
    pub async fn send(&self, method: Method, path: &str, body: &Value) -> (StatusCode, Value) {
        let url = format!("{}{path}", self.url);
        let request = self.client.request(method, url);
        let request = request.header("content-type", "application/json");
        let response = request.body(body.to_string()).send().await.unwrap();
        let status = response.status();
        let body = response.bytes().await.unwrap();
        (status, serde_json::from_slice(&body).unwrap())
    }

    pub async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.send(Method::POST, path, &body).await
    }

    pub async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.send(Method::GET, path, &Value::Null).await
    }

    /// Creates an instance as the client does by default.
    pub async fn create_instance(&self) -> u64 {
        let spec = json!({
            "state_config": "New", "instruction_config": "Production", "subnet_admins": null,
        });
        let config = json!({ "subnet_config_set": { "application": [spec] } });
        let (status, created) = self.post("/instances", config).await;
        assert_eq!(status, StatusCode::CREATED, "{created}");
        created["Created"]["instance_id"].as_u64().unwrap()
    }

    /// Calls an update method as nobody; gives the reply.
    pub async fn update(
        &self,
        instance: u64,
        canister: Principal,
        method: &str,
        arg: &[u8],
    ) -> Vec<u8> {
        let path = format!("/instances/{instance}/update");
        let call = call(canister, method, arg);
        let (_, id) = self
            .post(&format!("{path}/submit_ingress_message"), call)
            .await;
        let id = id["Ok"].clone();
        let (_, answer) = self
            .post(&format!("{path}/await_ingress_message"), id)
            .await;
        let reply = answer["Ok"].as_str().unwrap_or_else(|| panic!("{answer}"));
        STANDARD.decode(reply).unwrap()
    }
}

/// The JSON of a call of nobody's.
pub fn call(canister: Principal, method: &str, arg: &[u8]) -> Value {
    json!({
        "sender": STANDARD.encode(Principal::anonymous()),
        "canister_id": STANDARD.encode(canister),
        "effective_principal": "None",
        "method": method,
        "payload": STANDARD.encode(arg),
    })
}
