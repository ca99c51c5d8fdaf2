//! `chime mcp`: the methods of a canister as tools, on the standard streams or over HTTP.

use std::cell::Cell;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::access::{Access, Token};
use crate::candid_json::Interface;
use crate::cli::log::start_log;
use crate::cli::session::{Session, serving, with_scheduler};
use crate::cli::{GlobalArguments, HttpArguments, McpArguments, McpCommand, ToolArguments};
use crate::error::{Error, Kind, Result};
use crate::mcp::{
    CanisterOffer, HttpServer, Library, Offer, PATH, mounted as mounted_mcp, serve_stdio,
    stop_signal,
};
use crate::methods::{CanisterTools, Selection, Unserved};
use crate::scheduler::{SCHEDULER_INTERFACE, Scheduler, interface_of};
use crate::terminal::Writer;

/// Serves until the client hangs up or a signal comes; or does what else was asked for.
pub(in crate::cli) async fn run(
    global: &GlobalArguments,
    arguments: &McpArguments,
    writer: &Writer,
) -> Result<()> {
    if let Some(McpCommand::Install(install)) = &arguments.command {
        return super::install::run(global, install, writer);
    }
    start_log();
    if let Some(address) = arguments.http.http {
        let access = access(&arguments.http, writer)?;
        return serving(global, writer, async |session| {
            let offer = offer(session, &arguments.tools);
            serve_http(session, offer, address, access, writer).await
        })
        .await;
    }
    let is_made = Cell::new(false);
    let serving = with_scheduler(global, writer, async |session| {
        let make = async {
            let offer = offer(session, &arguments.tools).await;
            is_made.set(offer.is_ok());
            offer
        };
        serve_stdio(make).await
    });
    match serving.await {
        // To be stopped is how serving ends.
        Err(error) if error.kind() == Kind::Interrupted => Ok(()),
        Err(error) if !is_made.get() => answer_with(error).await,
        served => served,
    }
}

/// Serves what is wrong: a client whose server ends shows its user no more than that.
async fn answer_with(error: Error) -> Result<()> {
    tracing::error!("{}", error.explanation());
    let tools = Unserved::new(&error)?;
    serve_stdio(async { Ok(CanisterOffer::new(tools, None)) }).await?;
    Err(error)
}

/// What `chime serve` has at the same path: every default tool of the scheduler, without a token of its own.
pub(in crate::cli) fn mounted(
    scheduler: &Scheduler,
    open: CancellationToken,
) -> Result<axum::Router> {
    let interface = Interface::parse(SCHEDULER_INTERFACE)?;
    let tools = CanisterTools::new(scheduler.clone(), interface, &Selection::default())?;
    let offer = CanisterOffer::new(tools, Some(Library::new(scheduler.clone())?));
    Ok(mounted_mcp(Arc::new(offer), open))
}

async fn serve_http<O: Offer>(
    session: &Session,
    make: impl Future<Output = Result<O>>,
    address: SocketAddr,
    access: Access,
    writer: &Writer,
) -> Result<()> {
    let stop = stop_signal()?;
    tokio::pin!(stop);
    let offer = tokio::select! {
        made = make => Arc::new(made?),
        () = &mut stop => return Ok(()),
    };
    let server = HttpServer::start(offer, address, access).await?;
    writer.message(format!(
        "Serving {} over MCP at http://{}{PATH}.",
        session.scheduler.canister_id(),
        server.address()
    ));
    if !server.address().ip().is_loopback() {
        writer.message(
            "Other machines can reach it, and it is not encrypted: put a proxy with TLS in front of it.",
        );
    }
    server.serve_until(stop).await
}

/// Who may come in. A token that is made here is shown once.
fn access(arguments: &HttpArguments, writer: &Writer) -> Result<Access> {
    let token = match (&arguments.token, &arguments.token_file) {
        (Some(text), _) => Token::new(text)?,
        (None, Some(file)) => token_of(file)?,
        (None, None) => {
            let (token, text) = Token::generate()?;
            writer.message(format!("Token for this run: {text}"));
            token
        }
    };
    Ok(Access::with_token(token)
        .under_names(arguments.allowed_hosts.iter().cloned())
        .for_origins(arguments.allowed_origins.iter().cloned()))
}

fn token_of(file: &Path) -> Result<Token> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        Error::new(
            Kind::LocalFile,
            format!("cannot read the token in {}", file.display()),
            "give --token-file the path of a file with the token in its first line",
        )
        .because(error)
    })?;
    Token::new(text.lines().next().unwrap_or_default().trim())
}

/// What the canister offers: the tools that the arguments choose and, for a scheduler, the rest.
async fn offer(session: &Session, arguments: &ToolArguments) -> Result<impl Offer + use<>> {
    let scheduler = &session.scheduler;
    let text = arguments.did.as_deref().map(read).transpose()?;
    let interface = interface_of(scheduler, text.as_deref()).await?;
    let library = match has_library(&interface) {
        true => Some(Library::new(scheduler.clone())?),
        false => None,
    };
    let selection = Selection {
        toolsets: arguments.toolsets.clone(),
        tools: arguments.tools.clone(),
        read_only: arguments.read_only,
    };
    let tools = CanisterTools::new(scheduler.clone(), interface, &selection)?;
    let tools = tools.on_a_network_that(session.hosted_here);
    Ok(CanisterOffer::new(tools, library))
}

/// Whether a canister has what resources, prompts and subscriptions are made from.
fn has_library(interface: &Interface) -> bool {
    [
        "events_since",
        "get_api_doc",
        "get_execution",
        "get_my_tasks",
        "get_task",
        "get_task_executions",
    ]
    .iter()
    .all(|name| interface.method(name).is_some())
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| {
        Error::new(
            Kind::LocalFile,
            format!("cannot read the interface {}", path.display()),
            "give --did the path of a .did file",
        )
        .because(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_tell_a_scheduler_from_other_canisters() {
        let of = |text| has_library(&Interface::parse(text).unwrap());
        assert!(of(SCHEDULER_INTERFACE));
        assert!(!of("service : { get_task : (nat) -> (text) query }"));
    }

    #[test]
    fn should_take_the_token_from_the_first_line_of_a_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "0123456789abcdef\nand more\n").unwrap();
        assert!(token_of(file.path()).unwrap().is("0123456789abcdef"));
        std::fs::write(file.path(), "").unwrap();
        assert_eq!(token_of(file.path()).unwrap_err().kind(), Kind::Usage);
        let missing = token_of(Path::new("/no/such/file")).unwrap_err();
        assert_eq!(missing.kind(), Kind::LocalFile);
    }
}
