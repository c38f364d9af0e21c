//! Which sentences may an answer rest on? Those of the passages found, each replaced by its owner's
//! sentence: copies, boilerplate and tombstones are never quoted.

use super::retrieved;
use footnote_domain::attribution::Constants;
use footnote_domain::attribution::derived::Words;
use footnote_domain::corpus::{Ownership, Passage, SentenceRef};
use footnote_domain::id::ContentHash;
use footnote_domain::receipt::PassageRecord;
use footnote_generator::{Source, SourceSentence};
use footnote_retriever::{Generation, Hit};
use std::collections::{BTreeMap, HashSet};

/// Passages passed over after the last one read that are still recorded.
const PASSED_OVER_MOST: usize = 3;

/// What an answer may be made of, and who may be paid for it.
#[derive(Default)]
pub struct Sources {
    /// For the generator, best first; passages that say nothing new are left out.
    pub passages: Vec<Source>,
    /// The hits behind `passages`, each with its rank in the search, from 1.
    pub hits: Vec<(u32, Hit)>,
    /// Everything down to the last passage read, best first, with what was passed over.
    pub retrieved: Vec<PassageRecord>,
    /// Per owner the sentences that stand in the passages, in order.
    pub owners: BTreeMap<ContentHash, Vec<SentenceRef>>,
}

impl Sources {
    /// The hits that were read, with their ranks.
    pub fn ranked(&self) -> impl Iterator<Item = (u32, &Hit)> {
        self.hits.iter().map(|(rank, hit)| (*rank, hit))
    }
}

/// Gathers the sources of the best hits: at most `passages_max` passages and `owners_max` owners.
pub fn gather(
    generation: &Generation,
    hits: &[Hit],
    passages_max: usize,
    owners_max: usize,
) -> Sources {
    let mut sources = Sources::default();
    let mut taken = HashSet::new();
    for (found, hit) in followers_last(generation, hits) {
        if sources.passages.len() == passages_max {
            break;
        }
        let passage = &generation.passages()[hit.passage as usize];
        let sentences = owned_sentences(generation, passage);
        let fresh = sentences.iter().any(|sentence| !taken.contains(&sentence.reference));
        let owners: HashSet<ContentHash> =
            sentences.iter().map(|sentence| owner_of(generation, sentence.reference)).collect();
        let new_owners = owners.iter().filter(|owner| !sources.owners.contains_key(*owner)).count();
        let read = fresh && sources.owners.len() + new_owners <= owners_max;
        if !read {
            continue;
        }
        for sentence in &sentences {
            if taken.insert(sentence.reference) {
                let owner = owner_of(generation, sentence.reference);
                sources.owners.entry(owner).or_default().push(sentence.reference);
            }
        }
        let rank = u32::try_from(sources.passages.len()).expect("at most 40 passages");
        sources.passages.push(Source { rank, ..source(generation, hit, passage, sentences) });
        sources.hits.push((found, hit.clone()));
    }
    for sentences in sources.owners.values_mut() {
        sentences.sort_unstable();
    }
    sources.hits.sort_by_key(|(found, _)| *found);
    sources.retrieved = retrieved_in_order(generation, hits, &sources);
    sources
}

/// The hits with their ranks from 1, those whose passages follow older ones among them at the end:
/// whoever copies with changes must not take the place of those whom they copied.
fn followers_last<'a>(generation: &Generation, hits: &'a [Hit]) -> Vec<(u32, &'a Hit)> {
    let words: Vec<Vec<Words>> = hits.iter().map(|hit| words_of(generation, hit)).collect();
    let age = |hit: &Hit| generation.documents()[hit.document as usize].effective_age;
    let follows = |at: usize| {
        let older: Vec<&Words> = (0..hits.len())
            .filter(|other| age(&hits[*other]) < age(&hits[at]))
            .flat_map(|other| &words[other])
            .collect();
        let derived =
            |own: &&Words| older.iter().any(|older| own.follow(older, &Constants::PUBLISHED));
        let count = words[at].iter().filter(derived).count();
        count > 0 && count * 2 >= words[at].len()
    };
    let ranked = (1u32..).zip(hits).enumerate();
    let (last, first): (Vec<_>, Vec<_>) = ranked.partition(|(at, _)| follows(*at));
    first.into_iter().chain(last).map(|(_, ranked)| ranked).collect()
}

/// The words of each sentence of a passage that has any.
fn words_of(generation: &Generation, hit: &Hit) -> Vec<Words> {
    let passage = &generation.passages()[hit.passage as usize];
    let place = |sentence| SentenceRef { document: passage.document, sentence };
    let words = |sentence| Words::of(generation.sentence_text(place(sentence)));
    passage.sentences.clone().map(words).filter(|words| !words.is_empty()).collect()
}

/// Everything found down to the last passage read and a little further, best first.
fn retrieved_in_order(
    generation: &Generation,
    hits: &[Hit],
    sources: &Sources,
) -> Vec<PassageRecord> {
    let last = sources.hits.last().map_or(0, |(found, _)| *found as usize);
    let ranked = (1u32..).zip(hits).take(last + PASSED_OVER_MOST);
    ranked
        .map(|(found, hit)| {
            let read = sources.hits.iter().any(|(read, _)| *read == found);
            retrieved::record(generation, hit, read)
        })
        .collect()
}

/// The contribution that a sentence stands in.
pub fn owner_of(generation: &Generation, sentence: SentenceRef) -> ContentHash {
    generation.documents()[sentence.document as usize].content_hash
}

/// The passage's sentences as their owners wrote them; what nobody owns is left out.
fn owned_sentences(generation: &Generation, passage: &Passage) -> Vec<SourceSentence> {
    let all = generation.sentences(passage.document);
    passage
        .sentences
        .clone()
        .filter_map(|number| {
            let here = SentenceRef { document: passage.document, sentence: number };
            let reference = match all[number as usize].ownership {
                Ownership::Own => here,
                Ownership::CopyOf(root) => root,
                Ownership::Boilerplate | Ownership::Tombstone => return None,
            };
            Some(sentence(generation, reference))
        })
        .collect()
}

fn sentence(generation: &Generation, reference: SentenceRef) -> SourceSentence {
    let stored = &generation.sentences(reference.document)[reference.sentence as usize];
    SourceSentence {
        reference,
        text: generation.sentence_text(reference).to_owned(),
        kind: stored.kind,
        owned: true,
        vector: generation.sentence_vector(reference).map(<[i8]>::to_vec),
    }
}

fn source(
    generation: &Generation,
    hit: &Hit,
    passage: &Passage,
    sentences: Vec<SourceSentence>,
) -> Source {
    let document = &generation.documents()[passage.document as usize];
    Source {
        passage: hit.passage,
        document: passage.document,
        content_hash: document.content_hash,
        title: document.description.title.clone(),
        section: passage.section.clone(),
        rank: 0,
        score: hit.score,
        relevance_ppm: hit.relevance_ppm,
        sentences,
    }
}
