//! Do the balances follow from the movements, and does every hold end once?

use super::AuditReport;
use super::rows::{AnswerRow, Rows, TransferRow, shown};
use footnote_domain::id::keccak256;
use std::collections::{BTreeMap, BTreeSet};

/// posted debits, posted credits, pending debits, pending credits.
type Sums = [i128; 4];

/// Kinds of account that may be in debt: the outside world, and the operator's own losses.
const UNGUARDED: [&str; 3] = ["deposits", "withdrawals", "provider_loss"];

pub(super) fn check(rows: &Rows, report: &mut AuditReport) {
    report.transfers = rows.transfers.len() as u64;
    check_chain(rows, report);
    let balances = fold(rows, report);
    check_cache(rows, &balances, report);
    check_sums(rows, &balances, report);
    check_holds(rows, report);
    check_keys(rows, report);
}

fn check_chain(rows: &Rows, report: &mut AuditReport) {
    let mut previous = vec![0; 32];
    for (at, row) in (1..).zip(&rows.transfers) {
        report.check(row.sequence == at, "movements are numbered without a gap", || {
            format!("{} stands at place {at}", row.sequence)
        });
        let hash = row_hash(&previous, row);
        report.check(row.row_hash == hash, "movements are chained by hash", || {
            format!("movement {} was changed, or one before it", row.sequence)
        });
        report.check(row.amount > 0 && row.debit != row.credit, "movements move something", || {
            format!("movement {}", row.sequence)
        });
        previous.clone_from(&row.row_hash);
    }
}

fn row_hash(previous: &[u8], row: &TransferRow) -> Vec<u8> {
    let mut bytes = previous.to_vec();
    let text = |bytes: &mut Vec<u8>, text: &str| {
        bytes.extend((text.len() as u64).to_be_bytes());
        bytes.extend(text.as_bytes());
    };
    bytes.extend(row.sequence.to_be_bytes());
    bytes.extend(&row.id);
    text(&mut bytes, &row.debit);
    text(&mut bytes, &row.credit);
    bytes.extend(row.amount.to_be_bytes());
    text(&mut bytes, &row.kind);
    bytes.extend(row.pending_id.clone().unwrap_or_else(|| vec![0; 32]));
    bytes.extend(&row.group_id);
    bytes.extend(row.answer.clone().unwrap_or_else(|| vec![0; 16]));
    bytes.extend(row.created_at.to_be_bytes());
    keccak256(&[&bytes]).to_vec()
}

/// Balances after all movements; a payer's available balance is looked at after each one.
fn fold(rows: &Rows, report: &mut AuditReport) -> BTreeMap<String, Sums> {
    let held: BTreeMap<&[u8], i64> =
        rows.holds.iter().map(|hold| (hold.id.as_slice(), hold.amount)).collect();
    let mut balances: BTreeMap<String, Sums> = BTreeMap::new();
    for row in &rows.transfers {
        let amount = i128::from(row.amount);
        let of_hold = row.pending_id.as_deref().and_then(|id| held.get(id)).copied();
        let of_hold = i128::from(of_hold.unwrap_or_default());
        let (posted, pending) = match row.kind.as_str() {
            "hold" => (0, amount),
            "void" => (0, -of_hold),
            "capture" => (amount, -of_hold),
            _ => (amount, 0),
        };
        let debit = balances.entry(row.debit.clone()).or_default();
        debit[0] += posted;
        debit[2] += pending;
        let credit = balances.entry(row.credit.clone()).or_default();
        credit[1] += posted;
        credit[3] += pending;
        for name in [&row.debit, &row.credit] {
            let [debits, credits, reserved, _] = balances[name.as_str()];
            let kind = name.split(':').next().unwrap_or_default();
            let kept = UNGUARDED.contains(&kind) || debits + reserved <= credits;
            report.check(kept, "nobody ever spends what it does not have", || {
                format!("{name} after movement {}", row.sequence)
            });
        }
    }
    balances
}

fn check_cache(rows: &Rows, balances: &BTreeMap<String, Sums>, report: &mut AuditReport) {
    let mut cached: BTreeMap<&str, Sums> = BTreeMap::new();
    for row in &rows.accounts {
        let sums = [row.debits_posted, row.credits_posted, row.debits_pending, row.credits_pending];
        cached.insert(&row.name, sums.map(i128::from));
        report.check(
            row.name.split(':').next() == Some(&row.kind),
            "accounts are what they are named",
            || format!("{} is a {}", row.name, row.kind),
        );
    }
    let names: BTreeSet<&str> =
        cached.keys().copied().chain(balances.keys().map(String::as_str)).collect();
    for name in names {
        let stored = cached.get(name).copied().unwrap_or_default();
        let folded = balances.get(name).copied().unwrap_or_default();
        report.check(stored == folded, "balances are the fold of the movements", || {
            format!("{name} has {stored:?} stored, {folded:?} folded")
        });
    }
}

fn check_sums(rows: &Rows, balances: &BTreeMap<String, Sums>, report: &mut AuditReport) {
    let sum = |which: usize| balances.values().map(|sums| sums[which]).sum::<i128>();
    report.check(sum(0) == sum(1), "posted debits equal posted credits", || {
        format!("{} and {}", sum(0), sum(1))
    });
    report.check(sum(2) == sum(3), "pending debits equal pending credits", || {
        format!("{} and {}", sum(2), sum(3))
    });
    let [debits, credits, ..] = balances.get("clearing").copied().unwrap_or_default();
    report.check(debits == credits, "what is captured is divided completely", || {
        format!("{debits} of {credits}")
    });
    let deposited: i128 = rows.deposits.iter().map(|row| i128::from(row.amount)).sum();
    let [out, back, ..] = balances.get("deposits").copied().unwrap_or_default();
    report.check(out - back == deposited, "deposits are credited once", || {
        format!("{} credited, {deposited} on chain", out - back)
    });
}

/// One resolution per hold, by one movement, of no more than was held; a void posts nothing.
fn check_holds(rows: &Rows, report: &mut AuditReport) {
    let mut ends: BTreeMap<&[u8], Vec<&TransferRow>> = BTreeMap::new();
    let mut starts: BTreeMap<&[u8], &TransferRow> = BTreeMap::new();
    let mut groups: BTreeMap<&[u8], usize> = BTreeMap::new();
    for row in &rows.transfers {
        if row.kind == "hold" {
            starts.insert(&row.id, row);
        }
        if let Some(pending) = &row.pending_id {
            ends.entry(pending).or_default().push(row);
        }
        *groups.entry(&row.group_id).or_default() += 1;
    }
    let resolutions: BTreeMap<&[u8], _> =
        rows.resolutions.iter().map(|row| (row.pending_id.as_slice(), row)).collect();
    let answers: BTreeMap<&[u8], _> =
        rows.answers.iter().map(|row| (row.id.as_slice(), row)).collect();
    report.check(starts.len() == rows.holds.len(), "every hold is a movement", || {
        format!("{} holds, {} movements", rows.holds.len(), starts.len())
    });
    for hold in &rows.holds {
        let id = hold.id.as_slice();
        let start = starts.get(id);
        let same = start.is_some_and(|row| row.amount == hold.amount && row.debit == hold.account);
        report.check(same, "every hold is a movement", || shown(id));
        let ended = ends.get(id).map_or(&[][..], Vec::as_slice);
        let resolution = resolutions.get(id);
        report.check(ended.len() == usize::from(resolution.is_some()), "a hold ends once", || {
            format!("{} ends {} times", shown(id), ended.len())
        });
        let state = answers.get(hold.answer.as_slice()).map_or("none", |row| row.state.as_str());
        let Some(resolution) = resolution else {
            report.running += 1;
            report.check(state == "running", "an answer runs as long as its hold", || shown(id));
            continue;
        };
        report.check(state == resolution.outcome, "an answer ends as its hold", || shown(id));
        let whole =
            resolution.posted + resolution.released == hold.amount && resolution.released >= 0;
        report.check(whole, "what is not posted is released", || shown(id));
        let voided = resolution.outcome == "voided";
        let (kind, amount) =
            if voided { ("void", hold.amount) } else { ("capture", resolution.posted) };
        let moved = ended.iter().all(|row| row.kind == kind && row.amount == amount);
        report.check(moved, "a hold ends as it is recorded", || shown(id));
        report.check(
            !voided || groups.get(id) == Some(&2),
            "a failed question posts nothing",
            || shown(id),
        );
    }
}

/// A hold is named by its scope and key: claimed together, or not at all. A key that began afresh
/// has a hold per attempt, each named by the one before, of which nothing was charged or kept.
fn check_keys(rows: &Rows, report: &mut AuditReport) {
    let by_hold: BTreeMap<&[u8], &AnswerRow> =
        rows.answers.iter().map(|row| (row.hold.as_slice(), row)).collect();
    let mut attempts = 0;
    for row in &rows.keys {
        let mut hold = named(&row.scope, &row.key);
        let mut lost = true;
        for _ in 1..row.attempt {
            let answer = by_hold.get(hold.as_slice());
            lost &= answer.is_some_and(|row| row.state == "voided" && row.stored == 0);
            hold = named("footnote/again", &shown(&hold));
        }
        report.check(lost, "a key begins afresh when its answer was lost", || {
            format!("{} / {}", row.scope, row.key)
        });
        let kept = by_hold.get(hold.as_slice()).is_some_and(|answer| answer.id == row.answer);
        report.check(kept, "a key names its hold", || format!("{} / {}", row.scope, row.key));
        attempts += row.attempt;
    }
    let counts = (usize::try_from(attempts).unwrap_or(0), rows.answers.len(), rows.holds.len());
    report.check(
        counts.0 == counts.1 && counts.1 == counts.2,
        "one attempt, one answer, one hold",
        || format!("{counts:?}"),
    );
}

fn named(scope: &str, key: &str) -> Vec<u8> {
    let length = (scope.len() as u64).to_be_bytes();
    keccak256(&[&length[..], scope.as_bytes(), key.as_bytes()]).to_vec()
}
