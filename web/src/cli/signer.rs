//! With which key is a transaction signed?

use crate::app::dev_keys::dev_key;
use crate::config::Config;
use anyhow::{Context, bail};
use clap::Args;
use footnote_ledger::chain::PrivateKeySigner;
use std::path::PathBuf;

/// Who signs.
#[derive(Debug, Clone, Args)]
pub(super) struct SignerArgs {
    /// File with the signing key, 64 hexadecimal digits.
    #[arg(long)]
    key_file: Option<PathBuf>,
    /// Development chain: operator, proposer, guardian, or a sample contributor (ana, bo, chidi,
    /// dara, emi, lucia, mateo, wen, yun).
    #[arg(long = "as", conflicts_with = "key_file")]
    role: Option<String>,
}

impl SignerArgs {
    /// The key named, or on a development chain that of `default_role`.
    pub(super) fn resolve(
        &self,
        config: &Config,
        default_role: &str,
    ) -> anyhow::Result<PrivateKeySigner> {
        if let Some(path) = &self.key_file {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("reading the key file {}", path.display()))?;
            return text.trim().parse().with_context(|| format!("{} holds no key", path.display()));
        }
        if !config.dev {
            bail!(
                "name the signing key with --key-file; --as is for development chains (chain.dev = true)"
            );
        }
        dev_key(self.role.as_deref().unwrap_or(default_role))
    }
}
