//! How are a few rows multiplied with a large matrix, fast? One small product, a *tile*, does all the
//! heavy work of the engine: the layers of the base model, both factors of adapters, the scores of
//! attention and its weighted sum.
//!
//! Every sum runs over its terms in their order, however many rows share the tile and whatever the
//! processor: a row's numbers never depend on who else is in the batch, to the last bit.

mod exp;
mod matrix;
mod simd;
mod tile;

pub(super) use exp::exp;
pub(super) use matrix::{Matrix, Precision};
pub(super) use tile::{Bf16, rows_of_tiles};
pub(super) use tile::{LANES, LANES_NARROW, ROWS_MOST, Tile, pack, tile};
