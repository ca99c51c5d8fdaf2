//! The program `chime`: reads the command line, runs the command, and turns its error into a
//! message and an exit code.

use std::process::ExitCode;

use chime::cli::Cli;
use chime::error::{Error, Kind, Result};
use tokio::runtime::Runtime;

fn main() -> ExitCode {
    match chime::cli::complete() {
        Ok(false) => {}
        Ok(true) => return ExitCode::SUCCESS,
        Err(error) => error.exit(),
    }
    // Before anything heavy: help and faults of the command line are answered here.
    let cli = match Cli::read() {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let code = error.exit_code();
            chime::cli::report(&error);
            ExitCode::from(code)
        }
    }
}

fn run(cli: Cli) -> Result<()> {
    let runtime = Runtime::new().map_err(|error| {
        Error::new(
            Kind::Internal,
            "the program cannot start its threads",
            "end other programs, or raise the limit of processes (ulimit -u)",
        )
        .because(error)
    })?;
    runtime.block_on(chime::cli::run(cli))
}
