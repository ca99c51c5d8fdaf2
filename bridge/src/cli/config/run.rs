//! `chime config`: the configuration file.

use crate::cli::config::show::{ConfigPath, Settings};
use crate::cli::{ConfigCommand, GetArguments, GlobalArguments, SetArguments, UnsetArguments};
use crate::config::{Config, Key, Setting, of_user};
use crate::error::{Error, Kind, Result};
use crate::terminal::Writer;

/// Does it.
pub(in crate::cli) fn run(
    global: &GlobalArguments,
    command: &ConfigCommand,
    writer: &Writer,
) -> Result<()> {
    match command {
        ConfigCommand::Path => path(global, writer),
        ConfigCommand::Show => show(global, writer),
        ConfigCommand::Get(arguments) => get(global, arguments, writer),
        ConfigCommand::Set(arguments) => set(global, arguments, writer),
        ConfigCommand::Unset(arguments) => unset(global, arguments, writer),
    }
}

fn path(global: &GlobalArguments, writer: &Writer) -> Result<()> {
    let path = match &global.config_file {
        Some(path) => path.clone(),
        None => of_user()?,
    };
    writer.answer(&ConfigPath {
        exists: path.exists(),
        path: path.display().to_string(),
    })
}

fn show(global: &GlobalArguments, writer: &Writer) -> Result<()> {
    let config = Config::load(global.config_file.as_deref())?;
    if config.settings().is_empty() {
        writer.message(format!(
            "There are no settings in {}.",
            config.path().display()
        ));
    }
    writer.answer(&Settings::new(config.settings()))
}

fn get(global: &GlobalArguments, arguments: &GetArguments, writer: &Writer) -> Result<()> {
    let config = Config::load(global.config_file.as_deref())?;
    let key: Key = arguments.key.parse()?;
    if let Some(setting) = config.get(&key) {
        return writer.answer(&Settings::one(setting));
    }
    let covered: Vec<Setting> = config.covered(&key).into_iter().cloned().collect();
    match covered.is_empty() {
        false => writer.answer(&Settings::new(&covered)),
        true => Err(Error::new(
            Kind::NotFound,
            format!("{} does not set {key}", config.path().display()),
            "`chime config show` shows what it sets, `chime config set` sets it",
        )),
    }
}

fn set(global: &GlobalArguments, arguments: &SetArguments, writer: &Writer) -> Result<()> {
    let mut config = Config::load_or_empty(global.config_file.as_deref())?;
    let changes = changes(&arguments.changes)?;
    config.set(&changes)?;
    let changed: Vec<Setting> = changes
        .iter()
        .filter_map(|(key, _)| config.get(key).cloned())
        .collect();
    writer.message(format!("Written to {}.", config.path().display()));
    writer.answer(&Settings::new(&changed))
}

/// `KEY=VALUE` of each word; `KEY VALUE` is understood too.
fn changes(words: &[String]) -> Result<Vec<(Key, String)>> {
    if let [key, value] = words
        && !key.contains('=')
    {
        return Ok(vec![(setting(key)?, value.clone())]);
    }
    let change = |word: &String| match word.split_once('=') {
        Some((key, value)) => Ok((setting(key)?, value.to_string())),
        None => Err(Error::new(
            Kind::Usage,
            format!("{word:?} has no value"),
            format!("write {word}=VALUE"),
        )),
    };
    words.iter().map(change).collect()
}

fn setting(text: &str) -> Result<Key> {
    text.trim().parse()
}

fn unset(global: &GlobalArguments, arguments: &UnsetArguments, writer: &Writer) -> Result<()> {
    let mut config = Config::load(global.config_file.as_deref())?;
    let keys: Vec<Key> = arguments
        .keys
        .iter()
        .map(|key| setting(key))
        .collect::<Result<_>>()?;
    let covered = |key: &Key| config.covered(key).into_iter().cloned().collect::<Vec<_>>();
    let removed: Vec<Setting> = keys.iter().flat_map(covered).collect();
    match config.unset(&keys)? {
        true => writer.message(format!("Removed from {}:", config.path().display())),
        false => writer.message(format!(
            "None of them is set in {}.",
            config.path().display()
        )),
    }
    writer.answer(&Settings::new(&removed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_read_settings_and_values() {
        let words = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(ToString::to_string).collect();
            changes(&words)
        };
        let read = words(&["network=x", "networks.x.url=http://a/?b=c"]).unwrap();
        assert_eq!(read[1].1, "http://a/?b=c");
        assert_eq!(words(&["network", "ic"]).unwrap()[0].1, "ic");
        let error = words(&["network"]).unwrap_err();
        assert!(error.fix().contains("network=VALUE"));
        assert!(words(&["nonsense=1"]).is_err());
    }
}
