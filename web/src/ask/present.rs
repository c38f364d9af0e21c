//! How are passages and contributions named to a reader?

use super::answer::SearchResult;
use footnote_domain::corpus::{Contribution, Datanet};
use footnote_domain::id::{DatanetId, PayeeId};
use footnote_domain::text::CodePoints;
use footnote_retriever::{Generation, Hit};

/// Code points of context shown on each side of a quote.
const CONTEXT_CHARS: usize = 90;

/// The Datanet's record.
pub fn datanet(generation: &Generation, id: DatanetId) -> Option<&Datanet> {
    generation.datanets().iter().find(|datanet| datanet.id == id)
}

/// The declared title, or the beginning of the content hash.
pub fn title(contribution: &Contribution) -> String {
    if contribution.description.title.is_empty() {
        return contribution.content_hash.to_string()[..12].to_owned();
    }
    contribution.description.title.clone()
}

/// The payees' names in order of weight, short ids where no name is known.
pub fn authors(contribution: &Contribution) -> Vec<String> {
    let mut shares = contribution.payees.shares().to_vec();
    shares.sort_by_key(|share| (std::cmp::Reverse(share.ppm), share.payee));
    shares.iter().map(|share| payee_name(contribution, share.payee)).collect()
}

/// The name of one payee of a contribution.
pub fn payee_name(contribution: &Contribution, payee: PayeeId) -> String {
    let known = contribution.description.name_of(contribution.datanet, payee);
    known.map_or_else(|| short(payee), str::to_owned)
}

/// `0x71C7…976F`-like form of a payee.
pub fn short(payee: PayeeId) -> String {
    let hex = payee.address().map_or_else(|| payee.to_string(), |address| address.to_string());
    format!("{}…{}", &hex[..6], &hex[hex.len() - 4..])
}

/// The words before a quote, cut at a word where possible.
pub fn words_before(text: &str, start: usize) -> String {
    let head = &text[..start];
    let from = head.char_indices().rev().nth(CONTEXT_CHARS - 1).map_or(0, |(at, _)| at);
    let cut = &head[from..];
    let at = if from == 0 { 0 } else { cut.find(char::is_whitespace).map_or(0, |at| at + 1) };
    one_line(cut.get(at..).unwrap_or(cut))
}

/// The words after a quote, cut at a word where possible.
pub fn words_after(text: &str, end: usize) -> String {
    let tail = &text[end..];
    let to = tail.char_indices().nth(CONTEXT_CHARS).map_or(tail.len(), |(at, _)| at);
    let cut = &tail[..to];
    let at = if to == tail.len() { to } else { cut.rfind(char::is_whitespace).unwrap_or(to) };
    one_line(&cut[..at])
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Hits as a reader sees them, each with its rank from 1.
pub fn search_results<'a>(
    generation: &Generation,
    ranked: impl IntoIterator<Item = (u32, &'a Hit)>,
) -> Vec<SearchResult> {
    ranked.into_iter().map(|(rank, hit)| search_result(generation, rank, hit)).collect()
}

fn search_result(generation: &Generation, rank: u32, hit: &Hit) -> SearchResult {
    let passage = &generation.passages()[hit.passage as usize];
    let contribution = &generation.documents()[hit.document as usize];
    let text = generation.text(hit.document);
    let points = CodePoints::from_bytes(text, &passage.span);
    let slug = datanet(generation, contribution.datanet).map(|datanet| datanet.slug.clone());
    SearchResult {
        rank,
        datanet: contribution.datanet,
        datanet_slug: slug.unwrap_or_default(),
        document: contribution.content_hash,
        title: title(contribution),
        section: passage.section.clone(),
        start: points.start,
        end: points.end,
        text: text[passage.span.clone()].to_owned(),
        relevance_ppm: hit.relevance_ppm,
        score_millionths: millionths(hit.score),
        bm25_millionths: hit.bm25.map(millionths),
        cosine_millionths: hit.cosine.map(millionths),
        lexical_rank: hit.lexical_rank.map(|rank| rank + 1),
        vector_rank: hit.vector_rank.map(|rank| rank + 1),
    }
}

/// Floats stop here: what is stored and shown is the same integer.
fn millionths(value: f32) -> i64 {
    (f64::from(value) * 1e6).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn context_is_cut_at_words_and_never_inside_a_character() {
        let text = format!("{}quote{}", "前文 字 ".repeat(40), " señal más".repeat(40));
        let at = text.find("quote").expect("is there");
        let before = words_before(&text, at);
        let after = words_after(&text, at + 5);
        assert!(
            before.chars().count() <= CONTEXT_CHARS && before.starts_with('字')
                || before.starts_with('前')
        );
        assert!(after.starts_with("señal") && after.chars().count() <= CONTEXT_CHARS);
        assert_eq!(words_before("abc", 0), "");
        assert_eq!(words_after("abc", 3), "");
    }
}
