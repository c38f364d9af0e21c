//! A connection that drops requests and, worse, answers: nothing may be lost, nothing sent twice.

use crate::stage::{ANA, Anvil, OPERATOR, Stage, deploy_on, key, payee, text};
use footnote_domain::chain::{EventSource, Finality};
use footnote_ledger::chain::{ChainClient, Outcome};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the proxy still has to lose.
#[derive(Default)]
struct Losses {
    /// Connections to cut before a word.
    connections: AtomicUsize,
    /// Answers to sent transactions, to be cut after the node has taken them.
    answers: AtomicUsize,
}

fn take(count: &AtomicUsize) -> bool {
    count.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
}

/// Starts a proxy in front of `anvil`; returns its URL.
async fn flaky(anvil: &Anvil, losses: Arc<Losses>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    let node = anvil.url.trim_start_matches("http://").to_owned();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (node, losses) = (node.clone(), Arc::clone(&losses));
            // An error is a connection that was closed, which is what this proxy is for.
            tokio::spawn(async move { serve(client, &node, &losses).await.ok() });
        }
    });
    url
}

async fn serve(mut client: TcpStream, node: &str, losses: &Losses) -> io::Result<()> {
    loop {
        let request = read_message(&mut client).await?;
        if take(&losses.connections) {
            return Ok(());
        }
        let mut upstream = TcpStream::connect(node).await?;
        upstream.write_all(&request).await?;
        let answer = read_message(&mut upstream).await?;
        let sends = request.windows(18).any(|part| part == b"sendRawTransaction");
        if sends && take(&losses.answers) {
            return Ok(());
        }
        client.write_all(&answer).await?;
    }
}

/// One HTTP message with a declared length.
async fn read_message(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut message = Vec::new();
    while !message.ends_with(b"\r\n\r\n") {
        message.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&message).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.and_then(|text| text.trim().parse().ok()).unwrap_or(0);
    let start = message.len();
    message.resize(start + length, 0);
    stream.read_exact(&mut message[start..]).await?;
    Ok(message)
}

#[tokio::test]
async fn dropped_connections_and_lost_answers_neither_lose_nor_double() {
    let Some(anvil) = Anvil::start(&[]).await else {
        return;
    };
    let deployment = deploy_on(&anvil.url).await;
    let losses = Arc::new(Losses::default());
    let url = flaky(&anvil, Arc::clone(&losses)).await;
    let chain = ChainClient::connect(&url, deployment).await.expect("connected");

    losses.connections.store(2, Ordering::SeqCst);
    let before = chain.head(Finality::Latest).await.expect("after two tries").number;
    assert_eq!(losses.connections.load(Ordering::SeqCst), 0);

    losses.answers.store(1, Ordering::SeqCst);
    let id = chain.create_datanet(&key(OPERATOR), "tea", true).await.expect("created");
    losses.answers.store(1, Ordering::SeqCst);
    let items = [text("a", &[payee(ANA)]), text("b", &[payee(ANA)])];
    let outcomes = chain.contribute(&key(ANA), id, &items).await.expect("contributed");
    assert!(outcomes.iter().all(|o| matches!(o, Outcome::Registered { .. })), "{outcomes:?}");
    assert_eq!(losses.answers.load(Ordering::SeqCst), 0);
    // One transaction each, on a chain that mines one block per transaction.
    assert_eq!(chain.head(Finality::Latest).await.expect("a head").number, before + 2);
}

#[tokio::test]
async fn two_clients_with_one_key_both_get_through() {
    let Some(stage) = Stage::set(&["--block-time", "1"]).await else {
        return;
    };
    let other = ChainClient::connect(&stage.anvil.url, *stage.chain.deployment());
    let other = other.await.expect("connected");
    let id = stage.datanet().await;
    let items = |prefix: &str| -> Vec<_> {
        (0..4).map(|n| text(&format!("{prefix}{n}"), &[payee(ANA)])).collect()
    };
    let (a, b) = (items("a"), items("b"));
    let signer = key(ANA);
    let (first, second) =
        tokio::join!(stage.chain.contribute(&signer, id, &a), other.contribute(&signer, id, &b));
    for outcomes in [first.expect("first"), second.expect("second")] {
        assert!(outcomes.iter().all(|o| matches!(o, Outcome::Registered { .. })), "{outcomes:?}");
    }
}

#[tokio::test]
async fn a_displaced_transaction_is_sent_anew() {
    use alloy::network::{EthereumWallet, NetworkTransactionBuilder};
    use alloy::providers::Provider;
    use alloy::rpc::types::TransactionRequest;
    let Some(stage) = Stage::set(&["--block-time", "3"]).await else {
        return;
    };
    let id = stage.datanet().await;
    let (raw, signer) = (stage.anvil.raw(), key(ANA));
    let displace = async {
        // While the text waits for its block, the same key outbids it at the same nonce.
        while raw.get_transaction_count(signer.address()).pending().await.expect("read") == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        let mut request = TransactionRequest::default().to(signer.address()).nonce(0);
        request = request.gas_limit(21_000).max_fee_per_gas(100_000_000_000);
        request.max_priority_fee_per_gas = Some(50_000_000_000);
        request.chain_id = Some(31_337);
        let wallet = EthereumWallet::from(signer.clone());
        let bid = request.build(&wallet).await.expect("signed");
        let _sent = raw.send_tx_envelope(bid).await.expect("outbid");
    };
    let items = [text("a", &[payee(ANA)])];
    let (outcomes, ()) = tokio::join!(stage.chain.contribute(&signer, id, &items), displace);
    let outcomes = outcomes.expect("sent anew");
    assert!(matches!(outcomes[..], [Outcome::Registered { .. }]), "{outcomes:?}");
    assert_eq!(raw.get_transaction_count(signer.address()).await.expect("read"), 2);
}
