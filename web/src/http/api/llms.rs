//! `GET /llms.txt`: what a language model that comes by should know, in the format of llmstxt.org.

use crate::app::App;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use std::fmt::Write;

/// What this is, how it is asked, and which Datanets there are.
pub(super) async fn llms(request: HttpRequest, app: Data<App>) -> HttpResponse {
    let here = request.connection_info();
    let origin = format!("{}://{}", here.scheme(), here.host());
    let mut text = format!(
        "# Footnote\n\n\
         > Answers in which every sentence is footnoted to the exact passage it rests on, and whose \
         price is paid out to those who wrote the passages. A question that no source answers is \
         refused and costs nothing.\n\n\
         Searching is free. An answer costs at most {} {}; the receipt proves who was paid what.\n\n\
         ## For programs\n\n\
         - [OpenAPI]({origin}/openapi.json): the whole API, problem details and all\n\
         - [Chat completions]({origin}/v1/chat/completions): POST, as OpenAI clients speak it, model \
         `footnote`\n\
         - [Search]({origin}/v1/search): POST, passages with every part of their scores\n\
         - [Figures]({origin}/v1/stats): what is asked, charged and paid out\n\n\
         ## Datanets\n\n",
        app.price_at_most().in_tokens(),
        app.currency(),
    );
    for datanet in app.datanets() {
        let address = format!("{origin}/datanets/{}", datanet.slug);
        let line = format!("- [{}]({address}): {}", datanet.title, datanet.description);
        // Titles are their owners' words: one line each, whatever they hold.
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        writeln!(text, "{line} ({} texts, {})", datanet.documents, datanet.language)
            .expect("writing to memory does not fail");
    }
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(text)
}
