//! Whose purse does an answer come out of?

use footnote_domain::id::Address;
use footnote_domain::receipt::Funding;
use footnote_ledger::{Account, KeyUse};

/// Who pays for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payer {
    /// Nobody that is known: the operator's gift to guests.
    Guest,
    /// Somebody who signed in.
    Account(Address),
    /// The owner of an API key, within its caps.
    Key {
        /// Who.
        owner: Address,
        /// The key, and for whom it asks.
        used: KeyUse,
    },
}

impl Payer {
    /// Within what the caller's idempotency keys are told apart. `guest` is the guest's session or
    /// address.
    pub(super) fn scope(&self, guest: &str) -> String {
        match self {
            Self::Guest => format!("guest {guest}"),
            Self::Account(address) => format!("account {address}"),
            Self::Key { used, .. } => match used.visitor.or(used.ip) {
                Some(visitor) => format!("key {} {visitor}", used.key),
                None => format!("key {}", used.key),
            },
        }
    }

    /// The account in the books.
    pub(super) fn account(&self) -> Account {
        match self {
            Self::Guest => Account::Promotion,
            Self::Account(address) | Self::Key { owner: address, .. } => Account::Payer(*address),
        }
    }

    /// As receipts call it.
    pub(super) fn funding(&self) -> Funding {
        match self {
            Self::Guest => Funding::Promotion,
            Self::Account(_) | Self::Key { .. } => Funding::Balance,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use footnote_domain::id::{Digest, KeyId};

    #[test]
    fn nobodys_keys_meet_anothers() {
        let owner = Address([1; 20]);
        let used = |visitor: Option<Digest>| KeyUse { key: KeyId([2; 16]), ip: None, visitor };
        let payers = [
            Payer::Guest,
            Payer::Account(owner),
            Payer::Account(Address([2; 20])),
            Payer::Key { owner, used: used(None) },
            Payer::Key { owner, used: used(Some(Digest([3; 32]))) },
            Payer::Key { owner, used: used(Some(Digest([4; 32]))) },
        ];
        let scopes: std::collections::BTreeSet<_> =
            payers.iter().map(|payer| payer.scope("s")).collect();
        assert_eq!(scopes.len(), payers.len());
        assert_eq!(payers[0].account(), Account::Promotion);
        assert_eq!(payers[3].account(), Account::Payer(owner));
    }
}
