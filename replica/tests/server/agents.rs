//! An unmodified agent works, whoever signs.

use candid::Principal;
use chime_replica::canister_id_from_counter;
use ic_agent::agent::RejectCode;
use ic_agent::hash_tree::LookupResult;
use ic_agent::identity::AnonymousIdentity;
use ic_agent::{Agent, AgentError};
use ic_certification::Certificate;
use ic_management_canister_types::{CanisterInstallMode, InstallCodeArgs};
use sha2::{Digest, Sha256};

use crate::support::{
    agent, counter_module, create, create_counter, delegated, ed25519, get, increment, manage,
    prime256v1, secp256k1, start,
};

#[tokio::test]
async fn should_tell_its_status_and_root_key() {
    let (_directory, server) = start().await;
    let agent = agent(server.url(), AnonymousIdentity).await;
    assert_eq!(agent.read_root_key(), server.root_key());
    let status = agent.status().await.unwrap();
    assert_eq!(status.replica_health_status.as_deref(), Some("healthy"));
    assert_eq!(status.root_key.as_deref(), Some(server.root_key()));
    assert!(status.impl_version.unwrap().starts_with("chime-replica "));
}

#[tokio::test]
async fn should_serve_every_kind_of_identity() {
    let (_directory, server) = start().await;
    let url = server.url();
    let agents: [(&str, Agent); 5] = [
        ("anonymous", agent(url, AnonymousIdentity).await),
        ("ed25519", agent(url, ed25519(1)).await),
        ("secp256k1", agent(url, secp256k1()).await),
        ("prime256v1", agent(url, prime256v1()).await),
        ("delegated", agent(url, delegated(None)).await),
    ];
    for (name, agent) in &agents {
        let canister = create_counter(agent).await;
        assert_eq!(increment(agent, &canister).await, 1, "{name}");
        assert_eq!(increment(agent, &canister).await, 2, "{name}");
        assert_eq!(get(agent, &canister).await, 2, "{name}");
        let controllers = agent.read_state_canister_controllers(canister).await;
        assert_eq!(
            controllers.unwrap(),
            [agent.get_principal().unwrap()],
            "{name}"
        );
    }
}

#[tokio::test]
async fn should_certify_module_hash_and_metadata() {
    let (_directory, server) = start().await;
    let owner = agent(server.url(), ed25519(1)).await;
    let stranger = agent(server.url(), ed25519(2)).await;
    let canister = create(&owner).await;
    let no_module = owner.read_state_canister_module_hash(canister).await;
    assert!(
        matches!(no_module, Err(AgentError::LookupPathAbsent(_))),
        "{no_module:?}"
    );

    let args = InstallCodeArgs {
        mode: CanisterInstallMode::Install,
        canister_id: canister,
        wasm_module: counter_module(),
        arg: Vec::new(),
        sender_canister_version: None,
    };
    manage(&owner, canister, "install_code", args).await;

    let hash = stranger
        .read_state_canister_module_hash(canister)
        .await
        .unwrap();
    assert_eq!(hash, Sha256::digest(counter_module()).to_vec());
    let metadata = |agent: &Agent, name: &'static str| {
        let agent = agent.clone();
        async move { agent.read_state_canister_metadata(canister, name).await }
    };
    let public = metadata(&stranger, "candid:service").await;
    assert_eq!(public.unwrap(), b"service : {}");
    let private = metadata(&owner, "secret").await;
    assert_eq!(private.unwrap(), b"for controllers");
    let refused = metadata(&stranger, "secret").await;
    assert!(matches!(refused, Err(AgentError::HttpError(e)) if e.status == 403));
    let absent = metadata(&owner, "nothing").await;
    assert!(
        matches!(absent, Err(AgentError::LookupPathAbsent(_))),
        "{absent:?}"
    );
}

#[tokio::test]
async fn should_give_rejections_with_their_codes() {
    let (_directory, server) = start().await;
    let agent = agent(server.url(), ed25519(1)).await;
    let canister = create_counter(&agent).await;

    let refused = agent.update(&canister, "refuse").await.unwrap_err();
    let AgentError::CertifiedReject { reject, .. } = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(reject.reject_code, RejectCode::CanisterReject);
    assert_eq!(reject.reject_message, "no thanks");
    assert_eq!(reject.error_code.as_deref(), Some("IC0406"));

    let trapped = agent.update(&canister, "trap").await.unwrap_err();
    let AgentError::CertifiedReject { reject, .. } = trapped else {
        panic!("{trapped:?}");
    };
    assert_eq!(reject.reject_code, RejectCode::CanisterError);
    assert_eq!(reject.error_code.as_deref(), Some("IC0502"));

    let refused = agent.query(&canister, "refuse_query").await.unwrap_err();
    let AgentError::UncertifiedReject { reject, .. } = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(reject.reject_message, "no thanks");

    let nobody = canister_id_from_counter(999);
    let missing = agent.update(&nobody, "increment").await.unwrap_err();
    let (AgentError::UncertifiedReject { reject, .. } | AgentError::CertifiedReject { reject, .. }) =
        missing
    else {
        panic!("{missing:?}");
    };
    assert_eq!(reject.reject_code, RejectCode::DestinationInvalid);
    assert_eq!(reject.error_code.as_deref(), Some("IC0301"));
}

#[tokio::test]
async fn should_give_queries_a_certificate_of_the_certified_data() {
    let (_directory, server) = start().await;
    let agent = agent(server.url(), ed25519(1)).await;
    let canister = create_counter(&agent).await;
    agent.update(&canister, "certify").await.unwrap();

    let bytes = agent.query(&canister, "certificate").await.unwrap();

    let certificate: Certificate = serde_cbor::from_slice(&bytes).unwrap();
    agent.verify(&certificate, canister).unwrap();
    let path = [
        b"canister".as_slice(),
        canister.as_slice(),
        b"certified_data",
    ];
    let data = certificate.tree.lookup_path(path);
    assert_eq!(data, LookupResult::Found(b"no thanks"));
}

#[tokio::test]
async fn should_serve_the_subnet_and_its_ranges() {
    let (_directory, server) = start().await;
    let agent = agent(server.url(), ed25519(1)).await;
    let subnet_id = Principal::self_authenticating(server.root_key());
    let subnet = agent.fetch_subnet_by_id(&subnet_id).await.unwrap();
    assert!(subnet.contains_canister(&canister_id_from_counter(5)));
    let by_canister = agent
        .fetch_subnet_by_canister(&canister_id_from_counter(5))
        .await
        .unwrap();
    assert_eq!(by_canister.id(), subnet_id);
    let ranges = agent
        .read_state_subnet_canister_ranges(subnet_id)
        .await
        .unwrap();
    assert_eq!(ranges.len(), 1);
}

#[tokio::test]
async fn should_let_a_delegation_with_targets_reach_only_those() {
    let (_directory, server) = start().await;
    let owner = agent(server.url(), ed25519(1)).await;
    let (allowed, other) = (create_counter(&owner).await, create_counter(&owner).await);
    let limited = agent(server.url(), delegated(Some(vec![allowed]))).await;
    assert_eq!(increment(&limited, &allowed).await, 1);
    let refused = limited.update(&other, "increment").await;
    assert!(matches!(refused, Err(AgentError::HttpError(e)) if e.status == 400));
    assert_eq!(get(&owner, &other).await, 0);
}
