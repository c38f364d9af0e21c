//! What was paid for one answer, to whom, why, and how can anybody check it?

use super::frame::{self, Frame, Place, page};
use super::{PageError, show};
use crate::app::App;
use crate::ask::{self, Answer, View};
use crate::http::words::{self, Words};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use footnote_domain::attribution::Estimator;
use footnote_domain::id::{AnswerId, ContentHash, Digest, PayeeId};
use footnote_domain::money::{Line, Nano, Role};
use footnote_domain::receipt::{Envelope, Explanation, Funding, OwnerRecord, Receipt};

/// The receipt page.
#[derive(Template)]
#[template(path = "receipt.html")]
struct ReceiptPage {
    frame: Frame,
    /// The answer's id, or the receipt's hash.
    id: String,
    question: Option<String>,
    envelope: Envelope,
    lines: Vec<LineView>,
    owners: Vec<OwnerView>,
    unpaid: Vec<UnpaidView>,
}

/// One line of the receipt, for a reader.
struct LineView {
    role: Role,
    why: String,
    name: String,
    payee: PayeeId,
    escrow: bool,
    amount: Nano,
}

/// One owner's evidence, for a reader.
struct OwnerView {
    n: u32,
    tone: String,
    title: String,
    document: ContentHash,
    share_ppm: u32,
    width: String,
    rows: Vec<EvidenceRow>,
    said: Vec<String>,
}

/// A text that was found and earns nothing, with the reason.
struct UnpaidView {
    title: String,
    document: ContentHash,
    said: Vec<String>,
}

/// What one owner gave to one sentence of the answer.
struct EvidenceRow {
    sentence: usize,
    weight_ppm: u32,
    wording_ppm: u32,
    meaning_ppm: u32,
    support_ppm: u32,
}

/// `GET /receipts/{answer}`.
pub(super) async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let unavailable = |error| PageError::unavailable("The ledger", error);
    // Who knows the answer's id may see the question; the receipt's hash, which contributors and
    // auditors go by, shows the receipt alone.
    let answer = id.parse::<AnswerId>().ok();
    let envelope = match (answer, id.parse::<Digest>()) {
        (Some(answer), _) => app.ledger.receipt_of(answer).await.map_err(unavailable)?,
        (None, Ok(hash)) => app.ledger.receipt(hash).await.map_err(unavailable)?,
        (None, Err(_)) => None,
    };
    let envelope = envelope.ok_or(PageError::NotFound { what: "receipt" })?;
    let answer = match answer {
        Some(id) => ask::answer(&app, id).await?,
        None => None,
    };
    let answer = match answer {
        Some(View::Finished(answer)) => Some(answer),
        _ => None,
    };
    let frame =
        Frame::new(&request, &app, Place::Elsewhere, words::of(&request).say("receipt-title"));
    Ok(page(
        &request,
        StatusCode::OK,
        &ReceiptPage {
            frame,
            id: id.into_inner(),
            question: answer.as_ref().map(|answer| answer.question.clone()),
            lines: lines(&app, words::of(&request), &envelope.receipt, answer.as_deref()),
            owners: owners(&app, &envelope.receipt, answer.as_deref()),
            unpaid: unpaid(&app, &envelope.receipt, answer.as_deref()),
            envelope,
        },
    ))
}

impl ReceiptPage {
    fn receipt(&self) -> &Receipt {
        &self.envelope.receipt
    }

    /// Whether meaning was compared at all, in the languages of this answer.
    fn judges_meaning(&self) -> bool {
        self.receipt().attribution.estimator != Estimator::Words
    }

    fn released(&self) -> Nano {
        // A receipt with gross above held does not verify; nothing was released then.
        self.receipt().held.minus(self.receipt().gross).unwrap_or(Nano::ZERO)
    }

    /// The message that says which purse paid.
    fn funding(&self) -> &'static str {
        match self.receipt().funding {
            Funding::Balance => "receipt-by-balance",
            Funding::Promotion => "receipt-by-promotion",
            Funding::X402 => "receipt-by-x402",
        }
    }
}

fn lines(
    app: &App,
    words: &'static Words,
    receipt: &Receipt,
    answer: Option<&Answer>,
) -> Vec<LineView> {
    // Our own receipts are true; one that were not would show its lines without their texts.
    let texts = receipt.settlement_again().map(|settled| settled.line_owners).unwrap_or_default();
    let texts = texts.into_iter().chain(std::iter::repeat(None));
    let views = receipt.lines.iter().zip(texts).map(|(line, text)| {
        let (somebody, why) = match line.role {
            Role::Data => {
                let text =
                    text.map(|text| words.say("receipt-for").put("text", title(app, answer, text)));
                (None, text)
            }
            Role::Platform => (Some("role-platform"), Some(words.say("why-platform"))),
            Role::Adapter => {
                (None, Some(words.say("why-adapter").put("adapters", written_by(receipt, line))))
            }
            Role::Stakers => (Some("role-stakers"), Some(words.say("why-stakers"))),
            Role::Treasury => (Some("role-treasury"), Some(words.say("why-treasury"))),
        };
        let why = why.map(|why| why.to_string()).unwrap_or_default();
        line_view(app, line, somebody.map(|key| words.say(key).to_string()), why)
    });
    let mut lines: Vec<LineView> = views.collect();
    // Whoever wrote the texts comes first.
    lines.sort_by_key(|line| (line.role != Role::Data, std::cmp::Reverse(line.amount)));
    lines
}

/// For which adapters a line is, by the names under which they were asked for.
fn written_by(receipt: &Receipt, line: &Line) -> String {
    let whose = receipt.adapters.iter().filter(|adapter| adapter.payee == line.payee);
    let names: Vec<&str> = whose.map(|adapter| adapter.alias.as_str()).collect();
    names.join(", ")
}

fn line_view(app: &App, line: &Line, somebody: Option<String>, why: String) -> LineView {
    let name = somebody.or_else(|| app.payee_name(line.payee));
    LineView {
        role: line.role,
        why,
        name: name.unwrap_or_else(|| show::payee(line.payee)),
        payee: line.payee,
        escrow: line.role == Role::Data && line.payee.address().is_none(),
        amount: line.amount,
    }
}

/// The title of a text: as the answer names it, else as the index does, else its hash.
fn title(app: &App, answer: Option<&Answer>, text: ContentHash) -> String {
    let shares = answer.map(|answer| &answer.attribution);
    let known = shares.and_then(|shares| shares.iter().find(|share| share.document == text));
    let indexed = || app.document_title(text).unwrap_or_else(|| show::short(text));
    known.map_or_else(indexed, |share| share.title.clone())
}

/// Why each text earned or did not; our own receipts are true, so their amounts fit.
fn explanations(receipt: &Receipt) -> Vec<Explanation> {
    receipt.explanations().unwrap_or_default()
}

fn unpaid(app: &App, receipt: &Receipt, answer: Option<&Answer>) -> Vec<UnpaidView> {
    let title = |text| title(app, answer, text);
    let all = explanations(receipt).into_iter().filter(|one| one.share_ppm == 0);
    all.map(|one| UnpaidView {
        title: title(one.content_hash),
        document: one.content_hash,
        said: one.in_words(&title),
    })
    .collect()
}

fn owners(app: &App, receipt: &Receipt, answer: Option<&Answer>) -> Vec<OwnerView> {
    let records = receipt.attribution.owners.iter().zip(&receipt.attribution.shares);
    let mut owners: Vec<OwnerView> = records
        .filter(|(_, share)| **share > 0)
        .map(|(owner, share)| owner_view(app, receipt, answer, owner, *share))
        .collect();
    owners.sort_by_key(|owner| (owner.n, owner.document));
    owners
}

fn owner_view(
    app: &App,
    receipt: &Receipt,
    answer: Option<&Answer>,
    owner: &OwnerRecord,
    share_ppm: u32,
) -> OwnerView {
    let document = owner.content_hash;
    let cited = receipt.citations.iter().find(|citation| citation.content_hash == document);
    let n = cited.map_or(0, |citation| citation.n);
    let told = explanations(receipt).into_iter().find(|one| one.content_hash == document);
    OwnerView {
        n,
        tone: show::tone(n),
        title: title(app, answer, document),
        document,
        share_ppm,
        width: show::length(share_ppm),
        rows: evidence(receipt, owner),
        said: told.map(|one| one.in_words(&|text| title(app, answer, text))).unwrap_or_default(),
    }
}

fn evidence(receipt: &Receipt, owner: &OwnerRecord) -> Vec<EvidenceRow> {
    let at = |list: &[u32], unit: usize| list.get(unit).copied().unwrap_or_default();
    let units = receipt.attribution.units.iter().enumerate();
    let rows = units.map(|(unit, weight)| EvidenceRow {
        sentence: unit + 1,
        weight_ppm: *weight,
        wording_ppm: at(&owner.wording, unit),
        meaning_ppm: at(&owner.meaning, unit),
        support_ppm: at(&owner.support, unit),
    });
    rows.filter(|row| row.support_ppm > 0).collect()
}
