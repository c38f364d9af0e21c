//! How does a failure look over HTTP? RFC 9457 problem details, with an extra `error` object so that
//! OpenAI clients read them too.

use crate::ask::AskError;
use crate::ask::error::{retry_after_end, status_of_end};
use actix_web::http::StatusCode;
use actix_web::http::header::{ContentType, RETRY_AFTER};
use actix_web::web::{FormConfig, JsonConfig, PathConfig, QueryConfig};
use actix_web::{HttpResponse, ResponseError};
use footnote_ledger::LedgerError;
use serde::Serialize;
use std::fmt;
use utoipa::ToSchema;

/// A fault: problem details (RFC 9457), and the same as OpenAI clients read it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// `about:blank`: the status says what kind it is.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    title: Option<&'static str>,
    /// The HTTP status.
    status: u16,
    /// What happened, and the next step.
    detail: String,
    /// Stable name of the fault, for programs.
    code: String,
    /// The same for OpenAI clients.
    error: OpenAiError,
}

/// A fault as OpenAI clients read it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OpenAiError {
    /// What happened, and the next step.
    message: String,
    /// `invalid_request_error` or `server_error`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Stable name of the fault.
    code: String,
    /// Always null.
    param: Option<String>,
}

/// A refused or failed API call.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    code: String,
    detail: String,
    retry_after: Option<u64>,
}

impl ApiError {
    /// A problem of the caller's making.
    pub fn bad_request(code: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// Something that is not there.
    pub fn not_found(code: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, detail)
    }

    /// Any problem.
    pub fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), detail: detail.into(), retry_after: None }
    }

    /// A caller who comes too often.
    pub fn too_often(seconds: u64) -> Self {
        let detail = format!("too many requests in a minute; come back in {seconds} s");
        let refused = Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail);
        Self { retry_after: Some(seconds), ..refused }
    }

    /// An answer that had begun and failed.
    pub fn of_end(code: &str, detail: impl Into<String>) -> Self {
        let status = StatusCode::from_u16(status_of_end(code));
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { retry_after: retry_after_end(code), ..Self::new(status, code, detail) }
    }

    /// As it is sent.
    pub fn body(&self) -> Problem {
        let server = self.status.is_server_error();
        Problem {
            kind: "about:blank",
            title: self.status.canonical_reason(),
            status: self.status.as_u16(),
            detail: self.detail.clone(),
            code: self.code.clone(),
            error: OpenAiError {
                message: self.detail.clone(),
                kind: if server { "server_error" } else { "invalid_request_error" },
                code: self.code.clone(),
                param: None,
            },
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        if let Some(seconds) = self.retry_after {
            response.insert_header((RETRY_AFTER, seconds.to_string()));
        }
        response.insert_header(("content-type", "application/problem+json")).json(self.body())
    }
}

impl From<AskError> for ApiError {
    fn from(error: AskError) -> Self {
        let status =
            StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if status.is_server_error() && error.retry_after().is_none() {
            tracing::error!(code = error.code(), %error, "request failed");
        }
        Self {
            status,
            code: error.code().to_owned(),
            detail: error.to_string(),
            retry_after: error.retry_after(),
        }
    }
}

impl From<LedgerError> for ApiError {
    fn from(error: LedgerError) -> Self {
        AskError::from(error).into()
    }
}

/// Refuses bodies that are too long or no JSON, in the same form as every other problem.
pub fn json_config(most: usize) -> JsonConfig {
    JsonConfig::default().limit(most).content_type_required(true).error_handler(|error, _| {
        use actix_web::error::JsonPayloadError as Fault;
        let status = match error {
            Fault::Overflow { .. } | Fault::OverflowKnownLength { .. } => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            Fault::ContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            _ => StatusCode::BAD_REQUEST,
        };
        ApiError::new(status, "invalid_body", format!("the body cannot be read: {error}")).into()
    })
}

/// The same for forms; pages answer in HTML.
pub fn form_config(most: usize) -> FormConfig {
    FormConfig::default().limit(most).error_handler(|error, _| {
        use actix_web::error::UrlencodedError as Fault;
        let status = match error {
            Fault::Overflow { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            _ => StatusCode::BAD_REQUEST,
        };
        super::pages::PageError::new(status, error.to_string()).into()
    })
}

/// The same for queries.
pub fn query_config() -> QueryConfig {
    QueryConfig::default().error_handler(|error, _| {
        ApiError::bad_request("invalid_query", format!("the query cannot be read: {error}")).into()
    })
}

/// The same for paths.
pub fn path_config() -> PathConfig {
    PathConfig::default().error_handler(|error, request| {
        let detail = format!("the address cannot be read: {error}");
        if request.path().starts_with("/v1/") {
            return ApiError::not_found("invalid_id", detail).into();
        }
        super::pages::PageError::NotFound { what: "page" }.into()
    })
}

/// Plain JSON of a value.
pub fn json(value: &impl serde::Serialize) -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::json()).json(value)
}
