//! Whose is how much of an answer? The bar above its text: one piece per source, the rest hatched.

use super::super::show;
use crate::ask::answer::Answer;
use crate::http::words::Words;
use askama::Template;
use askama::filters::HtmlSafe;
use footnote_domain::apportion::largest_remainder;

/// The bar with its key.
#[derive(Template)]
#[template(path = "answer/shares.html")]
pub(super) struct ShareBar {
    words: &'static Words,
    pieces: Vec<SharePiece>,
    rest: Option<SharePiece>,
}

impl HtmlSafe for ShareBar {}

struct SharePiece {
    n: u32,
    tone: String,
    title: String,
    percent: u64,
    x: String,
    width: String,
}

impl ShareBar {
    pub(super) fn new(words: &'static Words, answer: &Answer) -> Self {
        let mut ppm: Vec<u32> = answer.attribution.iter().map(|share| share.share_ppm).collect();
        ppm.push(answer.residual_ppm);
        let weights: Vec<u128> = ppm.iter().map(|part| u128::from(*part)).collect();
        // Rounded together, so that what is shown adds up to 100.
        let percents = largest_remainder(100, &weights);
        let mut x = 0;
        let mut piece = |n: u32, title: &str, part: u32, percent: u64| {
            let from = x;
            x += part;
            let (x, width) = (show::length(from), show::length(part));
            SharePiece { n, tone: show::tone(n), title: title.to_owned(), percent, x, width }
        };
        let sources = answer.attribution.iter().zip(&percents);
        let pieces = sources.map(|(of, percent)| piece(of.n, &of.title, of.share_ppm, *percent));
        let pieces = pieces.collect();
        let unsupported = percents.last().copied().unwrap_or_default();
        let rest = (answer.residual_ppm > 0).then(|| {
            let title = words.say("answer-no-source").to_string();
            piece(0, &title, answer.residual_ppm, unsupported)
        });
        Self { words, pieces, rest }
    }

    fn percent(&self, percent: &u64) -> String {
        self.words.say("percent").put("n", percent).to_string()
    }

    /// What the bar says, in words.
    fn label(&self) -> String {
        let parts = self.pieces.iter().chain(&self.rest);
        let parts = parts.map(|piece| format!("{} {}", piece.title, self.percent(&piece.percent)));
        let separator = self.words.say("list-separator").to_string();
        let parts = parts.collect::<Vec<_>>().join(&separator);
        self.words.say("answer-shares").put("parts", parts).to_string()
    }
}
