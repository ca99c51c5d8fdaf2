//! What a server offers: the only thing in which two servers differ.
//!
//! [`Server`](super::Server) speaks the protocol and asks its offer; the offer knows nothing of
//! transports, sessions, eras of the protocol or subscriptions.

use rmcp::ErrorData;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CompleteRequestParams, CompletionInfo, DetailedTask,
    GetPromptRequestParams, GetPromptResponse, InputResponses, ListResourcesResult,
    ProgressNotificationParam, Prompt, ProtocolVersion, ReadResourceResult, ResourceTemplate,
    ServerConfig, Tool,
};
use rmcp::service::{RequestContext, RoleServer};

use super::changes::Changes;

/// What the protocol itself refuses: something that does not exist, or a malformed request.
pub type Answer<T> = Result<T, ErrorData>;

/// What a server offers.
pub trait Offer: Send + Sync + 'static {
    /// Name, instructions and capabilities.
    fn info(&self) -> ServerConfig;

    /// What changes while the server runs.
    fn changes(&self) -> &Changes;

    /// The tools, always in the same order.
    fn tools(&self) -> Vec<Tool>;

    /// The tool with this name.
    fn tool(&self, name: &str) -> Option<Tool> {
        self.tools().into_iter().find(|tool| tool.name == name)
    }

    /// Carries out a tool. What the user can put right is a result that is marked as an error.
    fn call(
        &self,
        request: CallToolRequestParams,
        call: &Call,
    ) -> impl Future<Output = Answer<CallToolResponse>> + Send;

    /// The prompts, always in the same order.
    fn prompts(&self) -> Vec<Prompt>;

    /// Fills in a prompt.
    fn prompt(
        &self,
        request: GetPromptRequestParams,
    ) -> impl Future<Output = Answer<GetPromptResponse>> + Send;

    /// A page of the resources that are there now.
    fn resources(
        &self,
        cursor: Option<&str>,
    ) -> impl Future<Output = Answer<ListResourcesResult>> + Send;

    /// The patterns of all addresses.
    fn templates(&self) -> Vec<ResourceTemplate>;

    /// Reads a resource.
    fn read(&self, uri: &str) -> impl Future<Output = Answer<ReadResourceResult>> + Send;

    /// Whether there can be changes of a resource with this address.
    fn may_change(&self, uri: &str) -> bool;

    /// Completes the beginning of an argument.
    fn complete(
        &self,
        request: CompleteRequestParams,
    ) -> impl Future<Output = Answer<CompletionInfo>> + Send;

    /// How far work is that a call has handed back as a task.
    fn task(&self, task_id: &str) -> impl Future<Output = Answer<DetailedTask>> + Send;

    /// Gives a task what it asked for.
    fn answer_task(
        &self,
        task_id: &str,
        answers: InputResponses,
    ) -> impl Future<Output = Answer<()>> + Send;

    /// Asks a task to stop.
    fn cancel_task(&self, task_id: &str) -> impl Future<Output = Answer<()>> + Send;
}

/// A call under way, and the client that waits for it.
pub struct Call {
    context: RequestContext<RoleServer>,
}

impl Call {
    pub(super) const fn new(context: RequestContext<RoleServer>) -> Self {
        Self { context }
    }

    /// Tells the client how far the work is, if it wants to know. `done` must rise.
    pub async fn progress(&self, done: f64, total: Option<f64>, message: Option<String>) {
        let Some(token) = self.context.meta.get_progress_token() else {
            return;
        };
        let mut progress = ProgressNotificationParam::new(token, done);
        progress.total = total;
        progress.message = message;
        if let Err(error) = self.context.peer.notify_progress(progress).await {
            tracing::debug!(%error, "the client is not told how far the work is");
        }
    }

    /// Resolves when the client does not want the answer any more.
    pub async fn cancelled(&self) {
        self.context.ct.cancelled().await;
    }

    /// Whether the client can take a task in place of an answer.
    #[must_use]
    pub fn takes_tasks(&self) -> bool {
        self.context
            .client_capabilities()
            .is_some_and(|capabilities| capabilities.supports_tasks())
    }

    /// Whether the client can put a question to its user.
    #[must_use]
    pub fn can_ask(&self) -> bool {
        let capabilities = self.context.client_capabilities();
        let elicitation = capabilities.and_then(|it| it.elicitation);
        // Before there were two kinds, forms were the one.
        elicitation.is_some_and(|it| it.form.is_some() || it.url.is_none())
    }

    /// Whether the request is of the era since 2026-07-28, in which the server asks nothing by itself.
    #[must_use]
    pub fn stands_for_itself(&self) -> bool {
        let version = self.context.protocol_version();
        version.is_some_and(|version| version >= ProtocolVersion::V_2026_07_28)
    }

    /// The request as the protocol has it.
    #[must_use]
    pub const fn context(&self) -> &RequestContext<RoleServer> {
        &self.context
    }
}
