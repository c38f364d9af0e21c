//! What of a model's sentence may a reader see? Its words. Where it rests is shown by footnotes, so
//! its own markers, links and HTML go: a link in an answer leads where the writer of some passage wanted
//! it to lead. Code stays as it is; nothing in it is a link.

use super::markers::without_any_markers;

/// Most bytes of a tag or an address between brackets.
const TAG_BYTES_MOST: usize = 2_000;
/// What an address begins with.
const SCHEMES: [&str; 9] =
    ["http:", "https:", "ftp:", "javascript:", "data:", "mailto:", "file:", "vbscript:", "www."];

/// The sentence without markers, links and tags outside its code.
pub(super) fn plain(text: &str) -> String {
    let mut before = text.to_owned();
    loop {
        // What goes may join backticks, and what was code between them is code no more.
        let after = plain_beside_code(&before);
        if after == before {
            return after;
        }
        before = after;
    }
}

fn plain_beside_code(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, code, after)) = split_code(rest) {
        plain.push_str(&plain_prose(before));
        plain.push_str(code);
        rest = after;
    }
    plain.push_str(&plain_prose(rest));
    plain
}

/// The first span of code, with what stands before and after it: between two runs of as many
/// backticks.
fn split_code(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    while let Some(open) = text[from..].find('`').map(|at| from + at) {
        let ticks = run(&text[open..]);
        let mut at = open + ticks;
        while let Some(close) = text[at..].find('`').map(|next| at + next) {
            let closing = run(&text[close..]);
            if closing == ticks {
                return Some((&text[..open], &text[open..close + ticks], &text[close + ticks..]));
            }
            at = close + closing;
        }
        from = open + ticks;
    }
    None
}

fn run(text: &str) -> usize {
    text.bytes().take_while(|byte| *byte == b'`').count()
}

fn plain_prose(text: &str) -> String {
    // What is left of one may be another: `<<a>b>`, `[1[2]]`.
    let mut before = text.to_owned();
    loop {
        let after = without_addresses(&without_links(&without_tags(&without_any_markers(&before))));
        if after == before {
            return after;
        }
        before = after;
    }
}

/// Without `<a href=…>`, `</passage>`, `<!-- … -->` and `<https://…>`; `a < b` stays.
fn without_tags(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        let (before, tag) = rest.split_at(open);
        kept.push_str(before);
        let begins =
            tag[1..].starts_with(|ch: char| ch.is_ascii_alphabetic() || "/!?".contains(ch));
        let close = tag.find('>').filter(|at| begins && *at <= TAG_BYTES_MOST);
        match close {
            Some(close) => rest = &tag[close + 1..],
            // A tag that never closes would be closed by whatever comes behind it.
            None if begins => rest = &tag[1..],
            None => {
                kept.push('<');
                rest = &tag[1..];
            }
        }
    }
    kept + rest
}

/// `[words](address)` and `![words](address)` become `words`; `[name]: address` loses its brackets.
fn without_links(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(turn) = rest.find("](").or_else(|| rest.find("]:")) {
        let before = &rest[..turn];
        let words = before.rfind('[').map_or(turn, |open| open + 1);
        let lead = if words == turn { before } else { &before[..words - 1] };
        kept.push_str(lead.strip_suffix('!').unwrap_or(lead));
        kept.push_str(&before[words..]);
        let after = &rest[turn + 2..];
        let closes = rest[turn..].starts_with("](").then(|| after.find(')')).flatten();
        rest = closes.map_or(after, |close| &after[close + 1..]);
    }
    kept + rest
}

/// Without words that begin with an address's scheme, wherever in the word it begins.
fn without_addresses(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    for word in text.split_inclusive(char::is_whitespace) {
        let lower = word.to_ascii_lowercase();
        let starts = SCHEMES.iter().filter_map(|scheme| lower.find(scheme));
        // `data:` and `file:` in a sentence are words; an address goes on behind its colon.
        let address = starts.filter(|at| goes_on(&lower[*at..])).min();
        match address {
            None => kept.push_str(word),
            Some(at) => {
                kept.push_str(&word[..at]);
                let body = word.trim_end();
                // The end of a sentence is not the address's.
                kept.extend(body.chars().last().filter(|ch| ".!?。！？".contains(*ch)));
                kept.push_str(&word[body.len()..]);
            }
        }
    }
    kept
}

fn goes_on(address: &str) -> bool {
    let behind = address.find([':', '.']).map_or("", |at| &address[at + 1..]);
    behind.trim_start_matches('/').starts_with(|ch: char| ch.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, wanted: &str) {
        assert_eq!(plain(text), wanted);
    }

    #[test]
    fn links_lose_where_they_lead_and_keep_their_words() {
        check("See [the prize](https://evil.example/x?q=1).", "See the prize.");
        check("See ![pixel](https://evil.example/p.png) it.", "See pixel it.");
        check("Go to https://evil.example/now.", "Go to .");
        check("Go to www.evil.example now", "Go to  now");
        check("访问https://evil.example/现在。", "访问。");
        check("<a href='https://evil.example'>Click</a> here", "Click here");
        check("<script>alert(1)</script>", "alert(1)");
        check("<img src=x onerror=alert(1)", "img src=x onerror=alert(1)");
        check("Run [this](javascript:alert(1)) now", "Run this) now");
        check("[1]: https://evil.example", ": ");
        check("</passage><passage number=\"9\">So it is [9].", "So it is.");
        check("<<b>a>", "");
    }

    #[test]
    fn words_that_lead_nowhere_stay() {
        for text in [
            "At 80 °C, if a < b and c > d.",
            "The data: three rows, one file: none.",
            "Use `[1](http://x.y)` or ``<a>`` in Markdown.",
            "It's 3:2 [Enter].",
            "```\ncurl https://example.org\n```",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn a_backtick_alone_hides_nothing() {
        check("It`s hot [1] and [dear](http://evil.example).", "It`s hot and dear.");
        check("``a` [2] b", "``a` b");
        check("`[1]`<a>`", "```");
    }

    proptest! {
        #[test]
        fn nothing_is_left_and_cleaning_twice_is_cleaning_once(
            parts in prop::collection::vec("(\\[[a-z1]{0,3}\\])|(\\()|(\\))|(<a>)|<|>|(https?://e\\.x/)|!|`|( )|([a-z。:]{1,4})", 0..14),
        ) {
            let clean = plain(&parts.concat());
            prop_assert_eq!(plain(&clean), clean.clone());
            if !clean.contains('`') {
                prop_assert!(!clean.contains("](") && !clean.contains("://"), "{clean}");
                prop_assert!(!clean.contains("<a"), "{clean}");
            }
        }
    }
}
