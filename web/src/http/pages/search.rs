//! Where do some words stand? Hits with the words marked, and how each of them was found.

use super::frame::{self, Frame, Place, page};
use super::{answer, excerpt, problem, show};
use crate::app::{App, DatanetView};
use crate::http::words::{self, Words};
use crate::search::{self, SearchError, SearchForm, SearchHit};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use excerpt::Piece;
use footnote_domain::text::Language;
use footnote_retriever::quoted;

/// Hits on one page.
const HITS_PER_PAGE: usize = 10;

/// The search page.
#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    frame: Frame,
    sought: Sought,
    datanets: Vec<DatanetView>,
    problem: Option<String>,
    found: Option<Found>,
}

/// What was found.
struct Found {
    total: usize,
    /// Whether not every place of a common phrase was looked at.
    partial: bool,
    /// Whether meaning took part.
    by_meaning: bool,
    hits: Vec<HitView>,
}

/// One hit, for a reader.
struct HitView {
    hit: SearchHit,
    excerpt: Vec<Piece>,
    language: &'static str,
    /// Whether an older text owns the passage.
    is_copy: bool,
}

/// What is sought, as the address says it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Sought {
    q: String,
    datanets: Vec<String>,
    /// The payee whose texts are looked in; empty for all.
    by: String,
    language: String,
    from: String,
    to: String,
    /// Whether each owner has one hit.
    collapse: bool,
    /// From 1.
    page: usize,
}

/// The languages that texts can be filtered by: those that are told apart.
const LANGUAGES: [Language; 3] = [Language::English, Language::Spanish, Language::Chinese];

impl Sought {
    fn read(fields: Vec<(String, String)>) -> Self {
        let mut sought = Self { page: 1, ..Self::default() };
        for (name, value) in fields {
            match name.as_str() {
                "q" => sought.q = value,
                "datanet" => sought.datanets.push(value),
                "by" => sought.by = value,
                "language" => sought.language = value,
                "from" => sought.from = value,
                "to" => sought.to = value,
                "once" => sought.collapse = !value.is_empty(),
                "page" => sought.page = value.parse().unwrap_or(1).max(1),
                _ => {}
            }
        }
        sought
    }

    /// The same search at another page.
    fn address(&self, page: usize) -> String {
        let mut fields = vec![("q", self.q.as_str())];
        fields.extend(self.datanets.iter().map(|datanet| ("datanet", datanet.as_str())));
        let once = if self.collapse { "1" } else { "" };
        let rest = [
            ("by", self.by.as_str()),
            ("language", &self.language),
            ("from", &self.from),
            ("to", &self.to),
            ("once", once),
        ];
        fields.extend(rest.into_iter().filter(|(_, value)| !value.is_empty()));
        let page = page.to_string();
        fields.push(("page", &page));
        let parts: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", show::encoded(value))).collect();
        format!("/search?{}", parts.join("&"))
    }

    fn is_empty(&self) -> bool {
        self.q.trim().is_empty()
    }

    /// Whether a field is in use that stands behind the fold.
    fn is_narrowed(&self) -> bool {
        self.collapse || [&self.by, &self.from, &self.to].iter().any(|field| !field.is_empty())
    }

    fn form(&self) -> SearchForm {
        let given = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        SearchForm {
            datanets: self.datanets.clone(),
            contributors: given(&self.by).into_iter().collect(),
            languages: given(&self.language).into_iter().collect(),
            from: given(&self.from),
            to: given(&self.to),
            collapse: self.collapse,
            offset: (self.page - 1).saturating_mul(HITS_PER_PAGE),
            limit: HITS_PER_PAGE,
            ..SearchForm::new(&self.q)
        }
    }
}

impl SearchPage {
    fn is_chosen(&self, slug: &str) -> bool {
        self.sought.datanets.iter().any(|chosen| chosen == slug)
    }

    fn earlier(&self) -> Option<String> {
        (self.sought.page > 1).then(|| self.sought.address(self.sought.page - 1))
    }

    fn later(&self, total: &usize) -> Option<String> {
        let shown = self.sought.page.saturating_mul(HITS_PER_PAGE);
        (shown < *total).then(|| self.sought.address(self.sought.page + 1))
    }

    fn pages(&self, total: &usize) -> usize {
        total.div_ceil(HITS_PER_PAGE)
    }

    /// A code and the language's own name, for the filter.
    fn languages(&self) -> Vec<(&'static str, String)> {
        let named = LANGUAGES.iter().filter_map(|one| words::by_code(one.code()));
        named.map(|words| (words.code(), words.say("language-name").to_string())).collect()
    }

    /// Millionths of one, to three places.
    fn number(&self, millionths: &i64) -> String {
        thousandths(self.frame.words, *millionths)
    }
}

fn thousandths(words: &'static Words, millionths: i64) -> String {
    let sign = if millionths < 0 { "−" } else { "" };
    let thousandths = (millionths.unsigned_abs() + 500) / 1_000;
    let number = format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000);
    format!("{sign}{}", words.decimal(&number))
}

/// `GET /search?q=&datanet=&by=&language=&from=&to=&once=&page=`.
pub(super) async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    fields: web::Query<Vec<(String, String)>>,
) -> HttpResponse {
    let sought = Sought::read(fields.into_inner());
    if sought.is_empty() {
        return shown(&request, &app, sought, StatusCode::OK, None, None);
    }
    let words = words::of(&request);
    match search::search(&app, sought.form()).await {
        Ok(found) => {
            let plain = quoted::parse(&sought.q).text;
            let found = Found {
                total: found.total,
                partial: found.partial,
                by_meaning: found.by_meaning,
                hits: found.hits.into_iter().map(|hit| view(hit, &plain)).collect(),
            };
            shown(&request, &app, sought, StatusCode::OK, None, Some(found))
        }
        Err(error) => {
            let (status, problem) = refused(words, &error, app.currency());
            shown(&request, &app, sought, status, Some(problem), None)
        }
    }
}

fn view(hit: SearchHit, plain: &str) -> HitView {
    HitView {
        excerpt: excerpt::of(&hit.result.text, plain),
        language: answer::tag(hit.language),
        is_copy: hit.owner != hit.result.document,
        hit,
    }
}

fn refused(words: &'static Words, error: &SearchError, currency: &str) -> (StatusCode, String) {
    match error {
        SearchError::Invalid { code, .. } => {
            let key = match *code {
                "invalid_date" => "problem-date",
                "invalid_contributor" => "problem-contributor",
                _ => "problem-filter",
            };
            (StatusCode::BAD_REQUEST, words.say(key).to_string())
        }
        SearchError::Ask(error) => (
            StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST),
            problem::of_ask(words, error, currency),
        ),
    }
}

fn shown(
    request: &HttpRequest,
    app: &App,
    sought: Sought,
    status: StatusCode,
    problem: Option<String>,
    found: Option<Found>,
) -> HttpResponse {
    let words = words::of(request);
    let title =
        if sought.is_empty() { words.say("search-title").to_string() } else { sought.q.clone() };
    let frame = Frame::new(request, app, Place::Search, title);
    let datanets = app.datanets();
    page(request, status, &SearchPage { frame, sought, datanets, problem, found })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn another_page_of_a_search_has_an_address_of_its_own() {
        let sought = Sought::read(vec![
            field("q", "\"té\" & más"),
            field("datanet", "a"),
            field("datanet", "b"),
            field("once", "1"),
            field("page", "x"),
        ]);
        assert_eq!(sought.page, 1);
        let address = sought.address(2);
        assert_eq!(
            address,
            "/search?q=%22t%C3%A9%22%20%26%20m%C3%A1s&datanet=a&datanet=b&once=1&page=2"
        );
        assert_eq!(Sought::read(vec![field("page", "0")]).page, 1);
    }

    #[test]
    fn fields_left_empty_narrow_nothing() {
        let empty = ["by", "language", "from", "to", "once"].map(|name| field(name, ""));
        let sought = Sought::read(vec![field("q", "tea")].into_iter().chain(empty).collect());
        assert!(!sought.is_narrowed());
        assert_eq!(sought.form(), SearchForm::new("tea"));
        let last = Sought::read(vec![field("q", "tea"), field("page", &usize::MAX.to_string())]);
        assert_eq!(last.form().offset, usize::MAX);
    }

    #[test]
    fn numbers_have_three_places_and_a_sign() {
        let written = [1_234_567, -5_600, 0].map(|number| thousandths(words::default(), number));
        assert_eq!(written, ["1.235", "−0.006", "0.000"]);
    }
}
