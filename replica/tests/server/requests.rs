//! Requests as such: polling, replay, time, and who may see what became of them.

use ic_agent::agent::{CallResponse, RequestStatusResponse};
use ic_agent::{AgentError, RequestId};

use crate::support::{agent, create_counter, ed25519, get, number, post, start};

#[tokio::test]
async fn should_accept_a_call_of_version_2_and_answer_when_polled() {
    let (_directory, server) = start().await;
    let agent = agent(server.url(), ed25519(1)).await;
    let canister = create_counter(&agent).await;
    let signed = agent.update(&canister, "increment").sign().unwrap();
    let path = format!("/api/v2/canister/{canister}/call");
    let answer = post(&server, &path, &signed.signed_update).await;
    assert_eq!((answer.status, answer.body.len()), (202, 0), "{answer:?}");
    let (reply, _) = agent.wait(&signed.request_id, canister).await.unwrap();
    assert_eq!(number(&reply), 1);
}

#[tokio::test]
async fn should_execute_a_request_once_however_often_it_comes() {
    let (_directory, server) = start().await;
    let agent = agent(server.url(), ed25519(1)).await;
    let canister = create_counter(&agent).await;
    let signed = agent.update(&canister, "increment").sign().unwrap();
    for version in ["v2", "v3", "v4", "v4"] {
        let path = format!("/api/{version}/canister/{canister}/call");
        let answer = post(&server, &path, &signed.signed_update).await;
        assert!(matches!(answer.status, 200 | 202), "{answer:?}");
    }
    let again = agent
        .update_signed(canister, signed.signed_update)
        .await
        .unwrap();
    assert!(matches!(again, CallResponse::Response(reply) if number(&reply) == 1));
    assert_eq!(get(&agent, &canister).await, 1);
}

#[tokio::test]
async fn should_prove_that_a_request_is_unknown() {
    let (_directory, server) = start().await;
    let agent = agent(server.url(), ed25519(1)).await;
    let canister = create_counter(&agent).await;
    let unknown = RequestId::new(&[7; 32]);
    let (status, _) = agent.request_status_raw(&unknown, canister).await.unwrap();
    assert_eq!(status, RequestStatusResponse::Unknown);
}

#[tokio::test]
async fn should_show_the_status_of_a_request_to_its_sender_only() {
    let (_directory, server) = start().await;
    let owner = agent(server.url(), ed25519(1)).await;
    let stranger = agent(server.url(), ed25519(2)).await;
    let canister = create_counter(&owner).await;
    let signed = owner.update(&canister, "increment").sign().unwrap();
    owner
        .update_signed(canister, signed.signed_update)
        .await
        .unwrap();

    let (status, _) = owner
        .request_status_raw(&signed.request_id, canister)
        .await
        .unwrap();
    assert!(matches!(status, RequestStatusResponse::Replied(_)));
    let refused = stranger
        .request_status_raw(&signed.request_id, canister)
        .await;
    assert!(matches!(refused, Err(AgentError::HttpError(e)) if e.status == 403));
}

#[tokio::test]
async fn should_share_commits_among_many_concurrent_calls() {
    let (_directory, server) = start().await;
    let agent = agent(server.url(), ed25519(1)).await;
    let canister = create_counter(&agent).await;
    let calls: Vec<_> = (0..100)
        .map(|_| {
            let agent = agent.clone();
            tokio::spawn(async move { agent.update(&canister, "increment").await.unwrap() })
        })
        .collect();
    let mut values = Vec::new();
    for call in calls {
        values.push(number(&call.await.unwrap()));
    }
    values.sort_unstable();
    assert_eq!(values, (1..=100).collect::<Vec<_>>());
    assert_eq!(get(&agent, &canister).await, 100);
}
