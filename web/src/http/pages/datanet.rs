//! One Datanet: its texts, and who is paid for them.

use super::frame::{self, Frame, Place, page};
use super::{PageError, show};
use crate::app::{App, DatanetView, DocumentView, PayeeView};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use footnote_domain::id::PayeeId;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Most texts on the page; a search finds the others.
const TEXTS_LISTED: usize = 200;

/// Most contributors on the page.
const CONTRIBUTORS_LISTED: usize = 60;

/// The page of a Datanet.
#[derive(Template)]
#[template(path = "datanet.html")]
struct DatanetPage {
    frame: Frame,
    datanet: DatanetView,
    texts: Vec<DocumentView>,
    contributors: Vec<Contributor>,
}

/// Somebody paid for texts of this Datanet.
struct Contributor {
    payee: PayeeId,
    name: String,
    escrow: bool,
    texts: usize,
}

/// `GET /datanets/{slug}`.
pub(super) async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    slug: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let id = app.datanet_by_slug(&slug)?;
    let datanet = app.datanets().into_iter().find(|datanet| datanet.id == id);
    let datanet = datanet.ok_or(PageError::NotFound { what: "Datanet" })?;
    let mut texts = app.documents_of(datanet.id);
    let contributors = contributors(&texts);
    texts.truncate(TEXTS_LISTED);
    let frame = Frame::new(&request, &app, Place::Datanets, &datanet.title);
    Ok(page(&request, StatusCode::OK, &DatanetPage { frame, datanet, texts, contributors }))
}

/// Who wrote most comes first.
fn contributors(texts: &[DocumentView]) -> Vec<Contributor> {
    let mut found: BTreeMap<PayeeId, Contributor> = BTreeMap::new();
    for PayeeView { payee, name, escrow, .. } in texts.iter().flat_map(|text| &text.authors) {
        let entry = found.entry(*payee).or_insert_with(|| Contributor {
            payee: *payee,
            name: name.clone().unwrap_or_else(|| show::payee(*payee)),
            escrow: *escrow,
            texts: 0,
        });
        entry.texts += 1;
    }
    let mut found: Vec<Contributor> = found.into_values().collect();
    found.sort_by_key(|one| (Reverse(one.texts), one.payee));
    found.truncate(CONTRIBUTORS_LISTED);
    found
}
