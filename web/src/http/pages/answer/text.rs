//! How do sentences become paragraphs and lists again? One fragment per sentence, used by the whole
//! page and, one by one, while an answer is written.

use super::super::markdown::{self, Markup};
use super::super::show;
use super::{passage, quote};
use crate::ask::answer::{Answer, AnswerCitation, AnswerSentence};
use crate::http::words::Words;
use askama::Template;
use askama::filters::HtmlSafe;
use footnote_domain::text::SentenceKind;

/// One sentence with its numerals.
#[derive(Template)]
#[template(path = "answer/sentence.html")]
pub(in super::super) struct SentenceView {
    words: &'static Words,
    kind: SentenceKind,
    markup: Markup,
    numerals: Vec<Numeral>,
}

impl HtmlSafe for SentenceView {}

/// A coloured footnote numeral.
struct Numeral {
    n: u32,
    tone: String,
    title: String,
    href: String,
    card: String,
}

/// Sentences that stand together.
pub(in super::super) struct Block {
    /// `p`, `ul` or `div`.
    pub(in super::super) element: &'static str,
    /// What stands in it.
    pub(in super::super) sentences: Vec<SentenceView>,
}

impl SentenceView {
    /// The sentence number `index` and what it cites.
    pub(in super::super) fn new<'a>(
        words: &'static Words,
        index: u32,
        sentence: &AnswerSentence,
        citations: impl Iterator<Item = &'a AnswerCitation>,
    ) -> Self {
        let piece = markdown::sentence(&sentence.text);
        let mut numerals: Vec<Numeral> = Vec::new();
        for citation in citations {
            if numerals.iter().all(|numeral| numeral.n != citation.n) {
                numerals.push(numeral(index, citation));
            }
        }
        numerals.sort_by_key(|numeral| numeral.n);
        Self { words, kind: piece.kind, markup: piece.markup, numerals }
    }

    /// The element that it stands in: a paragraph, a list, or alone.
    pub(in super::super) fn element(&self) -> &'static str {
        match self.kind {
            SentenceKind::Prose | SentenceKind::Heading => "p",
            SentenceKind::ListItem => "ul",
            SentenceKind::TableRow | SentenceKind::Code => "div",
        }
    }

    fn is_item(&self) -> bool {
        self.kind == SentenceKind::ListItem
    }

    fn is_code(&self) -> bool {
        self.kind == SentenceKind::Code
    }
}

fn numeral(index: u32, citation: &AnswerCitation) -> Numeral {
    Numeral {
        n: citation.n,
        tone: show::tone(citation.n),
        title: citation.title.clone(),
        href: passage(citation),
        card: quote::card_id(index, citation.n),
    }
}

/// The whole text. A sentence joins the block before it when it stands in the same kind of block and
/// begins no paragraph.
pub(super) fn blocks(words: &'static Words, answer: &Answer) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for (index, sentence) in (0u32..).zip(&answer.sentences) {
        let citations = answer.citations.iter().filter(|cited| cited.sentence == index);
        let view = SentenceView::new(words, index, sentence, citations);
        let element = view.element();
        match blocks.last_mut() {
            Some(last) if joins(last.element, element, sentence.paragraph) => {
                last.sentences.push(view);
            }
            _ => blocks.push(Block { element, sentences: vec![view] }),
        }
    }
    blocks
}

/// Items of one list stay together even where each begins a paragraph of its own.
fn joins(before: &str, element: &str, paragraph: bool) -> bool {
    before == element
        && match element {
            "ul" => true,
            "p" => !paragraph,
            _ => false,
        }
}
