//! An answer as a reader's browser gets it: whole, and event by event.

use super::*;
use crate::ask::AnswerEvent;
use crate::ask::answer::{AnswerSentence, PayeePart, Price, Routing, Salts, SourceShare, Timings};
use crate::http::pages::events::event_html;
use footnote_domain::id::{ContentHash, DatanetId, Digest, PayeeId};
use footnote_domain::money::Nano;
use footnote_domain::receipt::Funding;

/// A title that would be a script, if anything forgot to escape it.
const HOSTILE: &str = "<script>alert(1)</script>\" onmouseover=\"x";

fn nano(amount: i128) -> Nano {
    Nano::new(amount).expect("in range")
}

fn citation(n: u32, sentence: u32, quote: &str) -> AnswerCitation {
    AnswerCitation {
        n,
        sentence,
        datanet: DatanetId([1; 32]),
        datanet_slug: "tea".into(),
        datanet_version: 1,
        document: ContentHash([n as u8; 32]),
        title: HOSTILE.into(),
        authors: vec![HOSTILE.into(), "Ana".into(), "Bo".into()],
        start: 3,
        end: 9,
        quote: quote.into(),
        before: "## Heading before **it".into(),
        after: "and | after".into(),
        quote_keccak256: Digest::default(),
        wording_ppm: 900_000,
        meaning_ppm: 400_000,
    }
}

fn sentence(text: &str, cites: &[u32], paragraph: bool) -> AnswerSentence {
    AnswerSentence { text: text.into(), cites: cites.to_vec(), paragraph, weight_ppm: 250_000 }
}

fn share(n: u32, share_ppm: u32) -> SourceShare {
    let payees = vec![PayeePart {
        payee: PayeeId([n as u8; 32]),
        name: None,
        escrow: true,
        ppm: 1_000_000,
        amount: nano(1),
    }];
    SourceShare {
        n,
        datanet: DatanetId([1; 32]),
        document: ContentHash([n as u8; 32]),
        title: HOSTILE.into(),
        spans: vec![],
        share_ppm,
        amount: nano(i128::from(share_ppm) * 6),
        payees,
    }
}

fn found(rank: u32, document: u8) -> SearchResult {
    SearchResult {
        rank,
        datanet: DatanetId([1; 32]),
        datanet_slug: "tea".into(),
        document: ContentHash([document; 32]),
        title: HOSTILE.into(),
        section: HOSTILE.into(),
        start: 0,
        end: 4,
        text: "text".into(),
        relevance_ppm: 120_000,
        score_millionths: 1,
        bm25_millionths: None,
        cosine_millionths: None,
        lexical_rank: None,
        vector_rank: None,
    }
}

pub(in super::super) fn answer(outcome: Outcome) -> Answer {
    Answer {
        id: AnswerId([7; 16]),
        question: HOSTILE.into(),
        language: Language::English,
        outcome,
        created: 0,
        backend: "extractive/1".into(),
        sentences: vec![
            sentence("One **bold** claim.", &[1, 2], true),
            sentence("Same paragraph.", &[1], false),
            sentence("Nobody says this <img src=x>.", &[], true),
            sentence("- an item", &[2], true),
            sentence("- another", &[2], true),
        ],
        citations: vec![
            citation(1, 0, "One **bold** claim."),
            citation(2, 0, "A claim."),
            citation(1, 1, "Same paragraph."),
            citation(2, 3, "- an item"),
            citation(2, 4, "- another"),
        ],
        search_results: vec![found(1, 1), found(2, 9)],
        attribution: vec![share(1, 333_333), share(2, 333_333)],
        residual_ppm: 333_334,
        price: Price {
            held: nano(12_000_000),
            gross: nano(12_000_000),
            charged: nano(8_000_000),
            refunded: nano(4_000_000),
            platform: nano(1_200_000),
            contributors: nano(6_800_000),
            funding: Funding::Promotion,
        },
        receipt: None,
        timings: Timings::default(),
        datanets_searched: 1,
        datanets_asked: Vec::new(),
        generation: Digest::default(),
        meant: Some(HOSTILE.into()),
        next_questions: vec![HOSTILE.into()],
        routing: Routing::default(),
        salts: Salts { request: Digest::default(), answer: Digest::default() },
    }
}

fn visitor() -> Visitor {
    Visitor { csrf: "ab".into(), owns: true, said: None }
}

fn finished(answer: &Answer) -> String {
    Finished::new(words::default(), answer, "OPEN", &visitor(), false).render().expect("renders")
}

#[test]
fn sentences_carry_numerals_that_open_the_passage_and_unsupported_ones_are_marked() {
    let page = finished(&answer(Outcome::Answered));
    let href = format!("/documents/{}?start=3&#38;end=9#quote", ContentHash([1; 32]));
    assert!(page.contains(&href), "{page}");
    assert_eq!(page.matches("title=\"No source supports this sentence\"").count(), 1);
    assert!(page.contains("One <strong>bold</strong> claim."));
    assert_eq!(page.matches("<ul>").count(), 1);
    assert!(page.contains("2\u{a0}contributors"));
}

#[test]
fn what_the_bar_shows_adds_up_to_a_hundred() {
    let bar =
        ShareBar::new(words::default(), &answer(Outcome::Answered)).render().expect("renders");
    let shown = bar.split("\u{202f}%").filter_map(|before| before.rsplit('>').next());
    let sum: u32 = shown.filter_map(|percent| percent.parse::<u32>().ok()).sum();
    assert_eq!(sum, 100, "{bar}");
}

#[test]
fn a_refusal_names_the_nearest_passages_and_charges_nothing() {
    let mut refused = answer(Outcome::Refused);
    refused.sentences.clear();
    refused.citations.clear();
    refused.price.charged = Nano::ZERO;
    let page = finished(&refused);
    assert!(page.contains("No source here answers this."));
    assert!(page.contains("charged <b>0.000 OPEN</b>"));
    assert_eq!(page.matches("0.12 near").count(), 2);
}

#[test]
fn an_event_carries_the_very_fragments_of_the_finished_page() {
    let answer = answer(Outcome::Answered);
    let page = finished(&answer);
    for event in answer.replay() {
        let html = event_html(words::default(), &event, "OPEN", &visitor()).expect("renders");
        if let AnswerEvent::Sentence { .. } = event {
            let opened = html.split_once('>').expect("a template").1;
            let fragment = opened.split_once("</template>").expect("its end").0;
            assert!(page.contains(fragment), "{fragment}");
        }
    }
}

#[test]
fn nothing_that_people_wrote_becomes_markup() {
    let whole = answer(Outcome::Answered);
    let mut refused = answer(Outcome::Refused);
    refused.sentences.clear();
    let mut pages = vec![finished(&whole), finished(&refused)];
    let failed = AnswerEvent::Failed { code: "x".into(), message: HOSTILE.into() };
    let events = whole.replay().into_iter().chain([failed]);
    pages.extend(
        events.map(|event| {
            event_html(words::default(), &event, "OPEN", &visitor()).expect("renders")
        }),
    );
    for page in pages {
        assert!(!page.contains("<script") && !page.contains("<img"), "{page}");
        assert!(!page.contains("\" onmouseover=\"") && !page.contains(" style="), "{page}");
    }
}
