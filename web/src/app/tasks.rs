//! What runs beside the requests: the indexer, the shelf's reload, deposits and fee policy from the
//! chain, and the sweeper of expired holds.

use super::App;
use super::build::{Places, keep_policy};
use crate::ask::now;
use footnote_indexer::Indexer;
use footnote_indexer::adapters::RegisteredAdapters;
use footnote_ledger::settle::{sync_claims, sync_deposits};
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Pause between two looks at the chain for money.
const CHAIN_PAUSE: Duration = Duration::from_secs(2);
/// Pause between two sweeps.
const SWEEP_PAUSE: Duration = Duration::from_secs(15);

type Stopping = watch::Receiver<bool>;

/// Starts them all; they end when `stopping` turns true.
pub(super) fn start(app: &Arc<App>, indexer: Indexer, stopping: &Stopping) -> Vec<JoinHandle<()>> {
    vec![
        tokio::spawn(reload(Arc::clone(app), indexer.published(), stopping.clone())),
        tokio::spawn(follow_adapters(Arc::clone(app), indexer.adapters(), stopping.clone())),
        tokio::spawn(indexer.run(stopping.clone())),
        tokio::spawn(follow_money(Arc::clone(app), stopping.clone())),
        tokio::spawn(sweep(Arc::clone(app), stopping.clone())),
    ]
}

/// Whether to go on after `pause`.
async fn wait(pause: Duration, stopping: &mut Stopping) -> bool {
    tokio::select! {
        () = tokio::time::sleep(pause) => true,
        _ = stopping.wait_for(|stop| *stop) => false,
    }
}

/// Opens each new generation as soon as it is published.
async fn reload(
    app: Arc<App>,
    mut published: watch::Receiver<Option<footnote_retriever::GenerationId>>,
    mut stopping: Stopping,
) {
    loop {
        let shelf = Arc::clone(&app.shelf);
        match tokio::task::spawn_blocking(move || shelf.reload()).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::error!(%error, "the new generation cannot be opened"),
            Err(error) => tracing::error!(%error, "opening a generation failed"),
        }
        tokio::select! {
            changed = published.changed() => if changed.is_err() { return },
            _ = stopping.wait_for(|stop| *stop) => return,
        }
    }
}

/// Lets aliases say what the chain says, each time that it says something new.
async fn follow_adapters(
    app: Arc<App>,
    mut told: watch::Receiver<Option<Arc<RegisteredAdapters>>>,
    mut stopping: Stopping,
) {
    loop {
        let adapters = told.borrow_and_update().clone();
        let mirrored = match adapters {
            Some(adapters) => mirror_beside(&app, adapters).await,
            None => Ok(0),
        };
        match mirrored {
            Ok(changed) if changed > 0 => tracing::info!(changed, "aliases of adapters changed"),
            Ok(_) => {}
            Err(error) => {
                tracing::error!(%error, "adapters cannot be taken over from the chain; trying again");
                if !wait(CHAIN_PAUSE, &mut stopping).await {
                    return;
                }
                continue;
            }
        }
        tokio::select! {
            changed = told.changed() => if changed.is_err() { return },
            _ = stopping.wait_for(|stop| *stop) => return,
        }
    }
}

async fn mirror_beside(app: &Arc<App>, adapters: Arc<RegisteredAdapters>) -> anyhow::Result<usize> {
    let app = Arc::clone(app);
    let mirror = move || super::mirror_adapters(&app.adapters, &adapters, now());
    Ok(tokio::task::spawn_blocking(mirror).await??)
}

/// Credits deposits once they are final, notes claims that were paid, and a new fee policy.
async fn follow_money(app: Arc<App>, mut stopping: Stopping) {
    let mut failing = false;
    while wait(CHAIN_PAUSE, &mut stopping).await {
        match follow_once(&app).await {
            Ok(()) => failing = false,
            Err(error) if !failing => {
                tracing::warn!(%error, "money on chain cannot be followed; trying again");
                failing = true;
            }
            Err(_) => {}
        }
    }
}

async fn follow_once(app: &App) -> anyhow::Result<()> {
    let credited = sync_deposits(&app.ledger, &app.chain).await?;
    if credited > 0 {
        tracing::info!(credited, "deposits credited");
    }
    sync_claims(&app.ledger, &app.chain).await?;
    refresh_policy(app).await
}

async fn refresh_policy(app: &App) -> anyhow::Result<()> {
    let policy = app.chain.fee_policy_at(app.ledger.open_epoch().await?).await?;
    let mut current = app.policy.write().unwrap_or_else(PoisonError::into_inner);
    if *current != policy {
        tracing::info!(version = policy.version, "a new fee policy is in force");
        keep_policy(&Places(&app.config.data_dir).policy(), &policy);
        *current = policy;
    }
    Ok(())
}

/// Releases holds that outlived every answer.
async fn sweep(app: Arc<App>, mut stopping: Stopping) {
    while wait(SWEEP_PAUSE, &mut stopping).await {
        match app.ledger.sweep(now()).await {
            Ok(0) => {}
            Ok(released) => tracing::warn!(released, "expired holds were released"),
            Err(error) => tracing::error!(%error, "expired holds could not be released"),
        }
    }
}
