//! Whose keys does everybody know? On a development chain the roles and the sample contributors sign
//! with the well-known keys of anvil.

use anyhow::Context;
use footnote_domain::id::Address;
use footnote_ledger::chain::{PrivateKeySigner, dev_signer, signer_address};

/// Sample contributors on a development chain, in the order of their keys.
const CONTRIBUTORS: [&str; 9] =
    ["ana", "bo", "chidi", "dara", "emi", "lucia", "mateo", "wen", "yun"];
/// Key of the first contributor.
const FIRST_CONTRIBUTOR: u32 = 3;

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

/// Names and addresses of the sample contributors.
pub(crate) fn contributors() -> Vec<(&'static str, Address)> {
    let named = (FIRST_CONTRIBUTOR..).zip(CONTRIBUTORS);
    let known = |(index, name)| dev_signer(index).ok().map(|key| (name, signer_address(&key)));
    named.filter_map(known).collect()
}

/// The sample contributor who holds an address, with their key.
pub(crate) fn dev_key_of(address: Address) -> Option<PrivateKeySigner> {
    let keys =
        (0..FIRST_CONTRIBUTOR + CONTRIBUTORS.len() as u32).map(|index| dev_signer(index).ok());
    keys.flatten().find(|key| signer_address(key) == address)
}
