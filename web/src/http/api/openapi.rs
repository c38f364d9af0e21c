//! `GET /openapi.json`: what the API takes and gives, generated from the handlers and the types that they
//! read and write.

use super::{
    account, answers, chat, datanets, earnings, evidence, explanations, health, keys, mcp,
    receipts, search, statement, stats, widget,
};
use crate::http::error::json;
use actix_web::HttpResponse;
use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Footnote",
        description = "Ask a question; get an answer in which every sentence is footnoted to the exact \
                       passage it rests on, and whose price is paid out to those who wrote the \
                       passages. Amounts are nano-credits, as strings; offsets are 0-based, half-open \
                       Unicode code points; shares are parts per million. Faults are problem details \
                       (RFC 9457) that carry an `error` object for OpenAI clients too."
    ),
    paths(
        chat::complete,
        chat::models,
        search::search,
        mcp::call,
        answers::answer,
        evidence::evidence,
        receipts::receipt,
        explanations::list,
        datanets::datanets,
        earnings::all,
        earnings::one,
        statement::csv,
        statement::json,
        account::account,
        account::movements,
        keys::list,
        keys::make,
        keys::change,
        keys::revoke,
        widget::questions,
        widget::ask,
        widget::events,
        widget::feedback,
        widget::erase,
        stats::stats,
        health::status,
        health::healthz,
        health::readyz,
    ),
    tags(
        (name = "ask", description = "Questions and their answers"),
        (name = "read", description = "Texts, and where something stands in them"),
        (name = "money", description = "Who was paid what, and the proof"),
        (name = "account", description = "With a secret key: what it holds, and its keys"),
        (name = "widget", description = "With a public key, from the pages of its sites"),
        (name = "service", description = "Whether it runs, and how much it does"),
    )
)]
struct Document;

/// The document.
pub fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

/// `GET /openapi.json`.
pub(super) async fn serve() -> HttpResponse {
    json(&document())
}

#[cfg(test)]
mod tests {
    use super::document;
    use std::collections::BTreeSet;

    #[test]
    fn every_address_of_the_api_is_described_and_no_other() {
        let routes = include_str!("../api.rs");
        let (outside, inside) = routes.split_once("web::scope(\"/v1\")").expect("the scope");
        let addresses = |text: &str| -> Vec<String> {
            let calls = text.split("at(\"").skip(1).chain(text.split("resource(\"").skip(1));
            calls.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect()
        };
        let undescribed = ["/metrics", "/openapi.json", "/llms.txt"];
        let mut wanted: BTreeSet<String> = addresses(outside).into_iter().collect();
        wanted.retain(|address| !undescribed.contains(&address.as_str()));
        wanted.extend(addresses(inside).iter().map(|address| format!("/v1{address}")));
        let described: BTreeSet<String> = document().paths.paths.into_keys().collect();
        assert_eq!(described, wanted);
    }

    #[test]
    fn every_operation_has_a_name_of_its_own() {
        let document = serde_json::to_value(document()).expect("JSON");
        let methods = document["paths"].as_object().expect("paths").values();
        let operations = methods.flat_map(|one| one.as_object().expect("methods").values());
        let names: Vec<_> = operations.map(|one| one["operationId"].to_string()).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let text = serde_json::to_string(&document()).expect("JSON");
        let whole: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let references = text.split("\"$ref\":\"#").skip(1);
        let mut count = 0;
        for reference in references.filter_map(|rest| rest.split('"').next()) {
            assert!(whole.pointer(reference).is_some(), "{reference}");
            count += 1;
        }
        assert!(count > 10, "{count}");
    }
}
