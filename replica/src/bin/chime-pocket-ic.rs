//! The replica as a PocketIC server: what `POCKET_IC_BIN` may name for the crate `pocket-ic` 16.
//!
//! The port is written to the port file once the server answers; a file that is there already
//! means that another server is running, and this one ends at once. See
//! [`chime_replica::pocket`] for what it has and what it has not.

use std::fs::File;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use chime_replica::pocket::{PROTOCOL_VERSION, PocketServer, PocketServerConfig, limits};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

const USAGE: &str = "\
Usage: chime-pocket-ic [OPTIONS]

Options:
      --port-file FILE   writes the port to a new file; ends at once when the file exists
      --ttl SECONDS      ends when no request has come for so long (60)
      --hard-ttl SECONDS ends after so long in any case
      --port PORT        listens on that port (any free one)
      --ip-addr ADDRESS  listens on that address (127.0.0.1)
      --log-levels TEXT  what is written to stderr, as a filter of the crate tracing (warn)
      --version          prints the version of the protocol
      --help             prints this
";

/// What the command line says.
#[derive(Debug, PartialEq, Eq)]
struct Arguments {
    port_file: Option<PathBuf>,
    ttl: Duration,
    hard_ttl: Option<Duration>,
    port: u16,
    address: IpAddr,
    log_levels: String,
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
enum Order {
    Serve(Arguments),
    Print(String),
}

fn main() -> ExitCode {
    let order = match parse(std::env::args().skip(1)) {
        Ok(order) => order,
        Err(reason) => {
            say(&format!("{reason}\n\n{USAGE}"));
            return ExitCode::from(2);
        }
    };
    let result = match order {
        Order::Print(text) => std::io::stdout().lock().write_all(text.as_bytes()),
        Order::Serve(arguments) => log(&arguments).and_then(|()| run(&arguments)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("chime-pocket-ic: {error}\n"));
            ExitCode::FAILURE
        }
    }
}

fn say(text: &str) {
    // Nobody can be told of it when stderr is closed.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

fn parse(arguments: impl Iterator<Item = String>) -> Result<Order, String> {
    let mut parsed = Arguments {
        port_file: None,
        ttl: limits::DEFAULT_TTL,
        hard_ttl: None,
        port: 0,
        address: Ipv4Addr::LOCALHOST.into(),
        log_levels: "warn".to_owned(),
    };
    let mut arguments = arguments.flat_map(|argument| match argument.split_once('=') {
        Some((name, value)) if name.starts_with("--") => vec![name.to_owned(), value.to_owned()],
        _ => vec![argument],
    });
    while let Some(name) = arguments.next() {
        match name.as_str() {
            "--version" | "-V" => {
                return Ok(Order::Print(format!(
                    "pocket-ic-server {PROTOCOL_VERSION}\n"
                )));
            }
            "--help" | "-h" => return Ok(Order::Print(USAGE.to_owned())),
            _ => {}
        }
        let value = arguments.next();
        let value = value.ok_or_else(|| format!("{name} needs a value, or is not known"))?;
        match name.as_str() {
            "--port-file" => parsed.port_file = Some(PathBuf::from(value)),
            "--ttl" => parsed.ttl = seconds(&name, &value)?,
            "--hard-ttl" => parsed.hard_ttl = Some(seconds(&name, &value)?),
            "--port" | "-p" => parsed.port = number(&name, &value)?,
            "--ip-addr" | "-i" => parsed.address = number(&name, &value)?,
            "--log-levels" | "-l" => parsed.log_levels = value,
            _ => return Err(format!("{name} is not known")),
        }
    }
    Ok(Order::Serve(parsed))
}

fn seconds(name: &str, value: &str) -> Result<Duration, String> {
    number(name, value).map(Duration::from_secs)
}

fn number<T: std::str::FromStr<Err: std::fmt::Display>>(
    name: &str,
    value: &str,
) -> Result<T, String> {
    value
        .parse()
        .map_err(|error| format!("{name} {value}: {error}"))
}

fn log(arguments: &Arguments) -> std::io::Result<()> {
    let filter = EnvFilter::try_new(&arguments.log_levels);
    tracing_subscriber::fmt()
        .with_env_filter(filter.map_err(std::io::Error::other)?)
        .with_writer(std::io::stderr)
        .init();
    Ok(())
}

fn run(arguments: &Arguments) -> std::io::Result<()> {
    let port_file = match &arguments.port_file {
        None => None,
        Some(path) => match File::create_new(path) {
            Ok(file) => Some((path.as_path(), file)),
            // Another server is running for the same tests.
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Ok(()),
            Err(error) => return Err(error),
        },
    };
    let path = port_file.as_ref().map(|(path, _)| *path);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let file = port_file.as_ref().map(|(_, file)| file);
    let result = runtime.block_on(serve(arguments, file));
    remove(path);
    result
}

async fn serve(arguments: &Arguments, port_file: Option<&File>) -> std::io::Result<()> {
    let server = PocketServer::bind(PocketServerConfig {
        bind: SocketAddr::new(arguments.address, arguments.port),
        ttl: arguments.ttl,
        ..PocketServerConfig::default()
    })
    .await?;
    if let Some(mut file) = port_file {
        file.write_all(format!("{}\n", server.port()).as_bytes())?;
    }
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let stop = async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    };
    let serving = server.serve(stop);
    match arguments.hard_ttl {
        None => serving.await,
        // What was under way at the hard end is dropped.
        Some(hard_ttl) => tokio::time::timeout(hard_ttl, serving)
            .await
            .unwrap_or(Ok(())),
    }
}

fn remove(path: Option<&Path>) {
    if let Some(path) = path {
        // A client may have removed it before.
        let _ = std::fs::remove_file(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Order, String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn should_print_its_version_in_the_form_that_the_client_checks() {
        let expected = format!("pocket-ic-server {PROTOCOL_VERSION}\n");
        assert_eq!(parsed("--version"), Ok(Order::Print(expected)));
    }

    #[test]
    fn should_take_what_the_client_passes() {
        let Ok(Order::Serve(arguments)) = parsed("--ttl 5 --hard-ttl=9 --port-file /tmp/x") else {
            panic!("not taken");
        };
        assert_eq!(arguments.ttl, Duration::from_secs(5));
        assert_eq!(arguments.hard_ttl, Some(Duration::from_secs(9)));
        assert_eq!(arguments.port_file, Some(PathBuf::from("/tmp/x")));
        assert_eq!(arguments.port, 0);
    }

    #[test]
    fn should_refuse_what_it_does_not_know() {
        for line in ["--ttl", "--ttl x", "--port 70000", "--colour red", "file"] {
            assert!(parsed(line).is_err(), "{line}");
        }
    }
}
