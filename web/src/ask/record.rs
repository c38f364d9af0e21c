//! From a finished composition to shares, money, the receipt's draft and the stored answer.

use super::answer::{
    Answer, AnswerSentence, Outcome, PayeePart, Price, Salts, SourceShare, SourceSpan,
};
use super::compose::Composition;
use super::error::AskError;
use super::evidence::Asked;
use super::present;
use super::sources::Sources;
use footnote_domain::attribution::evidence::Evidence;
use footnote_domain::attribution::units::weights_ppm;
use footnote_domain::attribution::{ALGORITHM, Attribution, Constants, Estimator, attribute};
use footnote_domain::citation::Citation;
use footnote_domain::corpus::Contribution;
use footnote_domain::id::{ContentHash, Digest};
use footnote_domain::money::{
    Beneficiaries, FeePolicy, Nano, OwnerPart, Role, Settlement, Tariff, Usage, settle,
};
use footnote_domain::receipt::{
    AdapterUse, AttributionRecord, Draft, Funding, Model, OwnerRecord, RetrievalRecord,
    TariffRecord, canonical_bytes,
};
use footnote_generator::adapter::alias::AliasName;
use footnote_ledger::{Hold, LineDetail};
use footnote_retriever::Generation;
use std::collections::BTreeMap;

/// Who owns what of an answer.
pub(super) struct Verdict<'a> {
    /// ω per sentence.
    pub(super) units: Vec<u32>,
    /// Evidence per owner, ascending.
    pub(super) evidence: BTreeMap<ContentHash, Evidence>,
    /// The shares.
    pub(super) attribution: Attribution,
    /// Per owner and unit, the older owner that it was struck behind.
    behind: BTreeMap<ContentHash, Vec<Option<ContentHash>>>,
    owners: Vec<&'a Contribution>,
}

/// Applies `footnote-poa/1`.
pub(super) fn judge<'a>(
    generation: &'a Generation,
    sources: &Sources,
    composition: &Composition,
    asked: &Asked,
    constants: &Constants,
) -> Verdict<'a> {
    let texts: Vec<&str> =
        composition.sentences.iter().map(|sentence| sentence.text.as_str()).collect();
    let units = weights_ppm(&texts, &asked.tokens, generation.unigrams());
    let evidence = composition.evidence();
    let owners: Vec<(ContentHash, &Evidence)> =
        evidence.iter().map(|(owner, evidence)| (*owner, evidence)).collect();
    let attribution = attribute(&units, &owners, constants);
    let contribution = |owner: &ContentHash| {
        let document = sources.owners[owner][0].document;
        &generation.documents()[document as usize]
    };
    let owners = evidence.keys().map(contribution).collect();
    let behind = evidence.keys().map(|owner| (*owner, composition.behind(*owner))).collect();
    Verdict { units, evidence, attribution, behind, owners }
}

/// Everything about one question that does not depend on its answer.
#[derive(Clone)]
pub(super) struct Terms {
    /// The tariff of the backend.
    pub(super) tariff: Tariff,
    /// The fee policy in force.
    pub(super) policy: FeePolicy,
    /// Who stands behind the roles.
    pub(super) beneficiaries: Beneficiaries,
    /// Pseudonym of the payer.
    pub(super) payer: Digest,
    /// Which purse pays.
    pub(super) funding: Funding,
    /// Secrets of the hashes.
    pub(super) salts: Salts,
    /// Canonical form of the request.
    pub(super) request: Vec<u8>,
    /// Backend and model.
    pub(super) backend: String,
    /// The model, or none.
    pub(super) model: Model,
    /// The adapters that wrote.
    pub(super) adapters: Vec<AdapterUse>,
    /// How passages were found.
    pub(super) retrieval: RetrievalRecord,
    /// Which kinds of evidence were at hand.
    pub(super) estimator: Estimator,
    /// Thresholds.
    pub(super) constants: Constants,
    /// Seconds since 1970.
    pub(super) time: u64,
}

impl Verdict<'_> {
    /// Money for these shares.
    pub(super) fn settle(&self, terms: &Terms, usage: Usage) -> Result<Settlement, AskError> {
        let broken =
            |error: footnote_domain::money::AmountError| AskError::Broken(error.to_string());
        let gross = terms.tariff.price(usage).map_err(broken)?;
        let parts: Vec<OwnerPart<'_>> = self
            .owners
            .iter()
            .zip(&self.attribution.shares_ppm)
            .map(|(owner, share_ppm)| OwnerPart {
                content_hash: owner.content_hash,
                share_ppm: *share_ppm,
                payees: &owner.payees,
            })
            .collect();
        let total = self.attribution.total_ppm;
        settle(gross, total, &terms.policy, &terms.beneficiaries, &parts).map_err(broken)
    }

    fn record(&self, terms: &Terms) -> AttributionRecord {
        let rows = self.owners.iter().zip(self.evidence.values()).zip(&self.attribution.support);
        let owner =
            |((contribution, evidence), support): ((&&Contribution, &Evidence), &Vec<u32>)| {
                OwnerRecord {
                    content_hash: contribution.content_hash,
                    age: contribution.effective_age,
                    payees: contribution.payees.clone(),
                    wording: evidence.wording_ppm.clone(),
                    meaning: evidence.meaning_ppm.clone(),
                    necessity: evidence.necessity_ppm.clone(),
                    support: support.clone(),
                    behind: self.behind[&contribution.content_hash].clone(),
                }
            };
        AttributionRecord {
            algorithm: ALGORITHM.to_owned(),
            estimator: terms.estimator,
            constants: terms.constants,
            units: self.units.clone(),
            owners: rows.map(owner).collect(),
            shares: self.attribution.shares_ppm.clone(),
            total: self.attribution.total_ppm,
        }
    }

    /// The receipt before the ledger numbers it.
    pub(super) fn draft(
        &self,
        terms: &Terms,
        hold: &Hold,
        usage: Usage,
        money: &Settlement,
        answer: &Answer,
    ) -> Draft {
        Draft {
            payer: terms.payer,
            funding: terms.funding,
            request_hash: Digest::of(&[&terms.salts.request.0, &terms.request]),
            answer_hash: Digest::of(&[&terms.salts.answer.0, answer.content().as_bytes()]),
            backend: terms.backend.clone(),
            model: terms.model.clone(),
            adapters: terms.adapters.clone(),
            retrieval: terms.retrieval.clone(),
            attribution: self.record(terms),
            citations: answer.citations.iter().map(citation).collect(),
            usage,
            tariff: TariffRecord::from(terms.tariff),
            held: hold.amount,
            gross: money.gross,
            charged: money.charged,
            refunded: money.refunded,
            policy: terms.policy.clone(),
            lines: money.lines.clone(),
            hold_id: hold.id,
            time: terms.time,
        }
    }

    /// The lines with what the earnings pages need to know.
    pub(super) fn line_details(&self, money: &Settlement) -> Vec<LineDetail> {
        let datanet = |hash: ContentHash| {
            self.owners.iter().find(|owner| owner.content_hash == hash).map(|owner| owner.datanet)
        };
        let lines = money.lines.iter().zip(&money.line_owners);
        lines
            .map(|(line, owner)| LineDetail {
                owner: *owner,
                datanet: owner.and_then(datanet),
                line: *line,
            })
            .collect()
    }

    /// Who is paid what, by number.
    pub(super) fn shares(&self, composition: &Composition, money: &Settlement) -> Vec<SourceShare> {
        let mut shares: Vec<SourceShare> = (0..self.owners.len())
            .filter_map(|at| {
                let n = composition.numbers.get(&self.owners[at].content_hash)?;
                Some(self.share(at, *n, composition, money))
            })
            .collect();
        shares.sort_by_key(|share| share.n);
        shares
    }

    fn share(
        &self,
        at: usize,
        n: u32,
        composition: &Composition,
        money: &Settlement,
    ) -> SourceShare {
        let owner = self.owners[at];
        let cited = composition.citations.iter().filter(|citation| citation.n == n);
        let mut spans: Vec<SourceSpan> = cited
            .map(|citation| SourceSpan {
                start: citation.start,
                end: citation.end,
                quote_keccak256: citation.quote_keccak256,
            })
            .collect();
        spans.sort_by_key(|span| (span.start, span.end));
        spans.dedup();
        SourceShare {
            n,
            datanet: owner.datanet,
            document: owner.content_hash,
            title: present::title(owner),
            spans,
            share_ppm: self.attribution.shares_ppm[at],
            amount: money.owner_amounts[at],
            payees: payee_parts(owner, money),
        }
    }
}

fn payee_parts(owner: &Contribution, money: &Settlement) -> Vec<PayeePart> {
    let amount = |payee| {
        let lines = money.lines.iter().zip(&money.line_owners);
        lines
            .filter(|(line, of)| line.payee == payee && **of == Some(owner.content_hash))
            .map(|(line, _)| line.amount)
            .next()
            .unwrap_or(Nano::ZERO)
    };
    owner
        .payees
        .shares()
        .iter()
        .map(|share| PayeePart {
            payee: share.payee,
            name: owner.description.name_of(owner.datanet, share.payee).map(str::to_owned),
            escrow: share.payee.address().is_none(),
            ppm: share.ppm,
            amount: amount(share.payee),
        })
        .collect()
}

fn citation(shown: &super::answer::AnswerCitation) -> Citation {
    Citation {
        n: shown.n,
        datanet: shown.datanet,
        version: shown.datanet_version,
        content_hash: shown.document,
        start: shown.start,
        end: shown.end,
        quote_hash: shown.quote_keccak256,
        sentence: shown.sentence,
    }
}

/// What it cost, for the reader.
pub(super) fn price(held: Nano, money: &Settlement, funding: Funding) -> Result<Price, AskError> {
    let sum = |role: Role| {
        let lines = money.lines.iter().filter(|line| line.role == role);
        Nano::new(lines.map(|line| line.amount.wide()).sum())
            .map_err(|error| AskError::Broken(error.to_string()))
    };
    Ok(Price {
        held,
        gross: money.gross,
        charged: money.charged,
        refunded: money.refunded,
        platform: sum(Role::Platform)?,
        contributors: sum(Role::Data)?,
        funding,
    })
}

/// A price of nothing, for answers that are not charged.
pub(super) fn free(held: Nano, gross: Nano, funding: Funding) -> Price {
    let zero = Nano::ZERO;
    Price {
        held,
        gross,
        charged: zero,
        refunded: gross,
        platform: zero,
        contributors: zero,
        funding,
    }
}

/// Puts the weights into the sentences.
pub(super) fn weigh(sentences: &[AnswerSentence], units: &[u32]) -> Vec<AnswerSentence> {
    let weighed = sentences.iter().zip(units);
    weighed.map(|(s, weight)| AnswerSentence { weight_ppm: *weight, ..s.clone() }).collect()
}

/// Canonical bytes of what was asked, for the salted hash. What a follow-up was taken to mean belongs
/// to it: evidence is judged by that, so whoever signs must not choose it later.
pub(crate) fn request_bytes(
    question: &str,
    meant: Option<&str>,
    datanets: &[footnote_domain::id::DatanetId],
    adapters: &[AliasName],
    backend: &str,
) -> Vec<u8> {
    let mut asked = serde_json::json!({
        "question": question,
        "datanets": datanets,
        "backend": backend,
    });
    if let Some(meant) = meant {
        asked["meant"] = meant.into();
    }
    if !adapters.is_empty() {
        asked["adapters"] = adapters.iter().map(AliasName::as_str).collect();
    }
    canonical_bytes(&asked)
}

/// Whether an answer is worth charging for.
pub(super) fn outcome(total_ppm: u32, constants: &Constants) -> Outcome {
    if total_ppm < constants.unsupported_below_ppm {
        Outcome::Unsupported
    } else {
        Outcome::Answered
    }
}
