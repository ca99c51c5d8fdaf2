//! The answers of `chime identity`.

use serde::Serialize;

use crate::terminal::{Answer, Page, Table};

/// An identity in the list.
#[derive(Serialize, Default, Debug)]
pub struct IdentityRow {
    /// What `--identity` takes.
    pub name: String,
    /// How the key is kept.
    pub storage: String,
    /// Its principal, where no password is needed to know it.
    pub principal: Option<String>,
    /// Its file.
    pub place: Option<String>,
    /// Whether commands use it now.
    pub used: bool,
}

/// The identities of this machine.
#[derive(Serialize, Debug)]
pub struct Identities {
    identities: Vec<IdentityRow>,
}

impl Identities {
    /// A list.
    #[must_use]
    pub const fn new(identities: Vec<IdentityRow>) -> Self {
        Self { identities }
    }
}

impl Answer for Identities {
    fn text(&self, page: &Page<'_>) -> String {
        if self.identities.is_empty() {
            return String::new();
        }
        let mut table = Table::new(page, &["", "Name", "Storage", "Principal", "File"]);
        for row in &self.identities {
            table.row([
                if row.used { "*" } else { "" },
                &row.name,
                &row.storage,
                row.principal.as_deref().unwrap_or("-"),
                row.place.as_deref().unwrap_or("-"),
            ]);
        }
        table.render()
    }
}

/// One identity.
#[derive(Serialize, Debug)]
pub struct Who {
    /// Its principal, which is its text.
    pub principal: String,
    /// Its name, or where it is.
    pub name: String,
    /// Where the key is.
    pub source: String,
    /// The kind of key.
    pub algorithm: String,
    /// What chose it; null if the command did.
    pub origin: Option<String>,
}

impl Answer for Who {
    fn text(&self, _page: &Page<'_>) -> String {
        self.principal.clone()
    }
}
