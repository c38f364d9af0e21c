//! How does a matrix lie in memory so that a tile reads it from front to back? In panels: a few outputs
//! side by side, input after input.

use super::tile::{Bf16, Stored, Tile};

/// In which precision are weights kept? Sums are `f32` always.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum Precision {
    F32,
    Bf16,
}

/// A matrix of `outputs × inputs`, packed.
#[derive(Debug)]
pub(in crate::engine) struct Matrix {
    outputs: usize,
    inputs: usize,
    lanes: usize,
    panels: Panels,
}

/// The numbers of a matrix: panel after panel, in it input after input, in it `lanes` outputs. The last
/// panel is filled up with zeros.
#[derive(Debug)]
pub(in crate::engine) enum Panels {
    F32(Vec<f32>),
    Bf16(Vec<Bf16>),
}

impl Matrix {
    /// Packs a matrix given row by row: `row(output)` is the row of that output.
    pub(in crate::engine) fn pack<'a>(
        (outputs, inputs): (usize, usize),
        lanes: usize,
        precision: Precision,
        row: impl Fn(usize) -> &'a [f32],
    ) -> Self {
        let panels = match precision {
            Precision::F32 => Panels::F32(packed((outputs, inputs), lanes, row, |value| value)),
            Precision::Bf16 => Panels::Bf16(packed((outputs, inputs), lanes, row, Bf16::nearest)),
        };
        Self { outputs, inputs, lanes, panels }
    }

    /// Rows of the matrix.
    pub(in crate::engine) fn outputs(&self) -> usize {
        self.outputs
    }

    /// Columns of the matrix.
    pub(in crate::engine) fn inputs(&self) -> usize {
        self.inputs
    }

    /// Outputs of a panel.
    pub(in crate::engine) fn lanes(&self) -> usize {
        self.lanes
    }

    /// Panels of the matrix.
    pub(in crate::engine) fn panels(&self) -> usize {
        self.outputs.div_ceil(self.lanes)
    }

    /// Bytes of its numbers.
    pub(in crate::engine) fn bytes(&self) -> usize {
        match &self.panels {
            Panels::F32(stored) => size_of_val(stored.as_slice()),
            Panels::Bf16(stored) => size_of_val(stored.as_slice()),
        }
    }

    /// Adds to `sums[row · lanes + lane]` what one panel makes of the rows in `factors`, packed.
    pub(in crate::engine) fn panel(
        &self,
        panel: usize,
        factors: &[f32],
        rows: usize,
        sums: &mut [f32],
    ) {
        let size = self.inputs * self.lanes;
        let of = panel * size..(panel + 1) * size;
        match &self.panels {
            Panels::F32(stored) => self.tile(&stored[of], factors, rows, sums),
            Panels::Bf16(stored) => self.tile(&stored[of], factors, rows, sums),
        }
    }

    fn tile<W: Stored>(&self, panel: &[W], factors: &[f32], rows: usize, sums: &mut [f32]) {
        let (lanes, terms) = (self.lanes, self.inputs);
        super::tile(Tile { panel, stride: lanes, lanes, terms }, factors, rows, sums);
    }

    /// One row, as it was given but for its precision: the vector of a token in an embedding.
    pub(in crate::engine) fn row(&self, output: usize, to: &mut [f32]) {
        let first = output / self.lanes * self.lanes * self.inputs + output % self.lanes;
        match &self.panels {
            Panels::F32(stored) => unpacked(stored, first, self.lanes, to),
            Panels::Bf16(stored) => unpacked(stored, first, self.lanes, to),
        }
    }
}

fn packed<'a, W: Stored>(
    (outputs, inputs): (usize, usize),
    lanes: usize,
    row: impl Fn(usize) -> &'a [f32],
    stored: impl Fn(f32) -> W,
) -> Vec<W> {
    let mut panels = vec![stored(0.0); outputs.div_ceil(lanes) * lanes * inputs];
    for output in 0..outputs {
        let first = output / lanes * lanes * inputs + output % lanes;
        let row = row(output);
        assert_eq!(row.len(), inputs, "a row of a matrix is as long as the matrix is wide");
        for (input, value) in row.iter().enumerate() {
            panels[first + input * lanes] = stored(*value);
        }
    }
    panels
}

fn unpacked<W: Stored>(panels: &[W], first: usize, lanes: usize, to: &mut [f32]) {
    for (to, stored) in to.iter_mut().zip(panels[first..].iter().step_by(lanes)) {
        *to = stored.wide();
    }
}

#[cfg(test)]
mod tests {
    use super::super::{LANES, pack};
    use super::*;

    #[test]
    fn a_packed_matrix_multiplies_as_it_was_given() {
        let (outputs, inputs) = (37, 5);
        let rows: Vec<Vec<f32>> = (0..outputs)
            .map(|output| (0..inputs).map(|input| (output * 8 + input) as f32).collect())
            .collect();
        for precision in [Precision::F32, Precision::Bf16] {
            // Whole numbers below 256 have few enough digits for both.
            let given = |output: usize| &rows[output % 30][..];
            let matrix = Matrix::pack((outputs, inputs), LANES, precision, given);
            let x = [1.0, -2.0, 0.5, 4.0, -1.0];
            let mut factors = vec![0.0; inputs];
            pack([&x[..]].into_iter(), &mut factors);
            for output in 0..outputs {
                let mut sums = vec![0.0; LANES];
                matrix.panel(output / LANES, &factors, 1, &mut sums);
                let wanted: f32 = given(output).iter().zip(x).map(|(w, x)| w * x).sum();
                assert_eq!(sums[output % LANES], wanted);
                let mut row = vec![0.0; inputs];
                matrix.row(output, &mut row);
                assert_eq!(row, given(output));
            }
            assert_eq!(matrix.panels(), 2);
        }
    }
}
