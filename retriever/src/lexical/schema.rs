//! Which fields does a passage have in the word index?

use super::analysis::Analysis;
use footnote_domain::text::Language;
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STRING, Schema, SchemaBuilder, TextFieldIndexing,
    TextOptions,
};
use tantivy::tokenizer::TokenizerManager;

/// What single Chinese characters count beside words and pairs, which make one together.
const CHARACTER_WEIGHT: f32 = 0.2;

/// A title field and a body field of one analysis.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair {
    pub(crate) analysis: Analysis,
    pub(crate) title: Field,
    pub(crate) body: Field,
}

/// The fields.
#[derive(Debug, Clone)]
pub(crate) struct Fields {
    pub(crate) schema: Schema,
    /// The passage's number in the generation; fast.
    pub(crate) passage: Field,
    /// The contribution's number; indexed and fast.
    pub(crate) document: Field,
    /// The Datanet's id in hexadecimal.
    pub(crate) datanet: Field,
    /// The contribution's language.
    pub(crate) language: Field,
    /// Its payees, in hexadecimal.
    pub(crate) contributor: Field,
    /// Its day of writing as `YYYYMMDD`, where one is declared; indexed and fast.
    pub(crate) written: Field,
    pairs: [Pair; 5],
}

impl Fields {
    pub(crate) fn new() -> Self {
        let mut builder = Schema::builder();
        let passage = builder.add_u64_field("passage", FAST);
        let document = builder.add_u64_field("document", FAST | INDEXED);
        let datanet = builder.add_text_field("datanet", STRING);
        let language = builder.add_text_field("language", STRING);
        let contributor = builder.add_text_field("contributor", STRING);
        let written = builder.add_u64_field("written", FAST | INDEXED);
        let pairs = Analysis::ALL.map(|analysis| pair(&mut builder, analysis));
        let schema = builder.build();
        Self { schema, passage, document, datanet, language, contributor, written, pairs }
    }

    /// The fields of one analysis.
    pub(crate) fn pair(&self, analysis: Analysis) -> Pair {
        *self.pairs.iter().find(|pair| pair.analysis == analysis).expect("there is one of each")
    }

    /// [`Self::own`], and for Chinese the single characters, which tell near passages apart but are in
    /// too many to look passages up by.
    pub(crate) fn judged(&self, language: Language) -> Vec<(Pair, f32)> {
        let mut pairs = self.own(language);
        if language == Language::Chinese {
            pairs.push((self.pair(Analysis::Plain), CHARACTER_WEIGHT));
        }
        pairs
    }

    /// The fields that a passage in `language` is scored by when the question is in it too, each
    /// with its weight. Words and bigrams of Chinese see the same characters, so they share.
    pub(crate) fn own(&self, language: Language) -> Vec<(Pair, f32)> {
        match language {
            Language::English => vec![(self.pair(Analysis::English), 1.0)],
            Language::Spanish => vec![(self.pair(Analysis::Spanish), 1.0)],
            Language::Chinese => {
                vec![(self.pair(Analysis::ChineseWords), 0.5), (self.pair(Analysis::Bigrams), 0.5)]
            }
            Language::Other => Vec::new(),
        }
    }
}

fn pair(builder: &mut SchemaBuilder, analysis: Analysis) -> Pair {
    let indexing = TextFieldIndexing::default()
        .set_tokenizer(analysis.name())
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let options = TextOptions::default().set_indexing_options(indexing);
    let mut field = |part: &str| {
        builder.add_text_field(&format!("{part}_{}", analysis.name()), options.clone())
    };
    Pair { analysis, title: field("title"), body: field("body") }
}

/// How the fields are analysed; an index must be told at its beginning and after every opening.
pub(crate) fn analyzers() -> TokenizerManager {
    let manager = TokenizerManager::default();
    for analysis in Analysis::ALL {
        manager.register(analysis.name(), analysis.analyzer());
    }
    manager
}
