//! `chime serve`: the REST API and the pages, until a signal comes.

use candid::Principal;
use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::place::{self, Place, Sign};
use super::show::Serving;
use crate::access::{Access, Book, ONCE_SECONDS, Reach, Wanted};
use crate::cli::log::start_log;
use crate::cli::mcp::run::mounted;
use crate::cli::session::{Session, serving, settings, until_interrupted};
use crate::cli::{GlobalArguments, ServeArguments};
use crate::error::Result;
use crate::mcp::stop_signal;
use crate::network::{Settings, connect};
use crate::rest::{Identities, RestServer, Setup};
use crate::scheduler::Scheduler;
use crate::terminal::Writer;

/// Serves until a signal comes.
pub(in crate::cli) async fn run(
    global: &GlobalArguments,
    arguments: &ServeArguments,
    writer: &Writer,
) -> Result<()> {
    start_log();
    serving(global, writer, async |session| {
        serve(session, global, arguments, writer).await
    })
    .await
}

async fn serve(
    session: &Session,
    global: &GlobalArguments,
    arguments: &ServeArguments,
    writer: &Writer,
) -> Result<()> {
    let stop = stop_signal()?;
    let begun = begin(&session.scheduler, global, arguments).await?;
    let ready = Serving {
        url: begun.place.url.clone(),
        canister_id: session.scheduler.canister_id().to_text(),
        state: settings(global)?.state.path().display().to_string(),
        pid: begun.place.pid,
    };
    until_interrupted(writer.item(&ready, |page| ready.text(page)))?;
    begun.tell(writer)?;
    begun.server.serve_until(stop).await
}

/// A server that listens, and the sign that says where.
pub(in crate::cli) struct Begun {
    pub server: RestServer,
    pub place: Place,
    book: Book,
    _sign: Sign,
}

impl Begun {
    /// Says how to sign in.
    pub fn tell(&self, writer: &Writer) -> Result<()> {
        let link = link(&self.book, &self.place, Reach::Admin, writer)?;
        writer.message(format!(
            "Open {link} (once, within {} minutes), or run `chime open`.",
            ONCE_SECONDS / 60
        ));
        if !self.server.address().ip().is_loopback() {
            writer.message(
                "Other machines can reach it, and it is not encrypted: put a proxy with TLS in front of it.",
            );
        }
        Ok(())
    }
}

/// Listens for this scheduler.
pub(in crate::cli) async fn begin(
    scheduler: &Scheduler,
    global: &GlobalArguments,
    arguments: &ServeArguments,
) -> Result<Begun> {
    let state = settings(global)?.state;
    state.create()?;
    let book = Book::new(state.path().to_path_buf());
    let open = CancellationToken::new();
    let setup = Setup {
        address: arguments.listen,
        access: Access::open()
            .under_names(arguments.allowed_hosts.iter().cloned())
            .for_origins(arguments.allowed_origins.iter().cloned()),
        mounted: Some(mounted(scheduler, open.clone())?),
        scheduler: scheduler.clone(),
        identities: Box::new(OfThisMachine {
            global: global.clone(),
            canister: scheduler.canister_id(),
        }),
        book: book.clone(),
        read_only: arguments.read_only,
    };
    let server = RestServer::start(setup, open).await?;
    let place = Place {
        url: format!("http://{}", server.address()),
        pid: std::process::id(),
    };
    let sign = place::put_up(state.path(), &place)?;
    Ok(Begun {
        server,
        place,
        book,
        _sign: sign,
    })
}

/// An address that signs in whoever opens it first.
pub(in crate::cli) fn link(
    book: &Book,
    place: &Place,
    role: Reach,
    writer: &Writer,
) -> Result<String> {
    let wanted = Wanted {
        role,
        identity: None,
        expires_in_seconds: Some(ONCE_SECONDS),
        once: true,
    };
    let (_, code) = book.issue(&wanted, writer.clock().refreshed().now_at())?;
    Ok(format!("{}/enter?code={code}", place.url))
}

/// The identities that `--identity` takes.
struct OfThisMachine {
    global: GlobalArguments,
    canister: Principal,
}

impl Identities for OfThisMachine {
    fn scheduler_of<'a>(&'a self, identity: &'a str) -> BoxFuture<'a, Result<Scheduler>> {
        let mut global = self.global.clone();
        global.identity = Some(identity.to_string());
        Box::pin(async move {
            let settings = Settings {
                canister: Some(self.canister),
                ..settings(&global)?
            };
            let progress = |text: &str| tracing::info!("{text}");
            let connection = connect(settings, &progress).await?;
            connection.scheduler(&progress).await
        })
    }
}
