//! What would an answer rest on? The recipe's search, evidence and shares for given sentences,
//! without money, ledger or service: what `footnote eval` measures is what answers are paid by.

use super::answer::AnswerCitation;
use super::compose::Composition;
use super::evidence::{self, Asked};
use super::record;
use super::sources::{self, Sources};
use super::{AskError, Question};
use footnote_domain::attribution::Constants;
use footnote_domain::attribution::units::question_tokens;
use footnote_domain::corpus::SentenceRef;
use footnote_domain::embed::{Embed, quantise};
use footnote_domain::id::{ContentHash, DatanetId};
use footnote_domain::text::Language;
use footnote_generator::Request;
use footnote_retriever::{Filter, Generation, Hit, SearchRequest};
use std::collections::BTreeMap;

/// A generation and what reads it.
pub struct Trial<'a> {
    /// What is searched.
    pub generation: &'a Generation,
    /// The embedding model, where there is one.
    pub embedder: Option<&'a dyn Embed>,
    /// Most passages an answer reads.
    pub passages: usize,
    /// Most sentences an answer has.
    pub sentences_max: usize,
    /// Thresholds; an answer that is paid has those published.
    pub constants: Constants,
}

/// What was found for one question.
pub struct Found {
    sources: Sources,
    asked: Asked,
    vector: Option<Vec<f32>>,
}

/// A sentence of an answer, quoted or free.
#[derive(Debug, Clone)]
pub struct Said {
    /// Its text.
    pub text: String,
    /// Where it stands, when it is a quote.
    pub quoted: Option<SentenceRef>,
    /// The language by which meaning is judged.
    pub language: Language,
}

/// Who is owed what for an answer.
#[derive(Debug, Clone)]
pub struct Judged {
    /// As a reader would see them.
    pub citations: Vec<AnswerCitation>,
    /// Share per contribution in ppm; those without one are left out.
    pub shares: BTreeMap<ContentHash, u32>,
}

impl Trial<'_> {
    /// Searches the Datanets (all when empty) as an answer would.
    pub fn find(&self, question: &Question, datanets: &[DatanetId]) -> Result<Found, AskError> {
        self.find_among(question, datanets, self.passages * 3, &|_| true)
    }

    /// The same among the best `limit` hits, as if only those had been found that `keep` keeps.
    pub fn find_among(
        &self,
        question: &Question,
        datanets: &[DatanetId],
        limit: usize,
        keep: &dyn Fn(&Hit) -> bool,
    ) -> Result<Found, AskError> {
        let knows = self.judges(question.language()).is_some();
        let vector = if knows { self.embed(question.meant())? } else { None };
        let query = SearchRequest {
            vector: vector.clone(),
            filter: Filter::of_datanets(datanets),
            limit,
            ..SearchRequest::new(question.meant(), question.language())
        };
        let mut hits = self.generation.search(&query)?.hits;
        hits.retain(keep);
        hits.truncate(self.passages * 3);
        let owners_most = self.constants.owners_most as usize;
        let sources = sources::gather(self.generation, &hits, self.passages, owners_most);
        let asked = Asked {
            tokens: question_tokens(question.meant()),
            vector: vector.as_deref().map(quantise),
        };
        Ok(Found { sources, asked, vector })
    }

    /// What the backend is asked.
    pub fn request(&self, question: &Question, found: &Found) -> Request {
        Request {
            question: question.meant().to_owned(),
            language: question.language(),
            question_vector: found.vector.clone(),
            sources: found.sources.passages.clone(),
            max_sentences: self.sentences_max,
            idf: self.generation.shared_unigrams(),
            adapters: Vec::new(),
        }
    }

    /// Citations and shares of an answer that consists of these sentences.
    pub fn judge(&self, found: &Found, answer: &[Said]) -> Result<Judged, AskError> {
        let constants = self.constants;
        let mut composition = Composition::default();
        for said in answer {
            let vector = self.sentence_vector(said)?;
            let supports = evidence::of_sentence(
                self.generation,
                &found.sources.owners,
                &found.asked,
                &said.text,
                vector.as_deref(),
                &constants,
            )
            .map_err(|error| AskError::Broken(error.to_string()))?;
            composition.add(self.generation, said.text.clone(), false, supports)?;
        }
        let Found { sources, asked, .. } = found;
        let verdict = record::judge(self.generation, sources, &composition, asked, &constants);
        let shares = verdict.evidence.keys().copied().zip(verdict.attribution.shares_ppm);
        Ok(Judged {
            citations: composition.citations,
            shares: shares.filter(|(_, share)| *share > 0).collect(),
        })
    }

    fn judges(&self, language: Language) -> Option<&dyn Embed> {
        self.embedder.filter(|model| model.model().knows(language) && self.generation.has_vectors())
    }

    fn sentence_vector(&self, said: &Said) -> Result<Option<Vec<i8>>, AskError> {
        if self.judges(said.language).is_none() {
            return Ok(None);
        }
        let stored = said.quoted.and_then(|quoted| self.generation.sentence_vector(quoted));
        if let Some(stored) = stored {
            return Ok(Some(stored.to_vec()));
        }
        Ok(self.embed(&said.text)?.as_deref().map(quantise))
    }

    fn embed(&self, text: &str) -> Result<Option<Vec<f32>>, AskError> {
        let Some(model) = self.embedder else { return Ok(None) };
        let vectors = model.embed(&[text]).map_err(|error| AskError::Broken(error.to_string()))?;
        Ok(vectors.into_iter().next())
    }
}
