//! What does an answer cost, and who gets which part of it? Integers only, checked, and every split
//! sums exactly to what was charged.

use crate::apportion::largest_remainder;
use crate::id::{ContentHash, Digest, PayeeId};
use crate::payee::{Payees, WHOLE_PPM};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Basis points of a whole.
pub const WHOLE_BPS: u32 = 10_000;

/// An amount in nano-credits (10⁻⁹ of one payment token), never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Nano(i64);

/// An amount that is negative or beyond 2⁶³ − 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the amount {0} is not between 0 and 2^63 − 1 nano-credits")]
pub struct AmountError(pub i128);

impl Nano {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Checks an amount.
    pub fn new(amount: i128) -> Result<Self, AmountError> {
        match i64::try_from(amount) {
            Ok(value) if value >= 0 => Ok(Self(value)),
            _ => Err(AmountError(amount)),
        }
    }

    /// The amount, for a database.
    pub fn get(self) -> i64 {
        self.0
    }

    /// The amount, for arithmetic.
    pub fn wide(self) -> i128 {
        i128::from(self.0)
    }

    fn unsigned(self) -> u64 {
        self.0.unsigned_abs()
    }

    /// self + other, checked.
    pub fn plus(self, other: Self) -> Result<Self, AmountError> {
        Self::new(self.wide() + other.wide())
    }

    /// self − other, checked.
    pub fn minus(self, other: Self) -> Result<Self, AmountError> {
        Self::new(self.wide() - other.wide())
    }

    /// In whole tokens, with nine decimals less the trailing zeros, at least three: `0.012`.
    pub fn in_tokens(self) -> String {
        let text = format!("{}.{:09}", self.0 / 1_000_000_000, self.0 % 1_000_000_000);
        let keep = text.trim_end_matches('0').len().max(text.len() - 6);
        text[..keep].to_owned()
    }
}

impl fmt::Display for Nano {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Nano {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        crate::decimal::serialize(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Nano {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value: i64 = crate::decimal::deserialize(deserializer)?;
        Self::new(i128::from(value)).map_err(serde::de::Error::custom)
    }
}

/// What an answer used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// Tokens read by a model; 0 for extractive answers.
    #[serde(with = "crate::decimal")]
    pub tokens_in: u64,
    /// Tokens written by a model; 0 for extractive answers.
    #[serde(with = "crate::decimal")]
    pub tokens_out: u64,
}

/// The price of one kind of answer, in nano-credits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tariff {
    /// Per answer.
    pub base: Nano,
    /// Per 1 000 tokens in.
    pub per_1000_in: Nano,
    /// Per 1 000 tokens out.
    pub per_1000_out: Nano,
}

impl Tariff {
    /// 12 000 000 for a quick (extractive) answer.
    pub const QUICK: Self =
        Self { base: Nano(12_000_000), per_1000_in: Nano::ZERO, per_1000_out: Nano::ZERO };

    /// 4 000 000 + 2 000 000 per 1 000 tokens in + 8 000 000 per 1 000 tokens out.
    pub const DEEP: Self =
        Self { base: Nano(4_000_000), per_1000_in: Nano(2_000_000), per_1000_out: Nano(8_000_000) };

    /// The gross price of `usage`: parts of 1 000 tokens are floored once, over the sum.
    pub fn price(&self, usage: Usage) -> Result<Nano, AmountError> {
        let read = self.per_1000_in.wide().checked_mul(i128::from(usage.tokens_in));
        let written = self.per_1000_out.wide().checked_mul(i128::from(usage.tokens_out));
        let tokens = read.zip(written).and_then(|(read, written)| read.checked_add(written));
        Nano::new(self.base.wide() + tokens.ok_or(AmountError(i128::MAX))? / 1_000)
    }

    /// keccak-256 of the canonical JSON of the rates.
    pub fn digest(&self) -> Digest {
        Digest::of(&[&crate::receipt::canonical_bytes(self)])
    }
}

/// Who takes a part of the charged amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The operator.
    Platform,
    /// Developers of adapters.
    Adapter,
    /// Stakers.
    Stakers,
    /// Owners of the texts.
    Data,
    /// The treasury, under the residual rule of that name only.
    Treasury,
}

/// Parts of a policy, in the order in which ties are broken: platform, adapter, stakers, data.
const POLICY_PARTS: usize = 4;

/// What happens to the part of the price that no source supports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ResidualRule {
    /// The caller does not pay it.
    Refund,
    /// The caller pays it to the treasury.
    Treasury,
}

/// The fee policy in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeePolicy {
    /// Version on chain.
    #[serde(with = "crate::decimal")]
    pub version: u64,
    /// Platform, adapter, stakers, data, in basis points; Σ = 10 000.
    #[serde(with = "crate::decimal::list")]
    pub bps: Vec<u32>,
    /// What happens to the residual.
    pub residual_rule: ResidualRule,
}

/// A policy whose parts make no whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a fee policy has four parts that add up to 10 000 bps, not {0:?}")]
pub struct PolicyError(pub Vec<u32>);

impl FeePolicy {
    /// Checks a policy as it stands on chain.
    pub fn parse(
        version: u64,
        bps: [u32; 4],
        residual_rule: ResidualRule,
    ) -> Result<Self, PolicyError> {
        let policy = Self { version, bps: bps.to_vec(), residual_rule };
        policy.check().map(|()| policy)
    }

    /// Fee policy 1: platform 1 500, adapter 1 500, stakers 0, data 7 000; refund.
    pub fn first() -> Self {
        Self { version: 1, bps: vec![1_500, 1_500, 0, 7_000], residual_rule: ResidualRule::Refund }
    }

    /// That the parts make a whole (a policy read from a receipt has not been checked).
    pub fn check(&self) -> Result<(), PolicyError> {
        let sum: u64 = self.bps.iter().map(|part| u64::from(*part)).sum();
        if self.bps.len() == POLICY_PARTS && sum == u64::from(WHOLE_BPS) {
            Ok(())
        } else {
            Err(PolicyError(self.bps.clone()))
        }
    }

    /// keccak-256 of the canonical JSON of the policy.
    pub fn digest(&self) -> Digest {
        Digest::of(&[&crate::receipt::canonical_bytes(self)])
    }
}

/// One line of a receipt: so much to this payee in this role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// In which role.
    pub role: Role,
    /// To whom.
    pub payee: PayeeId,
    /// How much.
    pub amount: Nano,
}

/// An owner's part of the data money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerPart<'a> {
    /// The owner.
    pub content_hash: ContentHash,
    /// Its share of the answer, in ppm.
    pub share_ppm: u32,
    /// Who is paid for it.
    pub payees: &'a Payees,
}

/// An adapter's part of the adapters' money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AdapterPart {
    /// Its developer.
    pub payee: PayeeId,
    /// By how much it counts among the adapters of the answer, in ppm.
    pub weight_ppm: u32,
}

/// Who stands behind the roles that are not data. A role without a beneficiary adds to data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beneficiaries {
    /// The operator.
    pub platform: PayeeId,
    /// The adapters that answered and have a developer, in the order that breaks ties.
    pub adapters: Vec<AdapterPart>,
    /// The stakers' pool, if there is one.
    pub stakers: Option<PayeeId>,
    /// The treasury, needed only under [`ResidualRule::Treasury`].
    pub treasury: PayeeId,
}

/// What a caller pays, gets back, and where the charged amount goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// tariff(usage).
    pub gross: Nano,
    /// ⌊gross · T / 10⁶⌋, or gross under the treasury rule.
    pub charged: Nano,
    /// gross − charged.
    pub refunded: Nano,
    /// Σ amount = charged. Roles in order; owners by content hash; payees ascending. Lines of zero
    /// are left out.
    pub lines: Vec<Line>,
    /// Per line, the owner it is paid for; absent outside the data role.
    pub line_owners: Vec<Option<ContentHash>>,
    /// Amount per owner, in the order given.
    pub owner_amounts: Vec<Nano>,
}

/// Settles one answer: `total_ppm` is T, and the owners' shares sum to it.
///
/// Owners must come in ascending order of content hash, which is the order that breaks ties.
///
/// # Errors
/// When an amount leaves the range of [`Nano`].
///
/// # Panics
/// When the shares do not sum to `total_ppm` or T exceeds a whole: the caller's bug.
pub fn settle(
    gross: Nano,
    total_ppm: u32,
    policy: &FeePolicy,
    beneficiaries: &Beneficiaries,
    owners: &[OwnerPart<'_>],
) -> Result<Settlement, AmountError> {
    let shares: u64 = owners.iter().map(|owner| u64::from(owner.share_ppm)).sum();
    assert!(shares == u64::from(total_ppm) && total_ppm <= WHOLE_PPM, "shares sum to T ≤ 10⁶");
    let supported = Nano::new(gross.wide() * i128::from(total_ppm) / i128::from(WHOLE_PPM))?;
    let [platform, adapters, stakers, data] = split_roles(supported, policy, beneficiaries)?;
    let mut lines: Vec<(Option<ContentHash>, Line)> = Vec::new();
    let payee = beneficiaries.platform;
    lines.push((None, Line { role: Role::Platform, payee, amount: platform }));
    split_adapters(adapters, &beneficiaries.adapters, &mut lines)?;
    if let Some(payee) = beneficiaries.stakers {
        lines.push((None, Line { role: Role::Stakers, payee, amount: stakers }));
    }
    let owner_amounts = split_data(data, owners, &mut lines)?;
    let residual = gross.minus(supported)?;
    let charged = match policy.residual_rule {
        ResidualRule::Refund => supported,
        ResidualRule::Treasury => gross,
    };
    if policy.residual_rule == ResidualRule::Treasury {
        let payee = beneficiaries.treasury;
        lines.push((None, Line { role: Role::Treasury, payee, amount: residual }));
    }
    lines.retain(|(_, line)| line.amount > Nano::ZERO);
    let (line_owners, lines) = lines.into_iter().unzip();
    let refunded = gross.minus(charged)?;
    Ok(Settlement { gross, charged, refunded, lines, line_owners, owner_amounts })
}

/// The roles' amounts, platform, adapter, stakers, data; that of a role without a beneficiary is
/// zero, and data has it.
fn split_roles(
    amount: Nano,
    policy: &FeePolicy,
    who: &Beneficiaries,
) -> Result<[Nano; 4], AmountError> {
    let adapters = who.adapters.iter().any(|adapter| adapter.weight_ppm > 0);
    let has_beneficiary = [true, adapters, who.stakers.is_some()];
    let mut weights: Vec<u128> = policy.bps.iter().map(|part| u128::from(*part)).collect();
    for (at, has_beneficiary) in has_beneficiary.into_iter().enumerate() {
        if !has_beneficiary {
            weights[3] += std::mem::take(&mut weights[at]);
        }
    }
    let parts = largest_remainder(amount.unsigned(), &weights);
    let part = |at: usize| Nano::new(i128::from(parts[at]));
    Ok([part(0)?, part(1)?, part(2)?, part(3)?])
}

fn split_adapters(
    amount: Nano,
    adapters: &[AdapterPart],
    lines: &mut Vec<(Option<ContentHash>, Line)>,
) -> Result<(), AmountError> {
    let weights: Vec<u128> =
        adapters.iter().map(|adapter| u128::from(adapter.weight_ppm)).collect();
    for (adapter, part) in adapters.iter().zip(largest_remainder(amount.unsigned(), &weights)) {
        let amount = Nano::new(i128::from(part))?;
        lines.push((None, Line { role: Role::Adapter, payee: adapter.payee, amount }));
    }
    Ok(())
}

fn split_data(
    amount: Nano,
    owners: &[OwnerPart<'_>],
    lines: &mut Vec<(Option<ContentHash>, Line)>,
) -> Result<Vec<Nano>, AmountError> {
    let shares: Vec<u128> = owners.iter().map(|owner| u128::from(owner.share_ppm)).collect();
    let mut amounts = Vec::with_capacity(owners.len());
    for (owner, part) in owners.iter().zip(largest_remainder(amount.unsigned(), &shares)) {
        amounts.push(Nano::new(i128::from(part))?);
        let ppm: Vec<u128> =
            owner.payees.shares().iter().map(|share| u128::from(share.ppm)).collect();
        for (share, part) in owner.payees.shares().iter().zip(largest_remainder(part, &ppm)) {
            let amount = Nano::new(i128::from(part))?;
            let line = Line { role: Role::Data, payee: share.payee, amount };
            lines.push((Some(owner.content_hash), line));
        }
    }
    Ok(amounts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id(byte: u8) -> PayeeId {
        PayeeId([byte; 32])
    }

    fn who(adapters: &[(u8, u32)]) -> Beneficiaries {
        let part = |(payee, weight_ppm): &(u8, u32)| AdapterPart {
            payee: id(*payee),
            weight_ppm: *weight_ppm,
        };
        let adapters = adapters.iter().map(part).collect();
        Beneficiaries { platform: id(250), adapters, stakers: None, treasury: id(251) }
    }

    fn settle_shares(
        shares: &[u32],
        rule: ResidualRule,
        gross: i128,
        adapters: &[(u8, u32)],
    ) -> Settlement {
        let payees: Vec<Payees> = (1..=shares.len())
            .map(|n| Payees::equal(vec![id(n as u8), id(n as u8 + 100)]).expect("two payees"))
            .collect();
        let owners: Vec<OwnerPart<'_>> = shares
            .iter()
            .zip(&payees)
            .enumerate()
            .map(|(n, (share_ppm, payees))| OwnerPart {
                content_hash: ContentHash([n as u8; 32]),
                share_ppm: *share_ppm,
                payees,
            })
            .collect();
        let policy = FeePolicy { residual_rule: rule, ..FeePolicy::first() };
        let gross = Nano::new(gross).expect("in range");
        settle(gross, shares.iter().sum(), &policy, &who(adapters), &owners).expect("in range")
    }

    #[test]
    fn the_worked_example() {
        let done =
            settle_shares(&[610_000, 220_000, 90_000], ResidualRule::Refund, 12_000_000, &[]);
        assert_eq!(done.charged.get(), 11_040_000);
        assert_eq!(done.refunded.get(), 960_000);
        assert_eq!(done.lines[0].amount.get(), 1_656_000);
        let owners: Vec<i64> = done.owner_amounts.iter().map(|amount| amount.get()).collect();
        assert_eq!(owners, [6_222_000, 2_244_000, 918_000]);
    }

    #[test]
    fn the_treasury_takes_the_residual_under_its_rule() {
        let done = settle_shares(&[920_000], ResidualRule::Treasury, 12_000_000, &[]);
        assert_eq!((done.charged.get(), done.refunded.get()), (12_000_000, 0));
        let last = done.lines.last().expect("a line");
        assert_eq!((last.role, last.amount.get()), (Role::Treasury, 960_000));
    }

    #[test]
    fn adapters_divide_their_part_and_without_one_it_is_the_data_s() {
        let lines = |adapters: &[(u8, u32)]| -> Vec<(Role, i64)> {
            let done = settle_shares(&[1_000_000], ResidualRule::Refund, 12_000_001, adapters);
            done.lines.iter().map(|line| (line.role, line.amount.get())).collect()
        };
        let (adapter, data) = (Role::Adapter, Role::Data);
        let platform = (Role::Platform, 1_800_000);
        let one = [platform, (adapter, 1_800_000), (data, 4_200_001), (data, 4_200_000)];
        assert_eq!(lines(&[(7, 1_000_000)]), one);
        assert_eq!(lines(&[(7, 1_000_000), (8, 0)]), one, "a line of zero is left out");
        assert_eq!(
            lines(&[(7, 333_333), (8, 666_667)]),
            [
                platform,
                (adapter, 599_999),
                (adapter, 1_200_001),
                (data, 4_200_001),
                (data, 4_200_000)
            ]
        );
        let none = [platform, (data, 5_100_001), (data, 5_100_000)];
        assert_eq!(lines(&[]), none);
        assert_eq!(lines(&[(7, 0)]), none);
    }

    #[test]
    fn prices() {
        let price = |tariff: Tariff, tokens_in, tokens_out| {
            tariff.price(Usage { tokens_in, tokens_out }).expect("in range").get()
        };
        assert_eq!(price(Tariff::QUICK, 9_999, 9_999), 12_000_000);
        assert_eq!(price(Tariff::DEEP, 1_500, 250), 4_000_000 + 3_000_000 + 2_000_000);
        assert!(Tariff::DEEP.price(Usage { tokens_in: u64::MAX, tokens_out: 0 }).is_err());
    }

    #[test]
    fn amounts_print_for_people() {
        let print = |amount| Nano::new(amount).expect("in range").in_tokens();
        assert_eq!(print(12_000_000), "0.012");
        assert_eq!(print(11_040_000), "0.01104");
        assert_eq!(print(0), "0.000");
        assert_eq!(print(1), "0.000000001");
        assert_eq!(print(2_500_000_000), "2.500");
        assert!(Nano::new(-1).is_err() && Nano::new(1 << 63).is_err());
    }

    proptest! {
        #[test]
        fn every_line_together_is_what_was_charged(
            shares in prop::collection::vec(0u32..25_000, 1..40),
            gross in 0i128..1 << 62,
            treasury in any::<bool>(),
            adapters in prop::collection::vec((1u8..9, 0u32..1_000_000), 0..4),
        ) {
            let rule = if treasury { ResidualRule::Treasury } else { ResidualRule::Refund };
            let done = settle_shares(&shares, rule, gross, &adapters);
            let sum: i128 = done.lines.iter().map(|line| line.amount.wide()).sum();
            prop_assert_eq!(sum, done.charged.wide());
            prop_assert_eq!(done.charged.wide() + done.refunded.wide(), gross);
        }
    }
}
