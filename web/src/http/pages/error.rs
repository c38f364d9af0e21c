//! What does a reader see when something is wrong? What happened, that nothing was lost or charged,
//! and a way on.

use super::{frame, problem};
use crate::app::{CURRENCY, ClaimError};
use crate::ask::AskError;
use crate::http::csrf::CsrfError;
use crate::http::words::{self, Words};
use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_LANGUAGE, ContentType, RETRY_AFTER};
use actix_web::middleware::Next;
use actix_web::{HttpResponse, ResponseError};
use askama::Template;

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// Nothing has this address.
    #[error("there is no {what} here; it may have been removed, or the address was copied in part")]
    NotFound {
        /// What was looked for: `answer`, `text`, …
        what: &'static str,
    },
    /// An address that cannot be anything's.
    #[error("this address is damaged; it may have been copied in part")]
    Address,
    /// A form or an address that could not be read.
    #[error("{message}; go back, correct it, and send it again")]
    Unreadable {
        /// The status that says so.
        status: StatusCode,
        /// What is wrong.
        message: String,
    },
    /// An address that does not know this method.
    #[error("{method} does not do here; use {allowed}")]
    Method {
        /// The method.
        method: String,
        /// Those that would do.
        allowed: String,
    },
    /// A reader who comes too often.
    #[error("too many requests in a minute; come back in {seconds} s")]
    TooOften {
        /// Until the next one.
        seconds: u64,
    },
    /// A form of another browser.
    #[error(transparent)]
    Csrf(#[from] CsrfError),
    /// The question cannot be answered.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// Nothing was paid out.
    #[error(transparent)]
    Claim(#[from] ClaimError),
    /// A part of the service is down.
    #[error("{what} cannot be reached at this moment; nothing is lost, try again in a minute")]
    Unavailable {
        /// Which part.
        what: &'static str,
        /// Why, for the log.
        cause: String,
    },
}

/// The error page.
#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    words: &'static Words,
    status: u16,
    heading: &'static str,
    message: String,
}

impl PageError {
    /// What could not be read, with the status that says so.
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self::Unreadable { status, message: message.into() }
    }

    /// A part of the service that failed, with the cause for the log.
    pub(super) fn unavailable(what: &'static str, cause: impl std::fmt::Display) -> Self {
        Self::Unavailable { what, cause: cause.to_string() }
    }

    /// The message above the page.
    fn heading(&self) -> &'static str {
        match self.status_code().as_u16() {
            404 | 410 => "error-nothing-here",
            402 => "error-purse",
            401 | 403 => "error-not-from-here",
            409 => "error-nothing-due",
            429 | 503 | 504 => "error-not-now",
            500 => "error-broke",
            _ => "error-unreadable",
        }
    }

    /// What happened, and the next step, in the reader's language.
    fn message(&self, words: &'static Words) -> String {
        let said = match self {
            Self::NotFound { what } => words.say(missing(what)),
            Self::Address => words.say("problem-address"),
            Self::Unreadable { message, .. } => {
                words.say("problem-unreadable").put("reason", message)
            }
            Self::Method { method, allowed } => {
                words.say("problem-method").put("method", method).put("methods", allowed)
            }
            Self::TooOften { seconds } => words.counted("problem-too-often", seconds),
            Self::Csrf(_) => words.say("problem-csrf"),
            Self::Ask(error) => return problem::of_ask(words, error, CURRENCY),
            Self::Claim(error) => return problem::of_claim(words, error),
            Self::Unavailable { .. } => words.say("problem-away"),
        };
        said.to_string()
    }

    /// Seconds after which another try makes sense.
    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TooOften { seconds } => Some(*seconds),
            Self::Ask(error) => error.retry_after(),
            _ if self.status_code() == StatusCode::SERVICE_UNAVAILABLE => Some(5),
            _ => None,
        }
    }

    /// The page, in the reader's language.
    pub fn page(&self, words: &'static Words) -> HttpResponse {
        let status = self.status_code();
        let page = ErrorPage {
            words,
            status: status.as_u16(),
            heading: self.heading(),
            message: self.message(words),
        };
        // The error page has no fields that could fail to print.
        let html = page.render().unwrap_or_else(|_| page.message.clone());
        let mut response = frame::unkept(status);
        if let Some(seconds) = self.retry_after() {
            response.insert_header((RETRY_AFTER, seconds.to_string()));
        }
        response.insert_header((CONTENT_LANGUAGE, words.code()));
        response.content_type(ContentType::html()).body(html)
    }
}

/// What is said of something that is not there.
fn missing(what: &str) -> &'static str {
    match what {
        "answer" => "missing-answer",
        "text" => "missing-text",
        "receipt" => "missing-receipt",
        "Datanet" => "missing-datanet",
        "key" => "missing-key",
        "contributor" => "missing-contributor",
        _ => "missing-page",
    }
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound { .. } => StatusCode::NOT_FOUND,
            Self::Address => StatusCode::BAD_REQUEST,
            Self::Unreadable { status, .. } => *status,
            Self::Method { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooOften { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Csrf(_) => StatusCode::FORBIDDEN,
            Self::Claim(ClaimError::NotDevelopment | ClaimError::NotASample(_)) => {
                StatusCode::FORBIDDEN
            }
            Self::Claim(ClaimError::NothingPayable) => StatusCode::CONFLICT,
            Self::Claim(ClaimError::Ledger(_) | ClaimError::Chain(_)) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Ask(error) => {
                StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }
            Self::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn error_response(&self) -> HttpResponse {
        if let Self::Unavailable { what, cause } = self {
            tracing::error!(what, cause, "show a page");
        } else if self.status_code().is_server_error() {
            tracing::error!(error = %self, "show a page");
        }
        self.page(words::default())
    }
}

/// Says every fault again in the language of whoever asked: where it arises, nobody knows that.
pub async fn in_the_readers_language<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, actix_web::Error> {
    let response = next.call(request).await?;
    let fault = response.response().error().and_then(|error| error.as_error::<PageError>());
    let Some(page) = fault.map(|fault| fault.page(words::of(response.request()))) else {
        return Ok(response.map_into_left_body());
    };
    Ok(response.into_response(page).map_into_right_body())
}

/// Every address that nothing answers to.
pub async fn not_found() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound { what: "page" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::body::to_bytes;

    #[actix_web::test]
    async fn an_error_page_escapes_names_the_step_and_leads_on() {
        let error = PageError::new(StatusCode::BAD_REQUEST, "<script> is no form");
        let response = error.error_response();
        assert_eq!(response.status(), 400);
        assert_eq!(response.headers().get("cache-control").expect("a header"), "no-store");
        let body = to_bytes(response.into_body()).await.expect("a body");
        let page = String::from_utf8(body.to_vec()).expect("text");
        assert!(!page.contains("<script>") && page.contains("send it again"));
        assert!(page.contains("href=\"/\"") && page.contains("href=\"/datanets\""));
    }

    #[actix_web::test]
    async fn a_fault_is_told_in_the_language_of_whoever_asked() {
        use actix_web::test::{TestRequest, call_service, init_service, read_body};
        let routes = actix_web::App::new()
            .wrap(actix_web::middleware::from_fn(in_the_readers_language))
            .default_service(actix_web::web::to(not_found));
        let service = init_service(routes).await;
        let request = TestRequest::get().uri("/x").insert_header(("accept-language", "es"));
        let response = call_service(&service, request.to_request()).await;
        assert_eq!(response.status(), 404);
        assert_eq!(response.headers().get("content-language").expect("a header"), "es");
        let page = String::from_utf8(read_body(response).await.to_vec()).expect("text");
        assert!(page.contains("<html lang=\"es\"") && page.contains("Aquí no hay nada"), "{page}");
    }

    #[test]
    fn a_busy_service_says_when_to_come_back() {
        let response = PageError::unavailable("The ledger", "disk full").error_response();
        assert_eq!(response.status(), 503);
        assert_eq!(response.headers().get("retry-after").expect("a header"), "5");
    }
}
