//! Is this folder an adapter that may answer? Checks everything, allocates nothing for what it refuses,
//! and reads what it admits.
//!
//! In this order: the folder's entries, the configuration, the header's length, the header, the plan
//! of names, shapes and bytes, and at last every number, in pieces of 64 KiB.

use super::base_shape::BaseShape;
use super::config::PeftConfig;
use super::folder::{AdapterFolder, CONFIG_FILE, WEIGHTS_FILE};
use super::header::{Dtype, Header, Tensor};
use super::module::Factor;
use super::plan::Plan;
use super::rejected::{RejectCode, Rejected, reject};
use super::weights::{LoraAdapter, LoraPair, Site};
use footnote_domain::id::{Digest, keccak256};
use half::{bf16, f16};
use std::collections::BTreeMap;
use std::io::{Read, Seek};
use std::path::Path;
use tiny_keccak::{Hasher, Keccak};

/// Bytes of weights that are held while they are checked; a multiple of every number's size.
const PIECE_BYTES: usize = 64 * 1024;

/// What a checked adapter is, before its numbers are in memory; the store keeps it beside the files.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Admitted {
    /// Its identity: keccak-256 of [`listing`].
    pub digest: Digest,
    /// The base that it was checked against.
    pub base: BaseShape,
    /// The base's name, as the adapter's author wrote it.
    pub base_name: Option<String>,
    /// The largest rank of a site.
    pub rank: usize,
    /// α/r or α/√r.
    pub scale: f32,
    /// Linear layers that it changes.
    pub sites: usize,
    /// Bytes that its numbers take in memory.
    pub bytes: u64,
    /// The two files: name, length and keccak-256.
    pub files: [AdapterFile; 2],
}

/// A file of an adapter.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdapterFile {
    /// Its name.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// keccak-256 of its bytes.
    pub keccak256: Digest,
}

/// The text whose keccak-256 is an adapter's digest: the line `footnote-adapter/1`, then for each file
/// in order of name a line of its keccak-256, its length in bytes and its name, separated by one space;
/// every line ends with a line feed.
pub fn listing(files: &[AdapterFile]) -> String {
    let lines =
        files.iter().map(|file| format!("{} {} {}\n", file.keccak256, file.bytes, file.name));
    format!("footnote-adapter/1\n{}", lines.collect::<String>())
}

/// Checks a PEFT folder against a base model; `bytes_most` limits what it may take in memory.
///
/// # Errors
/// [`Rejected`], with a stable code.
pub fn admit(folder: &Path, base: &BaseShape, bytes_most: u64) -> Result<Admitted, Rejected> {
    let mut opened = Opened::new(folder, base, bytes_most)?;
    let weights = opened.stream(|_, _| ())?;
    Ok(opened.admitted(base, weights))
}

/// Checks a PEFT folder and reads its numbers.
///
/// # Errors
/// As [`admit`].
pub fn load(
    folder: &Path,
    base: &BaseShape,
    bytes_most: u64,
) -> Result<(Admitted, LoraAdapter), Rejected> {
    let mut opened = Opened::new(folder, base, bytes_most)?;
    let mut pairs: BTreeMap<Site, LoraPair> =
        opened.plan.sites.iter().map(|(site, pair)| (*site, empty(pair))).collect();
    let parts = opened.plan.parts.clone();
    let dtypes: Vec<Dtype> = opened.header.tensors.iter().map(|tensor| tensor.dtype).collect();
    let weights = opened.stream(|at, piece| {
        let (site, factor) = parts[at];
        let pair = pairs.get_mut(&site).expect("every part has its site");
        let numbers = match factor {
            Factor::A => &mut pair.a,
            Factor::B => &mut pair.b,
        };
        decode(dtypes[at], piece, numbers);
    })?;
    rescale(&opened.plan, &mut pairs)?;
    let admitted = opened.admitted(base, weights);
    let adapter = LoraAdapter {
        digest: admitted.digest,
        base_digest: Some(base.digest),
        rank: admitted.rank,
        scale: admitted.scale,
        sites: pairs,
    };
    Ok((admitted, adapter))
}

fn empty(pair: &super::plan::PlannedPair) -> LoraPair {
    LoraPair {
        a: Vec::with_capacity(pair.rank * pair.inputs),
        b: Vec::with_capacity(pair.outputs * pair.rank),
        rank: pair.rank,
        inputs: pair.inputs,
        outputs: pair.outputs,
    }
}

/// Puts the scales of sites that differ from the adapter's own into B.
fn rescale(plan: &Plan, pairs: &mut BTreeMap<Site, LoraPair>) -> Result<(), Rejected> {
    for (site, pair) in pairs {
        let factor = plan.sites[site].b_factor;
        if factor == 1.0 {
            continue;
        }
        pair.b.iter_mut().for_each(|number| *number *= factor);
        if !pair.b.iter().all(|number| number.is_finite()) {
            let detail = format!("the scale of {} overflows", site.module_name());
            return reject(RejectCode::NotFinite, detail);
        }
    }
    Ok(())
}

/// A folder of which everything but the numbers is checked.
struct Opened {
    folder: AdapterFolder,
    config: PeftConfig,
    config_file: AdapterFile,
    header: Header,
    plan: Plan,
}

impl Opened {
    fn new(path: &Path, base: &BaseShape, bytes_most: u64) -> Result<Self, Rejected> {
        let mut folder = AdapterFolder::open(path)?;
        let bytes = folder.config_bytes()?;
        let config = PeftConfig::parse(&bytes)?;
        let config_file = AdapterFile {
            name: CONFIG_FILE.to_owned(),
            bytes: bytes.len() as u64,
            keccak256: Digest(keccak256(&[&bytes])),
        };
        let header = Header::read(&mut folder.weights, folder.weights_bytes)?;
        let plan = Plan::of(&config, &header, base, bytes_most)?;
        Ok(Self { folder, config, config_file, header, plan })
    }

    /// Reads all numbers once, hands each piece with its tensor's position to `take`, and returns the
    /// file's hash. Every number is finite, or this is an error.
    fn stream(&mut self, mut take: impl FnMut(usize, &[u8])) -> Result<Digest, Rejected> {
        let mut keccak = Keccak::v256();
        keccak.update(&self.header.head);
        let after_head = std::io::SeekFrom::Start(self.header.head.len() as u64);
        let file = &mut self.folder.weights;
        file.seek(after_head).or_else(|error| cut_short(&error))?;
        let mut buffer = vec![0u8; PIECE_BYTES];
        for (at, tensor) in self.header.tensors.iter().enumerate() {
            let mut left = tensor.bytes;
            while left > 0 {
                let piece = &mut buffer[..left.min(PIECE_BYTES as u64) as usize];
                file.read_exact(piece).or_else(|error| cut_short(&error))?;
                check_finite(tensor, piece)?;
                keccak.update(piece);
                take(at, piece);
                left -= piece.len() as u64;
            }
        }
        if file.read(&mut buffer[..1]).or_else(|error| cut_short(&error))? != 0 {
            return reject(RejectCode::Changed, format!("{WEIGHTS_FILE} grew while it was read"));
        }
        let mut digest = [0u8; 32];
        keccak.finalize(&mut digest);
        Ok(Digest(digest))
    }

    fn admitted(self, base: &BaseShape, weights: Digest) -> Admitted {
        let weights = AdapterFile {
            name: WEIGHTS_FILE.to_owned(),
            bytes: self.folder.weights_bytes,
            keccak256: weights,
        };
        let files = [self.config_file, weights];
        Admitted {
            digest: Digest::of(&[listing(&files).as_bytes()]),
            base: *base,
            base_name: self.config.base_name,
            rank: self.plan.rank,
            scale: self.plan.scale,
            sites: self.plan.sites.len(),
            bytes: self.plan.bytes,
            files,
        }
    }
}

fn cut_short<T>(error: &std::io::Error) -> Result<T, Rejected> {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => {
            reject(RejectCode::Changed, format!("{WEIGHTS_FILE} became shorter while it was read"))
        }
        _ => reject(RejectCode::Unreadable, format!("{WEIGHTS_FILE} cannot be read: {error}")),
    }
}

/// NaN and infinities have all bits of the exponent set, in every format.
fn check_finite(tensor: &Tensor, piece: &[u8]) -> Result<(), Rejected> {
    let finite = match tensor.dtype {
        Dtype::F32 => piece
            .as_chunks::<4>()
            .0
            .iter()
            .all(|bytes| u32::from_le_bytes(*bytes) & 0x7f80_0000 != 0x7f80_0000),
        Dtype::F16 => halves(piece).all(|bits| bits & 0x7c00 != 0x7c00),
        Dtype::Bf16 => halves(piece).all(|bits| bits & 0x7f80 != 0x7f80),
    };
    if finite {
        return Ok(());
    }
    reject(RejectCode::NotFinite, format!("{} holds NaN or infinity", tensor.name))
}

fn halves(piece: &[u8]) -> impl Iterator<Item = u16> {
    piece.as_chunks::<2>().0.iter().map(|bytes| u16::from_le_bytes(*bytes))
}

fn decode(dtype: Dtype, piece: &[u8], numbers: &mut Vec<f32>) {
    match dtype {
        Dtype::F32 => {
            numbers.extend(piece.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)));
        }
        Dtype::F16 => numbers.extend(halves(piece).map(|bits| f16::from_bits(bits).to_f32())),
        Dtype::Bf16 => numbers.extend(halves(piece).map(|bits| bf16::from_bits(bits).to_f32())),
    }
}
