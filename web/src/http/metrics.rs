//! `GET /metrics`: what Prometheus scrapes, in the OpenMetrics text format. Requests are counted here;
//! answers and money are read from the books, so that they are true across restarts.

use super::error::ApiError;
use super::figures::Figures;
use crate::app::App;
use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use actix_web::web::Data;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::time::Duration;

/// Upper ends of the times that requests are sorted by, in seconds.
const SECONDS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// What the process counts itself.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Served, Counter>,
    seconds: Family<Route, Histogram, fn() -> Histogram>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Served {
    method: String,
    route: String,
    status: u16,
}

/// The pattern of an address, never the address itself: there are few patterns, and no secret in them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        let requests = Family::default();
        let seconds: Family<Route, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(SECONDS));
        let mut registry = Registry::with_prefix("footnote");
        registry.register("http_requests", "Requests that were answered", requests.clone());
        registry.register_with_unit(
            "http_request_duration",
            "Time until the head of the answer was ready",
            Unit::Seconds,
            seconds.clone(),
        );
        Self { registry, requests, seconds }
    }
}

impl Metrics {
    /// Counts one request.
    pub(super) fn served(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        // A method of somebody's invention must not become a series of its own.
        let known = [Method::GET, Method::POST, Method::HEAD, Method::PUT, Method::DELETE];
        let method = if known.contains(method) { method.as_str() } else { "other" };
        let (method, route) = (method.to_owned(), route.to_owned());
        let of_route = Route { route: route.clone() };
        self.seconds.get_or_create(&of_route).observe(took.as_secs_f64());
        self.requests.get_or_create(&Served { method, route, status: status.as_u16() }).inc();
    }

    /// What was counted here.
    ///
    /// # Errors
    /// Never: writing to memory does not fail.
    pub fn text(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// `GET /metrics`.
pub(super) async fn scrape(
    app: Data<App>,
    metrics: Data<Metrics>,
    figures: Data<Figures>,
) -> Result<HttpResponse, ApiError> {
    let broken = |error: std::fmt::Error| {
        ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", error.to_string())
    };
    let counted = metrics.text().map_err(broken)?;
    let registry = of_the_books(&app, &figures).await?;
    let mut read = String::new();
    encode(&mut read, &registry).map_err(broken)?;
    // Two registries are one text: only the last line says that it ends.
    let text = format!("{}{read}", counted.trim_end_matches("# EOF\n"));
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(HttpResponse::Ok().content_type(kind).body(text))
}

async fn of_the_books(app: &App, figures: &Figures) -> Result<Registry, ApiError> {
    let figures = figures.of(app).await?;
    let total = figures.total;
    let mut registry = Registry::with_prefix("footnote");
    let answers: Family<Outcome, Counter> = Family::default();
    for (outcome, number) in
        [("answered", total.answered), ("not_charged", total.asked - total.answered)]
    {
        answers.get_or_create(&Outcome { outcome }).inc_by(number);
    }
    registry.register("answers", "Questions that ended, by how", answers);
    let mut counter = |name: &str, help: &str, value: u64| {
        registry.register(name, help, ConstCounter::new(value));
    };
    counter("charged_nano", "Charged in all, in nano-credits", total.charged.get().unsigned_abs());
    counter(
        "contributors_nano",
        "Of the charges, to those who wrote the texts, in nano-credits",
        total.to_contributors.get().unsigned_abs(),
    );
    let status = app.index_status.borrow().clone();
    let mut gauge = |name: &str, help: &str, value: u64| {
        let value = i64::try_from(value).unwrap_or(i64::MAX);
        registry.register(name, help, ConstGauge::new(value));
    };
    gauge("documents", "Texts that are live in the index", status.documents as u64);
    gauge(
        "followed_block",
        "Block up to which the chain is indexed",
        status.followed_block.unwrap_or(0),
    );
    gauge("answers_running", "Answers being written now", app.queue.running() as u64);
    gauge("questions_waiting", "Questions that wait for a place", app.queue.waiting() as u64);
    gauge("ready", "1 while questions can be answered", u64::from(app.is_ready()));
    Ok(registry)
}
