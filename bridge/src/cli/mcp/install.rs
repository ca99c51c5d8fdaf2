//! `chime mcp install`: writes the server into the configuration of an MCP client.

use std::env;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::{GlobalArguments, InstallArguments};
use crate::error::{Error, Kind, Result};
use crate::mcp::clients::{self, Client, Entry, Written};
use crate::terminal::{Answer, Page, Writer};

/// What became of the file.
#[derive(Serialize)]
struct Installed {
    client: &'static str,
    file: String,
    changed: bool,
    backup: Option<String>,
    server: String,
    command: String,
    arguments: Vec<String>,
}

impl Answer for Installed {
    fn text(&self, _page: &Page<'_>) -> String {
        if !self.changed {
            return format!("{} has the server already, in {}.", self.client, self.file);
        }
        let kept = match &self.backup {
            Some(backup) => format!(" The file as it was is {backup}."),
            None => String::new(),
        };
        format!(
            "Wrote the server {} into {}.{kept} Restart {} to use it.",
            self.server, self.file, self.client
        )
    }
}

/// Writes the configuration, or only shows it.
pub(in crate::cli) fn run(
    global: &GlobalArguments,
    arguments: &InstallArguments,
    writer: &Writer,
) -> Result<()> {
    let client = arguments.client;
    let file = match &arguments.file {
        Some(file) => file.clone(),
        None => usual_file(client)?,
    };
    let entry = Entry {
        name: arguments.name.clone(),
        command: program()?,
        arguments: server_arguments(global, arguments.read_only)?,
    };
    if arguments.print {
        let text = clients::read(&file)?;
        writer.message(format!("{} would contain:", file.display()));
        return writer.text(&client.merged(&text, &entry)?.unwrap_or(text));
    }
    let written = clients::write(client, &file, &entry)?;
    writer.answer(&Installed {
        client: client.title(),
        file: file.display().to_string(),
        changed: written != Written::Unchanged,
        backup: match written {
            Written::Changed { backup } => Some(backup.display().to_string()),
            Written::Unchanged | Written::Made => None,
        },
        server: entry.name,
        command: entry.command,
        arguments: entry.arguments,
    })
}

fn usual_file(client: Client) -> Result<PathBuf> {
    client
        .file(env::consts::OS, |name| {
            env::var_os(name).filter(|value| !value.is_empty())
        })
        .ok_or_else(|| {
            Error::new(
                Kind::Usage,
                "the environment names no home directory",
                "name the configuration with --file FILE",
            )
        })
}

/// This program: clients start it without a shell, and with a search path of their own.
fn program() -> Result<String> {
    let program = env::current_exe().map_err(|error| {
        Error::new(
            Kind::LocalFile,
            "the path of this program cannot be found",
            "write the configuration by hand",
        )
        .because(error)
    })?;
    text(&program)
}

/// The arguments with which the client starts the server: those given here that are not usual.
fn server_arguments(global: &GlobalArguments, read_only: bool) -> Result<Vec<String>> {
    let mut arguments = vec!["mcp".to_string()];
    let mut option = |name: &str, value: String| {
        arguments.push(name.to_string());
        arguments.push(value);
    };
    if let Some(state) = &global.state {
        option("--state", absolute(state)?);
    }
    if let Some(network) = &global.network {
        option("--network", network.clone());
    }
    if let Some(canister) = &global.canister {
        option("--canister", canister.clone());
    }
    if let Some(identity) = &global.identity {
        option("--identity", identity_text(identity)?);
    }
    if let Some(file) = &global.password_file {
        option("--password-file", absolute(file)?);
    }
    if let Some(file) = &global.config_file {
        option("--config-file", absolute(file)?);
    }
    if read_only {
        arguments.push("--read-only".to_string());
    }
    Ok(arguments)
}

/// A name is the same everywhere, a file is not.
fn identity_text(identity: &str) -> Result<String> {
    let path = Path::new(identity);
    if path.is_file() {
        return absolute(path);
    }
    Ok(identity.to_string())
}

/// Clients start servers in directories of their own.
fn absolute(path: &Path) -> Result<String> {
    let absolute = std::path::absolute(path).map_err(|error| {
        Error::new(
            Kind::LocalFile,
            format!("the path {} cannot be completed", path.display()),
            "give the full path",
        )
        .because(error)
    })?;
    text(&absolute)
}

fn text(path: &Path) -> Result<String> {
    path.to_str().map(str::to_owned).ok_or_else(|| {
        Error::new(
            Kind::Usage,
            format!("the path {} is not text", path.display()),
            "configurations are JSON, which holds text only: use a path that is",
        )
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::Cli;

    fn global(options: &[&str]) -> GlobalArguments {
        let line = [&["chime", "mcp"], options].concat();
        Cli::try_parse_from(line).unwrap().global
    }

    #[test]
    fn should_pass_on_only_what_is_not_usual() {
        assert_eq!(server_arguments(&global(&[]), false).unwrap(), ["mcp"]);
        let here = env::current_dir().unwrap();
        let given = global(&[
            "--state",
            "state",
            "--network",
            "ic",
            "--canister",
            "ryjl3-tyaaa-aaaaa-aaaba-cai",
            "--identity",
            "/keys/me.pem",
        ]);
        assert_eq!(
            server_arguments(&given, true).unwrap(),
            [
                "mcp",
                "--state",
                here.join("state").to_str().unwrap(),
                "--network",
                "ic",
                "--canister",
                "ryjl3-tyaaa-aaaaa-aaaba-cai",
                "--identity",
                "/keys/me.pem",
                "--read-only",
            ]
        );
    }
}
