//! What must every vector engine do? The test that each implementation is held to; public, so that
//! an implementation elsewhere can be held to it too.

use super::{Point, Predicate, VectorIndex};
use footnote_domain::id::DatanetId;

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

fn datanet_of(passage: u32) -> DatanetId {
    if passage % 2 == 1 { ODD } else { EVEN }
}

fn point(passage: u32, seed: u32) -> Point {
    Point { passage, datanet: datanet_of(passage), vector: vector(seed) }
}

/// Fills an empty index of [`DIMENSIONS`], commits it and checks what it answers.
///
/// # Panics
/// When the engine does not conform.
pub fn check(index: &dyn VectorIndex) {
    let nothing = index.search(&vector(1), 5, &Predicate::Everything, true);
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
    for (predicate, passes) in [
        (Predicate::Everything, &(|_: u32| true) as &dyn Fn(u32) -> bool),
        (Predicate::Datanets(vec![ODD]), &|passage| datanet_of(passage) == ODD),
        (Predicate::Datanets(vec![EVEN, ODD]), &|_| true),
        (Predicate::Datanets(vec![DatanetId([9; 32])]), &|_| false),
    ] {
        for seed in [5_000, 5_001, 17] {
            agrees_with_all_compared(index, seed, &predicate, passes);
        }
    }
    assert!(index.search(&[1.0], 5, &Predicate::Everything, true).is_err(), "wrong length");
    assert_eq!(index.search(&vector(3), 0, &Predicate::Everything, true).expect("k = 0"), []);
}

fn agrees_with_all_compared(
    index: &dyn VectorIndex,
    seed: u32,
    predicate: &Predicate,
    passes: &dyn Fn(u32) -> bool,
) {
    let asked = vector(seed);
    let cosine = |passage: u32| asked.iter().zip(vector(passage)).map(|(x, y)| x * y).sum::<f32>();
    let mut wanted: Vec<(u32, f32)> =
        (0..POINTS).filter(|at| passes(*at)).map(|at| (at, cosine(at))).collect();
    wanted.sort_by(|a, b| b.1.total_cmp(&a.1));
    wanted.truncate(20);
    let found = index.search(&asked, 20, predicate, true).expect("a search");
    assert_eq!(found.len(), wanted.len(), "{predicate:?}");
    for (neighbour, (passage, cosine)) in found.iter().zip(&wanted) {
        assert_eq!(neighbour.passage, *passage, "{predicate:?} {seed}");
        assert!((neighbour.cosine - cosine).abs() < 1e-4, "{neighbour:?} {cosine}");
    }
}
