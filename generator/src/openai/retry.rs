//! Is it worth asking again, and when? Only before the first token: a reader never sees an answer
//! begin twice.

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use std::time::{Duration, SystemTime};

/// The first pause; each further one is twice as long.
const PAUSE_FIRST: Duration = Duration::from_millis(250);
/// The longest pause that is not the server's own wish.
const PAUSE_MOST: Duration = Duration::from_secs(8);

/// Whether a status is passing: too much asked, or a server that is starting or overloaded.
pub(super) fn passes(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 425 | 429 | 500 | 502 | 503 | 504 | 529)
}

/// How long the server asks to be left alone: seconds, or a date.
pub(super) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(Duration::from_secs(seconds.into()));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

/// The pause before try number `next` (the second is 2). `chance` in 0..1 spreads callers who were
/// refused together over half the pause.
pub(super) fn pause(next: u32, asked: Option<Duration>, chance: f64) -> Duration {
    let doubled = PAUSE_FIRST.saturating_mul(1 << next.saturating_sub(2).min(16)).min(PAUSE_MOST);
    let spread = doubled.mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0);
    asked.map_or(spread, |asked| asked.max(spread))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_spread_and_obey_the_server() {
        let ms = |next, asked, chance| pause(next, asked, chance).as_millis();
        assert_eq!((ms(2, None, 0.0), ms(2, None, 1.0)), (125, 250));
        assert_eq!((ms(3, None, 1.0), ms(4, None, 1.0), ms(90, None, 1.0)), (500, 1_000, 8_000));
        assert_eq!(ms(2, Some(Duration::from_secs(30)), 0.5), 30_000);
        assert_eq!(ms(2, Some(Duration::ZERO), 0.0), 125);
    }

    #[test]
    fn the_servers_wish_is_seconds_or_a_date() {
        let wish = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().expect("a header"));
            retry_after(&headers, SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_770))
        };
        assert_eq!(wish("7"), Some(Duration::from_secs(7)));
        assert_eq!(wish("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::from_secs(7)));
        assert_eq!(wish("Mon, 06 Nov 1989 08:49:37 GMT"), Some(Duration::ZERO));
        assert_eq!((wish("soon"), wish("-1")), (None, None));
        assert_eq!(retry_after(&HeaderMap::new(), SystemTime::now()), None);
    }

    #[test]
    fn what_passes() {
        assert!(
            [429, 500, 503].iter().all(|code| passes(StatusCode::from_u16(*code).expect("one")))
        );
        assert!(
            [400, 401, 404].iter().all(|code| !passes(StatusCode::from_u16(*code).expect("one")))
        );
    }
}
