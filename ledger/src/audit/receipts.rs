//! Does every capture have its one receipt, and does the receipt say what was moved?

use super::AuditReport;
use super::rows::{LineRow, ReceiptRow, Rows, TransferRow, shown};
use crate::LedgerSettings;
use alloy::primitives::{Address, B256, Signature};
use alloy::sol_types::{SolStruct, eip712_domain};
use footnote_domain::id::{Digest, keccak256};
use serde_json::Value;
use std::collections::BTreeMap;

mod typed {
    alloy::sol! {
        struct Receipt {
            bytes32 receiptHash;
            uint64 epoch;
            uint64 seq;
            uint128 charged;
            bytes32 payer;
            bytes32 policyHash;
        }
    }
}

pub(super) fn check(rows: &Rows, settings: &LedgerSettings, report: &mut AuditReport) {
    report.receipts = rows.receipts.len() as u64;
    let mut captures: BTreeMap<&[u8], &TransferRow> = BTreeMap::new();
    let mut moved: BTreeMap<&[u8], Vec<(&str, i64)>> = BTreeMap::new();
    for row in &rows.transfers {
        match row.kind.as_str() {
            "capture" => drop(captures.insert(&row.group_id, row)),
            "line" => moved.entry(&row.group_id).or_default().push((&row.credit, row.amount)),
            _ => {}
        }
    }
    let mut lines: BTreeMap<i64, Vec<&LineRow>> = BTreeMap::new();
    for row in &rows.lines {
        lines.entry(row.sequence).or_default().push(row);
    }
    let stored: BTreeMap<&[u8], bool> =
        rows.answers.iter().map(|row| (row.id.as_slice(), row.stored == 1)).collect();
    report.check(captures.len() == rows.receipts.len(), "one receipt per capture", || {
        format!("{} receipts, {} captures", rows.receipts.len(), captures.len())
    });
    let mut previous = vec![0; 32];
    for (at, row) in (1..).zip(&rows.receipts) {
        report.check(row.sequence == at, "receipts are numbered without a gap", || {
            format!("{} stands at place {at}", row.sequence)
        });
        report.check(row.previous_hash == previous, "receipts are chained by hash", || {
            format!("receipt {at}")
        });
        let kept = stored.get(row.answer.as_slice()) == Some(&true);
        report.check(kept, "nothing is charged that cannot be read", || format!("receipt {at}"));
        let capture = captures.get(row.hold.as_slice()).copied();
        let its_lines = lines.get(&at).map_or(&[][..], Vec::as_slice);
        let transfers = moved.get(row.hold.as_slice()).map_or(&[][..], Vec::as_slice);
        check_amounts(row, capture, its_lines, transfers, report);
        check_body(row, capture, its_lines, settings, report);
        previous.clone_from(&row.hash);
    }
}

fn check_amounts(
    row: &ReceiptRow,
    capture: Option<&TransferRow>,
    lines: &[&LineRow],
    moved: &[(&str, i64)],
    report: &mut AuditReport,
) {
    let at = row.sequence;
    let taken = capture.is_some_and(|it| it.amount == row.charged && it.debit == row.payer);
    report.check(taken, "a receipt states what was captured", || format!("receipt {at}"));
    let sum: i128 = lines.iter().map(|line| i128::from(line.amount)).sum();
    report.check(sum == i128::from(row.charged), "lines add up to what was captured", || {
        format!("receipt {at}: {sum} of {}", row.charged)
    });
    let stated: Vec<(&str, i64)> =
        lines.iter().map(|line| (line.account.as_str(), line.amount)).collect();
    report.check(stated == moved, "lines are what was moved", || format!("receipt {at}"));
}

fn check_body(
    row: &ReceiptRow,
    capture: Option<&TransferRow>,
    lines: &[&LineRow],
    settings: &LedgerSettings,
    report: &mut AuditReport,
) {
    let at = row.sequence;
    report.check(
        keccak256(&[&row.body]) == row.hash[..],
        "a receipt's hash is of its content",
        || format!("receipt {at}"),
    );
    let body: Value = serde_json::from_slice(&row.body).unwrap_or_default();
    let field = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let wanted = [
        ("sequence", at.to_string()),
        ("epoch", row.epoch.to_string()),
        ("previous", shown(&row.previous_hash)),
        ("charged", row.charged.to_string()),
        ("hold_id", shown(&row.hold)),
        ("capture_id", capture.map_or_else(String::new, |it| shown(&it.id))),
        ("chain_id", settings.chain_id.to_string()),
        ("settlement", settings.settlement.to_string()),
    ];
    for (name, value) in wanted {
        report.check(field(name) == value, "a receipt says where it stands", || {
            format!("receipt {at}: {name} is {}, not {value}", field(name))
        });
    }
    let said = |line: &Value| {
        let part = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        (part("role"), part("payee"), part("amount"))
    };
    let said: Vec<_> = body["lines"].as_array().into_iter().flatten().map(said).collect();
    let kept: Vec<_> = lines
        .iter()
        .map(|line| (line.role.clone(), shown(&line.payee), line.amount.to_string()))
        .collect();
    report.check(said == kept, "a receipt's lines are those of the books", || {
        format!("receipt {at}")
    });
    check_signature(row, &body, settings, report);
}

fn check_signature(
    row: &ReceiptRow,
    body: &Value,
    settings: &LedgerSettings,
    report: &mut AuditReport,
) {
    let (Some(signer), Some(signature)) = (&row.signer, &row.signature) else {
        report.unsigned += 1;
        return;
    };
    let policy = serde_json_canonicalizer::to_vec(&body["policy"]).unwrap_or_default();
    let payer: Digest = body["payer"].as_str().unwrap_or_default().parse().unwrap_or_default();
    let typed = typed::Receipt {
        receiptHash: B256::from_slice(&row.hash),
        epoch: row.epoch.unsigned_abs(),
        seq: row.sequence.unsigned_abs(),
        charged: u128::from(row.charged.unsigned_abs()),
        payer: B256::from(payer.0),
        policyHash: B256::from(keccak256(&[&policy])),
    };
    let domain = eip712_domain! {
        name: "Footnote",
        version: "1",
        chain_id: settings.chain_id,
        verifying_contract: Address::from(settings.settlement.0),
    };
    let digest = typed.eip712_signing_hash(&domain);
    let found = Signature::from_raw(signature)
        .ok()
        .and_then(|signature| signature.recover_address_from_prehash(&digest).ok());
    let kept = found.is_some_and(|found| found.as_slice() == signer.as_slice());
    report.check(kept, "a receipt is signed by its signer", || format!("receipt {}", row.sequence));
}
