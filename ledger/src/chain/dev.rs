//! Whose keys are on a development chain? Those of anvil's well-known phrase, which everyone knows:
//! nothing of value may ever be theirs.

use super::error::ChainError;
use alloy::signers::local::{MnemonicBuilder, PrivateKeySigner};

/// The phrase that anvil starts with.
const PHRASE: &str = "test test test test test test test test test test test junk";

/// The development key of an index: 0 deployer and operator, 1 proposer, 2 guardian, 3 and on the
/// contributors.
pub fn dev_signer(index: u32) -> Result<PrivateKeySigner, ChainError> {
    MnemonicBuilder::try_from_phrase_nth(PHRASE, index).map_err(|error| ChainError::Signature {
        what: "deriving a development key",
        reason: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::signer_address;

    #[test]
    fn the_first_keys_are_those_that_anvil_prints() {
        let address = |index| signer_address(&dev_signer(index).expect("a key")).to_string();
        assert_eq!(address(0), "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266");
        assert_eq!(address(1), "0x70997970c51812dc3a010c7d01b50e0d17dc79c8");
        assert_eq!(address(3), "0x90f79bf6eb2c4f870365e785982e1f101e93b906");
    }
}
