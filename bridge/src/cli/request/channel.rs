//! Where a message goes, as flags say it.

use chime_types::{Channel, HttpHeader};

use crate::cli::principal;
use crate::error::{Error, Kind, Result};

/// The channel of a word: `inbox`, an address, or a method of a canister.
pub(in crate::cli) fn channel(word: &str, headers: Vec<HttpHeader>) -> Result<Channel> {
    let channel = match word {
        "inbox" => Channel::Inbox {},
        url if url.contains("://") => Channel::Webhook {
            url: url.to_string(),
            headers: (!headers.is_empty()).then(|| headers.clone()),
        },
        text => canister_channel(text)?,
    };
    if !headers.is_empty() && !matches!(channel, Channel::Webhook { .. }) {
        return Err(Error::new(
            Kind::Usage,
            "only a webhook has headers",
            "leave --header out, or give an address with --to",
        )
        .at("--header"));
    }
    Ok(channel)
}

/// A method of a canister, as `CANISTER/METHOD`.
fn canister_channel(text: &str) -> Result<Channel> {
    let parts = text.split_once('/');
    let read = parts.and_then(|(canister, method)| Some((principal(canister).ok()?, method)));
    match read {
        Some((canister, method)) if !method.is_empty() => Ok(Channel::Canister {
            canister,
            method: method.to_string(),
            error_cases: None,
        }),
        _ => Err(Error::new(
            Kind::Usage,
            format!("`{text}` is not a channel"),
            "give inbox, an address beginning with https://, or CANISTER/METHOD",
        )
        .at("--to")),
    }
}

/// A header given as `name: value`.
pub(in crate::cli) fn header(text: &str) -> Result<(String, String)> {
    match text.split_once(':') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_string(), value.trim().to_string()))
        }
        _ => Err(Error::new(
            Kind::Usage,
            format!("`{text}` is not a header"),
            "write it as 'content-type: application/json'",
        )
        .at("--header")),
    }
}
