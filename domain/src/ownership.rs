//! Who owns a sentence? The oldest contribution that holds it or a near-copy of it; its copies earn
//! nothing, whoever registers them.
//!
//! Two sentences are near-copies when the Jaccard similarity of their token 5-grams is at least .8;
//! below eight tokens only equal token sequences count. A copy of a copy belongs to the root, so
//! that a chain of small edits launders nothing. A sentence that stands in more than five unrelated
//! contributions, none of which is itself mostly copied, is boilerplate.
//!
//! Candidates come from a prefix filter (Chaudhuri, Ganti and Kaushik, ICDE 2006): sets with Jaccard
//! ≥ t must share an element among the first n − ⌈t·n⌉ + 1 of each, in any common order.

use crate::attribution::Constants;
use crate::corpus::{Age, Ownership, SentenceRef};
use crate::id::keccak256;
use crate::payee::{Payees, WHOLE_PPM};
use crate::text::tokens;
use std::collections::{BTreeMap, HashMap};

/// Near-copies agree in at least this part of their shingles.
const JACCARD_PPM: usize = Constants::PUBLISHED.near_copy_jaccard_ppm as usize;
const WHOLE: usize = WHOLE_PPM as usize;
/// Tokens per shingle.
const SHINGLE: usize = 5;
/// Below this many tokens only equal sentences are copies.
const NEAR_COPY_TOKENS_LEAST: usize = 8;
/// In more unrelated contributions than this, a sentence is boilerplate.
const BOILERPLATE_OWNERS: usize = Constants::PUBLISHED.boilerplate_owners as usize;

/// What is kept of a sentence to compare it: no text, so it may outlive a takedown.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    /// Hash of the whole token sequence; absent for a sentence without tokens.
    exact: Option<u64>,
    /// Hashes of the token 5-grams, ascending, without repetitions; empty below eight tokens.
    shingles: Vec<u64>,
}

impl Fingerprint {
    /// The fingerprint of a sentence.
    pub fn of(sentence: &str) -> Self {
        let tokens = tokens(sentence);
        if tokens.is_empty() {
            return Self { exact: None, shingles: Vec::new() };
        }
        let mut shingles = Vec::new();
        if tokens.len() >= NEAR_COPY_TOKENS_LEAST {
            shingles = tokens.windows(SHINGLE).map(hash_tokens).collect();
            shingles.sort_unstable();
            shingles.dedup();
        }
        Self { exact: Some(hash_tokens(&tokens)), shingles }
    }

    /// Whether the sentence has no token at all (a rule, a bare bullet): nobody owns that.
    fn is_empty(&self) -> bool {
        self.exact.is_none()
    }

    /// Whether the two are the same sentence or near-copies of each other.
    pub fn matches(&self, other: &Self) -> bool {
        match (self.exact, other.exact) {
            (Some(mine), Some(theirs)) => mine == theirs || self.is_near(other),
            _ => false,
        }
    }

    /// How alike the two are: Jaccard similarity of their shingles in ppm; of sentences too short for
    /// shingles a whole where they are equal, else 0.
    pub fn closeness_ppm(&self, other: &Self) -> u32 {
        if self.exact.is_some() && self.exact == other.exact {
            return WHOLE_PPM;
        }
        let common = common(&self.shingles, &other.shingles);
        let union = self.shingles.len() + other.shingles.len() - common;
        let part = common * WHOLE / union.max(1);
        u32::try_from(part).expect("a part of a whole")
    }

    fn is_near(&self, other: &Self) -> bool {
        let common = common(&self.shingles, &other.shingles);
        let union = self.shingles.len() + other.shingles.len() - common;
        common > 0 && common * WHOLE >= union * JACCARD_PPM
    }

    /// The shingles of which a near-copy must share one.
    fn prefix(&self) -> &[u64] {
        let n = self.shingles.len();
        let kept = n - (n * JACCARD_PPM).div_ceil(WHOLE) + usize::from(n > 0);
        &self.shingles[..kept]
    }
}

fn hash_tokens(tokens: &[String]) -> u64 {
    let mut bytes = Vec::with_capacity(tokens.len() * 8);
    for token in tokens {
        bytes.extend_from_slice(token.as_bytes());
        bytes.push(0);
    }
    let digest = keccak256(&[&bytes]);
    u64::from_be_bytes(digest[..8].try_into().expect("8 of 32 bytes"))
}

fn common(a: &[u64], b: &[u64]) -> usize {
    let (mut i, mut j, mut count) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                (i, j, count) = (i + 1, j + 1, count + 1);
            }
        }
    }
    count
}

/// A contribution as far as ownership goes.
#[derive(Debug, Clone)]
pub struct Holder<'a> {
    /// Age that counts: its predecessor's, where it supersedes one.
    pub effective_age: Age,
    /// Place of its own event.
    pub age: Age,
    /// Who is paid for it.
    pub payees: &'a Payees,
    /// Whether it can be quoted and paid; otherwise its sentences are tombstones.
    pub live: bool,
    /// Its sentences, in order.
    pub sentences: Vec<Fingerprint>,
}

/// The owner of every sentence of every holder, in the order given. [`SentenceRef::document`] is a
/// position in `holders`.
pub fn assign(holders: &[Holder<'_>]) -> Vec<Vec<Ownership>> {
    let order = by_age(holders);
    let roots = roots_by_prefix(holders, &order);
    resolve(holders, &roots)
}

/// Oldest first; of a revision and its predecessor the revision, which is the one that lives on.
fn by_age(holders: &[Holder<'_>]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..holders.len()).collect();
    order.sort_by_key(|at| (holders[*at].effective_age, std::cmp::Reverse(holders[*at].age)));
    order
}

type Roots = Vec<Vec<SentenceRef>>;

/// Per sentence the root that it leads to: itself, or the root of the oldest one it matches.
fn roots_by_prefix(holders: &[Holder<'_>], order: &[usize]) -> Roots {
    let mut roots = own_roots(holders);
    let mut seen = Seen::default();
    for document in order {
        for sentence in 0..holders[*document].sentences.len() {
            let print = &holders[*document].sentences[sentence];
            if let Some(oldest) = seen.oldest_match(holders, print) {
                roots[*document][sentence] = at(&roots, oldest);
            }
            seen.insert(print, reference(*document, sentence));
        }
    }
    roots
}

fn own_roots(holders: &[Holder<'_>]) -> Roots {
    let row = |(document, holder): (usize, &Holder<'_>)| {
        (0..holder.sentences.len()).map(|sentence| reference(document, sentence)).collect()
    };
    holders.iter().enumerate().map(row).collect()
}

fn reference(document: usize, sentence: usize) -> SentenceRef {
    let number = |n: usize| u32::try_from(n).expect("fewer than 2³² sentences in a generation");
    SentenceRef { document: number(document), sentence: number(sentence) }
}

fn at(roots: &Roots, sentence: SentenceRef) -> SentenceRef {
    roots[sentence.document as usize][sentence.sentence as usize]
}

/// Sentences met so far, oldest first; of equal ones only the oldest.
#[derive(Default)]
struct Seen {
    entries: Vec<SentenceRef>,
    by_exact: HashMap<u64, usize>,
    by_shingle: HashMap<u64, Vec<usize>>,
}

impl Seen {
    fn oldest_match(&self, holders: &[Holder<'_>], print: &Fingerprint) -> Option<SentenceRef> {
        let exact = self.by_exact.get(&print.exact?).copied();
        let near = print.prefix().iter().filter_map(|shingle| self.by_shingle.get(shingle));
        let mut candidates: Vec<usize> = near.flatten().copied().collect();
        candidates.sort_unstable();
        candidates.dedup();
        let oldest_near = candidates.into_iter().find(|entry| {
            let SentenceRef { document, sentence } = self.entries[*entry];
            print.is_near(&holders[document as usize].sentences[sentence as usize])
        });
        let oldest = exact.into_iter().chain(oldest_near).min()?;
        Some(self.entries[oldest])
    }

    fn insert(&mut self, print: &Fingerprint, sentence: SentenceRef) {
        let Some(exact) = print.exact else { return };
        if self.by_exact.contains_key(&exact) {
            return;
        }
        let entry = self.entries.len();
        self.entries.push(sentence);
        self.by_exact.insert(exact, entry);
        for shingle in print.prefix() {
            self.by_shingle.entry(*shingle).or_default().push(entry);
        }
    }
}

/// Turns roots into verdicts: boilerplate, tombstones, copies, own.
fn resolve(holders: &[Holder<'_>], roots: &Roots) -> Vec<Vec<Ownership>> {
    let boilerplate = boilerplate_roots(holders, roots);
    let verdict = |here: SentenceRef| {
        let root = at(roots, here);
        let print = &holders[here.document as usize].sentences[here.sentence as usize];
        if print.is_empty() || boilerplate.contains_key(&root) {
            Ownership::Boilerplate
        } else if !holders[root.document as usize].live {
            Ownership::Tombstone
        } else if root.document == here.document {
            Ownership::Own
        } else {
            Ownership::CopyOf(root)
        }
    };
    own_roots(holders).into_iter().map(|row| row.into_iter().map(verdict).collect()).collect()
}

/// Roots held by more than five contributions that share no payee with one another. A contribution
/// of which more than half is copied does not count: registering copies of a text must not make its
/// sentences boilerplate.
fn boilerplate_roots(holders: &[Holder<'_>], roots: &Roots) -> BTreeMap<SentenceRef, ()> {
    let mut groups: BTreeMap<SentenceRef, Vec<usize>> = BTreeMap::new();
    for (document, row) in roots.iter().enumerate() {
        let own = row.iter().filter(|root| root.document as usize == document).count();
        let original = own * 2 >= row.len();
        for root in row.iter().filter(|root| original || root.document as usize == document) {
            let members = groups.entry(*root).or_default();
            let related = |other: &usize| holders[*other].payees.overlap(holders[document].payees);
            if members.len() <= BOILERPLATE_OWNERS && !members.iter().any(related) {
                members.push(document);
            }
        }
    }
    let common = groups.into_iter().filter(|(_, members)| members.len() > BOILERPLATE_OWNERS);
    common.map(|(root, _)| (root, ())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::PayeeId;
    use crate::property_cases::at_least;
    use proptest::prelude::*;

    fn payees(n: u8) -> Payees {
        Payees::equal(vec![PayeeId([n; 32])]).expect("one payee")
    }

    fn age(block: u64) -> Age {
        Age { block, log_index: 0 }
    }

    fn holder<'a>(block: u64, payees: &'a Payees, sentences: &[&str]) -> Holder<'a> {
        Holder {
            effective_age: age(block),
            age: age(block),
            payees,
            live: true,
            sentences: sentences.iter().map(|text| Fingerprint::of(text)).collect(),
        }
    }

    /// Every older sentence is compared: the slow twin of the prefix filter.
    fn roots_of_all_pairs(holders: &[Holder<'_>], order: &[usize]) -> Roots {
        let mut roots = own_roots(holders);
        let mut older: Vec<SentenceRef> = Vec::new();
        for document in order {
            for sentence in 0..holders[*document].sentences.len() {
                let print = &holders[*document].sentences[sentence];
                let of =
                    |r: &SentenceRef| &holders[r.document as usize].sentences[r.sentence as usize];
                if let Some(oldest) = older.iter().find(|other| print.matches(of(other))) {
                    roots[*document][sentence] = at(&roots, *oldest);
                }
                older.push(reference(*document, sentence));
            }
        }
        roots
    }

    const LONG: &str =
        "the base fee is burned so that nobody can push it up for a profit of their own ever";
    const EDITED: &str =
        "the base fee is burned so that nobody can push it up for a profit of their own";

    #[test]
    fn a_copy_belongs_to_the_oldest_and_order_of_listing_is_irrelevant() {
        let (a, b) = (payees(1), payees(2));
        let older = holder(1, &a, &[LONG, "Short one."]);
        let newer =
            holder(2, &b, &[EDITED, "short ONE", "a sentence of its own that nobody else has"]);
        let found = assign(&[newer.clone(), older.clone()]);
        assert_eq!(found[1], [Ownership::Own; 2]);
        assert_eq!(
            found[0],
            [
                Ownership::CopyOf(reference(1, 0)),
                Ownership::CopyOf(reference(1, 1)),
                Ownership::Own
            ]
        );
    }

    #[test]
    fn below_eight_tokens_only_equal_sentences_are_copies() {
        let (a, b) = (payees(1), payees(2));
        let found = assign(&[
            holder(1, &a, &["one two three four five six seven"]),
            holder(2, &b, &["one two three four five six seven eight nine"]),
        ]);
        assert_eq!(found[1], [Ownership::Own]);
    }

    #[test]
    fn nobody_owns_a_sentence_without_words() {
        let a = payees(1);
        let found = assign(&[holder(1, &a, &["----", LONG])]);
        assert_eq!(found[0], [Ownership::Boilerplate, Ownership::Own]);
    }

    #[test]
    fn a_removed_owner_leaves_a_tombstone() {
        let (a, b) = (payees(1), payees(2));
        let mut removed = holder(1, &a, &[LONG]);
        removed.live = false;
        let found = assign(&[removed, holder(2, &b, &[LONG])]);
        assert_eq!(found[1], [Ownership::Tombstone]);
    }

    #[test]
    fn a_revision_inherits_its_predecessors_place() {
        let (a, b) = (payees(1), payees(2));
        let mut before = holder(1, &a, &[LONG]);
        before.live = false;
        let copy = holder(2, &b, &[LONG]);
        let mut revision = holder(3, &a, &[LONG]);
        revision.effective_age = age(1);
        let found = assign(&[before, copy, revision]);
        assert_eq!(found[1], [Ownership::CopyOf(reference(2, 0))]);
        assert_eq!(found[2], [Ownership::Own]);
    }

    #[test]
    fn boilerplate_needs_six_unrelated_originals_and_copies_of_the_whole_do_not_count() {
        let people: Vec<Payees> = (1..=7).map(payees).collect();
        let own: Vec<String> =
            (0..7).map(|n| format!("only contribution number {n} says this")).collect();
        let with_own: Vec<Holder<'_>> =
            (0..6).map(|n| holder(n as u64, &people[n], &[LONG, &own[n]])).collect();
        assert_eq!(assign(&with_own)[0][0], Ownership::Boilerplate);
        assert_eq!(assign(&with_own[..5])[0][0], Ownership::Own);
        let copies: Vec<Holder<'_>> =
            (0..7).map(|n| holder(n as u64, &people[n], &[LONG])).collect();
        assert_eq!(assign(&copies)[0][0], Ownership::Own);
        let mine: Vec<Holder<'_>> =
            (0..6).map(|n| holder(n as u64, &people[0], &[LONG, &own[n]])).collect();
        assert_eq!(assign(&mine)[0][0], Ownership::Own);
    }

    proptest! {
        #![proptest_config(at_least(400))]

        #[test]
        fn the_prefix_filter_agrees_with_all_pairs(
            texts in prop::collection::vec(prop::collection::vec("[abc]( [abc]){3,14}", 1..5), 1..7),
            ages in prop::collection::vec(0u64..4, 7),
        ) {
            let someone = payees(1);
            let holders: Vec<Holder<'_>> = texts.iter().enumerate().map(|(n, texts)| {
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                let mut holder = holder(n as u64, &someone, &texts);
                holder.effective_age = age(ages[n].min(n as u64));
                holder
            }).collect();
            let order = by_age(&holders);
            prop_assert_eq!(
                roots_by_prefix(&holders, &order),
                roots_of_all_pairs(&holders, &order)
            );
        }

        /// Whoever registers a copy of a text owns nothing of it, and takes nothing from anybody: not
        /// even by making a sentence look like boilerplate.
        #[test]
        fn a_later_copy_owns_nothing_and_changes_nothing(
            texts in prop::collection::vec(prop::collection::vec("[abc]( [abc]){3,14}", 1..5), 1..9),
            copied in any::<prop::sample::Index>(),
        ) {
            let people: Vec<Payees> = (0..=9).map(payees).collect();
            let mut holders: Vec<Holder<'_>> = texts.iter().enumerate().map(|(n, texts)| {
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                holder(n as u64, &people[n], &texts)
            }).collect();
            let before = assign(&holders);
            let mut copy = holders[copied.index(holders.len())].clone();
            (copy.age, copy.effective_age, copy.payees) = (age(99), age(99), &people[9]);
            holders.push(copy);
            let mut after = assign(&holders);
            let of_copy = after.pop().expect("it was added last");
            prop_assert!(of_copy.iter().all(|one| *one != Ownership::Own), "{of_copy:?}");
            prop_assert_eq!(after, before);
        }
    }
}
