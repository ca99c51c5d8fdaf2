//! `--dry-run`: what a method would do, as every surface says it.

use serde_json::Value;

use crate::cli::record::Record;
use crate::cli::schedule::show::dry_run;
use crate::cli::session::Session;
use crate::error::{Error, Kind, Result};
use crate::methods::CanisterTools;

/// What `method` would do with this request; nothing is changed.
pub(in crate::cli) async fn trial(
    session: &Session,
    method: &'static str,
    request: Value,
) -> Result<Record> {
    let Value::Object(arguments) = &request else {
        return Err(Error::new(
            Kind::Internal,
            "a request is no record",
            "report this",
        ));
    };
    let methods = CanisterTools::of_scheduler(session.scheduler.clone())?;
    let outlook = methods.dry_run(method, arguments).await?;
    Ok(dry_run(method, request, outlook))
}
