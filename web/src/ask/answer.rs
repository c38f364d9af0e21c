//! What is kept of an answer? Everything that a reader sees, in one document: the page, the API, the
//! widget, an export and a reload all read this, so they cannot disagree.

use footnote_domain::id::{AnswerId, ContentHash, DatanetId, Digest, PayeeId};
use footnote_domain::money::Nano;
use footnote_domain::receipt::Funding;
use footnote_domain::text::Language;
use footnote_generator::adapter::alias::AliasName;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a question ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Answered, cited, charged.
    Answered,
    /// No source answers it; nothing charged.
    Refused,
    /// The sources support too little of what was written; nothing charged.
    Unsupported,
}

/// A finished answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Answer {
    /// Its id, also its permalink.
    #[schema(value_type = String)]
    pub id: AnswerId,
    /// The question, as asked.
    pub question: String,
    /// What a follow-up question was taken to mean, where that is not what it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meant: Option<String>,
    /// Language of the question.
    #[schema(value_type = String)]
    pub language: Language,
    /// How it ended.
    pub outcome: Outcome,
    /// Seconds since 1970.
    pub created: u64,
    /// Name of the backend.
    pub backend: String,
    /// The sentences, in order.
    pub sentences: Vec<AnswerSentence>,
    /// One entry per cited span; a contribution has one number, but may be cited often.
    pub citations: Vec<AnswerCitation>,
    /// The passages that were read, best first.
    pub search_results: Vec<SearchResult>,
    /// Who is paid what, by number.
    pub attribution: Vec<SourceShare>,
    /// The part of the answer that no source supports, in ppm.
    pub residual_ppm: u32,
    /// What it cost.
    pub price: Price,
    /// Path of the receipt, when one exists.
    pub receipt: Option<String>,
    /// Milliseconds spent, by step.
    pub timings: Timings,
    /// How many Datanets were searched.
    pub datanets_searched: usize,
    /// The Datanets that the question was asked of; empty for all. Part of the request hash.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub datanets_asked: Vec<DatanetId>,
    /// Root digest of the generation that was read.
    #[schema(value_type = String)]
    pub generation: Digest,
    /// Questions to ask next.
    pub next_questions: Vec<String>,
    /// Which adapters were asked for, and which wrote.
    #[serde(default, skip_serializing_if = "Routing::is_empty")]
    pub routing: Routing,
    /// With which whoever holds the answer can recompute the hashes in its receipt.
    pub salts: Salts,
}

/// Which adapters were asked for, and which wrote; both empty for the base model alone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Routing {
    /// The aliases that the caller named, in that order. Part of the request hash.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub asked: Vec<AliasName>,
    /// Those that wrote, ascending by digest, as in the receipt.
    #[serde(default)]
    pub adapters: Vec<AnswerAdapter>,
}

impl Routing {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// An adapter that wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AnswerAdapter {
    /// The alias that was asked for, or that is the Datanet's own.
    #[schema(value_type = String)]
    pub alias: AliasName,
    /// The alias that answered: the same, or where it redirects to.
    #[schema(value_type = String)]
    pub answering: AliasName,
    /// Number of the version that answered.
    pub version: u32,
    /// keccak-256 over its files.
    #[schema(value_type = String)]
    pub digest: Digest,
    /// Its developer, when one is named.
    #[schema(value_type = Option<String>)]
    pub payee: Option<PayeeId>,
    /// Its part of what the adapters did, in ppm.
    pub part_ppm: u32,
    /// Who chose it: `"caller"`, or `{"datanet": id}`.
    #[schema(value_type = Object)]
    pub chosen_by: ChosenBy,
}

/// Who chose an adapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChosenBy {
    /// Whoever asked, by the model's name.
    Caller,
    /// The Datanet from which most of what was read comes: it is that Datanet's own.
    Datanet(DatanetId),
}

/// One sentence of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AnswerSentence {
    /// The text, without markers. May be a list item, a table row or a block of code (Markdown).
    pub text: String,
    /// Numbers of the citations that support it, ascending; empty means unsupported.
    pub cites: Vec<u32>,
    /// Whether a new paragraph begins with it.
    pub paragraph: bool,
    /// Weight of the sentence in the answer, in ppm.
    pub weight_ppm: u32,
}

/// A cited span.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AnswerCitation {
    /// The number shown.
    pub n: u32,
    /// Number of the answer's sentence that it supports, from 0.
    pub sentence: u32,
    /// The Datanet.
    #[schema(value_type = String)]
    pub datanet: DatanetId,
    /// Its short name.
    pub datanet_slug: String,
    /// Its version.
    pub datanet_version: u64,
    /// The contribution.
    #[schema(value_type = String)]
    pub document: ContentHash,
    /// Its title.
    pub title: String,
    /// Names (or short ids) of those paid for it.
    pub authors: Vec<String>,
    /// First code point of the quote in the contribution.
    pub start: u64,
    /// First code point after.
    pub end: u64,
    /// The quote: exactly `text[start..end]`.
    pub quote: String,
    /// A few words before the quote.
    pub before: String,
    /// A few words after it.
    pub after: String,
    /// keccak-256 of the quote.
    #[schema(value_type = String)]
    pub quote_keccak256: Digest,
    /// Wording evidence for the sentence, in ppm.
    pub wording_ppm: u32,
    /// Meaning evidence for the sentence, in ppm.
    pub meaning_ppm: u32,
}

/// A passage that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SearchResult {
    /// From 1.
    pub rank: u32,
    /// The Datanet.
    #[schema(value_type = String)]
    pub datanet: DatanetId,
    /// Its short name.
    pub datanet_slug: String,
    /// The contribution.
    #[schema(value_type = String)]
    pub document: ContentHash,
    /// Its title.
    pub title: String,
    /// The headings above the passage.
    pub section: String,
    /// First code point of the passage.
    pub start: u64,
    /// First code point after.
    pub end: u64,
    /// The passage's text.
    pub text: String,
    /// How near to the question, in ppm. Shown; never pays.
    pub relevance_ppm: u32,
    /// Fused score, in millionths.
    pub score_millionths: i64,
    /// BM25, in millionths, when found by words.
    pub bm25_millionths: Option<i64>,
    /// Cosine, in millionths, when compared by meaning.
    pub cosine_millionths: Option<i64>,
    /// Place in the list by words, from 1.
    pub lexical_rank: Option<u32>,
    /// Place in the list by meaning, from 1.
    pub vector_rank: Option<u32>,
}

/// What one cited contribution earns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SourceShare {
    /// Its number in the answer.
    pub n: u32,
    /// The Datanet.
    #[schema(value_type = String)]
    pub datanet: DatanetId,
    /// The contribution.
    #[schema(value_type = String)]
    pub document: ContentHash,
    /// Its title.
    pub title: String,
    /// The spans that support the answer.
    pub spans: Vec<SourceSpan>,
    /// Share of the answer, in ppm.
    pub share_ppm: u32,
    /// Its part of the price.
    #[schema(value_type = String)]
    pub amount: Nano,
    /// Who receives it.
    pub payees: Vec<PayeePart>,
}

/// A span that supports the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SourceSpan {
    /// First code point.
    pub start: u64,
    /// First code point after.
    pub end: u64,
    /// keccak-256 of the span's text.
    #[schema(value_type = String)]
    pub quote_keccak256: Digest,
}

/// One payee's part of a source's pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PayeePart {
    /// Who.
    #[schema(value_type = String)]
    pub payee: PayeeId,
    /// The name they go by, when known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether it waits in escrow for an author without an address.
    pub escrow: bool,
    /// Part of the contribution, in ppm.
    pub ppm: u32,
    /// How much.
    #[schema(value_type = String)]
    pub amount: Nano,
}

/// What an answer cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Price {
    /// Reserved.
    #[schema(value_type = String)]
    pub held: Nano,
    /// By the tariff.
    #[schema(value_type = String)]
    pub gross: Nano,
    /// Taken.
    #[schema(value_type = String)]
    pub charged: Nano,
    /// gross − charged.
    #[schema(value_type = String)]
    pub refunded: Nano,
    /// Of the charge, to the platform.
    #[schema(value_type = String)]
    pub platform: Nano,
    /// Of the charge, to contributors.
    #[schema(value_type = String)]
    pub contributors: Nano,
    /// Which purse paid.
    #[schema(value_type = String)]
    pub funding: Funding,
}

/// Milliseconds since the question came in, when each step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Timings {
    /// Passages found.
    pub searched_ms: u64,
    /// Sources read.
    pub read_ms: u64,
    /// First sentence out.
    pub first_sentence_ms: u64,
    /// Last sentence out.
    pub answered_ms: u64,
}

/// Behind the salted hashes of a receipt: without them nobody who has only the receipt can test a
/// guess at the question or the answer. Whoever may read the answer has them, and can prove by them
/// that the receipt is this answer's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Salts {
    /// Of the request hash.
    #[schema(value_type = String)]
    pub request: Digest,
    /// Of the answer hash.
    #[schema(value_type = String)]
    pub answer: Digest,
}

impl Answer {
    /// The text with `[n]` markers after each supported sentence, Markdown.
    pub fn content(&self) -> String {
        content(&self.sentences)
    }

    /// In the question's language, why nothing was charged; empty for an answer that was.
    pub fn notice(&self) -> &'static str {
        match (self.outcome, self.language) {
            (Outcome::Answered, _) => "",
            (Outcome::Refused, Language::Spanish) => {
                "Ninguna fuente de estos Datanets responde a esta pregunta. No se ha cobrado nada."
            }
            (Outcome::Refused, Language::Chinese) => {
                "这些 Datanet 中没有来源能回答这个问题。未收取任何费用。"
            }
            (Outcome::Refused, _) => {
                "No source in these Datanets answers this question. Nothing was charged."
            }
            (Outcome::Unsupported, Language::Spanish) => {
                "Las fuentes respaldan demasiado poco de esta respuesta. No se ha cobrado nada."
            }
            (Outcome::Unsupported, Language::Chinese) => {
                "来源对这个回答的支持太少。未收取任何费用。"
            }
            (Outcome::Unsupported, _) => {
                "The sources support too little of this answer. Nothing was charged."
            }
        }
    }

    /// What a reader is told: the text, with the notice where it is not to be relied on.
    pub fn message(&self) -> String {
        match self.outcome {
            Outcome::Answered => self.content(),
            Outcome::Refused => self.notice().to_owned(),
            Outcome::Unsupported => format!("{}\n\n{}", self.content(), self.notice()),
        }
    }
}

/// The text that sentences make: with `[n]` markers, a blank line before each paragraph, a space
/// before every other sentence. The answer hash is taken over it.
pub fn content(sentences: &[AnswerSentence]) -> String {
    let mut text = String::new();
    for sentence in sentences {
        if !text.is_empty() {
            text.push_str(if sentence.paragraph { "\n\n" } else { " " });
        }
        text.push_str(&sentence.with_markers());
    }
    text
}

impl AnswerSentence {
    /// The sentence with its markers, `Text.[1][2]`.
    pub fn with_markers(&self) -> String {
        let markers: String = self.cites.iter().map(|n| format!("[{n}]")).collect();
        // A marker inside a closing code fence would break the fence.
        let gap = if self.text.ends_with("```") || self.text.ends_with("~~~") { "\n" } else { "" };
        format!("{}{gap}{markers}", self.text)
    }
}
