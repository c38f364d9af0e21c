//! Who gets a contribution's pay, and in which parts?

use crate::id::{Address, DatanetId, PayeeId, keccak256};
use serde::{Deserialize, Serialize};

/// The parts of one whole, in ppm.
pub const WHOLE_PPM: u32 = 1_000_000;

/// The most payees that one contribution may list.
pub const MAX_PAYEES: usize = 128;

/// How an author without an address is named. No scheme's name begins another's, so the hashed
/// concatenation of scheme and handle stays unambiguous.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EscrowScheme {
    /// A GitHub account name.
    Github,
    /// An e-mail address.
    Email,
    /// A plain name, as printed on the work.
    Name,
}

impl EscrowScheme {
    /// The scheme as it is hashed and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Github => "github",
            Self::Email => "email",
            Self::Name => "name",
        }
    }

    /// Reads a scheme's name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Github, Self::Email, Self::Name].into_iter().find(|scheme| scheme.as_str() == text)
    }
}

impl PayeeId {
    /// The payee that is an address on the chain.
    pub fn from_address(address: Address) -> Self {
        let mut id = [0u8; 32];
        id[12..].copy_from_slice(&address.0);
        Self(id)
    }

    /// The payee that stands for an author without an address: `keccak256(datanet ‖ scheme ‖ handle)`.
    pub fn escrow(datanet: DatanetId, scheme: EscrowScheme, handle: &str) -> Self {
        Self(keccak256(&[&datanet.0, scheme.as_str().as_bytes(), handle.as_bytes()]))
    }

    /// The address, when this payee is one (its high twelve bytes are zero).
    pub fn address(&self) -> Option<Address> {
        let (high, low) = self.0.split_at(12);
        let is_address = high.iter().all(|byte| *byte == 0);
        is_address.then(|| Address(low.try_into().expect("32 − 12 bytes are 20")))
    }
}

/// One payee's part of a contribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayeeShare {
    /// Who is paid.
    pub payee: PayeeId,
    /// The part, in ppm of the contribution.
    #[serde(with = "crate::decimal")]
    pub ppm: u32,
}

/// Why a list of payees was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PayeesError {
    /// Nobody is named, or too many are.
    #[error("a contribution names 1 to {MAX_PAYEES} payees, not {0}")]
    Count(usize),
    /// Not in ascending order, or one named twice.
    #[error("payees must be in strictly ascending order (the one at {0} is not)")]
    Order(usize),
    /// A part of zero.
    #[error("the payee at {0} has a part of zero")]
    Zero(usize),
    /// The parts do not make a whole.
    #[error("the parts add up to {0} ppm, not 1 000 000")]
    Sum(u64),
}

/// The payees of one contribution: 1 to 128, ascending, Σ ppm = 1 000 000, immutable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<PayeeShare>", into = "Vec<PayeeShare>")]
pub struct Payees(Vec<PayeeShare>);

impl Payees {
    /// Checks a list as it stands on chain.
    pub fn parse(list: Vec<PayeeShare>) -> Result<Self, PayeesError> {
        if list.is_empty() || list.len() > MAX_PAYEES {
            return Err(PayeesError::Count(list.len()));
        }
        if let Some(at) = list.iter().position(|share| share.ppm == 0) {
            return Err(PayeesError::Zero(at));
        }
        if let Some(at) = list.windows(2).position(|pair| pair[0].payee >= pair[1].payee) {
            return Err(PayeesError::Order(at + 1));
        }
        let sum: u64 = list.iter().map(|share| u64::from(share.ppm)).sum();
        if sum != u64::from(WHOLE_PPM) {
            return Err(PayeesError::Sum(sum));
        }
        Ok(Self(list))
    }

    /// Equal parts for the given payees (the default of an import); the first in order get the odd ppm.
    pub fn equal(mut payees: Vec<PayeeId>) -> Result<Self, PayeesError> {
        payees.sort_unstable();
        payees.dedup();
        let weights = vec![1u128; payees.len()];
        if payees.is_empty() || payees.len() > MAX_PAYEES {
            return Err(PayeesError::Count(payees.len()));
        }
        let parts = crate::apportion::largest_remainder(u64::from(WHOLE_PPM), &weights);
        let shares = payees.into_iter().zip(parts);
        Self::parse(
            shares
                .map(|(payee, ppm)| PayeeShare {
                    payee,
                    ppm: u32::try_from(ppm).expect("a part of 10⁶ fits u32"),
                })
                .collect(),
        )
    }

    /// The shares in ascending order of payee.
    pub fn shares(&self) -> &[PayeeShare] {
        &self.0
    }

    /// Whether both name at least one payee in common.
    pub fn overlap(&self, other: &Self) -> bool {
        self.0.iter().any(|mine| other.0.iter().any(|theirs| theirs.payee == mine.payee))
    }
}

impl TryFrom<Vec<PayeeShare>> for Payees {
    type Error = PayeesError;
    fn try_from(list: Vec<PayeeShare>) -> Result<Self, PayeesError> {
        Self::parse(list)
    }
}

impl From<Payees> for Vec<PayeeShare> {
    fn from(payees: Payees) -> Self {
        payees.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(byte: u8) -> PayeeId {
        PayeeId([byte; 32])
    }

    #[test]
    fn equal_parts_make_a_whole() {
        let payees = Payees::equal(vec![id(3), id(1), id(2)]).expect("three payees");
        let ppm: Vec<u32> = payees.shares().iter().map(|share| share.ppm).collect();
        assert_eq!(ppm, [333_334, 333_333, 333_333]);
    }

    #[test]
    fn lists_that_are_not_a_whole_are_refused() {
        let share = |byte, ppm| PayeeShare { payee: id(byte), ppm };
        assert_eq!(Payees::parse(vec![]), Err(PayeesError::Count(0)));
        assert_eq!(Payees::parse(vec![share(1, 999_999)]), Err(PayeesError::Sum(999_999)));
        assert_eq!(
            Payees::parse(vec![share(2, 500_000), share(1, 500_000)]),
            Err(PayeesError::Order(1))
        );
        assert_eq!(
            Payees::parse(vec![share(1, 0), share(2, 1_000_000)]),
            Err(PayeesError::Zero(0))
        );
    }

    #[test]
    fn an_address_survives_the_padding_and_an_escrow_is_no_address() {
        let address = Address([7; 20]);
        assert_eq!(PayeeId::from_address(address).address(), Some(address));
        let escrow = |scheme| PayeeId::escrow(DatanetId([1; 32]), scheme, "x");
        assert_eq!(escrow(EscrowScheme::Github).address(), None);
        assert_ne!(escrow(EscrowScheme::Github), escrow(EscrowScheme::Name));
    }
}
