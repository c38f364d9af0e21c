//! Where must a text end? At the first of some strings, which is not part of it, however the stream of
//! pieces cuts it.

/// Watches a stream of text for stop strings.
#[derive(Debug, Default)]
pub struct Stops {
    strings: Vec<String>,
    /// The end of what came, which may be the beginning of a stop string.
    held: String,
    stopped: bool,
}

impl Stops {
    /// Watches for these; empty ones never stop anything.
    pub fn new(strings: impl IntoIterator<Item = String>) -> Self {
        let strings = strings.into_iter().filter(|one| !one.is_empty()).collect();
        Self { strings, held: String::new(), stopped: false }
    }

    /// Takes the next piece; returns what of the text is certain now.
    pub fn take(&mut self, piece: &str) -> String {
        if self.stopped {
            return String::new();
        }
        self.held.push_str(piece);
        let first = self.strings.iter().filter_map(|stop| self.held.find(stop.as_str())).min();
        if let Some(at) = first {
            self.stopped = true;
            self.held.truncate(at);
            return std::mem::take(&mut self.held);
        }
        let begun = |at: &usize| {
            let tail = &self.held[*at..];
            self.strings.iter().any(|stop| stop.starts_with(tail))
        };
        let open = self.held.char_indices().map(|(at, _)| at).find(begun);
        let rest = self.held.split_off(open.unwrap_or(self.held.len()));
        std::mem::replace(&mut self.held, rest)
    }

    /// Whether a stop string came.
    pub fn stopped(&self) -> bool {
        self.stopped
    }

    /// The text has ended: what was held back and turned out to be text.
    pub fn end(&mut self) -> String {
        std::mem::take(&mut self.held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, stops: &[&str], wanted: &str) {
        for size in 1..=text.chars().count() {
            let mut watched = Stops::new(stops.iter().map(|one| (*one).to_owned()));
            let letters: Vec<char> = text.chars().collect();
            let mut found = String::new();
            for piece in letters.chunks(size) {
                found += &watched.take(&piece.iter().collect::<String>());
            }
            assert_eq!(watched.stopped(), wanted != text);
            found += &watched.end();
            assert_eq!(found, wanted, "in pieces of {size}");
        }
    }

    #[test]
    fn a_text_ends_before_its_first_stop_however_it_is_cut() {
        check("One. Two. END three", &["END"], "One. Two. ");
        check("ENENEND", &["END"], "ENEN");
        check("茶是绿的。完了", &["完", "绿色"], "茶是绿的。");
        check("aab", &["aaa", "ab"], "a");
        check("The EN", &["END"], "The EN");
        check("All of it", &["", "?"], "All of it");
    }
}
