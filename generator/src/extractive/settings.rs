//! How much does each part count, when is it enough, and when is nothing said? One place for every
//! number, with the measurement that chose it.

use super::lexical::LexicalSettings;
use super::parts::{Parts, RankingWeights};
use super::refusal::Confidence;
use super::select::SelectionSettings;

/// All numbers of the extractive backend.
///
/// Chosen on the tune halves (first hex digit of SHA-256(question id) below 8) with
/// `footnote eval answers --half tune --keep FILE` and `examples/fit_extractive`:
///
/// - *Ranking*: maximum likelihood of the sentence that holds the gold answer under a softmax over
///   the question's candidates, sets weighted by the root of their size. By words: xquad_es,
///   xquad_zh, xquad_en and squad_v2.0_dev; with vectors (int8 all-MiniLM-L6-v2): the two English
///   sets. `dependent` is not fitted but set to −0.4, so that pronouns are seldom left hanging.
/// - *Confidence*: a logistic of "the answer holds it" on the absolute parts of the best sentence,
///   over the answerable questions, SQuAD's unanswerable ones, and the answerable ones with their
///   article left out, what can be answered weighing as much as what cannot. `needed_ppm` refuses some
///   three in a hundred of the answerable tune questions.
/// - *Selection*: as many sentences as the answer gains by, at most three on the average.
///
/// `docs/answers.md` holds what was tried, and what the settings come to on the report halves.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// How words are weighed and compared.
    pub lexical: LexicalSettings,
    /// Ranking where every candidate has a vector.
    pub ranking_with_vectors: RankingWeights,
    /// Ranking by words alone.
    pub ranking_by_words: RankingWeights,
    /// When to stop.
    pub selection: SelectionSettings,
    /// Refusal where every candidate has a vector.
    pub confidence_with_vectors: Confidence,
    /// Refusal by words alone.
    pub confidence_by_words: Confidence,
    /// Relevance of the best passage, by the retriever's own estimate, below which nothing is
    /// quoted. A floor only: under the retriever's starting logistic it refuses no answerable
    /// question of the four sets.
    pub relevance_least_ppm: u32,
}

impl Settings {
    pub(super) fn ranking(&self, with_vectors: bool) -> &RankingWeights {
        if with_vectors { &self.ranking_with_vectors } else { &self.ranking_by_words }
    }

    pub(super) fn confidence(&self, with_vectors: bool) -> &Confidence {
        if with_vectors { &self.confidence_with_vectors } else { &self.confidence_by_words }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lexical: LexicalSettings::default(),
            ranking_with_vectors: RANKING_WITH_VECTORS,
            ranking_by_words: RANKING_BY_WORDS,
            selection: SelectionSettings {
                relevance_share: 0.8,
                same_again: 0.75,
                fraction_of_best: 0.02,
                enough: 0.97,
                block_margin: 0.3,
                items_most: 8,
                lead_with_best: true,
            },
            confidence_with_vectors: CONFIDENCE_WITH_VECTORS,
            confidence_by_words: CONFIDENCE_BY_WORDS,
            relevance_least_ppm: 20_000,
        }
    }
}

const RANKING_WITH_VECTORS: RankingWeights = Parts {
    coverage: 2.02,
    local: 2.22,
    before: 2.63,
    after: 1.03,
    heading: 4.53,
    neighbours: 0.46,
    near: 0.71,
    window: 1.13,
    names: -1.08,
    names_missing: -1.36,
    kind: 0.67,
    cosine: 6.21,
    cosine_beside: 1.69,
    leads_words: 0.50,
    leads_meaning: 0.42,
    passage_coverage: 1.37,
    passage: 2.48,
    rank: 1.00,
    relevance: 1.32,
    opening: 0.05,
    cue_time: 0.70,
    cue_number: 1.34,
    cue_name: -0.09,
    cue_place: 0.46,
    cue_reason: 1.43,
    cue_definition: -1.26,
    cue_unmet: -1.66,
    new_words: 0.44,
    length: 0.77,
    dependent: -0.40,
};

const RANKING_BY_WORDS: RankingWeights = Parts {
    coverage: 3.20,
    local: 2.08,
    before: 2.58,
    after: 0.46,
    heading: 2.16,
    neighbours: -0.51,
    near: 1.06,
    window: 1.69,
    names: -0.44,
    names_missing: -1.35,
    kind: 0.63,
    leads_words: 0.41,
    passage_coverage: 1.36,
    passage: 3.72,
    rank: 0.85,
    relevance: 1.06,
    opening: 0.12,
    cue_time: 1.03,
    cue_number: 1.09,
    cue_name: -0.16,
    cue_place: -0.55,
    cue_reason: 0.63,
    cue_definition: 0.72,
    cue_unmet: -1.62,
    new_words: -1.08,
    length: 1.45,
    dependent: -0.40,
    ..Parts::NONE
};

const CONFIDENCE_WITH_VECTORS: Confidence = Confidence {
    bias: -4.92,
    weights: Parts {
        coverage: 2.37,
        before: 1.39,
        after: 0.42,
        heading: 4.49,
        neighbours: 0.39,
        near: -0.61,
        window: 0.31,
        names: 0.35,
        names_missing: -1.32,
        kind: -0.07,
        cosine: 5.09,
        cosine_beside: 0.92,
        passage_coverage: -0.34,
        relevance: 1.12,
        cue_time: 0.45,
        cue_number: 0.25,
        cue_name: 0.19,
        cue_place: 0.31,
        cue_reason: -0.01,
        cue_definition: 1.01,
        cue_unmet: 0.07,
        ..Parts::NONE
    },
    needed_ppm: 150_000,
};

const CONFIDENCE_BY_WORDS: Confidence = Confidence {
    bias: -2.78,
    weights: Parts {
        coverage: 2.79,
        before: -0.19,
        after: 1.32,
        heading: 3.91,
        neighbours: -0.23,
        near: 0.34,
        window: -0.93,
        names: 0.58,
        names_missing: -1.46,
        kind: -0.39,
        passage_coverage: -0.02,
        relevance: 5.08,
        cue_time: 0.16,
        cue_number: 0.16,
        cue_name: -0.25,
        cue_place: -0.23,
        cue_reason: 0.06,
        cue_definition: -0.08,
        cue_unmet: -0.41,
        ..Parts::NONE
    },
    needed_ppm: 130_000,
};
