//! Which contributions may be found? One filter for all three indexes: each applies it before it
//! ranks, so that whatever is filtered out neither takes a place nor shifts a score.

use footnote_domain::corpus::Contribution;
use footnote_domain::id::{DatanetId, PayeeId};
use footnote_domain::text::Language;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What a contribution must be. Values of one kind are alternatives, kinds add up; an empty kind asks
/// for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// In one of these Datanets.
    pub datanets: Vec<DatanetId>,
    /// Paying one of these.
    pub contributors: Vec<PayeeId>,
    /// In one of these languages.
    pub languages: Vec<Language>,
    /// Written on this day or later, as declared; a text without a day is then left out.
    pub written_from: Option<Day>,
    /// Written on this day or before, as declared; a text without a day is then left out.
    pub written_to: Option<Day>,
}

impl Filter {
    /// The texts of these Datanets; all when none is named.
    pub fn of_datanets(datanets: &[DatanetId]) -> Self {
        Self { datanets: datanets.to_vec(), ..Self::default() }
    }

    /// Whether everything passes.
    pub fn is_open(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a contribution with these facets passes.
    pub fn admits(&self, facets: &Facets) -> bool {
        let written = |fits: &dyn Fn(Day) -> bool| facets.written.is_some_and(fits);
        (self.datanets.is_empty() || self.datanets.contains(&facets.datanet))
            && (self.contributors.is_empty()
                || facets.contributors.iter().any(|payee| self.contributors.contains(payee)))
            && (self.languages.is_empty() || self.languages.contains(&facets.language))
            && self.written_from.is_none_or(|from| written(&|day| day >= from))
            && self.written_to.is_none_or(|to| written(&|day| day <= to))
    }
}

/// What of a contribution a [`Filter`] looks at; kept beside each vector.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Facets {
    /// Its Datanet.
    pub datanet: DatanetId,
    /// Its payees.
    pub contributors: Vec<PayeeId>,
    /// Its language.
    pub language: Language,
    /// Its day of writing, when a real one is declared.
    pub written: Option<Day>,
}

impl Facets {
    /// Those of a contribution.
    pub fn of(contribution: &Contribution) -> Self {
        Self {
            datanet: contribution.datanet,
            contributors: contribution.payees.shares().iter().map(|share| share.payee).collect(),
            language: contribution.language,
            written: contribution.description.created.parse().ok(),
        }
    }
}

/// A calendar day, kept as the number `YYYYMMDD`: days compare as their numbers do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Day(u32);

impl Day {
    /// `YYYYMMDD`.
    pub fn number(self) -> u32 {
        self.0
    }
}

/// A text that is no day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no day; write it as YYYY-MM-DD")]
pub struct ParseDayError(String);

impl FromStr for Day {
    type Err = ParseDayError;

    /// `YYYY-MM-DD`, alone or before the time of day (`2026-03-02T10:00:00Z`).
    fn from_str(text: &str) -> Result<Self, ParseDayError> {
        let refuse = || ParseDayError(text.chars().take(40).collect());
        let day = text.split(['T', ' ']).next().unwrap_or_default();
        let parts: Vec<&str> = day.split('-').collect();
        let [year, month, day] = parts[..] else { return Err(refuse()) };
        let number = |digits: &str, length: usize| -> Option<u32> {
            let plain = digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| digits.parse().ok())?
        };
        let (Some(year), Some(month), Some(day)) =
            (number(year, 4), number(month, 2), number(day, 2))
        else {
            return Err(refuse());
        };
        if !(1..=12).contains(&month) || day == 0 || day > days_in(year, month) {
            return Err(refuse());
        }
        Ok(Self(year * 10_000 + month * 100 + day))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0 / 10_000, self.0 / 100 % 100, self.0 % 100)
    }
}

fn days_in(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_days_of_the_calendar() {
        let day = |text: &str| text.parse::<Day>().map(Day::number);
        assert_eq!(day("2026-03-02"), Ok(20_260_302));
        assert_eq!(day("2024-02-29T10:00:00Z"), Ok(20_240_229));
        for bad in ["", "2026", "2026-13-01", "2026-02-29", "1900-02-29", "26-01-01", "+026-01-01"]
        {
            assert_eq!(day(bad), Err(ParseDayError(bad.to_owned())), "{bad}");
        }
        assert_eq!("2026-03-02".parse::<Day>().expect("a day").to_string(), "2026-03-02");
    }

    #[test]
    fn kinds_add_up_and_values_are_alternatives() {
        let facets = Facets {
            datanet: DatanetId([1; 32]),
            contributors: vec![PayeeId([2; 32]), PayeeId([3; 32])],
            language: Language::Spanish,
            written: "2026-03-02".parse().ok(),
        };
        let undated = Facets { written: None, ..facets.clone() };
        let filter = Filter {
            datanets: vec![DatanetId([9; 32]), DatanetId([1; 32])],
            contributors: vec![PayeeId([3; 32])],
            languages: vec![Language::Spanish],
            written_from: "2026-03-02".parse().ok(),
            written_to: None,
        };
        assert!(filter.admits(&facets) && !filter.admits(&undated));
        assert!(Filter::default().admits(&undated) && Filter::default().is_open());
        let before = Filter { written_to: "2026-03-01".parse().ok(), ..filter.clone() };
        assert!(!before.admits(&facets));
        let other = Filter { languages: vec![Language::English], ..filter };
        assert!(!other.admits(&facets));
    }
}
