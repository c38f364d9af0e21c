//! How much does each part count, when is it enough, and when is nothing said? One place for every
//! number, with the measurement that chose it.

use super::lexical::LexicalSettings;
use super::parts::{Parts, RankingWeights};
use super::refusal::Confidence;
use super::select::SelectionSettings;

/// All numbers of the extractive backend.
///
/// Chosen on the tune halves (first hex digit of SHA-256(question id) below 8) with
/// `examples/fit_extractive`, eight passages a question, found by a plain BM25 over whole paragraphs:
///
/// - *Ranking*: maximum likelihood of the sentence that holds the gold answer under a softmax over
///   the question's candidates, sets weighted by the root of their size. By words: squad_v2.0_dev,
///   xquad_en, xquad_es and xquad_zh; with vectors (int8 all-MiniLM-L6-v2): the two English sets.
///   `dependent` is not fitted but set to −0.4, so that pronouns are seldom left hanging: it costs
///   0.3 points of best sentences.
/// - *Confidence*: a logistic of "the best sentence answers" on the absolute parts, over the
///   answerable questions, SQuAD's unanswerable ones, and the answerable ones with their article
///   taken out of the corpus. `needed_ppm` refuses a twentieth of the answerable tune questions.
/// - *Selection*: `fraction_of_best` .3 / .2 / .15 / .1 / .07 / .05 quoted the answer in .875 / .890
///   / .900 / .908 / .914 / .918 at 1.45 / 1.62 / 1.75 / 1.91 / 2.06 / 2.18 sentences (SQuAD, with
///   vectors, nothing refused).
///
/// On the report halves, refusals counted as misses:
///
/// | set | answer quoted | in the first sentence | sentences | answerable refused | article missing refused |
/// |---|---|---|---|---|---|
/// | squad_v2.0_dev, vectors | .880 | .755 | 1.98 | .042 | .834 |
/// | xquad_en, vectors | .892 | .757 | 1.78 | .057 | .965 |
/// | squad_v2.0_dev, words | .862 | .723 | 2.13 | .038 | .548 |
/// | xquad_en, words | .904 | .730 | 1.95 | .042 | .789 |
/// | xquad_es, words | .867 | .720 | 2.06 | .076 | .787 |
/// | xquad_zh, words | .840 | .684 | 2.01 | .091 | .863 |
///
/// SQuAD's unanswerable questions are made to look answerable: .135 of them are refused with
/// vectors, .051 by words.
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
                fraction_of_best: 0.07,
                enough: 0.95,
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
    coverage: 3.34,
    local: 3.46,
    before: 3.01,
    after: 3.01,
    heading: 3.01,
    neighbours: 1.36,
    cosine: 6.29,
    passage_coverage: 1.82,
    passage: 3.36,
    rank: 1.03,
    opening: 0.04,
    cue_time: 1.95,
    cue_number: 1.95,
    cue_name: 1.95,
    cue_reason: 1.95,
    cue_definition: 1.95,
    length: 0.6,
    dependent: -0.4,
    ..Parts::NONE
};

const RANKING_BY_WORDS: RankingWeights = Parts {
    coverage: 6.95,
    local: 1.85,
    before: 2.85,
    after: 2.85,
    heading: 2.85,
    neighbours: 0.97,
    passage_coverage: 2.24,
    passage: 4.87,
    rank: 0.29,
    opening: 0.14,
    cue_time: 2.07,
    cue_number: 2.07,
    cue_name: 2.07,
    cue_reason: 2.07,
    cue_definition: 2.07,
    length: -0.08,
    dependent: -0.4,
    ..Parts::NONE
};

const CONFIDENCE_WITH_VECTORS: Confidence = Confidence {
    bias: -5.76,
    weights: Parts {
        coverage: 4.88,
        before: 3.08,
        after: 3.08,
        heading: 3.08,
        neighbours: 0.38,
        cosine: 5.74,
        passage_coverage: -2.22,
        ..Parts::NONE
    },
    needed_ppm: 111_000,
};

const CONFIDENCE_BY_WORDS: Confidence = Confidence {
    bias: -3.68,
    weights: Parts {
        coverage: 5.71,
        before: 3.17,
        after: 3.17,
        heading: 3.17,
        neighbours: 1.36,
        passage_coverage: -1.03,
        ..Parts::NONE
    },
    needed_ppm: 113_000,
};
