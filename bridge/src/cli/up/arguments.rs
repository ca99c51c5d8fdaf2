//! Arguments of `chime up`.

use std::net::SocketAddr;

use clap::Args;

use crate::cli::{listen_address, positive_seconds};

/// Arguments of `chime up`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  chime up                          on port 4943, with the state in its usual place
  chime up --state ./chime --watch  show executions as they happen
  chime up --port 0 --for 30s       on any free port, for half a minute
  chime up --serve                  with the pages and the REST API of `chime serve`
  chime up --outcalls               canisters may make HTTPS requests
  chime up --outcalls --outcall-host api.example.com
                                    but only to this host")]
pub struct UpArguments {
    /// Port on 127.0.0.1; 0 is any free port.
    #[arg(long, value_name = "PORT", default_value_t = 4943)]
    pub port: u16,
    /// Stop after this time: seconds, or e.g. 10m.
    #[arg(long = "for", value_name = "DURATION", value_parser = positive_seconds)]
    pub for_seconds: Option<u64>,
    /// Let canisters make HTTPS requests to the public internet (HTTPS outcalls).
    #[arg(long)]
    pub outcalls: bool,
    /// With --outcalls, let canisters reach only this host, a name or an address; may be repeated. Hosts
    /// of a private network must be named here; those of this machine may then be reached by http too.
    #[arg(long, value_name = "HOST", requires = "outcalls")]
    pub outcall_host: Vec<String>,
    /// Serve the pages and the REST API too, as `chime serve` does, on this address; without a value on
    /// 127.0.0.1:6336.
    #[arg(
        long,
        value_name = "ADDRESS",
        num_args = 0..=1,
        default_missing_value = "127.0.0.1:6336",
        value_parser = listen_address
    )]
    pub serve: Option<SocketAddr>,
    /// Show executions as they happen.
    #[arg(long, visible_alias = "follow")]
    pub watch: bool,
}
