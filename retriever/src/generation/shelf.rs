//! Which open generation does a service answer from, and what happens when the newest is broken?
//! The one published, unless its files are not what was sealed: then the one before it serves, and
//! the fault is told to whoever asks.

use super::manifest::GenerationId;
use super::pointer;
use super::reader::Generation;
use crate::error::RetrieverError;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

/// Holds the open generation; queries clone the [`Arc`] and keep theirs to the end.
#[derive(Debug)]
pub struct Shelf {
    root: PathBuf,
    state: RwLock<State>,
}

#[derive(Debug, Default)]
struct State {
    open: Option<Arc<Generation>>,
    fault: Option<String>,
}

impl Shelf {
    /// Opens what is published under `root`; empty when nothing is. A corrupt generation is
    /// logged, remembered as [`Self::fault`], and the newest sound one opened instead.
    pub fn open(root: &Path) -> Result<Self, RetrieverError> {
        let shelf = Self { root: root.to_owned(), state: RwLock::default() };
        let Some(id) = pointer::current(root)? else { return Ok(shelf) };
        match Generation::open(root, &id) {
            Ok(generation) => shelf.set(Some(generation), None),
            Err(error) => shelf.set(shelf.newest_sound_except(&id)?, Some(error.to_string())),
        }
        Ok(shelf)
    }

    /// The generation that answers now.
    pub fn current(&self) -> Option<Arc<Generation>> {
        self.state.read().unwrap_or_else(PoisonError::into_inner).open.clone()
    }

    /// Why the published generation is not the one that serves, if so.
    pub fn fault(&self) -> Option<String> {
        self.state.read().unwrap_or_else(PoisonError::into_inner).fault.clone()
    }

    /// Opens the published generation when it is another than the one held; true when it changed.
    ///
    /// # Errors
    /// When the published one cannot be opened; the one held goes on serving.
    pub fn reload(&self) -> Result<bool, RetrieverError> {
        let Some(id) = pointer::current(&self.root)? else { return Ok(false) };
        let held = self.current();
        if held.as_ref().is_some_and(|generation| *generation.id() == id) {
            return Ok(false);
        }
        match Generation::open(&self.root, &id) {
            Ok(generation) => {
                self.set(Some(generation), None);
                Ok(true)
            }
            Err(error) => {
                let fallback = match held {
                    Some(held) => Some(held),
                    None => self.newest_sound_except(&id)?,
                };
                self.set(fallback, Some(error.to_string()));
                Err(error)
            }
        }
    }

    fn set(&self, open: Option<Arc<Generation>>, fault: Option<String>) {
        if let Some(fault) = &fault {
            tracing::error!(%fault, serving = open.as_ref().map(|it| it.id().as_str()), "the published generation cannot serve");
        }
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = State { open, fault };
    }

    fn newest_sound_except(
        &self,
        broken: &GenerationId,
    ) -> Result<Option<Arc<Generation>>, RetrieverError> {
        let others = pointer::generations(&self.root)?.into_iter().filter(|id| id != broken);
        Ok(others.into_iter().find_map(|id| Generation::open(&self.root, &id).ok()))
    }
}
