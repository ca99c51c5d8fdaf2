//! The arguments of `chime mcp`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::listen_address;
use crate::mcp::clients::Client;

pub(in crate::cli) const MCP_HELP: &str = "\
A client such as Claude Desktop starts the server by itself:
  {\"mcpServers\": {\"chime\": {\"command\": \"chime\", \"args\": [\"mcp\"]}}}

Examples:
  chime mcp install                              write that into the client's configuration
  chime mcp --read-only                          only tools that change nothing
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
Everything else in the file stays as it is, and the previous file is kept beside it with the ending
.bak. The global options in use, --state, --network and the like, are written into the configuration,
whether they were given as flags or in the environment.

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
    /// Offer the client only tools that change nothing.
    #[arg(long)]
    pub read_only: bool,
    /// The file to write, instead of the client's own.
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Show what the file would contain, and write nothing.
    #[arg(long)]
    pub print: bool,
}

/// Serving over HTTP.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "HTTP")]
pub struct HttpArguments {
    /// Serve over streamable HTTP on this address, at the path /mcp, instead of the standard
    /// streams; without a value on 127.0.0.1:8425; port 0 is any free port. It is not encrypted: put
    /// a proxy with TLS in front of it for other machines.
    #[arg(
        long,
        value_name = "ADDRESS",
        num_args = 0..=1,
        default_missing_value = "127.0.0.1:8425",
        value_parser = listen_address
    )]
    pub http: Option<SocketAddr>,
    /// Token that every request must carry as `Authorization: Bearer TOKEN`, at least 16 characters.
    /// Without one, a new one is made and written to the standard error. Other users of this machine
    /// can see the command line: prefer CHIME_MCP_TOKEN or --token-file.
    #[arg(
        long,
        env = "CHIME_MCP_TOKEN",
        value_name = "TOKEN",
        hide_env_values = true,
        conflicts_with = "token_file"
    )]
    pub token: Option<String>,
    /// File with the token in its first line.
    #[arg(long, requires = "http", value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// Another host name that the server is reached by, e.g. tasks.example.com: requests for other
    /// names are rejected. May be repeated.
    #[arg(long = "allow-host", requires = "http", value_name = "HOST")]
    pub allowed_hosts: Vec<String>,
    /// Origin of web pages that may use the server, e.g. `https://app.example.com`. May be repeated.
    #[arg(long = "allow-origin", requires = "http", value_name = "ORIGIN")]
    pub allowed_origins: Vec<String>,
}

/// Which tools there are.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Tools")]
pub struct ToolArguments {
    /// Sets of tools to serve: tasks, schedules, executions, stats, alerts (these five are the
    /// default), actions, codices, backups, users, workers, secrets, config, or all. Separate several with
    /// commas.
    #[arg(
        long,
        env = "CHIME_MCP_TOOLSETS",
        value_name = "SET",
        value_delimiter = ',',
        hide_env_values = true
    )]
    pub toolsets: Vec<String>,
    /// Single tools to serve: only these, or with --toolsets these as well. Separate several with
    /// commas.
    #[arg(
        long,
        env = "CHIME_MCP_TOOLS",
        value_name = "TOOL",
        value_delimiter = ',',
        hide_env_values = true
    )]
    pub tools: Vec<String>,
    /// Serve no tool that changes anything, even if it is named.
    #[arg(long, env = "CHIME_MCP_READ_ONLY", hide_env_values = true)]
    pub read_only: bool,
    /// File with the canister's interface (.did), instead of the one that the canister publishes.
    #[arg(long, value_name = "FILE")]
    pub did: Option<PathBuf>,
}
