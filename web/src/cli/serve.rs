//! `footnote serve`.

use crate::app::Service;
use crate::config::Config;
use crate::http;
use anyhow::Context;
use std::net::TcpListener;
use std::sync::Arc;

/// Serves until a signal asks to stop; then finishes what runs.
pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    let listener = TcpListener::bind(config.listen).with_context(|| {
        format!(
            "listening on {}; if the port is taken, choose another with --listen 127.0.0.1:PORT",
            config.listen
        )
    })?;
    let address = listener.local_addr().context("reading the address listened on")?;
    let service = Service::open(config, &address.to_string()).await?;
    let server = http::serve(Arc::clone(&service.app), listener).context("starting the server")?;
    let handle = server.handle();
    let serving = tokio::spawn(server);
    println!("Footnote serves on http://{address}");
    wait_for_signal().await?;
    tracing::info!("stopping");
    handle.stop(true).await;
    serving.await.context("ending the server")?.context("serving")?;
    service.stop().await;
    Ok(())
}

async fn wait_for_signal() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("waiting for SIGTERM")?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted.context("waiting for Ctrl-C")?,
        _ = terminate.recv() => {}
    }
    Ok(())
}
