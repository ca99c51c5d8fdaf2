//! HTTPS outcalls of a served network: real requests, made outside of the driver's thread.
//!
//! `policy` says which are made, `client` makes one. The driver hands over each outcall once it is
//! stored, so that what a web server has seen is known after a crash, and takes the answer like
//! any other command.

mod addresses;
mod client;
mod policy;

pub use policy::Outcalls;

use std::sync::Arc;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::commands::{Command, Desk, HandedIn};
use super::driver::Driver;
use super::limits::{OUTCALL_ANSWER_PAUSE, OUTCALLS_AT_ONCE};
use crate::{CanisterHttpRequest, MockCanisterHttpResponse};
use client::Client;

/// Makes the requests that the driver hands over and brings it the answers, until it has ended.
pub(crate) async fn perform(
    policy: Outcalls,
    mut requests: UnboundedReceiver<CanisterHttpRequest>,
    desk: Arc<dyn Desk>,
) {
    let client = Arc::new(Client::new(policy));
    let mut running = JoinSet::new();
    loop {
        tokio::select! {
            request = requests.recv(), if running.len() < OUTCALLS_AT_ONCE => match request {
                Some(request) => {
                    running.spawn(answer(Arc::clone(&client), request, Arc::clone(&desk)));
                }
                None => return,
            },
            Some(_) = running.join_next(), if !running.is_empty() => {}
        }
    }
}

async fn answer(client: Arc<Client>, request: CanisterHttpRequest, desk: Arc<dyn Desk>) {
    let request_id = request.request_id;
    let mut command = Command::Outcall(MockCanisterHttpResponse {
        request_id,
        response: client.perform(request).await,
    });
    // The thread behind the channel must not be waited for: this one serves requests.
    while let HandedIn::Full(returned) = desk.hand_in(command) {
        command = returned;
        sleep(OUTCALL_ANSWER_PAUSE).await;
    }
}

impl Driver {
    /// Hands over the outcalls that came since the last time. They are stored by now.
    pub(super) fn start_outcalls(&mut self) {
        for request in self.replica.canister_http_from(self.next_outcall) {
            self.next_outcall = request.request_id + 1;
            // Without a receiver the server is ending, and the next one rejects the outcall.
            let _ = self.orders.outcalls.send(request);
        }
    }

    /// Takes an answer. It may come after the outcall has timed out, and is then no news.
    pub(super) fn take_outcall(&mut self, answer: MockCanisterHttpResponse) {
        self.replica.set_time_ns(self.time_ns());
        let _ = self.replica.mock_canister_http_response(answer);
    }
}
