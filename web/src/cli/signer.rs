//! With which key is a transaction signed?

use crate::config::Config;
use anyhow::{Context, bail};
use clap::Args;
use footnote_ledger::chain::{PrivateKeySigner, dev_signer};
use std::path::PathBuf;

/// Sample contributors on a development chain, in the order of their keys.
const CONTRIBUTORS: [&str; 9] =
    ["ana", "bo", "chidi", "dara", "emi", "lucia", "mateo", "wen", "yun"];
/// Key of the first contributor.
const FIRST_CONTRIBUTOR: u32 = 3;

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

/// The well-known key of a role on a development chain.
pub(crate) fn dev_key(role: &str) -> anyhow::Result<PrivateKeySigner> {
    let index = match role {
        "operator" => 0,
        "proposer" => 1,
        "guardian" => 2,
        name => {
            let known = (FIRST_CONTRIBUTOR..).zip(CONTRIBUTORS).find(|(_, known)| *known == name);
            known.map(|(index, _)| index).with_context(|| {
                format!("`{name}` is nobody on the development chain; choose operator, proposer, guardian or one of {}", CONTRIBUTORS.join(", "))
            })?
        }
    };
    Ok(dev_signer(index)?)
}

/// The sample contributor who holds an address, with their key.
pub(crate) fn dev_key_of(address: footnote_domain::id::Address) -> Option<PrivateKeySigner> {
    let keys =
        (0..FIRST_CONTRIBUTOR + CONTRIBUTORS.len() as u32).map(|index| dev_signer(index).ok());
    keys.flatten().find(|key| footnote_ledger::chain::signer_address(key) == address)
}
