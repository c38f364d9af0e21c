//! What does a browser or a program hold? 256 random bits in hexadecimal: a session, or behind `sk_` or
//! `pk_` an API key. The ledger gets hashes alone, so that its file opens nothing.

use footnote_domain::id::Digest;
use footnote_ledger::KeyKind;

/// Hexadecimal digits of 256 bits.
const DIGITS: usize = 64;
/// Letters of a key that its list shows, to tell keys apart.
const HINT: usize = 4;

/// What a signed-in browser holds.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken(String);

/// An API key, shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyText {
    kind: KeyKind,
    text: String,
}

impl SessionToken {
    /// A new one.
    pub fn new() -> Self {
        Self(random())
    }

    /// One that was given to a browser, as far as its form says.
    pub fn parse(text: &str) -> Option<Self> {
        is_random(text).then(|| Self(text.to_owned()))
    }

    /// As the browser keeps it.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// By which the ledger knows it.
    pub fn id(&self) -> Digest {
        Digest::of(&[b"footnote session", self.0.as_bytes()])
    }
}

impl Default for SessionToken {
    fn default() -> Self {
        Self::new()
    }
}

impl KeyText {
    /// A new one.
    pub fn new(kind: KeyKind) -> Self {
        Self { kind, text: format!("{}{}", prefix(kind), random()) }
    }

    /// One that was made here, as far as its form says.
    pub fn parse(text: &str) -> Option<Self> {
        let kinds = [KeyKind::Secret, KeyKind::Public];
        let kind = kinds.into_iter().find(|kind| text.starts_with(prefix(*kind)))?;
        is_random(&text[prefix(kind).len()..]).then(|| Self { kind, text: text.to_owned() })
    }

    /// What it opens.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The key itself.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// By which the ledger knows it.
    pub fn hash(&self) -> Digest {
        Digest::of(&[b"footnote key", self.text.as_bytes()])
    }

    /// Its last letters.
    pub fn hint(&self) -> &str {
        &self.text[self.text.len() - HINT..]
    }
}

fn prefix(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::Secret => "sk_",
        KeyKind::Public => "pk_",
    }
}

fn random() -> String {
    hex::encode(rand::random::<[u8; DIGITS / 2]>())
}

fn is_random(text: &str) -> bool {
    let digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    text.len() == DIGITS && text.bytes().all(digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_reads_back_and_nothing_else_does() {
        let session = SessionToken::new();
        let read = SessionToken::parse(session.text()).expect("reads back");
        assert_eq!(read.id(), session.id());
        assert_ne!(SessionToken::new().id(), session.id());
        for kind in [KeyKind::Secret, KeyKind::Public] {
            let key = KeyText::new(kind);
            let read = KeyText::parse(key.text()).expect("reads back");
            assert_eq!((read.hash(), read.kind()), (key.hash(), kind));
            assert!(key.text().ends_with(key.hint()));
            assert!(KeyText::parse(&key.text()[1..]).is_none());
            assert!(KeyText::parse(&format!("{}0", key.text())).is_none());
        }
        let upper = SessionToken::new().text().to_uppercase();
        for text in ["", "sk_", "pk_é", &"g".repeat(64), &format!("sk_{upper}A")] {
            assert!(KeyText::parse(text).is_none() && SessionToken::parse(text).is_none());
        }
    }
}
