//! `chime user`: the caller, and the users of the scheduler.

use chime_types::{EmptyRequest, PutUserRequest, Quotas, Role, User, UserRequest};
use serde_json::Value;

use crate::cli::changed::removed;
use crate::cli::confirm::confirm;
use crate::cli::session::{Session, with_scheduler};
use crate::cli::user::show::{user, users};
use crate::cli::{GlobalArguments, UserCommand, UserDeleteArguments, UserPutArguments, principal};
use crate::error::{Error, Kind, Result};
use crate::methods::history_above;
use crate::terminal::Writer;

/// Runs a command about users.
pub(in crate::cli) async fn run(
    global: &GlobalArguments,
    command: &UserCommand,
    writer: &Writer,
) -> Result<()> {
    match command {
        UserCommand::Me => {
            let me = with_scheduler(global, writer, async |session| {
                session.scheduler.get_me(&EmptyRequest {}).await
            });
            writer.answer(&user(me.await?))
        }
        UserCommand::Ls => {
            let all = with_scheduler(global, writer, async |session| {
                session.scheduler.all_users().await
            });
            writer.answer(&users(all.await?))
        }
        UserCommand::Put(arguments) => put(global, arguments, writer).await,
        UserCommand::Delete(arguments) => delete(global, arguments, writer).await,
    }
}

async fn put(
    global: &GlobalArguments,
    arguments: &UserPutArguments,
    writer: &Writer,
) -> Result<()> {
    let put = with_scheduler(global, writer, async |session| {
        let (request, present) = request(session, arguments).await?;
        if let (Some(quotas), Some(present)) = (&request.quotas, &present) {
            ask_before_removing(session, present, quotas, arguments, writer).await?;
        }
        session.scheduler.put_user(&request).await
    });
    writer.answer(&user(put.await?))
}

/// Lower quotas remove what a user has above them, which cannot be had back.
async fn ask_before_removing(
    session: &Session,
    present: &User,
    quotas: &Quotas,
    arguments: &UserPutArguments,
    writer: &Writer,
) -> Result<()> {
    let config = session.scheduler.get_config(&EmptyRequest {}).await?;
    let removed = history_above(present, &config, quotas);
    if removed.is_empty() {
        return Ok(());
    }
    let what = format!("Remove history of this user: {}", removed.join("; "));
    confirm(writer, arguments.confirm, &what).await
}

/// The request, and the user as it is registered.
async fn request(
    session: &Session,
    arguments: &UserPutArguments,
) -> Result<(PutUserRequest, Option<User>)> {
    let (principal, present) = match principal(&arguments.user) {
        Ok(principal) => {
            let registered = session.scheduler.all_users().await?;
            let present = registered
                .into_iter()
                .find(|user| user.principal == principal);
            (principal, present)
        }
        Err(_) => {
            let found = session.scheduler.find_user(&arguments.user).await;
            let user = found.map_err(|error| match error.kind() {
                Kind::NotFound => Error::new(
                    Kind::NotFound,
                    error.rule(),
                    "to register somebody give the principal, as `chime identity principal` shows it; \
                     --name gives the name",
                ),
                _ => error,
            })?;
            (user.principal, Some(user))
        }
    };
    let role = arguments.role.clone().map(Value::String);
    let quotas_now = present.as_ref().map(|user| user.quotas).unwrap_or_default();
    let request = PutUserRequest {
        principal,
        name: arguments.name.clone(),
        role: role.and_then(|name| serde_json::from_value::<Role>(name).ok()),
        quotas: quotas(arguments, quotas_now),
        disabled: match (arguments.disable, arguments.enable) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        },
    };
    Ok((request, present))
}

/// The present quotas with those that are given; none if nothing is said about them.
fn quotas(arguments: &UserPutArguments, present: Quotas) -> Option<Quotas> {
    let base = match arguments.no_quotas {
        true => Quotas::default(),
        false => present,
    };
    let wanted = Quotas {
        maximum_tasks: arguments.maximum_tasks.or(base.maximum_tasks),
        maximum_executions: arguments.maximum_executions.or(base.maximum_executions),
        maximum_runs_per_hour: arguments
            .maximum_runs_per_hour
            .or(base.maximum_runs_per_hour),
        maximum_concurrent: arguments.maximum_concurrent.or(base.maximum_concurrent),
        maximum_bytes: arguments.maximum_bytes.or(base.maximum_bytes),
        maximum_slots_per_hour: arguments
            .maximum_slots_per_hour
            .or(base.maximum_slots_per_hour),
        maximum_cycles_per_hour: arguments
            .maximum_cycles_per_hour
            .or(base.maximum_cycles_per_hour),
        maximum_cycles_per_day: arguments
            .maximum_cycles_per_day
            .or(base.maximum_cycles_per_day),
    };
    (wanted != present).then_some(wanted)
}

async fn delete(
    global: &GlobalArguments,
    arguments: &UserDeleteArguments,
    writer: &Writer,
) -> Result<()> {
    let done = with_scheduler(global, writer, async |session| {
        let found = session.scheduler.find_user(&arguments.user).await?;
        let name = found.name.unwrap_or_else(|| found.principal.to_text());
        confirm(
            writer,
            arguments.confirm,
            &format!("Remove {name} from the register"),
        )
        .await?;
        let request = UserRequest {
            principal: found.principal,
        };
        let done = session.scheduler.delete_user(&request).await?;
        Ok(removed("delete_user", done, format!("User {name}")))
    });
    writer.answer(&done.await?)
}
