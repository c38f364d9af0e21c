//! What does a numeral open? A card with the quotes behind one sentence, in their context.

use super::super::markdown::{self, Markup};
use super::super::show;
use super::passage;
use crate::ask::answer::{Answer, AnswerCitation};
use crate::http::words::Words;
use askama::Template;
use askama::filters::HtmlSafe;

/// The card of one numeral.
#[derive(Template)]
#[template(path = "answer/quote.html")]
pub(in super::super) struct QuoteCard {
    words: &'static Words,
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
pub(super) fn who(words: &'static Words, authors: &[String]) -> String {
    match authors {
        [] => words.say("answer-no-author").to_string(),
        [one] => one.clone(),
        [one, other] => {
            words.say("answer-two-authors").put("one", one).put("other", other).to_string()
        }
        [one, more @ ..] => {
            words.say("answer-more-authors").put("one", one).put("n", more.len()).to_string()
        }
    }
}

impl QuoteCard {
    /// The cards of one sentence's citations, one per source.
    pub(in super::super) fn of_sentence<'a>(
        words: &'static Words,
        index: u32,
        citations: impl Iterator<Item = &'a AnswerCitation>,
    ) -> Vec<Self> {
        let mut cards: Vec<Self> = Vec::new();
        for citation in citations {
            match cards.iter_mut().find(|card| card.n == citation.n) {
                Some(card) => card.add(citation),
                None => cards.push(Self::begin(words, index, citation)),
            }
        }
        cards
    }

    fn begin(words: &'static Words, index: u32, citation: &AnswerCitation) -> Self {
        Self {
            words,
            id: card_id(index, citation.n),
            n: citation.n,
            tone: show::tone(citation.n),
            title: citation.title.clone(),
            who: format!("{} · {}", who(words, &citation.authors), citation.datanet_slug),
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
pub(super) fn cards(words: &'static Words, answer: &Answer) -> Vec<QuoteCard> {
    let sentences = (0u32..).zip(&answer.sentences);
    sentences
        .flat_map(|(index, _)| {
            let citations = answer.citations.iter().filter(|cited| cited.sentence == index);
            QuoteCard::of_sentence(words, index, citations)
        })
        .collect()
}
