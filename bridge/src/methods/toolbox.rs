//! What a server offers: tools, and what carries them out. It knows nothing of transports.

use rmcp::model::{CallToolResult, JsonObject, Tool};

/// Tools and what carries them out.
pub trait Toolbox: Send + Sync + 'static {
    /// Every tool, always in the same order.
    fn tools(&self) -> &[Tool];

    /// What a client should know before it uses the tools.
    fn instructions(&self) -> &str;

    /// Carries out a tool; `None` if there is none of this name.
    ///
    /// Dropping the future cancels the call: nothing is waited for any more, and what was sent to
    /// a canister before goes its way.
    fn call(
        &self,
        name: &str,
        arguments: &JsonObject,
        progress: &dyn Progress,
    ) -> impl Future<Output = Option<CallToolResult>> + Send;

    /// The tool of this name.
    fn tool(&self, name: &str) -> Option<&Tool> {
        self.tools().iter().find(|tool| tool.name == name)
    }
}

/// Who is told how far a call is. It must return at once.
pub trait Progress: Send + Sync {
    /// Tells that a call is at `done`, which only rises, of `total` if that is known.
    fn report(&self, done: f64, total: Option<f64>, message: &str);
}

/// Nobody is told.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Progress for Silent {
    fn report(&self, _done: f64, _total: Option<f64>, _message: &str) {}
}
