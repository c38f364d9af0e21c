//! Was this row looked for, and is it there? Both are remembered for the time of one batch.

use std::collections::{BTreeMap, BTreeSet};

/// Rows that were looked for, those that are not there included.
#[derive(Debug)]
pub(super) struct Known<K, V>(BTreeMap<K, Option<V>>);

impl<K, V> Default for Known<K, V> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord + Clone, V> Known<K, V> {
    /// `None` when it was never looked for, `Some(None)` when it is not there.
    pub(super) fn get(&self, key: &K) -> Option<Option<&V>> {
        self.0.get(key).map(Option::as_ref)
    }

    /// From now on this is known.
    pub(super) fn note(&mut self, key: K, row: Option<V>) {
        self.0.insert(key, row);
    }

    /// All `keys` were looked for, and these rows found.
    pub(super) fn note_all(&mut self, keys: &BTreeSet<K>, found: impl Iterator<Item = (K, V)>) {
        self.0.extend(keys.iter().map(|key| (key.clone(), None)));
        self.0.extend(found.map(|(key, row)| (key, Some(row))));
    }
}
