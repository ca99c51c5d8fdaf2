//! The first answer of `chime up`: where the network listens, and what to do next.

use serde::Serialize;

use crate::terminal::Page;

/// A network that is ready.
#[derive(Serialize, Debug)]
pub struct Listening {
    /// The address.
    pub url: String,
    /// The scheduler's canister.
    pub canister_id: String,
    /// Whose key is used.
    pub principal: String,
    /// The state directory.
    pub state: String,
    /// This process.
    pub pid: u32,
    /// The address of the pages and the REST API, if they are served too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pages: Option<String>,
    /// Whether the state directory has to be named to reach it.
    #[serde(skip)]
    pub named_state: bool,
    /// Whether the network has to be named, because the configuration file names another.
    #[serde(skip)]
    pub named_network: bool,
}

impl Listening {
    /// The text for people.
    #[must_use]
    pub fn text(&self, _page: &Page<'_>) -> String {
        let state = match self.named_state {
            true => format!(" --state {}", self.state),
            false => String::new(),
        };
        let network = match self.named_network {
            true => " --network embedded",
            false => "",
        };
        let pages = match &self.pages {
            Some(url) => format!("Pages      {url}/\n  "),
            None => String::new(),
        };
        format!(
            "Chime is up.\n  \
             Network    {}\n  \
             {pages}Scheduler  {}\n  \
             Identity   {}\n  \
             State      {}\n\n\
             Next, in another terminal:\n  \
             chime{network}{state} run --note 'still here' --every 30\n  \
             chime{network}{state} ps ls\n  \
             chime{network}{state} mcp     serves the scheduler to MCP clients such as Claude Desktop\n\n\
             Ctrl+C stops it; tasks and schedules are kept.\n",
            self.url, self.canister_id, self.principal, self.state
        )
    }
}
