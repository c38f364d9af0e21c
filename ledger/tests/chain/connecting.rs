//! Deploying, connecting, and what is said when something is not as it should be.

use crate::stage::{Anvil, GUARDIAN, OPERATOR, PROPOSER, Stage, address, deploy_on, key};
use footnote_domain::chain::{EventSource, Finality, RegistryEvent, SourceError};
use footnote_domain::id::Address;
use footnote_domain::money::FeePolicy;
use footnote_ledger::chain::{ChainClient, ChainError, DeployParameters, Deployment, deploy};

#[tokio::test]
async fn a_deployment_can_be_connected_to_and_nothing_else_can() {
    let Some(anvil) = Anvil::start(&[]).await else {
        return;
    };
    let deployment = deploy_on(&anvil.url).await;
    assert_eq!((deployment.chain_id, deployment.block), (31_337, 1));
    let chain = ChainClient::connect(&anvil.url, deployment).await.expect("connected");
    assert_eq!(chain.token_decimals().await.expect("a token"), 18);
    assert_eq!(chain.fee_policy_at(1).await.expect("a policy"), FeePolicy::first());

    let elsewhere = Deployment { chain_id: 1, ..deployment };
    let error = ChainClient::connect(&anvil.url, elsewhere).await.expect_err("another chain");
    assert!(matches!(error, ChainError::WrongChain { expected: 1, found: 31_337, .. }), "{error}");

    let gone = Deployment { settlement: Address([9; 20]), ..deployment };
    let error = ChainClient::connect(&anvil.url, gone).await.expect_err("no code").to_string();
    assert!(error.starts_with("the chain was reset; ") && error.contains("settlement"), "{error}");
}

#[tokio::test]
async fn a_constructors_refusal_is_named() {
    let Some(anvil) = Anvil::start(&[]).await else {
        return;
    };
    let same = address(GUARDIAN);
    let parameters = DeployParameters::development(address(OPERATOR), same, same);
    let error = deploy(&anvil.url, &key(OPERATOR), parameters).await.expect_err("same key");
    assert!(error.is_revert("SameKey"), "{error}");
    let mut parameters =
        DeployParameters::development(address(OPERATOR), address(PROPOSER), address(GUARDIAN));
    parameters.challenge_window_seconds = 0;
    let error = deploy(&anvil.url, &key(OPERATOR), parameters).await.expect_err("no window");
    assert!(error.is_revert("BadConstructor"), "{error}");
}

#[tokio::test]
async fn a_node_that_went_away_is_unreachable_in_a_sentence() {
    let Some(Stage { anvil, chain }) = Stage::set(&[]).await else {
        return;
    };
    let head = chain.head(Finality::Latest).await.expect("up");
    let url = anvil.url.clone();
    drop(anvil);
    let error = chain.head(Finality::Latest).await.expect_err("down");
    assert!(matches!(&error, SourceError::Unreachable { .. }), "{error}");
    assert!(error.to_string().contains(&url), "{error}");
    let error = chain.events_of(head.hash).await.expect_err("down");
    assert!(matches!(error, SourceError::Unreachable { .. }), "{error}");
}

#[tokio::test]
async fn a_reorganisation_is_seen_by_hash() {
    let Some(stage) = Stage::set(&[]).await else {
        return;
    };
    let chain = &stage.chain;
    let id = stage.datanet().await;
    let head = chain.head(Finality::Latest).await.expect("a head");
    let events = chain.events_of(head.hash).await.expect("its events");
    let created =
        |event: &RegistryEvent| matches!(event, RegistryEvent::Created { id: of, .. } if *of == id);
    assert!(events.len() == 1 && created(&events[0].event), "{events:?}");

    stage.anvil.ask("anvil_reorg", serde_json::json!([1, []])).await;
    let now = chain.block(head.number).await.expect("answered").expect("as high as before");
    assert_ne!(now.hash, head.hash);
    assert_eq!(now.parent, head.parent);
    let error = chain.events_of(head.hash).await.expect_err("orphaned");
    assert!(matches!(error, SourceError::Vanished(hash) if hash == head.hash), "{error}");
    assert_eq!(chain.events(0, now.number).await.expect("by range"), []);
    assert!(!chain.datanet_exists(id).await.expect("answered"));
    // The lane forgets what the chain forgot: the same entry can be made again.
    assert_eq!(stage.datanet().await, id);
}

#[tokio::test]
async fn heads_are_ordered_and_blocks_to_come_are_none() {
    let Some(stage) = Stage::set(&[]).await else {
        return;
    };
    for _ in 0..4 {
        stage.anvil.pass(1).await;
    }
    let mut heads = Vec::new();
    for finality in [Finality::Finalized, Finality::Safe, Finality::Latest] {
        heads.push(stage.chain.head(finality).await.expect("a head").number);
    }
    assert!(heads.is_sorted() && heads[0] > 0, "{heads:?}");
    assert_eq!(stage.chain.block(heads[2] + 1).await.expect("answered"), None);
    // A node that lags must not pass for a chain without events.
    let error = stage.chain.events(0, heads[2] + 1).await.expect_err("not there yet");
    assert!(matches!(error, SourceError::Unreachable { .. }), "{error}");
    assert_eq!(stage.chain.events(5, 4).await.expect("nothing asked"), []);
}
