//! How near is a passage to a question in meaning? Its own cosine, and that of its nearest sentence:
//! a long passage that answers in one sentence is near as a whole only from afar.

use crate::fusion::Fused;
use crate::generation::reader::{Generation, Vectors};
use footnote_domain::corpus::SentenceRef;

/// What the nearest sentence counts beside the passage (docs/decisions/0010).
const SENTENCE_WEIGHT: f32 = 0.5;
/// Passages that are taken for answers when the question is moved towards them.
const FEEDBACK_PASSAGES: usize = 2;
/// How far it is moved (docs/decisions/0010).
const FEEDBACK_WEIGHT: f32 = 0.4;

/// A question's vector in a generation that can compare it.
pub(super) struct Meaning<'a> {
    pub(super) vectors: &'a Vectors,
    pub(super) vector: &'a [f32],
}

impl Meaning<'_> {
    /// The passage's cosine with the question; `None` when the passage has no vector.
    pub(super) fn cosine(&self, passage: u32) -> Option<f32> {
        self.vectors.table.cosine(passage, self.vector)
    }
}

/// How near a passage is to a question with this unit vector.
pub(super) fn nearness(
    generation: &Generation,
    vectors: &Vectors,
    passage: u32,
    vector: &[f32],
) -> Option<f32> {
    let whole = vectors.table.cosine(passage, vector)?;
    let place = &generation.passages()[passage as usize];
    let sentences = place.sentences.clone().filter_map(|sentence| {
        let reference = SentenceRef { document: place.document, sentence };
        Some(cosine(generation.sentence_vector(reference)?, vector))
    });
    let nearest = sentences.fold(f32::NEG_INFINITY, f32::max);
    if nearest.is_finite() {
        Some((1.0 - SENTENCE_WEIGHT) * whole + SENTENCE_WEIGHT * nearest)
    } else {
        Some(whole)
    }
}

/// The question moved towards the best passages (Rocchio, "Relevance feedback in information
/// retrieval", 1971, with the first ranking for the judge); `None` when none of them has a vector.
pub(super) fn moved(vectors: &Vectors, vector: &[f32], ranked: &[Fused]) -> Option<Vec<f32>> {
    let mut middle = vec![0f32; vector.len()];
    for fused in ranked.iter().take(FEEDBACK_PASSAGES) {
        if let Some(best) = vectors.table.vector(fused.passage) {
            let weight = fused.score();
            middle.iter_mut().zip(best).for_each(|(sum, x)| *sum += weight * x);
        }
    }
    let middle = unit(middle)?;
    unit(vector.iter().zip(middle).map(|(asked, near)| asked + FEEDBACK_WEIGHT * near).collect())
}

fn unit(vector: Vec<f32>) -> Option<Vec<f32>> {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    (length > 0.0).then(|| vector.into_iter().map(|x| x / length).collect())
}

/// Cosine of a quantised vector with a unit vector.
fn cosine(quantised: &[i8], vector: &[f32]) -> f32 {
    let (mut dot, mut square) = (0f32, 0i32);
    for (a, b) in quantised.iter().zip(vector) {
        dot += f32::from(*a) * b;
        square += i32::from(*a) * i32::from(*a);
    }
    if square == 0 { 0.0 } else { dot / (square as f32).sqrt() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use footnote_domain::embed::quantise;

    #[test]
    fn quantised_sentences_keep_their_cosine() {
        let vector = unit((0..384).map(|i| ((i * 37 % 101) as f32 - 50.0) / 90.0).collect());
        let vector = vector.expect("not nought");
        assert!((cosine(&quantise(&vector), &vector) - 1.0).abs() < 1e-3);
        assert_eq!(cosine(&[0; 384], &vector), 0.0);
        assert_eq!(unit(vec![0.0; 3]), None);
    }
}
