//! How often may one caller come? A minute's allowance for each, which refills as time goes by: a burst is
//! fine, a flood is told when to come back, before it costs anything but this look-up.
//!
//! Callers are told apart by what they cannot choose freely: their key, their account, else their address.
//! Counts stand in this process: behind a balancer each process allows as much.

use super::error::ApiError;
use super::identity::{ByKey, SignedIn};
use super::pages::PageError;
use super::{caller, words};
use crate::app::App;
use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, ResponseError};
use footnote_ledger::KeyKind;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Callers told apart; beyond them, newcomers share one allowance until others have been still for a
/// minute.
const CALLERS_MOST: usize = 65_536;
const MINUTE: Duration = Duration::from_secs(60);
/// What costs nothing to serve, and what keeps a service watched.
const FREE: [&str; 5] = ["/assets/", "/healthz", "/readyz", "/metrics", "/widget.js"];

/// The allowances.
#[derive(Debug)]
pub struct Rates {
    per_minute: u32,
    callers: Mutex<HashMap<String, Allowance>>,
}

#[derive(Debug, Clone, Copy)]
struct Allowance {
    left: f64,
    at: Instant,
}

impl Rates {
    /// So many requests a minute for each caller; 0 for no limit.
    pub fn new(per_minute: u32) -> Self {
        Self { per_minute, callers: Mutex::default() }
    }

    /// Takes one request out of a caller's allowance.
    ///
    /// # Errors
    /// The time until there is another.
    pub fn take(&self, caller: &str, now: Instant) -> Result<(), Duration> {
        if self.per_minute == 0 {
            return Ok(());
        }
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        if callers.len() >= CALLERS_MOST && !callers.contains_key(caller) {
            // Whoever was still for a minute has all of it again: forgetting them changes nothing.
            callers.retain(|_, allowance| now.duration_since(allowance.at) < MINUTE);
        }
        let is_known = callers.contains_key(caller) || callers.len() < CALLERS_MOST;
        let name = if is_known { caller } else { "everybody else" };
        let most = f64::from(self.per_minute);
        let allowance = callers.entry(name.to_owned()).or_insert(Allowance { left: most, at: now });
        let refilled = now.duration_since(allowance.at).as_secs_f64() * most / 60.0;
        allowance.left = (allowance.left + refilled).min(most);
        allowance.at = now;
        if allowance.left >= 1.0 {
            allowance.left -= 1.0;
            return Ok(());
        }
        Err(Duration::from_secs_f64((1.0 - allowance.left) * 60.0 / most))
    }
}

/// Turns away whoever comes too often. Runs once it is known who that is.
pub(super) async fn limited<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, actix_web::Error> {
    if let Some(response) = refusal(request.request()) {
        return Ok(request.into_response(response).map_into_right_body());
    }
    Ok(next.call(request).await?.map_into_left_body())
}

/// What a caller is told who came too often; counts this request.
pub(super) fn refusal(request: &HttpRequest) -> Option<HttpResponse> {
    if FREE.iter().any(|free| request.path().starts_with(free)) {
        return None;
    }
    let (app, rates) = (request.app_data::<Data<App>>()?, request.app_data::<Data<Rates>>()?);
    let wait = rates.take(&name(app, request), Instant::now()).err()?;
    let seconds = wait.as_secs() + 1;
    Some(if request.path().starts_with("/v1/") {
        ApiError::too_often(seconds).error_response()
    } else {
        PageError::TooOften { seconds }.page(words::of(request))
    })
}

fn name(app: &App, request: &HttpRequest) -> String {
    let ip = || network(&caller::ip(&app.config.trusted_proxies, request));
    let extensions = request.extensions();
    match (extensions.get::<ByKey>(), extensions.get::<SignedIn>()) {
        // One visitor of a site must not use up what the others need.
        (Some(ByKey(key)), _) if key.kind == KeyKind::Public => format!("key {} {}", key.id, ip()),
        (Some(ByKey(key)), _) => format!("key {}", key.id),
        (None, Some(known)) => format!("account {}", known.address),
        (None, None) => ip(),
    }
}

/// An address of the sixth version is one of very many that the same line can choose from.
fn network(ip: &str) -> String {
    match ip.parse() {
        Ok(IpAddr::V6(ip)) if ip.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        _ => ip.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_fine_a_flood_waits_and_time_refills() {
        let (rates, start) = (Rates::new(60), Instant::now());
        for _ in 0..60 {
            assert_eq!(rates.take("a", start), Ok(()));
        }
        let wait = rates.take("a", start).expect_err("used up");
        assert!(wait > Duration::from_millis(900) && wait <= Duration::from_secs(1), "{wait:?}");
        assert_eq!(rates.take("b", start), Ok(()), "another is not touched");
        assert_eq!(rates.take("a", start + Duration::from_millis(1_050)), Ok(()));
        assert!(rates.take("a", start + Duration::from_millis(1_060)).is_err());
        let later = start + Duration::from_secs(3_600);
        for _ in 0..60 {
            assert_eq!(rates.take("a", later), Ok(()));
        }
        assert!(rates.take("a", later).is_err(), "no more than a minute's worth is saved up");
    }

    #[test]
    fn zero_limits_nobody() {
        let rates = Rates::new(0);
        assert!((0..10_000).all(|_| rates.take("a", Instant::now()).is_ok()));
    }

    #[test]
    fn callers_without_number_take_no_memory_without_bound() {
        let (rates, start) = (Rates::new(2), Instant::now());
        for n in 0..CALLERS_MOST {
            assert_eq!(rates.take(&n.to_string(), start), Ok(()));
        }
        let strangers = ["x", "y", "z"].map(|name| rates.take(name, start).is_ok());
        assert_eq!(strangers, [true, true, false], "they share one allowance");
        assert_eq!(rates.take("7", start), Ok(()), "whoever was there keeps their own");
        assert!(rates.callers.lock().expect("sound").len() <= CALLERS_MOST + 1);
        let later = start + MINUTE * 2;
        assert_eq!(rates.take("x", later), Ok(()));
        assert_eq!(rates.callers.lock().expect("sound").len(), 1);
    }

    #[test]
    fn a_line_with_many_addresses_is_one_caller() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2:ffff::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("203.0.113.9"), "203.0.113.9");
        assert_eq!(network("unknown"), "unknown");
    }
}
