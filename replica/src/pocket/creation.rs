//! What creates, lists and ends instances and HTTP gateways.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::json;

use super::config::InstanceConfig;
use super::instance::Instance;
use super::operations::begin_progress;
use super::problem::{Problem, json};
use super::routes::{App, Shared, parse};
use super::wire::{GatewayBackend, GatewayConfig};

pub(super) async fn list_instances(State(app): Shared) -> Response {
    json(StatusCode::OK, &app.instances.states())
}

pub(super) async fn create_instance(
    State(app): Shared,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match create(&app, &headers, &body).await {
        Ok(created) => json(StatusCode::CREATED, &created),
        Err(problem) => {
            let error = json!({ "Error": { "message": problem.message } });
            json(problem.status, &error)
        }
    }
}

async fn create(
    app: &Arc<App>,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<serde_json::Value, Problem> {
    let mut plan = parse::<InstanceConfig>(headers, body)?.plan()?;
    app.instances.check_room()?;
    let gateway = plan.gateway.take();
    let progress = plan.auto_progress;
    let instance = Instance::start(plan).await?;
    let topology = Arc::clone(&instance.topology);
    let number = app.instances.add(instance.clone());
    let gateway = match gateway {
        None => None,
        Some(config) => {
            let started = app
                .gateways
                .start(number, &instance, config, &app.activity)
                .await;
            if started.is_err() {
                app.instances.delete(number).await?;
            }
            Some(started?)
        }
    };
    if let Some(progress) = progress {
        begin_progress(app, number, progress).await?;
    }
    Ok(json!({ "Created": {
        "instance_id": number,
        "topology": *topology,
        "http_gateway_info": gateway,
    } }))
}

pub(super) async fn delete_instance(
    State(app): Shared,
    Path(number): Path<usize>,
) -> Result<Response, Problem> {
    app.gateways.stop_those_of(Some(number));
    app.instances.delete(number).await?;
    Ok(json(StatusCode::OK, &()))
}

pub(super) async fn topology(
    State(app): Shared,
    Path(number): Path<usize>,
) -> Result<Response, Problem> {
    let instance = app.instances.get(number)?;
    Ok(json(StatusCode::OK, &*instance.topology))
}

pub(super) async fn list_gateways(State(app): Shared) -> Response {
    json(StatusCode::OK, &app.gateways.list())
}

pub(super) async fn create_gateway(
    State(app): Shared,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let started = async {
        let config = parse::<GatewayConfig>(&headers, &body)?;
        let GatewayBackend::PocketIcInstance(number) = config.forward_to else {
            return Err(Problem::unsupported("a gateway in front of a replica"));
        };
        let instance = app.instances.get(number)?;
        let gateways = &app.gateways;
        gateways
            .start(number, &instance, config.listen, &app.activity)
            .await
    };
    match started.await {
        Ok(info) => json(StatusCode::CREATED, &json!({ "Created": info })),
        Err(problem) => {
            let error = json!({ "Error": { "message": problem.message } });
            json(problem.status, &error)
        }
    }
}

pub(super) async fn stop_gateway(State(app): Shared, Path(number): Path<usize>) -> Response {
    app.gateways.stop(number);
    json(StatusCode::OK, &())
}
