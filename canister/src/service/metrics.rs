//! What the scheduler shows over plain HTTP, to whoever asks: whether it is well, and figures of
//! all owners together in the text format of Prometheus, version 0.0.4. It holds nothing of a single
//! owner, and goes through no list to answer.

mod page;
#[cfg(test)]
mod tests;

use serde_json::json;

use super::Platform;
use crate::engine;
use crate::state::State;

/// What is due for longer than this means that the scheduler stands still.
const STALLED_AFTER: u64 = 120 * chime_types::limits::NANOSECONDS;

/// A response over HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The value of `content-type`.
    pub content_type: &'static str,
    /// The methods there are, if another one was asked for.
    pub allow: Option<&'static str>,
    /// The body.
    pub body: String,
}

const TEXT: &str = "text/plain; charset=utf-8";
const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";
const JSON: &str = "application/json";

/// Answers a request for a path, with its query if it has one.
pub fn http_reply(state: &State, platform: &Platform, method: &str, url: &str) -> Reply {
    if !matches!(method, "GET" | "HEAD") {
        return Reply {
            allow: Some("GET, HEAD"),
            ..text(
                405,
                "only GET and HEAD: the scheduler is changed by its canister methods",
            )
        };
    }
    let mut reply = match url.split(['?', '#']).next().unwrap_or("") {
        "/health" => health(state, platform),
        "/metrics" if state.config().public_metrics => Reply {
            content_type: PROMETHEUS,
            ..text(200, page::metrics(state, platform))
        },
        "/metrics" => text(
            403,
            "the metrics are not public: get_stats shows them to users, and an admin may open them \
             with configure(public_metrics = true)",
        ),
        _ => text(404, "there are /health and /metrics"),
    };
    if method == "HEAD" {
        reply.body.clear();
    }
    reply
}

fn text(status: u16, body: impl Into<String>) -> Reply {
    let mut body = body.into();
    if !body.ends_with('\n') {
        body.push('\n');
    }
    Reply {
        status,
        content_type: TEXT,
        allow: None,
        body,
    }
}

fn health(state: &State, platform: &Platform) -> Reply {
    let cycles_low = state.header().cycles_low;
    let problem = if cycles_low {
        Some("too few cycles: nothing new is started until some are deposited")
    } else if is_stalled(state, platform) {
        Some("something is due and not done: look at the canister's status, cycles and logs")
    } else if platform.failed_in_a_row > 0 || state.care().careful > 0 {
        Some("messages of the scheduler fail: it does one piece of work at a time; see get_stats")
    } else {
        None
    };
    let body = json!({
        "status": if problem.is_some() { "failing" } else { "ok" },
        "problem": problem,
        "version": env!("CARGO_PKG_VERSION"),
        "now": platform.now,
        "armed_at": platform.timer_armed_at,
        "next_wake_at": engine::next_tick_at(state, platform.now),
        "cycles_low": cycles_low,
    });
    Reply {
        content_type: JSON,
        ..text(if problem.is_some() { 503 } else { 200 }, body.to_string())
    }
}

/// What is due is done at once, or the watchdog sees to it soon. A timer that is armed for later says
/// nothing about what is due already.
fn is_stalled(state: &State, platform: &Platform) -> bool {
    let is_old = |at: u64| at.saturating_add(STALLED_AFTER) < platform.now;
    state
        .first_wake()
        .is_some_and(|(key, _)| is_old(key.due_at))
        || platform.timer_armed_at.is_some_and(is_old)
}
