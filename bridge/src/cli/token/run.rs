//! `chime token`: the book of tokens in the state directory. It needs no network.

use super::show::{Created, Listed, Revoked, Tokens};
use crate::access::{Book, MAXIMUM_TOKEN_SECONDS, Wanted};
use crate::cli::session::settings;
use crate::cli::{GlobalArguments, TokenCommand, TokenCreateArguments};
use crate::error::{Error, Kind, Result};
use crate::network::choose_identity;
use crate::terminal::Writer;

/// Runs a command about tokens.
pub(in crate::cli) fn run(
    global: &GlobalArguments,
    command: &TokenCommand,
    writer: &Writer,
) -> Result<()> {
    let state = settings(global)?.state;
    let book = Book::new(state.path().to_path_buf());
    let now_at = writer.clock().now_at();
    match command {
        TokenCommand::Create(arguments) => {
            state.create()?;
            create(global, arguments, &book, writer)
        }
        TokenCommand::Ls => {
            let uses = book.last_uses()?;
            let tokens = book.all(now_at)?.into_iter().map(|token| Listed {
                last_used_at: uses.get(&token.id).copied(),
                token,
            });
            writer.answer(&Tokens::new(tokens.collect()))
        }
        TokenCommand::Revoke(arguments) => {
            let id = arguments.id.trim();
            let token = book.revoke(id_in(id))?;
            writer.answer(&Revoked { id: token.id })
        }
    }
}

/// The id in a whole token, which somebody may have at hand instead.
fn id_in(text: &str) -> &str {
    let inner = text
        .strip_prefix("chime_")
        .and_then(|rest| rest.split_once('_'));
    inner.map_or(text, |(id, _)| id)
}

fn create(
    global: &GlobalArguments,
    arguments: &TokenCreateArguments,
    book: &Book,
    writer: &Writer,
) -> Result<()> {
    if arguments
        .expires
        .is_some_and(|seconds| seconds > MAXIMUM_TOKEN_SECONDS)
    {
        let days = MAXIMUM_TOKEN_SECONDS / 86_400;
        return Err(Error::new(
            Kind::Usage,
            "a token is good for ten years at most",
            format!("give at most {days}d"),
        )
        .at("--expires"));
    }
    let principal = match &arguments.acts_as {
        None => None,
        Some(identity) => {
            let mut global = global.clone();
            global.identity = Some(identity.clone());
            let loaded = choose_identity(&settings(&global)?);
            Some(
                loaded
                    .map_err(|error| error.at("--for"))?
                    .principal()
                    .to_text(),
            )
        }
    };
    let wanted = Wanted {
        role: arguments.role.into(),
        identity: arguments.acts_as.clone(),
        expires_in_seconds: arguments.expires,
        once: false,
    };
    let (token, text) = book.issue(&wanted, writer.clock().now_at())?;
    if let Some(principal) = &principal {
        writer.message(format!("It acts as {principal}."));
    }
    writer.answer(&Created { token, text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_take_the_id_or_the_token_it_stands_in() {
        for text in ["1f2e3d4c", "chime_1f2e3d4c_00ff"] {
            assert_eq!(id_in(text), "1f2e3d4c");
        }
    }
}
