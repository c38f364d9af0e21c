//! Which headers keep a page to itself?

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;

/// No inline script or style, nothing from elsewhere, no framing.
const POLICY: &str = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; \
                      form-action 'self'; frame-ancestors 'none'";

/// Adds the security headers to every response.
pub(super) async fn headers(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let mut response = next.call(request).await?;
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
    ];
    // The framed chat says itself who may frame it.
    let own = response.headers().contains_key(header::CONTENT_SECURITY_POLICY);
    for (name, value) in fixed {
        if own && (name == header::CONTENT_SECURITY_POLICY || name == header::X_FRAME_OPTIONS) {
            continue;
        }
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}
