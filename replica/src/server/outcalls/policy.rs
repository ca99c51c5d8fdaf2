//! Which HTTPS outcalls are made.

use std::net::IpAddr;

use super::addresses::is_public;
use crate::CanisterHttpReject;

/// Which HTTPS outcalls of canisters a server makes. The default is none: a canister that anybody
/// wrote should not reach the network of this machine unasked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcalls {
    /// Whether any are made; the others are rejected with a text that says how to allow them.
    pub allowed: bool,
    /// The hosts that may be reached, by name or address as in the URL; empty for all of the
    /// public internet. A private, link-local or loopback address is reached only when the host
    /// is named here.
    pub hosts: Vec<String>,
    /// Whether this machine may be reached, and by `http` too. For tests.
    pub loopback_http: bool,
}

impl Outcalls {
    /// Allows outcalls to these hosts, or without any to the public internet. A host of this
    /// machine that is named may be reached by `http` too.
    pub fn to(hosts: Vec<String>) -> Self {
        let is_loopback = |host: &String| match host.parse::<IpAddr>() {
            Ok(address) => address.to_canonical().is_loopback(),
            Err(_) => host == "localhost",
        };
        Self {
            allowed: true,
            loopback_http: hosts.iter().any(is_loopback),
            hosts,
        }
    }

    /// Refuses a host that may not be reached. Its addresses are another matter.
    pub(super) fn check_host(&self, host: &str) -> Result<(), CanisterHttpReject> {
        if !self.allowed {
            return Err(CanisterHttpReject::fatal(
                "This API is not enabled on this subnet: this network makes no HTTPS outcalls. \
                 Start it with `chime up --outcalls` to allow them.",
            ));
        }
        if self.hosts.is_empty() || self.names(host) {
            return Ok(());
        }
        Err(CanisterHttpReject::fatal(format!(
            "this network makes HTTPS outcalls only to hosts that it was started with, and \
             {host} is none of them; start it with `--outcall-host {host}` to allow it"
        )))
    }

    fn names(&self, host: &str) -> bool {
        self.hosts
            .iter()
            .any(|name| name.eq_ignore_ascii_case(host))
    }

    /// Whether a connection to that address of the host may be opened.
    pub(super) fn may_reach(&self, host: &str, address: IpAddr) -> bool {
        let to_this_machine = address.to_canonical().is_loopback();
        is_public(address) || self.names(host) || (self.loopback_http && to_this_machine)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(hosts: &[&str]) -> Outcalls {
        Outcalls::to(hosts.iter().map(|host| (*host).to_owned()).collect())
    }

    #[test]
    fn should_reach_nothing_by_default_and_say_how_to_change_that() {
        let refused = Outcalls::default().check_host("example.com");
        let text = refused.unwrap_err().message;
        assert!(text.contains("chime up --outcalls"), "{text}");
    }

    #[test]
    fn should_reach_all_hosts_or_the_named_ones() {
        assert!(only(&[]).check_host("example.com").is_ok());
        let policy = only(&["Example.com", "10.0.0.1"]);
        for (host, allowed) in [
            ("example.com", true),
            ("EXAMPLE.COM", true),
            ("10.0.0.1", true),
            ("www.example.com", false),
            ("example.com.evil.com", false),
            ("10.0.0.2", false),
        ] {
            assert_eq!(policy.check_host(host).is_ok(), allowed, "{host}");
        }
    }

    #[test]
    fn should_reach_private_addresses_of_named_hosts_only() {
        let private: IpAddr = [10, 0, 0, 1].into();
        let public: IpAddr = [93, 184, 216, 34].into();
        assert!(only(&[]).may_reach("example.com", public));
        assert!(!only(&[]).may_reach("example.com", private));
        assert!(only(&["example.com"]).may_reach("example.com", private));
        let local = Outcalls {
            loopback_http: true,
            ..only(&[])
        };
        assert!(local.may_reach("localhost", [127, 0, 0, 1].into()));
        assert!(!local.may_reach("localhost", private));
    }

    #[test]
    fn should_take_http_for_hosts_of_this_machine_that_are_named() {
        for (host, loopback_http) in [
            ("localhost", true),
            ("127.0.0.1", true),
            ("::1", true),
            ("10.0.0.1", false),
            ("example.com", false),
        ] {
            assert_eq!(only(&[host]).loopback_http, loopback_http, "{host}");
        }
        assert!(!only(&[]).loopback_http);
    }
}
