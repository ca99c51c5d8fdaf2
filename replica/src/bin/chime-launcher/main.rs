//! `chime-launcher`: a local network for `icp`, the command line of the Internet Computer.
//!
//! `ICP_CLI_NETWORK_LAUNCHER_PATH=chime-launcher icp network start` starts it in place of the
//! launcher that `icp` would download. It serves the replica of this crate with the system
//! canisters that `icp` talks to, says in a status file where it listens, and stays until SIGINT or
//! SIGTERM.
//!
//! It knows nothing of projects and identities: those are `icp`'s.

mod arguments;
mod signals;
mod status;
mod system;

use std::error::Error;
use std::net::SocketAddr;
use std::process::ExitCode;

use chime_replica::server::{Outcalls, Server, ServerConfig, ServerHandle};
use clap::Parser;
use tracing::level_filters::LevelFilter;

use arguments::Arguments;
use status::StatusFile;

/// How the exit code says that an argument is at fault, as clap does.
const USAGE: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Err(unsupported) = arguments.check() {
        eprintln!("error: {unsupported}");
        return ExitCode::from(USAGE);
    }
    start_log(arguments.verbose);
    match run(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn start_log(verbose: bool) {
    let level = if verbose {
        LevelFilter::DEBUG
    } else {
        LevelFilter::WARN
    };
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(level)
        .init();
}

async fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    // Whoever starts this may stop it at any moment from now on.
    let stop = signals::stop()?;
    let mut server = Server::start(config(arguments)).await?;
    let ended = tokio::select! {
        ended = serve(arguments, &mut server) => ended,
        signal = stop => {
            eprintln!("stopping on {signal}");
            Ok(())
        }
    };
    let stopped = server.shutdown().await;
    ended?;
    Ok(stopped?)
}

fn config(arguments: &Arguments) -> ServerConfig {
    ServerConfig {
        bind: SocketAddr::new(arguments.bind, arguments.gateway_port),
        // As in the network that it takes the place of, canisters reach the public internet.
        outcalls: Outcalls::to(Vec::new()),
        preinstalled: system::canisters(),
        call_delay: arguments.call_delay(),
        ..ServerConfig::new(&arguments.state_dir)
    }
}

/// Says where the server listens, and returns only when it has failed.
async fn serve(arguments: &Arguments, server: &mut ServerHandle) -> Result<(), Box<dyn Error>> {
    let port = server.local_addr().port();
    let _status = match &arguments.status_dir {
        Some(directory) => Some(StatusFile::write(directory, port, server.root_key())?),
        None => None,
    };
    eprintln!("the network listens on {}", server.url());
    Err(server.wait().await.into())
}
