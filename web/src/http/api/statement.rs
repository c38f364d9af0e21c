//! `GET /v1/earnings/{payee}/statement.csv` and `.json`: every line that a payee ever earned, as it is
//! read from the books, page by page, so that a long statement takes no more memory than a short one.

use crate::app::App;
use crate::http::error::{ApiError, Problem};
use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::web::{Bytes, Data, Path};
use footnote_domain::id::PayeeId;
use footnote_domain::money::{Nano, Role};
use footnote_ledger::{EpochStage, LedgerError, StatementLine};
use futures::stream::{Stream, try_unfold};
use serde_json::{Value, json};
use std::sync::Arc;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

const HEAD: &str = "time,receipt,sequence,line,epoch,state,role,document,title,datanet,paid_by,\
                    amount_nano,amount_tokens\r\n";

/// How a statement is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Csv,
    Json,
}

/// Every line that a payee ever earned, as a table for spreadsheets.
///
/// Amounts are whole nano-credits and tokens.
#[utoipa::path(
    get,
    path = "/v1/earnings/{payee}/statement.csv",
    operation_id = "statement_csv",
    tag = "money",
    params(("payee" = String, Path, description = "32 bytes, as `/v1/earnings` lists them")),
    responses(
        (status = 200, description = "one row per line", content_type = "text/csv", body = String),
        (status = 404, description = "that is no payee", body = Problem),
    )
)]
pub(super) async fn csv(app: Data<App>, payee: Path<String>) -> Result<HttpResponse, ApiError> {
    respond(app, &payee, Form::Csv, "text/csv; charset=utf-8")
}

/// Every line that a payee ever earned, with the total at the end.
#[utoipa::path(
    get,
    path = "/v1/earnings/{payee}/statement.json",
    operation_id = "statement_json",
    tag = "money",
    params(("payee" = String, Path, description = "32 bytes, as `/v1/earnings` lists them")),
    responses(
        (status = 200, description = "the lines and their sum", body = Object),
        (status = 404, description = "that is no payee", body = Problem),
    )
)]
pub(super) async fn json(app: Data<App>, payee: Path<String>) -> Result<HttpResponse, ApiError> {
    respond(app, &payee, Form::Json, "application/json")
}

fn respond(app: Data<App>, payee: &str, form: Form, kind: &str) -> Result<HttpResponse, ApiError> {
    let payee: PayeeId =
        payee.parse().map_err(|error| ApiError::not_found("invalid_id", format!("{error}")))?;
    let ending = if form == Form::Csv { "csv" } else { "json" };
    let name = format!("attachment; filename=\"footnote-{payee}.{ending}\"");
    Ok(HttpResponse::Ok()
        .content_type(kind)
        .insert_header((CONTENT_DISPOSITION, name))
        .insert_header(("cache-control", "no-store"))
        .streaming(pages(Writer { app: app.into_inner(), payee, form })))
}

struct Writer {
    app: Arc<App>,
    payee: PayeeId,
    form: Form,
}

/// How far a statement is written.
#[derive(Default)]
struct Written {
    last: Option<(u64, u64)>,
    total: i128,
    ended: bool,
}

fn pages(writer: Writer) -> impl Stream<Item = Result<Bytes, LedgerError>> {
    try_unfold((writer, Written::default()), |(writer, written)| async move {
        if written.ended {
            return Ok(None);
        }
        let (text, written) = writer.page(written).await?;
        Ok(Some((Bytes::from(text), (writer, written))))
    })
}

impl Writer {
    async fn page(&self, mut written: Written) -> Result<(String, Written), LedgerError> {
        let lines = self.app.ledger.statement_lines(self.payee, written.last).await?;
        let mut text = String::new();
        if written.last.is_none() {
            text.push_str(&self.head());
        }
        for line in &lines {
            if self.form == Form::Json && written.last.is_some() {
                text.push(',');
            }
            text.push_str(&self.line(line));
            written.total += line.amount.wide();
            written.last = Some((line.sequence, line.number));
        }
        if lines.is_empty() {
            text.push_str(&self.end(written.total));
            written.ended = true;
        }
        Ok((text, written))
    }

    fn head(&self) -> String {
        match self.form {
            Form::Csv => HEAD.to_owned(),
            Form::Json => {
                let name = json!(self.app.payee_name(self.payee));
                let currency = json!(self.app.currency());
                let payee = json!(self.payee);
                format!(
                    "{{\"object\":\"statement\",\"payee\":{payee},\"name\":{name},\
                     \"currency\":{currency},\"lines\":["
                )
            }
        }
    }

    fn end(&self, total: i128) -> String {
        match self.form {
            Form::Csv => String::new(),
            Form::Json => format!("],\"total\":\"{total}\"}}"),
        }
    }

    fn line(&self, line: &StatementLine) -> String {
        let title = line.owner.and_then(|owner| self.app.document_title(owner));
        let row = Row { line, title: title.unwrap_or_default() };
        match self.form {
            Form::Csv => row.csv(),
            Form::Json => row.json().to_string(),
        }
    }
}

struct Row<'a> {
    line: &'a StatementLine,
    title: String,
}

impl Row<'_> {
    fn csv(&self) -> String {
        let line = self.line;
        let id = |id: Option<String>| id.unwrap_or_default();
        let cells = [
            written(line.at),
            line.receipt.to_string(),
            line.sequence.to_string(),
            line.number.to_string(),
            line.epoch.to_string(),
            stage(line.stage).to_owned(),
            role(line.role).to_owned(),
            id(line.owner.map(|owner| owner.to_string())),
            cell(&self.title),
            id(line.datanet.map(|datanet| datanet.to_string())),
            paid_by(line).to_owned(),
            line.amount.to_string(),
            tokens(line.amount),
        ];
        format!("{}\r\n", cells.join(","))
    }

    fn json(&self) -> Value {
        let line = self.line;
        json!({
            "time": written(line.at),
            "receipt": line.receipt,
            "sequence": line.sequence,
            "line": line.number,
            "epoch": line.epoch,
            "state": stage(line.stage),
            "role": role(line.role),
            "document": line.owner,
            "title": self.title,
            "datanet": line.datanet,
            "paid_by": paid_by(line),
            "amount": line.amount,
        })
    }
}

fn written(seconds: u64) -> String {
    let at = i64::try_from(seconds).ok().and_then(|s| OffsetDateTime::from_unix_timestamp(s).ok());
    at.and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_else(|| seconds.to_string())
}

/// All nine decimals, so that a spreadsheet's sum is exact.
fn tokens(amount: Nano) -> String {
    format!("{}.{:09}", amount.get() / 1_000_000_000, amount.get() % 1_000_000_000)
}

fn stage(stage: EpochStage) -> &'static str {
    match stage {
        EpochStage::Open => "estimated",
        EpochStage::Closed | EpochStage::Sealed | EpochStage::Proposed => "final",
        EpochStage::Accepted => "accepted",
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Platform => "platform",
        Role::Adapter => "adapter",
        Role::Stakers => "stakers",
        Role::Data => "data",
        Role::Treasury => "treasury",
    }
}

fn paid_by(line: &StatementLine) -> &'static str {
    if line.by_promotion { "promotion" } else { "balance" }
}

/// A text as a cell. A spreadsheet takes what begins like a formula for one: a title must not compute.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = format!("{}{}", if formula { "'" } else { "" }, text.replace('"', "\"\""));
    format!("\"{text}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_text_in_a_spreadsheet_whatever_it_says() {
        assert_eq!(cell("Tea, \"green\""), "\"Tea, \"\"green\"\"\"");
        assert_eq!(cell("=SUM(A1)"), "\"'=SUM(A1)\"");
        assert_eq!(cell(""), "\"\"");
        assert_eq!(tokens(Nano::new(11_040_001).expect("in range")), "0.011040001");
    }
}
