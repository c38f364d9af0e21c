//! Do the shares follow from the evidence, by the definition that the receipt names?

use super::{Checked, fault, same};
use crate::attribution::{ALGORITHM, Constants, Estimator, attribute, evidence::Evidence, shapley};
use crate::id::ContentHash;
use crate::payee::WHOLE_PPM;
use crate::receipt::{AttributionRecord, OwnerRecord};

/// Thresholds, evidence, support, shares and their sum.
pub(super) fn check_attribution(record: &AttributionRecord) -> Checked {
    same("receipt.attribution.algorithm", &record.algorithm.as_str(), &ALGORITHM)?;
    check_constants(&record.constants)?;
    check_evidence(record)?;
    check_shares(record)
}

/// The definition fixes its thresholds; a receipt may not bring its own.
fn check_constants(found: &Constants) -> Checked {
    let wanted = Constants::PUBLISHED;
    let all = [
        ("wording_least_ppm", found.wording_least_ppm, wanted.wording_least_ppm),
        ("meaning_least_ppm", found.meaning_least_ppm, wanted.meaning_least_ppm),
        ("necessity_least_ppm", found.necessity_least_ppm, wanted.necessity_least_ppm),
        ("epsilon_millinat", found.epsilon_millinat, wanted.epsilon_millinat),
        ("near_copy_jaccard_ppm", found.near_copy_jaccard_ppm, wanted.near_copy_jaccard_ppm),
        ("boilerplate_owners", found.boilerplate_owners, wanted.boilerplate_owners),
        ("owners_most", found.owners_most, wanted.owners_most),
        ("derived_words_ppm", found.derived_words_ppm, wanted.derived_words_ppm),
        ("derived_support_ppm", found.derived_support_ppm, wanted.derived_support_ppm),
        ("unsupported_below_ppm", found.unsupported_below_ppm, wanted.unsupported_below_ppm),
    ];
    all.iter().try_for_each(|(name, found, wanted)| {
        same(&format!("receipt.attribution.constants.{name}"), found, wanted)
    })
}

fn check_evidence(record: &AttributionRecord) -> Checked {
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
        check_owner(&format!("receipt.attribution.owners[{at}]"), owner, record)
    })
}

fn check_owner(path: &str, owner: &OwnerRecord, record: &AttributionRecord) -> Checked {
    let evidence = owner.evidence();
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
    check_behind(path, owner, record)?;
    if evidence.necessity_ppm.is_some() != (record.estimator == Estimator::Causal) {
        return fault(format!("{path}.necessity"), "does not fit the estimator");
    }
    let has_meaning = evidence.meaning_ppm.iter().any(|value| *value > 0);
    if record.estimator == Estimator::Words && has_meaning {
        return fault(format!("{path}.meaning"), "does not fit the estimator");
    }
    Ok(())
}

/// Where an owner stands behind an older one, it has no evidence, and the older one has.
fn check_behind(path: &str, owner: &OwnerRecord, record: &AttributionRecord) -> Checked {
    let path = format!("{path}.behind");
    if owner.behind.len() != record.units.len() {
        return fault(path, "is not one place per unit");
    }
    for (unit, older) in owner.behind.iter().enumerate() {
        let Some(older) = older else { continue };
        let older = record.owners.iter().find(|one| one.content_hash == *older);
        let leads = |one: &&OwnerRecord| {
            one.age < owner.age && one.support.get(unit).is_some_and(|support| *support > 0)
        };
        if older.filter(leads).is_none() || owner.support.get(unit) != Some(&0) {
            return fault(path, "is not an older owner that supports what this one does not");
        }
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
