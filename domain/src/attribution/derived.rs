//! Does a sentence add anything to an older one that it follows closely?
//!
//! Ownership ([`crate::ownership`]) knows copies whatever the question is, so it must be strict: two
//! sentences that differ in one number may be two facts. For one sentence of one answer more can be
//! said: if an older source supports it nearly as well, a younger one made of mostly the same words
//! brought nothing to it. Independent sources that say the same in words of their own stay apart,
//! and share.

use super::Constants;
use crate::payee::WHOLE_PPM;
use crate::text::token::is_cjk;
use crate::text::tokens;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The words of a sentence, for comparing it with others. Neighbouring CJK characters count in
/// pairs, since one character alone says too little.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// Hashes, ascending, with repetitions. They never leave the process.
    hashes: Vec<u64>,
}

impl Words {
    /// Those of a sentence.
    pub fn of(sentence: &str) -> Self {
        let tokens = tokens(sentence);
        let cjk = |token: &String| token.chars().all(is_cjk);
        let pairs = tokens.windows(2).filter(|pair| cjk(&pair[0]) && cjk(&pair[1]));
        let others = tokens.iter().filter(|token| !cjk(token));
        let mut hashes: Vec<u64> = pairs.map(hash).chain(others.map(hash)).collect();
        hashes.sort_unstable();
        Self { hashes }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// The part of these words that `older` has too, in ppm; 0 without words.
    pub fn contained_ppm(&self, older: &Self) -> u32 {
        if self.is_empty() {
            return 0;
        }
        let part = self.common(older) * u64::from(WHOLE_PPM) / self.hashes.len() as u64;
        u32::try_from(part).expect("a part of a whole")
    }

    fn common(&self, other: &Self) -> u64 {
        let mut others = other.hashes.iter().peekable();
        let held = |mine: &&u64| {
            while others.next_if(|theirs| theirs < mine).is_some() {}
            others.next_if_eq(mine).is_some()
        };
        self.hashes.iter().filter(held).count() as u64
    }

    /// Whether most of these words are in `older`: who wrote them had it before them, or might as
    /// well.
    pub fn follow(&self, older: &Self, constants: &Constants) -> bool {
        self.contained_ppm(older) >= constants.derived_words_ppm
    }
}

fn hash<T: Hash + ?Sized>(word: &T) -> u64 {
    let mut hasher = DefaultHasher::new();
    word.hash(&mut hasher);
    hasher.finish()
}

/// Whether a younger sentence is derived from an older one as far as one unit goes: made of mostly
/// its words, and supporting the unit little better. Supports are r in ppm.
pub fn is_derived(younger: (&Words, u32), older: (&Words, u32), constants: &Constants) -> bool {
    let needed = u64::from(younger.1) * u64::from(constants.derived_support_ppm);
    u64::from(older.1) * u64::from(WHOLE_PPM) >= needed
        && older.1 > 0
        && younger.0.follow(older.0, constants)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMI: &str = "He is noted for playing Indian classical music on the piano.";

    #[test]
    fn what_follows_closely_is_derived_and_what_says_the_same_is_not() {
        let derived = |younger: &str| {
            let (younger, older) = (Words::of(younger), Words::of(SAMI));
            is_derived((&younger, 1_000_000), (&older, 800_000), &Constants::PUBLISHED)
        };
        assert!(derived("He is famed for playing Indian classical songs on the piano."));
        assert!(derived("- playing Indian classical music on"));
        assert!(!derived("Sami became known for performing Hindustani ragas at a grand piano."));
        assert!(!derived("..."));
    }

    #[test]
    fn who_supports_much_better_is_not_derived() {
        let words = Words::of(SAMI);
        let derived = |younger: u32, older: u32| {
            is_derived((&words, younger), (&words, older), &Constants::PUBLISHED)
        };
        assert!(derived(1_000_000, 750_000) && !derived(1_000_000, 749_999));
        assert!(!derived(1, 0) && !derived(0, 0));
    }

    #[test]
    fn chinese_is_compared_by_pairs() {
        let (a, b) =
            (Words::of("他在钢琴上演奏印度古典音乐"), Words::of("典古度印奏演上琴钢在他乐音"));
        assert_eq!(a.contained_ppm(&a), 1_000_000);
        assert_eq!(a.contained_ppm(&b), 0);
    }
}
