//! How long does an adapter take until a request with it can join the batch?

use super::LoraBench;
use footnote_generator::adapter::Projection;
use footnote_generator::engine::{AdapterSlots, ModelConfig};
use serde::Serialize;
use std::time::Instant;

/// Adapters that are switched to.
const SWITCHES: usize = 64;

/// Milliseconds of a switch.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Switch {
    /// To an adapter that has a slot: the median,
    pub resident_p50: f64,
    /// and what 99 of 100 stay below.
    pub resident_p99: f64,
    /// To one that lies in memory and has to be packed: the median,
    pub memory_p50: f64,
    /// and what 99 of 100 stay below.
    pub memory_p99: f64,
}

pub(super) fn measure(bench: &LoraBench, config: &ModelConfig) -> anyhow::Result<Switch> {
    let slots = AdapterSlots::new(config.clone(), usize::MAX);
    let adapters: Vec<_> = (0..SWITCHES)
        .map(|seed| bench.model.adapter(bench.rank, &[Projection::Q, Projection::V], seed as u64))
        .collect();
    let timed = || {
        let one = |adapter| {
            let begun = Instant::now();
            slots.get(adapter)?;
            Ok(begun.elapsed().as_secs_f64() * 1e3)
        };
        let mut all: Vec<f64> = adapters.iter().map(one).collect::<anyhow::Result<_>>()?;
        all.sort_unstable_by(f64::total_cmp);
        anyhow::Ok((all[all.len() / 2], all[all.len() * 99 / 100]))
    };
    let (memory_p50, memory_p99) = timed()?;
    let (resident_p50, resident_p99) = timed()?;
    Ok(Switch { resident_p50, resident_p99, memory_p50, memory_p99 })
}
