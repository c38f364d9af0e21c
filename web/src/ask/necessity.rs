//! Would a sentence have been written without a source? ℓ of every owner: how much less likely the
//! model finds the sentence when that owner's sentences are taken out of what it reads.
//!
//! Costs one reading of the prompt per owner and two more, for every sentence; off unless the
//! configuration asks for it, and then for answers of models that score.

use super::error::AskError;
use super::evidence::Support;
use footnote_domain::attribution::Constants;
use footnote_domain::attribution::evidence::{Evidence, necessity_ppm};
use footnote_domain::id::ContentHash;
use footnote_domain::score::{Score, ScoreError, ScoreRow};
use footnote_generator::model::before_saying;
use footnote_generator::{Request, SourceSentence};
use std::collections::BTreeMap;

/// Adds ℓ to what supports a sentence. `owner_of` names the owner of a sentence of the request.
///
/// Owners whose evidence was struck behind an older one get none: what they would be needed for is
/// that one's.
pub(super) async fn weigh(
    scorer: &dyn Score,
    request: &Request,
    owner_of: &(dyn Fn(&SourceSentence) -> ContentHash + Sync),
    said: &str,
    sentence: &str,
    supports: &mut BTreeMap<ContentHash, Support>,
    constants: &Constants,
) -> Result<(), AskError> {
    let judged: Vec<ContentHash> =
        supports.iter().filter(|(_, it)| it.behind.is_none()).map(|(owner, _)| *owner).collect();
    let row = |prompt: String| ScoreRow { prompt, continuation: sentence.to_owned() };
    let mut rows = vec![
        row(before_saying(request, |_| true, said)),
        row(before_saying(request, |_| false, said)),
    ];
    rows.extend(
        judged.iter().map(|owner| {
            row(before_saying(request, |sentence| owner_of(sentence) != *owner, said))
        }),
    );
    let scored = scorer.log_probs(&rows).await.map_err(broken)?;
    let sums: Vec<f64> =
        scored.iter().map(|row| row.iter().copied().map(f64::from).sum()).collect();
    if sums.len() != rows.len() || sums.iter().any(|sum| !sum.is_finite()) {
        return Err(broken(ScoreError("it gave no probability for every row".to_owned())));
    }
    let epsilon = f64::from(constants.epsilon_millinat) / 1_000.0;
    for support in supports.values_mut() {
        support.necessity_ppm = Some(0);
    }
    for (owner, without) in judged.iter().zip(&sums[2..]) {
        let support = supports.get_mut(owner).expect("one of the owners judged");
        let necessity = necessity_ppm(sums[0], *without, sums[1], epsilon);
        support.necessity_ppm = Some(necessity);
        let kinds = Evidence {
            wording_ppm: vec![support.wording_ppm],
            meaning_ppm: vec![support.meaning_ppm],
            necessity_ppm: Some(vec![necessity]),
        };
        support.support_ppm = kinds.support(1, constants)[0];
    }
    Ok(())
}

fn broken(error: ScoreError) -> AskError {
    AskError::Broken(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_trait::async_trait;
    use footnote_domain::corpus::SentenceRef;
    use footnote_domain::text::{Language, SentenceKind, Unigrams};
    use footnote_generator::Source;
    use std::sync::Arc;

    /// Finds a sentence the likelier the more of its words it has read.
    struct Reader;

    #[async_trait]
    impl Score for Reader {
        async fn log_probs(&self, rows: &[ScoreRow]) -> Result<Vec<Vec<f32>>, ScoreError> {
            let words = |row: &ScoreRow| -> Vec<f32> {
                let known = |word: &str| if row.prompt.contains(word) { -0.1 } else { -4.0 };
                row.continuation.split(' ').map(known).collect()
            };
            Ok(rows.iter().map(words).collect())
        }
    }

    struct Silent;

    #[async_trait]
    impl Score for Silent {
        async fn log_probs(&self, _: &[ScoreRow]) -> Result<Vec<Vec<f32>>, ScoreError> {
            Ok(Vec::new())
        }
    }

    fn source(document: u32, text: &str) -> Source {
        Source {
            passage: document,
            document,
            content_hash: owner(document),
            title: "t".into(),
            section: String::new(),
            rank: document,
            score: 1.0,
            relevance_ppm: 1_000_000,
            sentences: vec![SourceSentence {
                reference: SentenceRef { document, sentence: 0 },
                text: text.into(),
                kind: SentenceKind::Prose,
                owned: true,
                vector: None,
            }],
        }
    }

    fn owner(document: u32) -> ContentHash {
        ContentHash([document as u8; 32])
    }

    fn request(texts: &[&str]) -> Request {
        Request {
            question: "what?".into(),
            language: Language::English,
            question_vector: None,
            sources: (0u32..).zip(texts).map(|(n, text)| source(n, text)).collect(),
            max_sentences: 3,
            idf: Arc::new(Unigrams::default()),
            adapters: Vec::new(),
        }
    }

    fn unsupported(document: u32) -> (ContentHash, Support) {
        let sentence = SentenceRef { document, sentence: 0 };
        let support = Support {
            wording_ppm: 0,
            meaning_ppm: 0,
            necessity_ppm: None,
            support_ppm: 0,
            sentence,
            behind: None,
        };
        (owner(document), support)
    }

    async fn weighed(
        texts: &[&str],
        mut supports: BTreeMap<ContentHash, Support>,
    ) -> BTreeMap<ContentHash, Support> {
        let by_document = |sentence: &SourceSentence| owner(sentence.reference.document);
        let constants = Constants::PUBLISHED;
        let asked = request(texts);
        weigh(&Reader, &asked, &by_document, "", "alpha beta", &mut supports, &constants)
            .await
            .expect("scored");
        supports
    }

    #[tokio::test]
    async fn who_is_needed_is_supported_and_who_is_not_is_not() {
        let all = BTreeMap::from([unsupported(0), unsupported(1), unsupported(2)]);
        let found = weighed(&["alpha", "beta", "gamma"], all).await;
        let of = |n: u32| (found[&owner(n)].necessity_ppm, found[&owner(n)].support_ppm);
        assert_eq!(of(0), (Some(500_000), 500_000));
        assert_eq!(of(1), (Some(500_000), 500_000));
        assert_eq!(of(2), (Some(0), 0));
    }

    #[tokio::test]
    async fn of_two_that_say_the_same_neither_is_needed_and_a_struck_one_gets_nothing() {
        let all = BTreeMap::from([unsupported(0), unsupported(1)]);
        let found = weighed(&["alpha beta", "alpha beta"], all).await;
        assert!(found.values().all(|support| support.necessity_ppm == Some(0)));
        let mut all = BTreeMap::from([unsupported(0), unsupported(1)]);
        all.get_mut(&owner(1)).expect("there").behind = Some(owner(0));
        let found = weighed(&["alpha", "beta"], all).await;
        assert_eq!(found[&owner(0)].necessity_ppm, Some(500_000));
        assert_eq!(found[&owner(1)].necessity_ppm, Some(0));
    }

    #[tokio::test]
    async fn a_scorer_that_leaves_rows_out_fails_the_answer() {
        let mut all = BTreeMap::from([unsupported(0)]);
        let by_document = |sentence: &SourceSentence| owner(sentence.reference.document);
        let constants = Constants::PUBLISHED;
        let asked = request(&["alpha"]);
        let said = weigh(&Silent, &asked, &by_document, "", "a", &mut all, &constants).await;
        assert!(said.is_err());
    }
}
