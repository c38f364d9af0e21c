//! What does a seller do? Everything that a service does to its books, at random, many at a time; it
//! says aloud what it promised to whom, once it has promised it.

use crate::desk::{OPERATOR, PAYER, PRICE, author, begin, capture, deposit, escrow, settings_in};
use footnote_domain::id::Digest;
use footnote_ledger::{Account, Begin, Begun, Hold, Ledger, LedgerError, Outcome};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// Callers at once.
const CALLERS: u64 = 24;

/// Places of the deposits that pay for nearly everything; those of the callers come before them.
const RICH: u64 = 1 << 40;

static NEXT: AtomicU64 = AtomicU64::new(0);

/// Sells until it is killed: FOLDER SEED FIRST.
pub(crate) fn sell(arguments: &[String]) {
    let [folder, seed, first] = arguments else { panic!("FOLDER SEED FIRST, not {arguments:?}") };
    let seed: u64 = seed.parse().expect("a number");
    NEXT.store(first.parse().expect("a number"), Ordering::Relaxed);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let ledger = Ledger::open(settings_in(Path::new(folder))).await.expect("opens");
        // The same two deposits in every life: they count once.
        for (whose, place) in [(PAYER, RICH), (OPERATOR, RICH + 1)] {
            let rich = deposit(whose, 100_000 * PRICE, place);
            ledger.credit_deposit(rich).await.expect("credited");
        }
        let mut callers = tokio::task::JoinSet::new();
        for caller in 0..CALLERS {
            let random = StdRng::seed_from_u64(seed.wrapping_add(caller));
            callers.spawn(call(ledger.clone(), random));
        }
        callers.join_all().await;
    });
}

/// A line is written at once and as a whole: what follows it in the pipe is another promise.
fn promise(what: &str) {
    let line = format!("{what}.\n");
    std::io::stdout().lock().write_all(line.as_bytes()).expect("somebody listens");
}

async fn call(ledger: Ledger, mut random: StdRng) {
    loop {
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        match random.random_range(0..100) {
            0..6 => fund(&ledger, n).await,
            6..8 => sweep(&ledger).await,
            _ => ask(&ledger, n, &mut random).await,
        }
    }
}

async fn fund(ledger: &Ledger, n: u64) {
    match ledger.credit_deposit(deposit(PAYER, 3 * PRICE, n)).await {
        Ok(_) => promise(&format!("credited {n}")),
        Err(error) => unknown("deposit", n, &error),
    }
}

async fn sweep(ledger: &Ledger) {
    match ledger.sweep(1_000).await {
        Ok(released) => promise(&format!("swept {released}")),
        Err(error) => unknown("sweep", 0, &error),
    }
}

async fn ask(ledger: &Ledger, n: u64, random: &mut StdRng) {
    let payer = if random.random_bool(0.1) { Account::Promotion } else { Account::Payer(PAYER) };
    let expires_at = if random.random_bool(0.02) { 1_000 } else { begin(n).expires_at };
    let asks = Begin { payer, expires_at, ..begin(n) };
    let hold = match ledger.begin(asks.clone()).await {
        Ok(Begun::Held(hold)) => hold,
        Ok(Begun::Running { .. } | Begun::Finished { .. }) => {
            return promise(&format!("known {n}"));
        }
        Err(LedgerError::InsufficientFunds { .. }) => return promise(&format!("poor {n}")),
        Err(error) => return unknown("begin", n, &error),
    };
    promise(&format!("held {n} {}", hold.id));
    if random.random_bool(0.1) {
        again(ledger, asks, n).await;
    }
    match random.random_range(0..100) {
        0..12 => void(ledger, &hold, n).await,
        // Left behind, for the next start or the sweeper.
        12..16 => {}
        _ => charge(ledger, &hold, n, random).await,
    }
}

/// The same request, and one that only has its key.
async fn again(ledger: &Ledger, asks: Begin, n: u64) {
    match ledger.begin(asks.clone()).await {
        Ok(Begun::Held(hold)) => panic!("{n} is held twice: {hold:?}"),
        Ok(_) => promise(&format!("known {n}")),
        Err(error) => unknown("begin", n, &error),
    }
    let other = Begin { request_hash: Digest::of(&[b"other"]), ..asks };
    match ledger.begin(other).await {
        Err(LedgerError::KeyReused { .. }) => promise(&format!("reused {n}")),
        Ok(begun) => panic!("{n} stands for two requests: {begun:?}"),
        Err(error) => unknown("begin", n, &error),
    }
}

async fn void(ledger: &Ledger, hold: &Hold, n: u64) {
    let outcome = Outcome { body: None, reason: "at random".into() };
    match ledger.void(hold.id, outcome).await {
        Ok(()) => promise(&format!("voided {n}")),
        Err(error) => unknown("void", n, &error),
    }
}

async fn charge(ledger: &Ledger, hold: &Hold, n: u64, random: &mut StdRng) {
    let mut payees = vec![author(random.random_range(1..5)), escrow(random.random_range(5..7))];
    payees.sort_unstable();
    let asks = capture(hold, &[(&payees, random.random_range(350_000..1_000_000))]);
    match ledger.capture(asks.clone()).await {
        Ok(envelope) => promise(&format!("captured {n} {}", envelope.hash)),
        // The sweeper was faster.
        Err(LedgerError::AlreadyVoided { .. }) => return promise(&format!("late {n}")),
        Err(error) => return unknown("capture", n, &error),
    }
    if random.random_bool(0.1) {
        match ledger.capture(asks).await {
            Ok(envelope) => promise(&format!("captured {n} {}", envelope.hash)),
            Err(error) => unknown("capture", n, &error),
        }
    }
}

/// The database could not be asked: whether it happened is not known, and nothing was promised.
fn unknown(what: &str, n: u64, error: &LedgerError) {
    let allowed = matches!(
        error,
        LedgerError::Database(_) | LedgerError::Unreachable(_) | LedgerError::NotCommitted(_)
    );
    assert!(allowed, "{what} {n}: {error}");
    promise(&format!("unknown {n}"));
}
