//! The server: its listener, and its end.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::limits::{DEFAULT_TTL, SYNCHRONOUS_WAIT};
use super::routes::{App, router};
use crate::server::limits::SHUTDOWN_WAIT;

/// What a server is started with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PocketServerConfig {
    /// Where to listen; port 0 takes any free one.
    pub bind: SocketAddr,
    /// How long it stays without a request.
    pub ttl: Duration,
    /// How long a request waits for its operation; after that it is answered 202, and the client
    /// polls.
    pub synchronous_wait: Duration,
}

impl Default for PocketServerConfig {
    /// Any free port of this machine; a minute; ten seconds.
    fn default() -> Self {
        Self {
            bind: (Ipv4Addr::LOCALHOST, 0).into(),
            ttl: DEFAULT_TTL,
            synchronous_wait: SYNCHRONOUS_WAIT,
        }
    }
}

/// A server that listens, and answers once [`Self::serve`] runs.
#[derive(Debug)]
pub struct PocketServer {
    listener: TcpListener,
    address: SocketAddr,
    config: PocketServerConfig,
}

impl PocketServer {
    /// Takes the port.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn bind(config: PocketServerConfig) -> io::Result<Self> {
        let listener = TcpListener::bind(config.bind).await?;
        Ok(Self {
            address: listener.local_addr()?,
            listener,
            config,
        })
    }

    /// The port that was taken.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Answers requests until `stop` resolves or no request has come for the time to live. Then it
    /// ends all instances; those with a state directory are stored.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve(self, stop: impl Future<Output = ()>) -> io::Result<()> {
        let app = Arc::new(App::new(self.config.synchronous_wait));
        let (stop_listening, stopped) = oneshot::channel::<()>();
        let end = async {
            // It ends when the other side is dropped.
            let _ = stopped.await;
        };
        let router = app.activity.counting(router(Arc::clone(&app)));
        let served = axum::serve(self.listener, router).with_graceful_shutdown(end);
        let mut serving = tokio::spawn(served.into_future());
        tokio::select! {
            ended = &mut serving => return ended.unwrap_or_else(|error| Err(error.into())),
            () = stop => {}
            () = app.activity.idle(self.config.ttl) => {}
        }
        drop(stop_listening);
        app.gateways.stop_those_of(None);
        app.instances.delete_all().await;
        // Clients that keep their connections open do not hold up the end.
        if tokio::time::timeout(SHUTDOWN_WAIT, &mut serving)
            .await
            .is_err()
        {
            serving.abort();
        }
        Ok(())
    }
}
