//! How much is left of an allowance for a day? Several are drawn on together: all of them, or none.

use super::SharedError;
use super::redis::Redis;
use async_trait::async_trait;
use footnote_domain::money::Nano;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Most slots remembered in a day in process; beyond that, new ones share one, so that memory stays
/// bounded and inventing sessions wins nothing.
const REMEMBERED_MOST: usize = 100_000;

/// How long a day's spending is kept on a server: until that day is over everywhere.
const KEPT: Duration = Duration::from_secs(2 * 86_400);

/// An allowance that is drawn on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draw {
    /// Whose.
    pub slot: String,
    /// How much there is for a day.
    pub limit: Nano,
}

/// What was drawn today.
#[async_trait]
pub trait Allowances: Send + Sync {
    /// Draws `amount` on all of `draws` on `day` (days since 1970) and says on which slots; or, by its
    /// place, on which of them it is not left. Nothing is drawn then.
    async fn draw(
        &self,
        day: u64,
        draws: &[Draw],
        amount: Nano,
    ) -> Result<Result<Vec<String>, usize>, SharedError>;

    /// Gives back to every slot what was drawn and not used. A day that is over forgot it.
    async fn give_back(&self, day: u64, slots: &[String], amount: Nano) -> Result<(), SharedError>;
}

/// What was drawn in this process.
#[derive(Debug, Default)]
pub struct ProcessAllowances(Mutex<Drawn>);

#[derive(Debug, Default)]
struct Drawn {
    day: u64,
    by_slot: HashMap<String, i64>,
}

#[async_trait]
impl Allowances for ProcessAllowances {
    async fn draw(
        &self,
        day: u64,
        draws: &[Draw],
        amount: Nano,
    ) -> Result<Result<Vec<String>, usize>, SharedError> {
        let mut drawn = self.drawn();
        if drawn.day != day {
            *drawn = Drawn { day, by_slot: HashMap::new() };
        }
        let slots: Vec<String> = draws.iter().map(|draw| drawn.slot(&draw.slot)).collect();
        let over = |(slot, draw): (&String, &Draw)| {
            drawn.of(slot).saturating_add(amount.get()) > draw.limit.get()
        };
        if let Some(place) = slots.iter().zip(draws).position(over) {
            return Ok(Err(place));
        }
        for slot in &slots {
            *drawn.by_slot.entry(slot.clone()).or_insert(0) += amount.get();
        }
        Ok(Ok(slots))
    }

    async fn give_back(&self, day: u64, slots: &[String], amount: Nano) -> Result<(), SharedError> {
        let mut drawn = self.drawn();
        if drawn.day != day {
            return Ok(());
        }
        for slot in slots {
            let left = drawn.of(slot).saturating_sub(amount.get());
            if left > 0 {
                drawn.by_slot.insert(slot.clone(), left);
            } else {
                drawn.by_slot.remove(slot);
            }
        }
        Ok(())
    }
}

impl ProcessAllowances {
    fn drawn(&self) -> MutexGuard<'_, Drawn> {
        // A panic elsewhere leaves whole numbers: each is changed in one step.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Slots remembered now.
    #[cfg(test)]
    pub(crate) fn remembered(&self) -> usize {
        self.drawn().by_slot.len()
    }
}

impl Drawn {
    fn of(&self, slot: &str) -> i64 {
        self.by_slot.get(slot).copied().unwrap_or(0)
    }

    fn slot(&self, name: &str) -> String {
        if self.by_slot.contains_key(name) || self.by_slot.len() < REMEMBERED_MOST {
            name.to_owned()
        } else {
            "everyone beyond".to_owned()
        }
    }
}

/// Limits and amounts are compared as 53-bit numbers, exact up to nine million tokens.
const DRAW: &str = "
    for i, key in ipairs(KEYS) do
        if tonumber(redis.call('GET', key) or '0') + tonumber(ARGV[1]) > tonumber(ARGV[2 + i]) then
            return i
        end
    end
    for _, key in ipairs(KEYS) do
        redis.call('INCRBY', key, ARGV[1])
        redis.call('EXPIRE', key, ARGV[2])
    end
    return 0";

const GIVE_BACK: &str = "
    for _, key in ipairs(KEYS) do
        if redis.call('EXISTS', key) == 1 and redis.call('DECRBY', key, ARGV[1]) <= 0 then
            redis.call('DEL', key)
        end
    end";

#[async_trait]
impl Allowances for Redis {
    async fn draw(
        &self,
        day: u64,
        draws: &[Draw],
        amount: Nano,
    ) -> Result<Result<Vec<String>, usize>, SharedError> {
        let slots: Vec<String> = draws.iter().map(|draw| draw.slot.clone()).collect();
        let mut eval = self.script(DRAW, &self.drawn_keys(day, &slots));
        eval.arg(amount.get()).arg(KEPT.as_secs());
        for draw in draws {
            eval.arg(draw.limit.get());
        }
        let refused: usize = self.run(&eval).await?;
        Ok(if refused == 0 { Ok(slots) } else { Err(refused - 1) })
    }

    async fn give_back(&self, day: u64, slots: &[String], amount: Nano) -> Result<(), SharedError> {
        let mut eval = self.script(GIVE_BACK, &self.drawn_keys(day, slots));
        eval.arg(amount.get());
        self.run(&eval).await
    }
}

impl Redis {
    /// Addresses and sessions are not stored on the server, only their hashes.
    fn drawn_keys(&self, day: u64, slots: &[String]) -> Vec<String> {
        slots.iter().map(|slot| self.hidden_key(&format!("drawn/{day}"), slot)).collect()
    }
}
