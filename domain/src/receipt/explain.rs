//! Why did a text earn what it earned, or nothing? From the receipt alone, for every contribution
//! that the search found and every one that is paid.

mod words;

use super::{OwnerRecord, PassageRecord, Receipt, UnownedReason};
use crate::attribution::shapley;
use crate::id::ContentHash;
use crate::money::{AmountError, Nano};
use std::collections::{BTreeMap, BTreeSet};

/// What a receipt says of one contribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The contribution.
    pub content_hash: ContentHash,
    /// Rank of its best passage, from 1; none when only copies of it were found.
    pub rank: Option<u32>,
    /// Its share of the answer, in ppm.
    pub share_ppm: u32,
    /// Its part of the price.
    pub amount: Nano,
    /// How many sentences the answer has.
    pub answer_sentences: u32,
    /// The sentences of the answer that rest on it.
    pub supported: Vec<SupportedSentence>,
    /// Sentences of the answer for which its evidence was struck, since its words follow an older
    /// contribution that supports them as well.
    pub behind: Vec<(u32, ContentHash)>,
    /// Sentences of its passages that were found.
    pub found: u32,
    /// Of those, copies, by the older contribution that owns them.
    pub copied: BTreeMap<ContentHash, u32>,
    /// Of those, sentences that too many unrelated contributions hold.
    pub boilerplate: u32,
    /// Of those, copies of a text that was removed.
    pub removed: u32,
    /// Whether the answer was allowed to rest on it.
    pub standing: Standing,
}

/// What became of the passages of a contribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It owns sentences that were read.
    Read,
    /// Every passage of it was passed over: what it says was there already, or is nobody's.
    NothingNew,
    /// Every passage of it was passed over: an answer reads so many passages, of so many owners,
    /// those first that follow no older one.
    NoPlace,
    /// It was read, but owns nothing of what was read.
    OwnsNothing,
}

/// A sentence of the answer that rests on a contribution, among others perhaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SupportedSentence {
    /// Its number in the answer, from 1.
    pub number: u32,
    /// Its weight in the answer, in ppm.
    pub weight_ppm: u32,
    /// How well the contribution supports it, in ppm.
    pub support_ppm: u32,
    /// The evidence that counted.
    pub kind: EvidenceKind,
    /// How many contributions support it, this one included.
    pub sources: u32,
    /// How many of them support it better.
    pub better: u32,
    /// The best support among the others, in ppm; 0 without others.
    pub rival_ppm: u32,
    /// What it brings the contribution, in ppm of the answer, rounded down.
    pub part_ppm: u32,
}

/// A kind of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvidenceKind {
    /// v: the same words.
    Wording,
    /// e: the same meaning, beyond the question.
    Meaning,
    /// ℓ: without it the sentence would not have been written.
    Necessity,
}

impl Receipt {
    /// An explanation for every contribution found or paid: those that earn first, most first, then
    /// by rank. The receipt must have passed [`super::check`].
    ///
    /// # Errors
    /// When an amount leaves the range of [`Nano`].
    pub fn explanations(&self) -> Result<Vec<Explanation>, AmountError> {
        let amounts = self.settlement_again()?.owner_amounts;
        let owners = self.attribution.owners.iter().map(|owner| owner.content_hash);
        let found = self.retrieval.passages.iter().map(|passage| passage.content_hash);
        let all: BTreeSet<ContentHash> = owners.chain(found).collect();
        let mut told: Vec<Explanation> =
            all.into_iter().map(|contribution| self.explain(contribution, &amounts)).collect();
        told.sort_by_key(|one| (std::cmp::Reverse(one.share_ppm), one.rank.is_none(), one.rank));
        Ok(told)
    }

    fn explain(&self, content_hash: ContentHash, amounts: &[Nano]) -> Explanation {
        let record = &self.attribution;
        let at = record.owners.iter().position(|owner| owner.content_hash == content_hash);
        let ranked = (1u32..).zip(&self.retrieval.passages);
        let own: Vec<(u32, &PassageRecord)> =
            ranked.filter(|(_, passage)| passage.content_hash == content_hash).collect();
        let count = |reason: UnownedReason| {
            let all = own.iter().flat_map(|(_, passage)| &passage.unowned);
            all.filter(|sentence| sentence.reason == reason).count() as u32
        };
        let mut copied = BTreeMap::new();
        let unowned = own.iter().flat_map(|(_, passage)| &passage.unowned);
        for owner in unowned.filter_map(|sentence| sentence.owner) {
            *copied.entry(owner).or_insert(0) += 1;
        }
        Explanation {
            content_hash,
            rank: own.first().map(|(rank, _)| *rank),
            share_ppm: at.map_or(0, |at| record.shares[at]),
            amount: at.map_or(Nano::ZERO, |at| amounts[at]),
            answer_sentences: record.units.len() as u32,
            supported: at.map(|at| self.supported(at)).unwrap_or_default(),
            behind: at.map(|at| self.behind(at)).unwrap_or_default(),
            found: own.iter().map(|(_, passage)| passage.sentences).sum(),
            copied,
            boilerplate: count(UnownedReason::Boilerplate),
            removed: count(UnownedReason::Removed),
            standing: self.standing(at.is_some(), &own),
        }
    }

    fn standing(&self, is_owner: bool, own: &[(u32, &PassageRecord)]) -> Standing {
        if is_owner {
            return Standing::Read;
        }
        if own.iter().any(|(_, passage)| passage.read) {
            return Standing::OwnsNothing;
        }
        // A passage whose owners were all there already can only have been passed over for saying
        // nothing new; any other found no place.
        let owners = &self.attribution.owners;
        let known = |owner| owners.iter().any(|one| one.content_hash == owner);
        let all_known = own.iter().all(|(_, passage)| passage.owners().all(known));
        if all_known { Standing::NothingNew } else { Standing::NoPlace }
    }

    fn behind(&self, at: usize) -> Vec<(u32, ContentHash)> {
        let units = (1u32..).zip(&self.attribution.owners[at].behind);
        units.filter_map(|(number, older)| Some((number, (*older)?))).collect()
    }

    fn supported(&self, at: usize) -> Vec<SupportedSentence> {
        let units = self.attribution.units.iter().enumerate();
        units.filter_map(|(unit, weight)| self.supported_sentence(at, unit, *weight)).collect()
    }

    fn supported_sentence(&self, at: usize, unit: usize, weight: u32) -> Option<SupportedSentence> {
        let owners = &self.attribution.owners;
        let column: Vec<u32> = owners.iter().map(|owner| owner.support[unit]).collect();
        let mine = column[at];
        if mine == 0 {
            return None;
        }
        let others = column.iter().enumerate().filter(|(other, _)| *other != at);
        let rivals: Vec<u32> = others.map(|(_, support)| *support).filter(|r| *r > 0).collect();
        Some(SupportedSentence {
            number: unit as u32 + 1,
            weight_ppm: weight,
            support_ppm: mine,
            kind: kind(&owners[at], unit),
            sources: rivals.len() as u32 + 1,
            better: rivals.iter().filter(|rival| **rival > mine).count() as u32,
            rival_ppm: rivals.iter().copied().max().unwrap_or(0),
            part_ppm: shapley::unit_parts_ppm(weight, &column)[at],
        })
    }
}

/// The kind of evidence that made the support: it equals it. Of several, the plainest.
fn kind(owner: &OwnerRecord, unit: usize) -> EvidenceKind {
    let support = owner.support[unit];
    if owner.wording[unit] == support {
        EvidenceKind::Wording
    } else if owner.meaning[unit] == support {
        EvidenceKind::Meaning
    } else {
        EvidenceKind::Necessity
    }
}
