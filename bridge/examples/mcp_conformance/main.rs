//! Serves the fixtures of the official conformance suite of MCP, through the very code that serves
//! `chime mcp --http`: only what is offered differs.
//!
//! It is a test program: it lets in everybody on this machine, and offers nothing of use.
//!
//! ```text
//! cargo run --release --example mcp_conformance -- 127.0.0.1:0
//! ```
//!
//! The first line that it prints is the address of the server.
#![expect(clippy::print_stdout, reason = "the address is this program's answer")]

mod asking;
mod contents;
mod offer;
mod rounds;
mod tools;
mod work;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use chime::access::Access;
use chime::error::Result;
use chime::mcp::{HttpServer, PATH, stop_signal};

#[tokio::main]
async fn main() -> ExitCode {
    let Some(Ok(address)) = std::env::args().nth(1).map(|text| text.parse()) else {
        eprintln!("usage: mcp_conformance ADDRESS, such as 127.0.0.1:0");
        return ExitCode::from(2);
    };
    match serve(address).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}. {}", error.explanation(), error.fix());
            ExitCode::FAILURE
        }
    }
}

async fn serve(address: SocketAddr) -> Result<()> {
    let stop = stop_signal()?;
    let fixtures = Arc::new(offer::Fixtures::new());
    let server = HttpServer::start(fixtures, address, Access::open()).await?;
    println!("http://{}{PATH}", server.address());
    server.serve_until(stop).await
}
