//! Who registered what? The registry's entries: ids, reads, and everything an owner does but
//! contributing texts, which goes in batches (see `batch`).

use super::address::{from_chain, signer_address, to_chain};
use super::bindings::Registry;
use super::client::ChainClient;
use super::decode::{kind, kind_number, status, status_number};
use super::error::ChainError;
use super::transaction::Mined;
use alloy::primitives::B256;
use alloy::signers::local::PrivateKeySigner;
use footnote_domain::chain::{RegistryKind, RegistryStatus};
use footnote_domain::id::{Address, ContentHash, DatanetId, Digest, PayeeId, keccak256};
use footnote_domain::payee::EscrowScheme;

/// An entry of the registry as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Who may change it.
    pub owner: Address,
    /// What it describes.
    pub kind: RegistryKind,
    /// Whether it takes contributions and versions.
    pub status: RegistryStatus,
    /// Whether anyone may contribute.
    pub open: bool,
    /// The newest version, 0 before the first.
    pub published: u32,
    /// The version in force, 0 before the first.
    pub current: u32,
}

/// A version to publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionToPublish {
    /// Of what.
    pub id: DatanetId,
    /// The newest version before this one, 0 for none: a late or replayed transaction is refused.
    pub expected_version: u32,
    /// Root over its content.
    pub root: Digest,
    /// Hash of the manifest at `uri`.
    pub manifest_hash: Digest,
    /// Hash of the licence text.
    pub licence_hash: Digest,
    /// Where the manifest lies.
    pub uri: String,
}

/// The id that the registry gives: keccak256(abi.encode(kind, owner, slug)).
pub fn datanet_id(kind: RegistryKind, owner: Address, slug: &str) -> DatanetId {
    let mut head = [0u8; 128];
    head[31] = kind_number(kind);
    head[44..64].copy_from_slice(&owner.0);
    head[95] = 96; // Where the slug begins.
    head[120..].copy_from_slice(&(slug.len() as u64).to_be_bytes());
    let padding = [0u8; 32];
    let padding = &padding[..slug.len().next_multiple_of(32) - slug.len()];
    DatanetId(keccak256(&[&head, slug.as_bytes(), padding]))
}

impl ChainClient {
    /// An entry, `None` when there is none of this id.
    pub async fn entry(&self, id: DatanetId) -> Result<Option<Entry>, ChainError> {
        let call = Registry::entryOfCall { id: id.0.into() };
        let found = match self.view(self.deployment.registry, &call).await {
            Err(error) if error.is_revert("UnknownEntry") => return Ok(None),
            answer => answer?,
        };
        let broken = |what| self.rpc.malformed(format!("entry {id}: {what}"));
        Ok(Some(Entry {
            owner: from_chain(found.owner),
            kind: kind(found.kind).map_err(broken)?,
            status: status(found.status).map_err(broken)?,
            open: found.open,
            published: found.published,
            current: found.current,
        }))
    }

    /// Whether an entry of this id is registered.
    pub async fn datanet_exists(&self, id: DatanetId) -> Result<bool, ChainError> {
        Ok(self.entry(id).await?.is_some())
    }

    /// Who sent a live text, `None` when it is not there (never was, was removed or replaced).
    pub async fn contributor_of(
        &self,
        id: DatanetId,
        content_hash: ContentHash,
    ) -> Result<Option<Address>, ChainError> {
        let call =
            Registry::contributorOfCall { id: id.0.into(), contentHash: content_hash.0.into() };
        let sender = self.view(self.deployment.registry, &call).await?;
        Ok(Some(from_chain(sender)).filter(|sender| *sender != Address::default()))
    }

    /// Whether a text is live in a Datanet.
    pub async fn is_contributed(
        &self,
        id: DatanetId,
        content_hash: ContentHash,
    ) -> Result<bool, ChainError> {
        Ok(self.contributor_of(id, content_hash).await?.is_some())
    }

    /// Registers a Datanet of the signer, or finds the one it has under this slug.
    ///
    /// # Errors
    /// [`ChainError::Reverted`] with `BadSlug`.
    pub async fn create_datanet(
        &self,
        signer: &PrivateKeySigner,
        slug: &str,
        open: bool,
    ) -> Result<DatanetId, ChainError> {
        self.create(signer, RegistryKind::Datanet, slug, open).await
    }

    /// Registers an adapter of the signer, or finds the one it has under this slug.
    ///
    /// # Errors
    /// [`ChainError::Reverted`] with `BadSlug`.
    pub async fn create_adapter(
        &self,
        signer: &PrivateKeySigner,
        slug: &str,
    ) -> Result<DatanetId, ChainError> {
        self.create(signer, RegistryKind::Adapter, slug, false).await
    }

    async fn create(
        &self,
        signer: &PrivateKeySigner,
        kind: RegistryKind,
        slug: &str,
        open: bool,
    ) -> Result<DatanetId, ChainError> {
        let id = datanet_id(kind, signer_address(signer), slug);
        if self.datanet_exists(id).await? {
            return Ok(id);
        }
        let call = Registry::createCall { kind: kind_number(kind), slug: slug.to_owned(), open };
        match self.transact(signer, self.deployment.registry, &call).await {
            // Another process was faster with the same key.
            Err(error) if error.is_revert("EntryExists") => Ok(id),
            outcome => outcome.map(|_| id),
        }
    }

    /// Publishes the next version of an entry of the signer.
    ///
    /// # Errors
    /// [`ChainError::Reverted`] with `VersionMismatch` when another version came first.
    pub async fn publish_version(
        &self,
        signer: &PrivateKeySigner,
        version: &VersionToPublish,
    ) -> Result<Mined, ChainError> {
        let call = Registry::publishVersionCall {
            id: version.id.0.into(),
            expectedVersion: version.expected_version,
            root: version.root.0.into(),
            manifestHash: version.manifest_hash.0.into(),
            licenceHash: version.licence_hash.0.into(),
            uri: version.uri.clone(),
        };
        self.write(signer, &call).await
    }

    /// Takes a text down, as its sender or as the Datanet's owner.
    pub async fn remove(
        &self,
        signer: &PrivateKeySigner,
        id: DatanetId,
        content_hash: ContentHash,
        reason_hash: Digest,
    ) -> Result<Mined, ChainError> {
        let call = Registry::removeCall {
            id: id.0.into(),
            contentHash: content_hash.0.into(),
            reasonHash: reason_hash.0.into(),
        };
        self.write(signer, &call).await
    }

    /// Freezes, retracts or reactivates an entry of the signer.
    pub async fn set_status(
        &self,
        signer: &PrivateKeySigner,
        id: DatanetId,
        status: RegistryStatus,
    ) -> Result<Mined, ChainError> {
        let call = Registry::setStatusCall { id: id.0.into(), status: status_number(status) };
        self.write(signer, &call).await
    }

    /// Makes an older or newer published version of an entry of the signer current.
    ///
    /// # Errors
    /// [`ChainError::Reverted`] with `UnknownVersion` or `NoChange`.
    pub async fn roll_back(
        &self,
        signer: &PrivateKeySigner,
        id: DatanetId,
        version: u32,
    ) -> Result<Mined, ChainError> {
        self.write(signer, &Registry::rollbackCall { id: id.0.into(), version }).await
    }

    /// Sends readers of an entry of the signer to another one, or back with `None`.
    ///
    /// # Errors
    /// [`ChainError::Reverted`] with `BadRedirect` when that one is of another kind, retracted or
    /// redirected itself.
    pub async fn redirect(
        &self,
        signer: &PrivateKeySigner,
        id: DatanetId,
        to: Option<DatanetId>,
    ) -> Result<Mined, ChainError> {
        let to = to.unwrap_or_default().0.into();
        self.write(signer, &Registry::redirectCall { id: id.0.into(), to }).await
    }

    /// Lets `account` contribute to a Datanet of the signer that is not open, or stops it.
    pub async fn set_allowed(
        &self,
        signer: &PrivateKeySigner,
        id: DatanetId,
        account: Address,
        allowed: bool,
    ) -> Result<Mined, ChainError> {
        let call = Registry::setAllowedCall {
            id: id.0.into(),
            account: to_chain(account),
            value: allowed,
        };
        self.write(signer, &call).await
    }

    /// Gives an author's escrow to `account`, which is not the signer; challengeable at first.
    pub async fn assign_escrow(
        &self,
        signer: &PrivateKeySigner,
        id: DatanetId,
        author: (EscrowScheme, &str),
        account: Address,
    ) -> Result<Mined, ChainError> {
        let call = Registry::assignEscrowCall {
            datanet: id.0.into(),
            scheme: author.0.as_str().to_owned(),
            handle: author.1.to_owned(),
            account: to_chain(account),
        };
        self.write(signer, &call).await
    }

    /// Whom an escrow was assigned to, and the second from which that holds.
    pub async fn escrow_of(&self, payee: PayeeId) -> Result<Option<(Address, u64)>, ChainError> {
        let call = Registry::escrowOfCall { payee: B256::from(payee.0) };
        let found = self.view(self.deployment.registry, &call).await?;
        let assigned = (from_chain(found.account), found.validAt);
        Ok(Some(assigned).filter(|(account, _)| *account != Address::default()))
    }

    /// Has the signer's claims paid to `to` after the registry's delay.
    pub async fn set_payout(
        &self,
        signer: &PrivateKeySigner,
        to: Address,
    ) -> Result<Mined, ChainError> {
        self.write(signer, &Registry::setPayoutCall { to: to_chain(to) }).await
    }

    async fn write<C: alloy::sol_types::SolCall>(
        &self,
        signer: &PrivateKeySigner,
        call: &C,
    ) -> Result<Mined, ChainError> {
        let receipt = self.transact(signer, self.deployment.registry, call).await?;
        Ok(Mined::of(&receipt))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::Address as ChainAddress;
    use alloy::sol_types::SolValue;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ids_are_those_of_the_abi_encoding(slug in "[a-z0-9-]{1,100}", owner: [u8; 20]) {
            for kind in [RegistryKind::Datanet, RegistryKind::Agent] {
                let number = alloy::primitives::U256::from(kind_number(kind));
                let encoded = (number, ChainAddress::from(owner), slug.clone()).abi_encode_params();
                let wanted = DatanetId(keccak256(&[&encoded]));
                prop_assert_eq!(datanet_id(kind, Address(owner), &slug), wanted);
            }
        }
    }
}
