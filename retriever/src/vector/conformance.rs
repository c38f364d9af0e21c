//! What must every vector engine do? The test that each implementation is held to; public, so that
//! an implementation elsewhere can be held to it too.

use super::{Point, VectorIndex};
use crate::filter::{Facets, Filter};
use footnote_domain::id::{DatanetId, PayeeId};
use footnote_domain::text::Language;

/// Length of the vectors that [`check`] writes.
pub const DIMENSIONS: usize = 24;
const POINTS: u32 = 300;
const ODD: DatanetId = DatanetId([1; 32]);
const EVEN: DatanetId = DatanetId([2; 32]);

/// A unit vector that depends on `seed` alone.
pub fn vector(seed: u32) -> Vec<f32> {
    let mut state = u64::from(seed).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    let raw: Vec<f32> = (0..DIMENSIONS).map(|_| next()).collect();
    let length = raw.iter().map(|x| x * x).sum::<f32>().sqrt();
    raw.iter().map(|x| x / length).collect()
}

/// What filters see of a passage: every kind varies at its own pace.
pub(super) fn facets(passage: u32) -> Facets {
    let payee = |number: u32| PayeeId([number as u8; 32]);
    let written = format!("2026-{:02}-{:02}", 1 + passage % 12, 1 + passage % 28);
    Facets {
        datanet: if passage % 2 == 1 { ODD } else { EVEN },
        contributors: vec![payee(passage % 5), payee(100 + passage % 3)],
        language: if passage.is_multiple_of(3) { Language::Spanish } else { Language::English },
        written: if passage.is_multiple_of(7) { None } else { written.parse().ok() },
    }
}

fn point(passage: u32, seed: u32) -> Point {
    Point { passage, facets: facets(passage), vector: vector(seed) }
}

/// Filters of every kind, alone and together, down to one that nothing passes.
fn filters() -> Vec<Filter> {
    let day = |text: &str| text.parse().ok();
    let open = Filter::default();
    vec![
        open.clone(),
        Filter::of_datanets(&[ODD]),
        Filter::of_datanets(&[EVEN, ODD]),
        Filter::of_datanets(&[DatanetId([9; 32])]),
        Filter { contributors: vec![PayeeId([3; 32]), PayeeId([101; 32])], ..open.clone() },
        Filter { languages: vec![Language::Spanish, Language::Chinese], ..open.clone() },
        Filter { written_from: day("2026-03-05"), ..open.clone() },
        Filter { written_to: day("2026-03-05"), ..open },
        Filter {
            datanets: vec![ODD],
            contributors: vec![PayeeId([1; 32]), PayeeId([2; 32])],
            languages: vec![Language::English],
            written_from: day("2026-02-01"),
            written_to: day("2026-11-20"),
        },
    ]
}

/// Fills an empty index of [`DIMENSIONS`], commits it and checks what it answers.
///
/// # Panics
/// When the engine does not conform.
pub fn check(index: &dyn VectorIndex) {
    let nothing = index.search(&vector(1), 5, &Filter::default(), true);
    assert_eq!(nothing.expect("an empty index answers"), []);
    let points: Vec<Point> = (0..POINTS).map(|passage| point(passage, passage + 1_000)).collect();
    for batch in points.chunks(128) {
        index.upsert(batch).expect("points of the right length");
    }
    index.upsert(&(0..POINTS).map(|at| point(at, at)).collect::<Vec<_>>()).expect("replacements");
    assert!(index.upsert(&[Point { vector: vec![1.0], ..point(0, 0) }]).is_err(), "wrong length");
    index.commit().expect("a folder that can be written");
    check_filled(index);
}

/// Checks an index that [`check`] has filled, here or before it was opened again.
///
/// # Panics
/// When the engine does not conform.
pub fn check_filled(index: &dyn VectorIndex) {
    for filter in filters() {
        for seed in [5_000, 5_001, 17] {
            agrees_with_all_compared(index, seed, &filter);
        }
    }
    assert!(index.search(&[1.0], 5, &Filter::default(), true).is_err(), "wrong length");
    assert_eq!(index.search(&vector(3), 0, &Filter::default(), true).expect("k = 0"), []);
}

fn agrees_with_all_compared(index: &dyn VectorIndex, seed: u32, filter: &Filter) {
    let asked = vector(seed);
    let cosine = |passage: u32| asked.iter().zip(vector(passage)).map(|(x, y)| x * y).sum::<f32>();
    let passing = (0..POINTS).filter(|at| filter.admits(&facets(*at)));
    let mut wanted: Vec<(u32, f32)> = passing.map(|at| (at, cosine(at))).collect();
    wanted.sort_by(|a, b| b.1.total_cmp(&a.1));
    wanted.truncate(20);
    let found = index.search(&asked, 20, filter, true).expect("a search");
    assert_eq!(found.len(), wanted.len(), "{filter:?}");
    for (neighbour, (passage, cosine)) in found.iter().zip(&wanted) {
        assert_eq!(neighbour.passage, *passage, "{filter:?} {seed}");
        assert!((neighbour.cosine - cosine).abs() < 1e-4, "{neighbour:?} {cosine}");
    }
}
