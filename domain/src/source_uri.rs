//! What does a contribution say of itself? The `uri` of a contribution event carries, behind the
//! address of the blob, a query with its title, date, source and the names of its payees, so that
//! an index can be built from the chain and the blobs alone.
//!
//! `blob:0x<hash>?doc=…&title=…&created=…&source=…&licence=…&escrow=github:handle&name=0x<payee>:Name`,
//! percent-encoded. Escrow names are proven by their hash; `name`s of addresses are the
//! contributor's own word.

use crate::id::{ContentHash, DatanetId, PayeeId};
use crate::payee::EscrowScheme;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Longest title, source, date or name that is kept, in code points.
pub const LONGEST_VALUE: usize = 300;

/// What a contributor declares about a text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// The contributor's own name for the text (a path, a number), by which a later import finds
    /// what has changed; empty when none was given.
    pub doc: String,
    /// Title; empty when none was declared.
    pub title: String,
    /// Day of writing, `YYYY-MM-DD`, as declared. Never evidence of age.
    pub created: String,
    /// Where it was first published.
    pub source: String,
    /// SPDX name of its licence, when it differs from the Datanet's.
    pub licence: String,
    /// Authors without an address.
    pub escrows: Vec<(EscrowScheme, String)>,
    /// Names that payees with an address go by.
    pub names: BTreeMap<PayeeId, String>,
}

impl Description {
    /// The `uri` of a contribution event for this description.
    pub fn to_uri(&self, content_hash: ContentHash) -> String {
        let mut query = String::new();
        let mut add = |key: &str, value: &str| {
            if !value.is_empty() {
                let sign = if query.is_empty() { '?' } else { '&' };
                query.push(sign);
                query.push_str(key);
                query.push('=');
                encode(value, &mut query);
            }
        };
        add("doc", &self.doc);
        add("title", &self.title);
        add("created", &self.created);
        add("source", &self.source);
        add("licence", &self.licence);
        for (scheme, handle) in &self.escrows {
            add("escrow", &format!("{}:{handle}", scheme.as_str()));
        }
        for (payee, name) in &self.names {
            add("name", &format!("{payee}:{name}"));
        }
        format!("blob:{content_hash}{query}")
    }

    /// Reads the query of a `uri`; what is not understood is left out, since anyone may write there.
    pub fn from_uri(uri: &str) -> Self {
        let mut description = Self::default();
        let query = uri.split_once('?').map_or("", |(_, query)| query);
        for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            description.set(key, decode(value));
        }
        description
    }

    fn set(&mut self, key: &str, value: String) {
        match key {
            "doc" => self.doc = value,
            "title" => self.title = value,
            "created" => self.created = value,
            "source" => self.source = value,
            "licence" => self.licence = value,
            "escrow" => {
                if let Some((scheme, handle)) = value.split_once(':')
                    && let Some(scheme) = EscrowScheme::parse(scheme)
                {
                    self.escrows.push((scheme, handle.to_owned()));
                }
            }
            "name" => {
                if let Some((payee, name)) = value.split_once(':')
                    && let Ok(payee) = payee.parse()
                {
                    self.names.insert(payee, name.to_owned());
                }
            }
            _ => {}
        }
    }

    /// The name a payee goes by in this contribution, if it is known.
    pub fn name_of(&self, datanet: DatanetId, payee: PayeeId) -> Option<&str> {
        let escrow = self
            .escrows
            .iter()
            .find(|(scheme, handle)| PayeeId::escrow(datanet, *scheme, handle) == payee)
            .map(|(_, handle)| handle.as_str());
        escrow.or_else(|| self.names.get(&payee).map(String::as_str))
    }
}

fn encode(value: &str, out: &mut String) {
    for ch in value.chars().take(LONGEST_VALUE) {
        let mut buffer = [0; 4];
        for byte in ch.encode_utf8(&mut buffer).bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte) {
                out.push(char::from(byte));
            } else {
                write!(out, "%{byte:02X}").expect("writing to a String cannot fail");
            }
        }
    }
}

fn decode(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let escaped = tail.get(..2).filter(|_| *first == b'%');
        let byte = escaped.and_then(|two| std::str::from_utf8(two).ok()).and_then(|two| {
            two.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u8::from_str_radix(two, 16).ok())?
        });
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &tail[2..] } else { tail };
    }
    let text = String::from_utf8_lossy(&bytes);
    text.chars().filter(|ch| !ch.is_control()).take(LONGEST_VALUE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn there_and_back() {
        let datanet = DatanetId([9; 32]);
        let description = Description {
            doc: "eip-1".into(),
            title: "Gazpacho & té: 50 % más?".into(),
            created: "2026-03-02".into(),
            source: "https://example.org/a?b=c&d".into(),
            licence: "CC-BY-4.0".into(),
            escrows: vec![(EscrowScheme::Name, "Imogen: H".into())],
            names: [(PayeeId([3; 32]), "文清".to_owned())].into(),
        };
        let uri = description.to_uri(ContentHash::of(b"x"));
        assert_eq!(Description::from_uri(&uri), description);
        let escrow = PayeeId::escrow(datanet, EscrowScheme::Name, "Imogen: H");
        assert_eq!(description.name_of(datanet, escrow), Some("Imogen: H"));
        assert_eq!(description.name_of(datanet, PayeeId([3; 32])), Some("文清"));
        assert_eq!(description.name_of(datanet, PayeeId([4; 32])), None);
    }

    proptest! {
        #[test]
        fn any_uri_is_read_without_panic(uri in "\\PC{0,80}") {
            Description::from_uri(&uri);
        }
    }
}
