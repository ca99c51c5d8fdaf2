//! The operations on an instance, by the last part of their paths.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::config::AutoProgress;
use super::creation::topology;
use super::problem::Problem;
use super::routes::{App, Shared, parse};
use super::wire::SetStableMemory;

pub(super) async fn read(
    State(app): Shared,
    Path((number, what)): Path<(usize, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    macro_rules! operate {
        ($method:ident) => {{
            let args = parse(&headers, &body)?;
            app.operate(number, move |machine| machine.$method(args))
                .await
        }};
    }
    match what.as_str() {
        "topology" => topology(State(app), Path(number)).await,
        "get_time" => app.operate(number, |machine| Ok(machine.get_time())).await,
        "get_canister_http" => {
            app.operate(number, |machine| Ok(machine.get_canister_http()))
                .await
        }
        "query" => operate!(query),
        "get_cycles" => operate!(get_cycles),
        "get_controllers" => operate!(get_controllers),
        "get_stable_memory" => operate!(get_stable_memory),
        "get_subnet" => operate!(get_subnet),
        "pub_key" => operate!(pub_key),
        "ingress_status" => operate!(ingress_status),
        _ => Err(Problem::not_found(format!("There is no read/{what}"))),
    }
}

pub(super) async fn update(
    State(app): Shared,
    Path((number, what)): Path<(usize, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    macro_rules! operate {
        ($method:ident) => {{
            let args = parse(&headers, &body)?;
            app.operate(number, move |machine| machine.$method(args))
                .await
        }};
    }
    match what.as_str() {
        "submit_ingress_message" => operate!(submit_ingress_message),
        "await_ingress_message" => operate!(await_ingress_message),
        "tick" => operate!(tick_once),
        "set_time" | "set_certified_time" => operate!(set_time),
        "add_cycles" => operate!(add_cycles),
        "set_stable_memory" => set_stable_memory(&app, number, parse(&headers, &body)?).await,
        "mock_canister_http" => operate!(mock_canister_http),
        "delete_subnet" => operate!(delete_subnet),
        "mock_flexible_canister_http" => Err(Problem::unsupported("flexible HTTPS outcalls")),
        "canister_snapshot_download" | "canister_snapshot_upload" => {
            Err(Problem::unsupported("canister snapshots in files"))
        }
        _ => Err(Problem::not_found(format!("There is no update/{what}"))),
    }
}

async fn set_stable_memory(
    app: &App,
    number: usize,
    args: SetStableMemory,
) -> Result<Response, Problem> {
    let blob = app.blobs.get(&args.blob_id.0);
    let blob = blob.ok_or_else(|| Problem::new("There is no blob of that id"))?;
    app.operate(number, move |machine| {
        machine.set_stable_memory(args.canister_id, &blob)
    })
    .await
}

pub(super) async fn is_in_progress(
    State(app): Shared,
    Path(number): Path<usize>,
) -> Result<Response, Problem> {
    app.operate(number, |machine| Ok(machine.progress.is_some()))
        .await
}

pub(super) async fn start_progress(
    State(app): Shared,
    Path(number): Path<usize>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    begin_progress(&app, number, parse(&headers, &body)?).await
}

pub(super) async fn begin_progress(
    app: &App,
    number: usize,
    progress: AutoProgress,
) -> Result<Response, Problem> {
    let desk = Arc::clone(&app.instances.get(number)?.api().desk);
    let runtime = tokio::runtime::Handle::current();
    app.operate(number, move |machine| {
        if machine.progress.is_some() {
            return Err(Problem::new("Auto progress mode has already been enabled."));
        }
        machine.start_progress(progress.delay(), &runtime, desk);
        Ok(())
    })
    .await
}

pub(super) async fn stop_progress(
    State(app): Shared,
    Path(number): Path<usize>,
) -> Result<Response, Problem> {
    app.operate(number, |machine| {
        machine.progress = None;
        Ok(())
    })
    .await
}
