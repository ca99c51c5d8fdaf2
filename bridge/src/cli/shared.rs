//! Arguments that several commands share, and how their values are read.

use std::net::{Ipv4Addr, SocketAddr};

use candid::Principal;
use clap::Args;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Whether a list is shown again and again.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct WatchArguments {
    /// Refresh every 2 seconds, or as often as given, until interrupted.
    #[arg(long, value_name = "DURATION", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "2", value_parser = positive_seconds)]
    pub watch: Option<u64>,
}

/// Whether a command that destroys something asks before.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct ConfirmArguments {
    /// Do not ask for confirmation; needed where there is no terminal to ask at.
    #[arg(long, short)]
    pub yes: bool,
}

/// An instant: RFC 3339, or a date of this machine's zone with or without a time.
pub(crate) fn instant(text: &str) -> Result<Timestamp, String> {
    let text = text.trim();
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(instant);
    }
    let civil = text.parse::<DateTime>().map_err(|_| {
        "give an instant such as 2026-12-01T08:00:00Z, or a local one such as 2026-12-01 or \
         '2026-12-01 08:00'"
            .to_string()
    })?;
    let zone = TimeZone::system();
    let zone = if zone.is_unknown() {
        TimeZone::UTC
    } else {
        zone
    };
    zone.to_timestamp(civil).map_err(|error| error.to_string())
}

/// The text of an instant, or of a local date that is read later: by the zone that is named beside it.
pub(crate) fn moment(text: &str) -> Result<String, String> {
    instant(text).map(|_| text.trim().to_string())
}

/// A principal.
pub(crate) fn principal(text: &str) -> Result<Principal, String> {
    Principal::from_text(text.trim())
        .map_err(|error| format!("{error}; give one such as ryjl3-tyaaa-aaaaa-aaaba-cai"))
}

/// Seconds as a number, or a duration such as `1h30m`; 0 is allowed.
pub(crate) fn seconds(text: &str) -> Result<u64, String> {
    if text.trim().bytes().all(|byte| byte == b'0') && !text.trim().is_empty() {
        return Ok(0);
    }
    positive_seconds(text)
}

/// Seconds as a number, or a duration such as `1h30m`; longer than zero.
pub(crate) fn positive_seconds(text: &str) -> Result<u64, String> {
    chime_schedule::parse_duration(text).map_err(|error| format!("{}. {}", error.rule, error.fix))
}

/// Where to listen: an address with a port, or a port of this machine.
pub(crate) fn listen_address(text: &str) -> Result<SocketAddr, String> {
    let port = text.strip_prefix("localhost:").unwrap_or(text);
    if let Ok(port) = port.parse::<u16>() {
        return Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    }
    text.parse().map_err(|_| {
        "give an IP address and a port, such as 127.0.0.1:6336 or [::1]:6336, or a port alone"
            .to_string()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_read_instants_with_and_without_a_zone() {
        assert_eq!(
            instant("2026-12-01T08:00:00+01:00").unwrap().to_string(),
            "2026-12-01T07:00:00Z"
        );
        for text in ["2026-12-01", "2026-12-01 08:00", "2026-12-01T08:00:00"] {
            assert!(instant(text).is_ok(), "{text}");
        }
        for text in ["", "soon", "2026-13-01"] {
            assert!(instant(text).is_err(), "{text}");
        }
    }

    #[test]
    fn should_read_principals() {
        assert!(principal("aaaaa-aa").is_ok());
        assert!(principal("aaaaa").is_err());
    }

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
