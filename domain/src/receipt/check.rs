//! Does a receipt add up? Recomputes support, shares, prices, splits and lines from the receipt
//! alone and names the first field that is not what it should be.

use super::{AttributionRecord, Envelope, Receipt, VERSION};
use crate::attribution::{ALGORITHM, Estimator, attribute, evidence::Evidence, shapley};
use crate::id::{ContentHash, Digest};
use crate::payee::WHOLE_PPM;
use std::collections::{BTreeMap, BTreeSet};

/// The first field that does not recompute.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("field `{field}`: {reason}")]
pub struct Fault {
    /// Dotted path of the field.
    pub field: String,
    /// What it should have been.
    pub reason: String,
}

type Checked = Result<(), Fault>;

fn fault(field: impl Into<String>, reason: impl Into<String>) -> Checked {
    Err(Fault { field: field.into(), reason: reason.into() })
}

fn same<T: PartialEq + std::fmt::Debug>(field: &str, found: &T, wanted: &T) -> Checked {
    if found == wanted {
        return Ok(());
    }
    fault(field, format!("is {found:?}, but recomputes to {wanted:?}"))
}

/// Checks everything but the signature and the chain to other receipts.
pub fn check(envelope: &Envelope) -> Result<(), Fault> {
    let receipt = &envelope.receipt;
    same("receipt.version", &receipt.version.as_str(), &VERSION)?;
    check_numbers(receipt)?;
    check_evidence(&receipt.attribution)?;
    check_shares(&receipt.attribution)?;
    check_citations(receipt)?;
    check_price(receipt)?;
    check_lines(receipt)?;
    // Last: a changed number is named by itself where it can be, and by the hash where it cannot.
    same("hash", &envelope.hash, &receipt.hash())
}

fn check_numbers(receipt: &Receipt) -> Checked {
    if receipt.sequence == 0 || receipt.epoch == 0 {
        return fault("receipt.sequence", "sequence and epoch count from 1");
    }
    if (receipt.sequence == 1) != (receipt.previous == Digest::default()) {
        return fault("receipt.previous", "is zero for the first receipt, and only for it");
    }
    Ok(())
}

fn check_evidence(record: &AttributionRecord) -> Checked {
    same("receipt.attribution.algorithm", &record.algorithm.as_str(), &ALGORITHM)?;
    let weight: u64 = record.units.iter().map(|unit| u64::from(*unit)).sum();
    same("receipt.attribution.units", &weight, &u64::from(WHOLE_PPM))?;
    let most = shapley::OWNERS_MOST.min(record.constants.owners_most as usize);
    if record.owners.len() > most {
        return fault("receipt.attribution.owners", format!("are more than {most}"));
    }
    if !record.owners.windows(2).all(|pair| pair[0].content_hash < pair[1].content_hash) {
        return fault("receipt.attribution.owners", "are not in strictly ascending order");
    }
    record.owners.iter().enumerate().try_for_each(|(at, owner)| {
        let evidence = owner.evidence();
        check_owner(&format!("receipt.attribution.owners[{at}]"), &evidence, record)
    })
}

fn check_owner(path: &str, evidence: &Evidence, record: &AttributionRecord) -> Checked {
    let whole = |list: &[u32]| {
        list.len() == record.units.len() && list.iter().all(|value| *value <= WHOLE_PPM)
    };
    if !whole(&evidence.wording_ppm) {
        return fault(format!("{path}.wording"), "is not one part of a whole per unit");
    }
    if !whole(&evidence.meaning_ppm) {
        return fault(format!("{path}.meaning"), "is not one part of a whole per unit");
    }
    if !evidence.necessity_ppm.as_deref().is_none_or(whole) {
        return fault(format!("{path}.necessity"), "is not one part of a whole per unit");
    }
    if evidence.necessity_ppm.is_some() != (record.estimator == Estimator::Causal) {
        return fault(format!("{path}.necessity"), "does not fit the estimator");
    }
    let has_meaning = evidence.meaning_ppm.iter().any(|value| *value > 0);
    if record.estimator == Estimator::Words && has_meaning {
        return fault(format!("{path}.meaning"), "does not fit the estimator");
    }
    Ok(())
}

fn check_shares(record: &AttributionRecord) -> Checked {
    let evidence: Vec<(ContentHash, Evidence)> =
        record.owners.iter().map(|owner| (owner.content_hash, owner.evidence())).collect();
    let owners: Vec<(ContentHash, &Evidence)> =
        evidence.iter().map(|(hash, evidence)| (*hash, evidence)).collect();
    let wanted = attribute(&record.units, &owners, &record.constants);
    for (at, (owner, support)) in record.owners.iter().zip(&wanted.support).enumerate() {
        same(&format!("receipt.attribution.owners[{at}].support"), &owner.support, support)?;
    }
    same("receipt.attribution.shares", &record.shares, &wanted.shares_ppm)?;
    same("receipt.attribution.total", &record.total, &wanted.total_ppm)?;
    if record.total < record.constants.unsupported_below_ppm {
        return fault(
            "receipt.attribution.total",
            "is below the limit under which nothing is charged",
        );
    }
    Ok(())
}

/// A citation supports its sentence; a source that earns is cited; one number per contribution.
fn check_citations(receipt: &Receipt) -> Checked {
    let record = &receipt.attribution;
    let mut numbers: BTreeMap<u32, ContentHash> = BTreeMap::new();
    let mut cited: BTreeSet<ContentHash> = BTreeSet::new();
    for (at, citation) in receipt.citations.iter().enumerate() {
        let path = |part: &str| format!("receipt.citations[{at}].{part}");
        if citation.start >= citation.end {
            return fault(path("end"), "the quote is empty");
        }
        let owner = record.owners.iter().find(|o| o.content_hash == citation.content_hash);
        let support = owner.and_then(|o| o.support.get(citation.sentence as usize));
        if support.is_none_or(|support| *support == 0) {
            return fault(path("sentence"), "is not supported by the cited contribution");
        }
        cited.insert(citation.content_hash);
        let named = numbers.entry(citation.n).or_insert(citation.content_hash);
        same(&path("n"), named, &citation.content_hash)?;
    }
    let consecutive = numbers.keys().copied().eq(1..=numbers.len() as u32);
    if !consecutive || numbers.len() != cited.len() {
        return fault("receipt.citations", "numbers are not 1, 2, … with one per contribution");
    }
    let unpaid = |at: usize| record.shares[at] == 0;
    let missing = (0..record.owners.len())
        .find(|at| !unpaid(*at) && !cited.contains(&record.owners[*at].content_hash));
    match missing {
        Some(at) => fault("receipt.citations", format!("owner {at} earns but is not cited")),
        None => Ok(()),
    }
}

fn check_price(receipt: &Receipt) -> Checked {
    same("receipt.tariff.hash", &receipt.tariff.hash, &receipt.tariff.rates.digest())?;
    let Ok(gross) = receipt.tariff.rates.price(receipt.usage) else {
        return fault("receipt.usage", "costs more than an amount can hold");
    };
    same("receipt.gross", &receipt.gross, &gross)?;
    if receipt.held < receipt.gross {
        return fault("receipt.held", "is less than the gross price");
    }
    receipt.policy.check().or_else(|error| fault("receipt.policy.bps", error.to_string()))
}

fn check_lines(receipt: &Receipt) -> Checked {
    if receipt.adapters.len() > 1 {
        return fault("receipt.adapters", "several adapters are beyond this version");
    }
    let Ok(wanted) = receipt.settlement_again() else {
        return fault("receipt.gross", "cannot be divided");
    };
    same("receipt.charged", &receipt.charged, &wanted.charged)?;
    same("receipt.refunded", &receipt.refunded, &wanted.refunded)?;
    same("receipt.lines", &receipt.lines, &wanted.lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribution::Constants;
    use crate::citation::Citation;
    use crate::corpus::Age;
    use crate::id::{Address, DatanetId, PayeeId, TransferId};
    use crate::money::{Beneficiaries, FeePolicy, Nano, OwnerPart, Tariff, Usage, settle};
    use crate::payee::Payees;
    use crate::receipt::{
        Draft, Funding, Model, OwnerRecord, RetrievalRecord, Seal, TariffRecord, canonical_bytes,
    };

    fn payee(n: u8) -> PayeeId {
        PayeeId([n; 32])
    }

    fn envelope() -> Envelope {
        let payees = Payees::equal(vec![payee(1), payee(2), payee(3)]).expect("three");
        let owner = |n: u8, wording: Vec<u32>| OwnerRecord {
            content_hash: ContentHash([n; 32]),
            age: Age { block: u64::from(n), log_index: 0 },
            payees: payees.clone(),
            meaning: vec![0; wording.len()],
            necessity: None,
            support: wording.iter().map(|v| if *v < 200_000 { 0 } else { *v }).collect(),
            wording,
        };
        let record = AttributionRecord {
            algorithm: ALGORITHM.into(),
            estimator: Estimator::Words,
            constants: Constants::default(),
            units: vec![700_000, 300_000],
            owners: vec![owner(1, vec![1_000_000, 100_000]), owner(2, vec![500_000, 0])],
            shares: vec![525_000, 175_000],
            total: 700_000,
        };
        let gross = Tariff::QUICK.price(Usage::default()).expect("in range");
        let policy = FeePolicy::first();
        let parts: Vec<OwnerPart<'_>> = record
            .owners
            .iter()
            .zip(&record.shares)
            .map(|(o, s)| OwnerPart {
                content_hash: o.content_hash,
                share_ppm: *s,
                payees: &o.payees,
            })
            .collect();
        let who =
            Beneficiaries { platform: payee(9), adapter: None, stakers: None, treasury: payee(8) };
        let settled = settle(gross, record.total, &policy, &who, &parts).expect("in range");
        let citation = |n: u32, owner: u8| Citation {
            n,
            datanet: DatanetId([7; 32]),
            version: 1,
            content_hash: ContentHash([owner; 32]),
            start: 3,
            end: 9,
            quote_hash: Digest::of(&[b"quote"]),
            sentence: 0,
        };
        let receipt = Receipt::seal(
            Draft {
                payer: Digest::of(&[b"payer"]),
                funding: Funding::Promotion,
                request_hash: Digest::of(&[b"request"]),
                answer_hash: Digest::of(&[b"answer"]),
                backend: "extractive".into(),
                model: Model { id: "none".into(), digest: Digest::default() },
                adapters: vec![],
                retrieval: RetrievalRecord {
                    generation: Digest::default(),
                    unigrams: Digest::default(),
                    algorithm: "hybrid/1".into(),
                    parameters: [("w".to_owned(), "0.55".to_owned())].into(),
                },
                citations: vec![citation(1, 1), citation(2, 2)],
                usage: Usage::default(),
                tariff: TariffRecord::from(Tariff::QUICK),
                held: gross,
                gross,
                charged: settled.charged,
                refunded: settled.refunded,
                policy: policy.clone(),
                lines: settled.lines.clone(),
                hold_id: TransferId([4; 32]),
                time: 1_789_000_000,
                attribution: record.clone(),
            },
            Seal {
                chain_id: 31_337,
                settlement: Address([5; 20]),
                sequence: 1,
                epoch: 1,
                previous: Digest::default(),
                capture_id: TransferId([6; 32]),
            },
        );
        let hash = receipt.hash();
        Envelope { receipt, hash, signer: Address([1; 20]), signature: "0x".into() }
    }

    fn rehashed(change: impl Fn(&mut Receipt)) -> Result<(), Fault> {
        let mut envelope = envelope();
        change(&mut envelope.receipt);
        envelope.hash = envelope.receipt.hash();
        check(&envelope)
    }

    #[test]
    fn a_true_receipt_passes_and_reads_back() {
        let envelope = envelope();
        assert_eq!(check(&envelope), Ok(()));
        let bytes = canonical_bytes(&envelope);
        assert_eq!(Envelope::parse(&bytes).expect("reads back"), envelope);
    }

    #[test]
    fn every_line_of_an_author_finds_its_text() {
        let receipt = envelope().receipt;
        let again = receipt.settlement_again().expect("in range");
        assert_eq!(again.lines, receipt.lines);
        for (owner, amount) in receipt.attribution.owners.iter().zip(&again.owner_amounts) {
            let lines = receipt.lines.iter().zip(&again.line_owners);
            let own = lines.filter(|(_, text)| **text == Some(owner.content_hash));
            assert_eq!(own.map(|(line, _)| line.amount.get()).sum::<i64>(), amount.get());
        }
    }

    #[test]
    fn every_changed_number_is_named() {
        let named = |field: &str, change: fn(&mut Receipt)| {
            let found = rehashed(change).expect_err(field);
            assert_eq!(found.field, field);
        };
        named("receipt.attribution.shares", |r| r.attribution.shares[0] += 1);
        named("receipt.attribution.total", |r| r.attribution.total -= 1);
        named("receipt.attribution.units", |r| r.attribution.units[0] -= 1);
        named("receipt.attribution.owners[0].support", |r| r.attribution.owners[0].support[1] = 1);
        named("receipt.charged", |r| r.charged = r.gross);
        named("receipt.lines", |r| r.lines[1].amount = Nano::ZERO);
        named("receipt.gross", |r| r.gross = Nano::ZERO);
        named("receipt.held", |r| r.held = Nano::ZERO);
        named("receipt.tariff.hash", |r| r.tariff.hash = Digest::default());
        named("receipt.policy.bps", |r| r.policy.bps[0] += 1);
        named("receipt.citations[0].sentence", |r| r.citations[0].sentence = 1);
        named("receipt.citations", |r| {
            r.citations.pop();
        });
        named("receipt.previous", |r| r.sequence = 2);
        let mut wrong = envelope();
        wrong.hash = Digest::default();
        assert_eq!(check(&wrong).expect_err("hash").field, "hash");
    }

    #[test]
    fn a_strict_reader_names_unknown_missing_and_misspelt_fields() {
        let text = String::from_utf8(canonical_bytes(&envelope())).expect("UTF-8");
        let refused = |from: &str, to: &str, field: &str| {
            let changed = text.replacen(from, to, 1);
            assert_ne!(changed, text, "{from}");
            let error = Envelope::parse(changed.as_bytes()).expect_err(to).to_string();
            assert!(error.contains(field), "{error}");
        };
        refused("\"sequence\":\"1\"", "\"sequence\":\"01\"", "receipt.sequence");
        refused("\"sequence\":\"1\"", "\"sequence\":1", "receipt.sequence");
        refused("\"sequence\":\"1\"", "\"sequence\":\"1\",\"x\":1", "unknown field `x`");
        refused("\"gross\":\"12000000\",", "", "gross");
        refused("\"gross\":\"12000000\"", "\"gross\":\"99999999999999999999\"", "receipt.gross");
        refused("\"hash\":\"0x", "\"hash\":\"0xz", "field `hash`");
        refused("\"gross\":\"12000000\"", "\"gross\":\"1\",\"gross\":\"12000000\"", "canonical");
        refused("{", "{ ", "canonical");
    }
}
