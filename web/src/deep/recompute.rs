//! The recomputation itself: hashes, then weights, wording, meaning and citations, each compared with
//! what the receipt says.

use super::evidence_file::EvidenceFile;
use super::recorded_texts::RecordedTexts;
use crate::ask::answer::{AnswerSentence, content};
use crate::ask::evidence::{self, Asked, Owners, Support};
use crate::ask::request_bytes;
use footnote_domain::attribution::units::{question_tokens, weights_ppm};
use footnote_domain::attribution::{Constants, Estimator};
use footnote_domain::embed::{Embed, EmbedError, quantise};
use footnote_domain::id::{ContentHash, Digest};
use footnote_domain::receipt::{Fault, OwnerRecord, Receipt};
use footnote_domain::text::{CodePoints, Language};
use std::collections::BTreeMap;

/// Vectors of an int8 model differ a little between processors; so much of meaning may differ.
const MEANING_TOLERANCE_PPM: u32 = 30_000;
/// The backend that quotes word for word: its sentences are judged by their text's language.
const QUOTING_BACKEND: &str = "extractive";

type Checked = Result<(), Fault>;

/// Evidence that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeepSummary {
    /// Texts read.
    pub texts: usize,
    /// Sentences of the answer.
    pub sentences: usize,
    /// Owners whose evidence was recomputed.
    pub owners: usize,
    /// What became of meaning.
    pub meaning: Meaning,
}

/// Whether meaning was recomputed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// The receipt rests on wording alone.
    NotUsed,
    /// It was, and differs by no more than this, in ppm.
    Recomputed {
        /// 0 on the same kind of processor.
        difference_most_ppm: u32,
    },
    /// It was not.
    NotRecomputed {
        /// Why not.
        reason: String,
    },
}

impl DeepSummary {
    /// One line for people.
    pub fn in_words(&self) -> String {
        let meaning = match &self.meaning {
            Meaning::NotUsed => "meaning was not used".to_owned(),
            Meaning::Recomputed { difference_most_ppm: 0 } => "meaning equal to the ppm".to_owned(),
            Meaning::Recomputed { difference_most_ppm } => {
                format!("meaning within {difference_most_ppm} ppm (another processor's arithmetic)")
            }
            Meaning::NotRecomputed { reason } => format!("meaning NOT recomputed: {reason}"),
        };
        let Self { texts, sentences, owners, .. } = self;
        format!(
            "evidence holds: {owners} owners of {sentences} sentences recomputed from {texts} texts; {meaning}"
        )
    }
}

/// Recomputes the evidence of a receipt, which [`footnote_domain::receipt::check`] has passed, from
/// the texts in `file`. Meaning is recomputed where `model` is the receipt's; it computes for some
/// milliseconds per sentence that was found.
///
/// # Errors
/// The first field that does not hold: of the file when it is not what the receipt has hashes of, of
/// the receipt when its texts say otherwise.
pub fn recompute(
    receipt: &Receipt,
    file: &EvidenceFile,
    model: Option<&dyn Embed>,
) -> Result<DeepSummary, Fault> {
    check_hashes(receipt, file)?;
    let mut texts = RecordedTexts::new(receipt, file)?;
    let owners = texts.owners(&receipt.retrieval.passages)?;
    check_units(receipt, file)?;
    check_citations(receipt, &texts)?;
    let judge = Judge::new(receipt, model);
    if let Some(model) = judge.model {
        texts.embed(&owners, model).map_err(|error| not_embedded(&error))?;
    }
    let difference_most_ppm = judge.check_evidence(receipt, file, &texts, &owners)?;
    let meaning = match judge.without {
        Some(reason) => Meaning::NotRecomputed { reason },
        None if receipt.attribution.estimator == Estimator::Words => Meaning::NotUsed,
        None => Meaning::Recomputed { difference_most_ppm },
    };
    Ok(DeepSummary {
        texts: file.texts.len(),
        sentences: file.sentences.len(),
        owners: owners.len(),
        meaning,
    })
}

fn fault(field: impl Into<String>, reason: impl Into<String>) -> Fault {
    Fault { field: field.into(), reason: reason.into() }
}

fn not_embedded(error: &EmbedError) -> Fault {
    fault("(embedding)", error.to_string())
}

fn same<T: PartialEq + std::fmt::Debug>(field: String, found: &T, wanted: &T) -> Checked {
    if found == wanted {
        return Ok(());
    }
    Err(fault(field, format!("is {found:?}, but its texts give {wanted:?}")))
}

/// The file is what the receipt has hashes of.
fn check_hashes(receipt: &Receipt, file: &EvidenceFile) -> Checked {
    for (hash, text) in &file.texts {
        if ContentHash::of(text.as_bytes()) != *hash {
            return Err(fault(format!("texts.{hash}"), "is another text"));
        }
    }
    let meant = file.meant.as_deref();
    let (datanets, adapters) = (&file.datanets, &file.adapters);
    let request = request_bytes(&file.question, meant, datanets, adapters, &receipt.backend);
    let asked = Digest::of(&[&file.salts.request.0, &request]);
    same("receipt.request_hash".into(), &receipt.request_hash, &asked)?;
    let answered = Digest::of(&[&file.salts.answer.0, content(&file.sentences).as_bytes()]);
    same("receipt.answer_hash".into(), &receipt.answer_hash, &answered)?;
    same(
        "receipt.retrieval.unigrams".into(),
        &receipt.retrieval.unigrams,
        &file.unigrams().digest(),
    )
}

fn check_units(receipt: &Receipt, file: &EvidenceFile) -> Checked {
    let texts: Vec<&str> = file.sentences.iter().map(|sentence| sentence.text.as_str()).collect();
    let tokens = question_tokens(file.judged_by());
    let units = weights_ppm(&texts, &tokens, &file.unigrams());
    same("receipt.attribution.units".into(), &receipt.attribution.units, &units)
}

fn check_citations(receipt: &Receipt, texts: &RecordedTexts) -> Checked {
    for (at, citation) in receipt.citations.iter().enumerate() {
        let field = format!("receipt.citations[{at}]");
        let Some(text) = texts.text(citation.content_hash) else {
            return Err(fault(field, "its text is not in the file"));
        };
        let quote = CodePoints { start: citation.start, end: citation.end }.quote(text);
        let quote = quote.ok_or_else(|| fault(&field, "it reaches past the end of its text"))?;
        let hash = Digest::of(&[quote.as_bytes()]);
        same(format!("{field}.quote_hash"), &citation.quote_hash, &hash)?;
    }
    Ok(())
}

/// How meaning is judged, as far as it can be here.
struct Judge<'a> {
    model: Option<&'a dyn Embed>,
    /// Why meaning is taken from the receipt.
    without: Option<String>,
    quotes: bool,
}

impl<'a> Judge<'a> {
    fn new(receipt: &Receipt, model: Option<&'a dyn Embed>) -> Self {
        let quotes = receipt.backend == QUOTING_BACKEND;
        let none = String::new();
        let recorded = receipt.retrieval.parameters.get("embedding").unwrap_or(&none);
        let without = match model {
            _ if receipt.attribution.estimator == Estimator::Words => None,
            None => Some("no embedding model is configured here".to_owned()),
            Some(model) if model.model().digest.to_string() != *recorded => {
                Some(format!("the model here is not {recorded}"))
            }
            Some(_) => return Self { model, without: None, quotes },
        };
        Self { model: None, without, quotes }
    }

    /// Every owner's evidence for every sentence; returns by how much meaning differs at most.
    fn check_evidence(
        &self,
        receipt: &Receipt,
        file: &EvidenceFile,
        texts: &RecordedTexts,
        owners: &Owners,
    ) -> Result<u32, Fault> {
        let question = Language::detect(file.judged_by());
        let asked = Asked {
            tokens: question_tokens(file.judged_by()),
            vector: self.vector(file.judged_by(), question)?,
        };
        let constants = receipt.attribution.constants;
        // No word is contained more than wholly: nobody follows anybody.
        let lenient = Constants { derived_words_ppm: u32::MAX, ..constants };
        let mut most = 0;
        for (unit, sentence) in file.sentences.iter().enumerate() {
            let language = self.language(sentence, texts, owners, question);
            let vector = self.vector(&sentence.text, language)?;
            let judge = |constants: &Constants| {
                let (text, vector) = (sentence.text.as_str(), vector.as_deref());
                evidence::of_sentence(texts, owners, &asked, text, vector, constants)
                    .map_err(|error| fault("(trace)", error.to_string()))
            };
            let row = Row { unit, strict: judge(&constants)?, unstruck: judge(&lenient)? };
            most = most.max(self.compare(receipt, &row)?);
        }
        Ok(most)
    }

    fn language(
        &self,
        sentence: &AnswerSentence,
        texts: &RecordedTexts,
        owners: &Owners,
        question: Language,
    ) -> Language {
        let quoted = self.quotes.then(|| texts.language_of_quote(owners, &sentence.text)).flatten();
        quoted.unwrap_or(question)
    }

    fn vector(&self, text: &str, language: Language) -> Result<Option<Vec<i8>>, Fault> {
        let Some(model) = self.model.filter(|model| model.model().knows(language)) else {
            return Ok(None);
        };
        let vectors = model.embed(&[text]).map_err(|error| not_embedded(&error))?;
        Ok(vectors.first().map(|vector| quantise(vector)))
    }

    /// Compares one sentence's evidence; returns by how much meaning differs at most.
    fn compare(&self, receipt: &Receipt, row: &Row) -> Result<u32, Fault> {
        let owners = || receipt.attribution.owners.iter().enumerate();
        for (at, owner) in owners() {
            if !row.strict.contains_key(&owner.content_hash) {
                let field = format!("receipt.attribution.owners[{at}].content_hash");
                return Err(fault(field, "owns no sentence of the passages by their texts"));
            }
        }
        let difference = |owner: &OwnerRecord| {
            owner.meaning[row.unit].abs_diff(row.strict[&owner.content_hash].meaning_ppm)
        };
        let most = owners().map(|(_, owner)| difference(owner)).max().unwrap_or(0);
        let exact = self.without.is_none() && most == 0;
        for (at, owner) in owners() {
            row.check_owner(at, owner, exact)?;
            if self.without.is_none() && owner.behind[row.unit].is_none() {
                row.check_meaning(at, owner)?;
            }
        }
        Ok(if self.without.is_none() { most } else { 0 })
    }
}

/// The evidence of one sentence, recomputed.
struct Row {
    unit: usize,
    /// As it counts: followers struck behind those whom they follow.
    strict: BTreeMap<ContentHash, Support>,
    /// With nobody struck: the most that anybody can have.
    unstruck: BTreeMap<ContentHash, Support>,
}

impl Row {
    fn field(&self, at: usize, kind: &str) -> String {
        format!("receipt.attribution.owners[{at}].{kind}[{}]", self.unit)
    }

    /// Who follows whom depends on meaning too. Where meaning is the same to the last unit, so must
    /// everything else be; where it is not, wording may not be more than the texts can give.
    fn check_owner(&self, at: usize, owner: &OwnerRecord, exact: bool) -> Checked {
        let strict = &self.strict[&owner.content_hash];
        let wording = owner.wording[self.unit];
        if exact {
            same(self.field(at, "behind"), &owner.behind[self.unit], &strict.behind)?;
            return same(self.field(at, "wording"), &wording, &strict.wording_ppm);
        }
        let most = self.unstruck[&owner.content_hash].wording_ppm;
        if wording > most {
            let reason = format!("is {wording}, but its texts give at most {most}");
            return Err(fault(self.field(at, "wording"), reason));
        }
        Ok(())
    }

    fn check_meaning(&self, at: usize, owner: &OwnerRecord) -> Checked {
        let recorded = owner.meaning[self.unit];
        let near =
            |support: &Support| support.meaning_ppm.abs_diff(recorded) <= MEANING_TOLERANCE_PPM;
        let (strict, unstruck) =
            (&self.strict[&owner.content_hash], &self.unstruck[&owner.content_hash]);
        if near(strict) || near(unstruck) {
            return Ok(());
        }
        same(self.field(at, "meaning"), &recorded, &strict.meaning_ppm)
    }
}
