//! What was earned day by day? Bars for the eye, and the same figures as a table.

use crate::http::words::Words;
use footnote_domain::money::Nano;
use footnote_ledger::DayEarnings;

/// Days in the picture; the table has them all.
const DAYS: u64 = 30;
/// The picture's own units, width and height of the plot.
const WIDTH: u64 = 600;
const HEIGHT: i128 = 100;

/// A chart and its table.
pub(super) struct Days {
    /// The last days, those without earnings too.
    pub(super) bars: Vec<Bar>,
    /// Every day with earnings, the newest first.
    pub(super) rows: Vec<Row>,
    /// What the highest bar stands for.
    pub(super) most: Nano,
    pub(super) first: String,
    pub(super) last: String,
}

/// One day in the picture.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bar {
    pub(super) x: String,
    pub(super) y: i128,
    pub(super) width: String,
    pub(super) height: i128,
    pub(super) title: String,
}

/// One day in the table.
pub(super) struct Row {
    pub(super) date: String,
    pub(super) day: DayEarnings,
}

impl Days {
    /// The days up to `today` (days since 1970).
    pub(super) fn of(words: &'static Words, earned: &[DayEarnings], today: u64) -> Self {
        let first = today.saturating_sub(DAYS - 1);
        let of = |day: u64| {
            let found = earned.iter().find(|one| one.day == day);
            found.map_or(Nano::ZERO, |one| one.amount)
        };
        let shown: Vec<(u64, Nano)> = (first..=today).map(|day| (day, of(day))).collect();
        let most = shown.iter().map(|(_, amount)| *amount).max().unwrap_or_default();
        let rows = earned.iter().rev().map(|day| Row { date: date(words, day.day), day: *day });
        Self {
            bars: (0..)
                .zip(&shown)
                .map(|(at, (day, amount))| bar(words, at, *day, *amount, most))
                .collect(),
            rows: rows.collect(),
            most,
            first: date(words, first),
            last: date(words, today),
        }
    }

    /// Whether anything can be seen in the picture.
    pub(super) fn has_picture(&self) -> bool {
        self.most > Nano::ZERO
    }
}

fn date(words: &'static Words, day: u64) -> String {
    words.day(day.saturating_mul(86_400))
}

fn bar(words: &'static Words, at: u64, day: u64, amount: Nano, most: Nano) -> Bar {
    let slot = WIDTH * 100 / DAYS;
    let hundredths = |value: u64| format!("{}.{:02}", value / 100, value % 100);
    // Whatever was earned can be seen.
    let height = match amount.wide() {
        0 => 0,
        amount => (amount * HEIGHT / most.wide().max(1)).max(2),
    };
    Bar {
        x: hundredths(at * slot + slot / 10),
        y: HEIGHT - height,
        width: hundredths(slot * 8 / 10),
        height,
        title: format!("{}: {}", date(words, day), words.amount(amount)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::words;

    fn day(day: u64, amount: i128) -> DayEarnings {
        DayEarnings { day, amount: Nano::new(amount).expect("in range"), answers: 1 }
    }

    #[test]
    fn the_picture_has_every_day_and_the_table_those_with_earnings() {
        let days = Days::of(words::default(), &[day(10, 7), day(95, 1_000), day(100, 1)], 100);
        assert_eq!((days.bars.len(), days.rows.len()), (30, 3));
        let heights: Vec<i128> = days.bars.iter().map(|bar| bar.height).collect();
        assert_eq!(heights.iter().filter(|height| **height > 0).count(), 2);
        assert_eq!((heights[24], heights[29]), (100, 2));
        assert_eq!(days.bars[24].y, 0);
        assert_eq!(days.rows[0].day.day, 100);
        assert!(!Days::of(words::default(), &[day(10, 7)], 100).has_picture());
    }
}
