//! One text to import, whoever wrote it.

use footnote_domain::id::{Address, ContentHash, DatanetId, PayeeId};
use footnote_domain::payee::{EscrowScheme, PayeeShare, Payees, PayeesError};
use footnote_domain::source_uri::Description;

/// Longest uri that the registry takes, in bytes.
pub(super) const URI_BYTES_MOST: usize = 2_048;

/// An author named by a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// How they are known.
    pub scheme: EscrowScheme,
    /// Under that scheme.
    pub handle: String,
    /// Part in ppm, when the source gives one.
    pub ppm: Option<u32>,
}

/// A text to import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportItem {
    /// The source's own name for it: path or document id.
    pub doc: String,
    /// Title.
    pub title: String,
    /// The text.
    pub text: String,
    /// Its authors; the importer is paid when there are none.
    pub authors: Vec<Author>,
    /// Day of writing.
    pub created: String,
    /// Licence.
    pub licence: String,
    /// Where it was first published.
    pub source: String,
}

/// Something that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// `file:line` or a path.
    pub place: String,
    /// Why.
    pub reason: String,
}

impl ImportItem {
    /// Hash of its bytes.
    pub fn content_hash(&self) -> ContentHash {
        ContentHash::of(self.text.as_bytes())
    }

    /// Who is paid: the authors as escrow payees in equal parts (or as the source says), else the
    /// importer.
    pub fn payees(&self, datanet: DatanetId, importer: Address) -> Result<Payees, PayeesError> {
        if self.authors.is_empty() {
            return Payees::equal(vec![PayeeId::from_address(importer)]);
        }
        let escrow = |author: &Author| PayeeId::escrow(datanet, author.scheme, &author.handle);
        if self.authors.iter().all(|author| author.ppm.is_some()) {
            let share = |author: &Author| PayeeShare {
                payee: escrow(author),
                ppm: author.ppm.unwrap_or_default(),
            };
            let mut shares: Vec<PayeeShare> = self.authors.iter().map(share).collect();
            shares.sort_by_key(|share| share.payee);
            return Payees::parse(shares);
        }
        Payees::equal(self.authors.iter().map(escrow).collect())
    }

    /// The uri of its event. Names of escrow authors that no longer fit are left out; their pay is
    /// not affected.
    pub fn uri(&self) -> String {
        let mut description = Description {
            doc: self.doc.clone(),
            title: self.title.clone(),
            created: self.created.clone(),
            source: self.source.clone(),
            licence: self.licence.clone(),
            escrows: self.authors.iter().map(|a| (a.scheme, a.handle.clone())).collect(),
            names: Default::default(),
        };
        let hash = self.content_hash();
        loop {
            let uri = description.to_uri(hash);
            if uri.len() <= URI_BYTES_MOST || description.escrows.pop().is_none() {
                return uri;
            }
        }
    }
}
