//! Who does what only one may do at a time? Whoever holds the lease, until it ends by itself.

use super::SharedError;
use super::redis::Redis;
use async_trait::async_trait;
use redis::cmd;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A lease that was taken. Whoever outlives it must take it again before going on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    name: String,
    /// Random, so that nobody ends the lease of a successor.
    token: String,
}

impl Lease {
    fn new(name: &str) -> Self {
        Self { name: name.to_owned(), token: hex::encode(rand::random::<[u8; 16]>()) }
    }
}

/// Leases by name.
#[async_trait]
pub trait Leases: Send + Sync {
    /// Takes a lease for `time`; none while somebody else holds it.
    async fn take(&self, name: &str, time: Duration) -> Result<Option<Lease>, SharedError>;

    /// Holds it for `time` from now; false when it had ended.
    async fn renew(&self, lease: &Lease, time: Duration) -> Result<bool, SharedError>;

    /// Ends it; that of a successor stays.
    async fn release(&self, lease: Lease) -> Result<(), SharedError>;
}

/// Leases among the threads of this process.
#[derive(Debug, Default)]
pub struct ProcessLeases(Mutex<HashMap<String, (String, Instant)>>);

impl ProcessLeases {
    /// What `change` makes of the lease of a name, those that ended left out.
    fn with<T>(&self, change: impl FnOnce(&mut HashMap<String, (String, Instant)>) -> T) -> T {
        // A panic elsewhere leaves whole leases: each is changed in one step.
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        held.retain(|_, (_, until)| *until > now);
        change(&mut held)
    }
}

#[async_trait]
impl Leases for ProcessLeases {
    async fn take(&self, name: &str, time: Duration) -> Result<Option<Lease>, SharedError> {
        let lease = Lease::new(name);
        let until = Instant::now() + time;
        Ok(self.with(|held| {
            if held.contains_key(name) {
                return None;
            }
            held.insert(name.to_owned(), (lease.token.clone(), until));
            Some(lease)
        }))
    }

    async fn renew(&self, lease: &Lease, time: Duration) -> Result<bool, SharedError> {
        let until = Instant::now() + time;
        Ok(self.with(|held| match held.get_mut(&lease.name) {
            Some((token, end)) if *token == lease.token => {
                *end = until;
                true
            }
            _ => false,
        }))
    }

    async fn release(&self, lease: Lease) -> Result<(), SharedError> {
        self.with(|held| {
            if held.get(&lease.name).is_some_and(|(token, _)| *token == lease.token) {
                held.remove(&lease.name);
            }
        });
        Ok(())
    }
}

const RENEW: &str = "
    if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
    return redis.call('PEXPIRE', KEYS[1], ARGV[2])";

const RELEASE: &str = "
    if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end";

#[async_trait]
impl Leases for Redis {
    async fn take(&self, name: &str, time: Duration) -> Result<Option<Lease>, SharedError> {
        let lease = Lease::new(name);
        let mut set = cmd("SET");
        set.arg(self.key("lease", name)).arg(&lease.token).arg("NX").arg("PX").arg(millis(time));
        let taken: Option<String> = self.run(&set).await?;
        Ok(taken.map(|_| lease))
    }

    async fn renew(&self, lease: &Lease, time: Duration) -> Result<bool, SharedError> {
        let mut eval = self.script(RENEW, &[self.key("lease", &lease.name)]);
        eval.arg(&lease.token).arg(millis(time));
        self.run(&eval).await
    }

    async fn release(&self, lease: Lease) -> Result<(), SharedError> {
        let mut eval = self.script(RELEASE, &[self.key("lease", &lease.name)]);
        eval.arg(&lease.token);
        self.run(&eval).await
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
