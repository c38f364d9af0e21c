//! What will an adapter take in memory, and where does each tensor go? Decided from configuration and
//! header alone, before a single number is read or a byte for one allocated.

use super::base_shape::BaseShape;
use super::config::PeftConfig;
use super::header::{Header, Tensor};
use super::module::{self, Factor};
use super::rejected::{RejectCode, Rejected, reject, shown};
use super::weights::Site;
use std::collections::BTreeMap;

/// A pair to be read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct PlannedPair {
    pub(super) rank: usize,
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    /// What B is multiplied by, where the site's own scale is not that of the whole adapter.
    pub(super) b_factor: f32,
}

/// An adapter as it will lie in memory.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plan {
    pub(super) sites: BTreeMap<Site, PlannedPair>,
    /// For each tensor of the header, in its order, the part that it becomes.
    pub(super) parts: Vec<(Site, Factor)>,
    pub(super) scale: f32,
    /// The largest rank of all sites.
    pub(super) rank: usize,
    /// Bytes of all numbers as f32.
    pub(super) bytes: u64,
}

impl Plan {
    /// Checks names, pairs, shapes, base and budget.
    pub(super) fn of(
        config: &PeftConfig,
        header: &Header,
        base: &BaseShape,
        bytes_most: u64,
    ) -> Result<Self, Rejected> {
        if let Some(digest) = config.base_digest.filter(|digest| *digest != base.digest) {
            let detail = format!("the adapter is for the base {digest}, not {}", base.digest);
            return reject(RejectCode::WrongBase, detail);
        }
        let (parts, pairs) = pairs(config, &header.tensors, base.layers)?;
        let scale = config.scale();
        let mut sites = BTreeMap::new();
        let mut bytes = 0u64;
        for (site, (a, b)) in pairs {
            let (Some(a), Some(b)) = (a, b) else {
                let lacks = if a.is_some() { "B" } else { "A" };
                let detail = format!("{} has no lora_{lacks}", site.module_name());
                return reject(RejectCode::UnpairedTensor, detail);
            };
            let (rank, own_scale) = config.of_module(&site.module_name())?;
            let (inputs, outputs) = base.dimensions(site.projection);
            check_shape(a, [rank, inputs])?;
            check_shape(b, [outputs, rank])?;
            // Shapes fit the base by now, so that the sum is that of real files.
            let numbers =
                (rank as u64).saturating_mul((inputs as u64).saturating_add(outputs as u64));
            bytes = bytes.saturating_add(numbers.saturating_mul(4));
            sites.insert(site, PlannedPair { rank, inputs, outputs, b_factor: own_scale / scale });
        }
        check_targets(config, &sites)?;
        if bytes > bytes_most {
            let detail =
                format!("it takes {bytes} bytes in memory; an adapter may take {bytes_most}");
            return reject(RejectCode::TooLarge, detail);
        }
        let rank = sites.values().map(|pair| pair.rank).max().unwrap_or(0);
        Ok(Self { sites, parts, scale, rank, bytes })
    }
}

type Pairs<'a> = BTreeMap<Site, (Option<&'a Tensor>, Option<&'a Tensor>)>;

fn pairs<'a>(
    config: &PeftConfig,
    tensors: &'a [Tensor],
    layers: usize,
) -> Result<(Vec<(Site, Factor)>, Pairs<'a>), Rejected> {
    let (mut parts, mut pairs) = (Vec::with_capacity(tensors.len()), Pairs::new());
    for tensor in tensors {
        let (site, factor) = module::parse(&tensor.name, layers)?;
        if !config.targets(&site.module_name()) {
            let detail = format!("{} is not among target_modules", shown(&tensor.name));
            return reject(RejectCode::UnknownTensor, detail);
        }
        let pair = pairs.entry(site).or_default();
        match factor {
            Factor::A => pair.0 = Some(tensor),
            Factor::B => pair.1 = Some(tensor),
        }
        parts.push((site, factor));
    }
    Ok((parts, pairs))
}

fn check_shape(tensor: &Tensor, wanted: [usize; 2]) -> Result<(), Rejected> {
    if tensor.shape == wanted.map(|one| one as u64) {
        return Ok(());
    }
    let shape: Vec<u64> = tensor.shape.iter().copied().take(8).collect();
    let detail = format!("{} is {shape:?}; rank and base want {wanted:?}", tensor.name);
    reject(RejectCode::WrongShape, detail)
}

fn check_targets(config: &PeftConfig, sites: &BTreeMap<Site, PlannedPair>) -> Result<(), Rejected> {
    if sites.is_empty() {
        return reject(RejectCode::NoTensors, "the adapter holds no tensors");
    }
    let modules: Vec<String> = sites.keys().map(|site| site.module_name()).collect();
    let modules: Vec<&str> = modules.iter().map(String::as_str).collect();
    match config.targets_without(&modules) {
        None => Ok(()),
        Some(target) => reject(
            RejectCode::NoTensors,
            format!("target_modules names {target}, for which there are no tensors"),
        ),
    }
}
