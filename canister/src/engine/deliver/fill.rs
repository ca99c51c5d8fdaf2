//! Secrets: filled into a webhook when its request leaves, and kept out of what is told of it.

use candid::Principal;
use chime_types::{Cause, Channel, limits};

use super::equal::with_count;
use crate::engine::failure::Failure;
use crate::engine::filling::{Filling, Value};
use crate::engine::resolve::{fill_headers, secrets_of};
use crate::engine::secrets::Secrets;
use crate::state::State;
use crate::state::keys::NameKey;
use crate::state::records::{DeliveryRecord, Payload};

/// The payload as it leaves. The secrets in the address and the headers of a webhook are in it, and
/// are stored nowhere else.
pub fn filled(state: &State, record: &DeliveryRecord) -> Result<Payload, Failure> {
    let (channel, message) = match &record.payload {
        Payload::Finished(..) => return Ok(record.payload.clone()),
        Payload::Message(channel, message) => (channel, message),
    };
    let message = with_count(message.clone(), record.more);
    let Channel::Webhook { url, headers } = channel else {
        return Ok(Payload::Message(channel.clone(), message));
    };
    let filling = Filling::default();
    let look_up = |path: &str| secret(state, record.owner, path).map(Value::new);
    let url = filling.fill(&look_up, "the address has", url, limits::MAXIMUM_URL_BYTES)?;
    let headers = fill_headers(headers.as_deref().unwrap_or_default(), |part, text| {
        filling.fill(&look_up, part, text, limits::MAXIMUM_HEADER_BYTES)
    })?;
    let channel = Channel::Webhook {
        url,
        headers: Some(headers),
    };
    Ok(Payload::Message(channel, message))
}

fn secret(state: &State, owner: Principal, path: &str) -> Result<String, Failure> {
    let name = path.strip_prefix("secrets.").ok_or_else(|| {
        let text = "it means nothing here: only secrets are filled in";
        Failure::new(Cause::Placeholder, text)
    })?;
    let key = NameKey {
        owner,
        name: name.to_string(),
    };
    state.secret(&key).ok_or_else(|| {
        let text = "there is no such secret, put it with put_secret";
        Failure::new(Cause::NoSuchSecret, text)
    })
}

/// Why something did not arrive, without the secrets of its owner, as it is kept.
pub fn without_secrets(state: &State, owner: Principal, text: &str) -> String {
    let text = Secrets::new(&secrets_of(state, owner)).hide(text);
    let end = text.floor_char_boundary(limits::MAXIMUM_MESSAGE_BYTES);
    text[..end].to_string()
}
