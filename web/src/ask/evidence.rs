//! What does a sentence of the answer rest on? Evidence of wording and meaning of every owner for
//! one sentence, gathered while the answer is being written, so that the citations shown live are
//! those that are paid.

use footnote_domain::attribution::Constants;
use footnote_domain::attribution::derived::{Words, is_derived};
use footnote_domain::attribution::evidence::{Evidence, meaning_ppm};
use footnote_domain::attribution::units::covered_ppm;
use footnote_domain::corpus::{Age, SentenceRef};
use footnote_domain::embed::cosine_quantised;
use footnote_domain::id::ContentHash;
use footnote_domain::text::Unigrams;
use footnote_domain::trace::{Trace, TraceError, VerbatimSpan};
use footnote_retriever::Generation;
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

/// The sentences of an answer's owners for that answer, in order.
pub type Owners = BTreeMap<ContentHash, Vec<SentenceRef>>;

/// Where sentences lie and what is known of them: the generation that an answer was written from,
/// or the texts that a receipt names ([`crate::deep`]).
pub trait Texts: Trace {
    /// The contribution behind a number, and its age as it counts for ownership.
    fn contribution(&self, document: u32) -> (ContentHash, Age);
    /// Bytes of the contribution's text.
    fn span(&self, sentence: SentenceRef) -> Range<usize>;
    /// The sentence's text.
    fn sentence(&self, sentence: SentenceRef) -> &str;
    /// Its quantised embedding, where there is one.
    fn vector(&self, sentence: SentenceRef) -> Option<&[i8]>;
    /// The token counts by which information is weighed.
    fn unigrams(&self) -> &Unigrams;
}

impl Texts for Generation {
    fn contribution(&self, document: u32) -> (ContentHash, Age) {
        let contribution = &self.documents()[document as usize];
        (contribution.content_hash, contribution.effective_age)
    }

    fn span(&self, sentence: SentenceRef) -> Range<usize> {
        self.sentences(sentence.document)[sentence.sentence as usize].span.clone()
    }

    fn sentence(&self, sentence: SentenceRef) -> &str {
        self.sentence_text(sentence)
    }

    fn vector(&self, sentence: SentenceRef) -> Option<&[i8]> {
        self.sentence_vector(sentence)
    }

    fn unigrams(&self) -> &Unigrams {
        Generation::unigrams(self)
    }
}

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
    /// ℓ, in ppm, where a model scored.
    pub necessity_ppm: Option<u32>,
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
pub fn of_sentence<T: Texts>(
    texts: &T,
    owners: &Owners,
    asked: &Asked,
    text: &str,
    vector: Option<&[i8]>,
    constants: &Constants,
) -> Result<BTreeMap<ContentHash, Support>, TraceError> {
    let hashes: Vec<ContentHash> = owners.keys().copied().collect();
    let spans = texts.trace(text, &hashes)?;
    let to_question = vector.zip(asked.vector.as_deref()).map(|(u, q)| cosine_quantised(u, q));
    let judge = |sentence: SentenceRef| {
        let wording_ppm = wording(texts, &spans, sentence, text, asked);
        let meaning_ppm = to_question.zip(vector).map_or(0, |(to_question, u)| {
            let other = texts.vector(sentence);
            other.map_or(0, |s| meaning_ppm(cosine_quantised(u, s), to_question))
        });
        let both = Evidence {
            wording_ppm: vec![wording_ppm],
            meaning_ppm: vec![meaning_ppm],
            necessity_ppm: None,
        };
        let support_ppm = both.support(1, constants)[0];
        Support {
            wording_ppm,
            meaning_ppm,
            necessity_ppm: None,
            support_ppm,
            sentence,
            behind: None,
        }
    };
    let all = |list: &Vec<SentenceRef>| list.iter().map(|one| judge(*one)).collect();
    let mut judged: BTreeMap<ContentHash, Vec<Support>> =
        owners.iter().map(|(owner, list)| (*owner, all(list))).collect();
    strike_derived(texts, &mut judged, constants);
    Ok(judged.into_iter().filter_map(|(owner, all)| Some((owner, strongest(all)?))).collect())
}

/// Takes the evidence from sentences that are derived from older ones among the sources.
fn strike_derived<T: Texts>(
    texts: &T,
    judged: &mut BTreeMap<ContentHash, Vec<Support>>,
    constants: &Constants,
) {
    let age = |owner: &Support| texts.contribution(owner.sentence.document).1;
    let mut supporting: Vec<(Age, ContentHash, Support, Words)> = judged
        .iter()
        .flat_map(|(owner, all)| all.iter().map(|one| (*owner, one)))
        .filter(|(_, one)| one.support_ppm > 0)
        .map(|(owner, one)| {
            let words = Words::of(texts.sentence(one.sentence));
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
fn wording<T: Texts>(
    texts: &T,
    spans: &[VerbatimSpan],
    source: SentenceRef,
    text: &str,
    asked: &Asked,
) -> u32 {
    let (owner, _) = texts.contribution(source.document);
    let place = texts.span(source);
    let inside: Vec<_> = spans
        .iter()
        .filter(|span| span.content_hash == owner)
        .filter(|span| place.start <= span.source.start && span.source.end <= place.end)
        .map(|span| span.traced.clone())
        .collect();
    if inside.is_empty() {
        return 0;
    }
    covered_ppm(text, &inside, &asked.tokens, texts.unigrams())
}
