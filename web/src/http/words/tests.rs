//! Every language says the same things, with the same values in them, and pages say nothing else.

use super::*;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Message → the values that it puts in.
fn messages(code: &str) -> BTreeMap<String, BTreeSet<String>> {
    let file = Files::get(&format!("{code}.ftl")).expect("listed");
    let text = String::from_utf8(file.data.to_vec()).expect("text");
    let resource = fluent_syntax::parser::parse(text).expect("a sound file");
    let mut found = BTreeMap::new();
    for entry in resource.body {
        if let Entry::Message(message) = entry {
            let mut values = BTreeSet::new();
            pattern(&message.value.expect("a value"), &mut values);
            assert!(found.insert(message.id.name.clone(), values).is_none(), "{}", message.id.name);
        }
    }
    found
}

fn pattern(of: &Pattern<String>, values: &mut BTreeSet<String>) {
    for element in &of.elements {
        if let PatternElement::Placeable { expression: one } = element {
            expression(one, values);
        }
    }
}

fn expression(of: &Expression<String>, values: &mut BTreeSet<String>) {
    match of {
        Expression::Inline(one) => inline(one, values),
        Expression::Select { selector, variants } => {
            inline(selector, values);
            variants.iter().for_each(|variant| pattern(&variant.value, values));
        }
    }
}

fn inline(of: &InlineExpression<String>, values: &mut BTreeSet<String>) {
    match of {
        InlineExpression::VariableReference { id } => drop(values.insert(id.name.clone())),
        InlineExpression::Placeable { expression: one } => expression(one, values),
        _ => {}
    }
}

#[test]
fn every_language_has_the_same_messages_with_the_same_values() {
    let wanted = messages(DEFAULT);
    for words in all() {
        let mut given = messages(words.code());
        // A month may be its number or its name; both come from the same count.
        for values in given.values_mut() {
            if values.contains("count") {
                values.insert("n".to_owned());
            }
        }
        let wanted = wanted.iter().map(|(key, values)| {
            let mut values = values.clone();
            if values.contains("count") {
                values.insert("n".to_owned());
            }
            (key.clone(), values)
        });
        let wanted: BTreeMap<_, _> = wanted.collect();
        let missing: Vec<_> = wanted.iter().filter(|(key, _)| !given.contains_key(*key)).collect();
        assert!(missing.is_empty(), "{} lacks {missing:?}", words.code());
        for (key, values) in given {
            assert_eq!(wanted.get(&key), Some(&values), "{key} in {}", words.code());
        }
    }
}

#[test]
fn messages_hold_no_tags_but_a_few_harmless_ones() {
    let harmless = ["b", "/b", "i", "/i", "/a", "/span", "code", "/code", "b class=\"num\""];
    for words in all() {
        let file = Files::get(&format!("{}.ftl", words.code())).expect("listed");
        let text = String::from_utf8(file.data.to_vec()).expect("text");
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        for tag in lines.flat_map(|line| line.split('<').skip(1)) {
            let tag = tag.split('>').next().expect("one piece at least");
            let known = harmless.contains(&tag)
                || tag.starts_with("a href=\"/")
                || tag.starts_with("span class=\"fn none\"")
                || tag.starts_with('1');
            assert!(known, "<{tag}> in {}", words.code());
        }
    }
}

/// The texts of all templates and of this crate's HTTP code.
fn sources() -> Vec<String> {
    fn read(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                read(&path, found);
            } else if path.extension().is_some_and(|end| end == "html" || end == "rs")
                && !path.ends_with("words/tests.rs")
            {
                found.push(std::fs::read_to_string(&path).expect("text"));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    read(&root.join("../templates"), &mut found);
    read(&root.join("src/http"), &mut found);
    found
}

#[test]
fn pages_use_every_message_and_no_other() {
    let known = messages(DEFAULT);
    let sources = sources();
    let mut used = BTreeSet::new();
    for source in &sources {
        for call in ["say(\"", "rich(\"", "counted(\""] {
            for rest in source.split(call).skip(1) {
                let key = rest.split('"').next().expect("one piece at least");
                assert!(known.contains_key(key), "`{key}` is used and not in en.ftl");
                used.insert(key.to_owned());
            }
        }
    }
    // Keys chosen in code stand there as literals.
    let literal = |key: &str| sources.iter().any(|text| text.contains(&format!("\"{key}\"")));
    let idle: Vec<_> = known.keys().filter(|key| !used.contains(*key) && !literal(key)).collect();
    assert!(idle.is_empty(), "never used: {idle:?}");
}

#[test]
fn what_is_put_into_a_rich_message_is_escaped() {
    let said = default().rich("answer-price").put("amount", "<script>\"&");
    let said = said.to_string();
    assert!(said.contains("<b>") && !said.contains("<script>"), "{said}");
}

#[test]
fn plurals_follow_the_language() {
    let texts = |code: &str, number: u64| {
        by_code(code).expect("is there").counted("texts", number).to_string()
    };
    assert_eq!(
        [texts("en", 1), texts("en", 0), texts("en", 1_204)],
        ["1\u{a0}text", "0\u{a0}texts", "1\u{202f}204\u{a0}texts"]
    );
    assert_eq!([texts("es", 1), texts("es", 2)], ["1\u{a0}texto", "2\u{a0}textos"]);
    assert_eq!(texts("zh", 1), "1 篇文本");
}
