//! Which texts does an answer rest on, and what does each earn by it?

use super::super::show;
use super::quote::{Quote, who};
use crate::ask::answer::{Answer, AnswerCitation, SourceShare};
use crate::http::words::Words;
use footnote_domain::id::ContentHash;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// One source, in the rail beside the answer.
pub(super) struct SourceCard {
    pub(super) n: u32,
    pub(super) tone: String,
    pub(super) title: String,
    pub(super) authors: String,
    pub(super) datanet_slug: String,
    pub(super) document: ContentHash,
    /// The best quote.
    pub(super) quote: Quote,
    /// The others.
    pub(super) more: Vec<Quote>,
    /// How many sentences it supports.
    pub(super) sentences: usize,
    /// Share and amount, once they are known.
    pub(super) share: Option<(String, String)>,
}

/// The sources of a finished answer, by number.
pub(super) fn cards(words: &'static Words, answer: &Answer) -> Vec<SourceCard> {
    let numbers: BTreeSet<u32> = answer.citations.iter().map(|cited| cited.n).collect();
    numbers.into_iter().filter_map(|n| card(words, answer, n)).collect()
}

fn card(words: &'static Words, answer: &Answer, n: u32) -> Option<SourceCard> {
    let mut citations: Vec<&AnswerCitation> =
        answer.citations.iter().filter(|cited| cited.n == n).collect();
    let sentences = citations.iter().map(|cited| cited.sentence).collect::<BTreeSet<_>>().len();
    citations.sort_by_key(|cited| (Reverse(cited.wording_ppm + cited.meaning_ppm), cited.sentence));
    let mut seen = BTreeSet::new();
    citations.retain(|cited| seen.insert((cited.start, cited.end)));
    let (best, others) = citations.split_first()?;
    let share = answer.attribution.iter().find(|share| share.n == n);
    Some(SourceCard {
        n,
        tone: show::tone(n),
        title: best.title.clone(),
        authors: who(words, &best.authors),
        datanet_slug: best.datanet_slug.clone(),
        document: best.document,
        quote: Quote::new(best),
        more: others.iter().map(|cited| Quote::new(cited)).collect(),
        sentences,
        share: share.map(|SourceShare { share_ppm, amount, .. }| {
            (words.percent(*share_ppm), words.amount(*amount))
        }),
    })
}

impl SourceCard {
    /// `[1] Title, authors (datanet) /documents/…`
    pub(super) fn for_clipboard(&self) -> String {
        let Self { n, title, authors, datanet_slug, quote, .. } = self;
        format!("\n[{n}] {title}, {authors} ({datanet_slug}) {}", quote.href)
    }
}
