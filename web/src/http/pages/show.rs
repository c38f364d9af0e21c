//! How are numbers, dates and hashes written for people?
//!
//! Templates hold some values and borrow others; [`Borrow`] takes both.

use askama::filters::HtmlSafe;
use footnote_domain::id::PayeeId;
use footnote_domain::money::Nano;
use std::borrow::Borrow;
use std::fmt;
use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

/// Narrow no-break space: between thousands, and between a number and its unit.
const GAP: char = '\u{202f}';

const DATE: &[BorrowedFormatItem<'_>] =
    format_description!("[day padding:none] [month repr:short] [year], [hour]:[minute] UTC");

/// `61 %`, `<1 %`.
pub(super) fn percent(ppm: impl Borrow<u32>) -> String {
    let ppm = *ppm.borrow();
    match ppm {
        0 => format!("0{GAP}%"),
        1..5_000 => format!("<1{GAP}%"),
        _ => format!("{}{GAP}%", (ppm + 5_000) / 10_000),
    }
}

/// `61.0000 %` without the gap: a length for the attribute of an SVG shape.
pub(super) fn length(ppm: impl Borrow<u32>) -> String {
    let ppm = *ppm.borrow();
    format!("{}.{:04}%", ppm / 10_000, ppm % 10_000)
}

/// `0.38` of one.
pub(super) fn part(ppm: impl Borrow<u32>) -> String {
    let hundredths = (ppm.borrow() + 5_000) / 10_000;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// `about 12 s`, `under a second`.
pub(super) fn about(time: impl Borrow<Duration>) -> String {
    match time.borrow().as_secs_f64() {
        seconds if seconds < 1.0 => "under a second".to_owned(),
        seconds => format!("about {}{GAP}s", seconds.ceil()),
    }
}

/// Tokens with nine decimals, less the zeros at the end: `0.01104`.
pub(super) fn amount(nano: impl Borrow<Nano>) -> String {
    nano.borrow().in_tokens()
}

/// An amount with all nine decimals, the zeros at its end apart: columns of them line up, to the last
/// unit, and are read at a glance.
pub(super) struct Coins {
    head: String,
    zeros: String,
}

impl HtmlSafe for Coins {}

impl fmt::Display for Coins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { head, zeros } = self;
        // Digits and a point: nothing that HTML would read otherwise.
        write!(f, "{head}")?;
        if zeros.is_empty() { Ok(()) } else { write!(f, "<i class=\"zeros\">{zeros}</i>") }
    }
}

/// For a column of amounts.
pub(super) fn coins(nano: impl Borrow<Nano>) -> Coins {
    let head = nano.borrow().in_tokens();
    let decimals = head.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    Coins { zeros: "0".repeat(9_usize.saturating_sub(decimals)), head }
}

/// A whole number, `1 204`.
pub(super) fn count(number: impl fmt::Display) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(GAP);
        }
        text.push(digit);
    }
    text
}

/// `12 texts`, `1 text`.
pub(super) fn counted(number: impl fmt::Display, one: &str, many: &str) -> String {
    let number = count(number);
    format!("{number}\u{a0}{}", if number == "1" { one } else { many })
}

/// `38 ms`, `0.4 s`, `12 s`.
pub(super) fn duration(milliseconds: impl Borrow<u64>) -> String {
    let milliseconds = *milliseconds.borrow();
    match milliseconds {
        0..100 => format!("{milliseconds}{GAP}ms"),
        100..10_000 => format!("{}.{}{GAP}s", milliseconds / 1_000, milliseconds % 1_000 / 100),
        _ => format!("{}{GAP}s", milliseconds / 1_000),
    }
}

/// `20 Nov 2026, 20:15 UTC`, of seconds since 1970.
pub(super) fn date(seconds: impl Borrow<u64>) -> String {
    formatted(*seconds.borrow(), |at| at.format(DATE).ok())
}

/// `20 Nov 2026`, of days since 1970.
pub(super) fn day(days: u64) -> String {
    const DAY: &[BorrowedFormatItem<'_>] =
        format_description!("[day padding:none] [month repr:short] [year]");
    formatted(days.saturating_mul(86_400), |at| at.format(DAY).ok())
}

/// RFC 3339, for `<time datetime>`.
pub(super) fn machine_date(seconds: impl Borrow<u64>) -> String {
    formatted(*seconds.borrow(), |at| at.format(&Rfc3339).ok())
}

fn formatted(seconds: u64, write: impl Fn(OffsetDateTime) -> Option<String>) -> String {
    let at = i64::try_from(seconds).ok().and_then(|s| OffsetDateTime::from_unix_timestamp(s).ok());
    at.and_then(write).unwrap_or_else(|| format!("second {seconds}"))
}

/// `0x71c7…976f`.
pub(super) fn short(hash: impl ToString) -> String {
    let hash = hash.to_string();
    match (hash.get(..6), hash.len().checked_sub(4).and_then(|at| hash.get(at..))) {
        (Some(head), Some(tail)) if hash.len() > 12 => format!("{head}…{tail}"),
        _ => hash,
    }
}

/// A payee's address, or the beginning of an escrow's id.
pub(super) fn payee(payee: impl Borrow<PayeeId>) -> String {
    let payee = *payee.borrow();
    payee.address().map_or_else(|| short(payee), short)
}

/// The colour of a source's number: `s1` … `s6`, then again `s1`.
pub(super) fn tone(n: u32) -> String {
    format!("s{}", n.saturating_sub(1) % 6 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        assert_eq!(
            [percent(610_000), percent(4_999), percent(0)],
            ["61\u{202f}%", "<1\u{202f}%", "0\u{202f}%"]
        );
        assert_eq!(length(612_345), "61.2345%");
        let coins = |amount| coins(Nano::new(amount).expect("in range")).to_string();
        assert_eq!(coins(12_000_000), "0.012<i class=\"zeros\">000000</i>");
        assert_eq!(coins(1), "0.000000001");
        assert_eq!([part(380_000), part(1_000_000), part(4_000)], ["0.38", "1.00", "0.00"]);
        assert_eq!(
            [count(7), count(1_204), count(1_234_567)],
            ["7", "1\u{202f}204", "1\u{202f}234\u{202f}567"]
        );
        assert_eq!(
            [duration(38), duration(412), duration(61_000)],
            ["38\u{202f}ms", "0.4\u{202f}s", "61\u{202f}s"]
        );
        assert_eq!(date(0), "1 Jan 1970, 00:00 UTC");
        assert_eq!(date(u64::MAX), format!("second {}", u64::MAX));
        assert_eq!([short("0x71c7aaaaaaaaaaaa976f"), short("0x12")], ["0x71c7…976f", "0x12"]);
        assert_eq!([tone(1), tone(6), tone(7)], ["s1", "s6", "s1"]);
    }
}
