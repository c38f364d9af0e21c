//! What do processes that answer together share? Guests' allowances, the events of answers that are
//! being written, leases, and a cache: in this process, or on a Redis server.
//!
//! Each is a trait of its own with two implementations, held to the same suite (`shared/tests.rs`).
//! Nothing here is money: a charge stands in the ledger or nowhere, and whatever is lost here costs
//! a guest's allowance or a moment.

mod allowances;
mod cache;
mod leases;
mod redis;
mod replay;
#[cfg(test)]
mod tests;

pub use self::redis::Redis;
pub use allowances::{Allowances, Draw, ProcessAllowances};
pub use cache::{Cache, ProcessCache};
pub use leases::{Lease, Leases, ProcessLeases};
pub use replay::{Events, Replay, mirror};

use crate::ask::live::LiveAnswers;
use std::sync::Arc;

/// The shared memory did not do what it was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SharedError {
    /// It cannot be reached, or not in time.
    #[error("the shared memory (Redis) does not answer: {0}; try again in a moment")]
    Away(String),
    /// It holds what no version of this program wrote.
    #[error(
        "the shared memory (Redis) holds what cannot be read: {0}; clear this service's keys there"
    )]
    Strange(String),
}

/// Everything that is shared.
#[derive(Clone)]
pub struct Shared {
    /// What guests have left today.
    pub allowances: Arc<dyn Allowances>,
    /// Answers being written, wherever that is.
    pub replay: Arc<dyn Replay>,
    /// Who does what only one may do.
    pub leases: Arc<dyn Leases>,
    /// What would be computed again.
    pub cache: Arc<dyn Cache>,
    redis: Option<Redis>,
}

impl Shared {
    /// Shared by the threads of this process only.
    pub fn in_process(live: LiveAnswers) -> Self {
        Self {
            allowances: Arc::new(ProcessAllowances::default()),
            replay: Arc::new(live),
            leases: Arc::new(ProcessLeases::default()),
            cache: Arc::new(ProcessCache::default()),
            redis: None,
        }
    }

    /// Shared by all processes that name this server.
    pub fn on_redis(redis: Redis) -> Self {
        Self {
            allowances: Arc::new(redis.clone()),
            replay: Arc::new(redis.clone()),
            leases: Arc::new(redis.clone()),
            cache: Arc::new(redis.clone()),
            redis: Some(redis),
        }
    }

    /// Whether other processes see it.
    pub fn is_beyond_this_process(&self) -> bool {
        self.redis.is_some()
    }

    /// Whether it answers now.
    pub async fn check(&self) -> Result<(), SharedError> {
        match &self.redis {
            Some(redis) => redis.ping().await,
            None => Ok(()),
        }
    }
}
