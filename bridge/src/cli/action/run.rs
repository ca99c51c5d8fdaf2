//! `chime action`: registered actions.

use chime_types::{DefineActionRequest, DeleteActionRequest};

use crate::cli::action::show::{actions, defined_action};
use crate::cli::changed::removed;
use crate::cli::confirm::confirm;
use crate::cli::request;
use crate::cli::session::{know_callees, store, with_scheduler};
use crate::cli::{ActionCommand, ActionDeleteArguments, DefineArguments, GlobalArguments};
use crate::error::{Error, Kind, Result};
use crate::terminal::Writer;

/// Runs a command about registered actions.
pub(in crate::cli) async fn run(
    global: &GlobalArguments,
    command: &ActionCommand,
    writer: &Writer,
) -> Result<()> {
    match command {
        ActionCommand::Ls => {
            let all = with_scheduler(global, writer, async |session| {
                session.scheduler.all_actions().await
            });
            writer.answer(&actions(all.await?))
        }
        ActionCommand::Define(arguments) => define(global, arguments, writer).await,
        ActionCommand::Delete(arguments) => delete(global, arguments, writer).await,
    }
}

async fn define(
    global: &GlobalArguments,
    arguments: &DefineArguments,
    writer: &Writer,
) -> Result<()> {
    let mut steps = request::steps(&arguments.steps)?;
    let codices = request::codices(&arguments.steps)?;
    let (Some(step), true) = (steps.pop(), steps.is_empty()) else {
        return Err(Error::new(
            Kind::Usage,
            "an action does exactly one thing",
            "give one of --call, --http, --command and --note; several steps make a task",
        ));
    };
    let request = DefineActionRequest {
        name: arguments.name.clone(),
        description: arguments.description.clone(),
        entity_name: arguments.for_entity.clone(),
        action: step.action,
        shared: Some(arguments.shared),
    };
    let defined = with_scheduler(global, writer, async |session| {
        store(session, &codices, writer).await?;
        let mut request = request.clone();
        know_callees(session, &mut request, writer).await?;
        session.scheduler.define_action(&request).await
    });
    writer.answer(&defined_action(defined.await?))
}

async fn delete(
    global: &GlobalArguments,
    arguments: &ActionDeleteArguments,
    writer: &Writer,
) -> Result<()> {
    let name = arguments.name.clone();
    confirm(
        writer,
        arguments.confirm,
        &format!("Delete the action {name}"),
    )
    .await?;
    let request = DeleteActionRequest {
        name: name.clone(),
        shared: Some(arguments.shared),
    };
    let done = with_scheduler(global, writer, async |session| {
        session.scheduler.delete_action(&request).await
    });
    writer.answer(&removed(
        "delete_action",
        done.await?,
        format!("Action {name}"),
    ))
}
