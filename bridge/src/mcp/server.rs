//! The MCP server: the protocol, spoken for whatever is offered.
//!
//! One server serves one session, or since 2026-07-28 over HTTP one request; what is offered is
//! shared by all of them. Both eras of the protocol are served: the handshake of 2025-11-25 and
//! before, and the requests of 2026-07-28 that stand for themselves.

use std::sync::Arc;

use rmcp::ErrorData;
use rmcp::handler::server::ServerHandler;
use rmcp::model::{
    CacheScope, CallToolRequestParams, CallToolResponse, CancelTaskParams, CompleteRequestParams,
    CompleteResult, CustomRequest, CustomResult, ErrorCode, GetPromptRequestParams,
    GetPromptResponse, GetTaskParams, GetTaskResult, ListPromptsResult,
    ListResourceTemplatesResult, ListResourcesResult, ListToolsResult, PaginatedRequestParams,
    ReadResourceRequestParams, ReadResourceResponse, ServerConfig, SubscribeRequestParams,
    SubscriptionFilter, Tool, UnsubscribeRequestParams, UpdateTaskParams,
};
use rmcp::service::{RequestContext, RoleServer, SubscriptionContext};
use serde_json::json;

use super::offer::{Answer, Call, Offer};
use super::parameters;
use super::subscriptions::{MAXIMUM_SUBSCRIPTIONS, SessionSubscriptions, wanted};

/// How long clients may keep lists that change only with the program or the canister's code.
const LIST_LIFETIME_MILLISECONDS: u64 = 60_000;

type Context = RequestContext<RoleServer>;

/// An MCP server for one session.
pub struct Server<O> {
    offer: Arc<O>,
    subscriptions: SessionSubscriptions,
}

impl<O: Offer> Server<O> {
    /// A server of what is offered.
    #[must_use]
    pub fn new(offer: Arc<O>) -> Self {
        Self {
            offer,
            subscriptions: SessionSubscriptions::default(),
        }
    }

    fn require_watchable(&self, uri: &str) -> Answer<()> {
        if self.offer.may_change(uri) {
            return Ok(());
        }
        Err(ErrorData::resource_not_found(
            "no such resource changes: resources/templates/list shows which there are",
            Some(json!({ "uri": uri })),
        ))
    }
}

/// A list that is whole has no second page.
fn require_first_page(request: Option<&PaginatedRequestParams>) -> Answer<()> {
    match request.and_then(|request| request.cursor.as_deref()) {
        None => Ok(()),
        Some(cursor) => Err(ErrorData::invalid_params(
            "this list has one page: leave out the cursor",
            Some(json!({ "cursor": cursor })),
        )),
    }
}

impl<O: Offer> ServerHandler for Server<O> {
    fn get_info(&self) -> ServerConfig {
        self.offer.info()
    }

    async fn list_tools(
        &self,
        request: Option<PaginatedRequestParams>,
        _context: Context,
    ) -> Answer<ListToolsResult> {
        require_first_page(request.as_ref())?;
        Ok(ListToolsResult::with_all_items(self.offer.tools())
            .with_ttl_ms(LIST_LIFETIME_MILLISECONDS))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.offer.tool(name)
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: Context,
    ) -> Answer<CallToolResponse> {
        let call = Call::new(context);
        tokio::select! {
            answer = self.offer.call(request, &call) => answer,
            // The answer goes nowhere: the client has said so, or has gone.
            () = call.cancelled() => Err(ErrorData::internal_error("cancelled", None)),
        }
    }

    /// What the library cannot read as a request of any method that it knows.
    async fn on_custom_request(
        &self,
        request: CustomRequest,
        context: Context,
    ) -> Answer<CustomResult> {
        let method = request.method;
        if parameters::is_method(&method, Some(&context.meta)) {
            let rule = parameters::fault(&method, request.params.as_ref());
            let rule = rule.unwrap_or_else(|| format!("these are no parameters of {method}"));
            return Err(ErrorData::invalid_params(rule, None));
        }
        let rule = format!("there is no method {method:?}");
        Err(ErrorData::new(ErrorCode::METHOD_NOT_FOUND, rule, None))
    }

    async fn list_prompts(
        &self,
        request: Option<PaginatedRequestParams>,
        _context: Context,
    ) -> Answer<ListPromptsResult> {
        require_first_page(request.as_ref())?;
        Ok(ListPromptsResult::with_all_items(self.offer.prompts())
            .with_ttl_ms(LIST_LIFETIME_MILLISECONDS))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        _context: Context,
    ) -> Answer<GetPromptResponse> {
        self.offer.prompt(request).await
    }

    async fn list_resources(
        &self,
        request: Option<PaginatedRequestParams>,
        _context: Context,
    ) -> Answer<ListResourcesResult> {
        let cursor = request.and_then(|request| request.cursor);
        let page = self.offer.resources(cursor.as_deref()).await?;
        Ok(page.with_ttl_ms(0).with_cache_scope(CacheScope::Private))
    }

    async fn list_resource_templates(
        &self,
        request: Option<PaginatedRequestParams>,
        _context: Context,
    ) -> Answer<ListResourceTemplatesResult> {
        require_first_page(request.as_ref())?;
        Ok(
            ListResourceTemplatesResult::with_all_items(self.offer.templates())
                .with_ttl_ms(LIST_LIFETIME_MILLISECONDS),
        )
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _context: Context,
    ) -> Answer<ReadResourceResponse> {
        let read = self.offer.read(&request.uri).await?;
        Ok(read
            .with_ttl_ms(0)
            .with_cache_scope(CacheScope::Private)
            .into())
    }

    async fn complete(
        &self,
        request: CompleteRequestParams,
        _context: Context,
    ) -> Answer<CompleteResult> {
        Ok(CompleteResult::new(self.offer.complete(request).await?))
    }

    fn accepted_subscription_filter(
        &self,
        requested: &SubscriptionFilter,
    ) -> Option<SubscriptionFilter> {
        let mut accepted = requested.clone();
        if let Some(uris) = &mut accepted.resource_subscriptions {
            uris.retain(|uri| self.offer.may_change(uri));
            uris.truncate(MAXIMUM_SUBSCRIPTIONS);
        }
        Some(accepted)
    }

    async fn listen(&self, context: SubscriptionContext) -> Answer<()> {
        let mut listener = self.offer.changes().listen();
        loop {
            let change = tokio::select! {
                change = listener.next() => change,
                () = context.cancelled() => return Ok(()),
            };
            for notification in wanted(&change, context.accepted()) {
                if let Err(error) = context.sink().send(notification).await {
                    tracing::debug!(%error, "nobody listens any longer");
                    return Ok(());
                }
            }
        }
    }

    async fn subscribe(&self, request: SubscribeRequestParams, context: Context) -> Answer<()> {
        self.require_watchable(&request.uri)?;
        self.subscriptions
            .add(request.uri, self.offer.changes(), &context.peer)
    }

    async fn unsubscribe(
        &self,
        request: UnsubscribeRequestParams,
        _context: Context,
    ) -> Answer<()> {
        self.subscriptions.remove(&request.uri);
        Ok(())
    }

    async fn get_task(&self, request: GetTaskParams, _context: Context) -> Answer<GetTaskResult> {
        Ok(GetTaskResult::new(self.offer.task(&request.task_id).await?))
    }

    async fn update_task(&self, request: UpdateTaskParams, _context: Context) -> Answer<()> {
        self.offer
            .answer_task(&request.task_id, request.input_responses)
            .await
    }

    async fn cancel_task(&self, request: CancelTaskParams, _context: Context) -> Answer<()> {
        self.offer.cancel_task(&request.task_id).await
    }
}

#[cfg(test)]
mod malformed_tests;
#[cfg(test)]
mod protocol_tests;
#[cfg(test)]
mod tests;
