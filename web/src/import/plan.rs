//! What has to be registered? Only what the Datanet does not hold already, each change naming the
//! text that it replaces.

use super::item::URI_BYTES_MOST;
use super::{ImportItem, Known, Skipped};
use footnote_domain::id::{Address, ContentHash, DatanetId};
use footnote_domain::payee::Payees;
use footnote_domain::source_uri::LONGEST_VALUE;
use std::collections::HashSet;

/// A text to register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The text.
    pub item: ImportItem,
    /// Who is paid.
    pub payees: Payees,
    /// The text that it replaces.
    pub supersedes: Option<ContentHash>,
}

/// What an import will do.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// To register, in order.
    pub planned: Vec<Planned>,
    /// Texts that are there already.
    pub unchanged: usize,
    /// Texts that cannot be registered.
    pub skipped: Vec<Skipped>,
}

/// Compares a source with what the Datanet holds.
pub fn plan(items: Vec<ImportItem>, known: &Known, datanet: DatanetId, importer: Address) -> Plan {
    let (mut taken, mut named) = (HashSet::new(), HashSet::new());
    let mut plan = Plan::default();
    for item in items {
        let hash = item.content_hash();
        if !named.insert(item.doc.clone()) {
            let reason = "another text of this source has the same name".to_owned();
            plan.skipped.push(Skipped { place: item.doc, reason });
            continue;
        }
        if known.live.contains(&hash) {
            plan.unchanged += 1;
            continue;
        }
        if !taken.insert(hash) {
            let reason = "the same text stands earlier in this source".to_owned();
            plan.skipped.push(Skipped { place: item.doc, reason });
            continue;
        }
        if let Some(reason) = too_long(&item) {
            plan.skipped.push(Skipped { place: shortened(&item.doc), reason });
            continue;
        }
        match item.payees(datanet, importer) {
            Ok(payees) => {
                let supersedes = known.by_doc.get(&item.doc).copied();
                plan.planned.push(Planned { item, payees, supersedes });
            }
            Err(error) => {
                plan.skipped.push(Skipped { place: item.doc, reason: error.to_string() });
            }
        }
    }
    plan
}

/// Why the registry cannot keep the text's description. A name that was cut would not be found again
/// by the next import.
fn too_long(item: &ImportItem) -> Option<String> {
    if item.doc.chars().count() > LONGEST_VALUE {
        return Some(format!("its name has more than {LONGEST_VALUE} characters"));
    }
    (item.uri().len() > URI_BYTES_MOST).then(|| {
        format!("its name, title and source need more than {URI_BYTES_MOST} bytes on chain")
    })
}

/// The beginning of a name that is too long to print.
fn shortened(doc: &str) -> String {
    let head: String = doc.chars().take(80).collect();
    if head.len() < doc.len() { head + "…" } else { head }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(doc: &str, text: &str) -> ImportItem {
        ImportItem {
            doc: doc.into(),
            title: String::new(),
            text: text.into(),
            authors: vec![],
            created: String::new(),
            licence: String::new(),
            source: String::new(),
        }
    }

    #[test]
    fn only_what_changed_is_registered() {
        let mine = ContentHash::of(b"old text");
        let known = Known {
            by_doc: [("changed".to_owned(), mine)].into(),
            live: [mine, ContentHash::of(b"same text")].into(),
        };
        let items = vec![
            item("same", "same text"),
            item("changed", "new text"),
            item("fresh", "fresh text"),
            item("twin", "fresh text"),
            item(&"long".repeat(600), "a text whose name is too long"),
            item("fresh", "another text of the same name"),
        ];
        let plan = plan(items, &known, DatanetId::default(), Address::default());
        let planned: Vec<(&str, Option<ContentHash>)> =
            plan.planned.iter().map(|one| (one.item.doc.as_str(), one.supersedes)).collect();
        assert_eq!(planned, [("changed", Some(ContentHash::of(b"old text"))), ("fresh", None)]);
        assert_eq!((plan.unchanged, plan.skipped.len()), (1, 3));
    }
}
