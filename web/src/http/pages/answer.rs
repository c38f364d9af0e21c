//! One answer: finished, refused, failed, or still being written.

mod quote;
mod shares;
mod source;
mod text;

#[cfg(test)]
pub(super) mod tests;

use super::frame::{self, Frame, Place, page};
use super::{PageError, problem, show};
use crate::app::App;
use crate::ask::answer::{Answer, AnswerCitation, SearchResult};
use crate::ask::kept;
use crate::ask::{self, Outcome, View};
use crate::http::words::{self, Words};
use crate::http::{caller, csrf};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use askama::filters::HtmlSafe;
use footnote_domain::id::AnswerId;
use footnote_domain::text::Language;
use serde::Deserialize;
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
    words: &'static Words,
    answer: &'a Answer,
    currency: &'a str,
    visitor: &'a Visitor,
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
    pub(super) fn new(
        words: &'static Words,
        answer: &'a Answer,
        currency: &'a str,
        visitor: &'a Visitor,
        fresh: bool,
    ) -> Self {
        let payees = answer.attribution.iter().flat_map(|share| &share.payees);
        let cited: BTreeSet<_> = answer.citations.iter().map(|cited| cited.document).collect();
        let unused = answer.search_results.iter().filter(|read| !cited.contains(&read.document));
        Self {
            words,
            answer,
            currency,
            visitor,
            fresh,
            shares: ShareBar::new(words, answer),
            blocks: text::blocks(words, answer),
            quotes: quote::cards(words, answer),
            sources: source::cards(words, answer),
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

/// Who reads an answer, and what they may do with it.
#[derive(Debug, Clone, Default)]
pub(super) struct Visitor {
    /// The token of their forms.
    pub(super) csrf: String,
    /// Whether they asked for it.
    pub(super) owns: bool,
    /// What they have just said of it: `good`, `bad`, or `thanks` once there is a reason.
    pub(super) said: Option<&'static str>,
}

impl Visitor {
    pub(super) async fn of(
        request: &HttpRequest,
        app: &App,
        id: AnswerId,
    ) -> Result<Self, PageError> {
        let caller = caller::of(app, request);
        let owns = kept::owns(app, &caller, id).await?;
        Ok(Self { csrf: csrf::token(request), owns, said: None })
    }
}

/// What `GET /answers/{id}` may carry: what was just said of it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct After {
    feedback: Option<String>,
}

impl After {
    fn said(&self) -> Option<&'static str> {
        let said = self.feedback.as_deref()?;
        ["good", "bad", "thanks"].into_iter().find(|known| *known == said)
    }
}

/// The page of an answer whose text its reader deleted.
#[derive(Template)]
#[template(path = "answer/deleted.html")]
struct DeletedPage {
    frame: Frame,
    id: AnswerId,
    has_receipt: bool,
}

/// The page of an answer that is being written.
#[derive(Template)]
#[template(path = "answer/running.html")]
struct RunningPage {
    frame: Frame,
    id: AnswerId,
    question: String,
    language: &'static str,
    owns: bool,
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
    after: web::Query<After>,
) -> Result<HttpResponse, PageError> {
    let visitor = Visitor { said: after.said(), ..Visitor::of(&request, &app, *id).await? };
    let view = ask::answer(&app, *id).await?;
    Ok(match view.ok_or(PageError::NotFound { what: "answer" })? {
        View::Finished(answer) => {
            let frame = Frame::new(&request, &app, Place::Ask, &answer.question);
            let frame = Frame { after: Some(answer.id), ..frame };
            let body = Finished::new(frame.words, &answer, app.currency(), &visitor, false);
            page(&request, StatusCode::OK, &AnswerPage { frame, body })
        }
        View::Running => {
            page(&request, StatusCode::OK, &running(&request, &app, *id, visitor.owns))
        }
        View::Erased => {
            let title = words::of(&request).say("deleted-heading");
            let frame = Frame::new(&request, &app, Place::Ask, title);
            let receipt = app.ledger.receipt_of(*id).await;
            let has_receipt =
                receipt.map_err(|error| PageError::unavailable("The ledger", error))?.is_some();
            page(&request, StatusCode::GONE, &DeletedPage { frame, id: *id, has_receipt })
        }
        View::Voided { reason } => {
            let words = words::of(&request);
            let frame = Frame::new(&request, &app, Place::Ask, words.say("answer-not"));
            let reason = problem::of_failure(words, &reason);
            page(&request, StatusCode::OK, &FailedPage { frame, reason })
        }
    })
}

fn running(request: &HttpRequest, app: &App, id: AnswerId, owns: bool) -> RunningPage {
    let question = app.live.get(id).map(|live| live.question().to_owned()).unwrap_or_default();
    RunningPage {
        frame: Frame {
            after: Some(id),
            ..Frame::new(request, app, Place::Ask, words::of(request).say("answer-title-running"))
        },
        id,
        owns,
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
