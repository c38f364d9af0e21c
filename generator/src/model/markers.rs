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
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    let mut in_code = false;
    while let Some(next) = rest.chars().next() {
        if next == '`' {
            in_code = !in_code;
        }
        if !in_code && let Some(length) = marker(rest) {
            // The space before a marker belongs to it: `sea [1].` reads `sea.`
            kept.truncate(kept.trim_end_matches([' ', '\u{a0}', '\u{2009}']).len());
            rest = &rest[length..];
            continue;
        }
        kept.push(next);
        rest = &rest[next.len_utf8()..];
    }
    kept
}

/// Bytes at the beginning of a text still coming in which no later piece can change what is a marker.
pub(super) fn decided(text: &str) -> usize {
    let Some(open) = text.rfind(['[', '【', '［']) else { return text.len() };
    let tail = &text[open..];
    let undecided = match tail.find([']', '】', '］']) {
        None => tail.chars().count() < MARKER_CHARS_MOST,
        Some(close) => {
            let after = tail[close..].chars().nth(1);
            let link = || !tail[close..].contains(')') && tail.chars().count() < LINK_CHARS_MOST;
            after.is_none() || after == Some('(') && link()
        }
    };
    if undecided { open } else { text.len() }
}

/// Bytes of the marker that `text` begins with.
fn marker(text: &str) -> Option<usize> {
    let close = match text.chars().next()? {
        '[' => ']',
        '【' => '】',
        '［' => '］',
        _ => return None,
    };
    let (end, _) = text.char_indices().take(MARKER_CHARS_MOST).find(|(_, one)| *one == close)?;
    let open = text.chars().next()?.len_utf8();
    let after = &text[end + close.len_utf8()..];
    // `[1](address)` is a link whose words happen to be a number: it leads nowhere we know of.
    let address = after.char_indices().take(LINK_CHARS_MOST).find(|(_, one)| *one == ')');
    let link = address.filter(|_| after.starts_with('(')).map_or(0, |(at, _)| at + 1);
    points(&text[open..end], close).then_some(end + close.len_utf8() + link)
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

    proptest! {
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
