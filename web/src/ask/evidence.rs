//! What does a sentence of the answer rest on? Evidence of wording and meaning of every owner for
//! one sentence, gathered while the answer is being written, so that the citations shown live are
//! those that are paid.

use super::sources::{Sources, owner_of};
use footnote_domain::attribution::Constants;
use footnote_domain::attribution::evidence::{Evidence, meaning_ppm};
use footnote_domain::attribution::units::covered_ppm;
use footnote_domain::corpus::SentenceRef;
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
        Support { wording_ppm, meaning_ppm, support_ppm, sentence }
    };
    let best = |sentences: &Vec<SentenceRef>| {
        let all: Vec<Support> = sentences.iter().map(|sentence| judge(*sentence)).collect();
        strongest(all)
    };
    Ok(sources.owners.iter().filter_map(|(owner, list)| Some((*owner, best(list)?))).collect())
}

/// The greatest of each kind over the owner's sentences; the sentence named is the one that
/// supports most (of equals the first).
fn strongest(all: Vec<Support>) -> Option<Support> {
    let wording_ppm = all.iter().map(|one| one.wording_ppm).max()?;
    let meaning_ppm = all.iter().map(|one| one.meaning_ppm).max()?;
    let rank = |one: &Support| (one.support_ppm, one.wording_ppm, one.meaning_ppm);
    let best = all.into_iter().reduce(|a, b| if rank(&b) > rank(&a) { b } else { a })?;
    Some(Support { wording_ppm, meaning_ppm, ..best })
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
