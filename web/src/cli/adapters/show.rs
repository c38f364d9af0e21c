//! `footnote adapters list` and `show`.

use super::{Common, open};
use footnote_domain::id::{Digest, PayeeId};
use footnote_generator::adapter::alias::{AliasEvent, AliasName, AliasState};
use footnote_generator::adapter::{ListedAdapter, ListedVersion};
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

pub(super) fn list(common: &Common) -> anyhow::Result<()> {
    let adapters = open(&common.config()?)?.list()?;
    let words = match adapters.as_slice() {
        [] => "No adapters yet; add one with `footnote adapters add FOLDER --alias NAME`.\n".into(),
        some => some.iter().map(in_words).collect::<String>(),
    };
    common.say(&words, || json!({ "data": adapters }))
}

pub(super) fn one(name: &AliasName, common: &Common) -> anyhow::Result<()> {
    let registry = open(&common.config()?)?;
    let adapter = registry.show(name)?;
    let events = registry.aliases.events()?;
    let events: Vec<&AliasEvent> = events.iter().filter(|event| event.alias == *name).collect();
    let mut words = in_words(&adapter);
    for version in &adapter.versions {
        words.push_str(&version_in_words(version, version.version == adapter.current));
    }
    words.push_str("edits:\n");
    for event in &events {
        words.push_str(&event_in_words(event));
    }
    common.say(&words, || json!({ "adapter": adapter, "edits": events }))
}

/// One line: the name, what it means, and who is paid.
pub(super) fn in_words(adapter: &ListedAdapter) -> String {
    let current = adapter.versions.iter().find(|one| one.version == adapter.current);
    let version = current.map_or_else(String::new, |one| {
        let missing = if one.stored.is_none() { ", weights not here" } else { "" };
        format!(", version {} of {}{missing}", one.version, adapter.versions.len())
    });
    let paid = current
        .and_then(|one| one.payee)
        .map_or_else(String::new, |payee| format!(", paid to {}", short_payee(payee)));
    let follows = adapter.follows.map_or_else(String::new, |id| format!(", follows {id}"));
    format!("{}: {}{version}{paid}{follows}\n", adapter.alias, state_in_words(&adapter.state))
}

pub(super) fn state_in_words(state: &AliasState) -> String {
    match state {
        AliasState::Live(digest) => format!("live {}", short(*digest)),
        AliasState::Frozen(digest) => format!("frozen {}", short(*digest)),
        AliasState::Redirect(to) => format!("redirects to {to}"),
        AliasState::Disabled => "disabled".to_owned(),
    }
}

fn version_in_words(version: &ListedVersion, is_current: bool) -> String {
    let mark = if is_current { '*' } else { ' ' };
    let what = match &version.stored {
        Some(record) => {
            let base = record.base_name.as_deref().unwrap_or("a base without a name");
            let (rank, sites, kib) = (record.rank, record.sites, record.bytes.div_ceil(1024));
            format!("rank {rank}, {sites} layers, {kib} KiB, on {base} ({})", record.base.digest)
        }
        None => "its weights are not on this machine".to_owned(),
    };
    format!("{mark} {} {} {what}\n", version.version, version.digest)
}

fn event_in_words(event: &AliasEvent) -> String {
    let at =
        i64::try_from(event.at).ok().and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok());
    let at = at.and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_else(|| event.at.to_string());
    let from = event.from.as_ref().map_or_else(|| "new".to_owned(), state_in_words);
    let to = state_in_words(&event.to);
    format!("  {} {at} {from} → {to}, by {}\n", event.generation, event.by)
}

fn short(digest: Digest) -> String {
    digest.to_string().chars().take(12).collect::<String>() + "…"
}

fn short_payee(payee: PayeeId) -> String {
    payee.address().map_or_else(|| payee.to_string(), |address| address.to_string())
}
