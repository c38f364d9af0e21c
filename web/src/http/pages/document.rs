//! One text, as its contributor wrote it, with the cited passage marked.

use super::frame::{self, Frame, Place, page};
use super::markdown::{self, Rendered};
use super::{PageError, answer, show};
use crate::app::{App, DocumentView};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use footnote_domain::id::ContentHash;
use footnote_domain::text::CodePoints;
use serde::Deserialize;
use std::ops::Range;

/// The document page.
#[derive(Template)]
#[template(path = "document.html")]
struct DocumentPage {
    frame: Frame,
    document: DocumentView,
    text: Rendered,
    /// Whether a passage was asked for.
    wanted: bool,
}

impl DocumentPage {
    fn language(&self) -> &'static str {
        answer::tag(self.document.language)
    }

    /// Whether it can be linked to: `http` and `https` only.
    fn source_is_link(&self) -> bool {
        let source = &self.document.source;
        source.starts_with("https://") || source.starts_with("http://")
    }
}

/// The passage to mark, in code points.
#[derive(Debug, Default, Clone, Copy, Deserialize)]
pub(super) struct Passage {
    start: Option<u64>,
    end: Option<u64>,
}

impl Passage {
    /// In bytes of the text; none when it reaches past the end.
    fn bytes(self, text: &str) -> Option<Range<usize>> {
        CodePoints { start: self.start?, end: self.end? }.to_bytes(text)
    }
}

/// `GET /documents/{hash}?start=&end=`.
pub(super) async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    hash: web::Path<ContentHash>,
    passage: web::Query<Passage>,
) -> Result<HttpResponse, PageError> {
    let document = app.document(*hash).ok_or(PageError::NotFound { what: "text" })?;
    let passage = passage.into_inner();
    let text = document.text.clone();
    // A long text takes milliseconds to set: not on the threads that others wait for.
    let text = web::block(move || markdown::document(&text, passage.bytes(&text))).await;
    let text = text.map_err(|error| PageError::unavailable("The text", error))?;
    let frame = Frame::new(&request, &app, Place::Datanets, &document.title);
    let wanted = passage.start.is_some();
    Ok(page(&request, StatusCode::OK, &DocumentPage { frame, document, text, wanted }))
}
