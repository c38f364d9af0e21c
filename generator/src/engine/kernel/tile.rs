//! The product of a few rows with a panel of columns, summed in registers.

#[cfg(target_arch = "x86_64")]
use super::simd::{Avx2, Avx512};
use super::simd::{Level, Portable, Simd};

/// Columns of a wide panel: matrices, values of attention.
pub(in crate::engine) const LANES: usize = 32;
/// Columns of a narrow panel: the first factor of adapters, keys of attention.
pub(in crate::engine) const LANES_NARROW: usize = 16;
/// Most rows of a tile: with 32 columns, 24 of the 32 registers of AVX-512 hold sums.
pub(in crate::engine) const ROWS_MOST: usize = 12;

/// The upper half of an `f32`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(transparent)]
pub(in crate::engine) struct Bf16(pub(in crate::engine) u16);

impl Bf16 {
    /// The same number with more digits.
    #[inline(always)]
    pub(in crate::engine) fn widen(self) -> f32 {
        f32::from_bits(u32::from(self.0) << 16)
    }

    /// The nearest number, ties to even.
    pub(in crate::engine) fn nearest(value: f32) -> Self {
        let bits = value.to_bits();
        if value.is_nan() {
            return Self((bits >> 16) as u16 | 0x40);
        }
        Self(((bits + (0x7fff + (bits >> 16 & 1))) >> 16) as u16)
    }
}

/// A number as it lies in memory.
pub(in crate::engine) trait Stored: Copy + Send + Sync + 'static {
    /// As it is computed with.
    fn wide(self) -> f32;
    /// A vector of them.
    ///
    /// # Safety
    /// As [`Simd::load`].
    unsafe fn load<S: Simd>(from: *const Self) -> S::Vector;
}

impl Stored for f32 {
    #[inline(always)]
    fn wide(self) -> f32 {
        self
    }

    #[inline(always)]
    unsafe fn load<S: Simd>(from: *const Self) -> S::Vector {
        // SAFETY: passed on.
        unsafe { S::load(from) }
    }
}

impl Stored for Bf16 {
    #[inline(always)]
    fn wide(self) -> f32 {
        self.widen()
    }

    #[inline(always)]
    unsafe fn load<S: Simd>(from: *const Self) -> S::Vector {
        // SAFETY: passed on.
        unsafe { S::load_bf16(from) }
    }
}

/// What a tile multiplies: `terms` rows of `lanes` columns, `stride` elements from row to row.
#[derive(Clone, Copy)]
pub(in crate::engine) struct Tile<'a, W> {
    /// The stored numbers, from the first column of the first row on.
    pub(in crate::engine) panel: &'a [W],
    /// Elements from one row of the panel to the next.
    pub(in crate::engine) stride: usize,
    /// [`LANES`] or [`LANES_NARROW`].
    pub(in crate::engine) lanes: usize,
    /// Terms of every sum.
    pub(in crate::engine) terms: usize,
}

/// Adds to `sums[row · lanes + lane]`, for every row of the tile, the sum over `term` of
/// `factors[term · rows + row] · panel[term · stride + lane]`.
///
/// `rows` is one of the sizes that [`rows_of_tiles`] gives.
pub(in crate::engine) fn tile<W: Stored>(
    tile: Tile<'_, W>,
    factors: &[f32],
    rows: usize,
    sums: &mut [f32],
) {
    run(Level::best(), tile, factors, rows, sums);
}

fn run<W: Stored>(level: Level, tile: Tile<'_, W>, factors: &[f32], rows: usize, sums: &mut [f32]) {
    let Tile { panel, stride, lanes, terms } = tile;
    if terms == 0 {
        return;
    }
    assert!(lanes == LANES || lanes == LANES_NARROW, "a panel is wide or narrow");
    assert!(panel.len() >= (terms - 1) * stride + lanes, "the panel is whole");
    assert!(factors.len() >= terms * rows && sums.len() >= rows * lanes, "rows are whole");
    // SAFETY: the sizes were just checked; a level is only made where the processor has it.
    unsafe {
        match level {
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => avx512(tile, factors, rows, sums),
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => avx2(tile, factors, rows, sums),
            Level::Portable => by_rows::<Portable, W>(tile, factors, rows, sums),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn avx512<W: Stored>(tile: Tile<'_, W>, factors: &[f32], rows: usize, sums: &mut [f32]) {
    // SAFETY: passed on.
    unsafe { by_rows::<Avx512, W>(tile, factors, rows, sums) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn avx2<W: Stored>(tile: Tile<'_, W>, factors: &[f32], rows: usize, sums: &mut [f32]) {
    // SAFETY: passed on.
    unsafe { by_rows::<Avx2, W>(tile, factors, rows, sums) }
}

#[inline(always)]
unsafe fn by_rows<S: Simd, W: Stored>(
    tile: Tile<'_, W>,
    factors: &[f32],
    rows: usize,
    sums: &mut [f32],
) {
    // SAFETY: passed on.
    unsafe {
        match rows {
            1 => by_lanes::<S, W, 1>(tile, factors, sums),
            2 => by_lanes::<S, W, 2>(tile, factors, sums),
            4 => by_lanes::<S, W, 4>(tile, factors, sums),
            8 => by_lanes::<S, W, 8>(tile, factors, sums),
            12 => by_lanes::<S, W, 12>(tile, factors, sums),
            _ => unreachable!("no tile has {rows} rows"),
        }
    }
}

/// Cuts the tile into pieces whose sums fit into the registers.
#[inline(always)]
unsafe fn by_lanes<S: Simd, W: Stored, const ROWS: usize>(
    tile: Tile<'_, W>,
    factors: &[f32],
    sums: &mut [f32],
) {
    let mut lane = 0;
    // SAFETY: every piece lies inside the sizes that `run` checked.
    unsafe {
        while lane < tile.lanes {
            let (from, to) = (tile.panel.as_ptr().add(lane), sums.as_mut_ptr().add(lane));
            if S::WIDTH == 16 && tile.lanes - lane >= 32 {
                piece::<S, W, ROWS, 2>(tile, from, factors.as_ptr(), to);
                lane += 32;
            } else {
                piece::<S, W, ROWS, 1>(tile, from, factors.as_ptr(), to);
                lane += S::WIDTH;
            }
        }
    }
}

#[inline(always)]
unsafe fn piece<S: Simd, W: Stored, const ROWS: usize, const VECTORS: usize>(
    tile: Tile<'_, W>,
    mut from: *const W,
    mut factors: *const f32,
    to: *mut f32,
) {
    // SAFETY: every pointer stays inside the sizes that `run` checked.
    unsafe {
        let mut sums = [[S::splat(0.0); VECTORS]; ROWS];
        for (row, sums) in sums.iter_mut().enumerate() {
            for (vector, sum) in sums.iter_mut().enumerate() {
                *sum = S::load(to.add(row * tile.lanes + vector * S::WIDTH));
            }
        }
        for _ in 0..tile.terms {
            let mut stored = [S::splat(0.0); VECTORS];
            for (vector, one) in stored.iter_mut().enumerate() {
                *one = W::load::<S>(from.add(vector * S::WIDTH));
            }
            for (row, sums) in sums.iter_mut().enumerate() {
                let factor = S::splat(*factors.add(row));
                for (sum, stored) in sums.iter_mut().zip(stored) {
                    *sum = S::multiply_add(factor, stored, *sum);
                }
            }
            from = from.wrapping_add(tile.stride);
            factors = factors.add(ROWS);
        }
        for (row, sums) in sums.iter().enumerate() {
            for (vector, sum) in sums.iter().enumerate() {
                S::store(*sum, to.add(row * tile.lanes + vector * S::WIDTH));
            }
        }
    }
}

/// The tiles of `rows` rows: first row and size of each, the large ones first.
pub(in crate::engine) fn rows_of_tiles(rows: usize) -> impl Iterator<Item = (usize, usize)> {
    let mut first = 0;
    std::iter::from_fn(move || {
        let size = [ROWS_MOST, 8, 4, 2, 1].into_iter().find(|size| *size <= rows - first)?;
        first += size;
        Some((first - size, size))
    })
}

/// The factors of one tile, term by term, from its rows.
pub(in crate::engine) fn pack<'a>(
    rows: impl ExactSizeIterator<Item = &'a [f32]>,
    packed: &mut [f32],
) {
    let count = rows.len();
    for (at, row) in rows.enumerate() {
        for (term, value) in row.iter().enumerate() {
            packed[term * count + at] = *value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    /// The same sums, one after the other, in `f64`.
    fn slow<W: Stored>(tile: Tile<'_, W>, factors: &[f32], rows: usize) -> Vec<f64> {
        let mut sums = vec![0.0; rows * tile.lanes];
        for row in 0..rows {
            for lane in 0..tile.lanes {
                for term in 0..tile.terms {
                    let stored = f64::from(tile.panel[term * tile.stride + lane].wide());
                    sums[row * tile.lanes + lane] += f64::from(factors[term * rows + row]) * stored;
                }
            }
        }
        sums
    }

    fn check<W: Stored>(stored: impl Fn(f32) -> W) {
        let mut random = StdRng::seed_from_u64(7);
        for (lanes, stride) in [(32, 32), (16, 16), (32, 48), (16, 96)] {
            for rows in [1, 2, 4, 8, 12] {
                let terms = random.random_range(1..70);
                let mut numbers = |count: usize| -> Vec<f32> {
                    (0..count).map(|_| random.random_range(-1.0..1.0)).collect()
                };
                let panel: Vec<W> = numbers(terms * stride).into_iter().map(&stored).collect();
                let factors = numbers(terms * rows);
                let tile = Tile { panel: &panel, stride, lanes, terms };
                let wanted = slow(tile, &factors, rows);
                for level in Level::available() {
                    let mut sums = vec![0.0; rows * lanes];
                    run(level, tile, &factors, rows, &mut sums);
                    for (sum, wanted) in sums.iter().zip(&wanted) {
                        assert!(
                            (f64::from(*sum) - wanted).abs() < 1e-4,
                            "{level:?} {rows} {lanes}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn every_processor_level_agrees_with_the_slow_sum() {
        check(|value| value);
        check(Bf16::nearest);
    }

    #[test]
    fn a_row_is_the_same_to_the_last_bit_in_every_company() {
        let mut random = StdRng::seed_from_u64(8);
        let mut numbers =
            |count: usize| (0..count).map(|_| random.random_range(-1.0f32..1.0)).collect();
        let (panel, terms): (Vec<f32>, usize) = (numbers(61 * LANES), 61);
        let rows: Vec<Vec<f32>> = (0..ROWS_MOST).map(|_| numbers(terms)).collect();
        let tile_of = Tile { panel: &panel, stride: LANES, lanes: LANES, terms };
        for level in Level::available() {
            let of = |count: usize| {
                let mut packed = vec![0.0; count * terms];
                pack(rows[..count].iter().map(Vec::as_slice), &mut packed);
                let mut sums = vec![0.0; count * LANES];
                run(level, tile_of, &packed, count, &mut sums);
                sums
            };
            let alone = of(1);
            for count in [2, 4, 8, 12] {
                assert_eq!(of(count)[..LANES], alone[..], "{level:?} with {count}");
            }
        }
    }

    #[test]
    fn tiles_cover_every_row_once() {
        for rows in 0..60 {
            let mut next = 0;
            for (first, size) in rows_of_tiles(rows) {
                assert_eq!(first, next);
                next += size;
            }
            assert_eq!(next, rows);
        }
    }

    #[test]
    fn the_nearest_short_number() {
        for (given, wanted) in [(1.0f32, 0x3f80), (-2.5, 0xc020), (1.003_906_3, 0x3f80)] {
            assert_eq!(Bf16::nearest(given).0, wanted, "{given}");
        }
        assert!(Bf16::nearest(f32::NAN).widen().is_nan());
        assert_eq!(Bf16::nearest(f32::INFINITY).widen(), f32::INFINITY);
    }
}
