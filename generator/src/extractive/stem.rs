//! Which forms are the same word? Light stems for English and Spanish; other languages keep theirs.

use footnote_domain::text::Language;

/// A light stem: inflection only, so that different words rarely meet.
pub(super) fn stem(token: &str, language: Language) -> String {
    if token.starts_with(|ch: char| ch.is_ascii_digit()) {
        return token.replace(',', "");
    }
    match language {
        Language::English => stem_english(token),
        Language::Spanish => stem_spanish(&fold_accents(token)),
        Language::Chinese | Language::Other => token.to_owned(),
    }
}

/// Harman's S-stemmer, then -ed, -ing, -ly and a final e.
fn stem_english(token: &str) -> String {
    let word = token.replace('’', "'");
    let word = word.strip_suffix("'s").unwrap_or(&word);
    if !word.is_ascii() || word.len() < 4 {
        return word.to_owned();
    }
    let mut stem = singular_english(word);
    for ending in ["ing", "ed", "ly"] {
        let Some(rest) = stem.strip_suffix(ending) else {
            continue;
        };
        if rest.len() >= 3 && rest.contains(['a', 'e', 'i', 'o', 'u', 'y']) {
            stem = undouble(rest).to_owned();
            break;
        }
    }
    if stem.len() >= 4 && stem.ends_with('e') {
        stem.pop();
    }
    if stem.ends_with('y') {
        stem.pop();
        stem.push('i');
    }
    stem
}

fn singular_english(word: &str) -> String {
    if let Some(rest) = word.strip_suffix("ies") {
        return format!("{rest}y");
    }
    if word.ends_with("ss") || word.ends_with("us") || word.ends_with("is") {
        return word.to_owned();
    }
    for hissing in ["sses", "ches", "shes", "xes"] {
        if word.ends_with(hissing) {
            return word[..word.len() - 2].to_owned();
        }
    }
    word.strip_suffix('s').unwrap_or(word).to_owned()
}

/// `stopp` → `stop`, but `fall`, `pass` and `buzz` stay.
fn undouble(stem: &str) -> &str {
    let bytes = stem.as_bytes();
    match bytes {
        [.., a, b] if a == b && !b"lszaeiou".contains(b) => &stem[..stem.len() - 1],
        _ => stem,
    }
}

/// Savoy's light stemmer in short: plural, then the vowel of gender or person.
fn stem_spanish(word: &str) -> String {
    let mut stem = word.to_owned();
    if stem.chars().count() >= 5 && stem.ends_with("ces") {
        stem.truncate(stem.len() - 3);
        stem.push('z');
        return stem;
    }
    if stem.chars().count() >= 4 && stem.ends_with('s') {
        stem.pop();
    }
    if stem.chars().count() >= 4 && stem.ends_with(['a', 'e', 'o']) {
        stem.pop();
    }
    stem
}

/// Spanish accents off, ñ kept: people leave accents out when they ask.
pub(super) fn fold_accents(token: &str) -> String {
    let plain = |ch| match ch {
        'á' => 'a',
        'é' => 'e',
        'í' => 'i',
        'ó' => 'o',
        'ú' | 'ü' => 'u',
        other => other,
    };
    token.chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn check_same(language: Language, forms: &[&str]) {
        let stems: HashSet<String> = forms.iter().map(|form| stem(form, language)).collect();
        assert_eq!(stems.len(), 1, "{forms:?} → {stems:?}");
    }

    #[test]
    fn inflections_share_a_stem() {
        check_same(Language::English, &["bake", "bakes", "baked", "baking"]);
        check_same(Language::English, &["berry", "berries"]);
        check_same(Language::English, &["stop", "stopped", "stops", "stopping"]);
        check_same(Language::English, &["match", "matches"]);
        check_same(Language::Spanish, &["tomate", "tomates"]);
        check_same(Language::Spanish, &["cocida", "cocido", "cocidos", "cocidas"]);
        check_same(Language::Spanish, &["luz", "luces"]);
        assert_ne!(stem("bus", Language::English), stem("bu", Language::English));
    }
}
