//! Between whom does money move? Every account of the books, with its one name.

use crate::LedgerError;
use footnote_domain::id::{Address, PayeeId};
use std::fmt;
use std::str::FromStr;

/// One account of the double-entry books.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// Who deposits and asks.
    Payer(Address),
    /// The operator's purse for guests.
    Promotion,
    /// Who earns by a text, and has an address.
    Payee(PayeeId),
    /// Who earns by a text, and has none yet.
    Escrow(PayeeId),
    /// The developer of an adapter.
    Adapter(PayeeId),
    /// The operator's part.
    Platform,
    /// The stakers' part.
    Stakers,
    /// The part that no source supports, under the residual rule of that name.
    Treasury,
    /// Between a capture and its lines; zero after every operation.
    Clearing,
    /// Where deposits come from: minus it is what the contract was given.
    Deposits,
    /// Where claims go to: it is what the contract has paid.
    Withdrawals,
    /// What the operator bears: a deposit that was spent and then left the chain.
    ProviderLoss,
}

impl Account {
    /// The account of a line's payee when it earned by a text.
    pub fn of_author(payee: PayeeId) -> Self {
        if payee.address().is_some() { Self::Payee(payee) } else { Self::Escrow(payee) }
    }

    /// The kind, as it is stored: `payer`, `payee`, …
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Payer(_) => "payer",
            Self::Promotion => "promotion",
            Self::Payee(_) => "payee",
            Self::Escrow(_) => "escrow",
            Self::Adapter(_) => "adapter",
            Self::Platform => "platform",
            Self::Stakers => "stakers",
            Self::Treasury => "treasury",
            Self::Clearing => "clearing",
            Self::Deposits => "deposits",
            Self::Withdrawals => "withdrawals",
            Self::ProviderLoss => "provider_loss",
        }
    }

    /// Whether it can only spend what it has.
    pub fn guarded(&self) -> bool {
        !matches!(self, Self::Deposits | Self::Withdrawals | Self::ProviderLoss)
    }
}

/// The kind, and behind a colon whose account it is: `payer:0x…`, `promotion`.
impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind();
        match self {
            Self::Payer(address) => write!(f, "{kind}:{address}"),
            Self::Payee(payee) | Self::Escrow(payee) | Self::Adapter(payee) => {
                write!(f, "{kind}:{payee}")
            }
            _ => f.write_str(kind),
        }
    }
}

impl FromStr for Account {
    type Err = LedgerError;

    fn from_str(name: &str) -> Result<Self, LedgerError> {
        let unknown = || LedgerError::Corrupt(format!("`{name}` is no account"));
        let payee = |text: &str| text.parse::<PayeeId>().map_err(|_| unknown());
        let plain = [
            Self::Promotion,
            Self::Platform,
            Self::Stakers,
            Self::Treasury,
            Self::Clearing,
            Self::Deposits,
            Self::Withdrawals,
            Self::ProviderLoss,
        ];
        match name.split_once(':') {
            Some(("payer", whose)) => Ok(Self::Payer(whose.parse().map_err(|_| unknown())?)),
            Some(("payee", whose)) => Ok(Self::Payee(payee(whose)?)),
            Some(("escrow", whose)) => Ok(Self::Escrow(payee(whose)?)),
            Some(("adapter", whose)) => Ok(Self::Adapter(payee(whose)?)),
            Some(_) => Err(unknown()),
            None => plain.into_iter().find(|account| account.kind() == name).ok_or_else(unknown),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back_as_its_account() {
        let accounts = [
            Account::Payer(Address([1; 20])),
            Account::Promotion,
            Account::of_author(PayeeId([2; 32])),
            Account::of_author(PayeeId::from_address(Address([3; 20]))),
            Account::Adapter(PayeeId([4; 32])),
            Account::Platform,
            Account::Stakers,
            Account::Treasury,
            Account::Clearing,
            Account::Deposits,
            Account::Withdrawals,
            Account::ProviderLoss,
        ];
        for account in accounts {
            assert_eq!(account.to_string().parse::<Account>().expect("reads back"), account);
        }
        assert!(
            matches!(accounts[2], Account::Escrow(_)) && matches!(accounts[3], Account::Payee(_))
        );
        assert!("payer:0x12".parse::<Account>().is_err() && "nobody".parse::<Account>().is_err());
    }
}
