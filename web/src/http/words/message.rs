//! What does a message come to, with its values put in? The part of Project Fluent that our files use:
//! values, text in quotation marks, and a choice by a number (its very value, else its plural, else the
//! default). Nothing else parses here, so that no message can ask for more.

use fluent_syntax::ast::{
    Expression, InlineExpression, Pattern, PatternElement, Variant, VariantKey,
};
use std::borrow::Cow;
use std::collections::HashMap;

/// What is put into a message, by name.
pub(super) type Values = HashMap<&'static str, String>;

/// Which plural a language uses for a whole number, as CLDR names it. A language of another family than
/// those listed needs its line here.
fn plural(language: &str, number: &str) -> &'static str {
    match language {
        "zh" | "ja" | "ko" | "th" | "vi" | "id" => "other",
        "fr" | "pt" if matches!(number, "0" | "1") => "one",
        _ if number == "1" => "one",
        _ => "other",
    }
}

/// The message as text; the name of what is missing otherwise.
pub(super) fn written(
    pattern: &Pattern<String>,
    language: &str,
    values: &Values,
) -> Result<String, String> {
    let mut text = String::new();
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => text.push_str(value),
            PatternElement::Placeable { expression } => {
                text.push_str(&expressed(expression, language, values)?);
            }
        }
    }
    Ok(text)
}

fn expressed<'v>(
    expression: &'v Expression<String>,
    language: &str,
    values: &'v Values,
) -> Result<Cow<'v, str>, String> {
    match expression {
        Expression::Inline(inline) => inlined(inline, language, values),
        Expression::Select { selector, variants } => {
            let number = inlined(selector, language, values)?;
            let chosen = chosen(variants, language, &number).ok_or("a default variant")?;
            written(&chosen.value, language, values).map(Cow::Owned)
        }
    }
}

fn inlined<'v>(
    inline: &'v InlineExpression<String>,
    language: &str,
    values: &'v Values,
) -> Result<Cow<'v, str>, String> {
    match inline {
        InlineExpression::VariableReference { id } => {
            let value = values.get(id.name.as_str());
            value.map(|value| Cow::Borrowed(value.as_str())).ok_or_else(|| id.name.clone())
        }
        InlineExpression::StringLiteral { value } => {
            Ok(fluent_syntax::unicode::unescape_unicode_to_string(value))
        }
        InlineExpression::Placeable { expression } => expressed(expression, language, values),
        _ => Err("a value or a text: messages here know nothing else".to_owned()),
    }
}

/// The variant of this very number, else of its plural, else the default one.
fn chosen<'v>(
    variants: &'v [Variant<String>],
    language: &str,
    number: &str,
) -> Option<&'v Variant<String>> {
    let plural = plural(language, number);
    let exact = |variant: &&Variant<String>| matches!(&variant.key, VariantKey::NumberLiteral { value } if value == number);
    let of_plural = |variant: &&Variant<String>| matches!(&variant.key, VariantKey::Identifier { name } if name == plural);
    let found = variants.iter().find(exact).or_else(|| variants.iter().find(of_plural));
    found.or_else(|| variants.iter().find(|variant| variant.default))
}
