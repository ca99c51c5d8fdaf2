//! HTTP gateways: the public interface of an instance, and its canisters as web sites, on a port of
//! their own.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::instance::Instance;
use super::lifetime::Activity;
use super::limits::GATEWAYS;
use super::problem::{Problem, json};
use super::wire::{GatewayBackend, GatewayDetails, GatewayInfo, InstanceGatewayConfig};
use crate::server::gateway::{DOMAIN, behind};

/// The gateways of a server by their numbers, which are never given twice.
#[derive(Debug, Default)]
pub(super) struct Gateways(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    next: usize,
    running: BTreeMap<usize, Gateway>,
}

/// A gateway; it ends when this is dropped.
#[derive(Debug)]
struct Gateway {
    instance: usize,
    port: u16,
    domains: Option<Vec<String>>,
    _stop: oneshot::Sender<()>,
}

impl Gateways {
    /// Starts a gateway in front of an instance.
    pub(super) async fn start(
        &self,
        number: usize,
        instance: &Instance,
        config: InstanceGatewayConfig,
        activity: &Arc<Activity>,
    ) -> Result<GatewayInfo, Problem> {
        check(&config)?;
        self.check_room()?;
        let listener = bind(&config).await?;
        let port = listener.local_addr().map_err(|error| listening(&error))?;
        let port = port.port();
        let domains = config.domains.clone();
        let router = router(instance, domains.unwrap_or_else(|| vec![DOMAIN.to_owned()]));
        let router = activity.counting(router);
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(async move {
            let end = async {
                // It ends when the other side is dropped.
                let _ = stopped.await;
            };
            let served = axum::serve(listener, router).with_graceful_shutdown(end);
            if let Err(error) = served.await {
                tracing::error!(%error, "an HTTP gateway has failed");
            }
        });
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let gateway = inner.next;
        inner.next += 1;
        inner.running.insert(
            gateway,
            Gateway {
                instance: number,
                port,
                domains: config.domains,
                _stop: stop,
            },
        );
        Ok(GatewayInfo {
            instance_id: gateway,
            port,
        })
    }

    /// Stops a gateway. One that has been stopped stays so.
    pub(super) fn stop(&self, number: usize) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.running.remove(&number);
    }

    /// Stops the gateways of an instance, or all of them.
    pub(super) fn stop_those_of(&self, instance: Option<usize>) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let stays = |gateway: &Gateway| instance.is_some_and(|number| gateway.instance != number);
        inner.running.retain(|_, gateway| stays(gateway));
    }

    /// The gateways that are running.
    pub(super) fn list(&self) -> Vec<GatewayDetails> {
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let details = |(number, gateway): (&usize, &Gateway)| GatewayDetails {
            instance_id: *number,
            port: gateway.port,
            forward_to: GatewayBackend::PocketIcInstance(gateway.instance),
            domains: gateway.domains.clone(),
            https_config: None,
        };
        inner.running.iter().map(details).collect()
    }

    fn check_room(&self) -> Result<(), Problem> {
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.running.len() < GATEWAYS {
            return Ok(());
        }
        Err(Problem::new(format!(
            "The server has {GATEWAYS} HTTP gateways already; stop some"
        )))
    }
}

fn check(config: &InstanceGatewayConfig) -> Result<(), Problem> {
    if config.https_config.is_some() {
        return Err(Problem::unsupported("an HTTP gateway with TLS"));
    }
    if config.domain_custom_provider_local_file.is_some() {
        return Err(Problem::unsupported("custom domains of an HTTP gateway"));
    }
    Ok(())
}

async fn bind(config: &InstanceGatewayConfig) -> Result<TcpListener, Problem> {
    let address = match &config.ip_addr {
        Some(text) => text
            .parse::<IpAddr>()
            .map_err(|error| Problem::new(format!("{text:?} is no address: {error}")))?,
        None => Ipv4Addr::LOCALHOST.into(),
    };
    let address = SocketAddr::from((address, config.port.unwrap_or(0)));
    let bound = TcpListener::bind(address).await;
    bound.map_err(|error| listening(&format_args!("{address}: {error}")))
}

fn listening(error: &dyn std::fmt::Display) -> Problem {
    Problem::new(format!("Failed to bind HTTP gateway: {error}"))
}

fn router(instance: &Instance, domains: Vec<String>) -> Router {
    let topology = Arc::clone(&instance.topology);
    let shown = move || async move { json(StatusCode::OK, &*topology) as Response };
    let router = instance.router().route("/_/topology", get(shown));
    behind(router, instance.api().clone(), domains)
}
