//! Every setting of the file: its key, the rule for its value, what it is for. Reading, writing and
//! the documentation of `chime config` follow this one table.

use std::fmt;
use std::str::FromStr;

use candid::Principal;

use crate::candid_json::advice;
use crate::error::{Error, Kind, Result};
use crate::identity::IdentitySource;
use crate::network::{NetworkName, RootKey};

/// Most letters of the name of a network or identity: enough for people, and for a file name.
pub const MAXIMUM_NAME_LETTERS: usize = 64;

/// The place of a setting, such as `networks.prod.url`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

/// One line of the table.
struct Row {
    /// The parts; `*` stands for a name of the user's choice.
    pattern: &'static [&'static str],
    /// What the value has to be, in words.
    rule: &'static str,
    /// An example of a value.
    example: &'static str,
    /// Whether a value keeps to the rule.
    check: fn(&str) -> bool,
}

const ROWS: [Row; 11] = [
    Row {
        pattern: &["network"],
        rule: "the network to use: a name of this file, embedded, local, ic, or an address",
        example: "ic",
        check: is_filled,
    },
    Row {
        pattern: &["identity"],
        rule: "the identity to use: a name of this file, dfx:NAME, icp:NAME, keyring:NAME, or a PEM file",
        example: "icp:me",
        check: is_filled,
    },
    Row {
        pattern: &["state"],
        rule: "the directory of the embedded network",
        example: "/var/lib/chime",
        check: is_filled,
    },
    Row {
        pattern: &["password_file"],
        rule: "a file that holds the password of encrypted keys",
        example: "/run/secrets/chime",
        check: is_filled,
    },
    Row {
        pattern: &["networks", "*", "url"],
        rule: "an address beginning with http:// or https://, or one of the words embedded, local, ic",
        example: "http://127.0.0.1:4943",
        check: |value| value.parse::<NetworkName>().is_ok(),
    },
    Row {
        pattern: &["networks", "*", "canister"],
        rule: "the id of the scheduler's canister",
        example: "ryjl3-tyaaa-aaaaa-aaaba-cai",
        check: |value| Principal::from_text(value).is_ok(),
    },
    Row {
        pattern: &["networks", "*", "runner"],
        rule: "the id of the canister that runs Python for the scheduler",
        example: "ryjl3-tyaaa-aaaaa-aaaba-cai",
        check: |value| Principal::from_text(value).is_ok(),
    },
    Row {
        pattern: &["networks", "*", "root_key"],
        rule: "the network's public key, 266 hexadecimal digits, or the word fetch, which trusts the address",
        example: "fetch",
        check: |value| value.parse::<RootKey>().is_ok(),
    },
    Row {
        pattern: &["networks", "*", "identity"],
        rule: "the identity to use there: a name of this file, dfx:NAME, icp:NAME, keyring:NAME, or a PEM file",
        example: "icp:me",
        check: is_filled,
    },
    Row {
        pattern: &["identities", "*", "source"],
        rule: "where the key is: a PEM file, dfx:NAME, icp:NAME or keyring:NAME",
        example: "dfx:default",
        check: |value| value.parse::<IdentitySource>().is_ok(),
    },
    Row {
        pattern: &["identities", "*", "password_file"],
        rule: "a file that holds the password of this key",
        example: "/run/secrets/chime",
        check: is_filled,
    },
];

fn is_filled(value: &str) -> bool {
    !value.trim().is_empty()
}

impl Key {
    /// The key of a setting of a network.
    #[must_use]
    pub fn of_network(network: &str, setting: &str) -> Self {
        Self(format!("networks.{network}.{setting}"))
    }

    /// The key of a setting of an identity.
    #[must_use]
    pub fn of_identity(identity: &str, setting: &str) -> Self {
        Self(format!("identities.{identity}.{setting}"))
    }

    /// The key of a setting that stands alone.
    pub(super) fn plain(setting: &str) -> Self {
        Self(setting.to_string())
    }

    /// The key with these parts, without looking whether there is such a setting.
    pub(super) fn joined(parts: &[String]) -> Self {
        Self(parts.join("."))
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn parts(&self) -> Vec<&str> {
        self.0.split('.').collect()
    }

    /// Whether this is `other`, or a table that holds it.
    pub(super) fn covers(&self, other: &Self) -> bool {
        self == other
            || other
                .0
                .strip_prefix(&self.0)
                .is_some_and(|rest| rest.starts_with('.'))
    }

    fn row(&self) -> Option<&'static Row> {
        let parts = self.parts();
        ROWS.iter().find(|row| fits(row.pattern, &parts))
    }

    /// The rule that its value breaks, and the way out.
    pub(super) fn fault_of(&self, value: &str) -> Option<(String, String)> {
        let Some(row) = self.row() else {
            return Some(self.unknown());
        };
        match (row.check)(value) {
            true => None,
            false => Some((
                format!("{value:?} is not {}", row.rule),
                format!("write for example {}", row.example),
            )),
        }
    }

    /// What is wrong with a key that is no setting, and the way out.
    pub(super) fn unknown(&self) -> (String, String) {
        let parts = self.parts();
        if let (["networks" | "identities", name, ..], true) = (parts.as_slice(), parts.len() <= 3)
            && !is_name(name)
        {
            return (
                format!("{name:?} is not a name"),
                format!("use letters, digits, - and _, at most {MAXIMUM_NAME_LETTERS} of them"),
            );
        }
        let known: Vec<String> = ROWS
            .iter()
            .map(|row| with_name(row.pattern, &parts))
            .collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        (
            "there is no such setting".to_string(),
            advice(&self.0, &known),
        )
    }

    /// Whether it can be removed as a whole: a setting, or the table of a name.
    pub(super) fn is_removable(&self) -> bool {
        let parts = self.parts();
        let table = matches!(parts.as_slice(), ["networks" | "identities", name] if is_name(name));
        table || self.row().is_some()
    }
}

fn fits(pattern: &[&str], parts: &[&str]) -> bool {
    pattern.len() == parts.len()
        && pattern
            .iter()
            .zip(parts)
            .all(|(expected, part)| expected == part || (*expected == "*" && is_name(part)))
}

/// The pattern with the user's own name in the place of `*`, where there is one.
fn with_name(pattern: &[&str], parts: &[&str]) -> String {
    let part = |(index, expected): (usize, &&str)| match (*expected, parts.get(index)) {
        ("*", Some(name)) if is_name(name) => (*name).to_string(),
        ("*", _) => "NAME".to_string(),
        (expected, _) => expected.to_string(),
    };
    let parts: Vec<String> = pattern.iter().enumerate().map(part).collect();
    parts.join(".")
}

/// Whether a text can name a network or an identity.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    (1..=MAXIMUM_NAME_LETTERS).contains(&text.len()) && text.chars().all(allowed)
}

/// Every key with `NAME` for the names, and its rule.
pub fn documented() -> impl Iterator<Item = (String, &'static str)> {
    ROWS.iter()
        .map(|row| (with_name(row.pattern, &[]), row.rule))
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for Key {
    type Err = Error;

    /// Reads the key of a setting, or of the table of a named network or identity.
    fn from_str(text: &str) -> Result<Self> {
        let key = Self(text.to_string());
        if key.is_removable() {
            return Ok(key);
        }
        let (rule, fix) = key.unknown();
        Err(Error::new(Kind::Usage, rule, fix).at(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_keep_its_own_examples() {
        for row in &ROWS {
            assert!((row.check)(row.example), "{:?}", row.pattern);
        }
    }

    #[test]
    fn should_name_the_setting_that_was_meant() {
        for (given, expected) in [
            ("netwrok", "network"),
            ("networks.prod.cansiter", "networks.prod.canister"),
            ("identities.me.sorce", "identities.me.source"),
        ] {
            let error = given.parse::<Key>().unwrap_err();
            assert!(error.fix().contains(expected), "{given}: {}", error.fix());
        }
    }

    #[test]
    fn should_limit_names() {
        let longest = "n".repeat(MAXIMUM_NAME_LETTERS);
        assert!(format!("networks.{longest}").parse::<Key>().is_ok());
        for name in [&format!("{longest}n"), "", "a b", "é", "a/b"] {
            let error = format!("networks.{name}.url").parse::<Key>().unwrap_err();
            assert!(
                error.rule().contains("not a name"),
                "{name}: {}",
                error.rule()
            );
        }
    }
}
