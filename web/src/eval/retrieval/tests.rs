//! A small set goes through the real indexer and the real search.

use super::RetrievalEval;
use super::dataset::{Half, tests::small};
use footnote_domain::embed::{Embed, EmbedError, EmbeddingModel};
use footnote_domain::id::{Digest, keccak256};
use footnote_domain::text::{Language, tokens};
use std::sync::Arc;

/// Texts that share words are near.
struct SharedWords(EmbeddingModel);

impl Embed for SharedWords {
    fn model(&self) -> &EmbeddingModel {
        &self.0
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        let vector = |text: &&str| {
            let mut vector = vec![1e-3f32; self.0.dimensions];
            for token in tokens(text) {
                vector[usize::from(keccak256(&[token.as_bytes()])[0]) % self.0.dimensions] += 1.0;
            }
            let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
            vector.iter().map(|x| x / length).collect()
        };
        Ok(texts.iter().map(vector).collect())
    }
}

fn eval(folder: &std::path::Path, embedder: Option<Arc<dyn Embed>>) -> RetrievalEval {
    RetrievalEval {
        folders: vec![folder.to_owned()],
        half: Half::All,
        questions_most: 99,
        embedder,
        cache: None,
        fit: true,
    }
}

#[tokio::test]
async fn a_small_set_is_indexed_searched_and_reported() {
    let root = tempfile::tempdir().expect("a folder");
    let folder = root.path().join("small");
    std::fs::create_dir(&folder).expect("made");
    small(&folder);
    let report = eval(&folder, None).run().await.expect("measured");
    let json = report.json();
    let lexical = &json["sets"]["small"]["lexical"];
    for measure in ["ndcg10", "map", "recall100", "mrr"] {
        assert_eq!(
            lexical[measure], 1.0,
            "{measure}: each text answers its own question\n{json:#}"
        );
    }
    assert_eq!(&json["sets"]["small"]["hybrid"], lexical, "without a model, hybrid is lexical");
    assert!(json["sets"]["small"].get("vector").is_none(), "nothing was ranked by meaning");
    assert_eq!(json["sets"]["small"], json["languages"]["en"]);
    let text = report.text();
    for part in ["small: 4 texts, 8 questions", "1.0000", "no embedding model", "no cross-encoder"]
    {
        assert!(text.contains(part), "{part} in\n{text}");
    }

    let model = EmbeddingModel {
        id: "shared-words".into(),
        digest: Digest([5; 32]),
        dimensions: 64,
        languages: vec![Language::English],
    };
    let report = eval(&folder, Some(Arc::new(SharedWords(model)))).run().await.expect("measured");
    let json = report.json();
    assert_eq!(json["sets"]["small"]["hybrid"]["mrr"], 1.0, "{json:#}");
    assert!(json["sets"]["small"]["vector"]["mrr"].as_f64().is_some_and(|mrr| mrr > 0.5));
    assert_eq!(json["relevance"].as_array().map(Vec::len), Some(2), "by words, and by both");
}
