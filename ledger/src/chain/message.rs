//! Who signed a text that people read? EIP-191 by a key; ERC-1271 by a contract that stands for its
//! owners.

use super::address::{from_chain, to_chain};
use super::client::ChainClient;
use super::consent::Signature;
use super::error::ChainError;
use alloy::primitives::{B256, Bytes, Signature as ChainSignature, eip191_hash_message};
use alloy::signers::SignerSync;
use alloy::signers::local::PrivateKeySigner;
use footnote_domain::id::{Address, Digest};

/// What a contract answers when it takes a signature for its own.
const TAKEN: [u8; 4] = [0x16, 0x26, 0xba, 0x7e];

mod standard {
    alloy::sol! {
        function isValidSignature(bytes32 hash, bytes signature) external view returns (bytes4);
    }
}

/// The hash of a text that is signed, by EIP-191.
pub fn message_hash(text: &str) -> Digest {
    Digest(eip191_hash_message(text.as_bytes()).0)
}

/// Signs a text as a wallet does.
pub fn sign_message(signer: &PrivateKeySigner, text: &str) -> Result<Signature, ChainError> {
    let signed = signer.sign_message_sync(text.as_bytes()).map_err(|error| {
        ChainError::Signature { what: "signing a message", reason: error.to_string() }
    })?;
    Ok(signed.as_bytes())
}

/// Who signed a text.
///
/// # Errors
/// [`ChainError::Signature`] for bytes that are no signature.
pub fn recover_message_signer(text: &str, signature: &Signature) -> Result<Address, ChainError> {
    let refuse = |reason: String| ChainError::Signature { what: "reading a signature", reason };
    let parsed = ChainSignature::from_raw(signature).map_err(|error| refuse(error.to_string()))?;
    if parsed.normalize_s().is_some() {
        return Err(refuse("its s is in the upper half".into()));
    }
    let signer = parsed.recover_address_from_msg(text.as_bytes());
    signer.map(from_chain).map_err(|error| refuse(error.to_string()))
}

/// An address with the mixed case of EIP-55, as wallets show it.
pub fn checksummed(address: Address) -> String {
    to_chain(address).to_checksum(None)
}

impl ChainClient {
    /// Whether the contract at an address takes a signature over `hash` for its own (ERC-1271); an
    /// address without a contract takes none.
    ///
    /// # Errors
    /// [`ChainError::Unreachable`] when the node does not answer.
    pub async fn takes_signature(
        &self,
        contract: Address,
        hash: Digest,
        signature: &[u8],
    ) -> Result<bool, ChainError> {
        let call = standard::isValidSignatureCall {
            hash: B256::from(hash.0),
            signature: Bytes::copy_from_slice(signature),
        };
        match self.view(contract, &call).await {
            Ok(answer) => Ok(answer.0 == TAKEN),
            Err(error @ ChainError::Unreachable { .. }) => Err(error),
            // It reverted, or there is nobody to ask.
            Err(_) => Ok(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::{dev_signer, signer_address};

    #[test]
    fn the_signer_of_a_text_is_recovered_and_another_text_yields_another() {
        let key = dev_signer(3).expect("a key");
        let signature = sign_message(&key, "hello").expect("signed");
        let signer = signer_address(&key);
        assert_eq!(recover_message_signer("hello", &signature).expect("recovers"), signer);
        assert_ne!(recover_message_signer("hullo", &signature).ok(), Some(signer));
        assert!(recover_message_signer("hello", &[0; 65]).is_err());
    }

    #[test]
    fn addresses_are_written_as_eip_55_has_them() {
        let address = "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed".parse().expect("an address");
        assert_eq!(checksummed(address), "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
    }
}
