//! What is known of a request while it is served and after: an id that the caller sees too, one line in the
//! log without bodies or queries (questions never reach the log), and figures for Prometheus.

use super::metrics::Metrics;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use std::time::Instant;
use tracing::Instrument;

/// The header that carries a request's id.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Serves a request under an id of its own.
pub(super) async fn observed(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let began = Instant::now();
    let id = hex::encode(rand::random::<[u8; 8]>());
    let (method, path) = (request.method().clone(), request.path().to_owned());
    let metrics = request.app_data::<Data<Metrics>>().cloned();
    let span = tracing::info_span!("request", id, %method, path);
    let mut response = next.call(request).instrument(span.clone()).await?;
    let status = response.status();
    let took = began.elapsed();
    span.in_scope(|| {
        tracing::info!(status = status.as_u16(), ms = took.as_millis(), "served");
    });
    if let Some(metrics) = metrics {
        let route = response.request().match_pattern();
        metrics.served(&method, route.as_deref().unwrap_or("none"), status, took);
    }
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service};
    use actix_web::{App, web};

    #[actix_web::test]
    async fn every_answer_carries_an_id_of_its_own_and_is_counted_by_its_route() {
        let metrics = Data::new(Metrics::default());
        let routes = App::new()
            .app_data(metrics.clone())
            .wrap(from_fn(observed))
            .service(web::resource("/a/{id}").route(web::get().to(async || "a")));
        let service = init_service(routes).await;
        let mut ids = Vec::new();
        for path in ["/a/1", "/a/2", "/nothing"] {
            let given = TestRequest::get().uri(path).insert_header((REQUEST_ID, "forged"));
            let response = call_service(&service, given.to_request()).await;
            let id = response.headers().get(REQUEST_ID).expect("an id").to_str();
            ids.push(id.expect("text").to_owned());
        }
        assert!(ids.iter().all(|id| id.len() == 16) && ids[0] != ids[1], "{ids:?}");
        let text = metrics.text().expect("printed");
        let line =
            "footnote_http_requests_total{method=\"GET\",route=\"/a/{id}\",status=\"200\"} 2";
        assert!(text.contains(line), "{text}");
        assert!(text.contains("route=\"none\",status=\"404\"} 1"), "{text}");
    }
}
