//! The answer as it grows: sentences, their evidence, and one number per cited contribution in the
//! order of first appearance.

use super::answer::{AnswerCitation, AnswerSentence};
use super::error::AskError;
use super::evidence::Support;
use super::present;
use footnote_domain::attribution::evidence::Evidence;
use footnote_domain::citation::Quote;
use footnote_domain::corpus::SentenceRef;
use footnote_domain::id::ContentHash;
use footnote_retriever::Generation;
use std::collections::{BTreeMap, BTreeSet};

/// Sentences so far.
#[derive(Default)]
pub(super) struct Composition {
    /// As shown.
    pub(super) sentences: Vec<AnswerSentence>,
    /// As shown.
    pub(super) citations: Vec<AnswerCitation>,
    /// Numbers given to contributions.
    pub(super) numbers: BTreeMap<ContentHash, u32>,
    supports: Vec<BTreeMap<ContentHash, Support>>,
}

impl Composition {
    /// Adds a sentence with its evidence; returns it with its citations, as they are shown.
    pub(super) fn add(
        &mut self,
        generation: &Generation,
        text: String,
        paragraph: bool,
        supports: BTreeMap<ContentHash, Support>,
    ) -> Result<(AnswerSentence, Vec<AnswerCitation>), AskError> {
        let index = u32::try_from(self.sentences.len()).expect("an answer has few sentences");
        let mut order: Vec<(&ContentHash, &Support)> =
            supports.iter().filter(|(_, support)| support.support_ppm > 0).collect();
        order.sort_by_key(|(hash, support)| (std::cmp::Reverse(support.support_ppm), **hash));
        let mut citations = Vec::new();
        for (owner, support) in order {
            let next = u32::try_from(self.numbers.len()).expect("at most 40 owners") + 1;
            let n = *self.numbers.entry(*owner).or_insert(next);
            citations.push(cite(generation, n, index, support)?);
        }
        let cites: BTreeSet<u32> = citations.iter().map(|citation| citation.n).collect();
        let cites = cites.into_iter().collect();
        let sentence = AnswerSentence { text, cites, paragraph, weight_ppm: 0 };
        self.sentences.push(sentence.clone());
        self.citations.extend(citations.iter().cloned());
        self.supports.push(supports);
        Ok((sentence, citations))
    }

    /// Evidence per owner over all sentences, ascending by content hash.
    pub(super) fn evidence(&self) -> BTreeMap<ContentHash, Evidence> {
        let owners: BTreeSet<ContentHash> =
            self.supports.iter().flat_map(|supports| supports.keys().copied()).collect();
        owners.into_iter().map(|owner| (owner, self.evidence_of(owner))).collect()
    }

    /// Per sentence, the older owner behind which this one's evidence was struck.
    pub(super) fn behind(&self, owner: ContentHash) -> Vec<Option<ContentHash>> {
        self.supports.iter().map(|unit| unit.get(&owner).and_then(|one| one.behind)).collect()
    }

    /// Whether a model said of every sentence what it needed.
    pub(super) fn judged_necessity(&self) -> bool {
        let mut all = self.supports.iter().flat_map(BTreeMap::values).peekable();
        all.peek().is_some() && all.all(|support| support.necessity_ppm.is_some())
    }

    fn evidence_of(&self, owner: ContentHash) -> Evidence {
        let column = |kind: fn(&Support) -> u32| -> Vec<u32> {
            self.supports.iter().map(|unit| unit.get(&owner).map_or(0, kind)).collect()
        };
        Evidence {
            wording_ppm: column(|support| support.wording_ppm),
            meaning_ppm: column(|support| support.meaning_ppm),
            necessity_ppm: self
                .judged_necessity()
                .then(|| column(|support| support.necessity_ppm.unwrap_or(0))),
        }
    }
}

fn cite(
    generation: &Generation,
    n: u32,
    sentence: u32,
    support: &Support,
) -> Result<AnswerCitation, AskError> {
    let SentenceRef { document, sentence: number } = support.sentence;
    let contribution = &generation.documents()[document as usize];
    let text = generation.text(document);
    let span = &generation.sentences(document)[number as usize].span;
    let quote = Quote::cut(contribution.content_hash, text, span)
        .map_err(|error| AskError::Broken(error.to_string()))?;
    // The promise of every citation, kept at the door through which all of them pass.
    if quote.points.quote(text) != Some(quote.text.as_str()) {
        return Err(AskError::Broken(format!("citation of {}", contribution.content_hash)));
    }
    let datanet = present::datanet(generation, contribution.datanet);
    Ok(AnswerCitation {
        n,
        sentence,
        datanet: contribution.datanet,
        datanet_slug: datanet.map_or_else(String::new, |datanet| datanet.slug.clone()),
        datanet_version: datanet.map_or(0, |datanet| datanet.version),
        document: contribution.content_hash,
        title: present::title(contribution),
        authors: present::authors(contribution),
        start: quote.points.start,
        end: quote.points.end,
        quote: quote.text,
        before: present::words_before(text, span.start),
        after: present::words_after(text, span.end),
        quote_keccak256: quote.hash,
        wording_ppm: support.wording_ppm,
        meaning_ppm: support.meaning_ppm,
    })
}
