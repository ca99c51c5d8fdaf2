//! `--dry-run`: what a method would do, as every surface says it.

use serde_json::Value;

use super::session::Session;
use crate::error::{Error, Kind, Result};
use crate::methods::CanisterTools;
use crate::output::{Record, dry_run};

/// What `method` would do with this request; nothing is changed.
pub(super) async fn trial(
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
