//! How much may guests spend? A day's gift in all, per IP address and per session; the total is the
//! most that a farmer can take.

use footnote_domain::money::Nano;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

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
    /// All guests together.
    pub per_day: Nano,
}

/// What guests have spent today.
#[derive(Debug)]
pub struct Caps {
    limits: CapLimits,
    spent: Mutex<Spent>,
}

#[derive(Debug, Default)]
struct Spent {
    day: u64,
    all: i64,
    by_key: HashMap<String, i64>,
}

impl Caps {
    /// Caps that begin with `all` already spent today (as the ledger remembers after a restart).
    pub fn new(limits: CapLimits, day: u64, all: Nano) -> Self {
        let spent = Spent { day, all: all.get(), by_key: HashMap::new() };
        Self { limits, spent: Mutex::new(spent) }
    }

    /// Takes `price` out of today's gift, or says whose cap stands against it.
    pub fn take(
        &self,
        ip: &str,
        session: Option<&str>,
        day: u64,
        price: Nano,
    ) -> Result<(), &'static str> {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        if spent.day != day {
            *spent = Spent { day, ..Spent::default() };
        }
        let price = price.get();
        let ip = spent.slot(format!("ip {ip}"));
        let session = session.map(|session| spent.slot(format!("session {session}")));
        let over = |used: i64, limit: Nano| used.saturating_add(price) > limit.get();
        if over(spent.all, self.limits.per_day) {
            return Err("all guests");
        }
        if over(spent.used(&ip), self.limits.per_ip) {
            return Err("your address");
        }
        if let Some(session) = &session
            && over(spent.used(session), self.limits.per_session)
        {
            return Err("this session");
        }
        spent.all += price;
        for key in std::iter::once(ip).chain(session) {
            *spent.by_key.entry(key).or_insert(0) += price;
        }
        Ok(())
    }

    /// Gives back what an unanswered question had taken.
    pub fn give_back(&self, ip: &str, session: Option<&str>, amount: Nano) {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        spent.all = (spent.all - amount.get()).max(0);
        let keys = std::iter::once(format!("ip {ip}"))
            .chain(session.map(|session| format!("session {session}")));
        for key in keys {
            if let Some(used) = spent.by_key.get_mut(&key) {
                *used = (*used - amount.get()).max(0);
            }
        }
    }
}

impl Spent {
    fn used(&self, key: &str) -> i64 {
        self.by_key.get(key).copied().unwrap_or(0)
    }

    fn slot(&self, key: String) -> String {
        if self.by_key.contains_key(&key) || self.by_key.len() < REMEMBERED_MOST {
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

    #[test]
    fn each_cap_stands_alone_and_a_new_day_forgets() {
        let limits = CapLimits { per_ip: nano(30), per_session: nano(20), per_day: nano(50) };
        let caps = Caps::new(limits, 1, nano(0));
        assert_eq!(caps.take("a", Some("s"), 1, nano(20)), Ok(()));
        assert_eq!(caps.take("a", Some("s"), 1, nano(1)), Err("this session"));
        assert_eq!(caps.take("a", Some("t"), 1, nano(10)), Ok(()));
        assert_eq!(caps.take("a", None, 1, nano(1)), Err("your address"));
        assert_eq!(caps.take("b", None, 1, nano(20)), Ok(()));
        assert_eq!(caps.take("c", None, 1, nano(1)), Err("all guests"));
        caps.give_back("b", None, nano(20));
        assert_eq!(caps.take("c", None, 1, nano(20)), Ok(()));
        assert_eq!(caps.take("a", Some("s"), 2, nano(20)), Ok(()));
    }
}
