//! `footnote import`.

use super::Place;
use super::signer::SignerArgs;
use crate::app::{DataFolder, make_private};
use crate::config::Config;
use crate::import::{self, Skipped, ensure_datanet, known_documents, register, target_datanet};
use anyhow::{Context, bail};
use clap::Args;
use footnote_domain::corpus::DatanetProfile;
use footnote_indexer::BlobStore;
use footnote_ledger::chain::{ChainClient, Deployment, signer_address};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Faults printed before the rest is only counted.
const FAULTS_SHOWN: usize = 20;

/// Arguments of `footnote import`.
#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// Folder of .md/.txt files, or a .jsonl or .jsonl.gz file.
    path: PathBuf,
    /// Short name (a-z, 0-9 and -) or id of the Datanet: yours, or another's that takes texts of
    /// everybody; created when it does not exist.
    #[arg(long)]
    datanet: String,
    /// Make a Datanet of your own, even where another owner has one of this name.
    #[arg(long)]
    own: bool,
    /// Title of a new Datanet.
    #[arg(long)]
    title: Option<String>,
    /// SPDX licence of a new Datanet.
    #[arg(long, default_value = "")]
    licence: String,
    /// Return when the texts are registered, without waiting until they are searchable.
    #[arg(long)]
    no_wait: bool,
    #[command(flatten)]
    signer: SignerArgs,
    #[command(flatten)]
    place: Place,
}

pub(super) async fn run(args: ImportArgs) -> anyhow::Result<()> {
    let began = Instant::now();
    let config = args.place.config(None)?;
    let signer = args.signer.resolve(&config, "operator")?;
    let source = import::read(&args.path)?;
    println!("{}: {} texts read", args.path.display(), source.items.len());
    if source.items.is_empty() {
        print_faults(&source.skipped);
        bail!("{} holds no text that can be imported; nothing was registered", args.path.display());
    }
    make_private(&config.data_dir)?;
    let chain = connect(&config).await?;
    let blobs = BlobStore::open(config.data_dir.join("blobs"))?;
    let profile = DatanetProfile {
        title: args.title.clone().unwrap_or_else(|| args.datanet.clone()),
        licence: args.licence.clone(),
        ..DatanetProfile::default()
    };
    let datanet = if args.own {
        ensure_datanet(&chain, &blobs, &signer, &args.datanet, &profile).await?
    } else {
        target_datanet(&chain, &blobs, &signer, &args.datanet, &profile).await?
    };
    let known = known_documents(&chain, datanet, signer_address(&signer)).await?;
    let plan = import::plan(source.items, &known, datanet, signer_address(&signer));
    let bar = bar(plan.planned.len() as u64, "registering on chain");
    let report = register(&chain, &blobs, &signer, datanet, &plan.planned, &|done| {
        bar.set_position(done as u64);
    })
    .await?;
    bar.finish_and_clear();
    let faults: Vec<Skipped> =
        [source.skipped, plan.skipped, report.skipped].into_iter().flatten().collect();
    print_faults(&faults);
    println!(
        "Datanet `{}`: {} texts registered, {} unchanged, {} left out, in {:.1} s",
        args.datanet,
        report.registered,
        plan.unchanged + report.already_there,
        faults.len(),
        began.elapsed().as_secs_f64()
    );
    if let Some(block) = report.last_block
        && !args.no_wait
    {
        wait_until_indexed(&config, block, began).await?;
    }
    Ok(())
}

/// Connects to the configured chain.
pub(super) async fn connect(config: &Config) -> anyhow::Result<ChainClient> {
    let deployment = Deployment::load(&config.deployment)?;
    Ok(ChainClient::connect(&config.rpc_url, deployment).await?)
}

fn print_faults(faults: &[Skipped]) {
    for fault in faults.iter().take(FAULTS_SHOWN) {
        eprintln!("left out {}: {}", fault.place, fault.reason);
    }
    if faults.len() > FAULTS_SHOWN {
        eprintln!("… and {} more", faults.len() - FAULTS_SHOWN);
    }
}

fn bar(length: u64, what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len} {eta}")
        .expect("the template is constant")
        .progress_chars("=> ");
    ProgressBar::new(length).with_style(style).with_message(what)
}

/// Follows the running service's index until the chain through `target` is searchable.
async fn wait_until_indexed(config: &Config, target: u64, began: Instant) -> anyhow::Result<()> {
    if DataFolder::holder(&config.data_dir).is_none() {
        println!("No service runs on this data folder; the texts are indexed when it starts.");
        return Ok(());
    }
    let Some(remote) = super::remote::Remote::find(config)? else { return Ok(()) };
    let bar = bar(0, "indexing");
    let mut lexical = false;
    loop {
        let reply = remote.get("/v1/status").await?;
        let served = reply["serving"] == reply["generation"];
        let status: footnote_indexer::IndexStatus =
            serde_json::from_value(reply).context("reading the status")?;
        let reached = served && status.indexed_block.is_some_and(|block| block >= target);
        if reached && !lexical {
            lexical = true;
            // A bar's own `println` says nothing where there is no terminal.
            bar.suspend(|| {
                println!(
                    "searchable by words after {:.1} s ({} passages)",
                    began.elapsed().as_secs_f64(),
                    status.passages
                );
            });
        }
        bar.set_length(status.vectors_total as u64);
        bar.set_position(status.vectors_done as u64);
        bar.set_message(if lexical { "computing vectors" } else { "indexing" });
        if reached && status.phase == footnote_indexer::Phase::Ready {
            bar.finish_and_clear();
            println!("fully searchable after {:.1} s", began.elapsed().as_secs_f64());
            return Ok(());
        }
        if let Some(error) = status.last_error
            && began.elapsed() > Duration::from_secs(600)
        {
            bail!("the texts are registered, but indexing stands still: {error}");
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
