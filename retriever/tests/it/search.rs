//! The right passage comes first in each language, filters hold, and every hit explains itself.

use crate::corpus::{self, CHAIN, KITCHEN, TEA};
use footnote_domain::id::DatanetId;
use footnote_domain::text::Language;
use footnote_retriever::{Generation, Hit, Query, RetrieverError, VectorEngine};

pub(crate) fn query(text: &str, generation: &Generation) -> Query {
    Query {
        text: text.to_owned(),
        language: Language::detect(text),
        vector: generation.has_vectors().then(|| corpus::vector(text)),
        datanets: Vec::new(),
        limit: 10,
    }
}

fn check(generation: &Generation, question: &str, title: &str) {
    for vector in [None, Some(corpus::vector(question))] {
        let query = Query { vector, ..query(question, generation) };
        let hits = generation.search(&query).expect("searched");
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
        assert_eq!(edge.search(&query).expect("edge"), flat.search(&query).expect("flat"));
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
        let query = Query { datanets: vec![wanted], ..query(question, &generation) };
        let found = datanets_of(&generation.search(&query).expect("searched"));
        assert!(!found.is_empty() && found.iter().all(|id| *id == wanted), "{question}: {found:?}");
    }
    let unknown = Query { datanets: vec![DatanetId([0; 32])], ..query("block", &generation) };
    assert_eq!(generation.search(&unknown).expect("searched"), []);
    assert_eq!(generation.find_phrase_in("the base fee", &[TEA], 5), []);
    assert_eq!(generation.find_phrase_in("the base fee", &[CHAIN], 5).len(), 1);
}

#[test]
fn every_hit_explains_itself() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let generation = corpus::generation(root.path(), VectorEngine::Edge);
    let hits = generation.search(&query("Who sets the licence of a Datanet?", &generation));
    let hits = hits.expect("searched");
    assert!(hits.windows(2).all(|pair| pair[0].score >= pair[1].score));
    let best = &hits[0];
    assert!(best.bm25.expect("words met") > 0.0 && best.cosine.expect("English") > 0.0);
    assert_eq!((best.lexical_rank, best.vector_rank), (Some(0), Some(0)));
    assert!((0.0..=1.0).contains(&best.score));
    // A passage without shared words is found by meaning alone, and says so.
    let by_meaning = hits.iter().find(|hit| hit.bm25.is_none()).expect("the list is long enough");
    assert!(by_meaning.vector_rank.is_some() && by_meaning.lexical_rank.is_none());
    // A language that the model does not know is ranked by words alone, with or without a vector.
    let chinese = query("绿茶的水", &generation);
    let hits = generation.search(&chinese).expect("searched");
    assert!(hits.iter().all(|hit| hit.cosine.is_none() && hit.vector_rank.is_none()));
    let without = Query { vector: None, ..chinese };
    assert_eq!(generation.search(&without).expect("searched"), hits);
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
        let words = Query { vector: None, ..query(question, &generation) };
        let hits =
            generation.search(&words).unwrap_or_else(|error| panic!("{question:?}: {error}"));
        assert!(hits.len() <= 10);
    }
    let nothing = Query { vector: None, ..query("?!…", &generation) };
    assert_eq!(generation.search(&nothing).expect("searched"), []);
    let hidden =
        Query { vector: None, language: Language::English, ..query("blo\u{200b}ck", &generation) };
    assert!(!generation.search(&hidden).expect("searched").is_empty());
    let wrong = Query { vector: Some(vec![1.0]), ..query("block", &generation) };
    assert!(matches!(generation.search(&wrong), Err(RetrieverError::Query(_))));
    let none = Query { limit: 0, ..query("block", &generation) };
    assert_eq!(generation.search(&none).expect("searched"), []);
}

#[test]
fn nonsense_is_less_relevant_than_a_question_that_is_answered() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let generation = corpus::generation(root.path(), VectorEngine::Flat);
    let best = |question: &str| {
        let words = Query { vector: None, ..query(question, &generation) };
        let hits = generation.search(&words).expect("searched");
        hits.iter().map(|hit| hit.relevance_ppm).max().unwrap_or(0)
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
