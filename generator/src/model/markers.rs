//! Where does a model point to its sources? Models write markers in many shapes, often to passages
//! that do not say it or do not exist. Whom a sentence rests on is found by evidence, never by what the
//! model says of itself, so every marker goes before anybody sees the sentence.

/// Most characters between the brackets of a marker.
const MARKER_CHARS_MOST: usize = 24;
/// Most characters of a marker that is a link.
const LINK_CHARS_MOST: usize = 400;

/// The text without source markers: `[1]`, `[1, 2]`, `[1][3]`, `[^1]`, `【1】`, `【1†source】`. Code between
/// backticks stays as it is, and so do brackets that hold anything but numbers.
pub fn without_markers(text: &str) -> String {
    cleaned(text, MarkerFilter::default())
}

/// The same of a text in which backticks set nothing apart.
pub(super) fn without_any_markers(text: &str) -> String {
    cleaned(text, MarkerFilter { no_code: true, ..MarkerFilter::default() })
}

fn cleaned(text: &str, mut filter: MarkerFilter) -> String {
    let mut clean = String::with_capacity(text.len());
    filter.take(text, &mut clean);
    filter.end(&mut clean);
    clean
}

/// Takes markers out of a text that comes in pieces; each byte of it is read once, but for the few
/// that may become a marker.
#[derive(Debug, Default)]
pub(super) struct MarkerFilter {
    held: String,
    in_code: bool,
    no_code: bool,
}

/// What a text that begins with a bracket begins with.
enum Reading {
    /// A marker of so many bytes.
    Marker(usize),
    /// No marker.
    Text,
    /// What is still to come decides.
    Undecided,
}

impl MarkerFilter {
    /// Reads on; what can no longer be part of a marker goes to the end of `clean`.
    pub(super) fn take(&mut self, piece: &str, clean: &mut String) {
        self.held.push_str(piece);
        self.pass(clean, false);
    }

    /// The text has ended: what was held back.
    pub(super) fn end(&mut self, clean: &mut String) {
        self.pass(clean, true);
    }

    fn pass(&mut self, clean: &mut String, ended: bool) {
        let held = std::mem::take(&mut self.held);
        let mut rest = held.as_str();
        while let Some(next) = rest.chars().next() {
            if next == '`' && !self.no_code {
                self.in_code = !self.in_code;
            }
            match if self.in_code { Reading::Text } else { read(rest, ended) } {
                Reading::Marker(length) => {
                    // The space before a marker belongs to it: `sea [1].` reads `sea.`
                    clean.truncate(clean.trim_end_matches([' ', '\u{a0}', '\u{2009}']).len());
                    rest = &rest[length..];
                }
                Reading::Text => {
                    clean.push(next);
                    rest = &rest[next.len_utf8()..];
                }
                Reading::Undecided => break,
            }
        }
        self.held = rest.to_owned();
    }
}

/// What `text` begins with; nothing is undecided in a text that has `ended`.
fn read(text: &str, ended: bool) -> Reading {
    let close = match text.chars().next() {
        Some('[') => ']',
        Some('【') => '】',
        Some('［') => '］',
        _ => return Reading::Text,
    };
    let undecided = if ended { Reading::Text } else { Reading::Undecided };
    let mut near = text.char_indices().take(MARKER_CHARS_MOST);
    let Some((end, _)) = near.find(|(_, one)| *one == close) else {
        let may_come = text.chars().nth(MARKER_CHARS_MOST - 1).is_none();
        return if may_come { undecided } else { Reading::Text };
    };
    let open = text.chars().next().map_or(0, char::len_utf8);
    if !points(&text[open..end], close) {
        return Reading::Text;
    }
    let marker = end + close.len_utf8();
    let after = &text[marker..];
    if after.is_empty() && !ended {
        return Reading::Undecided;
    }
    // `[1](address)` is a link whose words happen to be a number: it leads nowhere we know of.
    if !after.starts_with('(') {
        return Reading::Marker(marker);
    }
    let mut address = after.char_indices().take(LINK_CHARS_MOST);
    match address.find(|(_, one)| *one == ')') {
        Some((at, _)) => Reading::Marker(marker + at + 1),
        None if !ended && after.chars().nth(LINK_CHARS_MOST - 1).is_none() => Reading::Undecided,
        None => Reading::Marker(marker),
    }
}

/// Whether what stands between the brackets names sources by number.
fn points(inside: &str, close: char) -> bool {
    let named = if close == '】' { inside.split('†').next().unwrap_or(inside) } else { inside };
    let separators = [',', ';', ' ', '-', '–', '—', '^', ':', '、', '，', '\u{a0}'];
    let mut parts = named.split(separators).filter(|part| !part.is_empty()).peekable();
    parts.peek().is_some()
        && parts.all(|part| {
            part.chars().all(char::is_numeric)
                || matches!(
                    part.to_lowercase().as_str(),
                    "source" | "sources" | "fuente" | "来源" | "and" | "y"
                )
        })
        && named.chars().any(char::is_numeric)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, wanted: &str) {
        assert_eq!(without_markers(text), wanted);
    }

    #[test]
    fn every_shape_that_models_write() {
        check("The sea [1].", "The sea.");
        check("The sea.[1][3]", "The sea.");
        check(
            "The sea[1, 2] is【3】 wide [^4] and【5†source】 deep [1-3].",
            "The sea is wide and deep.",
        );
        check("Beyond all numbers [99].", "Beyond all numbers.");
        check("El mar [fuente 2].", "El mar.");
        check("海很宽［1］。", "海很宽。");
        check("See [2](http://example.com/x).", "See.");
    }

    #[test]
    fn brackets_that_point_nowhere_are_text() {
        check(
            "Press [Enter] or `list[0]` (see [RFC 2119])",
            "Press [Enter] or `list[0]` (see [RFC 2119])",
        );
        check("An open [1", "An open [1");
        check("[]", "[]");
        check("- [ ] to do", "- [ ] to do");
    }

    /// Every shape of a marker, whole and broken, among text.
    const SHAPES: &str = "(\\[[0-9]{1,3}\\])|(【[0-9]†s】)|(\\[\\^[0-9]\\])|(\\[[0-9](\\]\\()?)|(\\[[a-z]{1,3}\\])|`|\\)|([a-zá。 ]{0,6})";

    proptest! {
        #[test]
        fn pieces_say_what_the_whole_says(
            parts in prop::collection::vec(SHAPES, 0..12),
            size in 1usize..7,
        ) {
            let text = parts.concat();
            let (mut filter, mut clean) = (MarkerFilter::default(), String::new());
            let chars: Vec<char> = text.chars().collect();
            for piece in chars.chunks(size) {
                filter.take(&piece.iter().collect::<String>(), &mut clean);
            }
            filter.end(&mut clean);
            prop_assert_eq!(clean, without_markers(&text));
        }

        #[test]
        fn nothing_that_looks_like_a_marker_is_left(
            parts in prop::collection::vec("(\\[[0-9]{1,3}\\])|(【[0-9]†s】)|(\\[\\^[0-9]\\])|([a-zá。 ]{0,6})", 0..12),
        ) {
            let clean = without_markers(&parts.concat());
            prop_assert!(!clean.contains(['[', '【']), "{clean}");
            prop_assert_eq!(without_markers(&clean), clean.clone());
        }
    }
}
