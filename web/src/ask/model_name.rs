//! What is asked for by a model's name? The service's own answer, or adapters: `footnote/tea`, or
//! several together, `footnote/tea+herbs`.

use super::AskError;
use crate::app::App;
use footnote_generator::adapter::alias::{AliasError, AliasName};

/// The service's own answer.
const OWN: &str = "footnote";
/// Before the names of adapters.
const PREFIX: &str = "footnote/";

/// The names that need no adapter: the first, or what the backend is.
pub fn own_names(app: &App) -> [&'static str; 2] {
    [OWN, if app.priced_by_tokens() { "footnote/deep" } else { "footnote/quick" }]
}

/// The adapters that a model's name asks for; none for the service's own answer.
///
/// # Errors
/// [`AskError::UnknownModel`] for what neither is a name of the service nor of adapters that it knows.
pub fn adapters_of(app: &App, model: &str) -> Result<Vec<AliasName>, AskError> {
    if own_names(app).contains(&model) {
        return Ok(Vec::new());
    }
    let unknown = || AskError::UnknownModel(model.chars().take(80).collect());
    let names = model.strip_prefix(PREFIX).ok_or_else(unknown)?;
    let table = app.adapters.aliases.table()?;
    let known = |name: &str| -> Result<AliasName, AskError> {
        let name = AliasName::parse(name).map_err(|_| unknown())?;
        match table.entry(&name) {
            Ok(_) => Ok(name),
            Err(AliasError::Unknown(_)) => Err(unknown()),
            Err(other) => Err(other.into()),
        }
    };
    names.split('+').map(known).collect()
}

/// The names under which adapters answer now, for listing.
pub fn of_adapters(app: &App) -> Result<Vec<String>, AskError> {
    if !app.backend.takes_adapters() {
        return Ok(Vec::new());
    }
    let table = app.adapters.aliases.table()?;
    let live = table.entries().filter(|entry| table.resolve(&entry.name).is_ok());
    Ok(live.map(|entry| format!("{PREFIX}{}", entry.name)).collect())
}
