//! What stands around every page?

use crate::app::App;
use crate::http::words::{self, Said, Words};
use crate::http::{assets, caller, csrf, identity};
use actix_web::http::header::{CONTENT_LANGUAGE, ContentType, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use askama::Template;
use footnote_domain::id::AnswerId;
use std::time::Duration;

/// Which of the places in the heading a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Ask,
    Search,
    History,
    Datanets,
    Earnings,
    Elsewhere,
}

/// What the layout needs to know.
pub(super) struct Frame {
    /// What the page says, in its reader's language.
    pub(super) words: &'static Words,
    /// The document's title, before the name of the service.
    pub(super) title: String,
    /// Marked in the heading.
    pub(super) place: Place,
    /// The token of the page's forms.
    pub(super) csrf: String,
    /// Names this rendering of a form: the same form sent twice asks once.
    pub(super) nonce: String,
    /// Whether answers are priced by what a model reads and writes.
    pub(super) deep: bool,
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
    /// Where the choice of another language leads back to.
    pub(super) back: String,
}

impl Frame {
    /// The frame of a page with this title; [`words::of`] says in which language.
    pub(super) fn new(
        request: &HttpRequest,
        app: &App,
        place: Place,
        title: impl ToString,
    ) -> Self {
        let words = words::of(request);
        Self {
            words,
            title: title.to_string(),
            place,
            csrf: csrf::token(request),
            nonce: hex::encode(rand::random::<[u8; 16]>()),
            deep: app.priced_by_tokens(),
            price: price(words, app),
            time: app.queue.usual_time().map(|time| about(words, time)).unwrap_or_default(),
            currency: app.currency().to_owned(),
            after: None,
            balance: identity::signed_in(request).map(|known| words.amount(known.available)),
            back: address(request),
        }
    }

    /// The languages to choose from.
    pub(super) fn languages(&self) -> &'static [Words] {
        words::all()
    }

    /// Which kind of answer is given.
    pub(super) fn mode(&self) -> Said {
        self.words.say(if self.deep { "deep" } else { "quick" })
    }

    /// What the ask box says while it is empty.
    pub(super) fn invitation(&self) -> Said {
        match self.place {
            Place::Ask => self.words.say("invitation-follow-up"),
            _ => self.words.say("invitation"),
        }
    }

    /// The value of `aria-current` for a place in the heading.
    pub(super) fn current(&self, place: Place) -> &'static str {
        if self.place == place { "page" } else { "false" }
    }
}

fn price(words: &'static Words, app: &App) -> String {
    let most = words.amount(app.price_at_most());
    if app.priced_by_tokens() {
        words.say("price-at-most").put("amount", most).to_string()
    } else {
        most
    }
}

/// `about 12 s`, `under a second`.
fn about(words: &'static Words, time: Duration) -> String {
    if time.as_secs() == 0 {
        return words.say("under-a-second").to_string();
    }
    let seconds = words.count(time.as_secs() + u64::from(time.subsec_nanos() > 0));
    words.say("about").put("time", words.say("seconds").put("n", seconds)).to_string()
}

/// Where this page can be opened again; a form's answer has no address of its own.
fn address(request: &HttpRequest) -> String {
    let own = request.uri().path_and_query().filter(|_| request.method() == Method::GET);
    own.map_or_else(|| "/".to_owned(), ToString::to_string)
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
    if let Ok(code) = HeaderValue::from_str(words::of(request).code()) {
        response.headers_mut().insert(CONTENT_LANGUAGE, code);
    }
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
