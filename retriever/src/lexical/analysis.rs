//! What is a term? The domain's tokens, then what each language needs: stems for English and
//! Spanish, jieba's words for Chinese, pairs of neighbouring characters beside them, and plain
//! accent-folded tokens for everything else. Texts and questions go through the same function.

use super::stop_words::{is_stop_bigram, is_stop_word};
use footnote_domain::text::token::is_cjk;
use footnote_domain::text::{Language, token_spans};
use tantivy::tokenizer::{
    AsciiFoldingFilter, Language as StemmerLanguage, Stemmer, TextAnalyzer, Token, TokenStream,
    Tokenizer,
};
use tantivy_jieba::JiebaTokenizer;

/// One way of cutting text into terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Analysis {
    /// Stemmed English.
    English,
    /// Stemmed Spanish, accents folded after the stemmer has used them.
    Spanish,
    /// Words of the jieba dictionary, compounds also in their parts.
    ChineseWords,
    /// Pairs of neighbouring CJK characters; other tokens whole.
    Bigrams,
    /// Tokens, accents folded.
    Plain,
}

impl Analysis {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::English, Self::Spanish, Self::ChineseWords, Self::Bigrams, Self::Plain];

    /// The name it is registered by.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "footnote_en",
            Self::Spanish => "footnote_es",
            Self::ChineseWords => "footnote_zh",
            Self::Bigrams => "footnote_bigrams",
            Self::Plain => "footnote_plain",
        }
    }

    /// The analyser for texts.
    pub fn analyzer(self) -> TextAnalyzer {
        self.analyzer_without(None)
    }

    /// The terms of a question in `language`, each once, in order: without stop words, unless it
    /// has nothing else.
    pub fn question_terms(self, question: &str, language: Language) -> Vec<String> {
        let terms = collect(self.analyzer_without(Some(language)), question);
        if terms.is_empty() { collect(self.analyzer(), question) } else { terms }
    }

    fn analyzer_without(self, stop_words: Option<Language>) -> TextAnalyzer {
        let base = TextAnalyzer::builder(Cutter { analysis: self, stop_words });
        match self {
            Self::English => base
                .filter(Stemmer::new(StemmerLanguage::English))
                .filter(AsciiFoldingFilter)
                .build(),
            Self::Spanish => base
                .filter(Stemmer::new(StemmerLanguage::Spanish))
                .filter(AsciiFoldingFilter)
                .build(),
            Self::ChineseWords | Self::Bigrams => base.build(),
            Self::Plain => base.filter(AsciiFoldingFilter).build(),
        }
    }
}

fn collect(mut analyzer: TextAnalyzer, text: &str) -> Vec<String> {
    let mut terms: Vec<String> = Vec::new();
    analyzer.token_stream(text).process(&mut |token| {
        if !terms.contains(&token.text) {
            terms.push(token.text.clone());
        }
    });
    terms
}

/// Cuts a text at once and hands the pieces out.
#[derive(Clone)]
struct Cutter {
    analysis: Analysis,
    stop_words: Option<Language>,
}

impl Tokenizer for Cutter {
    type TokenStream<'a> = Pieces;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Pieces {
        let mut tokens = cut(self.analysis, text);
        if let Some(language) = self.stop_words {
            let bigrams = self.analysis == Analysis::Bigrams;
            tokens.retain(|token| {
                let stops =
                    is_stop_word(language, &token.text) || bigrams && is_stop_bigram(&token.text);
                !stops
            });
        }
        Pieces { tokens, next: 0 }
    }
}

/// Tokens that were cut before.
struct Pieces {
    tokens: Vec<Token>,
    next: usize,
}

impl TokenStream for Pieces {
    fn advance(&mut self) -> bool {
        self.next += 1;
        self.next <= self.tokens.len()
    }

    fn token(&self) -> &Token {
        &self.tokens[self.next - 1]
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.tokens[self.next - 1]
    }
}

fn cut(analysis: Analysis, text: &str) -> Vec<Token> {
    let plain = plain_tokens(text);
    match analysis {
        Analysis::English | Analysis::Spanish | Analysis::Plain => plain,
        Analysis::ChineseWords => by_cjk_run(plain, words_of_run),
        Analysis::Bigrams => by_cjk_run(plain, bigrams_of_run),
    }
}

/// The domain's tokens, names with underscores (`eth_getProof`) in their parts; positions count them.
fn plain_tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    for token in token_spans(text) {
        for part in token.text.split('_').filter(|part| !part.is_empty()) {
            tokens.push(Token {
                offset_from: token.span.start,
                offset_to: token.span.end,
                position: tokens.len(),
                text: part.to_owned(),
                position_length: 1,
            });
        }
    }
    tokens
}

/// Replaces each run of touching CJK tokens by what `cut_run` makes of it.
fn by_cjk_run(plain: Vec<Token>, cut_run: fn(&[Token]) -> Vec<Token>) -> Vec<Token> {
    let mut cut = Vec::with_capacity(plain.len());
    for run in
        plain.chunk_by(|a, b| is_character(a) && is_character(b) && a.offset_to == b.offset_from)
    {
        if is_character(&run[0]) {
            cut.extend(cut_run(run));
        } else {
            cut.extend_from_slice(run);
        }
    }
    cut
}

fn is_character(token: &Token) -> bool {
    token.text.chars().next().is_some_and(is_cjk)
}

fn bigrams_of_run(run: &[Token]) -> Vec<Token> {
    if let [single] = run {
        return vec![single.clone()];
    }
    run.windows(2).map(joined).collect()
}

/// One token over a few neighbours, at the position of the first.
fn joined(tokens: &[Token]) -> Token {
    let (first, last) = (&tokens[0], &tokens[tokens.len() - 1]);
    Token {
        offset_from: first.offset_from,
        offset_to: last.offset_to,
        position: first.position,
        text: tokens.iter().map(|token| token.text.as_str()).collect(),
        position_length: tokens.len(),
    }
}

fn words_of_run(run: &[Token]) -> Vec<Token> {
    // Each token is one character, so jieba's positions, which count characters, index the run.
    let characters: String = run.iter().map(|token| token.text.as_str()).collect();
    let mut jieba = JiebaTokenizer::new();
    let mut words = Vec::new();
    jieba.token_stream(&characters).process(&mut |word| {
        let end = (word.position + word.position_length).min(run.len());
        words.push(joined(&run[word.position.min(end - 1)..end]));
    });
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(analysis: Analysis, text: &str, wanted: &[(&str, usize)]) {
        let mut found = Vec::new();
        analysis
            .analyzer()
            .token_stream(text)
            .process(&mut |token| found.push((token.text.clone(), token.position)));
        let found: Vec<(&str, usize)> =
            found.iter().map(|(text, position)| (text.as_str(), *position)).collect();
        assert_eq!(found, wanted, "{analysis:?} of {text:?}");
    }

    #[test]
    fn every_language_has_its_terms_at_real_positions() {
        check(Analysis::English, "Burning fees", &[("burn", 0), ("fee", 1)]);
        check(Analysis::Spanish, "canciones, año", &[("cancion", 0), ("ano", 1)]);
        check(Analysis::Bigrams, "喝绿茶 80度", &[("喝绿", 0), ("绿茶", 1), ("80", 3), ("度", 4)]);
        check(Analysis::ChineseWords, "冲泡绿茶", &[("冲泡", 0), ("绿茶", 2)]);
        check(Analysis::Plain, "Café 茶叶", &[("cafe", 0), ("茶", 1), ("叶", 2)]);
        check(Analysis::ChineseWords, "", &[]);
        check(Analysis::Plain, "__call eth_getProof", &[("call", 0), ("eth", 1), ("getproof", 2)]);
    }

    #[test]
    fn questions_keep_their_subject_and_stop_words_alone_are_kept() {
        let english = |question| Analysis::English.question_terms(question, Language::English);
        assert_eq!(english("What is a Datanet?"), ["datanet"]);
        assert_eq!(english("to be or not to be"), ["to", "be", "or", "not"]);
        assert_eq!(english("?!"), [""; 0]);
        let chinese = Analysis::ChineseWords.question_terms("绿茶是什么？", Language::Chinese);
        assert_eq!(chinese, ["绿茶"]);
    }
}
