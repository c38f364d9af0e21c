//! How good is a ranking? The usual four measures, as trec_eval defines them.

/// Places that nDCG looks at.
const NDCG_AT: usize = 10;
/// Places that recall looks at.
const RECALL_AT: usize = 100;

/// The measures of one ranking, or their means.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Metrics {
    /// Discounted gain of the first ten places, by the best possible.
    pub ndcg10: f64,
    /// Precision at the place of each text that answers, averaged over all that answer.
    pub map: f64,
    /// Part of the texts that answer among the first hundred.
    pub recall100: f64,
    /// 1 by the place of the first text that answers.
    pub mrr: f64,
}

impl Metrics {
    /// Judges a ranking: the grade of the text in each place (0 where it does not answer), and the
    /// grades of all texts that answer.
    pub fn of(ranked: &[f64], answering: &[f64]) -> Self {
        let answers = answering.len() as f64;
        let found: Vec<usize> = (0..ranked.len()).filter(|at| ranked[*at] > 0.0).collect();
        let precision = |(before, at): (usize, &usize)| (before + 1) as f64 / (at + 1) as f64;
        let mut best = answering.to_vec();
        best.sort_by(|a, b| b.total_cmp(a));
        Self {
            ndcg10: gain(ranked) / gain(&best),
            map: found.iter().enumerate().map(precision).sum::<f64>() / answers,
            recall100: found.iter().filter(|at| **at < RECALL_AT).count() as f64 / answers,
            mrr: found.first().map_or(0.0, |at| 1.0 / (at + 1) as f64),
        }
    }

    /// The mean of several.
    pub fn mean(all: &[Self]) -> Self {
        let mean = |of: fn(&Self) -> f64| all.iter().map(of).sum::<f64>() / all.len().max(1) as f64;
        Self {
            ndcg10: mean(|one| one.ndcg10),
            map: mean(|one| one.map),
            recall100: mean(|one| one.recall100),
            mrr: mean(|one| one.mrr),
        }
    }
}

fn gain(grades: &[f64]) -> f64 {
    let places = grades.iter().take(NDCG_AT).enumerate();
    places.map(|(at, grade)| grade / ((at + 2) as f64).log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worked_examples() {
        let perfect = Metrics::of(&[2.0, 1.0, 0.0], &[1.0, 2.0]);
        assert_eq!(perfect, Metrics { ndcg10: 1.0, map: 1.0, recall100: 1.0, mrr: 1.0 });
        // Answers in places 2 and 4 of three that exist.
        let half = Metrics::of(&[0.0, 1.0, 0.0, 1.0], &[1.0, 1.0, 1.0]);
        let best = 1.0 + 1.0 / 3f64.log2() + 0.5;
        assert!((half.ndcg10 - (1.0 / 3f64.log2() + 1.0 / 5f64.log2()) / best).abs() < 1e-12);
        assert!((half.map - (0.5 + 0.5) / 3.0).abs() < 1e-12);
        assert!((half.recall100 - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!(half.mrr, 0.5);
        assert_eq!(Metrics::of(&[], &[1.0]), Metrics::default());
        assert_eq!(Metrics::mean(&[perfect, Metrics::default()]).ndcg10, 0.5);
    }

    #[test]
    fn only_the_first_places_count() {
        let mut ranked = vec![0.0; 10];
        ranked.push(1.0);
        assert_eq!(Metrics::of(&ranked, &[1.0]).ndcg10, 0.0);
        ranked.splice(0..0, vec![0.0; 90]);
        assert_eq!(Metrics::of(&ranked, &[1.0]).recall100, 0.0);
        assert!(Metrics::of(&ranked, &[1.0]).map > 0.0);
    }
}
