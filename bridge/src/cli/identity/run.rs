//! `chime identity`: keys, their names and their principals.

use crate::cli::identity::show::{Identities, IdentityRow};
use crate::cli::session::{choices, settings, settings_of};
use crate::cli::{
    GlobalArguments, IdentityCommand, ImportArguments, NewArguments, PrincipalArguments,
};
use crate::config::{Config, Key, MAXIMUM_NAME_LETTERS, is_name};
use crate::error::{Error, Kind, Result};
use crate::identity::{self, IdentityChoice, IdentitySource, Loaded, Password, Storage, Unkept};
use crate::network::choose_identity;
use crate::terminal::Writer;

/// Does it.
pub(in crate::cli) fn run(
    global: &GlobalArguments,
    command: &IdentityCommand,
    writer: &Writer,
) -> Result<()> {
    match command {
        IdentityCommand::Ls => list(global, writer),
        IdentityCommand::New(arguments) => new(global, arguments, writer),
        IdentityCommand::Import(arguments) => import(global, arguments, writer),
        IdentityCommand::Principal(arguments) => principal(global, arguments, writer),
    }
}

fn list(global: &GlobalArguments, writer: &Writer) -> Result<()> {
    let config = Config::load(global.config_file.as_deref())?;
    let used = settings(global)?.identity;
    let mut rows = Vec::new();
    for name in config.identities() {
        rows.push(configured(&config, name)?);
    }
    for listed in identity::of_other_tools() {
        match listed {
            Ok(listed) => rows.push(IdentityRow {
                place: listed.place.map(|path| path.display().to_string()),
                principal: listed.principal.map(|principal| principal.to_text()),
                storage: listed.storage,
                name: listed.name,
                used: false,
            }),
            Err(error) => writer.message(format!("warning: {}", error.explanation())),
        }
    }
    if let Some(used) = &used {
        let name = used.name.clone().unwrap_or(used.source.to_string());
        for row in &mut rows {
            row.used = row.name == name;
        }
    }
    if rows.is_empty() {
        writer.message("No identities. `chime identity new NAME` makes one.");
    }
    writer.answer(&Identities::new(rows))
}

/// An identity of the configuration. A key that needs a password, or a keyring, is not read.
fn configured(config: &Config, name: &str) -> Result<IdentityRow> {
    let setting = config.get(&Key::of_identity(name, "source"));
    let source = match setting {
        Some(setting) => setting.value.parse::<IdentitySource>()?,
        None => {
            return Ok(IdentityRow {
                name: name.to_string(),
                storage: "no source".into(),
                ..IdentityRow::default()
            });
        }
    };
    let readable = matches!(&source, IdentitySource::File(path)
        if identity::is_plain(path));
    let principal = match readable {
        true => identity::load(&IdentityChoice::of(source.clone())).ok(),
        false => None,
    };
    Ok(IdentityRow {
        name: name.to_string(),
        storage: match (&source, readable) {
            (IdentitySource::File(path), _) if !path.exists() => "missing".into(),
            (IdentitySource::File(_), true) => "plaintext".into(),
            (IdentitySource::File(_), false) => "password".into(),
            (source, _) => source.to_string(),
        },
        principal: principal.map(|key| key.principal().to_text()),
        place: match &source {
            IdentitySource::File(path) => Some(path.display().to_string()),
            _ => None,
        },
        used: false,
    })
}

fn new(global: &GlobalArguments, arguments: &NewArguments, writer: &Writer) -> Result<()> {
    check_name(&arguments.name)?;
    let key = identity::generate();
    keep(global, &arguments.name, &key, arguments.storage, writer)
}

fn import(global: &GlobalArguments, arguments: &ImportArguments, writer: &Writer) -> Result<()> {
    check_name(&arguments.name)?;
    let config = Config::load_or_empty(global.config_file.as_deref())?;
    let mut choice = IdentityChoice::from_text(&arguments.key, &config.identities())?;
    choice.password_file.clone_from(&global.password_file);
    let key = identity::import(&choice)?;
    keep(global, &arguments.name, &key, arguments.storage, writer)
}

fn check_name(name: &str) -> Result<()> {
    match is_name(name) {
        true => Ok(()),
        false => Err(Error::new(
            Kind::Usage,
            format!("{name:?} cannot be the name of an identity"),
            format!("use letters, digits, - and _, at most {MAXIMUM_NAME_LETTERS} of them"),
        )),
    }
}

fn keep(
    global: &GlobalArguments,
    name: &str,
    key: &Unkept,
    storage: Storage,
    writer: &Writer,
) -> Result<()> {
    let mut config = Config::load_or_empty(global.config_file.as_deref())?;
    if config.identities().contains(&name) {
        return Err(Error::new(
            Kind::Usage,
            format!("{} has an identity {name} already", config.path().display()),
            format!("choose another name, or `chime config unset identities.{name}` first"),
        ));
    }
    let directory = std::path::absolute(identity::directory(config.directory()))
        .unwrap_or_else(|_| identity::directory(config.directory()));
    let password = Password::from_file(global.password_file.as_deref());
    let source = identity::store(name, key, storage, &directory, &password)?;
    let mut changes = vec![(Key::of_identity(name, "source"), source.to_string())];
    if let (Storage::Password, Some(path)) = (storage, &global.password_file) {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
        changes.push((
            Key::of_identity(name, "password_file"),
            path.display().to_string(),
        ));
    }
    config.set(&changes)?;
    writer.message(format!(
        "The identity {name} is in {source}; use it with --identity {name}, or from now on with \
         `chime config set identity={name}`."
    ));
    writer.answer(&row(name, &source, &key.loaded()))
}

fn row(name: &str, source: &IdentitySource, key: &Loaded) -> crate::cli::identity::show::Who {
    crate::cli::identity::show::Who {
        principal: key.principal().to_text(),
        name: name.to_string(),
        source: source.to_string(),
        algorithm: key.algorithm.to_string(),
        origin: None,
    }
}

fn principal(
    global: &GlobalArguments,
    arguments: &PrincipalArguments,
    writer: &Writer,
) -> Result<()> {
    let mut global = global.clone();
    if arguments.identity.is_some() {
        global.identity.clone_from(&arguments.identity);
    }
    let choices = choices(&global)?;
    let settings = settings_of(&choices);
    let key = choose_identity(&settings)?;
    for warning in &key.warnings {
        writer.message(format!("warning: {warning}"));
    }
    let chosen = choices.identity;
    let source = match &chosen {
        Some(choice) => choice.value.source.clone(),
        None => IdentitySource::File(settings.state.identity_file()),
    };
    let name = chosen
        .as_ref()
        .and_then(|choice| choice.value.name.clone())
        .unwrap_or(source.to_string());
    let origin = match (&arguments.identity, &chosen) {
        (Some(_), _) => None,
        (None, Some(choice)) => Some(choice.origin.to_string()),
        (None, None) => Some("the embedded network's own key".to_string()),
    };
    writer.answer(&crate::cli::identity::show::Who {
        origin,
        ..row(&name, &source, &key)
    })
}
