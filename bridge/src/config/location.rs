//! Where the configuration file is.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::error::{Error, Kind, Result};

/// The name of the file in the directory of the program.
const FILE_NAME: &str = "config.toml";

/// The file of this user: `config.toml` in the directory `chime` where the platform keeps the
/// configuration of programs.
///
/// # Errors
/// `Usage` if the environment names no home.
pub fn of_user() -> Result<PathBuf> {
    of_environment(env::consts::OS, |name| {
        env::var_os(name).filter(|value| !value.is_empty())
    })
    .ok_or_else(|| {
        Error::new(
            Kind::Usage,
            "the environment names no home directory",
            "name a file with --config-file FILE or CHIME_CONFIG_FILE",
        )
    })
}

fn of_environment(os: &str, variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let home = |below: &str| variable("HOME").map(|home| Path::new(&home).join(below));
    let xdg = || {
        variable("XDG_CONFIG_HOME")
            .map(PathBuf::from)
            // The specification says to ignore relative paths.
            .filter(|path| path.is_absolute())
    };
    let directory = match os {
        "windows" => variable("APPDATA").map(PathBuf::from),
        "macos" => xdg().or_else(|| home("Library/Application Support")),
        _ => xdg().or_else(|| home(".config")),
    };
    directory.map(|directory| directory.join("chime").join(FILE_NAME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_follow_the_platform() {
        let home = ("HOME", "/home/ada");
        for (os, variables, expected) in [
            (
                "linux",
                vec![home],
                Some("/home/ada/.config/chime/config.toml"),
            ),
            (
                "linux",
                vec![home, ("XDG_CONFIG_HOME", "/etc/ada")],
                Some("/etc/ada/chime/config.toml"),
            ),
            (
                "linux",
                vec![home, ("XDG_CONFIG_HOME", "relative")],
                Some("/home/ada/.config/chime/config.toml"),
            ),
            (
                "macos",
                vec![home],
                Some("/home/ada/Library/Application Support/chime/config.toml"),
            ),
            (
                "windows",
                vec![("APPDATA", "/r")],
                Some("/r/chime/config.toml"),
            ),
            ("linux", vec![], None),
        ] {
            let found = of_environment(os, |name| {
                let found = variables.iter().find(|(key, _)| *key == name);
                found.map(|(_, value)| OsString::from(value))
            });
            assert_eq!(found, expected.map(PathBuf::from), "{os} {variables:?}");
        }
    }
}
