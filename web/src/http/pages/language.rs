//! A reader chooses another language for the pages; the choice is kept in a cookie.

use super::{PageError, frame};
use crate::http::{csrf, words};
use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

/// How long a choice is kept.
const KEPT: Duration = Duration::days(365);

/// The form below every page.
#[derive(Debug, Deserialize)]
pub(super) struct Choice {
    language: String,
    #[serde(default)]
    back: String,
    #[serde(default)]
    csrf: String,
}

impl Choice {
    /// The page that the reader came from, when it is one of ours.
    fn back(&self) -> &str {
        let ours = self.back.starts_with('/')
            && !self.back.starts_with("//")
            && self.back.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        if ours { &self.back } else { "/" }
    }
}

/// `POST /language`.
pub(super) async fn choose(
    request: HttpRequest,
    choice: web::Form<Choice>,
) -> Result<HttpResponse, PageError> {
    csrf::verify(&request, &choice.csrf)?;
    let words = words::by_code(&choice.language).ok_or(PageError::Address)?;
    let cookie = Cookie::build(words::COOKIE, words.code())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(request.connection_info().scheme() == "https")
        .max_age(KEPT)
        .finish();
    let mut response = frame::unkept(StatusCode::SEE_OTHER);
    Ok(response.cookie(cookie).insert_header((LOCATION, choice.back())).finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_leads_back_to_pages_of_ours_only() {
        let back = |back: &str| {
            let (language, csrf) = (String::new(), String::new());
            Choice { language, csrf, back: back.to_owned() }.back().to_owned()
        };
        assert_eq!(back("/answers/1?x=y"), "/answers/1?x=y");
        for elsewhere in ["", "//evil.example", "https://evil.example", "/\\evil", "/a\r\nb: c"] {
            assert_eq!(back(elsewhere), "/", "{elsewhere}");
        }
    }
}
