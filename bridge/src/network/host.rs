//! The host of an address: the one reader of it.
//!
//! Who is on this machine, who is the mainnet and whose pages may speak with a server is judged from a
//! host that was parsed, never from how a text begins: `http://localhost.example.com` begins like
//! `http://localhost`.

use std::net::IpAddr;

use reqwest::Url;

/// The host of an address, without user, port and path, in the form of [`bare_host`].
#[must_use]
pub fn host(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    url.host_str()
        .map(bare_host)
        .filter(|host| !host.is_empty())
}

/// A host in small letters, without the brackets of an IPv6 address and the dot of a whole name.
#[must_use]
pub fn bare_host(host: &str) -> String {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.trim_end_matches('.').to_ascii_lowercase()
}

/// Whether a host is this machine, by whatever name.
#[must_use]
pub fn is_this_machine(host: &str) -> bool {
    let address: Option<IpAddr> = host.parse().ok();
    match address {
        Some(address) => address.to_canonical().is_loopback(),
        None => host == "localhost" || host.ends_with(".localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_read_the_host_and_nothing_else() {
        for (url, expected) in [
            ("http://localhost", "localhost"),
            ("HTTP://LOCALHOST.:80/x", "localhost"),
            ("https://localhost@example.com/", "example.com"),
            ("http://example.com#@localhost", "example.com"),
            ("http://example.com?http://localhost", "example.com"),
            ("http://[::1]:8000/icp0.io", "::1"),
            ("http://127.1:4943", "127.0.0.1"),
        ] {
            assert_eq!(host(url).as_deref(), Some(expected), "{url}");
        }
        for url in ["", "http://", "localhost", "http:///x", "http://[::1"] {
            let found = host(url);
            assert!(
                found.is_none() || found.as_deref() == Some("x"),
                "{url}: {found:?}"
            );
        }
    }

    #[test]
    fn should_know_this_machine_from_all_others() {
        let is_here = |url: &str| host(url).is_some_and(|host| is_this_machine(&host));
        for url in [
            "http://localhost:4943",
            "https://localhost",
            "http://a.localhost:8000",
            "http://127.0.0.1",
            "http://127.8.8.8",
            "http://[::1]:8000",
            "http://[::ffff:127.0.0.1]",
            "http://user:secret@LOCALHOST./path",
        ] {
            assert!(is_here(url), "{url}");
        }
        for url in [
            "http://localhost.example.com",
            "http://localhostile.org",
            "http://127.0.0.1.example.com",
            "http://127.example.com",
            "http://localhost@example.com",
            "http://localhost:80@example.com/",
            "http://10.0.0.1",
            "http://[::2]",
        ] {
            assert!(!is_here(url), "{url}");
        }
    }
}
