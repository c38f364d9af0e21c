//! Datanets and documents as pages and the API show them.

use super::App;
use crate::ask::present;
use footnote_domain::corpus::{Age, Contribution, Datanet, Ownership, Standing};
use footnote_domain::id::{ContentHash, DatanetId, PayeeId};
use footnote_domain::text::Language;
use footnote_retriever::Generation;
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// A Datanet with its counts.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DatanetView {
    /// The registry's id.
    #[schema(value_type = String)]
    pub id: DatanetId,
    /// Short name.
    pub slug: String,
    /// Title, or the short name.
    pub title: String,
    /// One sentence.
    pub description: String,
    /// Code of its main language.
    pub language: String,
    /// SPDX name of its licence.
    pub licence: String,
    /// Questions to try.
    pub questions: Vec<String>,
    /// Texts that are live.
    pub documents: usize,
    /// Payees named by live texts.
    pub contributors: usize,
    /// Current version.
    pub version: u64,
}

/// A contribution as it is shown.
#[derive(Debug, Clone, Serialize)]
pub struct DocumentView {
    /// Hash of its bytes.
    pub hash: ContentHash,
    /// Short name of its Datanet.
    pub datanet_slug: String,
    /// Title of its Datanet.
    pub datanet_title: String,
    /// Its title.
    pub title: String,
    /// Day of writing, as declared.
    pub created: String,
    /// Where it was first published, as declared.
    pub source: String,
    /// Its licence, or the Datanet's.
    pub licence: String,
    /// Its language.
    pub language: Language,
    /// Who is paid for it, greatest part first.
    pub authors: Vec<PayeeView>,
    /// Its place on the chain.
    pub age: Age,
    /// The text.
    pub text: String,
    /// The text it replaces.
    pub supersedes: Option<ContentHash>,
    /// Sentences in it.
    pub sentences: usize,
    /// Of these, copies of older texts, which earn nothing here.
    pub copied_sentences: usize,
}

/// A payee of a contribution.
#[derive(Debug, Clone, Serialize)]
pub struct PayeeView {
    /// Who.
    pub payee: PayeeId,
    /// The name they go by, when known.
    pub name: Option<String>,
    /// Whether the pay waits in escrow.
    pub escrow: bool,
    /// Part, in ppm.
    pub ppm: u32,
}

impl App {
    /// All Datanets, in the order of their creation.
    pub fn datanets(&self) -> Vec<DatanetView> {
        let Some(generation) = self.shelf.current() else { return Vec::new() };
        generation.datanets().iter().map(|datanet| datanet_view(&generation, datanet)).collect()
    }

    /// The live texts of a Datanet, oldest first, without their text.
    pub fn documents_of(&self, datanet: DatanetId) -> Vec<DocumentView> {
        let Some(generation) = self.shelf.current() else { return Vec::new() };
        let all = (0u32..).zip(generation.documents());
        all.filter(|(_, one)| one.datanet == datanet && one.standing == Standing::Live)
            .map(|(number, one)| document_view(&generation, number, one, false))
            .collect()
    }

    /// A live text by its hash.
    pub fn document(&self, hash: ContentHash) -> Option<DocumentView> {
        let generation = self.shelf.current()?;
        let number = generation.document_number(hash)?;
        let contribution = &generation.documents()[number as usize];
        Some(document_view(&generation, number, contribution, true))
    }
}

fn datanet_view(generation: &Generation, datanet: &Datanet) -> DatanetView {
    let live = generation
        .documents()
        .iter()
        .filter(|one| one.datanet == datanet.id && one.standing == Standing::Live);
    let payees: BTreeSet<PayeeId> =
        live.clone().flat_map(|one| one.payees.shares().iter().map(|share| share.payee)).collect();
    let profile = &datanet.profile;
    DatanetView {
        id: datanet.id,
        slug: datanet.slug.clone(),
        title: if profile.title.is_empty() { datanet.slug.clone() } else { profile.title.clone() },
        description: profile.description.clone(),
        language: profile.language.clone(),
        licence: profile.licence.clone(),
        questions: profile.questions.clone(),
        documents: live.count(),
        contributors: payees.len(),
        version: datanet.version,
    }
}

fn document_view(
    generation: &Generation,
    number: u32,
    contribution: &Contribution,
    with_text: bool,
) -> DocumentView {
    let datanet = present::datanet(generation, contribution.datanet);
    let profile = datanet.map(|datanet| datanet.profile.clone()).unwrap_or_default();
    let slug = datanet.map_or_else(String::new, |datanet| datanet.slug.clone());
    let description = &contribution.description;
    let sentences = generation.sentences(number);
    let copied = |ownership: &Ownership| matches!(ownership, Ownership::CopyOf(_));
    let licence =
        if description.licence.is_empty() { &profile.licence } else { &description.licence };
    DocumentView {
        hash: contribution.content_hash,
        datanet_title: if profile.title.is_empty() { slug.clone() } else { profile.title.clone() },
        datanet_slug: slug,
        title: present::title(contribution),
        created: description.created.clone(),
        source: description.source.clone(),
        licence: licence.clone(),
        language: contribution.language,
        authors: authors(contribution),
        age: contribution.age,
        text: if with_text { generation.text(number).to_owned() } else { String::new() },
        supersedes: contribution.supersedes,
        sentences: sentences.len(),
        copied_sentences: sentences.iter().filter(|one| copied(&one.ownership)).count(),
    }
}

fn authors(contribution: &Contribution) -> Vec<PayeeView> {
    let mut shares = contribution.payees.shares().to_vec();
    shares.sort_by_key(|share| (std::cmp::Reverse(share.ppm), share.payee));
    let view = |share: &footnote_domain::payee::PayeeShare| PayeeView {
        payee: share.payee,
        name: contribution
            .description
            .name_of(contribution.datanet, share.payee)
            .map(str::to_owned),
        escrow: share.payee.address().is_none(),
        ppm: share.ppm,
    };
    shares.iter().map(view).collect()
}
