//! Who vouches for a receipt? EIP-712 over the few fields that an epoch proves, so that a signed
//! receipt missing from its epoch is public proof of omission. Works offline.

use super::address::{from_chain, to_chain};
use super::consent::{Signature, sign_digest};
use super::error::ChainError;
use alloy::primitives::{B256, Signature as ChainSignature};
use alloy::signers::local::PrivateKeySigner;
use alloy::sol_types::{SolStruct, eip712_domain};
use footnote_domain::id::{Address, Digest};
use footnote_domain::money::Nano;

mod typed {
    alloy::sol! {
        struct Receipt {
            bytes32 receiptHash;
            uint64 epoch;
            uint64 seq;
            uint128 charged;
            bytes32 payer;
            bytes32 policyHash;
        }
    }
}

/// Where a receipt's signature counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReceiptDomain {
    /// The chain.
    pub chain_id: u64,
    /// The settlement contract that pays.
    pub settlement: Address,
}

/// The fields of a receipt that are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReceiptDigestFields {
    /// keccak-256 of the receipt's canonical JSON.
    pub receipt_hash: Digest,
    /// The epoch that proves it.
    pub epoch: u64,
    /// Its place among all receipts.
    pub sequence: u64,
    /// What the payer was charged.
    pub charged: Nano,
    /// The payer's salted pseudonym of that epoch.
    pub payer: Digest,
    /// Hash of the fee policy that split it.
    pub policy_hash: Digest,
}

impl ReceiptDigestFields {
    /// The EIP-712 digest: `Receipt(bytes32 receiptHash,uint64 epoch,uint64 seq,uint128 charged,
    /// bytes32 payer,bytes32 policyHash)` under the domain "Footnote", version "1".
    pub fn digest(&self, domain: &ReceiptDomain) -> Digest {
        let typed = typed::Receipt {
            receiptHash: B256::from(self.receipt_hash.0),
            epoch: self.epoch,
            seq: self.sequence,
            charged: u128::from(self.charged.get().unsigned_abs()),
            payer: B256::from(self.payer.0),
            policyHash: B256::from(self.policy_hash.0),
        };
        let domain = eip712_domain! {
            name: "Footnote",
            version: "1",
            chain_id: domain.chain_id,
            verifying_contract: to_chain(domain.settlement),
        };
        Digest(typed.eip712_signing_hash(&domain).0)
    }
}

/// Signs a receipt.
pub fn sign_receipt(
    signer: &PrivateKeySigner,
    domain: &ReceiptDomain,
    fields: &ReceiptDigestFields,
) -> Result<Signature, ChainError> {
    sign_digest(signer, "signing a receipt", fields.digest(domain))
}

/// Who signed a receipt. Any change of a field yields another address or none.
///
/// # Errors
/// [`ChainError::Signature`] for a signature of another form: there is one spelling per signature
/// only (v 27 or 28, s in the lower half), so that no byte of an envelope can change unseen.
pub fn recover_receipt_signer(
    domain: &ReceiptDomain,
    fields: &ReceiptDigestFields,
    signature: &Signature,
) -> Result<Address, ChainError> {
    let refuse = |reason: String| ChainError::Signature { what: "reading a signature", reason };
    if !matches!(signature[64], 27 | 28) {
        return Err(refuse(format!("its last byte is {}, not 27 or 28", signature[64])));
    }
    let parsed = ChainSignature::from_raw(signature).map_err(|error| refuse(error.to_string()))?;
    if parsed.normalize_s().is_some() {
        return Err(refuse("its s is in the upper half".into()));
    }
    let digest = B256::from(fields.digest(domain).0);
    let signer = parsed.recover_address_from_prehash(&digest);
    signer.map(from_chain).map_err(|error| refuse(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::{dev_signer, signer_address};
    use alloy::primitives::U256;

    const DOMAIN: ReceiptDomain =
        ReceiptDomain { chain_id: 31_337, settlement: Address([0x5e; 20]) };

    fn fields() -> ReceiptDigestFields {
        ReceiptDigestFields {
            receipt_hash: Digest([1; 32]),
            epoch: 2,
            sequence: 3,
            charged: Nano::new(11_040_000).expect("in range"),
            payer: Digest([4; 32]),
            policy_hash: Digest([5; 32]),
        }
    }

    #[test]
    fn the_signer_is_recovered_and_any_changed_field_yields_another() {
        let key = dev_signer(0).expect("a key");
        let signature = sign_receipt(&key, &DOMAIN, &fields()).expect("signed");
        let recover = |domain, fields| recover_receipt_signer(&domain, &fields, &signature).ok();
        let signer = Some(signer_address(&key));
        assert_eq!(recover(DOMAIN, fields()), signer);
        let changes: [fn(&mut ReceiptDigestFields); 6] = [
            |fields| fields.receipt_hash.0[31] ^= 1,
            |fields| fields.epoch += 1,
            |fields| fields.sequence += 1,
            |fields| fields.charged = Nano::ZERO,
            |fields| fields.payer.0[0] ^= 1,
            |fields| fields.policy_hash.0[7] ^= 128,
        ];
        for (at, change) in changes.iter().enumerate() {
            let mut changed = fields();
            change(&mut changed);
            assert_ne!(recover(DOMAIN, changed), signer, "change {at}");
        }
        assert_ne!(recover(ReceiptDomain { chain_id: 1, ..DOMAIN }, fields()), signer);
        let elsewhere = ReceiptDomain { settlement: Address([1; 20]), ..DOMAIN };
        assert_ne!(recover(elsewhere, fields()), signer);
    }

    #[test]
    fn no_bit_of_a_signature_can_change_unseen() {
        let key = dev_signer(0).expect("a key");
        let signature = sign_receipt(&key, &DOMAIN, &fields()).expect("signed");
        for bit in 0..signature.len() * 8 {
            let mut changed = signature;
            changed[bit / 8] ^= 1 << (bit % 8);
            let found = recover_receipt_signer(&DOMAIN, &fields(), &changed).ok();
            assert_ne!(found, Some(signer_address(&key)), "bit {bit}");
        }
    }

    #[test]
    fn the_twin_with_the_upper_s_is_refused() {
        let key = dev_signer(0).expect("a key");
        let signature = sign_receipt(&key, &DOMAIN, &fields()).expect("signed");
        let order = U256::from_str_radix(
            "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
            16,
        )
        .expect("the order of secp256k1");
        let s = U256::from_be_slice(&signature[32..64]);
        let mut twin = signature;
        twin[32..64].copy_from_slice(&(order - s).to_be_bytes::<32>());
        twin[64] = 55 - signature[64];
        assert!(recover_receipt_signer(&DOMAIN, &fields(), &twin).is_err());
    }

    #[test]
    fn the_type_is_the_published_one() {
        let wanted = "Receipt(bytes32 receiptHash,uint64 epoch,uint64 seq,uint128 charged,\
                      bytes32 payer,bytes32 policyHash)";
        assert_eq!(<typed::Receipt as SolStruct>::eip712_root_type(), wanted);
    }
}
