//! Has the developer asked the demo to stop?

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

/// Set by Ctrl-C, by `kill`, and by a terminal that closes.
#[derive(Clone, Default)]
pub(crate) struct StopRequest(Arc<AtomicBool>);

impl StopRequest {
    /// From now on those signals no longer end this process: they are noted here.
    pub(crate) fn listen() -> Result<Self> {
        let request = Self::default();
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            signal_hook::flag::register(signal, Arc::clone(&request.0))
                .context("listen for Ctrl-C")?;
        }
        Ok(request)
    }

    /// Whether a stop was asked for since the last [`take`](Self::take).
    pub(crate) fn pending(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Like [`pending`](Self::pending), and forget it: the next request is a new one.
    pub(crate) fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_is_noted_once() {
        let request = StopRequest::listen().unwrap();
        assert!(!request.pending());
        nix::sys::signal::raise(nix::sys::signal::Signal::SIGHUP).unwrap();
        assert!(request.pending());
        assert!(request.take());
        assert!(!request.take());
    }
}
