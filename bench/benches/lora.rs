//! Prints what `footnote_bench::lora` measures, as JSON.

use footnote_bench::lora::LoraBench;

fn main() -> anyhow::Result<()> {
    let report = LoraBench::default().run()?;
    println!("{}", serde_json::to_string_pretty(&report)?);
    Ok(())
}
