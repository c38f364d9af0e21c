//! A receipt that is true, and every way of making it false.

use super::*;
use crate::attribution::{ALGORITHM, Constants, Estimator};
use crate::citation::Citation;
use crate::corpus::Age;
use crate::id::{Address, DatanetId, PayeeId, TransferId};
use crate::money::{Beneficiaries, FeePolicy, Nano, Tariff, Usage, settle};
use crate::payee::Payees;
use crate::receipt::{
    AttributionRecord, Draft, Funding, Model, OwnerRecord, PassageRecord, RetrievalRecord, Seal,
    TariffRecord, Unnumbered, UnownedReason, UnownedSentence, canonical_bytes,
};

fn payee(n: u8) -> PayeeId {
    PayeeId([n; 32])
}

/// Two owners: the text of the first is read itself, that of the second in a copy of it.
fn passages() -> Vec<PassageRecord> {
    let copied = UnownedSentence {
        start: 20,
        end: 31,
        reason: UnownedReason::Copy,
        owner: Some(ContentHash([2; 32])),
    };
    let passage = |n: u8, sentences, unowned, read| PassageRecord {
        content_hash: ContentHash([n; 32]),
        age: Age { block: u64::from(n), log_index: 0 },
        start: 5,
        end: 40,
        relevance: 900_000,
        sentences,
        unowned,
        read,
    };
    let common =
        UnownedSentence { reason: UnownedReason::Boilerplate, owner: None, ..copied.clone() };
    vec![
        passage(1, 3, vec![common], true),
        passage(3, 1, vec![copied], true),
        passage(4, 2, vec![], false),
    ]
}

fn envelope() -> Envelope {
    let payees = Payees::equal(vec![payee(1), payee(2), payee(3)]).expect("three");
    let owner = |n: u8, wording: Vec<u32>| OwnerRecord {
        content_hash: ContentHash([n; 32]),
        age: Age { block: u64::from(n), log_index: 0 },
        payees: payees.clone(),
        meaning: vec![0; wording.len()],
        necessity: None,
        behind: vec![None; wording.len()],
        support: wording.iter().map(|v| if *v < 350_000 { 0 } else { *v }).collect(),
        wording,
    };
    let record = AttributionRecord {
        algorithm: ALGORITHM.into(),
        estimator: Estimator::Words,
        constants: Constants::PUBLISHED,
        units: vec![700_000, 300_000],
        owners: vec![owner(1, vec![1_000_000, 100_000]), owner(2, vec![500_000, 0])],
        shares: vec![525_000, 175_000],
        total: 700_000,
    };
    let gross = Tariff::QUICK.price(Usage::default()).expect("in range");
    let policy = FeePolicy::first();
    let parts = record.owner_parts();
    let who = Beneficiaries {
        platform: payee(9),
        adapters: Vec::new(),
        stakers: None,
        treasury: payee(8),
    };
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
                passages: passages(),
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
fn a_receipt_numbered_late_has_the_bytes_of_one_written_at_once() {
    let mut receipt = envelope().receipt;
    let unnumbered = Unnumbered::of(&receipt);
    for (epoch, sequence) in [(1, 1), (7, 9_999), (u64::MAX, u64::MAX)] {
        (receipt.epoch, receipt.sequence) = (epoch, sequence);
        receipt.previous = Digest::of(&[b"before", &sequence.to_be_bytes()]);
        let bytes = unnumbered.numbered(epoch, receipt.previous, sequence);
        assert_eq!(bytes, canonical_bytes(&receipt));
        assert_eq!(Digest::of(&[&bytes]), receipt.hash());
    }
}

#[test]
fn everyone_found_is_told_why() {
    let mut receipt = envelope().receipt;
    let mut late = receipt.retrieval.passages[1].clone();
    late.read = false;
    late.content_hash = ContentHash([5; 32]);
    receipt.retrieval.passages.push(late);
    let title = |text: ContentHash| format!("text {}", text.0[0]);
    let told: Vec<String> = receipt
        .explanations()
        .expect("in range")
        .iter()
        .map(|one| format!("{}\n  {}", title(one.content_hash), one.in_words(&title).join("\n  ")))
        .collect();
    expect_test::expect![[r#"
        text 1
          It was ranked 1 and supported 1 of 2 sentences: 52.5 %.
          For sentence 1 (70 % of the answer) it was the best of 2 sources: 1.00 by wording against 0.50 → 52.5 %.
          1 of its 3 sentences found is found in too many unrelated texts to belong to anybody.
        text 2
          Copies of it were found and supported 1 of 2 sentences: 17.5 %.
          For sentence 1 (70 % of the answer) it was number 2 of 2 sources: 0.50 by wording against 1.00 → 17.5 %.
        text 3
          It was ranked 2 and read, but it owns nothing of it.
          Its sentence found is a copy of “text 2”, which is older.
        text 4
          It was ranked 3 and passed over: older or better ranked sources had taken all places.
        text 5
          It was ranked 4 and passed over: what it says was there already, or is nobody's.
          Its sentence found is a copy of “text 2”, which is older."#]]
    .assert_eq(&told.join("\n"));
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
    named("receipt.attribution.owners[1].behind", |r| {
        r.attribution.owners[1].behind.pop();
    });
    named("receipt.attribution.owners[1].behind", |r| {
        r.attribution.owners[1].behind[0] = Some(ContentHash([1; 32]));
    });
    named("receipt.attribution.owners[1].behind", |r| {
        r.attribution.owners[1].behind[1] = Some(ContentHash([1; 32]));
    });
    named("receipt.retrieval.passages[0].end", |r| r.retrieval.passages[0].end = 5);
    named("receipt.retrieval.passages[0].age", |r| r.retrieval.passages[0].age.block = 9);
    named("receipt.retrieval.passages[1].sentences", |r| r.retrieval.passages[1].sentences = 0);
    named("receipt.attribution.owners", |r| r.retrieval.passages[1].sentences = 2);
    named("receipt.attribution.owners", |r| r.retrieval.passages[2].read = true);
    named("receipt.attribution.owners", |r| r.retrieval.passages[0].read = false);
    named("receipt.retrieval.passages[1].unowned[0].start", |r| {
        r.retrieval.passages[1].unowned[0].end = 41;
    });
    named("receipt.retrieval.passages[1].unowned[0].owner", |r| {
        r.retrieval.passages[1].unowned[0].owner = None;
    });
    named("receipt.retrieval.passages[1].unowned[0].owner", |r| {
        r.retrieval.passages[1].age.block = 1;
    });
    let mut wrong = envelope();
    wrong.hash = Digest::default();
    assert_eq!(check(&wrong).expect_err("hash").field, "hash");
}

#[test]
fn nobody_signs_with_thresholds_of_their_own() {
    let named = |field: &str, change: fn(&mut Constants)| {
        // Nothing else about the receipt becomes untrue: evidence stays clear of every threshold.
        let found = rehashed(|r| change(&mut r.attribution.constants)).expect_err(field);
        assert_eq!(found.field, format!("receipt.attribution.constants.{field}"));
    };
    named("wording_least_ppm", |c| c.wording_least_ppm += 1);
    named("meaning_least_ppm", |c| c.meaning_least_ppm -= 1);
    named("necessity_least_ppm", |c| c.necessity_least_ppm = 0);
    named("epsilon_millinat", |c| c.epsilon_millinat += 1);
    named("near_copy_jaccard_ppm", |c| c.near_copy_jaccard_ppm += 1);
    named("boilerplate_owners", |c| c.boilerplate_owners += 1);
    named("owners_most", |c| c.owners_most -= 1);
    named("derived_words_ppm", |c| c.derived_words_ppm -= 1);
    named("derived_support_ppm", |c| c.derived_support_ppm += 1);
    named("unsupported_below_ppm", |c| c.unsupported_below_ppm = 0);
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
