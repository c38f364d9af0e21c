//! An answer without a language model: the best sentences of the best passages, word for word.
//!
//! Useful as the default and as the measure for models; not where an answer must be put together
//! from facts that no single sentence states. The same request always gives the same answer.

mod candidates;
mod content;
mod cue;
mod echo;
mod function_words;
mod lexical;
mod named;
mod order;
mod parts;
mod passage;
mod refusal;
mod select;
mod settings;
mod shape;
mod stem;
#[cfg(test)]
mod tests;

pub(crate) use content::content_words;
pub use lexical::LexicalSettings;
pub use parts::{Parts, RankingWeights};
pub use refusal::Confidence;
pub use select::SelectionSettings;
pub use settings::Settings;

use crate::{Backend, Capabilities, Event, EventStream, GenerateError, Refusal, Request, Usage};
use async_trait::async_trait;
use candidates::{Candidate, candidates};
use footnote_domain::corpus::SentenceRef;
use footnote_domain::text::tokens;
use futures::{StreamExt, stream};
use lexical::Asked;
use named::add_named;
use select::{Ranked, rank, select};

/// The name by which requests and receipts know this backend.
const NAME: &str = "extractive";

/// Composes answers from sentences of the passages.
#[derive(Debug, Clone, Default)]
pub struct ExtractiveBackend {
    settings: Settings,
}

/// A sentence with the reason for its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// Which sentence.
    pub reference: SentenceRef,
    /// What speaks for it.
    pub parts: Parts,
    /// The chance that it is the one that answers, given that one of the candidates does.
    pub chance: f64,
    /// The chance that it answers, in ppm, whatever else was found; decides on refusal.
    pub confidence_ppm: u32,
}

impl ExtractiveBackend {
    /// A backend with settings other than the measured ones.
    pub fn new(settings: Settings) -> Self {
        Self { settings }
    }

    /// The whole answer at once; blocks for about a millisecond.
    ///
    /// # Errors
    /// When the request allows no sentence, or mixes vectors of two models.
    pub fn answer(&self, request: &Request) -> Result<Vec<Event>, GenerateError> {
        if request.max_sentences == 0 {
            return Err(GenerateError::NoSentencesAllowed);
        }
        request.refuse_adapters(NAME)?;
        let asked = self.read_question(request);
        let mut events = match self.compose(request, &asked)? {
            Ok(events) => events,
            Err(reason) => vec![Event::Refused { reason }],
        };
        events.push(Event::Done { usage: usage(&asked, &events) });
        Ok(events)
    }

    /// Every candidate with what speaks for it, best first.
    ///
    /// # Errors
    /// When the request mixes vectors of two models.
    pub fn explain(&self, request: &Request) -> Result<Vec<Scored>, GenerateError> {
        let ranked = self.rank(request, &self.read_question(request))?;
        let confidence = self.settings.confidence(has_vectors(&ranked));
        let scored = |one: &Ranked| Scored {
            reference: one.candidate.reference(),
            parts: one.candidate.parts,
            chance: one.chance,
            confidence_ppm: confidence.of(&one.candidate.parts),
        };
        Ok(ranked.iter().map(scored).collect())
    }

    fn read_question(&self, request: &Request) -> Asked {
        Asked::read(&request.question, request.language, &request.idf, self.settings.lexical)
    }

    fn compose(
        &self,
        request: &Request,
        asked: &Asked,
    ) -> Result<Result<Vec<Event>, Refusal>, GenerateError> {
        if asked.terms.is_empty() {
            return Ok(Err(Refusal::NothingAsked));
        }
        if let Some(refusal) = self.irrelevance(request) {
            return Ok(Err(refusal));
        }
        let ranked = self.rank(request, asked)?;
        let Some(best) = ranked.first() else {
            return Ok(Err(Refusal::NothingToQuote));
        };
        let confidence = self.settings.confidence(has_vectors(&ranked));
        if let Some(refusal) = confidence.refusal(&best.candidate.parts) {
            return Ok(Err(refusal));
        }
        let selection = &self.settings.selection;
        let mut chosen = select(&ranked, request.max_sentences, selection);
        add_named(&ranked, &mut chosen, &request.question, request.max_sentences);
        let sentences = order::in_reading_order(&ranked, &chosen, selection.lead_with_best);
        Ok(Ok(order::events(&sentences)))
    }

    /// Why to refuse before reading, if the retriever itself thinks little of what it found.
    fn irrelevance(&self, request: &Request) -> Option<Refusal> {
        let needed_ppm = self.settings.relevance_least_ppm;
        let relevance_ppm = request.sources.iter().map(|source| source.relevance_ppm).max()?;
        (relevance_ppm < needed_ppm)
            .then_some(Refusal::NothingRelevant { relevance_ppm, needed_ppm })
    }

    fn rank<'a>(
        &self,
        request: &'a Request,
        asked: &Asked,
    ) -> Result<Vec<Ranked<'a>>, GenerateError> {
        let mut found = candidates(request, asked, self.settings.selection.items_most)?;
        let with_vectors = request.question_vector.is_some() && all_have_vectors(&found);
        if !with_vectors {
            // Some with and some without could not be compared.
            found.iter_mut().for_each(|one| one.forget_meaning());
        }
        let weights = self.settings.ranking(with_vectors);
        Ok(rank(found, |one| one.parts.dot(weights), &self.settings.selection))
    }
}

fn all_have_vectors(found: &[Candidate]) -> bool {
    found.iter().all(|one| one.sentence.vector.is_some())
}

/// Whether cosines took part: without vectors they are 0 throughout.
fn has_vectors(ranked: &[Ranked]) -> bool {
    ranked.iter().any(|one| one.candidate.parts.cosine > 0.0)
}

fn usage(asked: &Asked, events: &[Event]) -> Usage {
    let texts = events.iter().filter_map(|event| match event {
        Event::Sentence { text, .. } => Some(text),
        _ => None,
    });
    let written: Vec<usize> = texts.map(|text| tokens(text).len()).collect();
    Usage {
        tokens_in: asked.tokens as u64,
        tokens_out: written.iter().sum::<usize>() as u64,
        sentences: u32::try_from(written.len()).expect("an answer has few sentences"),
    }
}

#[async_trait]
impl Backend for ExtractiveBackend {
    fn name(&self) -> &'static str {
        NAME
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { scores: false, model_id: None, model_digest: None, limits: None }
    }

    async fn generate(&self, request: Request) -> Result<EventStream, GenerateError> {
        let backend = self.clone();
        let computed = tokio::task::spawn_blocking(move || backend.answer(&request)).await;
        let events = computed.map_err(|reason| GenerateError::Interrupted {
            backend: self.name(),
            reason: reason.to_string(),
        })??;
        Ok(stream::iter(events.into_iter().map(Ok)).boxed())
    }
}
