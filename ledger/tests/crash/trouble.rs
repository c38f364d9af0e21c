//! What can a disk do to a process? Refuse every write beyond a size, from one moment to the next:
//! the kernel does it by the process's file-size limit, so that the errors are real ones.

use crate::seller::Seller;
use rand::Rng;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

/// The disk of one seller.
pub(crate) struct Disk {
    process: String,
    log: PathBuf,
}

impl Disk {
    pub(crate) fn of(seller: &Seller, folder: &TempDir) -> Self {
        Self { process: seller.id().to_string(), log: folder.path().join("ledger.db-wal") }
    }

    /// Refuses, for a while, whatever lies beyond a size: a little further than the books' log has
    /// come, or anywhere in it, since SQLite writes over the beginning of its log again and again.
    pub(crate) fn refuse_for(&self, time: Duration, random: &mut impl Rng) {
        let size = self.log.metadata().map_or(0, |file| file.len());
        // Above a little, so that the seller can still say why it fails.
        let most = random.random_range(8_192..(size + 60_000).max(16_384));
        self.limit(&format!("{most}:unlimited"));
        std::thread::sleep(time);
        self.limit("unlimited:unlimited");
    }

    fn limit(&self, limit: &str) {
        let limited = Command::new("prlimit")
            .args(["--pid", &self.process, &format!("--fsize={limit}")])
            .status()
            .expect("prlimit, of util-linux, starts");
        // A seller that has died of its own has no limits any more; its log says why it died.
        assert!(limited.code().is_some(), "prlimit was killed");
    }
}
