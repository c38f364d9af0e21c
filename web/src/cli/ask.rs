//! `footnote ask`: the same recipe as page and API; through the running service, or alone.

use super::remote::Remote;
use super::{Place, output};
use crate::app::{App, Service};
use crate::ask::answer::{AnswerCitation, Price};
use crate::ask::{self, Answer, AnswerEvent, AskRequest, Caller, Outcome, Payer, Question};
use crate::config::Config;
use anyhow::{Context, bail};
use clap::Args;
use futures::StreamExt;
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// How long a service that was just started may take to open its index.
const READY_WAIT: Duration = Duration::from_secs(60);

/// Arguments of `footnote ask`.
#[derive(Debug, Args)]
pub(super) struct AskArgs {
    /// The question.
    question: String,
    /// Short name of a Datanet to ask; may be repeated. All when left out.
    #[arg(long = "datanet")]
    datanets: Vec<String>,
    /// Print the stored answer as JSON.
    #[arg(long)]
    json: bool,
    /// Who answers: `footnote`, or an adapter by name, such as `footnote/tea`.
    #[arg(long, default_value = "footnote")]
    model: String,
    #[command(flatten)]
    place: Place,
}

/// Exit code 0 for an answer, 3 when no source answers.
pub(super) async fn run(args: AskArgs) -> anyhow::Result<ExitCode> {
    let config = args.place.config(None)?;
    let answer = match Remote::find(&config)? {
        Some(remote) => ask_service(&remote, &args).await?,
        None => ask_alone(config, &args).await?,
    };
    let text = match args.json {
        true => serde_json::to_string_pretty(&answer).context("printing the answer")? + "\n",
        false => in_words(&answer),
    };
    output::print(&text)?;
    Ok(if answer.outcome == Outcome::Answered { ExitCode::SUCCESS } else { ExitCode::from(3) })
}

async fn ask_service(remote: &Remote, args: &AskArgs) -> anyhow::Result<Answer> {
    let body = serde_json::json!({
        "model": args.model,
        "messages": [{"role": "user", "content": args.question}],
        "datanets": args.datanets,
    });
    let completion = remote.post("/v1/chat/completions", &body).await?;
    let id = completion["answer_id"].as_str().context("the reply names no answer")?;
    let answer = remote.get(&format!("/v1/answers/{id}")).await?;
    serde_json::from_value(answer).context("reading the stored answer")
}

async fn ask_alone(config: Config, args: &AskArgs) -> anyhow::Result<Answer> {
    let question = Question::parse(&args.question, config.question_chars)?;
    let service = Service::open(config, "").await?;
    let outcome = ask_opened(&service, question, args).await;
    service.stop().await;
    outcome
}

async fn ask_opened(
    service: &Service,
    question: Question,
    args: &AskArgs,
) -> anyhow::Result<Answer> {
    let app = &service.app;
    wait_until_ready(app).await?;
    let datanets = app.datanet_ids(&args.datanets)?;
    let caller = Caller { ip: "cli".into(), session: None, payer: Payer::Guest };
    let adapters = ask::model_name::adapters_of(app, &args.model)?;
    let request = AskRequest { question, datanets, adapters, caller, key: None };
    let id = ask::start(app, request).await?;
    let events = ask::events(app, id, None).await?;
    match events.fold(None, |_, (_, event)| async { Some(event) }).await {
        Some(AnswerEvent::Done { answer }) => Ok(*answer),
        Some(AnswerEvent::Failed { message, .. }) => bail!("{message}"),
        _ => bail!("the answer ended without an end; look into the log"),
    }
}

/// Waits until there is an index to ask, for a minute at most.
pub(super) async fn wait_until_ready(app: &App) -> anyhow::Result<()> {
    let began = Instant::now();
    while !app.is_ready() {
        if began.elapsed() > READY_WAIT {
            let status = app.index_status.borrow().clone();
            let why = status.last_error.unwrap_or_else(|| "no text is indexed yet".to_owned());
            bail!("nothing can be asked yet: {why}");
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

/// The answer, its sources with their pay, and its price.
fn in_words(answer: &Answer) -> String {
    let mut text = format!("{}\n\n", answer.message());
    let mut sources: BTreeMap<u32, (&AnswerCitation, Vec<String>)> = BTreeMap::new();
    for citation in &answer.citations {
        let (_, quotes) = sources.entry(citation.n).or_insert((citation, Vec::new()));
        let (start, end) = (citation.start, citation.end);
        let quote = format!("    {start}–{end} “{}”\n", shorten(&citation.quote));
        if !quotes.contains(&quote) {
            quotes.push(quote);
        }
    }
    for (n, (source, quotes)) in sources {
        let share = answer.attribution.iter().find(|share| share.n == n);
        let pay = share.map_or(String::new(), |share| {
            let percent = f64::from(share.share_ppm) / 1e4;
            format!(" — {percent:.1} %, {} OPEN", share.amount.in_tokens())
        });
        text += &format!("[{n}] {} ({}){pay}\n", source.title, source.datanet_slug);
        text.extend(quotes);
    }
    let Price { gross, charged, refunded, .. } = &answer.price;
    text += &format!(
        "\nprice {} OPEN · charged {} · refunded {}\n",
        gross.in_tokens(),
        charged.in_tokens(),
        refunded.in_tokens()
    );
    if let Some(receipt) = &answer.receipt {
        text += &format!("receipt {receipt}\n");
    }
    text
}

/// The beginning of a quote, on one line.
pub(super) fn shorten(quote: &str) -> String {
    let line = quote.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(100) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}
