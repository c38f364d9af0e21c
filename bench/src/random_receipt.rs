//! True receipts of answers that nobody gave: any number of owners, units, payees and copies, so that
//! verifiers meet every shape.

use footnote_domain::apportion::largest_remainder;
use footnote_domain::attribution::evidence::Evidence;
use footnote_domain::attribution::{ALGORITHM, Constants, Estimator, attribute};
use footnote_domain::citation::Citation;
use footnote_domain::corpus::Age;
use footnote_domain::id::{Address, ContentHash, DatanetId, Digest, PayeeId, TransferId};
use footnote_domain::money::{
    AmountError, Beneficiaries, FeePolicy, Nano, Settlement, Tariff, Usage, settle,
};
use footnote_domain::payee::{PayeeShare, Payees, WHOLE_PPM};
use footnote_domain::receipt::{
    AttributionRecord, Draft, Funding, Model, OwnerRecord, PassageRecord, Receipt, RetrievalRecord,
    Seal, TariffRecord, UnownedReason, UnownedSentence,
};
use rand::Rng;

/// Most units of a made-up answer.
const UNITS_MOST: usize = 12;
/// Most payees of a made-up owner.
const PAYEES_MOST: usize = 6;

/// A receipt that follows `before` and passes every check, signature apart.
///
/// # Errors
/// When an amount leaves its range, which no price drawn here reaches.
pub fn random_receipt(
    random: &mut impl Rng,
    before: Option<&Receipt>,
) -> Result<Receipt, AmountError> {
    loop {
        let attribution = attribution(random);
        if attribution.total >= Constants::PUBLISHED.unsupported_below_ppm {
            return sealed(random, attribution, before);
        }
    }
}

fn sealed(
    random: &mut impl Rng,
    attribution: AttributionRecord,
    before: Option<&Receipt>,
) -> Result<Receipt, AmountError> {
    let seal = Seal {
        chain_id: 31_337,
        settlement: Address([5; 20]),
        sequence: before.map_or(1, |before| before.sequence + 1),
        epoch: 1,
        previous: before.map_or(Digest::default(), Receipt::hash),
        capture_id: TransferId(random.random()),
    };
    let (tariff, usage) = match random.random_bool(0.5) {
        true => (Tariff::QUICK, Usage::default()),
        false => (
            Tariff::DEEP,
            Usage {
                tokens_in: random.random_range(1..8_000),
                tokens_out: random.random_range(1..600),
            },
        ),
    };
    let gross = tariff.price(usage)?;
    let money = settled(&attribution, gross)?;
    let draft = Draft {
        payer: Digest(random.random()),
        funding: Funding::Promotion,
        request_hash: Digest(random.random()),
        answer_hash: Digest(random.random()),
        backend: "extractive".into(),
        model: Model { id: "none".into(), digest: Digest::default() },
        adapters: Vec::new(),
        retrieval: RetrievalRecord {
            generation: Digest(random.random()),
            unigrams: Digest(random.random()),
            algorithm: "hybrid/1".into(),
            parameters: [("vector_weight".to_owned(), "0.55".to_owned())].into(),
            passages: passages(random, &attribution),
        },
        citations: citations(random, &attribution),
        usage,
        tariff: TariffRecord::from(tariff),
        held: gross.plus(Nano::new(random.random_range(0..1_000_000))?)?,
        gross,
        charged: money.charged,
        refunded: money.refunded,
        policy: FeePolicy::first(),
        lines: money.lines,
        hold_id: TransferId(random.random()),
        time: random.random_range(1_789_000_000..1_800_000_000),
        attribution,
    };
    Ok(Receipt::seal(draft, seal))
}

fn settled(record: &AttributionRecord, gross: Nano) -> Result<Settlement, AmountError> {
    let parts = record.owner_parts();
    let (platform, treasury) = (PayeeId([9; 32]), PayeeId([8; 32]));
    let who = Beneficiaries { platform, adapters: Vec::new(), stakers: None, treasury };
    settle(gross, record.total, &FeePolicy::first(), &who, &parts)
}

fn attribution(random: &mut impl Rng) -> AttributionRecord {
    let constants = Constants::PUBLISHED;
    let units = parts_of_a_whole(random, UNITS_MOST);
    let count = random.random_range(1..=constants.owners_most as usize);
    let mut hashes: Vec<ContentHash> = (0..count).map(|_| ContentHash(random.random())).collect();
    hashes.sort_unstable();
    let estimator = match random.random_range(0..3) {
        0 => Estimator::Words,
        1 => Estimator::Meaning,
        _ => Estimator::Causal,
    };
    let evidence: Vec<Evidence> =
        hashes.iter().map(|_| evidence(random, units.len(), estimator)).collect();
    let owners: Vec<(ContentHash, &Evidence)> = hashes.iter().copied().zip(&evidence).collect();
    let found = attribute(&units, &owners, &constants);
    let rows = hashes.iter().zip(&evidence).zip(found.support);
    let owners = rows.map(|((hash, evidence), support)| OwnerRecord {
        content_hash: *hash,
        age: Age { block: random.random_range(1..1_000_000), log_index: random.random_range(0..9) },
        payees: payees(random),
        wording: evidence.wording_ppm.clone(),
        meaning: evidence.meaning_ppm.clone(),
        necessity: evidence.necessity_ppm.clone(),
        behind: vec![None; support.len()],
        support,
    });
    AttributionRecord {
        algorithm: ALGORITHM.into(),
        estimator,
        constants,
        owners: owners.collect(),
        units,
        shares: found.shares_ppm,
        total: found.total_ppm,
    }
}

/// 1 to `most` parts of 10⁶.
fn parts_of_a_whole(random: &mut impl Rng, most: usize) -> Vec<u32> {
    let count = random.random_range(1..=most);
    let masses: Vec<u128> = (0..count).map(|_| random.random_range(1..1_000)).collect();
    let parts = largest_remainder(u64::from(WHOLE_PPM), &masses);
    parts.into_iter().map(|part| u32::try_from(part).expect("a part of 10⁶")).collect()
}

fn evidence(random: &mut impl Rng, units: usize, estimator: Estimator) -> Evidence {
    let mut column = || -> Vec<u32> { (0..units).map(|_| level(random)).collect() };
    Evidence {
        wording_ppm: column(),
        meaning_ppm: if estimator == Estimator::Words { vec![0; units] } else { column() },
        necessity_ppm: (estimator == Estimator::Causal).then(&mut column),
    }
}

/// Mostly nothing, sometimes everything, else anything.
fn level(random: &mut impl Rng) -> u32 {
    match random.random_range(0..10) {
        0..5 => 0,
        5 => WHOLE_PPM,
        _ => random.random_range(0..=WHOLE_PPM),
    }
}

fn payees(random: &mut impl Rng) -> Payees {
    let parts = parts_of_a_whole(random, PAYEES_MOST);
    let mut ids: Vec<PayeeId> = parts.iter().map(|_| PayeeId(random.random())).collect();
    ids.sort_unstable();
    let shares = ids.into_iter().zip(parts).map(|(payee, ppm)| PayeeShare { payee, ppm });
    Payees::parse(shares.collect()).expect("sorted, a whole, few")
}

/// Each owner's text read once, for some in a younger copy; one more passed over.
fn passages(random: &mut impl Rng, record: &AttributionRecord) -> Vec<PassageRecord> {
    let mut found: Vec<PassageRecord> =
        record.owners.iter().map(|owner| passage(random, owner)).collect();
    found.push(PassageRecord {
        content_hash: ContentHash(random.random()),
        age: Age { block: 1, log_index: 0 },
        unowned: Vec::new(),
        sentences: 3,
        read: false,
        ..passage(random, &record.owners[0])
    });
    found
}

fn passage(random: &mut impl Rng, owner: &OwnerRecord) -> PassageRecord {
    let start = random.random_range(0..10_000);
    let copied = random.random_bool(0.3);
    let unowned = UnownedSentence {
        start: start + 10,
        end: start + 90,
        reason: if copied { UnownedReason::Copy } else { UnownedReason::Boilerplate },
        owner: copied.then_some(owner.content_hash),
    };
    let sentences = if copied { 1 } else { random.random_range(2..9) };
    let age = match copied {
        true => Age { block: owner.age.block + 1, ..owner.age },
        false => owner.age,
    };
    PassageRecord {
        content_hash: if copied { ContentHash(random.random()) } else { owner.content_hash },
        age,
        start,
        end: start + 1_000,
        relevance: random.random_range(0..=WHOLE_PPM),
        sentences,
        unowned: if copied || random.random_bool(0.2) { vec![unowned] } else { Vec::new() },
        read: true,
    }
}

/// Every owner for every unit that it supports, numbered in the order of first appearance.
fn citations(random: &mut impl Rng, record: &AttributionRecord) -> Vec<Citation> {
    let mut numbers = std::collections::BTreeMap::new();
    let mut cited = Vec::new();
    for unit in 0..record.units.len() {
        for owner in record.owners.iter().filter(|owner| owner.support[unit] > 0) {
            let next = u32::try_from(numbers.len()).expect("at most 40 owners") + 1;
            let start = random.random_range(0..10_000);
            cited.push(Citation {
                n: *numbers.entry(owner.content_hash).or_insert(next),
                datanet: DatanetId([7; 32]),
                version: 1,
                content_hash: owner.content_hash,
                start,
                end: start + random.random_range(1..400),
                quote_hash: Digest(random.random()),
                sentence: u32::try_from(unit).expect("few units"),
            });
        }
    }
    cited
}

#[cfg(test)]
mod tests {
    use super::*;
    use footnote_domain::receipt::{Envelope, check};
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    #[test]
    fn they_are_true() {
        let mut random = StdRng::seed_from_u64(1);
        let mut before: Option<Receipt> = None;
        for number in 1..=200 {
            let receipt = random_receipt(&mut random, before.as_ref()).expect("in range");
            assert_eq!(receipt.sequence, number);
            let (hash, signer) = (receipt.hash(), Address::default());
            let envelope = Envelope { receipt, hash, signer, signature: String::new() };
            check(&envelope).unwrap_or_else(|fault| panic!("receipt {number}: {fault}"));
            before = Some(envelope.receipt);
        }
    }
}
