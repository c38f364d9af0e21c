//! What may the owner of a key decide? The fields of a form or of JSON, parsed once.

use footnote_domain::money::Nano;
use footnote_ledger::{KeyCaps, KeyKind, KeyTerms};

/// Longest name and longest text of a key, in characters.
const NAME_MOST: usize = 60;
const WORDS_MOST: usize = 300;
/// Sites of one key.
const ORIGINS_MOST: usize = 20;

/// Terms that cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TermsError {
    /// A text that is too long or holds what is no text.
    #[error("{what} must be one line of at most {most} characters")]
    Text {
        /// Which.
        what: &'static str,
        /// Its limit.
        most: usize,
    },
    /// Nothing to call the key by.
    #[error("give the key a name, so that you know later where it is used")]
    Nameless,
    /// What is no site.
    #[error("`{0}` is no site; write it as https://example.org, without a path")]
    Origin(String),
    /// Too many sites.
    #[error("a key serves at most {ORIGINS_MOST} sites; make another one for the rest")]
    Origins,
    /// A secret key with sites.
    #[error("a secret key serves no pages: leave the sites empty, or make a public key")]
    SecretWithOrigins,
    /// What is no amount.
    #[error("`{0}` is no amount of tokens; write it as 0.5")]
    Amount(String),
    /// A key that everybody can see, without a limit.
    #[error("a public key needs a cap for the day, for an address and for a visitor")]
    Uncapped,
}

/// Terms as they were written.
#[derive(Debug, Clone, Default)]
pub struct WrittenTerms {
    /// What the owner calls the key.
    pub name: String,
    /// Sites, separated by white space or commas.
    pub origins: String,
    /// Tokens a day; empty for none.
    pub per_day: String,
    /// Tokens a day for one address.
    pub per_ip: String,
    /// Tokens a day for one visitor.
    pub per_visitor: String,
    /// What visitors are told when a cap is reached.
    pub over_limit: String,
}

/// Reads what was written for a kind of key.
pub fn parse(kind: KeyKind, written: &WrittenTerms) -> Result<KeyTerms, TermsError> {
    let name = line("the name", &written.name, NAME_MOST)?;
    if name.is_empty() {
        return Err(TermsError::Nameless);
    }
    let split = written.origins.split(|c: char| c.is_whitespace() || c == ',');
    let origins = split.filter(|part| !part.is_empty()).map(origin);
    let mut origins = origins.collect::<Result<Vec<String>, TermsError>>()?;
    origins.sort();
    origins.dedup();
    if origins.len() > ORIGINS_MOST {
        return Err(TermsError::Origins);
    }
    let caps = KeyCaps {
        per_day: amount(&written.per_day)?,
        per_ip: amount(&written.per_ip)?,
        per_visitor: amount(&written.per_visitor)?,
    };
    let all = [caps.per_day, caps.per_ip, caps.per_visitor];
    match kind {
        KeyKind::Secret if !origins.is_empty() => return Err(TermsError::SecretWithOrigins),
        KeyKind::Public if all.contains(&None) => return Err(TermsError::Uncapped),
        _ => {}
    }
    let over_limit = line("the text", &written.over_limit, WORDS_MOST)?;
    Ok(KeyTerms { name, origins, caps, over_limit })
}

fn line(what: &'static str, text: &str, most: usize) -> Result<String, TermsError> {
    let text = text.trim();
    if text.chars().count() > most || text.chars().any(char::is_control) {
        return Err(TermsError::Text { what, most });
    }
    Ok(text.to_owned())
}

/// A site as browsers name it: scheme, host in small letters, and the port unless it is the usual one.
pub fn origin(text: &str) -> Result<String, TermsError> {
    let refuse = || TermsError::Origin(text.chars().take(80).collect());
    let parsed = reqwest::Url::parse(text).map_err(|_| refuse())?;
    let plain = matches!(parsed.scheme(), "http" | "https")
        && parsed.username().is_empty()
        && parsed.password().is_none()
        && parsed.path() == "/"
        && parsed.query().is_none()
        && parsed.fragment().is_none()
        && parsed.host_str().is_some_and(|host| !host.contains('*'));
    if plain { Ok(parsed.origin().ascii_serialization()) } else { Err(refuse()) }
}

/// `0.5` tokens; nothing for an empty field.
fn amount(text: &str) -> Result<Option<Nano>, TermsError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let refuse = || TermsError::Amount(text.chars().take(40).collect());
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 12 || part.len() > 9 || !digits(whole) || !digits(part) {
        return Err(refuse());
    }
    let nano: i128 = format!("{whole}{part:0<9}").parse().map_err(|_| refuse())?;
    Nano::new(nano).map(Some).map_err(|_| refuse())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written() -> WrittenTerms {
        WrittenTerms {
            name: " The shop ".into(),
            origins: "https://Shop.example, https://shop.example:443\nhttp://localhost:3000".into(),
            per_day: "1".into(),
            per_ip: "0.5".into(),
            per_visitor: "0.000000001".into(),
            over_limit: "Come back tomorrow.".into(),
        }
    }

    #[test]
    fn sites_are_named_as_browsers_name_them_and_amounts_to_the_unit() {
        let terms = parse(KeyKind::Public, &written()).expect("can be kept");
        assert_eq!(terms.name, "The shop");
        assert_eq!(terms.origins, ["http://localhost:3000", "https://shop.example"]);
        let caps = [terms.caps.per_day, terms.caps.per_ip, terms.caps.per_visitor];
        let caps = caps.map(|cap| cap.expect("is set").get());
        assert_eq!(caps, [1_000_000_000, 500_000_000, 1]);
    }

    #[test]
    fn what_cannot_be_kept_is_refused() {
        let check = |kind, change: fn(&mut WrittenTerms), wanted: &str| {
            let mut changed = written();
            change(&mut changed);
            let error = parse(kind, &changed).expect_err(wanted).to_string();
            assert!(error.contains(wanted), "{error}");
        };
        let public = KeyKind::Public;
        check(public, |terms| terms.name = "  ".into(), "name");
        check(public, |terms| terms.name = "a\nb".into(), "one line");
        check(public, |terms| terms.name = "x".repeat(61), "60");
        for site in ["shop.example", "https://a.example/path", "https://*.example", "null", "*"] {
            let changed = WrittenTerms { origins: site.into(), ..written() };
            assert_eq!(parse(public, &changed), Err(TermsError::Origin(site.into())));
        }
        for user in ["https://me:x@a.example", "javascript://a", "file:///etc"] {
            assert!(origin(user).is_err(), "{user}");
        }
        check(public, |terms| terms.per_day = "much".into(), "no amount");
        check(public, |terms| terms.per_day = "-1".into(), "no amount");
        check(public, |terms| terms.per_day = "1.0000000001".into(), "no amount");
        check(public, |terms| terms.per_day = "999999999999".into(), "no amount");
        check(public, |terms| terms.per_ip = String::new(), "needs a cap");
        check(KeyKind::Secret, |_| {}, "no pages");
        let many = (0..21).map(|n| format!("https://s{n}.example ")).collect::<String>();
        let changed = WrittenTerms { origins: many, ..written() };
        assert_eq!(parse(public, &changed), Err(TermsError::Origins));
    }
}
