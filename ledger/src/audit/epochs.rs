//! Does every receipt stand in exactly one epoch, do the leaves follow from the lines, and do the
//! roots follow from the leaves?

use super::AuditReport;
use super::rows::{EpochRow, Rows, shown};
use crate::LedgerSettings;
use footnote_domain::id::keccak256;
use std::collections::BTreeMap;

type Node = [u8; 32];

pub(super) fn check(rows: &Rows, settings: &LedgerSettings, report: &mut AuditReport) {
    report.epochs = rows.epochs.len() as u64;
    check_ranges(rows, report);
    let mut earned: BTreeMap<Vec<u8>, i128> = BTreeMap::new();
    let mut before: Option<&EpochRow> = None;
    for epoch in rows.epochs.iter().filter(|epoch| epoch.state != "open") {
        add_lines(rows, epoch, &mut earned);
        check_balances(rows, epoch, &earned, report);
        if epoch.epoch_hash.is_some() {
            check_roots(rows, epoch, report);
            check_hash(epoch, before, settings, report);
        }
        before = Some(epoch);
    }
    check_claims(rows, settings, report);
}

fn check_ranges(rows: &Rows, report: &mut AuditReport) {
    let (mut sequence, mut transfer) = (1, 1);
    let last = rows.epochs.len();
    for (number, epoch) in (1..).zip(&rows.epochs) {
        let open = epoch.state == "open";
        report.check(open == (number == last), "only the newest epoch is open", || {
            format!("epoch {} is {}", epoch.number, epoch.state)
        });
        let starts = (epoch.number, epoch.first_sequence, epoch.first_transfer);
        let wanted = (number as i64, sequence, transfer);
        report.check(starts == wanted, "epochs follow each other without a gap", || {
            format!("epoch {number} starts at {starts:?}, not {wanted:?}")
        });
        let inside = rows.receipts.iter().filter(|row| row.epoch == epoch.number);
        let numbers: Vec<i64> = inside.map(|row| row.sequence).collect();
        if open {
            let kept = numbers.iter().all(|number| *number >= sequence);
            report.check(kept, "a receipt stands in one epoch", || format!("epoch {number}"));
            continue;
        }
        let end = epoch.last_sequence.unwrap_or_default();
        report.check(
            numbers.iter().copied().eq(sequence..=end),
            "a receipt stands in one epoch",
            || format!("epoch {number} holds {} receipts of {sequence}..={end}", numbers.len()),
        );
        report.check(
            epoch.receipt_count == Some(numbers.len() as i64) && !numbers.is_empty(),
            "an epoch counts its receipts",
            || format!("epoch {number}"),
        );
        sequence = end + 1;
        transfer = epoch.last_transfer.unwrap_or_default() + 1;
    }
}

fn add_lines(rows: &Rows, epoch: &EpochRow, earned: &mut BTreeMap<Vec<u8>, i128>) {
    let range = epoch.first_sequence..=epoch.last_sequence.unwrap_or_default();
    for line in rows.lines.iter().filter(|line| range.contains(&line.sequence)) {
        *earned.entry(line.payee.clone()).or_default() += i128::from(line.amount);
    }
}

/// Cumulative, hence monotone: each is compared with the sum of all lines up to the epoch's end.
fn check_balances(
    rows: &Rows,
    epoch: &EpochRow,
    earned: &BTreeMap<Vec<u8>, i128>,
    report: &mut AuditReport,
) {
    let number = epoch.number;
    let balances = rows.balances.iter().filter(|row| row.epoch == number);
    let stored: BTreeMap<Vec<u8>, i128> =
        balances.clone().map(|row| (row.payee.clone(), i128::from(row.cumulative_nano))).collect();
    report.check(&stored == earned, "an epoch's balances are the sum of all lines", || {
        format!("epoch {number}")
    });
    let decimals = epoch.token_decimals.unwrap_or_default();
    let mut total: u128 = 0;
    for row in balances {
        let units = units_of(row.cumulative_nano, decimals);
        report.check(
            row.cumulative_units == units.to_string(),
            "token units are floored once",
            || format!("epoch {number}, {}", shown(&row.payee)),
        );
        let has_address = row.payee.starts_with(&[0; 12]);
        report.check(row.escrow != has_address, "an escrow has no address", || shown(&row.payee));
        let leaf = leaf_of(rows, number, "balances", &row.payee);
        let wanted = (has_address && units > 0).then(|| units.to_string());
        report.check(
            leaf.map(str::to_owned) == wanted,
            "leaves are the balances without escrows",
            || format!("epoch {number}, {}", shown(&row.payee)),
        );
        if has_address {
            total += units;
        }
    }
    report.check(epoch.total_cumulative == Some(total.to_string()), "the leaves add up", || {
        format!("epoch {number}: {:?}, not {total}", epoch.total_cumulative)
    });
    let funded = units_of(funded_at(rows, epoch), decimals);
    report.check(total <= funded, "an epoch is funded", || {
        format!("epoch {number}: {total} > {funded}")
    });
}

/// What the contract had been given when the epoch closed.
fn funded_at(rows: &Rows, epoch: &EpochRow) -> i64 {
    let last = epoch.last_transfer.unwrap_or_default();
    let before = rows.transfers.iter().filter(|row| row.sequence <= last);
    before.fold(0, |sum, row| match (row.debit.as_str(), row.credit.as_str()) {
        ("deposits", _) => sum + row.amount,
        (_, "deposits") => sum - row.amount,
        _ => sum,
    })
}

fn units_of(nano: i64, decimals: i64) -> u128 {
    let wide = u128::from(nano.unsigned_abs());
    let power = |exponent: i64| 10u128.pow(u32::try_from(exponent).unwrap_or_default());
    if decimals >= 9 { wide * power(decimals - 9) } else { wide / power(9 - decimals) }
}

fn leaf_of<'a>(rows: &'a Rows, epoch: i64, tree: &str, account: &[u8]) -> Option<&'a str> {
    let mut leaves = rows.leaves.iter();
    leaves
        .find(|row| row.epoch == epoch && row.tree == tree && row.account == account)
        .map(|row| row.units.as_str())
}

fn check_roots(rows: &Rows, epoch: &EpochRow, report: &mut AuditReport) {
    let number = epoch.number;
    let word = |text: &str| integer(text.parse().unwrap_or_default());
    let of_tree = |tree: &str| {
        let leaves = rows.leaves.iter().filter(|row| row.epoch == number && row.tree == tree);
        let mut nodes: Vec<Node> =
            leaves.map(|row| leaf(&row.account, &word(&row.units))).collect();
        nodes.sort_unstable();
        root(&nodes)
    };
    let receipts: Vec<Node> = rows
        .receipts
        .iter()
        .filter(|row| row.epoch == number)
        .map(|row| leaf(&integer(u128::from(row.sequence.unsigned_abs())), &row.hash))
        .collect();
    let roots = [
        ("receipts", &epoch.receipts_root, root(&receipts)),
        ("balances", &epoch.balances_root, of_tree("balances")),
        ("payers", &epoch.payers_root, of_tree("payers")),
    ];
    for (name, stored, wanted) in roots {
        report.check(stored.as_deref() == Some(&wanted), "a root is of its leaves", || {
            format!("epoch {number}, {name}")
        });
    }
}

fn check_hash(
    epoch: &EpochRow,
    before: Option<&EpochRow>,
    settings: &LedgerSettings,
    report: &mut AuditReport,
) {
    let previous = before.map_or(Some(vec![0; 32]), |epoch| epoch.epoch_hash.clone());
    report.check(epoch.previous_hash == previous, "epochs are chained by hash", || {
        format!("epoch {}", epoch.number)
    });
    let mut settlement = vec![0; 12];
    settlement.extend(settings.settlement.0);
    let total = epoch.total_cumulative.as_deref().unwrap_or_default().parse().unwrap_or_default();
    let count = epoch.receipt_count.unwrap_or_default().unsigned_abs();
    let mut bytes = integer(u128::from(settings.chain_id)).to_vec();
    bytes.extend(settlement);
    bytes.extend(integer(u128::from(epoch.number.unsigned_abs())));
    for part in [
        &epoch.previous_hash,
        &epoch.receipts_root,
        &epoch.balances_root,
        &epoch.payers_root,
        &epoch.bundle_hash,
    ] {
        bytes.extend(part.clone().unwrap_or_default());
    }
    bytes.extend(integer(total));
    bytes.extend(integer(u128::from(count)));
    let kept = epoch.epoch_hash.as_deref() == Some(&keccak256(&[&bytes])[..]);
    report.check(kept, "an epoch's hash is of its content", || format!("epoch {}", epoch.number));
}

/// Claimed on chain ≤ the best leaf that was ever sealed, and what left the books is what was paid.
fn check_claims(rows: &Rows, settings: &LedgerSettings, report: &mut AuditReport) {
    let mut paid_in_all: i128 = 0;
    for claim in &rows.claims {
        let best = rows
            .leaves
            .iter()
            .filter(|leaf| leaf.tree == "balances" && leaf.account == claim.payee)
            .filter_map(|leaf| leaf.units.parse::<u128>().ok())
            .max();
        let units: u128 = claim.paid_units.parse().unwrap_or(u128::MAX);
        report.check(units <= best.unwrap_or_default(), "nobody claims more than its leaf", || {
            shown(&claim.payee)
        });
        let decimals = i64::from(settings.token_decimals);
        let exact = decimals < 9 || units_of(claim.paid_nano, decimals) == units;
        report.check(exact, "a claim in tokens is a claim in the books", || shown(&claim.payee));
        paid_in_all += i128::from(claim.paid_nano);
    }
    let left: i128 = rows
        .transfers
        .iter()
        .map(|row| match (row.debit.as_str(), row.credit.as_str()) {
            (_, "withdrawals") => i128::from(row.amount),
            ("withdrawals", _) => -i128::from(row.amount),
            _ => 0,
        })
        .sum();
    report.check(left == paid_in_all, "what was paid has left the books", || {
        format!("{left} moved, {paid_in_all} paid")
    });
}

fn integer(value: u128) -> Node {
    let mut node = [0; 32];
    node[16..].copy_from_slice(&value.to_be_bytes());
    node
}

fn leaf(first: &[u8], second: &[u8]) -> Node {
    let inner = keccak256(&[&[first, second].concat()]);
    keccak256(&[&inner])
}

/// The root of the standard tree: node i has the children 2i + 1 and 2i + 2, and the leaves fill
/// the array from its end.
fn root(leaves: &[Node]) -> Node {
    fn node(leaves: &[Node], at: usize) -> Node {
        if at + 1 >= leaves.len() {
            return leaves[2 * leaves.len() - 2 - at];
        }
        let mut children = [node(leaves, 2 * at + 1), node(leaves, 2 * at + 2)];
        children.sort_unstable();
        keccak256(&[&children.concat()])
    }
    if leaves.is_empty() { [0; 32] } else { node(leaves, 0) }
}
