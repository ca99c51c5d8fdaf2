//! The arguments of `chime serve`.

use std::net::SocketAddr;

use clap::Args;

use crate::cli::listen_address;

/// Arguments of `chime serve`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
It serves the pages at /, the REST API (JSON:API) at /api, server-sent events at /events, MCP at /mcp,
and /metrics and /healthz. `chime open` opens the pages; programs show a token of `chime token create`.

Examples:
  chime serve                          on http://127.0.0.1:6336
  chime serve --listen 0               on any free port
  chime serve --read-only              nothing can be changed over it")]
pub struct ServeArguments {
    /// Address to listen on, or a port of this machine; port 0 is any free port. It is not encrypted: put
    /// a proxy with TLS in front of it for other machines.
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value = "127.0.0.1:6336",
        value_parser = listen_address
    )]
    pub listen: SocketAddr,
    /// Let nobody change anything over it, whatever a token may do.
    #[arg(long)]
    pub read_only: bool,
    /// Another host name that the server is reached by, e.g. tasks.example.com: requests for other
    /// names are rejected. May be repeated.
    #[arg(long = "allow-host", value_name = "HOST")]
    pub allowed_hosts: Vec<String>,
    /// Origin of web pages that may use the server, e.g. `https://app.example.com`. May be repeated.
    #[arg(long = "allow-origin", value_name = "ORIGIN")]
    pub allowed_origins: Vec<String>,
}

impl ServeArguments {
    /// Those that nobody gave, at an address.
    #[must_use]
    pub const fn at(listen: SocketAddr) -> Self {
        Self {
            listen,
            read_only: false,
            allowed_hosts: Vec::new(),
            allowed_origins: Vec::new(),
        }
    }
}
