//! How do hashes, lengths and machine-readable times stand on a page? What depends on the reader's
//! language is written by [`crate::http::words`].
//!
//! Templates hold some values and borrow others; [`Borrow`] takes both.

use footnote_domain::id::PayeeId;
use std::borrow::Borrow;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// `61.0000 %` without the gap: a length for the attribute of an SVG shape.
pub(super) fn length(ppm: impl Borrow<u32>) -> String {
    let ppm = *ppm.borrow();
    format!("{}.{:04}%", ppm / 10_000, ppm % 10_000)
}

/// RFC 3339, for `<time datetime>`, of seconds since 1970.
pub(super) fn machine_date(seconds: impl Borrow<u64>) -> String {
    let seconds = *seconds.borrow();
    let at = i64::try_from(seconds).ok().and_then(|s| OffsetDateTime::from_unix_timestamp(s).ok());
    at.and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_else(|| seconds.to_string())
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

/// A text as a part of an address.
pub(super) fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// The colour of a source's number: `s1` … `s6`, then again `s1`.
pub(super) fn tone(n: u32) -> String {
    format!("s{}", n.saturating_sub(1) % 6 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_hashes_and_tones() {
        assert_eq!(length(612_345), "61.2345%");
        assert_eq!(machine_date(0), "1970-01-01T00:00:00Z");
        assert_eq!(machine_date(u64::MAX), u64::MAX.to_string());
        assert_eq!([short("0x71c7aaaaaaaaaaaa976f"), short("0x12")], ["0x71c7…976f", "0x12"]);
        assert_eq!([tone(1), tone(6), tone(7)], ["s1", "s6", "s1"]);
    }
}
