//! What does a reader see when something is wrong? What happened, that nothing was lost or charged,
//! and a way on.

use super::frame;
use crate::app::ClaimError;
use crate::ask::AskError;
use crate::http::csrf::CsrfError;
use actix_web::http::StatusCode;
use actix_web::http::header::ContentType;
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
    /// What its reader wanted forgotten.
    #[error("{}", crate::ask::ERASED)]
    Erased,
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

    fn heading(&self) -> &'static str {
        match self.status_code().as_u16() {
            404 | 410 => "Nothing stands here",
            402 => "The purse is empty",
            403 => "Not from here",
            409 => "Nothing to pay out",
            503 | 504 => "Not just now",
            500 => "Something broke on our side",
            _ => "That could not be read",
        }
    }
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound { .. } => StatusCode::NOT_FOUND,
            Self::Erased => StatusCode::GONE,
            Self::Address => StatusCode::BAD_REQUEST,
            Self::Unreadable { status, .. } => *status,
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
        let status = self.status_code();
        let page = ErrorPage {
            status: status.as_u16(),
            heading: self.heading(),
            message: sentence(&self.to_string()),
        };
        // The error page has no fields that could fail to print.
        let html = page.render().unwrap_or_else(|_| page.message.clone());
        let mut response = frame::unkept(status);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.insert_header(("Retry-After", "5"));
        }
        response.content_type(ContentType::html()).body(html)
    }
}

/// Error texts begin small, since programs put words before them; a page's sentence does not.
pub(super) fn sentence(message: &str) -> String {
    let mut rest = message.chars();
    let first = rest.next().map(|first| first.to_uppercase().collect::<String>());
    format!("{}{}.", first.unwrap_or_default(), rest.as_str().trim_end_matches('.'))
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

    #[test]
    fn a_busy_service_says_when_to_come_back() {
        let response = PageError::unavailable("The ledger", "disk full").error_response();
        assert_eq!(response.status(), 503);
        assert_eq!(response.headers().get("retry-after").expect("a header"), "5");
    }
}
