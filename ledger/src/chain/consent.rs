//! How does a payee agree to be named by somebody else? By an EIP-712 signature over the text, the
//! sender and the whole list of payees, made offline.

use super::address::to_chain;
use super::error::ChainError;
use alloy::primitives::{B256, U256};
use alloy::signers::SignerSync;
use alloy::signers::local::PrivateKeySigner;
use alloy::sol_types::{Eip712Domain, SolStruct, eip712_domain};
use footnote_domain::id::{Address, ContentHash, DatanetId, Digest};
use footnote_domain::payee::Payees;

/// A signature as the contracts take it: r, s, v with v 27 or 28.
pub type Signature = [u8; 65];

mod typed {
    alloy::sol! {
        struct Payee {
            bytes32 payee;
            uint32 ppm;
        }

        struct Consent {
            bytes32 id;
            bytes32 contentHash;
            address sender;
            Payee[] payees;
            uint256 deadline;
        }
    }
}

/// What a payee agrees to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consent<'a> {
    /// The Datanet.
    pub id: DatanetId,
    /// The text.
    pub content_hash: ContentHash,
    /// Who contributes it.
    pub sender: Address,
    /// Everyone who is paid, and in which parts.
    pub payees: &'a Payees,
    /// Seconds since 1970 until which the consent holds.
    pub deadline: u64,
}

impl Consent<'_> {
    /// The digest that is signed, for the registry of that chain and address.
    pub fn digest(&self, chain_id: u64, registry: Address) -> Digest {
        let payees = self.payees.shares().iter();
        let typed = typed::Consent {
            id: B256::from(self.id.0),
            contentHash: B256::from(self.content_hash.0),
            sender: to_chain(self.sender),
            payees: payees
                .map(|share| typed::Payee { payee: B256::from(share.payee.0), ppm: share.ppm })
                .collect(),
            deadline: U256::from(self.deadline),
        };
        Digest(typed.eip712_signing_hash(&domain(chain_id, registry)).0)
    }
}

fn domain(chain_id: u64, registry: Address) -> Eip712Domain {
    eip712_domain! {
        name: "Footnote Registry",
        version: "1",
        chain_id: chain_id,
        verifying_contract: to_chain(registry),
    }
}

/// Signs a consent as one of its payees.
pub fn sign_payee(
    signer: &PrivateKeySigner,
    chain_id: u64,
    registry: Address,
    consent: &Consent<'_>,
) -> Result<Signature, ChainError> {
    sign_digest(signer, "signing a payee's consent", consent.digest(chain_id, registry))
}

pub(super) fn sign_digest(
    signer: &PrivateKeySigner,
    what: &'static str,
    digest: Digest,
) -> Result<Signature, ChainError> {
    let signature = signer
        .sign_hash_sync(&B256::from(digest.0))
        .map_err(|error| ChainError::Signature { what, reason: error.to_string() })?;
    Ok(signature.as_bytes())
}
