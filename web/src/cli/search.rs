//! `footnote search`: passages without an answer; through the running service, or alone.

use super::remote::Remote;
use super::{Place, output};
use crate::app::Service;
use crate::config::Config;
use crate::search::{self, SearchForm, SearchHit, SearchMode, SearchPage};
use anyhow::Context;
use clap::Args;
use std::process::ExitCode;

/// Arguments of `footnote search`.
#[derive(Debug, Args)]
pub(super) struct SearchArgs {
    /// What is sought; "a phrase" between quotation marks must stand so in a passage.
    query: String,
    /// Short name of a Datanet to search; may be repeated. All when left out.
    #[arg(long = "datanet")]
    datanets: Vec<String>,
    /// Payee whose texts are searched, as 0x and 32 bytes or as an address; may be repeated.
    #[arg(long = "contributor")]
    contributors: Vec<String>,
    /// Language of the texts (en, es, zh, und); may be repeated.
    #[arg(long = "language")]
    languages: Vec<String>,
    /// Only texts written on this day (YYYY-MM-DD) or later.
    #[arg(long)]
    from: Option<String>,
    /// Only texts written on this day (YYYY-MM-DD) or before.
    #[arg(long)]
    to: Option<String>,
    /// What the ranking goes by.
    #[arg(long, value_enum, default_value = "hybrid")]
    mode: SearchMode,
    /// One hit per owner.
    #[arg(long)]
    collapse: bool,
    /// Hits left out at the beginning.
    #[arg(long, default_value_t = 0)]
    offset: usize,
    /// Hits wanted, 1 to 50.
    #[arg(long, default_value_t = 10)]
    limit: usize,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

/// Exit code 0 for hits, 3 when nothing is found.
pub(super) async fn run(args: SearchArgs) -> anyhow::Result<ExitCode> {
    let config = args.place.config(None)?;
    let json = args.json;
    let form = SearchForm {
        query: args.query,
        datanets: args.datanets,
        contributors: args.contributors,
        languages: args.languages,
        from: args.from,
        to: args.to,
        mode: args.mode,
        collapse: args.collapse,
        offset: args.offset,
        limit: args.limit,
    };
    let page = match Remote::find(&config)? {
        Some(remote) => search_service(&remote, &form).await?,
        None => search_alone(config, form).await?,
    };
    let text = match json {
        true => serde_json::to_string_pretty(&page).context("printing the hits")? + "\n",
        false => in_words(&page),
    };
    output::print(&text)?;
    Ok(if page.hits.is_empty() { ExitCode::from(3) } else { ExitCode::SUCCESS })
}

async fn search_service(remote: &Remote, form: &SearchForm) -> anyhow::Result<SearchPage> {
    let body = serde_json::to_value(form).context("writing the request")?;
    let mut reply = remote.post("/v1/search", &body).await?;
    reply["hits"] = reply["data"].take();
    serde_json::from_value(reply).context("reading the service's hits")
}

async fn search_alone(config: Config, form: SearchForm) -> anyhow::Result<SearchPage> {
    let service = Service::open(config, "").await?;
    let found = match super::ask::wait_until_ready(&service.app).await {
        Ok(()) => search::search(&service.app, form).await.map_err(anyhow::Error::from),
        Err(error) => Err(error),
    };
    service.stop().await;
    found
}

fn in_words(page: &SearchPage) -> String {
    let mut text: String = page.hits.iter().map(hit_in_words).collect();
    let by = if page.by_meaning { "words and meaning" } else { "words alone" };
    text += &format!("{} of {} hits, by {by}\n", page.hits.len(), page.total);
    if page.partial {
        text += "a phrase is so common that not all of its places were looked at\n";
    }
    text
}

fn hit_in_words(hit: &SearchHit) -> String {
    let result = &hit.result;
    let section =
        if result.section.is_empty() { String::new() } else { format!(" › {}", result.section) };
    let names: Vec<&str> = hit.authors.iter().map(|author| author.name.as_str()).collect();
    let place = |rank: Option<u32>| rank.map_or("–".to_owned(), |rank| rank.to_string());
    let number = |millionths: i64| millionths as f64 / 1e6;
    let optional = |value: Option<i64>| {
        value.map_or("–".to_owned(), |value| format!("{:.3}", number(value)))
    };
    let mut text = format!(
        "{}. {}{section} ({}) — {}\n    {}–{} “{}”\n",
        result.rank,
        result.title,
        result.datanet_slug,
        names.join(", "),
        result.start,
        result.end,
        super::ask::shorten(&result.text),
    );
    text += &format!(
        "    score {:.3} = words {:.3} + meaning {:.3} · BM25 {} (place {}) · cosine {} (place {})\n",
        number(result.score_millionths),
        number(hit.words_part_millionths),
        number(hit.meaning_part_millionths),
        optional(result.bm25_millionths),
        place(result.lexical_rank),
        optional(result.cosine_millionths),
        place(result.vector_rank),
    );
    if hit.same_owner > 0 {
        text += &format!("    and {} more of the same owner\n", hit.same_owner);
    }
    text
}
