//! One answer: finished, refused, failed, or still being written.

mod quote;
mod shares;
mod source;
mod text;

#[cfg(test)]
mod tests;

use super::error::sentence;
use super::frame::{self, Frame, Place, page};
use super::{PageError, show};
use crate::app::App;
use crate::ask::answer::{Answer, AnswerCitation, SearchResult};
use crate::ask::{self, Outcome, View};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use askama::filters::HtmlSafe;
use footnote_domain::id::AnswerId;
use footnote_domain::text::Language;
use shares::ShareBar;
use source::SourceCard;
use std::collections::BTreeSet;

pub(super) use quote::QuoteCard;
pub(super) use text::{Block, SentenceView};

/// Most passages listed beside an answer that were read and not cited.
const PASSAGES_LISTED: usize = 8;

/// The page of an answer that is stored.
#[derive(Template)]
#[template(path = "answer.html")]
struct AnswerPage<'a> {
    frame: Frame,
    body: Finished<'a>,
}

/// Everything of a stored answer between heading and ask box; also what ends a live page.
#[derive(Template)]
#[template(path = "answer/finished.html")]
pub(super) struct Finished<'a> {
    answer: &'a Answer,
    currency: &'a str,
    /// Whether it has just been written before the reader's eyes.
    fresh: bool,
    shares: ShareBar,
    blocks: Vec<Block>,
    quotes: Vec<QuoteCard>,
    sources: Vec<SourceCard>,
    /// Read, and not cited.
    unused: Vec<&'a SearchResult>,
    contributors: usize,
}

impl HtmlSafe for Finished<'_> {}

impl<'a> Finished<'a> {
    pub(super) fn new(answer: &'a Answer, currency: &'a str, fresh: bool) -> Self {
        let payees = answer.attribution.iter().flat_map(|share| &share.payees);
        let cited: BTreeSet<_> = answer.citations.iter().map(|cited| cited.document).collect();
        let unused = answer.search_results.iter().filter(|read| !cited.contains(&read.document));
        Self {
            answer,
            currency,
            fresh,
            shares: ShareBar::new(answer),
            blocks: text::blocks(answer),
            quotes: quote::cards(answer),
            sources: source::cards(answer),
            unused: unused.take(PASSAGES_LISTED).collect(),
            contributors: payees.map(|part| part.payee).collect::<BTreeSet<_>>().len(),
        }
    }

    fn language(&self) -> &'static str {
        tag(self.answer.language)
    }

    fn is_answered(&self) -> bool {
        self.answer.outcome == Outcome::Answered
    }

    fn is_refused(&self) -> bool {
        self.answer.outcome == Outcome::Refused
    }

    fn has_unsupported(&self) -> bool {
        self.answer.sentences.iter().any(|sentence| sentence.cites.is_empty())
    }

    /// The answer and, below it, its sources, for the clipboard.
    fn with_sources(&self) -> String {
        let mut text = self.answer.content();
        text.push('\n');
        for card in &self.sources {
            text.push_str(&card.for_clipboard());
        }
        text
    }
}

/// The page of an answer that is being written.
#[derive(Template)]
#[template(path = "answer/running.html")]
struct RunningPage {
    frame: Frame,
    id: AnswerId,
    question: String,
    language: &'static str,
}

/// The page of an answer that was given up.
#[derive(Template)]
#[template(path = "answer/failed.html")]
struct FailedPage {
    frame: Frame,
    reason: String,
}

/// `GET /answers/{id}`.
pub(super) async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<AnswerId>,
) -> Result<HttpResponse, PageError> {
    let view = ask::answer(&app, *id).await?;
    Ok(match view.ok_or(PageError::NotFound { what: "answer" })? {
        View::Finished(answer) => {
            let frame = Frame::new(&request, &app, Place::Ask, &answer.question);
            let body = Finished::new(&answer, app.currency(), false);
            page(&request, StatusCode::OK, &AnswerPage { frame, body })
        }
        View::Running => page(&request, StatusCode::OK, &running(&request, &app, *id).await),
        View::Voided { reason } => {
            let frame = Frame::new(&request, &app, Place::Ask, "Not answered");
            let reason = sentence(&reason);
            page(&request, StatusCode::OK, &FailedPage { frame, reason })
        }
    })
}

async fn running(request: &HttpRequest, app: &App, id: AnswerId) -> RunningPage {
    let question = match app.live.get(id) {
        Some(live) => live.question().to_owned(),
        // Another process writes it; where nobody knows the question, the page goes without.
        None => app.shared.replay.question(id).await.ok().flatten().unwrap_or_default(),
    };
    RunningPage {
        frame: Frame::new(request, app, Place::Ask, "Answering"),
        id,
        language: tag(Language::detect(&question)),
        question,
    }
}

/// The value of `lang`; empty, which says "not known", for other languages.
pub(super) fn tag(language: Language) -> &'static str {
    if language == Language::Other { "" } else { language.code() }
}

/// The address of a cited passage, in its text.
pub(super) fn passage(citation: &AnswerCitation) -> String {
    let AnswerCitation { document, start, end, .. } = citation;
    format!("/documents/{document}?start={start}&end={end}#quote")
}
