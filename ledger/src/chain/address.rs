//! Addresses, as the rules of Footnote and as the chain's library write them.

use alloy::primitives::Address as ChainAddress;
use alloy::signers::local::PrivateKeySigner;
use footnote_domain::id::Address;

/// The address of a signer.
pub fn signer_address(signer: &PrivateKeySigner) -> Address {
    from_chain(signer.address())
}

pub(super) fn to_chain(address: Address) -> ChainAddress {
    ChainAddress::from(address.0)
}

pub(super) fn from_chain(address: ChainAddress) -> Address {
    Address(address.into_array())
}
