//! The arguments that `icp` 1.5 gives a launcher, interface version 1.1.0.
//!
//! What this network cannot be (Internet Identity, the NNS, other subnets, Bitcoin) is refused by
//! name, so that nobody waits for a canister that will never come. An argument that is not known
//! is an error of clap's.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};

/// The major version of the arguments that is understood.
const INTERFACE_MAJOR: u64 = 1;

/// Serves a local network for `icp network start`, which passes these arguments.
#[derive(Parser, Clone, Debug, PartialEq, Eq)]
#[command(name = "chime-launcher", version)]
pub(crate) struct Arguments {
    /// The version of these arguments; 1.x.y is understood.
    #[arg(long, value_name = "VERSION", value_parser = interface_version)]
    interface_version: Option<String>,
    /// Where the state is kept.
    #[arg(long, value_name = "DIR")]
    pub(crate) state_dir: PathBuf,
    /// The address to listen on.
    #[arg(long, value_name = "ADDRESS", default_value_t = Ipv4Addr::LOCALHOST.into())]
    pub(crate) bind: IpAddr,
    /// The port to listen on; any that is free if it is left out.
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub(crate) gateway_port: u16,
    /// Where status.json is written once the network answers.
    #[arg(long, value_name = "DIR")]
    pub(crate) status_dir: Option<PathBuf>,
    /// A name under which the network is reached. Every name is taken.
    #[arg(long, value_name = "NAME")]
    domain: Vec<String>,
    /// How long every update is held back, in milliseconds.
    #[arg(long, value_name = "MILLISECONDS")]
    artificial_delay_ms: Option<u64>,
    /// A subnet to have. There is one, an application subnet.
    #[arg(long, value_name = "KIND", value_enum)]
    subnet: Vec<SubnetKind>,
    /// Not supported: Internet Identity.
    #[arg(long)]
    ii: bool,
    /// Not supported: the NNS.
    #[arg(long)]
    nns: bool,
    /// Not supported: Bitcoin.
    #[arg(long, value_name = "ADDRESS")]
    bitcoind_addr: Vec<String>,
    /// Not supported: Dogecoin.
    #[arg(long, value_name = "ADDRESS")]
    dogecoind_addr: Vec<String>,
    /// Log more, to standard error.
    #[arg(long)]
    pub(crate) verbose: bool,
}

/// The kinds of subnets that `icp.yaml` can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum SubnetKind {
    Application,
    System,
    VerifiedApplication,
    Bitcoin,
    Fiduciary,
    Nns,
    Sns,
}

/// Something is asked for that this network is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unsupported {
    argument: String,
    why: &'static str,
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { argument, why } = self;
        write!(
            f,
            "{argument} is not supported: {why}. Remove it from the network in icp.yaml."
        )
    }
}

impl std::error::Error for Unsupported {}

impl Arguments {
    /// Refuses what this network cannot be.
    pub(crate) fn check(&self) -> Result<(), Unsupported> {
        let subnet = self.subnet.iter().find(|kind| !kind.is_supported());
        let asked = [
            (
                self.ii,
                "--ii".to_owned(),
                "this network has no Internet Identity",
            ),
            (self.nns, "--nns".to_owned(), "this network has no NNS"),
            (
                !self.bitcoind_addr.is_empty(),
                "--bitcoind-addr".to_owned(),
                "this network has no Bitcoin integration",
            ),
            (
                !self.dogecoind_addr.is_empty(),
                "--dogecoind-addr".to_owned(),
                "this network has no Dogecoin integration",
            ),
            (
                subnet.is_some() || self.subnet.len() > 1,
                subnet.map_or("--subnet, twice,".to_owned(), SubnetKind::argument),
                "this network is one application subnet",
            ),
        ];
        match asked.into_iter().find(|(given, _, _)| *given) {
            Some((_, argument, why)) => Err(Unsupported { argument, why }),
            None => Ok(()),
        }
    }

    /// How long every update is held back.
    pub(crate) fn call_delay(&self) -> Duration {
        Duration::from_millis(self.artificial_delay_ms.unwrap_or(0))
    }
}

impl SubnetKind {
    fn is_supported(self) -> bool {
        self == Self::Application
    }

    fn argument(&self) -> String {
        let value = self.to_possible_value();
        let name = value.as_ref().map_or("?", |value| value.get_name());
        format!("--subnet={name}")
    }
}

fn interface_version(text: &str) -> Result<String, String> {
    let mut parts = text.split('.').map(str::parse::<u64>);
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(Ok(INTERFACE_MAJOR)), Some(Ok(_)), Some(Ok(_)), None) => Ok(text.to_owned()),
        _ => Err(format!("only {INTERFACE_MAJOR}.x.y is understood")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `icp` always passes.
    const ALWAYS: [&str; 5] = [
        "--interface-version=1.1.0",
        "--state-dir=state",
        "--bind=127.0.0.1",
        "--status-dir=status",
        "--domain=127.0.0.1",
    ];

    fn parse(more: &[&str]) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(["chime-launcher"].iter().chain(&ALWAYS).chain(more))
    }

    #[test]
    fn should_take_what_icp_passes() {
        let arguments = parse(&[
            "--gateway-port=8000",
            "--verbose",
            "--artificial-delay-ms=20",
            "--subnet=application",
            "--domain=localhost",
        ])
        .unwrap();
        assert_eq!(arguments.check(), Ok(()));
        assert_eq!(arguments.gateway_port, 8000);
        assert_eq!(arguments.bind, IpAddr::from([127, 0, 0, 1]));
        assert_eq!(arguments.state_dir, PathBuf::from("state"));
        assert_eq!(arguments.status_dir, Some(PathBuf::from("status")));
        assert_eq!(arguments.call_delay(), Duration::from_millis(20));
        assert!(arguments.verbose);
    }

    #[test]
    fn should_take_any_free_port_when_none_is_given() {
        assert_eq!(parse(&[]).unwrap().gateway_port, 0);
    }

    #[test]
    fn should_refuse_by_name_what_it_cannot_be() {
        for (argument, named) in [
            ("--ii", "--ii"),
            ("--nns", "--nns"),
            ("--bitcoind-addr=127.0.0.1:18444", "--bitcoind-addr"),
            ("--dogecoind-addr=127.0.0.1:22556", "--dogecoind-addr"),
            ("--subnet=fiduciary", "--subnet=fiduciary"),
            (
                "--subnet=verified-application",
                "--subnet=verified-application",
            ),
        ] {
            let refused = parse(&[argument]).unwrap().check();
            let text = refused.unwrap_err().to_string();
            assert!(text.starts_with(named), "{text}");
        }
        let two = parse(&["--subnet=application", "--subnet=application"]);
        assert!(two.unwrap().check().is_err());
    }

    #[test]
    fn should_refuse_arguments_that_it_does_not_know() {
        for argument in ["--what", "--gateway-port=70000", "--subnet=moon", "more"] {
            let error = parse(&[argument]).unwrap_err().to_string();
            let word = argument.split('=').next().unwrap();
            assert!(error.contains(word), "{error}");
        }
    }

    #[test]
    fn should_understand_versions_of_its_interface_only() {
        for (version, understood) in [
            ("1.0.0", true),
            ("1.1.0", true),
            ("1.20.3", true),
            ("2.0.0", false),
            ("1.1", false),
            ("1.1.0.0", false),
            ("one", false),
        ] {
            assert_eq!(interface_version(version).is_ok(), understood, "{version}");
        }
    }
}
