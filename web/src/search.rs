//! Which passages fit, without an answer? Free of charge; page, API and command line all search here.

use crate::app::App;
use crate::ask::answer::SearchResult;
use crate::ask::present::{payee_name, search_results};
use crate::ask::{AskError, Question, question_vector};
use footnote_domain::id::{Address, ContentHash, PayeeId};
use footnote_domain::text::{CodePoints, Language};
use footnote_retriever::{
    Day, Filter, Generation, Hit, Mode, SearchRequest, SearchResults, quoted,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Most hits on one page.
pub const LIMIT_MOST: usize = 50;

/// A search as it is asked for: by JSON, by a form, or by arguments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"query": "How is the price of an answer divided?", "limit": 3}))]
#[serde(deny_unknown_fields)]
pub struct SearchForm {
    /// What is sought. What stands between quotation marks must stand so in a passage.
    pub query: String,
    /// Short names or ids of Datanets; all when empty.
    #[serde(default)]
    pub datanets: Vec<String>,
    /// Payees, as 32 bytes or as an address; all when empty.
    #[serde(default)]
    pub contributors: Vec<String>,
    /// Codes of languages (`en`, `es`, `zh`, `und` for others); all when empty.
    #[serde(default)]
    pub languages: Vec<String>,
    /// First day of writing, `YYYY-MM-DD`; texts that declare none are then left out.
    #[serde(default)]
    pub from: Option<String>,
    /// Last day of writing, `YYYY-MM-DD`; texts that declare none are then left out.
    #[serde(default)]
    pub to: Option<String>,
    /// What the ranking goes by.
    #[serde(default)]
    pub mode: SearchMode,
    /// Whether passages of one owner make one hit.
    #[serde(default)]
    pub collapse: bool,
    /// Hits left out at the beginning.
    #[serde(default)]
    pub offset: usize,
    /// Hits wanted, 1 to [`LIMIT_MOST`].
    #[serde(default = "ten")]
    pub limit: usize,
}

/// What a ranking goes by.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum SearchMode {
    /// Words and meaning; words alone where the model does not know the question's language.
    #[default]
    Hybrid,
    /// Words alone.
    Lexical,
    /// Meaning alone.
    Vector,
}

/// One page of hits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchPage {
    /// Best first.
    pub hits: Vec<SearchHit>,
    /// Hits on all pages.
    pub total: usize,
    /// What was sought word for word.
    pub phrases: Vec<String>,
    /// Whether a phrase is so common that not all of its places were looked at.
    pub partial: bool,
    /// Whether meaning took part in the ranking.
    pub by_meaning: bool,
}

/// A passage that was found, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SearchHit {
    /// The passage and its scores.
    #[serde(flatten)]
    pub result: SearchResult,
    /// Language of the text.
    #[schema(value_type = String)]
    pub language: Language,
    /// Day of writing, as declared.
    pub created: String,
    /// Who is paid for the text, greatest part first.
    pub authors: Vec<Author>,
    /// The text that owns most of the passage; another than `document` where it is a copy.
    #[schema(value_type = String)]
    pub owner: ContentHash,
    /// Further passages of the same owner that this hit stands for.
    pub same_owner: usize,
    /// The part of the score that comes from words, in millionths.
    pub words_part_millionths: i64,
    /// The part of the score that comes from meaning, in millionths.
    pub meaning_part_millionths: i64,
    /// Where the phrases stand: code points of the document, half-open, in order.
    pub phrases: Vec<Span>,
}

/// A payee of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Author {
    /// Who.
    #[schema(value_type = String)]
    pub payee: PayeeId,
    /// The name they go by, or a short form of the id.
    pub name: String,
}

/// Code points of a document, half-open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Span {
    /// The first.
    pub start: u64,
    /// The first after.
    pub end: u64,
}

/// Why a search was refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// A field that cannot be understood.
    #[error("{detail}")]
    Invalid {
        /// A stable code for programs.
        code: &'static str,
        /// What to write instead.
        detail: String,
    },
    /// As for a question.
    #[error(transparent)]
    Ask(#[from] AskError),
}

fn ten() -> usize {
    10
}

impl SearchForm {
    /// The ten best passages of everything.
    pub fn new(query: impl Into<String>) -> Self {
        Self {
            query: query.into(),
            datanets: Vec::new(),
            contributors: Vec::new(),
            languages: Vec::new(),
            from: None,
            to: None,
            mode: SearchMode::default(),
            collapse: false,
            offset: 0,
            limit: ten(),
        }
    }

    fn filter(&self, app: &App) -> Result<Filter, SearchError> {
        Ok(Filter {
            datanets: app.datanet_ids(&self.datanets)?,
            contributors: self.contributors.iter().map(|id| payee(id)).collect::<Result<_, _>>()?,
            languages: self
                .languages
                .iter()
                .map(|code| language(code))
                .collect::<Result<_, _>>()?,
            written_from: self.from.as_deref().map(day).transpose()?,
            written_to: self.to.as_deref().map(day).transpose()?,
        })
    }
}

/// Searches the generation that serves.
pub async fn search(app: &Arc<App>, form: SearchForm) -> Result<SearchPage, SearchError> {
    if !(1..=LIMIT_MOST).contains(&form.limit) {
        let detail = format!("`limit` is {}; give 1 to {LIMIT_MOST}", form.limit);
        return Err(SearchError::Invalid { code: "invalid_limit", detail });
    }
    let filter = form.filter(app)?;
    let typed = quoted::parse(&form.query);
    // The whole is checked as it was typed, its words as they are searched.
    Question::parse(&form.query, app.config.question_chars).map_err(AskError::from)?;
    let question =
        Question::parse(&typed.text, app.config.question_chars).map_err(AskError::from)?;
    let app = Arc::clone(app);
    let work = move || {
        let generation = app.shelf.current().ok_or(AskError::NotReady)?;
        let request = SearchRequest {
            vector: match form.mode {
                SearchMode::Lexical => None,
                _ => question_vector(&app, &generation, &question)?,
            },
            phrases: typed.phrases.clone(),
            filter,
            mode: form.mode.into(),
            collapse: form.collapse,
            offset: form.offset,
            limit: form.limit,
            ..SearchRequest::new(question.text(), question.language())
        };
        let by_meaning = request.vector.is_some();
        let found = generation.search(&request).map_err(AskError::from)?;
        Ok(page(&generation, found, typed.phrases, by_meaning, form.offset))
    };
    let span = tracing::Span::current();
    let found = tokio::task::spawn_blocking(move || span.in_scope(work)).await;
    found.unwrap_or_else(|error| Err(AskError::Broken(error.to_string()).into()))
}

fn page(
    generation: &Generation,
    found: SearchResults,
    phrases: Vec<String>,
    by_meaning: bool,
    offset: usize,
) -> SearchPage {
    let first = u32::try_from(offset).unwrap_or(u32::MAX).saturating_add(1);
    let ranked = (0..).zip(&found.hits).map(|(at, hit)| (first.saturating_add(at), hit));
    let results = search_results(generation, ranked);
    let hits = results.into_iter().zip(&found.hits);
    SearchPage {
        hits: hits.map(|(result, found)| hit(generation, result, found)).collect(),
        total: found.total,
        phrases,
        partial: found.partial,
        by_meaning,
    }
}

fn hit(generation: &Generation, result: SearchResult, hit: &Hit) -> SearchHit {
    let contribution = &generation.documents()[hit.document as usize];
    let text = generation.text(hit.document);
    let mut shares = contribution.payees.shares().to_vec();
    shares.sort_by_key(|share| (std::cmp::Reverse(share.ppm), share.payee));
    let author = |payee| Author { payee, name: payee_name(contribution, payee) };
    let span = |bytes| {
        let points = CodePoints::from_bytes(text, bytes);
        Span { start: points.start, end: points.end }
    };
    SearchHit {
        result,
        language: contribution.language,
        created: contribution.description.created.clone(),
        authors: shares.into_iter().map(|share| author(share.payee)).collect(),
        owner: generation.documents()[hit.owner as usize].content_hash,
        same_owner: hit.same_owner,
        words_part_millionths: millionths(hit.words_part),
        meaning_part_millionths: millionths(hit.meaning_part),
        phrases: hit.phrases.iter().map(span).collect(),
    }
}

fn millionths(value: f32) -> i64 {
    (f64::from(value) * 1e6).round() as i64
}

impl From<SearchMode> for Mode {
    fn from(mode: SearchMode) -> Self {
        match mode {
            SearchMode::Hybrid => Self::Hybrid,
            SearchMode::Lexical => Self::Lexical,
            SearchMode::Vector => Self::Vector,
        }
    }
}

fn payee(text: &str) -> Result<PayeeId, SearchError> {
    let lower = text.to_ascii_lowercase();
    let address = || lower.parse::<Address>().map(PayeeId::from_address);
    lower.parse().or_else(|_| address()).map_err(|_| SearchError::Invalid {
        code: "invalid_contributor",
        detail: format!(
            "`{}` is no payee; give 0x and 64 hexadecimal digits, or an address of 40",
            shortened(text)
        ),
    })
}

fn language(code: &str) -> Result<Language, SearchError> {
    let language = Language::from_code(code);
    if language.code() == code {
        return Ok(language);
    }
    let detail = format!("`{}` is no language here; give en, es, zh, or und", shortened(code));
    Err(SearchError::Invalid { code: "invalid_language", detail })
}

fn day(text: &str) -> Result<Day, SearchError> {
    let invalid = |error: footnote_retriever::ParseDayError| SearchError::Invalid {
        code: "invalid_date",
        detail: error.to_string(),
    };
    text.parse().map_err(invalid)
}

fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_fields_are_refused_and_defaults_fill_the_rest() {
        let read = |json: &str| serde_json::from_str::<SearchForm>(json);
        assert_eq!(read(r#"{"query": "tea"}"#).expect("reads"), SearchForm::new("tea"));
        let fault = read(r#"{"query": "tea", "datanet": "x"}"#).expect_err("unknown").to_string();
        assert!(fault.contains("unknown field `datanet`"), "{fault}");
        assert!(read(r#"{"query": "tea", "mode": "magic"}"#).is_err());
    }

    #[test]
    fn fields_say_what_to_write_instead() {
        let address = "0x00000000000000000000000000000000000000aA";
        assert_eq!(payee(address).expect("an address").0[31], 0xAA);
        for (fault, says) in [
            (payee("Ada").map(drop), "no payee"),
            (language("english").map(drop), "give en, es, zh"),
            (day("yesterday").map(drop), "YYYY-MM-DD"),
        ] {
            let fault = fault.expect_err("refused").to_string();
            assert!(fault.contains(says), "{fault}");
        }
    }
}
