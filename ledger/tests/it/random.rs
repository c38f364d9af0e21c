//! Thousands of random operations with crashes in between: after every step, the auditor.

use crate::desk::{
    CHAIN, Desk, OPERATOR, PAYER, PRICE, SETTLEMENT, answer_id, author, begin, capture, escrow,
};
use footnote_domain::id::PayeeId;
use footnote_ledger::settle::fake::FakeChain;
use footnote_ledger::settle::{settle_within, sync_claims, sync_deposits};
use footnote_ledger::{Account, Begin, Begun, Capture, Hold, LedgerError, Outcome};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::sync::Mutex;
use std::time::Duration;

const NANO: u128 = 1_000_000_000;

/// Something that can happen.
#[derive(Debug, Clone)]
enum Op {
    /// A new question, by the payer or a guest, that may expire at once.
    Ask {
        guest: bool,
        expires: bool,
    },
    /// The same request again.
    AskAgain {
        which: usize,
    },
    Capture {
        which: usize,
        payees: Vec<u8>,
        wording: u32,
    },
    CaptureAgain {
        which: usize,
    },
    Void {
        which: usize,
    },
    Sweep,
    Deposit {
        guest: bool,
        answers: u8,
    },
    /// To the end of the window, or not quite.
    Settle {
        patient: bool,
    },
    Veto,
    LoseEpoch,
    Claim {
        payee: u8,
    },
    /// The process dies; several calls may be under way.
    Crash {
        busy: bool,
    },
}

fn op() -> impl Strategy<Value = Op> {
    let payees = prop::collection::vec(1u8..7, 1..4);
    prop_oneof![
        6 => (any::<bool>(), prop::bool::weighted(0.2))
            .prop_map(|(guest, expires)| Op::Ask { guest, expires }),
        1 => any::<usize>().prop_map(|which| Op::AskAgain { which }),
        6 => (any::<usize>(), payees, 350_000u32..1_000_000)
            .prop_map(|(which, payees, wording)| Op::Capture { which, payees, wording }),
        1 => any::<usize>().prop_map(|which| Op::CaptureAgain { which }),
        2 => any::<usize>().prop_map(|which| Op::Void { which }),
        1 => Just(Op::Sweep),
        2 => (any::<bool>(), 1u8..4).prop_map(|(guest, answers)| Op::Deposit { guest, answers }),
        3 => any::<bool>().prop_map(|patient| Op::Settle { patient }),
        1 => Just(Op::Veto),
        1 => Just(Op::LoseEpoch),
        1 => (1u8..7).prop_map(|payee| Op::Claim { payee }),
        1 => any::<bool>().prop_map(|busy| Op::Crash { busy }),
    ]
}

/// Payees 1–4 have addresses, 5 and 6 have none.
fn payee(n: u8) -> PayeeId {
    if n < 5 { author(n) } else { escrow(n) }
}

/// What really happened over all histories: a test of nothing would show here.
#[derive(Debug, Default, Clone, Copy)]
struct Happened {
    steps: u64,
    captures: u64,
    epochs: u64,
    claims: u64,
    crashes: u64,
    vetoes: u64,
    forgotten: u64,
    renewed: u64,
}

impl Happened {
    fn add(&mut self, other: Self) {
        self.steps += other.steps;
        self.captures += other.captures;
        self.epochs += other.epochs;
        self.claims += other.claims;
        self.crashes += other.crashes;
        self.vetoes += other.vetoes;
        self.forgotten += other.forgotten;
        self.renewed += other.renewed;
    }
}

struct World {
    happened: Happened,
    desk: Desk,
    chain: FakeChain,
    asked: Vec<Begin>,
    open: Vec<Hold>,
    captured: Vec<Capture>,
    accepted: u64,
}

impl World {
    async fn new() -> Self {
        let chain = FakeChain::new(CHAIN, SETTLEMENT, 5, 4_000_000_000);
        let desk = Desk::open().await;
        let happened = Happened::default();
        Self { happened, desk, chain, asked: vec![], open: vec![], captured: vec![], accepted: 0 }
    }

    async fn step(mut self, op: Op) -> Self {
        self.happened.steps += 1;
        match op {
            Op::Ask { guest, expires } => self.ask(guest, expires).await,
            Op::AskAgain { which } => self.ask_again(which).await,
            Op::Capture { which, payees, wording } => self.capture(which, &payees, wording).await,
            Op::CaptureAgain { which } => self.capture_again(which).await,
            Op::Void { which } => self.void(which).await,
            Op::Sweep => {
                self.desk.ledger.sweep(1_000).await.expect("swept");
                self.forget_resolved().await;
            }
            Op::Deposit { guest, answers } => self.deposit(guest, answers).await,
            Op::Settle { patient } => self.settle(patient).await,
            Op::Veto => {
                let vetoed = self.chain.veto(self.accepted + 1).is_ok();
                self.happened.vetoes += u64::from(vetoed);
            }
            Op::LoseEpoch => self.lose_epoch().await,
            Op::Claim { payee: n } => self.claim(payee(n)).await,
            Op::Crash { busy } => self = self.crash(busy).await,
        }
        self
    }

    async fn ask(&mut self, guest: bool, expires: bool) {
        let mut asks = begin(self.asked.len() as u64);
        if guest {
            asks.payer = Account::Promotion;
        }
        if expires {
            asks.expires_at = 1_000;
        }
        self.asked.push(asks.clone());
        match self.desk.ledger.begin(asks).await {
            Ok(Begun::Held(hold)) => self.open.push(hold),
            Err(LedgerError::InsufficientFunds { .. }) => {}
            other => panic!("{other:?}"),
        }
    }

    async fn ask_again(&mut self, which: usize) {
        let Some(known) = pick(&self.asked, which) else { return };
        let asks = Begin { answer: answer_id(self.asked.len() as u64), ..known };
        match self.desk.ledger.begin(asks.clone()).await {
            // A key that was refused for want of funds is free, and so is one whose answer was lost.
            Ok(Begun::Held(hold)) => {
                self.open.push(hold);
                self.asked.push(asks);
                self.happened.renewed += 1;
            }
            Ok(_) | Err(LedgerError::InsufficientFunds { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }

    async fn capture(&mut self, which: usize, payees: &[u8], wording: u32) {
        if self.open.is_empty() {
            return;
        }
        let hold = self.open.swap_remove(which % self.open.len());
        let mut whose: Vec<PayeeId> = payees.iter().map(|n| payee(*n)).collect();
        whose.sort_unstable();
        whose.dedup();
        let asks = capture(&hold, &[(&whose, wording), (&[author(4)], 400_000)]);
        self.desk.ledger.capture(asks.clone()).await.expect("captured");
        self.captured.push(asks);
        self.happened.captures += 1;
    }

    async fn capture_again(&mut self, which: usize) {
        let Some(asks) = pick(&self.captured, which) else { return };
        self.desk.ledger.capture(asks).await.expect("the same receipt");
    }

    async fn void(&mut self, which: usize) {
        if self.open.is_empty() {
            return;
        }
        let hold = self.open.swap_remove(which % self.open.len());
        let outcome = || Outcome { body: None, reason: "at random".into() };
        self.desk.ledger.void(hold.id, outcome()).await.expect("voided");
        self.desk.ledger.void(hold.id, outcome()).await.expect("voided already");
    }

    async fn deposit(&mut self, guest: bool, answers: u8) {
        let units = u128::from(answers) * PRICE.unsigned_abs() * NANO;
        self.chain.deposit(if guest { OPERATOR } else { PAYER }, units);
        sync_deposits(&self.desk.ledger, &self.chain).await.expect("credited");
    }

    async fn settle(&mut self, patient: bool) {
        settle_within(&self.desk.ledger, &self.chain, Duration::ZERO).await.expect("proposes");
        self.chain.pass(if patient { 5 } else { 2 });
        settle_within(&self.desk.ledger, &self.chain, Duration::ZERO).await.expect("goes on");
        let epochs = self.desk.ledger.epochs().await.expect("read");
        let accepted = epochs.iter().filter(|epoch| epoch.accepted_at.is_some());
        let accepted = accepted.count() as u64;
        self.happened.epochs += accepted.saturating_sub(self.accepted);
        self.accepted = accepted;
    }

    /// Only before anybody claimed against it: a claim on a lost epoch is lost with it.
    async fn lose_epoch(&mut self) {
        let payees = self.desk.ledger.payees().await.expect("read");
        if payees.iter().all(|payee| payee.paid.get() == 0) {
            self.chain.lose_last_epoch();
            self.happened.forgotten += 1;
        }
    }

    async fn claim(&mut self, payee: PayeeId) {
        let Some(proof) = self.desk.ledger.claim_proof(payee).await.expect("read") else { return };
        // Refused when nothing is new, or when the chain forgot the epoch of the proof.
        let claimed = self.chain.claim(payee, proof.cumulative_units, &proof.proof);
        self.happened.claims += u64::from(claimed.is_ok());
        sync_claims(&self.desk.ledger, &self.chain).await.expect("noted");
    }

    /// What runs when the process dies is either done as a whole or not at all.
    async fn crash(mut self, busy: bool) -> Self {
        let mut calls = tokio::task::JoinSet::new();
        if busy {
            for hold in self.open.drain(..) {
                let ledger = self.desk.ledger.clone();
                let asks = capture(&hold, &[(&[author(1)], 500_000)]);
                calls.spawn(async move { ledger.capture(asks).await.map(|_| ()) });
            }
            // Long enough for some of them to be in the middle.
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
        self.desk = self.desk.crash().await;
        self.happened.crashes += 1;
        calls.join_all().await;
        self.open.clear();
        self
    }

    async fn forget_resolved(&mut self) {
        let expired: Vec<_> =
            self.asked.iter().filter(|asks| asks.expires_at == 1_000).map(|a| a.answer).collect();
        self.open.retain(|hold| !expired.contains(&hold.answer));
    }
}

fn pick<T: Clone>(list: &[T], which: usize) -> Option<T> {
    (!list.is_empty()).then(|| list[which % list.len()].clone())
}

/// 24 histories of 90 steps: 2 160 operations, each followed by an audit.
#[test]
fn random_histories_with_crashes_keep_every_rule() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let config =
        Config { cases: 24, max_shrink_iters: 60, failure_persistence: None, ..Config::default() };
    let histories = prop::collection::vec(op(), 90);
    let totals = Mutex::new(Happened::default());
    let outcome = TestRunner::new(config).run(&histories, |history| {
        let happened = runtime.block_on(async {
            let mut world = World::new().await;
            world.deposit(false, 3).await;
            world.deposit(true, 3).await;
            for op in history {
                world = world.step(op).await;
                world.desk.audited().await;
            }
            world.happened
        });
        totals.lock().expect("nobody panics with it").add(happened);
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
    let all = totals.into_inner().expect("nobody panics with it");
    println!("{all:?}");
    assert!(all.steps >= 2_000 && all.captures >= 100 && all.crashes >= 30, "{all:?}");
    assert!(all.epochs >= 10 && all.claims >= 2, "{all:?}");
    assert!(all.vetoes >= 1 && all.forgotten >= 5 && all.renewed >= 5, "{all:?}");
}
