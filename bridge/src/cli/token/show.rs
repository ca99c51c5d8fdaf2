//! How tokens are shown: never their texts, but once.

use serde::{Serialize, Serializer};
use serde_json::json;

use crate::access::Issued;
use crate::terminal::{Answer, Page, Table};
use crate::words::rfc3339;

fn json_of(token: &Issued) -> serde_json::Value {
    json!({
        "id": token.id,
        "role": token.role,
        "for": token.identity,
        "created_at": rfc3339(token.created_at),
        "expires_at": token.expires_at.map(rfc3339),
    })
}

/// A new token.
pub struct Created {
    /// What is kept of it.
    pub token: Issued,
    /// Its text.
    pub text: String,
}

impl Serialize for Created {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut value = json_of(&self.token);
        value["token"] = json!(self.text);
        value.serialize(serializer)
    }
}

impl Answer for Created {
    fn text(&self, _page: &Page<'_>) -> String {
        format!("{}\n", self.text)
    }
}

/// A token among others.
pub struct Listed {
    /// The token.
    pub token: Issued,
    /// When it was used last.
    pub last_used_at: Option<u64>,
}

/// The tokens.
pub struct Tokens(Vec<Listed>);

impl Tokens {
    /// These.
    #[must_use]
    pub const fn new(tokens: Vec<Listed>) -> Self {
        Self(tokens)
    }
}

impl Serialize for Tokens {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tokens = self.0.iter().map(|listed| {
            let mut value = json_of(&listed.token);
            value["last_used_at"] = json!(listed.last_used_at.map(rfc3339));
            value
        });
        json!({ "tokens": tokens.collect::<Vec<_>>() }).serialize(serializer)
    }
}

impl Answer for Tokens {
    fn text(&self, page: &Page<'_>) -> String {
        if self.0.is_empty() {
            return "There are no tokens. `chime token create` makes one.\n".into();
        }
        let at = |at: Option<u64>| at.map_or("never".to_string(), |at| page.clock.both(at));
        let titles = ["ID", "ROLE", "ACTS AS", "CREATED", "EXPIRES", "LAST USED"];
        let mut table = Table::new(page, &titles);
        for listed in &self.0 {
            let token = &listed.token;
            table.row([
                token.id.clone(),
                token.role.name().to_string(),
                token
                    .identity
                    .clone()
                    .unwrap_or_else(|| "the server".into()),
                page.clock.both(token.created_at),
                at(token.expires_at),
                at(listed.last_used_at),
            ]);
        }
        table.render()
    }
}

/// A token that was taken back.
#[derive(Serialize)]
pub struct Revoked {
    /// Its id.
    pub id: String,
}

impl Answer for Revoked {
    fn text(&self, _page: &Page<'_>) -> String {
        format!("Token {} is revoked.\n", self.id)
    }
}
