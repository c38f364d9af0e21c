//! How are numbers and dates written in a language? Which marks stand between digits, and how a date is
//! put together, the language's file says.
//!
//! Templates hold some values and borrow others; [`Borrow`] takes both.

use super::Words;
use askama::filters::HtmlSafe;
use footnote_domain::money::Nano;
use std::borrow::Borrow;
use std::fmt;
use time::OffsetDateTime;

/// An amount with all nine decimals, the zeros at its end apart: columns of them line up, to the last
/// unit, and are read at a glance.
pub struct Coins {
    head: String,
    zeros: String,
}

impl HtmlSafe for Coins {}

impl fmt::Display for Coins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { head, zeros } = self;
        // Digits and a mark: nothing that HTML would read otherwise.
        write!(f, "{head}")?;
        if zeros.is_empty() { Ok(()) } else { write!(f, "<i class=\"zeros\">{zeros}</i>") }
    }
}

impl Words {
    /// A whole number, `1 204`.
    pub fn count(&'static self, number: impl fmt::Display) -> String {
        let digits = number.to_string();
        let group = self.say("number-group").to_string();
        let mut text = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push_str(&group);
            }
            text.push(digit);
        }
        text
    }

    /// `61 %`, `<1 %`.
    pub fn percent(&'static self, ppm: impl Borrow<u32>) -> String {
        match *ppm.borrow() {
            0 => self.say("percent").put("n", 0).to_string(),
            1..5_000 => self.say("percent-below-one").to_string(),
            ppm => self.say("percent").put("n", (ppm + 5_000) / 10_000).to_string(),
        }
    }

    /// `0.38` of one.
    pub fn part(&'static self, ppm: impl Borrow<u32>) -> String {
        let hundredths = (ppm.borrow() + 5_000) / 10_000;
        self.decimal(&format!("{}.{:02}", hundredths / 100, hundredths % 100))
    }

    /// Tokens with up to nine decimals, less the zeros at the end: `0.01104`.
    pub fn amount(&'static self, nano: impl Borrow<Nano>) -> String {
        self.decimal(&nano.borrow().in_tokens())
    }

    /// For a column of amounts.
    pub fn coins(&'static self, nano: impl Borrow<Nano>) -> Coins {
        let tokens = nano.borrow().in_tokens();
        let decimals = tokens.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        Coins { zeros: "0".repeat(9_usize.saturating_sub(decimals)), head: self.decimal(&tokens) }
    }

    /// A number with a point, as this language writes it.
    pub fn decimal(&'static self, number: &str) -> String {
        match number.split_once('.') {
            None => self.count(number),
            Some((whole, part)) => {
                format!("{}{}{part}", self.count(whole), self.say("number-decimal"))
            }
        }
    }

    /// `38 ms`, `0.4 s`, `12 s`.
    pub fn duration(&'static self, milliseconds: impl Borrow<u64>) -> String {
        let milliseconds = *milliseconds.borrow();
        let seconds = |number: String| self.say("seconds").put("n", number).to_string();
        match milliseconds {
            0..100 => self.say("milliseconds").put("n", milliseconds).to_string(),
            100..10_000 => {
                let tenths = milliseconds / 100;
                seconds(self.decimal(&format!("{}.{}", tenths / 10, tenths % 10)))
            }
            _ => seconds(self.count(milliseconds / 1_000)),
        }
    }

    /// `20 Nov 2026, 20:15 UTC`, of seconds since 1970.
    pub fn date(&'static self, seconds: impl Borrow<u64>) -> String {
        let seconds = *seconds.borrow();
        let Some(at) = moment(seconds) else { return self.count(seconds) };
        let time = format!("{:02}:{:02}", at.hour(), at.minute());
        let said = self.say("date").put("day", at.day()).put("year", at.year()).put("time", time);
        said.put("month", self.month(at)).to_string()
    }

    /// `20 Nov 2026`, of seconds since 1970.
    pub fn day(&'static self, seconds: impl Borrow<u64>) -> String {
        let seconds = *seconds.borrow();
        let Some(at) = moment(seconds) else { return self.count(seconds) };
        let said = self.say("day").put("day", at.day()).put("year", at.year());
        said.put("month", self.month(at)).to_string()
    }

    fn month(&'static self, at: OffsetDateTime) -> super::Said {
        self.say("month").count(u8::from(at.month()))
    }
}

fn moment(seconds: u64) -> Option<OffsetDateTime> {
    let seconds = i64::try_from(seconds).ok()?;
    OffsetDateTime::from_unix_timestamp(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::super::by_code;
    use super::*;

    fn words(code: &str) -> &'static Words {
        by_code(code).expect("is there")
    }

    #[test]
    fn numbers_for_people() {
        let en = words("en");
        let percents = [610_000, 4_999, 0].map(|ppm: u32| en.percent(ppm));
        assert_eq!(percents, ["61\u{202f}%", "<1\u{202f}%", "0\u{202f}%"]);
        let nano = |amount| Nano::new(amount).expect("in range");
        let coins = |amount| en.coins(nano(amount)).to_string();
        assert_eq!(coins(12_000_000), "0.012<i class=\"zeros\">000000</i>");
        assert_eq!(coins(1), "0.000000001");
        let parts = [380_000, 1_000_000, 4_000].map(|ppm: u32| en.part(ppm));
        assert_eq!(parts, ["0.38", "1.00", "0.00"]);
        let counts = [7, 1_204, 1_234_567].map(|number| en.count(number));
        assert_eq!(counts, ["7", "1\u{202f}204", "1\u{202f}234\u{202f}567"]);
        let durations = [38, 412, 61_000].map(|ms: u64| en.duration(ms));
        assert_eq!(durations, ["38\u{202f}ms", "0.4\u{202f}s", "61\u{202f}s"]);
    }

    #[test]
    fn each_language_has_its_marks_and_dates() {
        let nano = Nano::new(1_234_560_000_000).expect("in range");
        assert_eq!(words("es").amount(nano), "1\u{202f}234,560");
        assert_eq!(words("zh").amount(nano), "1,234.560");
        assert_eq!(words("en").date(0u64), "1 Jan 1970, 00:00 UTC");
        assert_eq!(words("es").date(1_764_060_900u64), "25 nov 2025, 08:55 UTC");
        assert_eq!(words("zh").day(1_764_060_900u64), "2025年11月25日");
        assert_eq!(words("en").date(u64::MAX), words("en").count(u64::MAX));
    }
}
