//! What can be asked of a search?

use crate::filter::Filter;
use footnote_domain::text::Language;

/// A question put to a generation.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchRequest {
    /// The question. Quotation marks mean nothing in it: [`super::quoted::parse`] takes phrases out.
    pub text: String,
    /// Its language.
    pub language: Language,
    /// Its unit vector, when a model is at hand.
    pub vector: Option<Vec<f32>>,
    /// Phrases that must stand word for word in a passage, letter case and white space apart. One
    /// without a word asks for nothing.
    pub phrases: Vec<String>,
    /// What may be found.
    pub filter: Filter,
    /// What the ranking goes by.
    pub mode: Mode,
    /// Whether passages of one owner make one hit, the best of them.
    pub collapse: bool,
    /// Hits left out at the beginning.
    pub offset: usize,
    /// Most hits.
    pub limit: usize,
}

/// What a ranking goes by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Words and meaning; words alone where there is no vector.
    #[default]
    Hybrid,
    /// Words alone.
    Lexical,
    /// Meaning alone; nothing is found where there is no vector.
    Vector,
}

impl SearchRequest {
    /// The ten best passages of everything.
    pub fn new(text: impl Into<String>, language: Language) -> Self {
        Self {
            text: text.into(),
            language,
            vector: None,
            phrases: Vec::new(),
            filter: Filter::default(),
            mode: Mode::default(),
            collapse: false,
            offset: 0,
            limit: 10,
        }
    }
}
