//! What does an address say to a method that it does not know? The routes answer with an empty 405; a
//! caller gets the same form as for every other fault, with the methods that would do.

use super::error::ApiError;
use super::pages::PageError;
use super::words;
use actix_web::ResponseError;
use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::ALLOW;
use actix_web::middleware::Next;

/// Gives a refused method its words.
pub(super) async fn explained<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, actix_web::Error> {
    let response = next.call(request).await?;
    if response.status() != StatusCode::METHOD_NOT_ALLOWED {
        return Ok(response.map_into_left_body());
    }
    let allowed = response.headers().get(ALLOW).cloned();
    let methods = allowed.as_ref().and_then(|allowed| allowed.to_str().ok()).unwrap_or("another");
    let method = response.request().method().to_string();
    let mut explained = if response.request().path().starts_with("/v1/") {
        let detail = format!("{method} does not do here; use {methods}");
        ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail).error_response()
    } else {
        let allowed = methods.to_owned();
        PageError::Method { method, allowed }.page(words::of(response.request()))
    };
    if let Some(allowed) = allowed {
        explained.headers_mut().insert(ALLOW, allowed);
    }
    Ok(response.into_response(explained).map_into_right_body())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service, read_body};
    use actix_web::{App, web};

    async fn check(path: &str, kind: &str, wanted: &str) {
        let routes = App::new()
            .wrap(from_fn(explained))
            .service(web::resource("/page").route(web::get().to(async || "page")))
            .service(web::resource("/v1/ask").route(web::post().to(async || "answer")));
        let service = init_service(routes).await;
        let response = call_service(&service, TestRequest::put().uri(path).to_request()).await;
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert!(response.headers().contains_key(ALLOW));
        let given = response.headers().get("content-type").expect("a type");
        assert!(given.to_str().expect("text").starts_with(kind), "{given:?}");
        let body = String::from_utf8(read_body(response).await.to_vec()).expect("text");
        assert!(body.contains(wanted), "{body}");
    }

    #[actix_web::test]
    async fn a_wrong_method_is_told_the_right_one() {
        check("/page", "text/html", "use GET").await;
        check("/v1/ask", "application/problem+json", "use POST").await;
    }
}
