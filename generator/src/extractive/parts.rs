//! What speaks for a sentence: one list of numbers between 0 and 1, each of which an owner may be
//! shown, and the weights that make them comparable.

macro_rules! parts {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// What speaks for a sentence, or the weight of each such part.
        #[derive(Debug, Clone, Copy, Default, PartialEq)]
        pub struct Parts {
            $($(#[$doc])* pub $name: f64,)*
        }

        impl Parts {
            /// The parts' names in the order of their declaration.
            pub const NAMES: [&'static str; [$(stringify!($name)),*].len()] =
                [$(stringify!($name)),*];

            /// All 0: the weights of a judgement that goes by none of them.
            pub const NONE: Self = Self { $($name: 0.0,)* };

            /// The parts in the order of their declaration.
            pub fn values(&self) -> [f64; Self::NAMES.len()] {
                [$(self.$name),*]
            }

            /// Puts [`Self::values`] together again.
            pub fn from_values(values: [f64; Self::NAMES.len()]) -> Self {
                let [$($name),*] = values;
                Self { $($name),* }
            }
        }
    };
}

parts! {
    /// Question's words that the sentence holds, by their rarity in the corpus.
    coverage,
    /// The same, by their rarity among the candidates.
    local,
    /// Question's words held only by the sentence before it.
    before,
    /// Held only by the sentence after it.
    after,
    /// Held only by the title or the section.
    heading,
    /// Neighbouring question words that are neighbours in the sentence.
    neighbours,
    /// Neighbouring question words that stand within three words of one another.
    near,
    /// Question's words within the twelve words that hold most of them.
    window,
    /// The question's names and numbers that the sentence holds.
    names,
    /// The question's names and numbers that are neither in the passage nor above it.
    names_missing,
    /// The words after `what` or `which`: the kind of thing wanted; answers often leave them out.
    kind,
    /// Cosine to the question; 0 without vectors.
    cosine,
    /// The greater cosine of the two sentences beside it.
    cosine_beside,
    /// 1 for the sentence with most of the question's words of all.
    leads_words,
    /// 1 for the sentence nearest in meaning of all.
    leads_meaning,
    /// Question's words that the whole passage holds.
    passage_coverage,
    /// The passage's fused score over the best passage's.
    passage,
    /// 1 / (1 + rank) of the passage.
    rank,
    /// The retriever's estimate that the passage is relevant.
    relevance,
    /// 1 for the first sentence of its passage.
    opening,
    /// 1 where a time is wanted and it names one that the question does not.
    cue_time,
    /// 1 where a number is wanted and it holds one that the question does not.
    cue_number,
    /// 1 where somebody is wanted and it names one.
    cue_name,
    /// 1 where a place is wanted and it names one.
    cue_place,
    /// 1 where a reason is wanted and it gives one.
    cue_reason,
    /// 1 where a definition is wanted and it gives one.
    cue_definition,
    /// 1 where a kind of thing is wanted of which it holds none.
    cue_unmet,
    /// Words that the question does not hold, over 40, at most 1.
    new_words,
    /// Tokens over 60, at most 1.
    length,
    /// 1 where it points at a sentence before it, or announces one that is not at hand.
    dependent,
}

/// Weights of [`Parts`] in the log-odds of a sentence.
pub type RankingWeights = Parts;

impl Parts {
    /// Σ weight · part.
    pub fn dot(&self, weights: &Self) -> f64 {
        self.values().iter().zip(weights.values()).map(|(part, weight)| part * weight).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_go_together() {
        let one = Parts { coverage: 0.5, dependent: 1.0, ..Parts::NONE };
        assert_eq!(Parts::from_values(one.values()), one);
        assert_eq!(
            (Parts::NAMES[0], Parts::NAMES[Parts::NAMES.len() - 1]),
            ("coverage", "dependent")
        );
        assert_eq!(one.dot(&Parts { coverage: 4.0, dependent: -1.0, ..Parts::NONE }), 1.0);
    }
}
