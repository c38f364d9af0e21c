//! A linear layer over the rows of a batch: base weights and the adapters of its rows in one pass.
//!
//! Layers that read the same input (q, k and v; gate and up) are parts of one: their panels are one
//! list of tasks for the threads.

use super::kernel::{LANES, Matrix, ROWS_MOST, pack, rows_of_tiles};
use super::lora::Added;
use crate::adapter::Projection;
use rayon::prelude::*;

/// Multiplications below which starting threads takes longer than computing.
const ALONE_MOST: usize = 1 << 17;

/// One matrix of a layer.
#[derive(Debug)]
pub(super) struct Part {
    /// Which site adapters find here; `None` where none may.
    pub(super) projection: Option<Projection>,
    pub(super) matrix: Matrix,
    pub(super) bias: Option<Vec<f32>>,
}

/// Matrices that read the same input; their outputs stand side by side.
#[derive(Debug)]
pub(super) struct Linear {
    parts: Vec<Part>,
    /// Part and panel of every task, and the first column of its outputs.
    tasks: Vec<(usize, usize, usize)>,
    width: usize,
}

/// Whether a layer's outputs replace what is there or are added to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Into {
    Place,
    Sum,
}

/// Rows as tiles read them.
pub(super) struct Packed {
    rows: usize,
    width: usize,
    factors: Vec<f32>,
}

impl Packed {
    /// Packs rows of `width` numbers that stand one behind the other.
    pub(super) fn of(x: &[f32], width: usize) -> Self {
        let rows = x.len() / width;
        let mut factors = vec![0.0; x.len()];
        let mut open = &mut factors[..];
        let mut tiles = Vec::new();
        for (first, size) in rows_of_tiles(rows) {
            let (tile, rest) = open.split_at_mut(size * width);
            tiles.push((&x[first * width..(first + size) * width], tile));
            open = rest;
        }
        let packed = |(x, tile): (&[f32], &mut [f32])| pack(x.chunks_exact(width), tile);
        if rows > ROWS_MOST {
            tiles.into_par_iter().for_each(packed);
        } else {
            tiles.into_iter().for_each(packed);
        }
        Self { rows, width, factors }
    }
}

impl Linear {
    pub(super) fn new(parts: Vec<Part>) -> Self {
        let (mut tasks, mut width) = (Vec::new(), 0);
        for (at, part) in parts.iter().enumerate() {
            let panels = 0..part.matrix.panels();
            tasks.extend(panels.map(|panel| (at, panel, width + panel * LANES)));
            width += part.matrix.outputs();
        }
        Self { parts, tasks, width }
    }

    /// Outputs of all its parts together.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// Inputs of each of its parts.
    pub(super) fn inputs(&self) -> usize {
        self.parts.first().map_or(0, |part| part.matrix.inputs())
    }

    /// Bytes of its matrices.
    pub(super) fn bytes(&self) -> usize {
        self.parts.iter().map(|part| part.matrix.bytes()).sum()
    }

    /// The sites that it holds.
    pub(super) fn projections(&self) -> impl Iterator<Item = Projection> {
        self.parts.iter().filter_map(|part| part.projection)
    }

    /// One row of its first matrix: the vector of a token.
    pub(super) fn row(&self, output: usize, to: &mut [f32]) {
        if let Some(part) = self.parts.first() {
            part.matrix.row(output, to);
        }
    }

    /// Computes all rows: base, bias, and what the rows' adapters add. `out` has a row of
    /// [`Linear::width`] numbers for each.
    pub(super) fn apply(&self, x: &Packed, added: &[Added<'_>], out: &mut [f32], into: Into) {
        assert!(x.width == self.inputs() && out.len() == x.rows * self.width, "shapes agree");
        let out = Columns { first: out.as_mut_ptr(), stride: self.width };
        let work = |column: &mut Vec<f32>, task: &(usize, usize, usize)| {
            let (part, panel, from) = *task;
            self.column(&self.parts[part], panel, x, added, column);
            let lanes = LANES.min(self.parts[part].matrix.outputs() - panel * LANES);
            // SAFETY: no two tasks have columns in common, and every row has `width` of them.
            unsafe { out.put(column, from, lanes, into) };
        };
        let column = || vec![0.0; x.rows * LANES];
        if x.rows * x.width * self.width < ALONE_MOST {
            let mut column = column();
            self.tasks.iter().for_each(|task| work(&mut column, task));
        } else {
            self.tasks.par_iter().for_each_init(column, work);
        }
    }

    /// The outputs of one panel, for all rows.
    fn column(
        &self,
        part: &Part,
        panel: usize,
        x: &Packed,
        added: &[Added<'_>],
        column: &mut [f32],
    ) {
        begin(column, part.bias.as_deref(), panel);
        for (first, size) in rows_of_tiles(x.rows) {
            let factors = &x.factors[first * x.width..];
            let sums = &mut column[first * LANES..(first + size) * LANES];
            part.matrix.panel(panel, factors, size, sums);
        }
        for one in added.iter().filter(|one| Some(one.projection) == part.projection) {
            one.expand(panel, column);
        }
    }
}

/// A column before anything is added: its biases, or zeros.
fn begin(column: &mut [f32], bias: Option<&[f32]>, panel: usize) {
    column.fill(0.0);
    if let Some(bias) = bias {
        let bias = &bias[panel * LANES..];
        for row in column.chunks_exact_mut(LANES) {
            row.iter_mut().zip(bias).for_each(|(sum, bias)| *sum = *bias);
        }
    }
}

/// A matrix of outputs that several threads write to, each to columns of its own.
struct Columns {
    first: *mut f32,
    stride: usize,
}

// SAFETY: `put` writes to the caller's own columns only, by contract.
unsafe impl Sync for Columns {}

impl Columns {
    /// Writes the first `lanes` numbers of each row of `column` from output `from` on.
    ///
    /// # Safety
    /// No other thread writes to these columns, and the rows are there.
    unsafe fn put(&self, column: &[f32], from: usize, lanes: usize, into: Into) {
        for (row, sums) in column.chunks_exact(LANES).enumerate() {
            // SAFETY: the slice lies inside one row, and nobody else has it.
            let out = unsafe {
                std::slice::from_raw_parts_mut(self.first.add(row * self.stride + from), lanes)
            };
            match into {
                Into::Place => out.copy_from_slice(&sums[..lanes]),
                Into::Sum => out.iter_mut().zip(sums).for_each(|(out, sum)| *out += sum),
            }
        }
    }
}
