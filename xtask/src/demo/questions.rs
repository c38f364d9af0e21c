//! Which questions does the demo suggest?

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

/// The first question of each sample Datanet, in the order of their folders' names.
pub(crate) fn suggested(samples: &Path) -> Result<Vec<String>> {
    let entries =
        fs::read_dir(samples).with_context(|| format!("read the samples {}", samples.display()))?;
    let mut manifests: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path().join("datanet.json")))
        .filter(|manifest| manifest.is_file())
        .collect();
    manifests.sort();
    manifests.iter().map(|manifest| first_question(manifest)).collect()
}

fn first_question(manifest: &Path) -> Result<String> {
    let text = fs::read_to_string(manifest)
        .with_context(|| format!("read the sample {}", manifest.display()))?;
    let datanet: Value = serde_json::from_str(&text)
        .with_context(|| format!("{} is not JSON", manifest.display()))?;
    let question = datanet["questions"][0].as_str();
    let question = question.with_context(|| format!("{} has no question", manifest.display()))?;
    Ok(question.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sample_suggests_its_first_question() {
        let folder = tempfile::tempdir().unwrap();
        for (name, question) in [("b", "Second?"), ("a", "¿Primera?")] {
            fs::create_dir(folder.path().join(name)).unwrap();
            let manifest = format!(r#"{{"questions": ["{question}", "Another?"]}}"#);
            fs::write(folder.path().join(name).join("datanet.json"), manifest).unwrap();
        }
        fs::write(folder.path().join("README.md"), "no Datanet").unwrap();
        assert_eq!(suggested(folder.path()).unwrap(), ["¿Primera?", "Second?"]);

        fs::write(folder.path().join("a/datanet.json"), "{}").unwrap();
        let error = suggested(folder.path()).unwrap_err().to_string();
        assert!(error.contains("has no question"), "{error}");
    }
}
