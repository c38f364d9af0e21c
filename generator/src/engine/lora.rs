//! What do the adapters of a batch add? Many adapters at once: one shrink (`A x`, rank numbers per row)
//! and one expand (`B` of them) per site for all rows, whichever adapters they carry, of whatever rank.
//! Nothing is ever merged into the base.
//!
//! A row with several adapters gets them in the order of their digests, so that its sum does not depend
//! on the company it keeps.

use super::kernel::{LANES, LANES_NARROW, Matrix, Precision, ROWS_MOST, pack, rows_of_tiles};
use super::{AdapterMisfit, ModelConfig};
use crate::adapter::{LoraAdapter, LoraPair, Projection, Site};
use footnote_domain::id::Digest;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// An adapter packed for computing: what occupies a slot of the device.
#[derive(Debug)]
pub struct PackedAdapter {
    digest: Digest,
    scale: f32,
    /// By layer, by projection.
    layers: Vec<[Option<Pair>; Projection::ALL.len()]>,
    bytes: usize,
}

#[derive(Debug)]
struct Pair {
    a: Matrix,
    b: Matrix,
}

impl PackedAdapter {
    /// Packs an adapter for a base model. Numbers that are exact in bf16 are kept in it.
    ///
    /// # Errors
    /// When one of its sites is not the base model's, in number or in shape.
    pub fn pack(adapter: &LoraAdapter, config: &ModelConfig) -> Result<Self, AdapterMisfit> {
        let mut layers: Vec<[Option<Pair>; 7]> =
            (0..config.layers).map(|_| std::array::from_fn(|_| None)).collect();
        let mut bytes = 0;
        for (site, pair) in &adapter.sites {
            let layer = layers
                .get_mut(site.layer)
                .ok_or(AdapterMisfit::Layer { layer: site.layer, layers: config.layers })?;
            let pair = packed(*site, pair, config)?;
            bytes += pair.a.bytes() + pair.b.bytes();
            layer[site.projection as usize] = Some(pair);
        }
        Ok(Self { digest: adapter.digest, scale: adapter.scale, layers, bytes })
    }

    /// The adapter's identity.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Bytes that its slot takes.
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

fn packed(site: Site, pair: &LoraPair, config: &ModelConfig) -> Result<Pair, AdapterMisfit> {
    let expected = config.shape(site.projection);
    let found = (pair.outputs, pair.inputs);
    let whole = pair.a.len() == pair.rank * pair.inputs && pair.b.len() == pair.outputs * pair.rank;
    if found != expected || !whole || pair.rank == 0 {
        return Err(AdapterMisfit::Shape { site, found, expected });
    }
    let a = |row: usize| &pair.a[row * pair.inputs..(row + 1) * pair.inputs];
    let b = |row: usize| &pair.b[row * pair.rank..(row + 1) * pair.rank];
    let kept = |all: &[f32]| {
        let short = all.iter().all(|value| value.to_bits() & 0xffff == 0);
        if short { Precision::Bf16 } else { Precision::F32 }
    };
    Ok(Pair {
        a: Matrix::pack((pair.rank, pair.inputs), LANES_NARROW, kept(&pair.a), a),
        b: Matrix::pack((pair.outputs, pair.rank), LANES, kept(&pair.b), b),
    })
}

/// Adapters of one request with their weights; in the order of digests, each once.
#[derive(Debug, Clone, Default)]
pub struct Mix(Vec<(Arc<PackedAdapter>, f32)>);

impl Mix {
    /// A mix; an adapter that is named twice counts with the sum of its weights.
    pub fn new(adapters: impl IntoIterator<Item = (Arc<PackedAdapter>, f32)>) -> Self {
        let mut by_digest: BTreeMap<Digest, (Arc<PackedAdapter>, f32)> = BTreeMap::new();
        for (adapter, weight) in adapters {
            by_digest.entry(adapter.digest).or_insert((adapter, 0.0)).1 += weight;
        }
        Self(by_digest.into_values().collect())
    }

    /// Adapters and weights, in the order of digests.
    pub fn parts(&self) -> impl Iterator<Item = (&Arc<PackedAdapter>, f32)> {
        self.0.iter().map(|(adapter, weight)| (adapter, *weight))
    }
}

/// The rows of a batch by adapter: made once per step, used at every site.
pub(super) struct Groups<'a>(Vec<Group<'a>>);

struct Group<'a> {
    adapter: &'a PackedAdapter,
    /// Row of the batch, and the adapter's weight there.
    rows: Vec<(usize, f32)>,
}

impl<'a> Groups<'a> {
    /// Groups rows, given as ranges of the batch with the mix that they share.
    pub(super) fn of(mixes: impl Iterator<Item = (std::ops::Range<usize>, &'a Mix)>) -> Self {
        let mut groups: BTreeMap<Digest, Group<'a>> = BTreeMap::new();
        for (rows, mix) in mixes {
            for (adapter, weight) in mix.parts() {
                let group = groups
                    .entry(adapter.digest)
                    .or_insert_with(|| Group { adapter, rows: Vec::new() });
                group.rows.extend(rows.clone().map(|row| (row, weight)));
            }
        }
        Self(groups.into_values().collect())
    }

    /// The first half for the sites that read the rows of `x`: `A x`, weighted and scaled.
    pub(super) fn shrink(
        &self,
        layer: usize,
        projections: impl Iterator<Item = Projection>,
        (x, width): (&[f32], usize),
    ) -> Vec<Added<'_>> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let projections: Vec<Projection> = projections.collect();
        let groups = self.0.par_iter().with_min_len(2);
        groups.flat_map_iter(|group| group.shrink(layer, &projections, (x, width))).collect()
    }
}

impl Group<'_> {
    fn shrink(
        &self,
        layer: usize,
        projections: &[Projection],
        (x, width): (&[f32], usize),
    ) -> Vec<Added<'_>> {
        let pairs = &self.adapter.layers[layer];
        let held =
            |projection: &Projection| Some((*projection, pairs[*projection as usize].as_ref()?));
        let pairs: Vec<(Projection, &Pair)> = projections.iter().filter_map(held).collect();
        let mut added: Vec<Added<'_>> = pairs
            .iter()
            .map(|(projection, pair)| Added {
                projection: *projection,
                b: &pair.b,
                rows: &self.rows,
                factors: Vec::with_capacity(self.rows.len() * pair.a.outputs()),
            })
            .collect();
        if pairs.is_empty() {
            return added;
        }
        let mut packed = vec![0.0; ROWS_MOST.min(self.rows.len()) * width];
        for (first, size) in rows_of_tiles(self.rows.len()) {
            let rows = &self.rows[first..first + size];
            pack(rows.iter().map(|(row, _)| &x[row * width..(row + 1) * width]), &mut packed);
            for ((_, pair), added) in pairs.iter().zip(&mut added) {
                shrunk(&pair.a, &packed, rows, self.adapter.scale, &mut added.factors);
            }
        }
        added
    }
}

/// `A x` of one tile, weighted, rank by rank: the factors of the expand.
fn shrunk(a: &Matrix, x: &[f32], rows: &[(usize, f32)], scale: f32, factors: &mut Vec<f32>) {
    let lanes = a.lanes();
    let mut sums = [0.0; ROWS_MOST * LANES_NARROW];
    for panel in 0..a.panels() {
        sums.fill(0.0);
        a.panel(panel, x, rows.len(), &mut sums);
        for rank in 0..lanes.min(a.outputs() - panel * lanes) {
            factors.extend(
                rows.iter()
                    .enumerate()
                    .map(|(at, (_, weight))| sums[at * lanes + rank] * weight * scale),
            );
        }
    }
}

/// What one adapter adds at one site: `A x` of its rows, and the matrix that expands it.
pub(super) struct Added<'a> {
    pub(super) projection: Projection,
    b: &'a Matrix,
    rows: &'a [(usize, f32)],
    /// Tile by tile, rank by rank.
    factors: Vec<f32>,
}

impl Added<'_> {
    /// Adds one panel of outputs to the rows' places in `column`.
    pub(super) fn expand(&self, panel: usize, column: &mut [f32]) {
        let rank = self.b.inputs();
        let mut sums = [0.0; ROWS_MOST * LANES];
        for (first, size) in rows_of_tiles(self.rows.len()) {
            let sums = &mut sums[..size * LANES];
            sums.fill(0.0);
            self.b.panel(panel, &self.factors[first * rank..], size, sums);
            for ((row, _), sums) in self.rows[first..].iter().zip(sums.chunks_exact(LANES)) {
                let column = &mut column[row * LANES..(row + 1) * LANES];
                column.iter_mut().zip(sums).for_each(|(column, sum)| *column += sum);
            }
        }
    }
}
