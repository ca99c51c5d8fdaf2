//! The program `chime`: reads the command line, runs the command, and turns its error into a
//! message and an exit code.

use std::process::ExitCode;

use clap::Parser;

use chime::cli::Cli;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    match chime::commands::run(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            chime::commands::report(&error);
            ExitCode::from(error.exit_code())
        }
    }
}
