//! Does the evidence hold for receipts that nobody could choose? A public seed draws them; their
//! evidence is recomputed from the texts.

use super::evidence_file::EvidenceFile;
use super::recompute::{DeepSummary, recompute};
use crate::app::UnigramArchive;
use crate::ask::Answer;
use footnote_domain::embed::Embed;
use footnote_domain::id::{AnswerId, keccak256};
use footnote_domain::receipt::{Envelope, Fault};
use footnote_indexer::BlobStore;
use footnote_ledger::{Ledger, LedgerError};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Where answers' evidence is kept.
pub struct Evidence<'a> {
    /// The books.
    pub ledger: &'a Ledger,
    /// The texts.
    pub blobs: &'a BlobStore,
    /// The token counts.
    pub unigrams: &'a UnigramArchive,
    /// The embedding model, where there is one.
    pub model: Option<&'a dyn Embed>,
}

/// What came of one receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// Its evidence is what its texts say.
    Holds(DeepSummary),
    /// It is not.
    Broken(Fault),
    /// It cannot be told.
    NotKept(String),
}

/// The receipts drawn, by number, with what came of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    findings: Vec<(u64, Finding)>,
}

impl Sample {
    /// Draws at most `most` receipts and recomputes their evidence.
    pub async fn take(evidence: &Evidence<'_>, seed: &str, most: u64) -> Result<Self, LedgerError> {
        let last = evidence.ledger.last_receipt().await?;
        let mut findings = Vec::new();
        for number in draw(seed, last, most) {
            findings.push((number, evidence.finding(number).await?));
        }
        Ok(Self { findings })
    }

    /// Whether no evidence is broken.
    pub fn is_sound(&self) -> bool {
        !self.findings.iter().any(|(_, finding)| matches!(finding, Finding::Broken(_)))
    }

    /// A line per receipt, and the sum.
    pub fn in_words(&self) -> String {
        let mut said = String::new();
        for (number, finding) in &self.findings {
            let finding = match finding {
                Finding::Holds(summary) => summary.in_words(),
                Finding::Broken(fault) => format!("BROKEN  {fault}"),
                Finding::NotKept(reason) => format!("not recomputed: {reason}"),
            };
            writeln!(said, "receipt {number}: {finding}").expect("a String takes everything");
        }
        let count = |kind: fn(&Finding) -> bool| {
            self.findings.iter().filter(|(_, finding)| kind(finding)).count()
        };
        let (drawn, hold) = (self.findings.len(), count(|it| matches!(it, Finding::Holds(_))));
        let kept = count(|it| !matches!(it, Finding::NotKept(_)));
        writeln!(said, "{drawn} receipts drawn, {kept} recomputed, the evidence of {hold} holds")
            .expect("a String takes everything");
        said
    }
}

impl Evidence<'_> {
    async fn finding(&self, number: u64) -> Result<Finding, LedgerError> {
        let gone = || Finding::NotKept("the receipt is gone".to_owned());
        let Some((answer, envelope)) = self.ledger.receipt_numbered(number).await? else {
            return Ok(gone());
        };
        let Some(answer) = self.answer(answer).await? else {
            return Ok(Finding::NotKept("the answer's text is no longer kept".to_owned()));
        };
        Ok(tokio::task::block_in_place(|| self.judge(&answer, &envelope)))
    }

    async fn answer(&self, id: AnswerId) -> Result<Option<Answer>, LedgerError> {
        let body = self.ledger.answer(id).await?.and_then(|stored| stored.body);
        let read = |body: Vec<u8>| serde_json::from_slice(&body);
        body.map(read).transpose().map_err(|error| {
            LedgerError::Corrupt(format!("answer {id} does not read back: {error}"))
        })
    }

    fn judge(&self, answer: &Answer, envelope: &Envelope) -> Finding {
        let receipt = &envelope.receipt;
        match EvidenceFile::assemble(answer, receipt, self.blobs, self.unigrams) {
            Err(error) => Finding::NotKept(error.to_string()),
            Ok(file) => match recompute(receipt, &file, self.model) {
                Ok(summary) => Finding::Holds(summary),
                Err(fault) => Finding::Broken(fault),
            },
        }
    }
}

/// `most` of the numbers from 1 to `last`, or all of them: for i = 0, 1, … the first 16 bytes of
/// keccak-256(seed ‖ i), i in 8 bytes, as a big-endian integer modulo `last`, plus 1; repetitions are
/// passed over.
fn draw(seed: &str, last: u64, most: u64) -> BTreeSet<u64> {
    let wanted = usize::try_from(most.min(last)).unwrap_or(usize::MAX);
    let mut drawn = BTreeSet::new();
    let mut turn = 0u64;
    while drawn.len() < wanted {
        let hash = keccak256(&[seed.as_bytes(), &turn.to_be_bytes()]);
        let number = u128::from_be_bytes(hash[..16].try_into().expect("16 of 32 bytes"));
        drawn.insert((number % u128::from(last)) as u64 + 1);
        turn += 1;
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_the_seed_draws_the_same_receipts() {
        let drawn = draw("0xabc", 1_000, 5);
        assert_eq!(drawn.len(), 5);
        assert_eq!(drawn, draw("0xabc", 1_000, 5));
        assert_ne!(drawn, draw("0xabd", 1_000, 5));
        assert!(drawn.iter().all(|number| (1..=1_000).contains(number)));
        assert_eq!(draw("", 3, 9), BTreeSet::from([1, 2, 3]));
        assert!(draw("x", 0, 9).is_empty());
    }
}
