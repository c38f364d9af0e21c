//! How does an answer leave the house? As Markdown with footnotes, for whoever writes on with it, and as
//! the JSON that is stored.

use super::PageError;
use crate::app::App;
use crate::ask::answer::{Answer, AnswerCitation};
use crate::ask::{self, Outcome, View};
use crate::http::words::{self, Words};
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_LANGUAGE};
use actix_web::{HttpRequest, HttpResponse, web};
use footnote_domain::id::AnswerId;
use std::collections::BTreeMap;

async fn finished(app: &App, id: AnswerId) -> Result<Box<Answer>, PageError> {
    match ask::answer(app, id).await? {
        Some(View::Finished(answer)) => Ok(answer),
        Some(View::Running) => Err(ask::AskError::StillRunning.into()),
        None | Some(View::Voided { .. } | View::Erased) => {
            Err(PageError::NotFound { what: "answer" })
        }
    }
}

/// `GET /answers/{id}/export.json`.
pub(super) async fn json(
    app: web::Data<App>,
    id: web::Path<AnswerId>,
) -> Result<HttpResponse, PageError> {
    let answer = finished(&app, *id).await?;
    let body = serde_json::to_vec_pretty(&answer)
        .map_err(|error| PageError::unavailable("The answer", error))?;
    Ok(file(*id, "json").content_type("application/json").body(body))
}

/// `GET /answers/{id}/export.md`.
pub(super) async fn markdown(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<AnswerId>,
) -> Result<HttpResponse, PageError> {
    let answer = finished(&app, *id).await?;
    let words = words::of(&request);
    let here = request.connection_info();
    let origin = format!("{}://{}", here.scheme(), here.host());
    let text = written(words, &answer, &origin, app.currency());
    let mut response = file(*id, "md");
    response.insert_header((CONTENT_LANGUAGE, words.code()));
    Ok(response.content_type("text/markdown; charset=utf-8").body(text))
}

fn file(id: AnswerId, ending: &str) -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    let name = format!("attachment; filename=\"answer-{id}.{ending}\"");
    response
        .insert_header((CONTENT_DISPOSITION, name))
        .insert_header(("Cache-Control", "no-store"));
    response
}

/// The answer as Markdown: the question, the sentences with their footnotes, the sources, what it cost.
fn written(words: &'static Words, answer: &Answer, origin: &str, currency: &str) -> String {
    let mut text = format!("# {}\n\n", escaped(&answer.question));
    if answer.outcome != Outcome::Refused {
        text += &sentences(answer);
        text += "\n\n";
    }
    if answer.outcome != Outcome::Answered {
        text += &format!("> {}\n\n", answer.notice());
    }
    for (n, citations) in by_number(answer) {
        text += &footnote(n, &citations, origin);
    }
    let charged = words.amount(answer.price.charged);
    let price = words.say("export-price").put("amount", charged).put("currency", currency);
    text += &format!("\n---\n\n{price} · {}\n", words.date(answer.created));
    text += &format!("<{origin}/answers/{}>\n", answer.id);
    if answer.receipt.is_some() {
        text += &format!("{}: <{origin}/receipts/{}>\n", words.say("receipt-title"), answer.id);
    }
    text
}

/// The sentences as they were written (they are Markdown), each with its footnotes.
fn sentences(answer: &Answer) -> String {
    let mut text = String::new();
    for sentence in &answer.sentences {
        if !text.is_empty() {
            text.push_str(if sentence.paragraph { "\n\n" } else { " " });
        }
        text.push_str(&sentence.text);
        // A footnote inside a closing code fence would break the fence.
        if sentence.text.ends_with("```") || sentence.text.ends_with("~~~") {
            text.push('\n');
        }
        text.extend(sentence.cites.iter().map(|n| format!("[^{n}]")));
    }
    text
}

fn by_number(answer: &Answer) -> BTreeMap<u32, Vec<&AnswerCitation>> {
    let mut found: BTreeMap<u32, Vec<&AnswerCitation>> = BTreeMap::new();
    for citation in &answer.citations {
        let of_source = found.entry(citation.n).or_default();
        let again =
            |other: &&AnswerCitation| (other.start, other.end) == (citation.start, citation.end);
        if !of_source.iter().any(again) {
            of_source.push(citation);
        }
    }
    found
}

fn footnote(n: u32, citations: &[&AnswerCitation], origin: &str) -> String {
    let Some(first) = citations.first() else { return String::new() };
    let (title, authors) = (escaped(&first.title), escaped(&first.authors.join(", ")));
    let mut text = format!("[^{n}]: {title}, {authors} ({})\n", escaped(&first.datanet_slug));
    for citation in citations {
        let AnswerCitation { document, start, end, quote, .. } = citation;
        let quote = escaped(quote);
        text += &format!(
            "    “{quote}” <{origin}/documents/{document}?start={start}&end={end}#quote>\n"
        );
    }
    text
}

/// On one line, and so that no sign of it is Markdown or HTML.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for ch in text.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        if "\\`*_{}[]()<>#|!&~".contains(ch) {
            escaped.push('\\');
        }
        escaped.push(ch);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::answer::tests::answer;
    use super::*;

    #[test]
    fn every_footnote_has_its_text_and_nothing_that_people_wrote_is_markup() {
        let text =
            written(words::default(), &answer(Outcome::Answered), "https://a.example", "OPEN");
        for n in 1..=2 {
            assert!(
                text.contains(&format!("[^{n}]")) && text.contains(&format!("\n[^{n}]: ")),
                "{text}"
            );
        }
        assert!(!text.contains("[^3]") && !text.contains("\n<script"), "{text}");
        assert!(text.contains("charged 0.008 OPEN"), "{text}");
        assert!(text.contains("https://a.example/documents/0x"), "{text}");
    }

    #[test]
    fn a_refusal_is_exported_as_one() {
        let mut refused = answer(Outcome::Refused);
        refused.sentences.clear();
        refused.citations.clear();
        let text = written(words::default(), &refused, "https://a.example", "OPEN");
        assert!(text.contains("> No source in these Datanets"), "{text}");
        assert!(!text.contains("[^"), "{text}");
    }

    #[test]
    fn text_is_escaped() {
        assert_eq!(escaped("a [b](c)\n<i>"), "a \\[b\\]\\(c\\) \\<i\\>");
    }
}
