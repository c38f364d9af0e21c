//! How much may one guest spend in a day? A gift per IP address and per session. What all guests may
//! take together is the ledger's to enforce, in the same step as the reservation.

use super::AskError;
use crate::shared::{Allowances, Draw};
use footnote_domain::money::Nano;
use std::sync::Arc;

/// The limits, in nano-credits a day.
#[derive(Debug, Clone, Copy)]
pub struct CapLimits {
    /// One IP address.
    pub per_ip: Nano,
    /// One session.
    pub per_session: Nano,
}

/// What guests have spent today.
pub struct Caps {
    limits: CapLimits,
    allowances: Arc<dyn Allowances>,
}

/// What was taken for one question, and out of whose gift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    day: u64,
    slots: Vec<String>,
}

impl Caps {
    /// Caps on these allowances.
    pub fn new(limits: CapLimits, allowances: Arc<dyn Allowances>) -> Self {
        Self { limits, allowances }
    }

    /// Takes `price` out of the gift of `day` (days since 1970).
    ///
    /// # Errors
    /// [`AskError::CapReached`] says whose cap stands against it, [`AskError::Shared`] that nobody
    /// can say: a guest is not given what may be used up.
    pub async fn take(
        &self,
        ip: &str,
        session: Option<&str>,
        day: u64,
        price: Nano,
    ) -> Result<Taken, AskError> {
        let mut draws = vec![Draw { slot: format!("ip {ip}"), limit: self.limits.per_ip }];
        draws.extend(session.map(|session| Draw {
            slot: format!("session {session}"),
            limit: self.limits.per_session,
        }));
        match self.allowances.draw(day, &draws, price).await? {
            Ok(slots) => Ok(Taken { day, slots }),
            Err(0) => Err(AskError::CapReached("your address")),
            Err(_) => Err(AskError::CapReached("this session")),
        }
    }

    /// Gives back what a question had taken and did not cost. A gift of yesterday is past.
    pub async fn give_back(&self, taken: &Taken, amount: Nano) {
        if let Err(error) = self.allowances.give_back(taken.day, &taken.slots, amount).await {
            tracing::warn!(%error, "a guest's allowance was not given back");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::ProcessAllowances;

    fn nano(amount: i128) -> Nano {
        Nano::new(amount).expect("in range")
    }

    #[tokio::test]
    async fn each_cap_stands_alone_and_says_whose_it_is() {
        let limits = CapLimits { per_ip: nano(30), per_session: nano(20) };
        let caps = Caps::new(limits, Arc::new(ProcessAllowances::default()));
        let whose = async |session: Option<&str>, price: i128| match caps
            .take("a", session, 1, nano(price))
            .await
        {
            Ok(_) => "free",
            Err(AskError::CapReached(whose)) => whose,
            Err(error) => panic!("{error}"),
        };
        assert_eq!(whose(Some("s"), 20).await, "free");
        assert_eq!(whose(Some("s"), 1).await, "this session");
        let taken = caps.take("a", Some("t"), 1, nano(10)).await.expect("free");
        assert_eq!(whose(None, 1).await, "your address");
        caps.give_back(&taken, nano(4)).await;
        assert_eq!(whose(None, 4).await, "free");
    }
}
