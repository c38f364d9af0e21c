//! Which addresses may a page of another site call? Those that the widget needs and no other, and only
//! from sites that a key names. Cookies are never taken along: the key is all that counts there.

use super::identity::ByKey;
use super::place::Place;
use crate::app::App;
use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{
    self, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_REQUEST_METHOD, HeaderValue, ORIGIN, VARY,
};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpResponse};

/// Everything the widget calls stands below this.
const PAGES: &str = "/v1/widget/";
const METHODS: &str = "GET, POST, DELETE";
const HEADERS: &str =
    "authorization, content-type, idempotency-key, last-event-id, x-footnote-visitor";
/// Seconds that a browser may remember what it was allowed.
const REMEMBER: &str = "600";

/// Whether a page of another site may call this address at all.
pub(super) fn is_for_pages(path: &str) -> bool {
    path.starts_with(PAGES)
}

/// Answers a browser's question before a call, and marks the answers that a page may read.
pub(super) async fn share<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, actix_web::Error> {
    if !is_for_pages(request.path()) {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    let asks_first = request.method() == Method::OPTIONS
        && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let origin = request.headers().get(ORIGIN).cloned();
    if asks_first {
        let allowed = preflight(&request, origin.as_ref()).await;
        return Ok(request.into_response(allowed).map_into_right_body());
    }
    let mut response = next.call(request).await?;
    // A key was shown, and it is for this site: see `identity`.
    let admitted = response.request().extensions().contains::<ByKey>();
    if let Some(origin) = origin.filter(|_| admitted) {
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        response
            .headers_mut()
            .insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("retry-after"));
    }
    response.headers_mut().append(VARY, HeaderValue::from_static("Origin"));
    Ok(response.map_into_left_body())
}

/// A browser does not show the key here, so any site that some key names may go on.
async fn preflight(request: &ServiceRequest, origin: Option<&HeaderValue>) -> HttpResponse {
    let mut response = HttpResponse::NoContent();
    response.insert_header((VARY, "Origin"));
    let named = origin.and_then(|origin| origin.to_str().ok());
    let Some((origin, app)) = named.zip(request.app_data::<Data<App>>()) else {
        return response.finish();
    };
    let ours = Place::of(&app.config, request.request()).map(|place| place.origin());
    let known = ours.as_deref() == Some(origin)
        || app.ledger.serves_origin(origin).await.unwrap_or_else(|error| {
            tracing::error!(%error, "look for a site's keys");
            false
        });
    if known {
        response
            .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, origin))
            .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, METHODS))
            .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS))
            .insert_header((header::ACCESS_CONTROL_MAX_AGE, REMEMBER));
    }
    response.finish()
}
