//! Why was an adapter not admitted? One code per reason, stable across versions, so that programs can
//! act on it; `docs/adapters.md` lists them, and a test holds it to that.

use std::fmt;

/// Characters of a foreign name that a message repeats.
const SHOWN_CHARS: usize = 120;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// The reasons, by their stable names.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum RejectCode { $($(#[$doc])* $name,)* }

        impl RejectCode {
            /// Every code there is.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The code as programs read it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

codes! {
    /// The path is no folder.
    NotAFolder = "not_a_folder",
    /// `adapter_config.json` or `adapter_model.safetensors` is missing.
    MissingFile = "missing_file",
    /// An entry of the folder is a symbolic link.
    Symlink = "symlink",
    /// An entry that no adapter has: a folder, a device, further weights.
    UnexpectedEntry = "unexpected_entry",
    /// Weights or states in a format that runs code when it is read.
    PickledWeights = "pickled_weights",
    /// A compressed file; nothing is ever unpacked.
    Archive = "archive",
    /// The disk said no.
    Unreadable = "unreadable",
    /// A file is not what it was when it was checked.
    Changed = "changed_while_read",
    /// `adapter_config.json` is longer than its limit.
    ConfigTooLarge = "config_too_large",
    /// `adapter_config.json` is no configuration.
    BadConfig = "bad_config",
    /// Another method than LoRA.
    NotLora = "not_lora",
    /// Weight-decomposed adapters need the base's norms.
    Dora = "dora",
    /// Whole layers are replaced.
    ModulesToSave = "modules_to_save",
    /// Embeddings or the output layer are changed.
    EmbeddingTarget = "embedding_target",
    /// A layer that a Llama-like decoder does not have.
    UnknownTarget = "unknown_target",
    /// Biases are changed.
    Bias = "bias",
    /// Matrices stored the other way round.
    FanInFanOut = "fan_in_fan_out",
    /// An initialisation that changed the base's own weights.
    BaseAlteringInit = "base_altering_init",
    /// An option whose effect is not known here.
    UnknownOption = "unknown_option",
    /// A pattern that is not a plain module name, or two that disagree.
    PatternUnsupported = "pattern_unsupported",
    /// A rank of 0.
    BadRank = "bad_rank",
    /// A rank over the limit.
    RankTooLarge = "rank_too_large",
    /// α is not a positive number.
    BadAlpha = "bad_alpha",
    /// Made for another base model.
    WrongBase = "wrong_base",
    /// The header's length is over the limit.
    HeaderTooLarge = "header_too_large",
    /// The header is no safetensors header.
    BadHeader = "bad_header",
    /// The file is longer or shorter than its header says.
    Truncated = "truncated",
    /// Numbers that are not f32, f16 or bf16.
    BadDtype = "bad_dtype",
    /// A tensor that no LoRA adapter of this configuration has.
    UnknownTensor = "unknown_tensor",
    /// A without B, or B without A.
    UnpairedTensor = "unpaired_tensor",
    /// A shape that does not fit the base or the rank.
    WrongShape = "wrong_shape",
    /// No tensor at all, or none for a target.
    NoTensors = "no_tensors",
    /// NaN or infinity.
    NotFinite = "not_finite",
    /// More bytes in memory than an adapter may take.
    TooLarge = "too_large",
}

/// An adapter that was not admitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Why, for programs.
    pub code: RejectCode,
    /// Why, for people: what is wrong, where, and what to do.
    pub detail: String,
}

impl Rejected {
    /// The code as programs read it.
    pub fn code(&self) -> &'static str {
        self.code.as_str()
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.detail, self.code())
    }
}

impl std::error::Error for Rejected {}

/// Shorthand of this module's neighbours.
pub(super) fn reject<T>(code: RejectCode, detail: impl Into<String>) -> Result<T, Rejected> {
    Err(Rejected { code, detail: detail.into() })
}

/// The beginning of a foreign name, with nothing in it that a terminal would obey.
pub(super) fn shown(name: &str) -> String {
    let mut shown: String = name.chars().take(SHOWN_CHARS).flat_map(char::escape_debug).collect();
    if name.chars().nth(SHOWN_CHARS).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_is_its_own_and_documented() {
        let documented = include_str!("../../../docs/adapters.md");
        let codes: BTreeSet<&str> = RejectCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(codes.len(), RejectCode::ALL.len());
        for code in codes {
            assert!(documented.contains(&format!("| `{code}` |")), "{code} is not documented");
        }
    }

    #[test]
    fn foreign_names_are_cut_and_harmless() {
        assert_eq!(shown("a\u{1b}[2J"), "a\\u{1b}[2J");
        assert_eq!(shown(&"x".repeat(500)).chars().count(), SHOWN_CHARS + 1);
    }
}
