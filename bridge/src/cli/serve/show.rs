//! The first answer of `chime serve`: where it listens, and what to do next.

use serde::Serialize;

use crate::terminal::Page;

/// A server that is ready.
#[derive(Serialize, Debug)]
pub struct Serving {
    /// Its address.
    pub url: String,
    /// The scheduler's canister.
    pub canister_id: String,
    /// The state directory, in which its tokens are.
    pub state: String,
    /// This process.
    pub pid: u32,
}

impl Serving {
    /// The text for people.
    #[must_use]
    pub fn text(&self, _page: &Page<'_>) -> String {
        format!(
            "Chime serves scheduler {}.\n  \
             Pages      {url}/\n  \
             REST API   {url}/api/task\n  \
             MCP        {url}/mcp\n  \
             State      {}\n\n\
             Next, in another terminal:\n  \
             chime open                          opens the pages, signed in\n  \
             TOKEN=$(chime token create)         for programs\n  \
             curl {url}/api/task -H \"Authorization: Bearer $TOKEN\"\n\n\
             Ctrl+C stops it.\n",
            self.canister_id,
            self.state,
            url = self.url,
        )
    }
}
