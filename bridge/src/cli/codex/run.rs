//! `chime codex`: stored Python.

use chime_types::{Codex, CodexRequest, DeleteCodexRequest, PutCodexRequest, RollbackCodexRequest};

use super::show::{codex_details, codices, source, stored_codex, versions};
use super::test;
use crate::apply;
use crate::cli::changed::removed;
use crate::cli::confirm::confirm;
use crate::cli::session::with_scheduler;
use crate::cli::{
    CodexCommand, CodexDeleteArguments, CodexGetArguments, CodexNameArguments, CodexPutArguments,
    CodexRollbackArguments, GlobalArguments,
};
use crate::disk;
use crate::error::{Error, Kind, Result};
use crate::terminal::Writer;

/// Runs a command about codices.
pub(in crate::cli) async fn run(
    global: &GlobalArguments,
    command: &CodexCommand,
    writer: &Writer,
) -> Result<()> {
    match command {
        CodexCommand::Put(arguments) => put(global, arguments, writer).await,
        CodexCommand::Get(arguments) => get(global, arguments, writer).await,
        CodexCommand::Ls => {
            let all = with_scheduler(global, writer, async |session| {
                session.scheduler.all_codices().await
            });
            writer.answer(&codices(all.await?))
        }
        CodexCommand::Show(selector) => {
            let found = find(global, &selector.codex, selector.version, writer).await?;
            writer.answer(&codex_details(found))
        }
        CodexCommand::Versions(name) => {
            let found = find(global, name, None, writer).await?;
            writer.answer(&versions(found))
        }
        CodexCommand::Rollback(arguments) => rollback(global, arguments, writer).await,
        CodexCommand::Delete(arguments) => delete(global, arguments, writer).await,
        CodexCommand::Test(arguments) => test::run(global, arguments, writer).await,
    }
}

async fn put(
    global: &GlobalArguments,
    arguments: &CodexPutArguments,
    writer: &Writer,
) -> Result<()> {
    let file = match &arguments.file {
        Some(path) => Some(apply::read_codex(path)?),
        None => None,
    };
    let named = arguments.name.clone();
    let named = named.or_else(|| file.as_ref().map(|file| file.name.clone()));
    let name = named.or_else(|| arguments.url.as_deref().map(last_part));
    let request = PutCodexRequest {
        name: name.unwrap_or_default(),
        code: file.as_ref().map(|file| file.code.clone()),
        url: arguments.url.clone(),
        checksum: arguments.checksum.clone(),
        description: arguments.description.clone(),
        shared: Some(arguments.shared),
        expected_version: None,
    };
    let stored = with_scheduler(global, writer, async |session| {
        session.scheduler.put_codex(&request).await
    });
    let stored = stored.await.map_err(|error| match (error.field(), &file) {
        (Some("code"), Some(file)) => error.at(file.file.display().to_string()),
        _ => error,
    })?;
    if !stored.version.is_checked {
        writer.message("No runner compiled it: whether it does shows when it runs.");
    }
    writer.answer(&stored_codex("put_codex", stored))
}

/// The last part of an address.
fn last_part(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    path.rsplit('/').next().unwrap_or(path).to_string()
}

/// A codex with its code. Without `shared` the caller's own goes before one for all.
async fn find(
    global: &GlobalArguments,
    codex: &CodexNameArguments,
    version: Option<u64>,
    writer: &Writer,
) -> Result<Codex> {
    let request = CodexRequest {
        name: codex.name.clone(),
        version,
        shared: codex.shared.then_some(true),
    };
    with_scheduler(global, writer, async |session| {
        session.scheduler.get_codex(&request).await
    })
    .await
}

async fn get(
    global: &GlobalArguments,
    arguments: &CodexGetArguments,
    writer: &Writer,
) -> Result<()> {
    let selector = &arguments.selector;
    let found = find(global, &selector.codex, selector.version, writer).await?;
    let Some(path) = &arguments.to else {
        return writer.answer(&source(found));
    };
    let code = found.code.unwrap_or_default();
    disk::write_whole(path, code.as_bytes()).map_err(|error| {
        let rule = format!("cannot write {}", path.display());
        let fix = "name a file in a directory that can be written";
        Error::new(Kind::LocalFile, rule, fix).because(error)
    })?;
    writer.message(format!("Written to {}.", path.display()));
    Ok(())
}

async fn rollback(
    global: &GlobalArguments,
    arguments: &CodexRollbackArguments,
    writer: &Writer,
) -> Result<()> {
    let request = RollbackCodexRequest {
        name: arguments.name.clone(),
        to_version: arguments.version,
        shared: Some(arguments.shared),
    };
    let stored = with_scheduler(global, writer, async |session| {
        session.scheduler.rollback_codex(&request).await
    });
    writer.answer(&stored_codex("rollback_codex", stored.await?))
}

async fn delete(
    global: &GlobalArguments,
    arguments: &CodexDeleteArguments,
    writer: &Writer,
) -> Result<()> {
    let name = arguments.name.clone();
    let question = format!("Delete the codex {name} with all its versions");
    confirm(writer, arguments.confirm, &question).await?;
    let request = DeleteCodexRequest {
        name: name.clone(),
        shared: Some(arguments.shared),
    };
    let done = with_scheduler(global, writer, async |session| {
        session.scheduler.delete_codex(&request).await
    });
    let what = format!("Codex {name}");
    writer.answer(&removed("delete_codex", done.await?, what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_name_a_codex_by_its_address() {
        for (url, name) in [
            ("https://example.com/a/report.py", "report.py"),
            ("https://example.com/report.py?raw=1#x", "report.py"),
        ] {
            assert_eq!(last_part(url), name);
        }
    }
}
