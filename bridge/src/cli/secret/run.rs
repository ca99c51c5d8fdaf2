//! `chime secret`: secrets of HTTP actions, which never stand on a command line.

use std::io::{self, IsTerminal, Read};
use std::path::Path;

use chime_types::{DeleteSecretRequest, EmptyRequest, PutSecretRequest, limits};

use crate::cli::confirm::confirm;
use crate::cli::secret::show::secrets;
use crate::cli::session::with_scheduler;
use crate::cli::{GlobalArguments, SecretCommand, SecretDeleteArguments, SecretPutArguments};
use crate::error::{Error, Kind, Result};
use crate::terminal::Writer;

/// Runs a command about secrets.
pub(in crate::cli) async fn run(
    global: &GlobalArguments,
    command: &SecretCommand,
    writer: &Writer,
) -> Result<()> {
    match command {
        SecretCommand::Ls => {
            let names = with_scheduler(global, writer, async |session| {
                session.scheduler.list_secrets(&EmptyRequest {}).await
            });
            writer.answer(&secrets(names.await?.names, None))
        }
        SecretCommand::Put(arguments) => put(global, arguments, writer).await,
        SecretCommand::Delete(arguments) => delete(global, arguments, writer).await,
    }
}

async fn put(
    global: &GlobalArguments,
    arguments: &SecretPutArguments,
    writer: &Writer,
) -> Result<()> {
    let request = PutSecretRequest {
        name: arguments.name.clone(),
        secret: read(arguments.from_file.as_deref())?,
    };
    let names = with_scheduler(global, writer, async |session| {
        session.scheduler.put_secret(&request).await
    });
    let what = format!(
        "Secret {0} is saved. HTTP actions use it as {{{{secrets.{0}}}}}.",
        arguments.name
    );
    writer.answer(&secrets(names.await?.names, Some(what)))
}

/// The secret, without a line break at its end.
fn read(file: Option<&Path>) -> Result<String> {
    let most = limits::MAXIMUM_SECRET_BYTES as u64 + 3;
    let mut bytes = Vec::new();
    let done = match file {
        Some(path) => {
            std::fs::File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes))
        }
        None if io::stdin().is_terminal() => {
            return Err(Error::new(
                Kind::Usage,
                "no secret is given",
                "pipe it in, as in `printf %s \"$TOKEN\" | chime secret put TOKEN`, or name a file \
                 with --from-file",
            ));
        }
        None => io::stdin().lock().take(most).read_to_end(&mut bytes),
    };
    done.map_err(|error| {
        let rule = "cannot read the secret";
        Error::new(Kind::Usage, rule, "check the file given with --from-file").because(error)
    })?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Error::new(
            Kind::Usage,
            "the secret is not text in UTF-8",
            "encode it, for example in base64",
        )
    })?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.len() > limits::MAXIMUM_SECRET_BYTES {
        let rule = format!(
            "the secret has more than {} bytes",
            limits::MAXIMUM_SECRET_BYTES
        );
        return Err(Error::new(Kind::Usage, rule, "give a shorter one"));
    }
    Ok(text.to_string())
}

async fn delete(
    global: &GlobalArguments,
    arguments: &SecretDeleteArguments,
    writer: &Writer,
) -> Result<()> {
    let name = arguments.name.clone();
    confirm(
        writer,
        arguments.confirm,
        &format!("Delete the secret {name}"),
    )
    .await?;
    let request = DeleteSecretRequest { name: name.clone() };
    let names = with_scheduler(global, writer, async |session| {
        session.scheduler.delete_secret(&request).await
    });
    writer.answer(&secrets(
        names.await?.names,
        Some(format!("Secret {name} is deleted.")),
    ))
}
