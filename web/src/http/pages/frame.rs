//! What stands around every page?

use super::show;
use crate::app::App;
use crate::http::{assets, caller, csrf, identity};
use actix_web::http::StatusCode;
use actix_web::http::header::ContentType;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use askama::Template;
use footnote_domain::id::AnswerId;

/// Which of the places in the heading a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Ask,
    Datanets,
    Earnings,
    Elsewhere,
}

/// What the layout needs to know.
pub(super) struct Frame {
    /// The document's title, before the name of the service.
    pub(super) title: String,
    /// Marked in the heading.
    pub(super) place: Place,
    /// The token of the page's forms.
    pub(super) csrf: String,
    /// Names this rendering of a form: the same form sent twice asks once.
    pub(super) nonce: String,
    /// Which kind of answer is given.
    pub(super) mode: &'static str,
    /// What it costs, or costs at most, in tokens.
    pub(super) price: String,
    /// How long it takes; empty while nobody knows.
    pub(super) time: String,
    /// Name of the token.
    pub(super) currency: String,
    /// The answer that a question from this page follows.
    pub(super) after: Option<AnswerId>,
    /// Whose browser this is, with what they can spend; none for a guest.
    pub(super) balance: Option<String>,
    /// What the ask box says while it is empty.
    pub(super) invitation: &'static str,
}

impl Frame {
    pub(super) fn new(request: &HttpRequest, app: &App, place: Place, title: &str) -> Self {
        Self {
            title: title.to_owned(),
            place,
            csrf: csrf::token(request),
            nonce: hex::encode(rand::random::<[u8; 16]>()),
            mode: if app.priced_by_tokens() { "Deep" } else { "Quick" },
            price: price(app),
            time: app.queue.usual_time().map(show::about).unwrap_or_default(),
            currency: app.currency().to_owned(),
            after: None,
            balance: identity::signed_in(request).map(|known| show::amount(known.available)),
            invitation: match place {
                Place::Ask => "Ask a follow-up",
                _ => "Ask a question",
            },
        }
    }

    /// The value of `aria-current` for a place in the heading.
    pub(super) fn current(&self, place: Place) -> &'static str {
        if self.place == place { "page" } else { "false" }
    }
}

fn price(app: &App) -> String {
    let most = show::amount(app.price_at_most());
    if app.priced_by_tokens() { format!("up to {most}") } else { most }
}

/// A finished page.
pub(super) fn page(
    request: &HttpRequest,
    status: StatusCode,
    template: &impl Template,
) -> HttpResponse {
    let mut response = match template.render() {
        Ok(html) => unkept(status).content_type(ContentType::html()).body(html),
        Err(error) => {
            tracing::error!(%error, path = request.path(), "render a page");
            HttpResponse::InternalServerError().body("This page could not be shown.")
        }
    };
    csrf::keep(request, &mut response);
    caller::keep(request, &mut response);
    response
}

/// A response that no cache keeps: pages carry their browser's form token.
pub(super) fn unkept(status: StatusCode) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response.insert_header(("Cache-Control", "no-store"));
    response
}

/// The address of an asset, for templates.
pub(super) fn asset(name: &str) -> &'static str {
    assets::href(name)
}
