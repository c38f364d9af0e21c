//! The API, to read and to try: the same document that programs read, as a page. The page's own words are
//! in the reader's language, the document's in English.

use super::PageError;
use super::frame::{self, Frame, Place, page};
use crate::app::App;
use crate::http::api::openapi;
use crate::http::words;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde_json::{Value, json};

/// The page of the API.
#[derive(Template)]
#[template(path = "api.html")]
struct ApiPage {
    frame: Frame,
    origin: String,
    groups: Vec<Group>,
}

/// Operations about one thing.
struct Group {
    about: String,
    operations: Vec<Operation>,
}

/// One method of one address.
struct Operation {
    id: String,
    method: String,
    path: String,
    summary: String,
    description: String,
    parameters: Vec<Parameter>,
    /// The key that it wants, as it begins.
    key: Option<&'static str>,
    /// A body to begin with, where one is sent.
    body: Option<String>,
    responses: Vec<(String, String)>,
}

/// A part of the address.
struct Parameter {
    name: String,
    description: String,
    /// Whether it stands in the path; behind the question mark it may be left out.
    in_path: bool,
}

/// `GET /api`.
pub(super) async fn show(
    request: HttpRequest,
    app: web::Data<App>,
) -> Result<HttpResponse, PageError> {
    let document = serde_json::to_value(openapi::document())
        .map_err(|error| PageError::unavailable("The API's document", error))?;
    let frame = Frame::new(&request, &app, Place::Elsewhere, words::of(&request).say("api-title"));
    let here = request.connection_info();
    let origin = format!("{}://{}", here.scheme(), here.host());
    let groups = groups(&document);
    Ok(page(&request, StatusCode::OK, &ApiPage { frame, origin, groups }))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn groups(document: &Value) -> Vec<Group> {
    let tags = document["tags"].as_array().cloned().unwrap_or_default();
    let operations = |tag: &Value| -> Vec<Operation> {
        let paths = document["paths"].as_object().into_iter().flatten();
        let all = paths.flat_map(|(path, methods)| {
            let methods = methods.as_object().into_iter().flatten();
            methods.map(move |(method, operation)| (path, method, operation))
        });
        let tagged = all.filter(|(_, _, operation)| operation["tags"][0] == tag["name"]);
        tagged.map(|(path, method, one)| operation(document, path, method, one)).collect()
    };
    let group =
        |tag: &Value| Group { about: text(&tag["description"]), operations: operations(tag) };
    tags.iter().map(group).collect()
}

fn operation(document: &Value, path: &str, method: &str, operation: &Value) -> Operation {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let responses = operation["responses"].as_object().into_iter().flatten();
    let content = &operation["requestBody"]["content"]["application/json"];
    Operation {
        id: text(&operation["operationId"]),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(&operation["summary"]),
        description: text(&operation["description"]),
        parameters: parameters
            .map(|one| Parameter {
                name: text(&one["name"]),
                description: text(&one["description"]),
                in_path: one["in"] == "path",
            })
            .collect(),
        key: match operation["tags"][0].as_str() {
            Some("account") => Some("sk_…"),
            Some("widget") => Some("pk_…"),
            _ => None,
        },
        body: (!content.is_null()).then(|| example(document, content)),
        responses: responses
            .map(|(status, response)| (status.clone(), text(&response["description"])))
            .collect(),
    }
}

/// The example of a body: its own, else that of its schema, as it is written in the type.
fn example(document: &Value, content: &Value) -> String {
    let schema = &content["schema"];
    let referred =
        schema["$ref"].as_str().and_then(|to| document.pointer(to.trim_start_matches('#')));
    let of_type = &referred.unwrap_or(schema)["example"];
    let example = if content["example"].is_null() { of_type } else { &content["example"] };
    let shown = if example.is_null() { json!({}) } else { example.clone() };
    serde_json::to_string_pretty(&shown).unwrap_or_default()
}

impl Operation {
    /// The same call in a terminal.
    fn curl(&self, origin: &str) -> String {
        let mut call = format!("curl {origin}{}", self.path);
        if !matches!(self.method.as_str(), "GET" | "POST") {
            call += &format!(" -X {}", self.method);
        }
        if let Some(key) = self.key {
            call += &format!(" \\\n  -H 'authorization: Bearer {key}'");
        }
        if let Some(body) = &self.body {
            let body = body.split_whitespace().collect::<Vec<_>>().join(" ").replace('\'', "'\\''");
            call += &format!(" \\\n  -H 'content-type: application/json' \\\n  -d '{body}'");
        }
        call
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_stands_on_the_page_once_with_what_it_sends() {
        let document = serde_json::to_value(openapi::document()).expect("JSON");
        let groups = groups(&document);
        let shown: usize = groups.iter().map(|group| group.operations.len()).sum();
        let paths = document["paths"].as_object().expect("paths");
        let all: usize = paths.values().map(|one| one.as_object().map_or(0, |one| one.len())).sum();
        assert_eq!(shown, all);
        let operations = groups.iter().flat_map(|group| &group.operations);
        for operation in operations.filter(|one| one.body.is_some()) {
            let call = operation.curl("http://a.example");
            assert!(call.contains("-d '{ \""), "{} shows an example: {call}", operation.path);
        }
    }
}
