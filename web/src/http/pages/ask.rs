//! The first page: what can be asked, of which Datanets, for how much? And the form that asks.

use super::frame::{self, Frame, Place, page};
use super::{PageError, problem};
use crate::app::{App, DatanetView};
use crate::ask::{self, Answer, AskError, AskRequest, Caller, Question, View};
use crate::http::{caller, csrf, words};
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use footnote_domain::id::{AnswerId, Digest};
use serde::Deserialize;
use std::sync::Arc;

/// The ask page.
#[derive(Template)]
#[template(path = "ask.html")]
struct AskPage {
    frame: Frame,
    question: String,
    problem: Option<String>,
    chosen: Vec<String>,
    datanets: Vec<DatanetView>,
    ready: bool,
}

impl AskPage {
    fn is_chosen(&self, slug: &str) -> bool {
        self.chosen.iter().any(|chosen| chosen == slug)
    }
}

/// What `GET /` may carry: a question to begin with.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Prefill {
    #[serde(default)]
    q: String,
    #[serde(default)]
    datanet: Option<String>,
}

/// `GET /`: the empty state.
pub(super) async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    prefill: web::Query<Prefill>,
) -> HttpResponse {
    let Prefill { q, datanet } = prefill.into_inner();
    let form =
        AskForm { question: q, datanets: datanet.into_iter().collect(), ..AskForm::default() };
    page(&request, StatusCode::OK, &ask_page(&request, &app, form, None))
}

fn ask_page(request: &HttpRequest, app: &App, form: AskForm, problem: Option<String>) -> AskPage {
    AskPage {
        frame: Frame::new(request, app, Place::Ask, words::of(request).say("ask-title")),
        question: form.question,
        problem,
        chosen: form.datanets,
        datanets: app.datanets(),
        ready: app.is_ready(),
    }
}

/// The ask form, as it was sent.
#[derive(Debug, Default)]
struct AskForm {
    question: String,
    datanets: Vec<String>,
    /// The answer that was being read.
    after: String,
    csrf: String,
    nonce: String,
}

impl AskForm {
    fn read(fields: Vec<(String, String)>) -> Self {
        let mut form = Self::default();
        for (name, value) in fields {
            match name.as_str() {
                "question" => form.question = value,
                "datanet" => form.datanets.push(value),
                "after" => form.after = value,
                "csrf" => form.csrf = value,
                "nonce" => form.nonce = value,
                _ => {}
            }
        }
        form
    }

    /// The same form sent twice is one question; the same form with another question is another.
    fn key(&self) -> Option<String> {
        let parts = [self.question.trim(), &self.datanets.join(" "), &self.after];
        let digest = Digest::of(&parts.map(str::as_bytes));
        (!self.nonce.is_empty()).then(|| format!("{}:{digest}", self.nonce))
    }
}

/// `POST /ask`: takes the question and leads to its answer; a fault shows the form again, with
/// everything that was written.
pub(super) async fn submit(
    request: HttpRequest,
    app: web::Data<App>,
    fields: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, PageError> {
    let form = AskForm::read(fields.into_inner());
    csrf::verify(&request, &form.csrf)?;
    let caller = caller::of(&app, &request);
    match start(app.clone().into_inner(), caller, &form).await {
        Ok(id) => Ok(frame::unkept(StatusCode::SEE_OTHER)
            .insert_header((LOCATION, format!("/answers/{id}")))
            .finish()),
        Err(error) => Ok(refused(&request, &app, form, &error)),
    }
}

async fn start(app: Arc<App>, caller: Caller, form: &AskForm) -> Result<AnswerId, AskError> {
    let question = Question::parse(&form.question, app.config.question_chars)?;
    let question = question.following(&earlier(&app, form).await?);
    let datanets = app.datanet_ids(&form.datanets)?;
    ask::start(
        &app,
        AskRequest { question, datanets, adapters: Vec::new(), caller, key: form.key() },
    )
    .await
}

/// The question that this one follows, as it was meant; none where no such answer is stored.
async fn earlier(app: &App, form: &AskForm) -> Result<Vec<String>, AskError> {
    let Ok(after) = form.after.parse::<AnswerId>() else { return Ok(Vec::new()) };
    let Some(View::Finished(answer)) = ask::answer(app, after).await? else {
        return Ok(Vec::new());
    };
    let Answer { meant, question, .. } = *answer;
    Ok(vec![meant.unwrap_or(question)])
}

fn refused(request: &HttpRequest, app: &App, form: AskForm, error: &AskError) -> HttpResponse {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let problem = problem::of_ask(words::of(request), error, app.currency());
    page(request, status, &ask_page(request, app, form, Some(problem)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(nonce: &str, question: &str) -> AskForm {
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        AskForm::read(vec![
            field("nonce", nonce),
            field("question", question),
            field("datanet", "a"),
            field("datanet", "b"),
            field("unknown", "x"),
        ])
    }

    #[test]
    fn a_form_sent_twice_is_one_question_and_an_edited_one_is_another() {
        assert_eq!(form("1", "why?").datanets, ["a", "b"]);
        assert_eq!(form("1", "why?").key(), form("1", " why? ").key());
        assert_ne!(form("1", "why?").key(), form("1", "how?").key());
        assert_ne!(form("1", "why?").key(), form("2", "why?").key());
        assert_eq!(form("", "why?").key(), None);
    }
}
