//! The right passage comes first in each language, filters hold, and every hit explains itself.

use crate::corpus::{self, CHAIN, KITCHEN, TEA};
use footnote_domain::id::DatanetId;
use footnote_domain::text::Language;
use footnote_retriever::{Filter, Generation, Hit, RetrieverError, SearchRequest, VectorEngine};

pub(crate) fn query(text: &str, generation: &Generation) -> SearchRequest {
    SearchRequest {
        vector: generation.has_vectors().then(|| corpus::vector(text)),
        ..SearchRequest::new(text, Language::detect(text))
    }
}

pub(crate) fn hits(generation: &Generation, request: &SearchRequest) -> Vec<Hit> {
    let found = generation.search(request);
    found.unwrap_or_else(|error| panic!("{request:?}: {error}")).hits
}

fn check(generation: &Generation, question: &str, title: &str) {
    for vector in [None, Some(corpus::vector(question))] {
        let query = SearchRequest { vector, ..query(question, generation) };
        let hits = hits(generation, &query);
        let first = hits.first().unwrap_or_else(|| panic!("nothing found for {question:?}"));
        let found = &generation.documents()[first.document as usize].description.title;
        assert_eq!(found, title, "{question:?} {hits:?}");
    }
}

#[test]
fn the_right_text_comes_first_in_each_language() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let generation = corpus::generation(root.path(), VectorEngine::Edge);
    check(&generation, "What is a Datanet?", "What is a Datanet");
    check(&generation, "who gets the priority fees", "Fees");
    check(&generation, "how are receipts chained?", "Receipts");
    check(&generation, "¿Qué es el socarrat?", "La paella");
    check(&generation, "cuántas horas se remoja el garbanzo", "Los garbanzos");
    check(&generation, "cuando se anade el tomate al sofrito", "El sofrito");
    check(&generation, "绿茶用多少度的水冲泡？", "绿茶");
    check(&generation, "哪种茶可以用沸水？", "红茶");
    check(&generation, "紫砂壶适合什么", "茶具");
}

#[test]
fn both_engines_give_the_same_hits() {
    let (a, b) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let edge = corpus::generation(a.path(), VectorEngine::Edge);
    let flat = corpus::generation(b.path(), VectorEngine::Flat);
    for question in ["what is burned in a block", "cebolla y fuego", "茶汤"] {
        let query = query(question, &edge);
        assert_eq!(hits(&edge, &query), hits(&flat, &query));
    }
}

#[test]
fn a_datanet_filter_lets_nothing_else_through() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let generation = corpus::generation(root.path(), VectorEngine::Edge);
    let datanets_of = |hits: &[Hit]| -> Vec<DatanetId> {
        hits.iter().map(|hit| generation.documents()[hit.document as usize].datanet).collect()
    };
    for (question, wanted) in [("fuego", KITCHEN), ("block", CHAIN), ("茶", TEA)] {
        let filter = Filter::of_datanets(&[wanted]);
        let found = datanets_of(&hits(
            &generation,
            &SearchRequest { filter, ..query(question, &generation) },
        ));
        assert!(!found.is_empty() && found.iter().all(|id| *id == wanted), "{question}: {found:?}");
    }
    let filter = Filter::of_datanets(&[DatanetId([0; 32])]);
    let unknown = SearchRequest { filter, ..query("block", &generation) };
    assert_eq!(hits(&generation, &unknown), []);
    assert_eq!(generation.find_phrase_in("the base fee", &[TEA], 5), []);
    assert_eq!(generation.find_phrase_in("the base fee", &[CHAIN], 5).len(), 1);
}

#[test]
fn every_hit_explains_itself() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let generation = corpus::generation(root.path(), VectorEngine::Edge);
    let found = hits(&generation, &query("Who sets the licence of a Datanet?", &generation));
    assert!(found.windows(2).all(|pair| pair[0].score >= pair[1].score));
    assert!(found.iter().all(|hit| hit.score == hit.words_part + hit.meaning_part));
    let best = &found[0];
    assert!(best.bm25.expect("words met") > 0.0 && best.cosine.expect("English") > 0.0);
    assert_eq!((best.lexical_rank, best.vector_rank), (Some(0), Some(0)));
    assert!((0.0..=1.0).contains(&best.score));
    // A passage without shared words is found by meaning alone, and says so.
    let by_meaning = found.iter().find(|hit| hit.bm25.is_none()).expect("the list is long enough");
    assert!(by_meaning.vector_rank.is_some() && by_meaning.lexical_rank.is_none());
    // A language that the model does not know is ranked by words alone, with or without a vector.
    let chinese = query("绿茶的水", &generation);
    let found = hits(&generation, &chinese);
    assert!(found.iter().all(|hit| hit.cosine.is_none() && hit.vector_rank.is_none()));
    let without = SearchRequest { vector: None, ..chinese };
    assert_eq!(hits(&generation, &without), found);
}

#[test]
fn odd_questions_are_answered_without_error() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let generation = corpus::generation(root.path(), VectorEngine::Edge);
    let long = "block ".repeat(10_000);
    for question in [
        "",
        " ",
        "?!…",
        "\"unbalanced (quote",
        "AND OR NOT +a -b *",
        "🙂🙃",
        "the of and",
        "title_footnote_en:fee",
        "مرحبا بالعالم",
        "blo\u{200b}ck",
        &long,
    ] {
        let words = SearchRequest { vector: None, ..query(question, &generation) };
        assert!(hits(&generation, &words).len() <= 10);
    }
    let nothing = SearchRequest { vector: None, ..query("?!…", &generation) };
    assert_eq!(hits(&generation, &nothing), []);
    let hidden = SearchRequest::new("blo\u{200b}ck", Language::English);
    assert!(!hits(&generation, &hidden).is_empty());
    let wrong = SearchRequest { vector: Some(vec![1.0]), ..query("block", &generation) };
    assert!(matches!(generation.search(&wrong), Err(RetrieverError::Query(_))));
    let none = SearchRequest { limit: 0, ..query("block", &generation) };
    assert_eq!(hits(&generation, &none), []);
}

#[test]
fn nonsense_is_less_relevant_than_a_question_that_is_answered() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let generation = corpus::generation(root.path(), VectorEngine::Flat);
    let best = |question: &str| {
        let words = SearchRequest { vector: None, ..query(question, &generation) };
        hits(&generation, &words).iter().map(|hit| hit.relevance_ppm).max().unwrap_or(0)
    };
    for (real, nonsense) in [
        (
            "Which fee is burned in every block?",
            "Which submarine fee impressed the Venezuelan orchestra?",
        ),
        (
            "¿Cuántas horas se remojan los garbanzos?",
            "¿Qué submarino remoja orquestas venezolanas?",
        ),
        ("红茶可以用沸水冲泡吗", "潜水艇为什么喜欢冲泡足球比赛"),
    ] {
        assert!(best(real) > 2 * best(nonsense), "{real}: {} {}", best(real), best(nonsense));
    }
}
