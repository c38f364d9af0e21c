//! Filters, phrases and owners decide what may be found before anything is ranked: held against a
//! slow twin that judges every passage of the generation by itself.

use crate::corpus::{self, CHAIN, KITCHEN, TEA, TEXTS};
use crate::search::{hits, query};
use footnote_domain::corpus::{Ownership, SentenceRef, Standing};
use footnote_domain::id::PayeeId;
use footnote_domain::payee::Payees;
use footnote_domain::text::Language;
use footnote_retriever::{
    DocumentInput, Facets, Filter, Generation, Mode, SearchRequest, VectorEngine, publish,
    write_generation_on,
};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, OnceLock};

const ADA: PayeeId = PayeeId([1; 32]);
const BO: PayeeId = PayeeId([2; 32]);
const CY: PayeeId = PayeeId([3; 32]);
const DAYS: [&str; 4] = ["2024-02-29", "2025-06-01", "", "soon"];

/// The small corpus, three times over in other words, with payees and days; one text copies another.
fn documents() -> Vec<DocumentInput> {
    let mut documents = Vec::new();
    for round in 0..3u32 {
        for (datanet, title, text) in TEXTS {
            let number = documents.len() as u32;
            let own = format!("{text} Round {round}. The base fee is burned in every block.");
            let text = if round == 0 { text.to_owned() } else { own };
            let mut document = corpus::document(number, datanet, title, &text, Standing::Live);
            let payees =
                [vec![ADA], vec![BO], vec![ADA, BO], vec![CY]][number as usize % 4].clone();
            document.contribution.payees = Payees::equal(payees).expect("payees");
            document.contribution.description.created = DAYS[number as usize % 3].to_owned();
            documents.push(document);
        }
    }
    // The second round of `Fees` says first what the first said.
    for sentence in 0..2 {
        let original = SentenceRef { document: 1, sentence };
        documents[11].sentences[sentence as usize].ownership = Ownership::CopyOf(original);
    }
    documents
}

fn generation(root: &Path, engine: VectorEngine) -> Arc<Generation> {
    let input = corpus::input(20, documents());
    let id = write_generation_on(root, input, engine, &|_| {}).expect("written");
    publish(root, &id).expect("published");
    Generation::open(root, &id).expect("opened")
}

/// The same generation for all cases, on both engines.
fn shared() -> &'static [Arc<Generation>; 2] {
    static SHARED: OnceLock<[Arc<Generation>; 2]> = OnceLock::new();
    SHARED.get_or_init(|| {
        [VectorEngine::Edge, VectorEngine::Flat].map(|engine| {
            let folder = tempfile::tempdir().expect("a temporary folder").keep();
            generation(&folder, engine)
        })
    })
}

/// Every passage that may be found, judged one by one: no index is asked.
fn twin(generation: &Generation, request: &SearchRequest) -> BTreeSet<u32> {
    let folded = |text: &str| text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let all = 0..generation.passages().len() as u32;
    all.filter(|passage| {
        let document = generation.passages()[*passage as usize].document;
        let text = folded(generation.passage_text(*passage));
        request.filter.admits(&Facets::of(&generation.documents()[document as usize]))
            && request.phrases.iter().all(|phrase| text.contains(&folded(phrase)))
    })
    .collect()
}

fn filters() -> impl Strategy<Value = Filter> {
    let some = |all: Vec<PayeeId>| prop::sample::subsequence(all, 0..=2);
    let day =
        || prop::option::of(prop::sample::select(&["2024-02-29", "2025-01-01", "2026-01-01"]));
    (
        prop::sample::subsequence(vec![KITCHEN, TEA, CHAIN], 0..=2),
        some(vec![ADA, BO, CY]),
        prop::sample::subsequence(
            vec![Language::English, Language::Spanish, Language::Chinese],
            0..=2,
        ),
        day(),
        day(),
    )
        .prop_map(|(datanets, contributors, languages, from, to)| Filter {
            datanets,
            contributors,
            languages,
            written_from: from.map(|day| day.parse().expect("a day")),
            written_to: to.map(|day| day.parse().expect("a day")),
        })
}

fn requests() -> impl Strategy<Value = SearchRequest> {
    let questions = [
        "which fee is burned in a block",
        "who is paid for a Datanet",
        "la cebolla y el tomate",
        "绿茶的水",
        "receipts",
        "round 1 base fee",
        "the of and",
        "zzz",
    ];
    let phrases = ["base fee", "BURNED in", "a fuego lento", "绿茶", "no such words", "?!"];
    (
        prop::sample::select(questions.to_vec()),
        filters(),
        prop::sample::subsequence(phrases.to_vec(), 0..=2),
        prop::sample::select(vec![Mode::Hybrid, Mode::Lexical, Mode::Vector]),
        any::<bool>(),
    )
        .prop_map(|(text, filter, phrases, mode, collapse)| SearchRequest {
            vector: Some(corpus::vector(text)),
            filter,
            phrases: phrases.into_iter().map(str::to_owned).collect(),
            mode,
            collapse,
            limit: usize::MAX,
            ..SearchRequest::new(text, Language::detect(text))
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// There are fewer passages than candidates, so nothing that may be found by a list is cut off: the
    /// hits are those of the twin that have a word or a vector in common with the question.
    #[test]
    fn what_is_found_is_what_may_be_found(request in requests()) {
        let phrases: Vec<String> = request.phrases.iter().filter(|it| *it != "?!").cloned().collect();
        let plain = SearchRequest { phrases, collapse: false, ..request.clone() };
        let open = SearchRequest { filter: Filter::default(), phrases: Vec::new(), ..plain.clone() };
        for generation in shared() {
            let may = twin(generation, &plain);
            let found: BTreeSet<u32> = hits(generation, &plain).iter().map(|hit| hit.passage).collect();
            let open: BTreeSet<u32> = hits(generation, &open).iter().map(|hit| hit.passage).collect();
            let wanted: BTreeSet<u32> =
                if plain.phrases.is_empty() { may.intersection(&open).copied().collect() } else { may };
            prop_assert_eq!(&found, &wanted);
            // One hit per owner, which stands for all of that owner's.
            let collapsed = hits(generation, &SearchRequest { collapse: true, ..plain.clone() });
            let owners: BTreeSet<u32> = collapsed.iter().map(|hit| hit.owner).collect();
            prop_assert_eq!(owners.len(), collapsed.len());
            let stands_for: usize = collapsed.iter().map(|hit| 1 + hit.same_owner).sum();
            prop_assert_eq!(stands_for, found.len());
        }
    }

    /// A filter changes no passage's BM25 or cosine, which are measured against the whole corpus.
    #[test]
    fn a_filter_shifts_no_measure(request in requests()) {
        let open = SearchRequest { filter: Filter::default(), collapse: false, ..request.clone() };
        let plain = SearchRequest { collapse: false, ..request };
        for generation in shared() {
            let all = hits(generation, &open);
            for hit in hits(generation, &plain) {
                let same = all.iter().find(|other| other.passage == hit.passage).expect("among all");
                prop_assert_eq!((hit.bm25, hit.bm25_ratio, hit.cosine), (same.bm25, same.bm25_ratio, same.cosine));
                prop_assert_eq!(hit.relevance_ppm, same.relevance_ppm);
            }
        }
    }

    /// Pages follow each other without gap or overlap.
    #[test]
    fn pages_make_the_whole(request in requests(), size in 1usize..7) {
        let [generation, _] = shared();
        let whole = generation.search(&request).expect("searched");
        let mut paged = Vec::new();
        for offset in (0..whole.total).step_by(size) {
            let page = SearchRequest { offset, limit: size, ..request.clone() };
            let page = generation.search(&page).expect("searched");
            prop_assert_eq!(page.total, whole.total);
            paged.extend(page.hits);
        }
        prop_assert_eq!(paged, whole.hits);
    }
}

#[test]
fn both_engines_find_the_same_under_every_filter() {
    let [edge, flat] = shared();
    for languages in [vec![], vec![Language::English], vec![Language::Spanish, Language::Chinese]] {
        let filter = Filter {
            languages,
            contributors: vec![ADA],
            written_from: "2024-02-29".parse().ok(),
            ..Filter::default()
        };
        let request = SearchRequest { filter, ..query("base fee of a block", edge) };
        let found = hits(edge, &request);
        assert!(!found.is_empty() || request.filter.languages.contains(&Language::Chinese));
        assert_eq!(found, hits(flat, &request));
    }
}

#[test]
fn phrases_are_placed_in_the_text_and_must_all_stand_in_a_passage() {
    let [generation, _] = shared();
    let phrase = |phrases: &[&str]| SearchRequest {
        phrases: phrases.iter().map(|it| (*it).to_owned()).collect(),
        limit: 100,
        ..query("fee", generation)
    };
    let found = hits(generation, &phrase(&["BASE   fee is"]));
    assert!(found.len() > 15, "every English text of two rounds, and the first");
    for hit in &found {
        let text = generation.text(hit.document);
        assert!(!hit.phrases.is_empty());
        for span in &hit.phrases {
            assert_eq!(text[span.clone()].to_lowercase(), "base fee is");
        }
    }
    let both = hits(generation, &phrase(&["base fee", "priority fee"]));
    assert!(!both.is_empty() && both.iter().all(|hit| hit.phrases.len() >= 2));
    assert_eq!(hits(generation, &phrase(&["base fee", "no such words"])), []);
    // A phrase without a word asks for nothing.
    assert_eq!(hits(generation, &phrase(&["…"])), hits(generation, &phrase(&[])));
}

#[test]
fn a_copy_collapses_into_its_original() {
    let [generation, _] = shared();
    let request =
        SearchRequest { collapse: true, limit: 100, ..query("priority fee proposer", generation) };
    let best = &hits(generation, &request)[0];
    assert_eq!(best.owner, 1);
    assert!(best.same_owner >= 1, "the copy in the second round stands behind it: {best:?}");
}
