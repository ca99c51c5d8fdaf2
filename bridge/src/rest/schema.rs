//! The tasks as a file of Daptin: `GET /api/schema.yaml`, which `chime apply` reads.

use axum::Extension;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::api::failed;
use super::gate::Caller;
use crate::apply::daptin_tasks;
use crate::error::{Error, Kind};

/// The file. What its form cannot say is named in comments.
pub async fn yaml(Extension(caller): Extension<Caller>) -> Response {
    let tasks = match caller.account.scheduler.all_tasks().await {
        Ok(tasks) => tasks,
        Err(error) => return failed(error),
    };
    let (document, left_out) = daptin_tasks(&tasks);
    let mut text = String::new();
    for name in left_out {
        // In quotation marks, with line ends escaped: a name cannot end the comment.
        text.push_str(&format!(
            "# left out, since it is more than this form can say: {name:?}\n"
        ));
    }
    match serde_norway::to_string(&document) {
        Ok(yaml) => text.push_str(&yaml),
        Err(error) => {
            let failure = Error::new(
                Kind::Internal,
                "the tasks cannot be written as YAML",
                "report it",
            );
            return failed(failure.because(error));
        }
    }
    (
        [(header::CONTENT_TYPE, "application/yaml; charset=utf-8")],
        text,
    )
        .into_response()
}
