//! How much may one guest spend in a day? A gift per IP address and per session. What all guests may
//! take together is the ledger's to enforce, in the same step as the reservation.

use footnote_domain::money::Nano;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Most addresses and sessions remembered in a day; beyond that, new ones share one cap, so that
/// memory stays bounded and inventing sessions wins nothing.
const REMEMBERED_MOST: usize = 100_000;

/// The limits, in nano-credits a day.
#[derive(Debug, Clone, Copy)]
pub struct CapLimits {
    /// One IP address.
    pub per_ip: Nano,
    /// One session.
    pub per_session: Nano,
}

/// What guests have spent today.
#[derive(Debug)]
pub struct Caps {
    limits: CapLimits,
    spent: Mutex<Spent>,
}

/// What was taken for one question, and out of whose gift; nothing of those who pay themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    day: u64,
    slots: Vec<String>,
}

#[derive(Debug)]
struct Spent {
    day: u64,
    by_slot: HashMap<String, i64>,
}

impl Caps {
    /// Caps of which nothing is used yet.
    pub fn new(limits: CapLimits) -> Self {
        Self { limits, spent: Mutex::new(Spent { day: 0, by_slot: HashMap::new() }) }
    }

    /// Takes `price` out of the gift of `day` (days since 1970), or says whose cap stands against it.
    pub fn take(
        &self,
        ip: &str,
        session: Option<&str>,
        day: u64,
        price: Nano,
    ) -> Result<Taken, &'static str> {
        let mut spent = self.spent();
        if spent.day != day {
            *spent = Spent { day, by_slot: HashMap::new() };
        }
        let ip = (spent.slot(format!("ip {ip}")), self.limits.per_ip, "your address");
        let session = session.map(|session| {
            (spent.slot(format!("session {session}")), self.limits.per_session, "this session")
        });
        let asked: Vec<_> = std::iter::once(ip).chain(session).collect();
        let over = |slot, limit: Nano| spent.used(slot).saturating_add(price.get()) > limit.get();
        if let Some((_, _, whose)) = asked.iter().find(|(slot, limit, _)| over(slot, *limit)) {
            return Err(whose);
        }
        let slots: Vec<String> = asked.into_iter().map(|(slot, ..)| slot).collect();
        for slot in &slots {
            *spent.by_slot.entry(slot.clone()).or_insert(0) += price.get();
        }
        Ok(Taken { day, slots })
    }

    /// Gives back what a question had taken and did not cost. A gift of yesterday is past.
    pub fn give_back(&self, taken: &Taken, amount: Nano) {
        let mut spent = self.spent();
        if spent.day != taken.day {
            return;
        }
        for slot in &taken.slots {
            let left = spent.used(slot).saturating_sub(amount.get());
            if left > 0 {
                spent.by_slot.insert(slot.clone(), left);
            } else {
                spent.by_slot.remove(slot);
            }
        }
    }

    fn spent(&self) -> MutexGuard<'_, Spent> {
        // A panic elsewhere leaves whole numbers: each is changed in one step.
        self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Spent {
    fn used(&self, slot: &str) -> i64 {
        self.by_slot.get(slot).copied().unwrap_or(0)
    }

    fn slot(&self, key: String) -> String {
        if self.by_slot.contains_key(&key) || self.by_slot.len() < REMEMBERED_MOST {
            key
        } else {
            "everyone beyond".into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nano(amount: i128) -> Nano {
        Nano::new(amount).expect("in range")
    }

    fn caps() -> Caps {
        Caps::new(CapLimits { per_ip: nano(30), per_session: nano(20) })
    }

    #[test]
    fn each_cap_stands_alone_and_a_new_day_forgets() {
        let caps = caps();
        assert!(caps.take("a", Some("s"), 1, nano(20)).is_ok());
        assert_eq!(caps.take("a", Some("s"), 1, nano(1)), Err("this session"));
        assert!(caps.take("a", Some("t"), 1, nano(10)).is_ok());
        assert_eq!(caps.take("a", None, 1, nano(1)), Err("your address"));
        assert!(caps.take("a", Some("s"), 2, nano(20)).is_ok());
    }

    #[test]
    fn what_is_given_back_can_be_spent_again_on_the_same_day_only() {
        let caps = caps();
        let taken = caps.take("a", None, 1, nano(30)).expect("is free");
        caps.give_back(&taken, nano(10));
        assert_eq!(caps.take("a", None, 1, nano(11)), Err("your address"));
        assert!(caps.take("a", None, 1, nano(10)).is_ok());
        assert!(caps.take("a", None, 2, nano(30)).is_ok());
        caps.give_back(&taken, nano(30));
        assert_eq!(caps.take("a", None, 2, nano(1)), Err("your address"));
    }

    #[test]
    fn nothing_is_remembered_of_who_spent_nothing() {
        let caps = caps();
        let taken = caps.take("a", Some("s"), 1, nano(20)).expect("is free");
        caps.give_back(&taken, nano(20));
        assert!(caps.spent().by_slot.is_empty());
    }
}
