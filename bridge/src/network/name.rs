//! The network that is meant: a word or an address.

use std::fmt;
use std::str::FromStr;

use super::host::host;
use crate::error::{Error, Kind};

/// Where `icp network start` listens.
const LOCAL_URL: &str = "http://127.0.0.1:8000";
const MAINNET_URL: &str = "https://icp-api.io";
/// Addresses of the mainnet, which answer under its own root key only.
const MAINNET_HOSTS: [&str; 4] = ["icp-api.io", "icp0.io", "ic0.app", "internetcomputer.org"];

/// Which network to use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetworkName {
    /// The network inside this program.
    Embedded,
    /// A network of the IC's own tools on this machine, at `http://127.0.0.1:8000`.
    Local,
    /// The Internet Computer.
    Mainnet,
    /// Another address.
    Url(String),
}

impl NetworkName {
    /// The address. The embedded network has one only while it runs, and the empty text here.
    #[must_use]
    pub fn url(&self) -> &str {
        match self {
            Self::Embedded => "",
            Self::Local => LOCAL_URL,
            Self::Mainnet => MAINNET_URL,
            Self::Url(url) => url,
        }
    }

    /// Whether this is the Internet Computer itself, by name or by address.
    #[must_use]
    pub fn is_mainnet(&self) -> bool {
        match self {
            Self::Embedded | Self::Local => false,
            Self::Mainnet => true,
            Self::Url(url) => host(url).is_some_and(|host| is_mainnet_host(&host)),
        }
    }
}

fn is_mainnet_host(host: &str) -> bool {
    MAINNET_HOSTS.iter().any(|mainnet| {
        host.strip_suffix(mainnet)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

impl FromStr for NetworkName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "embedded" => Ok(Self::Embedded),
            "local" => Ok(Self::Local),
            "ic" | "mainnet" => Ok(Self::Mainnet),
            url if url.starts_with("http://") || url.starts_with("https://") => match host(url) {
                Some(_) => Ok(Self::Url(url.to_string())),
                None => Err(unknown(text)),
            },
            _ => Err(unknown(text)),
        }
    }
}

fn unknown(text: &str) -> Error {
    Error::new(
        Kind::Usage,
        format!("there is no network {text:?}"),
        "use embedded, local, ic, or an address such as http://127.0.0.1:8000",
    )
}

impl fmt::Display for NetworkName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Embedded => "embedded",
            Self::Local => "local",
            Self::Mainnet => "ic",
            Self::Url(url) => url,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_read_words_and_addresses() {
        for (text, expected) in [
            ("embedded", NetworkName::Embedded),
            ("local", NetworkName::Local),
            ("ic", NetworkName::Mainnet),
            (
                "http://127.0.0.1:4943",
                NetworkName::Url("http://127.0.0.1:4943".into()),
            ),
        ] {
            assert_eq!(text.parse::<NetworkName>().unwrap(), expected, "{text}");
        }
        for text in ["", "Embedded", "ftp://x", "http://", "127.0.0.1:8000"] {
            let error = text.parse::<NetworkName>().unwrap_err();
            assert_eq!(error.kind(), Kind::Usage, "{text}");
        }
    }

    #[test]
    fn should_know_the_mainnet_under_each_of_its_names() {
        for text in [
            "ic",
            "https://icp-api.io",
            "https://ICP0.io/",
            "https://x@ic0.app:443/path",
            "https://api.internetcomputer.org",
        ] {
            assert!(text.parse::<NetworkName>().unwrap().is_mainnet(), "{text}");
        }
        for text in [
            "embedded",
            "local",
            "http://localhost:8000",
            "http://noticp0.io",
            "http://[::1]:8000/icp0.io",
        ] {
            assert!(!text.parse::<NetworkName>().unwrap().is_mainnet(), "{text}");
        }
    }
}
