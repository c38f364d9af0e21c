//! Where do some words stand? Hits with the words marked, and how each of them was found.

use super::frame::{self, Frame, Place, page};
use super::{PageError, excerpt, problem, show};
use crate::app::{App, DatanetView};
use crate::ask::answer::SearchResult;
use crate::ask::search::{Found, Sought, search};
use crate::ask::{AskError, Question};
use crate::http::words;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use excerpt::Piece;
use footnote_domain::text::Language;

/// Hits on one page.
const HITS_PER_PAGE: usize = 10;

/// The search page.
#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    frame: Frame,
    form: SearchForm,
    datanets: Vec<DatanetView>,
    problem: Option<String>,
    total: usize,
    hits: Vec<HitView>,
}

/// One hit, for a reader.
struct HitView {
    result: SearchResult,
    excerpt: Vec<Piece>,
    language: &'static str,
}

/// What is sought, as the address says it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct SearchForm {
    q: String,
    datanets: Vec<String>,
    language: String,
    /// From 1.
    page: usize,
}

impl SearchForm {
    fn read(fields: Vec<(String, String)>) -> Self {
        let mut form = Self { page: 1, ..Self::default() };
        for (name, value) in fields {
            match name.as_str() {
                "q" => form.q = value,
                "datanet" => form.datanets.push(value),
                "language" => form.language = value,
                "page" => form.page = value.parse().unwrap_or(1).max(1),
                _ => {}
            }
        }
        form
    }

    /// The same search at another page.
    fn address(&self, page: usize) -> String {
        let mut fields = vec![("q", self.q.as_str())];
        fields.extend(self.datanets.iter().map(|datanet| ("datanet", datanet.as_str())));
        if !self.language.is_empty() {
            fields.push(("language", &self.language));
        }
        let page = page.to_string();
        fields.push(("page", &page));
        let parts: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", show::encoded(value))).collect();
        format!("/search?{}", parts.join("&"))
    }

    fn sought(&self, app: &App) -> Result<Sought, AskError> {
        Ok(Sought {
            words: Question::parse(&self.q, app.config.question_chars)?,
            datanets: app.datanet_ids(&self.datanets)?,
            language: LANGUAGES.into_iter().find(|language| language.code() == self.language),
        })
    }
}

/// The languages that texts can be filtered by: those that are told apart.
const LANGUAGES: [Language; 3] = [Language::English, Language::Spanish, Language::Chinese];

impl SearchPage {
    fn is_chosen(&self, slug: &str) -> bool {
        self.form.datanets.iter().any(|chosen| chosen == slug)
    }

    fn was_asked(&self) -> bool {
        !self.form.q.trim().is_empty() && self.problem.is_none()
    }

    fn earlier(&self) -> Option<String> {
        (self.form.page > 1).then(|| self.form.address(self.form.page - 1))
    }

    fn later(&self) -> Option<String> {
        let shown = self.form.page.saturating_mul(HITS_PER_PAGE);
        (shown < self.total).then(|| self.form.address(self.form.page + 1))
    }

    fn pages(&self) -> usize {
        self.total.div_ceil(HITS_PER_PAGE)
    }

    /// A code and the language's own name, for the filter.
    fn languages(&self) -> Vec<(&'static str, String)> {
        let named = LANGUAGES.iter().filter_map(|one| words::by_code(one.code()));
        named.map(|words| (words.code(), words.say("language-name").to_string())).collect()
    }

    /// Millionths of one, to three places.
    fn number(&self, millionths: &i64) -> String {
        let sign = if *millionths < 0 { "−" } else { "" };
        let thousandths = (millionths.unsigned_abs() + 500) / 1_000;
        let number = format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000);
        format!("{sign}{}", self.frame.words.decimal(&number))
    }
}

/// `GET /search?q=&datanet=&language=&page=`.
pub(super) async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    fields: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, PageError> {
    let form = SearchForm::read(fields.into_inner());
    if form.q.trim().is_empty() {
        return Ok(searched(&request, &app, form, Ok(None)));
    }
    let found = found(app.clone(), &form).await;
    Ok(searched(&request, &app, form, found.map(Some)))
}

async fn found(app: web::Data<App>, form: &SearchForm) -> Result<(Sought, Found), AskError> {
    let sought = form.sought(&app)?;
    let page = form.page - 1;
    let searching = web::block(move || {
        let found = search(&app, &sought, page, HITS_PER_PAGE)?;
        Ok::<_, AskError>((sought, found))
    });
    searching.await.map_err(|error| AskError::Broken(error.to_string()))?
}

fn searched(
    request: &HttpRequest,
    app: &App,
    form: SearchForm,
    found: Result<Option<(Sought, Found)>, AskError>,
) -> HttpResponse {
    let words = words::of(request);
    let (status, problem) = match &found {
        Ok(_) => (StatusCode::OK, None),
        Err(error) => (
            StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST),
            Some(problem::of_ask(words, error, app.currency())),
        ),
    };
    let (total, hits) = match found {
        Ok(Some((sought, found))) => (found.total, hits(&sought, found)),
        _ => (0, Vec::new()),
    };
    let title = if form.q.trim().is_empty() {
        words.say("search-title").to_string()
    } else {
        form.q.clone()
    };
    let frame = Frame::new(request, app, Place::Search, title);
    let datanets = app.datanets();
    page(request, status, &SearchPage { frame, form, datanets, problem, total, hits })
}

fn hits(sought: &Sought, found: Found) -> Vec<HitView> {
    let plain = sought.plain();
    let views = found.results.into_iter().map(|result| HitView {
        excerpt: excerpt::of(&result.text, &plain),
        language: super::answer::tag(Language::detect(&result.text)),
        result,
    });
    views.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_page_of_a_search_has_an_address_of_its_own() {
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let form = SearchForm::read(vec![
            field("q", "\"té\" & más"),
            field("datanet", "a"),
            field("datanet", "b"),
            field("page", "x"),
        ]);
        assert_eq!(form.page, 1);
        let address = form.address(2);
        assert_eq!(address, "/search?q=%22t%C3%A9%22%20%26%20m%C3%A1s&datanet=a&datanet=b&page=2");
        let page = SearchForm::read(vec![field("page", "0")]).page;
        assert_eq!(page, 1);
    }
}
