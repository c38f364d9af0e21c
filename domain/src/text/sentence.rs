//! Where does a sentence end? One splitter for indexing, answers and evidence.
//!
//! Blocks come first, as Markdown draws them: a fenced code block, a table row, a heading and a list
//! item are one sentence each. Running text is cut by UAX #29, mended for abbreviations, and after
//! Chinese 。！？；. Line breaks inside a paragraph end nothing.

use serde::{Deserialize, Serialize};
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// What kind of block a sentence stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SentenceKind {
    /// Running text.
    Prose,
    /// A heading line.
    Heading,
    /// One item of a list.
    ListItem,
    /// One row of a table.
    TableRow,
    /// A fenced block of code, whole.
    Code,
}

/// A sentence's place: bytes of the text, trimmed of white space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentenceSpan {
    /// Bytes of the text; whole characters.
    pub span: Range<usize>,
    /// The block it stands in.
    pub kind: SentenceKind,
}

/// All sentences of `text`, in order, never overlapping.
pub fn sentences(text: &str) -> Vec<SentenceSpan> {
    let mut found = Vec::new();
    for block in blocks(text) {
        match block.kind {
            SentenceKind::Prose => split_prose(text, block.span, &mut found),
            kind => push(text, block.span, kind, &mut found),
        }
    }
    found
}

fn push(text: &str, span: Range<usize>, kind: SentenceKind, found: &mut Vec<SentenceSpan>) {
    let inner = &text[span.clone()];
    let start = span.start + (inner.len() - inner.trim_start().len());
    let end = span.start + inner.trim_end().len();
    if start < end {
        found.push(SentenceSpan { span: start..end, kind });
    }
}

/// Lines gathered into blocks.
fn blocks(text: &str) -> Vec<SentenceSpan> {
    let mut blocks: Vec<SentenceSpan> = Vec::new();
    let mut fence: Option<&str> = None;
    let mut open = false;
    for line in lines(text) {
        let shown = text[line.clone()].trim();
        if let Some(mark) = fence {
            extend(&mut blocks, line.end);
            if shown.starts_with(mark) {
                fence = None;
                open = false;
            }
            continue;
        }
        if let Some(mark) = fence_mark(shown) {
            blocks.push(SentenceSpan { span: line, kind: SentenceKind::Code });
            fence = Some(mark);
            continue;
        }
        match line_kind(shown) {
            None => open = false,
            Some(SentenceKind::Prose) if open => extend(&mut blocks, line.end),
            Some(kind) => {
                blocks.push(SentenceSpan { span: line, kind });
                // Indented or lazy continuation lines belong to the paragraph or item above.
                open = matches!(kind, SentenceKind::Prose | SentenceKind::ListItem);
            }
        }
    }
    blocks
}

fn extend(blocks: &mut [SentenceSpan], end: usize) {
    if let Some(last) = blocks.last_mut() {
        last.span.end = end;
    }
}

fn lines(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    text.split_inclusive('\n').scan(0, |at, line| {
        let start = *at;
        *at += line.len();
        Some(start..*at)
    })
}

fn fence_mark(line: &str) -> Option<&'static str> {
    ["```", "~~~"].into_iter().find(|mark| line.starts_with(mark))
}

/// `None` for a line that separates blocks and says nothing itself.
fn line_kind(line: &str) -> Option<SentenceKind> {
    if !line.chars().any(char::is_alphanumeric) {
        return (!line.is_empty() && !is_rule(line)).then_some(SentenceKind::Prose);
    }
    let hashes = line.chars().take_while(|ch| *ch == '#').count();
    if (1..=6).contains(&hashes) && line[hashes..].starts_with([' ', '\t']) {
        return Some(SentenceKind::Heading);
    }
    if line.starts_with('|') {
        return Some(SentenceKind::TableRow);
    }
    Some(if is_list_item(line) { SentenceKind::ListItem } else { SentenceKind::Prose })
}

/// Thematic breaks, setext underlines and table rulers.
fn is_rule(line: &str) -> bool {
    line.chars().all(|ch| matches!(ch, '-' | '=' | '*' | '_' | '|' | ':' | '+' | ' '))
}

fn is_list_item(line: &str) -> bool {
    if let Some(rest) = line.strip_prefix(['-', '*', '+', '•']) {
        return rest.starts_with([' ', '\t']);
    }
    let digits = line.chars().take_while(char::is_ascii_digit).count();
    let rest = &line[digits..];
    (1..=3).contains(&digits)
        && (rest.starts_with(". ") || rest.starts_with(") ") || rest.starts_with('、'))
}

fn split_prose(text: &str, span: Range<usize>, found: &mut Vec<SentenceSpan>) {
    // UAX #29 ends a sentence at every line break; a space of the same length does not.
    let flat = text[span.clone()].replace(['\n', '\r', '\t'], " ");
    let mut start = 0;
    let mut end = 0;
    for piece in flat.split_sentence_bounds().flat_map(split_cjk) {
        // `**Why?** Because.`: the marks that close an emphasis belong to the sentence they close.
        let closing = if start < end { closing_marks(piece) } else { 0 };
        if closing > 0 || !ends_in_abbreviation(&flat[start..end]) {
            let until = end + closing;
            push(text, span.start + start..span.start + until, SentenceKind::Prose, found);
            start = until;
        }
        end += piece.len();
    }
    push(text, span.start + start..span.start + end, SentenceKind::Prose, found);
}

/// Bytes of emphasis marks at the start of `piece` that are followed by white space or its end.
fn closing_marks(piece: &str) -> usize {
    let marks = piece.len() - piece.trim_start_matches(['*', '_', '`', '~']).len();
    let rest = &piece[marks..];
    if rest.is_empty() || rest.starts_with(char::is_whitespace) { marks } else { 0 }
}

/// Cuts after 。！？； and the closing marks that follow them.
fn split_cjk(piece: &str) -> impl Iterator<Item = &str> {
    let mut rest = piece;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (now, later) = rest.split_at(cjk_end(rest));
        rest = later;
        Some(now)
    })
}

fn cjk_end(text: &str) -> usize {
    let mut ended = false;
    for (at, ch) in text.char_indices() {
        match ch {
            '。' | '！' | '？' | '；' => ended = true,
            '”' | '’' | '」' | '』' | '）' | '》' | '】' | '〉' if ended => {}
            _ if ended => return at,
            _ => {}
        }
    }
    text.len()
}

/// Abbreviations after which a capital does not begin a sentence, in English and Spanish.
const ABBREVIATIONS: [&str; 48] = [
    "e.g", "i.e", "cf", "vs", "dr", "mr", "mrs", "ms", "prof", "st", "no", "nos", "fig", "figs",
    "eq", "sec", "ch", "vol", "pp", "ed", "eds", "al", "inc", "ltd", "co", "jr", "sr", "approx",
    "dept", "est", "gov", "gen", "rev", "art", "sra", "srta", "ud", "uds", "dra", "pág", "págs",
    "núm", "aprox", "avda", "ee.uu", "p.ej", "p. ej", "d",
];

fn ends_in_abbreviation(sentence: &str) -> bool {
    let Some(body) = sentence.trim_end().strip_suffix('.') else { return false };
    let word = body.rsplit([' ', '(', '[', '"', '“', '«']).next().unwrap_or_default();
    let two_words = body.rsplitn(3, ' ').take(2).collect::<Vec<_>>();
    let pair = format!("{} {}", two_words.get(1).unwrap_or(&""), word);
    let is_initial = word.chars().count() == 1 && word.chars().all(char::is_uppercase);
    let known = |form: &str| ABBREVIATIONS.contains(&form.to_lowercase().as_str());
    // "no." and "co." also end sentences; only their use before a number or a name is meant, which
    // cannot be seen here, so the two short ones count only with a capital.
    let ambiguous = matches!(word, "no" | "co" | "d" | "art" | "est" | "ed" | "al");
    is_initial || (known(word) && !ambiguous) || known(&pair)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, wanted: &[&str]) {
        let found: Vec<&str> =
            sentences(text).iter().map(|sentence| &text[sentence.span.clone()]).collect();
        assert_eq!(found, wanted, "{text:?}");
    }

    #[test]
    fn running_text() {
        check("One. Two! Three?", &["One.", "Two!", "Three?"]);
        check("A line\nbroken here. Next.", &["A line\nbroken here.", "Next."]);
        check("See e.g. Smith or Dr. Jones. Done.", &["See e.g. Smith or Dr. Jones.", "Done."]);
        check("It costs 3.5 units. J. Doe paid.", &["It costs 3.5 units.", "J. Doe paid."]);
        check("¿Qué es? La Sra. Ruiz lo sabe.", &["¿Qué es?", "La Sra. Ruiz lo sabe."]);
        check(
            "**Why so?** Because. *Really!* Yes.",
            &["**Why so?**", "Because.", "*Really!*", "Yes."],
        );
        check("He said no. Then he left.", &["He said no.", "Then he left."]);
    }

    #[test]
    fn chinese() {
        check(
            "绿茶不发酵。红茶呢？全发酵；“对。”好",
            &["绿茶不发酵。", "红茶呢？", "全发酵；", "“对。”", "好"],
        );
    }

    #[test]
    fn blocks_of_markdown() {
        check(
            "# Title\nIntro here. More.\n\n- one. still one\n- two\n  goes on\n\n| a | b |\n|---|---|\n| 1. | 2 |\n\n```rust\nfn a() {}\n\nlet x = 1.0;\n```\nEnd.",
            &[
                "# Title",
                "Intro here.",
                "More.",
                "- one. still one",
                "- two\n  goes on",
                "| a | b |",
                "| 1. | 2 |",
                "```rust\nfn a() {}\n\nlet x = 1.0;\n```",
                "End.",
            ],
        );
        check("```\nnever closed", &["```\nnever closed"]);
        check("a\n---\nb\n\n***\n", &["a", "b"]);
        check("", &[]);
    }

    proptest! {
        #[test]
        fn every_visible_word_is_in_exactly_one_sentence(text in "[a-zA-Z绿。！.?\\n#|\\-` ]{0,80}") {
            let spans = sentences(&text);
            for pair in spans.windows(2) {
                prop_assert!(pair[0].span.end <= pair[1].span.start);
            }
            for (at, ch) in text.char_indices().filter(|(_, ch)| ch.is_alphanumeric()) {
                let holders = spans.iter().filter(|sentence| sentence.span.contains(&at)).count();
                prop_assert_eq!(holders, 1, "{:?} at {} in {:?}", ch, at, text);
            }
        }
    }
}
