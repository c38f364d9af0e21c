//! How does a contributor's Markdown become a page? Rendered on the server, raw HTML shown as the text
//! that it is, and what comes out sanitised once more; the cited span is marked wherever it runs,
//! through emphasis, links, code and table cells.

use ammonia::{Builder, UrlRelative};
use footnote_domain::text::{SentenceKind, sentences};
use pulldown_cmark::{
    CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html,
};
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::sync::LazyLock;

/// HTML that this module wrote and sanitised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Markup(String);

impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for Markup {}

/// A text as a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rendered {
    /// The page's body.
    pub(super) markup: Markup,
    /// Whether the wanted span was found in what is shown; its first piece has the id `quote`.
    pub(super) marked: bool,
}

/// One sentence of an answer: what it is, and how it looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// The block that it stands in.
    pub(super) kind: SentenceKind,
    /// Its inside: the text of an item, the cells of a row, a whole block of code.
    pub(super) markup: Markup,
}

const OPTIONS: Options = Options::ENABLE_TABLES.union(Options::ENABLE_STRIKETHROUGH);

/// Links leave the house without a trace of where they come from, and pass no rank on.
const LINK_REL: &str = "noopener noreferrer nofollow";

static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder
        .add_tags(["mark"])
        .rm_tags(["img", "map", "area", "article", "aside", "header", "footer", "nav", "center"])
        .tag_attributes(HashMap::from([
            ("a", ["href", "title"].into()),
            ("mark", ["id"].into()),
            ("ol", ["start"].into()),
        ]))
        .generic_attributes(std::collections::HashSet::new())
        .url_schemes(["http", "https", "mailto"].into())
        .url_relative(UrlRelative::Deny)
        .link_rel(Some(LINK_REL));
    builder
});

/// A whole text, with the bytes `span` marked.
///
/// Headings begin at the second level, whatever the text begins with: the page has a heading of its
/// own.
pub(super) fn document(text: &str, span: Option<Range<usize>>) -> Rendered {
    let mut marker = Marker { text, span: span.unwrap_or(0..0), marked: false };
    let top = top_heading(text);
    let mut events = Vec::new();
    for (event, range) in Parser::new_ext(text, OPTIONS).into_offset_iter() {
        marker.push(shown(event, top), range, &mut events);
    }
    let mut page = String::with_capacity(text.len() * 3 / 2);
    html::push_html(&mut page, events.into_iter());
    Rendered { markup: sanitised(&page), marked: marker.marked }
}

fn sanitised(page: &str) -> Markup {
    Markup(SANITISER.clean(page).to_string())
}

/// The highest level of heading that a text uses.
fn top_heading(text: &str) -> HeadingLevel {
    let levels = Parser::new_ext(text, OPTIONS).filter_map(|event| match event {
        Event::Start(Tag::Heading { level, .. }) => Some(level),
        _ => None,
    });
    levels.min().unwrap_or(HeadingLevel::H1)
}

/// What is shown for an event: raw HTML as text, a picture as a link to it, headings from the second
/// level on.
fn shown(event: Event<'_>, top: HeadingLevel) -> Event<'_> {
    match event {
        Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
        // The tags that frame a block of raw HTML say nothing once it is text.
        Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
        Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
        Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
            Event::Start(Tag::Link { link_type, dest_url, title, id })
        }
        Event::End(TagEnd::Image) => Event::End(TagEnd::Link),
        Event::Start(Tag::Heading { level, .. }) => Event::Start(Tag::Heading {
            level: below(top, level),
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        }),
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(below(top, level))),
        // The language of a block of code would become a class; nothing here colours code.
        Event::Start(Tag::CodeBlock(_)) => Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)),
        other => other,
    }
}

fn below(top: HeadingLevel, level: HeadingLevel) -> HeadingLevel {
    let shifted = 2 + level as usize - (top as usize).min(level as usize);
    HeadingLevel::try_from(shifted.min(6)).unwrap_or(HeadingLevel::H6)
}

/// Wraps what lies in `span` while the events go by.
struct Marker<'a> {
    text: &'a str,
    span: Range<usize>,
    marked: bool,
}

impl<'a> Marker<'a> {
    fn push(&mut self, event: Event<'a>, range: Range<usize>, events: &mut Vec<Event<'a>>) {
        let inside = self.span.start.max(range.start)..self.span.end.min(range.end);
        if inside.is_empty() {
            return events.push(event);
        }
        match event {
            Event::Text(shown) => self.push_text(shown, range, inside, events),
            Event::Code(_) => self.wrap(event, events),
            _ => events.push(event),
        }
    }

    /// Cuts a run of text where the span begins and ends. Where what is shown is not what is written
    /// (an entity such as `&amp;`), the run is too short to cut and is marked whole.
    fn push_text(
        &mut self,
        shown: CowStr<'a>,
        range: Range<usize>,
        inside: Range<usize>,
        events: &mut Vec<Event<'a>>,
    ) {
        let cut = |bytes: Range<usize>| self.text.get(bytes).filter(|part| !part.is_empty());
        if self.text.get(range.clone()) != Some(&*shown) {
            return self.wrap(Event::Text(shown), events);
        }
        let (head, tail) = (cut(range.start..inside.start), cut(inside.end..range.end));
        let body = cut(inside);
        events.extend(head.map(|head| Event::Text(head.into())));
        if let Some(body) = body {
            self.wrap(Event::Text(body.into()), events);
        }
        events.extend(tail.map(|tail| Event::Text(tail.into())));
    }

    fn wrap(&mut self, event: Event<'a>, events: &mut Vec<Event<'a>>) {
        let open = if self.marked { "<mark>" } else { "<mark id=\"quote\">" };
        self.marked = true;
        events.extend([Event::Html(open.into()), event, Event::Html("</mark>".into())]);
    }
}

/// One sentence of an answer, quoted as it stands in its source.
pub(super) fn sentence(text: &str) -> Piece {
    let kind = sentences(text).first().map_or(SentenceKind::Prose, |first| first.kind);
    let page = match kind {
        SentenceKind::Code => return Piece { kind, markup: document(text, None).markup },
        SentenceKind::TableRow => cells(text),
        SentenceKind::ListItem => inline(without_list_marker(text)),
        SentenceKind::Heading => {
            format!("<strong>{}</strong>", inline(text.trim_start_matches('#')))
        }
        SentenceKind::Prose => inline(text),
    };
    Piece { kind, markup: sanitised(&page) }
}

/// A few words around a quote, without the marks of headings, tables and fences that begin or end in
/// them.
pub(super) fn context(text: &str) -> Markup {
    let is_mark = |word: &&str| !word.chars().all(|ch| "#|-=`~>*+".contains(ch));
    let words: Vec<&str> = text.split_whitespace().filter(is_mark).collect();
    sanitised(&inline(&words.join(" ")))
}

/// Emphasis, code and links, without the blocks around them.
fn inline(text: &str) -> String {
    let events = Parser::new_ext(text.trim(), OPTIONS)
        .map(|event| shown(event, HeadingLevel::H1))
        .filter(|event| match event {
            Event::Start(tag) => is_inline(&tag.to_end()),
            Event::End(end) => is_inline(end),
            Event::Rule => false,
            _ => true,
        });
    let mut page = String::new();
    html::push_html(&mut page, events);
    page
}

fn is_inline(end: &TagEnd) -> bool {
    matches!(end, TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link)
}

fn without_list_marker(text: &str) -> &str {
    let text = text.trim_start();
    let bare = text.trim_start_matches(|ch: char| ch.is_ascii_digit());
    let unmarked = bare.trim_start_matches(['-', '*', '+', '•', '.', ')', '、']);
    if unmarked.len() < text.len() { unmarked.trim_start() } else { text }
}

/// A table row's cells. The ammonia builder would drop a row outside of a table, so the cells are
/// joined as they are read: a thin dot between them.
fn cells(row: &str) -> String {
    let inner = row.trim().trim_matches('|');
    let cells = inner.split('|').map(str::trim).filter(|cell| !cell.is_empty());
    cells.map(inline).collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    fn check(text: &str, quote: &str, wanted: Expect) {
        let start = text.find(quote).expect("the quote is in the text");
        let rendered = document(text, Some(start..start + quote.len()));
        assert!(rendered.marked);
        wanted.assert_eq(&rendered.markup.to_string());
    }

    #[test]
    fn a_quote_is_marked_through_inline_markup() {
        check(
            "It **burns the `base` fee** of [each](https://a.example) block. More.",
            "burns the `base` fee** of [each](https://a.example) block",
            expect![[r#"
                <p>It <strong><mark id="quote">burns the </mark><mark><code>base</code></mark><mark> fee</mark></strong><mark> of </mark><a href="https://a.example" rel="noopener noreferrer nofollow"><mark>each</mark></a><mark> block</mark>. More.</p>
            "#]],
        );
    }

    #[test]
    fn a_quote_is_marked_in_code_tables_and_chinese() {
        check(
            "```\nlet a = 1;\nlet b;\n```\n",
            "let b;",
            expect![[r#"
                <pre><code>let a = 1;
                <mark id="quote">let b;</mark>
                </code></pre>
            "#]],
        );
        check(
            "| a | b |\n|---|---|\n| one | two |\n",
            "| one | two |",
            expect![[r#"
                <table><thead><tr><th>a</th><th>b</th></tr></thead><tbody>
                <tr><td><mark id="quote">one</mark></td><td><mark>two</mark></td></tr>
                </tbody></table>
            "#]],
        );
        check(
            "绿茶不发酵。红茶全发酵。",
            "红茶全发酵。",
            expect![[r#"
            <p>绿茶不发酵。<mark id="quote">红茶全发酵。</mark></p>
        "#]],
        );
    }

    #[test]
    fn what_is_shown_may_differ_from_what_is_written() {
        check(
            "Salt &amp; \\*pepper\\* too.",
            "&amp; \\*pepper\\*",
            expect![[r#"
            <p>Salt <mark id="quote">&amp;</mark><mark> </mark><mark>*pepper</mark><mark>*</mark> too.</p>
        "#]],
        );
    }

    #[test]
    fn nothing_of_a_texts_own_html_passes() {
        let hostile = "<script>alert(1)</script>\n\nHi <b onclick=x>there</b> [a](javascript:x) \
                       ![p](https://a.example/p.png) [r](./rel)\n\n# Title\n";
        let page = document(hostile, None).markup.to_string();
        expect![[r#"
            <p>&lt;script&gt;alert(1)&lt;/script&gt;
            </p>
            <p>Hi &lt;b onclick=x&gt;there&lt;/b&gt; <a rel="noopener noreferrer nofollow">a</a> <a href="https://a.example/p.png" rel="noopener noreferrer nofollow">p</a> <a rel="noopener noreferrer nofollow">r</a></p>
            <h2>Title</h2>
        "#]].assert_eq(&page);
    }

    #[test]
    fn headings_keep_their_order_below_the_pages_own() {
        let page = document("### a\n\n#### b\n\n## c\n", None).markup.to_string();
        assert_eq!(page, "<h3>a</h3>\n<h4>b</h4>\n<h2>c</h2>\n");
    }

    #[test]
    fn sentences_of_an_answer() {
        let shown = |text: &str| {
            let piece = sentence(text);
            (piece.kind, piece.markup.to_string())
        };
        assert_eq!(shown("A **b**.").1, "A <strong>b</strong>.");
        assert_eq!(shown("- one `x`"), (SentenceKind::ListItem, "one <code>x</code>".into()));
        assert_eq!(shown("2. two"), (SentenceKind::ListItem, "two".into()));
        assert_eq!(shown("| a | *b* |"), (SentenceKind::TableRow, "a · <em>b</em>".into()));
        assert_eq!(shown("# T"), (SentenceKind::Heading, "<strong>T</strong>".into()));
        assert_eq!(shown("```\nx < y\n```").1, "<pre><code>x &lt; y\n</code></pre>\n");
        assert_eq!(shown("<img src=x onerror=y>").1, "&lt;img src=x onerror=y&gt;");
    }

    proptest! {
        #[test]
        fn any_text_and_any_span_give_a_page_without_scripts(
            text in "[a-z茶<>*_`|#\\[\\]()!&;\\\\\n -]{0,60}",
            a in 0usize..60,
            b in 0usize..60,
        ) {
            let bounds: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let (a, b) = (bounds[a % bounds.len()], bounds[b % bounds.len()]);
            let page = document(&text, Some(a.min(b)..a.max(b))).markup.to_string();
            prop_assert!(!page.contains("<script"));
            prop_assert_eq!(page.matches("<mark").count(), page.matches("</mark>").count());
            sentence(&text);
        }
    }
}
