//! A small corpus in three languages, cut sentence by sentence, with made-up vectors.

use footnote_domain::chain::{BlockRef, RegistryStatus};
use footnote_domain::corpus::{
    Age, Contribution, Datanet, DatanetProfile, Ownership, Passage, Sentence, Standing,
};
use footnote_domain::embed::{EmbeddingModel, quantise};
use footnote_domain::id::{Address, BlockHash, ContentHash, DatanetId, Digest, PayeeId};
use footnote_domain::payee::Payees;
use footnote_domain::source_uri::Description;
use footnote_domain::text::{Language, sentences, tokens};
use footnote_retriever::{
    ChunkingParameters, DocumentInput, DocumentVectors, Generation, GenerationInput, VectorEngine,
    publish, write_generation_on,
};
use std::path::Path;
use std::sync::Arc;

pub(crate) const DIMENSIONS: usize = 64;
pub(crate) const KITCHEN: DatanetId = DatanetId([0xA1; 32]);
pub(crate) const TEA: DatanetId = DatanetId([0xA2; 32]);
pub(crate) const CHAIN: DatanetId = DatanetId([0xA3; 32]);

/// Datanet, title, text.
pub(crate) const TEXTS: [(DatanetId, &str, &str); 10] = [
    (
        CHAIN,
        "What is a Datanet",
        "A Datanet is a collection of texts on a chain. Its owner sets the licence. Contributors are paid when an answer rests on their sentences.",
    ),
    (
        CHAIN,
        "Fees",
        "The base fee is burned in every block. The priority fee goes to the proposer of the block.",
    ),
    (
        CHAIN,
        "Receipts",
        "A receipt names every owner and every share. Receipts are chained, so that nobody can drop one unseen.",
    ),
    (
        CHAIN,
        "Settlement",
        "Once a day an epoch is closed. Its balances form a tree whose root stands on the chain.",
    ),
    (
        KITCHEN,
        "El sofrito",
        "El sofrito se hace a fuego lento con cebolla y tomate. La cebolla debe quedar transparente antes de añadir el tomate.",
    ),
    (
        KITCHEN,
        "La paella",
        "El socarrat es la capa de arroz tostado del fondo de la paella. Se consigue subiendo el fuego al final.",
    ),
    (
        KITCHEN,
        "Los garbanzos",
        "Los garbanzos se remojan doce horas en agua con sal. Después se cuecen sin prisa.",
    ),
    (TEA, "绿茶", "绿茶不发酵，应当用八十度的水冲泡。水太热会使茶汤变苦。"),
    (TEA, "红茶", "红茶是全发酵茶，可以用沸水冲泡。它的茶汤红亮而甘甜。"),
    (TEA, "茶具", "紫砂壶适合泡乌龙茶。玻璃杯适合观赏绿茶的叶片。"),
];

/// The model whose vectors [`vector`] makes up; it knows English and Spanish.
pub(crate) fn model() -> EmbeddingModel {
    EmbeddingModel {
        id: "hashed-words".to_owned(),
        digest: Digest::of(&[b"hashed-words"]),
        dimensions: DIMENSIONS,
        languages: vec![Language::English, Language::Spanish],
    }
}

/// A unit vector in which texts that share words are near.
pub(crate) fn vector(text: &str) -> Vec<f32> {
    let mut vector = vec![0f32; DIMENSIONS];
    for token in tokens(text) {
        let digest = ContentHash::of(token.as_bytes()).0;
        vector[usize::from(digest[0]) % DIMENSIONS] += 1.0;
        vector[usize::from(digest[1]) % DIMENSIONS] -= 0.5;
    }
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    vector.iter().map(|x| x / length).collect()
}

pub(crate) fn document(
    number: u32,
    datanet: DatanetId,
    title: &str,
    text: &str,
    standing: Standing,
) -> DocumentInput {
    let live = standing == Standing::Live;
    let age = Age { block: 10 + u64::from(number), log_index: 0 };
    let language = Language::detect(text);
    let contribution = Contribution {
        datanet,
        content_hash: ContentHash::of(text.as_bytes()),
        age,
        effective_age: age,
        payees: Payees::equal(vec![PayeeId([7; 32])]).expect("one payee"),
        supersedes: None,
        description: Description { title: title.to_owned(), ..Description::default() },
        language,
        size: text.len() as u64,
        standing,
    };
    if !live {
        let empty = (String::new(), Vec::new(), Vec::new());
        return DocumentInput {
            contribution,
            text: empty.0,
            sentences: empty.1,
            passages: empty.2,
            vectors: None,
        };
    }
    let spans: Vec<Sentence> = sentences(text)
        .into_iter()
        .map(|found| Sentence { span: found.span, kind: found.kind, ownership: Ownership::Own })
        .collect();
    // Two passages where there are three sentences, so that numbers and documents differ.
    let passages: Vec<Passage> = (0..spans.len() as u32)
        .step_by(2)
        .map(|from| {
            let to = (from + 2).min(spans.len() as u32);
            let span = spans[from as usize].span.start..spans[to as usize - 1].span.end;
            Passage { document: number, sentences: from..to, span, section: String::new() }
        })
        .collect();
    let vectors = model().knows(language).then(|| DocumentVectors {
        passages: passages.iter().map(|it| vector(&text[it.span.clone()])).collect(),
        sentences: spans.iter().map(|it| quantise(&vector(&text[it.span.clone()]))).collect(),
    });
    DocumentInput { contribution, text: text.to_owned(), sentences: spans, passages, vectors }
}

pub(crate) fn documents() -> Vec<DocumentInput> {
    (0u32..)
        .zip(TEXTS)
        .map(|(number, (datanet, title, text))| {
            document(number, datanet, title, text, Standing::Live)
        })
        .collect()
}

pub(crate) fn input(block: u64, documents: Vec<DocumentInput>) -> GenerationInput {
    let datanet = |id, slug: &str| Datanet {
        id,
        slug: slug.to_owned(),
        owner: Address([3; 20]),
        version: 1,
        status: RegistryStatus::Active,
        profile: DatanetProfile::default(),
    };
    let hash = BlockHash([9; 32]);
    let block = BlockRef { number: block, hash, parent: BlockHash([8; 32]), timestamp: 1 };
    GenerationInput {
        datanets: vec![datanet(KITCHEN, "cocina"), datanet(TEA, "cha"), datanet(CHAIN, "how")],
        block,
        recent_blocks: vec![block],
        documents,
        chunking: ChunkingParameters::default(),
        embedding: Some(model()),
    }
}

/// Writes, publishes and opens the small corpus.
pub(crate) fn generation(root: &Path, engine: VectorEngine) -> Arc<Generation> {
    let id = write_generation_on(root, input(20, documents()), engine, &|_| {}).expect("written");
    publish(root, &id).expect("published");
    Generation::open(root, &id).expect("opened")
}
