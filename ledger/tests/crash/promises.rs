//! What had a dead seller promised, and do the books keep it?

use crate::desk::{PAYER, PRICE, answer_id, deposit, settings_in};
use footnote_ledger::audit::audit;
use footnote_ledger::{AnswerState, Ledger};
use std::collections::{BTreeMap, BTreeSet};
use tempfile::TempDir;

/// Everything that the callers of one set of books were told.
#[derive(Debug, Default)]
pub(crate) struct Promises {
    captured: BTreeMap<u64, String>,
    voided: BTreeSet<u64>,
    credited: BTreeSet<u64>,
    unknown: u64,
}

impl Promises {
    /// Takes down one line of a seller.
    ///
    /// # Panics
    /// When it contradicts an earlier one.
    pub(crate) fn note(&mut self, line: &str) {
        let words: Vec<&str> = line.trim_end_matches('.').split(' ').collect();
        let number = || words[1].parse::<u64>().expect("a number");
        match words[0] {
            "captured" => {
                let hash = self.captured.entry(number()).or_insert_with(|| words[2].to_owned());
                assert_eq!(hash, words[2], "two receipts for question {}", words[1]);
            }
            "voided" => drop(self.voided.insert(number())),
            "credited" => drop(self.credited.insert(number())),
            "unknown" => self.unknown += 1,
            "held" | "known" | "reused" | "poor" | "late" | "swept" => {}
            other => panic!("a seller said `{other}`"),
        }
    }

    pub(crate) fn captures(&self) -> u64 {
        self.captured.len() as u64
    }

    pub(crate) fn voids(&self) -> u64 {
        self.voided.len() as u64
    }

    pub(crate) fn unknown(&self) -> u64 {
        self.unknown
    }

    /// Opens the books as the next service does, audits them, and looks up every promise.
    pub(crate) fn check(&self, folder: &TempDir) {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let ledger = Ledger::open(settings_in(folder.path())).await.expect("opens again");
            let report = audit(&ledger).await.expect("audits");
            assert!(report.is_sound(), "{:#?}", report.faults);
            assert_eq!((report.running, report.unsigned), (0, 0), "left by the dead: {report:?}");
            self.check_answers(&ledger).await;
            for n in &self.credited {
                let again = ledger.credit_deposit(deposit(PAYER, 3 * PRICE, *n)).await;
                assert!(!again.expect("known"), "deposit {n} was promised and is not there");
            }
            ledger.close().await;
        });
    }

    async fn check_answers(&self, ledger: &Ledger) {
        for (n, hash) in &self.captured {
            let stored = ledger.answer(answer_id(*n)).await.expect("read").expect("it is there");
            assert_eq!(stored.state, AnswerState::Captured, "question {n}");
            assert!(stored.body.is_some(), "question {n} was charged and has no answer");
            let receipt = stored.receipt.expect("it was charged").to_string();
            assert_eq!(&receipt, hash, "question {n} has another receipt");
        }
        for n in &self.voided {
            let stored = ledger.answer(answer_id(*n)).await.expect("read").expect("it is there");
            assert_eq!(stored.state, AnswerState::Voided, "question {n}");
        }
    }
}
