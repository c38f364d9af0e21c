//! Which passages are nearest, beyond doubt? Compare them all. The slow twin by which the other
//! engines are judged, fast enough below some ten thousand passages, and the table from which exact
//! cosines are read.
//!
//! Three files: `index.json` (dimensions, facets), `points.u32` (passage and number of its facets per
//! row, in order of passage) and `vectors.f32` (the rows).

use super::{Neighbour, Point, VectorIndex, rank};
use crate::error::RetrieverError;
use crate::filter::{Facets, Filter};
use crate::generation::seal;
use crate::mapped::{Mapped, float_bytes, word_bytes};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

const INDEX_FILE: &str = "index.json";
const POINTS_FILE: &str = "points.u32";
const VECTORS_FILE: &str = "vectors.f32";
/// Numbers multiplied side by side; lets the compiler use wide registers.
const LANES: usize = 16;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Header {
    dimensions: usize,
    /// What filters look at, each once: as many as there are kinds of contributions.
    facets: Vec<Facets>,
}

/// All vectors in rows, in order of passage.
pub struct FlatIndex {
    folder: PathBuf,
    rows: RwLock<Rows>,
}

struct Rows {
    header: Header,
    /// Per row: passage, number of its facets.
    points: Vec<(u32, u32)>,
    /// The numbers of the header's facets, while rows are written.
    numbered: HashMap<Facets, u32>,
    numbers: Numbers,
}

enum Numbers {
    Owned(Vec<f32>),
    Sealed(Mapped),
}

impl FlatIndex {
    /// An empty index that commits to `folder`.
    pub fn create(folder: &Path, dimensions: usize) -> Result<Self, RetrieverError> {
        seal::make_folder(folder)?;
        let header = Header { dimensions, facets: Vec::new() };
        let (points, numbers) = (Vec::new(), Numbers::Owned(Vec::new()));
        let rows = Rows { header, points, numbered: HashMap::new(), numbers };
        Ok(Self { folder: folder.to_owned(), rows: RwLock::new(rows) })
    }

    /// The index that was committed to `folder`, mapped.
    pub fn open(folder: &Path) -> Result<Self, RetrieverError> {
        let path = folder.join(INDEX_FILE);
        let bytes = std::fs::read(&path).map_err(RetrieverError::io("read", &path))?;
        let header: Header = serde_json::from_slice(&bytes)
            .map_err(|error| RetrieverError::corrupt(&path, error))?;
        let points = Mapped::open(&folder.join(POINTS_FILE))?;
        let points = points.words().chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
        let numbers = Numbers::Sealed(Mapped::open(&folder.join(VECTORS_FILE))?);
        let numbered = header.facets.iter().cloned().zip(0..).collect();
        let rows = Rows { header, points, numbered, numbers };
        if rows.points.len() * rows.header.dimensions != rows.floats().len() {
            let path = folder.join(VECTORS_FILE);
            return Err(RetrieverError::corrupt(&path, "it does not hold one vector per point"));
        }
        Ok(Self { folder: folder.to_owned(), rows: RwLock::new(rows) })
    }

    /// A passage's vector.
    pub fn vector(&self, passage: u32) -> Option<Vec<f32>> {
        let rows = self.read();
        rows.row_of(passage).map(|row| rows.row(row).to_vec())
    }

    /// The exact cosine of a passage with a unit vector; `None` when the passage has no vector.
    pub fn cosine(&self, passage: u32, vector: &[f32]) -> Option<f32> {
        let rows = self.read();
        rows.row_of(passage).map(|row| dot(rows.row(row), vector))
    }

    fn read(&self) -> RwLockReadGuard<'_, Rows> {
        // A writer that panicked left whole rows: rows are pushed before their point is named.
        self.rows.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rows {
    fn floats(&self) -> &[f32] {
        match &self.numbers {
            Numbers::Owned(numbers) => numbers,
            Numbers::Sealed(mapped) => mapped.floats(),
        }
    }

    fn row(&self, row: usize) -> &[f32] {
        let dimensions = self.header.dimensions;
        &self.floats()[row * dimensions..(row + 1) * dimensions]
    }

    fn row_of(&self, passage: u32) -> Option<usize> {
        self.points.binary_search_by_key(&passage, |(passage, _)| *passage).ok()
    }

    fn facets_number(&mut self, facets: &Facets) -> u32 {
        if let Some(number) = self.numbered.get(facets) {
            return *number;
        }
        let number =
            u32::try_from(self.header.facets.len()).expect("there are fewer texts than 2³²");
        self.header.facets.push(facets.clone());
        self.numbered.insert(facets.clone(), number);
        number
    }

    fn put(&mut self, point: &Point) {
        let facets = self.facets_number(&point.facets);
        let dimensions = self.header.dimensions;
        if let Numbers::Sealed(mapped) = &self.numbers {
            self.numbers = Numbers::Owned(mapped.floats().to_vec());
        }
        let Numbers::Owned(numbers) = &mut self.numbers else { unreachable!("made owned above") };
        match self.points.binary_search_by_key(&point.passage, |(passage, _)| *passage) {
            Ok(row) => {
                numbers[row * dimensions..(row + 1) * dimensions].copy_from_slice(&point.vector);
                self.points[row].1 = facets;
            }
            Err(row) => {
                let at = row * dimensions;
                numbers.splice(at..at, point.vector.iter().copied());
                self.points.insert(row, (point.passage, facets));
            }
        }
    }
}

impl VectorIndex for FlatIndex {
    fn upsert(&self, points: &[Point]) -> Result<(), RetrieverError> {
        let mut rows = self.rows.write().unwrap_or_else(PoisonError::into_inner);
        for point in points {
            check_length(&self.folder, point.vector.len(), rows.header.dimensions)?;
            rows.put(point);
        }
        Ok(())
    }

    fn search(
        &self,
        vector: &[f32],
        k: usize,
        filter: &Filter,
        _exact: bool,
    ) -> Result<Vec<Neighbour>, RetrieverError> {
        let rows = self.read();
        check_length(&self.folder, vector.len(), rows.header.dimensions)?;
        let passes: Vec<bool> =
            rows.header.facets.iter().map(|facets| filter.admits(facets)).collect();
        let mut found: Vec<Neighbour> = rows
            .points
            .iter()
            .enumerate()
            .filter(|(_, (_, facets))| passes[*facets as usize])
            .map(|(row, (passage, _))| Neighbour {
                passage: *passage,
                cosine: dot(rows.row(row), vector),
            })
            .collect();
        rank(&mut found);
        found.truncate(k);
        Ok(found)
    }

    fn commit(&self) -> Result<(), RetrieverError> {
        let rows = self.read();
        let header = serde_json::to_vec(&rows.header).expect("plain data");
        let points: Vec<u32> = rows.points.iter().flat_map(|(a, b)| [*a, *b]).collect();
        seal::write_file(&self.folder.join(POINTS_FILE), &word_bytes(&points))?;
        seal::write_file(&self.folder.join(VECTORS_FILE), &float_bytes(rows.floats()))?;
        seal::write_file(&self.folder.join(INDEX_FILE), &header)
    }
}

/// Refuses a vector of another length than the index's.
pub(super) fn check_length(
    folder: &Path,
    given: usize,
    wanted: usize,
) -> Result<(), RetrieverError> {
    if given == wanted {
        return Ok(());
    }
    let reason = format!("a vector has {given} numbers, this index {wanted}");
    Err(RetrieverError::Vector { path: folder.to_owned(), reason })
}

/// The sum of products, in [`LANES`] partial sums: the same bits on every machine and in every order
/// of calls.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0f32; LANES];
    let (whole_a, rest_a) = a.as_chunks::<LANES>();
    let (whole_b, rest_b) = b.as_chunks::<LANES>();
    for (x, y) in whole_a.iter().zip(whole_b) {
        for lane in 0..LANES {
            sums[lane] += x[lane] * y[lane];
        }
    }
    let rest: f32 = rest_a.iter().zip(rest_b).map(|(x, y)| x * y).sum();
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vector::conformance;

    #[test]
    fn conforms() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let index = FlatIndex::create(&folder.path().join("flat"), conformance::DIMENSIONS)
            .expect("an empty folder");
        conformance::check(&index);
        let reopened = FlatIndex::open(&folder.path().join("flat")).expect("it was committed");
        conformance::check_filled(&reopened);
    }

    #[test]
    fn rows_come_back_whole_in_any_order_of_writing() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let index = FlatIndex::create(folder.path(), 2).expect("a folder");
        let facets = conformance::facets(1);
        for (passage, vector) in [(7, [0.6, 0.8]), (2, [1.0, 0.0]), (7, [0.0, 1.0])] {
            let point = Point { passage, facets: facets.clone(), vector: vector.to_vec() };
            index.upsert(&[point]).expect("two numbers each");
        }
        assert_eq!(index.vector(7), Some(vec![0.0, 1.0]));
        assert_eq!(index.vector(2), Some(vec![1.0, 0.0]));
        assert_eq!(index.vector(3), None);
        assert_eq!(index.cosine(7, &[0.0, 1.0]), Some(1.0));
    }
}
