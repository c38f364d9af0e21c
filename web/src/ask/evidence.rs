//! What does a sentence of the answer rest on? Evidence of wording and meaning of every owner for
//! one sentence, gathered while the answer is being written, so that the citations shown live are
//! those that are paid.

use super::sources::{Sources, owner_of};
use footnote_domain::attribution::Constants;
use footnote_domain::attribution::derived::{Words, is_derived};
use footnote_domain::attribution::evidence::{Evidence, meaning_ppm};
use footnote_domain::attribution::units::covered_ppm;
use footnote_domain::corpus::{Age, SentenceRef};
use footnote_domain::embed::cosine_quantised;
use footnote_domain::id::ContentHash;
use footnote_domain::trace::{Trace, TraceError, VerbatimSpan};
use footnote_retriever::Generation;
use std::collections::{BTreeMap, HashSet};

/// The question, as far as evidence needs it.
pub struct Asked {
    /// Its tokens: repeating them is no evidence.
    pub tokens: HashSet<String>,
    /// Its quantised embedding, where the model knows its language.
    pub vector: Option<Vec<i8>>,
}

/// One owner's evidence for one sentence, and the sentence of the owner that gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Support {
    /// v, in ppm.
    pub wording_ppm: u32,
    /// e, in ppm.
    pub meaning_ppm: u32,
    /// r, in ppm: the best kind that reaches its threshold.
    pub support_ppm: u32,
    /// The owner's sentence that supports best.
    pub sentence: SentenceRef,
    /// The older owner whose sentence this one follows closely and adds nothing to; the evidence is
    /// struck then.
    pub behind: Option<ContentHash>,
}

/// Evidence of every owner for one sentence of the answer.
///
/// `vector` is the sentence's quantised embedding, absent where meaning cannot be judged.
pub fn of_sentence(
    generation: &Generation,
    sources: &Sources,
    asked: &Asked,
    text: &str,
    vector: Option<&[i8]>,
    constants: &Constants,
) -> Result<BTreeMap<ContentHash, Support>, TraceError> {
    let owners: Vec<ContentHash> = sources.owners.keys().copied().collect();
    let spans = generation.trace(text, &owners)?;
    let to_question = vector.zip(asked.vector.as_deref()).map(|(u, q)| cosine_quantised(u, q));
    let judge = |sentence: SentenceRef| {
        let wording_ppm = wording(generation, &spans, sentence, text, asked);
        let meaning_ppm = to_question.zip(vector).map_or(0, |(to_question, u)| {
            let other = generation.sentence_vector(sentence);
            other.map_or(0, |s| meaning_ppm(cosine_quantised(u, s), to_question))
        });
        let both = Evidence {
            wording_ppm: vec![wording_ppm],
            meaning_ppm: vec![meaning_ppm],
            necessity_ppm: None,
        };
        let support_ppm = both.support(1, constants)[0];
        Support { wording_ppm, meaning_ppm, support_ppm, sentence, behind: None }
    };
    let all = |list: &Vec<SentenceRef>| list.iter().map(|one| judge(*one)).collect();
    let mut judged: BTreeMap<ContentHash, Vec<Support>> =
        sources.owners.iter().map(|(owner, list)| (*owner, all(list))).collect();
    strike_derived(generation, &mut judged, constants);
    Ok(judged.into_iter().filter_map(|(owner, all)| Some((owner, strongest(all)?))).collect())
}

/// Takes the evidence from sentences that are derived from older ones among the sources.
fn strike_derived(
    generation: &Generation,
    judged: &mut BTreeMap<ContentHash, Vec<Support>>,
    constants: &Constants,
) {
    let age =
        |owner: &Support| generation.documents()[owner.sentence.document as usize].effective_age;
    let mut supporting: Vec<(Age, ContentHash, Support, Words)> = judged
        .iter()
        .flat_map(|(owner, all)| all.iter().map(|one| (*owner, one)))
        .filter(|(_, one)| one.support_ppm > 0)
        .map(|(owner, one)| {
            let words = Words::of(generation.sentence_text(one.sentence));
            (age(one), owner, one.clone(), words)
        })
        .collect();
    supporting.sort_by_key(|(age, owner, one, _)| (*age, *owner, one.sentence));
    // Oldest first, so that whoever follows a follower stands behind the same original.
    let mut originals: Vec<Option<ContentHash>> = Vec::with_capacity(supporting.len());
    for (younger_age, owner, younger, words) in &supporting {
        let follows = |(older_age, _, older, older_words): &&(Age, _, Support, Words)| {
            let (younger, older) = ((words, younger.support_ppm), (older_words, older.support_ppm));
            older_age < younger_age && is_derived(younger, older, constants)
        };
        let older = supporting[..originals.len()].iter().position(|one| follows(&one));
        let original = older.map(|at| originals[at].unwrap_or(supporting[at].1));
        originals.push(original);
        let own = judged.get_mut(owner).into_iter().flatten();
        for struck in own.filter(|one| original.is_some() && one.sentence == younger.sentence) {
            (struck.wording_ppm, struck.meaning_ppm, struck.support_ppm) = (0, 0, 0);
            struck.behind = original;
        }
    }
}

/// The greatest of each kind over the owner's sentences; the sentence named is the one that
/// supports most (of equals the first).
fn strongest(all: Vec<Support>) -> Option<Support> {
    let wording_ppm = all.iter().map(|one| one.wording_ppm).max()?;
    let meaning_ppm = all.iter().map(|one| one.meaning_ppm).max()?;
    let rank = |one: &Support| (one.support_ppm, one.wording_ppm, one.meaning_ppm);
    let behind = all.iter().find_map(|one| one.behind);
    let best = all.into_iter().reduce(|a, b| if rank(&b) > rank(&a) { b } else { a })?;
    let behind = behind.filter(|_| best.support_ppm == 0);
    Some(Support { wording_ppm, meaning_ppm, behind, ..best })
}

/// v: the part of the sentence's information inside verbatim spans that lie in `source`.
fn wording(
    generation: &Generation,
    spans: &[VerbatimSpan],
    source: SentenceRef,
    text: &str,
    asked: &Asked,
) -> u32 {
    let owner = owner_of(generation, source);
    let place = &generation.sentences(source.document)[source.sentence as usize].span;
    let inside: Vec<_> = spans
        .iter()
        .filter(|span| span.content_hash == owner)
        .filter(|span| place.start <= span.source.start && span.source.end <= place.end)
        .map(|span| span.traced.clone())
        .collect();
    if inside.is_empty() {
        return 0;
    }
    covered_ppm(text, &inside, &asked.tokens, generation.unigrams())
}
