//! Which Datanets are there?

use super::frame::{self, Frame, Place, page};
use crate::app::{App, DatanetView};
use crate::http::words;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

/// The list of Datanets.
#[derive(Template)]
#[template(path = "datanets.html")]
struct DatanetsPage {
    frame: Frame,
    datanets: Vec<DatanetView>,
}

/// `GET /datanets`.
pub(super) async fn show(request: HttpRequest, app: web::Data<App>) -> HttpResponse {
    let frame =
        Frame::new(&request, &app, Place::Datanets, words::of(&request).say("datanets-title"));
    page(&request, StatusCode::OK, &DatanetsPage { frame, datanets: app.datanets() })
}
