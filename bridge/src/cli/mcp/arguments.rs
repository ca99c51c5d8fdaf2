//! The arguments of `chime mcp`.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::mcp::clients::Client;

pub(in crate::cli) const MCP_HELP: &str = "\
A client such as Claude Desktop starts the server by itself:
  {\"mcpServers\": {\"chime\": {\"command\": \"chime\", \"args\": [\"mcp\"]}}}

Examples:
  chime mcp install                              write that into the client's configuration
  chime mcp --read-only                          nothing that changes anything
  chime mcp --http                               over HTTP, for clients on this machine
  chime mcp --canister ID --did service.did      the methods of any canister";

/// Serve the methods of a canister as MCP tools.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct McpArguments {
    /// Something else than serving.
    #[command(subcommand)]
    pub command: Option<McpCommand>,
    /// Serving over HTTP.
    #[command(flatten)]
    pub http: HttpArguments,
    /// Which tools there are.
    #[command(flatten)]
    pub tools: ToolArguments,
}

/// What `chime mcp` does beside serving.
#[derive(Subcommand, Debug)]
pub enum McpCommand {
    /// Write the server into the configuration of an MCP client.
    #[command(after_help = INSTALL_HELP)]
    Install(InstallArguments),
}

const INSTALL_HELP: &str = "\
What else is in the file stays as it is, and the file as it was before is kept beside it with the
ending .bak. The global options given here are written into the configuration.

Examples:
  chime mcp install                                   for Claude Desktop, the embedded network
  chime mcp install --client cursor --print           show what would be written
  chime mcp install --network ic --canister ryjl3-tyaaa-aaaaa-aaaba-cai --identity key.pem";

/// Which configuration is written, and how.
#[derive(Args, Debug)]
pub struct InstallArguments {
    /// The client.
    #[arg(long, value_enum, default_value = "claude-desktop")]
    pub client: Client,
    /// Name of the server in the client.
    #[arg(long, value_name = "NAME", default_value = "chime")]
    pub name: String,
    /// Let the client use only what changes nothing.
    #[arg(long)]
    pub read_only: bool,
    /// The file to write, in place of the client's own.
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Only show the file as it would be; nothing is written.
    #[arg(long)]
    pub print: bool,
}

/// Serving over HTTP.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "HTTP")]
pub struct HttpArguments {
    /// Serve over streamable HTTP on this address, at the path /mcp, instead of the standard
    /// streams; port 0 is any that is free. Without a value 127.0.0.1:8425. It is not encrypted:
    /// beyond this machine put a proxy with TLS before it.
    #[arg(
        long,
        value_name = "ADDRESS",
        num_args = 0..=1,
        default_missing_value = "127.0.0.1:8425",
        value_parser = listen_address
    )]
    pub http: Option<SocketAddr>,
    /// Token that every request must show as `Authorization: Bearer TOKEN`, at least 16 characters.
    /// Without one a new one is made and written to the standard error. Other users of this machine
    /// see the command line: prefer CHIME_MCP_TOKEN or --token-file.
    #[arg(
        long,
        env = "CHIME_MCP_TOKEN",
        value_name = "TOKEN",
        hide_env_values = true,
        conflicts_with = "token_file"
    )]
    pub token: Option<String>,
    /// File that holds the token, in its first line.
    #[arg(long, requires = "http", value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// A further name that the server is reached under, such as tasks.example.com: requests under
    /// other names are turned away. May be given several times.
    #[arg(long = "allow-host", requires = "http", value_name = "HOST")]
    pub allowed_hosts: Vec<String>,
    /// Origin of web pages that may speak with the server, such as `https://app.example.com`. May be
    /// given several times.
    #[arg(long = "allow-origin", requires = "http", value_name = "ORIGIN")]
    pub allowed_origins: Vec<String>,
}

/// Which tools there are.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Tools")]
pub struct ToolArguments {
    /// Sets of tools to serve: tasks, schedules, executions, stats, alerts (these five are the
    /// default), actions, backups, users, workers, secrets, config, or all. Separate several with
    /// commas.
    #[arg(
        long,
        env = "CHIME_MCP_TOOLSETS",
        value_name = "SET",
        value_delimiter = ',',
        hide_env_values = true
    )]
    pub toolsets: Vec<String>,
    /// Single tools to serve: alone, only these; beside --toolsets, these too. Separate several
    /// with commas.
    #[arg(
        long,
        env = "CHIME_MCP_TOOLS",
        value_name = "TOOL",
        value_delimiter = ',',
        hide_env_values = true
    )]
    pub tools: Vec<String>,
    /// Serve no tool that changes anything, whatever else is asked for.
    #[arg(long, env = "CHIME_MCP_READ_ONLY", hide_env_values = true)]
    pub read_only: bool,
    /// The canister's interface in a .did file, instead of the one that the canister publishes.
    #[arg(long, value_name = "FILE")]
    pub did: Option<PathBuf>,
}

/// Where to listen: an address with a port, or a port of this machine.
fn listen_address(text: &str) -> Result<SocketAddr, String> {
    let port = text.strip_prefix("localhost:").unwrap_or(text);
    if let Ok(port) = port.parse::<u16>() {
        return Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    }
    text.parse().map_err(|_| {
        "give an IP address and a port, such as 127.0.0.1:8425 or [::1]:8425, or a port alone"
            .to_string()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_listen_on_this_machine_unless_told_otherwise() {
        for (text, address) in [
            ("8425", "127.0.0.1:8425"),
            ("localhost:0", "127.0.0.1:0"),
            ("[::1]:8425", "[::1]:8425"),
            ("0.0.0.0:80", "0.0.0.0:80"),
        ] {
            assert_eq!(listen_address(text), Ok(address.parse().unwrap()), "{text}");
        }
        for text in [
            "",
            "localhost",
            "127.0.0.1",
            "127.0.0.1:80000",
            "example.com:80",
        ] {
            assert!(listen_address(text).is_err(), "{text}");
        }
    }
}
