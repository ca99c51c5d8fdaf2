//! The names of secrets.

use chime_types::{SecretNames, SecretsResult};

use crate::cli::record::Record;

/// The names of the caller's secrets, and what was just done.
#[must_use]
pub fn secrets(names: Vec<String>, what: Option<String>) -> Record {
    let result = SecretsResult::Ok(SecretNames {
        names: names.clone(),
    });
    Record::new("list_secrets", &result, move |_| {
        let list = match names.as_slice() {
            [] => "No secrets.".to_string(),
            names => names.join("\n"),
        };
        match &what {
            Some(what) => what.clone(),
            None => list,
        }
    })
}
