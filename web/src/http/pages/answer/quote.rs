//! What does a numeral open? A card with the quotes behind one sentence, in their context.

use super::super::markdown::{self, Markup};
use super::super::show;
use super::passage;
use crate::ask::answer::{Answer, AnswerCitation};
use askama::Template;
use askama::filters::HtmlSafe;

/// The card of one numeral.
#[derive(Template)]
#[template(path = "answer/quote.html")]
pub(in super::super) struct QuoteCard {
    id: String,
    n: u32,
    tone: String,
    title: String,
    who: String,
    quotes: Vec<Quote>,
    wording_ppm: u32,
    meaning_ppm: u32,
}

impl HtmlSafe for QuoteCard {}

/// A cited span with the words around it.
pub(super) struct Quote {
    pub(super) before: Markup,
    pub(super) text: Markup,
    pub(super) after: Markup,
    pub(super) href: String,
}

/// The id by which a numeral names its card.
pub(super) fn card_id(sentence: u32, n: u32) -> String {
    format!("quote-{sentence}-{n}")
}

impl Quote {
    pub(super) fn new(citation: &AnswerCitation) -> Self {
        Self {
            before: markdown::context(&citation.before),
            text: markdown::sentence(&citation.quote).markup,
            after: markdown::context(&citation.after),
            href: passage(citation),
        }
    }
}

/// `Ana Ferreira and 5 more · Datanet handbook`, less the Datanet.
pub(super) fn who(authors: &[String]) -> String {
    match authors {
        [] => "no author named".to_owned(),
        [one] => one.clone(),
        [one, other] => format!("{one} and {other}"),
        [one, more @ ..] => format!("{one} and {} more", more.len()),
    }
}

impl QuoteCard {
    /// The cards of one sentence's citations, one per source.
    pub(in super::super) fn of_sentence<'a>(
        index: u32,
        citations: impl Iterator<Item = &'a AnswerCitation>,
    ) -> Vec<Self> {
        let mut cards: Vec<Self> = Vec::new();
        for citation in citations {
            match cards.iter_mut().find(|card| card.n == citation.n) {
                Some(card) => card.add(citation),
                None => cards.push(Self::begin(index, citation)),
            }
        }
        cards
    }

    fn begin(index: u32, citation: &AnswerCitation) -> Self {
        Self {
            id: card_id(index, citation.n),
            n: citation.n,
            tone: show::tone(citation.n),
            title: citation.title.clone(),
            who: format!("{} · {}", who(&citation.authors), citation.datanet_slug),
            quotes: vec![Quote::new(citation)],
            wording_ppm: citation.wording_ppm,
            meaning_ppm: citation.meaning_ppm,
        }
    }

    /// Whether meaning was compared: it is not in a language that no model here knows.
    fn has_meaning(&self) -> bool {
        self.meaning_ppm > 0
    }

    fn add(&mut self, citation: &AnswerCitation) {
        self.quotes.push(Quote::new(citation));
        self.wording_ppm = self.wording_ppm.max(citation.wording_ppm);
        self.meaning_ppm = self.meaning_ppm.max(citation.meaning_ppm);
    }
}

/// All cards of an answer.
pub(super) fn cards(answer: &Answer) -> Vec<QuoteCard> {
    let sentences = (0u32..).zip(&answer.sentences);
    sentences
        .flat_map(|(index, _)| {
            let citations = answer.citations.iter().filter(|cited| cited.sentence == index);
            QuoteCard::of_sentence(index, citations)
        })
        .collect()
}
