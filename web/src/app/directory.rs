//! Who and what is behind the ids on a page? Names and titles of one generation, gathered once: a page
//! of a thousand lines looks them up, and scans nothing.

use super::App;
use crate::ask::present;
use footnote_domain::id::{ContentHash, Digest, PayeeId};
use footnote_retriever::Generation;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Names and titles, as the texts of one generation tell them.
#[derive(Debug, Default)]
struct Directory {
    generation: Digest,
    names: HashMap<PayeeId, String>,
    titles: HashMap<ContentHash, String>,
}

/// The directory of the generation that was asked last.
#[derive(Debug, Default)]
pub(crate) struct DirectoryShelf(Mutex<Arc<Directory>>);

impl Directory {
    /// The newest text that names a payee counts, hence later ones replace earlier ones.
    fn of(generation: &Generation) -> Self {
        let mut directory = Self { generation: generation.root_digest(), ..Self::default() };
        for one in generation.documents() {
            directory.titles.insert(one.content_hash, present::title(one));
            for share in one.payees.shares() {
                if let Some(name) = one.description.name_of(one.datanet, share.payee) {
                    directory.names.insert(share.payee, name.to_owned());
                }
            }
        }
        directory
    }
}

impl DirectoryShelf {
    fn of(&self, generation: &Generation) -> Arc<Directory> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.generation != generation.root_digest() {
            *kept = Arc::new(Directory::of(generation));
        }
        Arc::clone(&kept)
    }
}

impl App {
    /// The title of a text, live or not any more.
    pub fn document_title(&self, hash: ContentHash) -> Option<String> {
        let generation = self.shelf.current()?;
        self.directory.of(&generation).titles.get(&hash).cloned()
    }

    /// The name of a payee, from the newest text that tells one; the operator may be no author.
    pub fn payee_name(&self, payee: PayeeId) -> Option<String> {
        let generation = self.shelf.current()?;
        let named = self.directory.of(&generation).names.get(&payee).cloned();
        named.or_else(|| (payee == self.platform).then(|| "The platform".to_owned()))
    }
}
