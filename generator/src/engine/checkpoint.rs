//! Where do a model's numbers lie? One file of safetensors or many, read tensor by tensor into `f32`.

use super::ModelError;
use super::kernel::Bf16;
use crate::ModelFolderError;
use crate::folder::{Header, ModelFolder, Stored};
use footnote_domain::id::Digest;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// The file that says which tensor lies in which shard.
const INDEX: &str = "model.safetensors.index.json";

/// The weights of a folder that was checked.
pub(super) struct Checkpoint {
    files: Vec<(PathBuf, File)>,
    tensors: BTreeMap<String, (usize, Stored)>,
    /// The model's identity in receipts.
    pub(super) digest: Digest,
}

impl Checkpoint {
    /// Checks the folder and reads the headers of its weights.
    pub(super) fn open(folder: &Path) -> Result<Self, ModelError> {
        let checked = ModelFolder::check(folder)?;
        let digest = checked.digest()?;
        let ModelFolder::Safetensors { root, weights } = checked else {
            return Err(ModelError::Gguf(folder.to_owned()));
        };
        let shards = shards(&root)?;
        let (mut files, mut tensors) = (Vec::new(), BTreeMap::new());
        for path in weights {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if shards.as_ref().is_some_and(|shards| !shards.contains(&name)) {
                continue;
            }
            let held = Header::read(&path)?.tensors;
            tensors.extend(held.into_iter().map(|(name, one)| (name, (files.len(), one))));
            let opened = File::open(&path)
                .map_err(|source| ModelFolderError::Disk { file: path.clone(), source })?;
            files.push((path, opened));
        }
        Ok(Self { files, tensors, digest })
    }

    /// Kind of number of a tensor, as its file spells it.
    pub(super) fn dtype(&self, name: &str) -> Option<&str> {
        self.tensors.get(name).map(|(_, stored)| stored.dtype.as_str())
    }

    /// The numbers of a tensor, which must have this shape.
    pub(super) fn read(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, ModelError> {
        let (file, stored) =
            self.tensors.get(name).ok_or_else(|| ModelError::TensorMissing(name.to_owned()))?;
        if stored.shape != shape {
            return Err(ModelError::TensorShape {
                name: name.to_owned(),
                found: stored.shape.clone(),
                expected: shape.to_vec(),
            });
        }
        let (path, file) = &self.files[*file];
        let mut bytes = vec![0; (stored.bytes.end - stored.bytes.start) as usize];
        file.read_exact_at(&mut bytes, stored.bytes.start)
            .map_err(|source| ModelFolderError::Disk { file: path.clone(), source })?;
        floats(&stored.dtype, &bytes).ok_or_else(|| ModelError::TensorKind {
            name: name.to_owned(),
            dtype: stored.dtype.clone(),
        })
    }
}

/// The names of the shards that the index lists; `None` without an index.
fn shards(root: &Path) -> Result<Option<BTreeSet<String>>, ModelError> {
    let file = root.join(INDEX);
    if !file.is_file() {
        return Ok(None);
    }
    let refused = |reason: String| ModelError::Settings { file: file.clone(), reason };
    let text = std::fs::read(&file).map_err(|error| refused(error.to_string()))?;
    let index: Value = serde_json::from_slice(&text).map_err(|e| refused(e.to_string()))?;
    let map = index["weight_map"].as_object().ok_or_else(|| refused("no weight_map".into()))?;
    let names: BTreeSet<String> = map.values().filter_map(Value::as_str).map(Into::into).collect();
    match names.iter().find(|name| name.contains('/') || !root.join(name).is_file()) {
        Some(shard) => Err(ModelError::Shard { folder: root.to_owned(), shard: shard.clone() }),
        None => Ok(Some(names)),
    }
}

fn floats(dtype: &str, bytes: &[u8]) -> Option<Vec<f32>> {
    let pairs = || bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair));
    match dtype {
        "F32" => {
            Some(bytes.as_chunks::<4>().0.iter().map(|one| f32::from_le_bytes(*one)).collect())
        }
        "BF16" => Some(pairs().map(|bits| Bf16(bits).widen()).collect()),
        "F16" => Some(pairs().map(half_widened).collect()),
        _ => None,
    }
}

/// An IEEE half as an `f32`.
fn half_widened(bits: u16) -> f32 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f32::from(bits & 0x3ff));
    sign * match exponent {
        0 => fraction * 2f32.powi(-24),
        31 if fraction == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        _ => (1.0 + fraction / 1_024.0) * 2f32.powi(exponent - 15),
    }
}

#[cfg(test)]
mod tests {
    use super::half_widened;

    #[test]
    fn halves_are_read_exactly() {
        for (bits, value) in [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65_504.0),
            (0x0001, 5.960_464_5e-8),
            (0x0400, 6.103_515_6e-5),
            (0x7c00, f32::INFINITY),
        ] {
            assert_eq!(half_widened(bits), value);
        }
        assert!(half_widened(0x7e00).is_nan());
    }
}
