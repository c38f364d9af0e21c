//! A ledger in a folder of its own, and the answers that are sold over it.

use crate::engine::database_url;
use footnote_domain::attribution::evidence::Evidence;
use footnote_domain::attribution::{ALGORITHM, Constants, Estimator, attribute};
use footnote_domain::citation::Citation;
use footnote_domain::corpus::Age;
use footnote_domain::id::{
    Address, AnswerId, BlockHash, ContentHash, DatanetId, Digest, PayeeId, TransferId,
};
use footnote_domain::money::{Beneficiaries, FeePolicy, Nano, Role, Tariff, Usage, settle};
use footnote_domain::payee::Payees;
use footnote_domain::receipt::{
    AttributionRecord, Draft, Funding, Model, OwnerRecord, PassageRecord, RetrievalRecord,
    TariffRecord,
};
use footnote_ledger::audit::audit;
use footnote_ledger::chain::dev_signer;
use footnote_ledger::{
    Account, Begin, Begun, Capture, Deposit, Hold, Ledger, LedgerError, LedgerSettings, LineDetail,
    Opening,
};
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;

pub(crate) const CHAIN: u64 = 31_337;
pub(crate) const SETTLEMENT: Address = Address([0x5e; 20]);
pub(crate) const OPERATOR: Address = Address([0x0a; 20]);
pub(crate) const PAYER: Address = Address([0x0b; 20]);
pub(crate) const PRICE: i128 = 12_000_000;
const FAR: u64 = 4_000_000_000;
const LOCK_PATIENCE: Duration = Duration::from_secs(5);

pub(crate) fn nano(amount: i128) -> Nano {
    Nano::new(amount).expect("in range")
}

/// An author with an address.
pub(crate) fn author(n: u8) -> PayeeId {
    PayeeId::from_address(Address([n; 20]))
}

/// An author without one.
pub(crate) fn escrow(n: u8) -> PayeeId {
    PayeeId([n; 32])
}

pub(crate) fn answer_id(n: u64) -> AnswerId {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&n.to_be_bytes());
    AnswerId(id)
}

/// A folder, and the ledger in it.
pub(crate) struct Desk {
    pub(crate) folder: TempDir,
    pub(crate) ledger: Ledger,
}

impl Desk {
    pub(crate) async fn open() -> Self {
        Self::open_on(CHAIN, SETTLEMENT).await
    }

    /// The books of another settlement.
    pub(crate) async fn open_on(chain_id: u64, settlement: Address) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = LedgerSettings { chain_id, settlement, ..settings(&folder) };
        let ledger = Ledger::open(settings).await.expect("opens");
        Self { folder, ledger }
    }

    /// Crashes the writer where it stands, and opens the books again.
    pub(crate) async fn crash(self) -> Self {
        self.ledger.crash().await;
        let folder = self.folder;
        drop(self.ledger);
        let ledger = reopened(&folder).await;
        Self { folder, ledger }
    }

    pub(crate) async fn fund(&self, depositor: Address, amount: i128, log_index: u64) -> bool {
        let deposit = deposit(depositor, amount, log_index);
        self.ledger.credit_deposit(deposit).await.expect("credited")
    }

    pub(crate) async fn hold(&self, n: u64) -> Hold {
        match self.ledger.begin(begin(n)).await.expect("begins") {
            Begun::Held(hold) => hold,
            other => panic!("{other:?} instead of a hold"),
        }
    }

    /// One paid answer whose only owner is paid to these payees.
    pub(crate) async fn sell(&self, n: u64, payees: &[PayeeId]) {
        self.sell_to(PAYER, n, payees).await;
    }

    /// As [`Self::sell`], to another payer.
    pub(crate) async fn sell_to(&self, payer: Address, n: u64, payees: &[PayeeId]) {
        let asks = Begin { payer: Account::Payer(payer), ..begin(n) };
        let Ok(Begun::Held(hold)) = self.ledger.begin(asks).await else { panic!("not held") };
        self.ledger.capture(capture(&hold, &[(payees, 920_000)])).await.expect("captured");
    }

    /// Every rule of the books holds.
    pub(crate) async fn audited(&self) {
        let report = audit(&self.ledger).await.expect("audits");
        assert!(report.is_sound(), "{:#?}", report.faults);
    }

    pub(crate) async fn available(&self, account: Account) -> i64 {
        self.ledger.balance(account).await.expect("a balance").available.get()
    }
}

pub(crate) fn settings(folder: &TempDir) -> LedgerSettings {
    LedgerSettings { database_url: database_url(folder), ..settings_in(folder.path()) }
}

/// Books of a service, SQLite in this folder.
pub(crate) fn settings_in(folder: &Path) -> LedgerSettings {
    LedgerSettings {
        database_url: format!("sqlite://{}", folder.join("ledger.db").display()),
        opening: Opening::Service,
        chain_id: CHAIN,
        settlement: SETTLEMENT,
        token_decimals: 18,
        platform: PayeeId::from_address(OPERATOR),
        treasury: PayeeId::from_address(OPERATOR),
        promotion_funder: Some(OPERATOR),
        bundles: folder.join("bundles"),
        signer: dev_signer(0).expect("a key"),
    }
}

/// A child that another test starts holds this process's locks for the moment between its fork and
/// its exec, so that the books may be in use a little longer than their ledger lives.
async fn reopened(folder: &TempDir) -> Ledger {
    let start = Instant::now();
    loop {
        match Ledger::open(settings(folder)).await {
            Err(LedgerError::InUse { .. }) if start.elapsed() < LOCK_PATIENCE => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            opened => return opened.expect("opens again"),
        }
    }
}

pub(crate) fn deposit(depositor: Address, amount: i128, log_index: u64) -> Deposit {
    Deposit {
        depositor,
        amount: nano(amount),
        chain_id: CHAIN,
        block_number: 7,
        block_hash: BlockHash([7; 32]),
        log_index,
    }
}

pub(crate) fn begin(n: u64) -> Begin {
    Begin {
        scope: "tests".into(),
        key: format!("key {n}"),
        request_hash: Digest::of(&[b"request", &n.to_be_bytes()]),
        answer: answer_id(n),
        payer: Account::Payer(PAYER),
        amount: nano(PRICE),
        daily_cap: None,
        expires_at: FAR,
    }
}

/// A finished answer of one sentence, supported by each owner with the given wording in ppm.
pub(crate) fn capture(hold: &Hold, owners: &[(&[PayeeId], u32)]) -> Capture {
    let records: Vec<OwnerRecord> = (1..).zip(owners).map(|(n, o)| owner(n, o.0, o.1)).collect();
    let record = attributed(records);
    let parts = record.owner_parts();
    let operator = PayeeId::from_address(OPERATOR);
    let who = Beneficiaries {
        platform: operator,
        adapters: Vec::new(),
        stakers: None,
        treasury: operator,
    };
    let policy = FeePolicy::first();
    let gross = nano(PRICE);
    let settled = settle(gross, record.total, &policy, &who, &parts).expect("in range");
    let earning = record.owners.iter().zip(&record.shares).filter(|(_, share)| **share > 0);
    let citations = (1..).zip(earning).map(|(n, (owner, _))| cite(n, owner)).collect();
    let owner_of = |payee| {
        let mut owners = record.owners.iter();
        let found = owners.find(|o| o.payees.shares().iter().any(|share| share.payee == payee));
        found.map(|owner| owner.content_hash)
    };
    let lines = settled
        .lines
        .iter()
        .map(|line| {
            let data = line.role == Role::Data;
            let owner = if data { owner_of(line.payee) } else { None };
            LineDetail { owner, datanet: data.then_some(DatanetId([7; 32])), line: *line }
        })
        .collect();
    let draft = Draft {
        payer: Digest::of(&[b"pseudonym"]),
        funding: hold.funding,
        request_hash: Digest::of(&[b"request"]),
        answer_hash: Digest::of(&[b"answer"]),
        backend: "extractive".into(),
        model: Model { id: "none".into(), digest: Digest::default() },
        adapters: vec![],
        retrieval: RetrievalRecord {
            generation: Digest::default(),
            unigrams: Digest::default(),
            algorithm: "hybrid/1".into(),
            parameters: [("limit".to_owned(), "20".to_owned())].into(),
            passages: record.owners.iter().map(passage).collect(),
        },
        citations,
        usage: Usage::default(),
        tariff: TariffRecord::from(Tariff::QUICK),
        held: hold.amount,
        gross,
        charged: settled.charged,
        refunded: settled.refunded,
        policy,
        lines: settled.lines,
        hold_id: hold.id,
        time: 1_790_000_000,
        attribution: record,
    };
    Capture { hold: hold.id, receipt: draft, body: b"{\"answer\":\"stored\"}".to_vec(), lines }
}

fn owner(n: u8, payees: &[PayeeId], wording: u32) -> OwnerRecord {
    OwnerRecord {
        content_hash: ContentHash([n; 32]),
        age: Age { block: u64::from(n), log_index: 0 },
        payees: Payees::equal(payees.to_vec()).expect("payees"),
        wording: vec![wording],
        meaning: vec![0],
        necessity: None,
        support: vec![],
        behind: vec![None],
    }
}

fn passage(owner: &OwnerRecord) -> PassageRecord {
    PassageRecord {
        content_hash: owner.content_hash,
        age: owner.age,
        start: 0,
        end: 40,
        relevance: 800_000,
        sentences: 2,
        unowned: vec![],
        read: true,
    }
}

fn attributed(mut owners: Vec<OwnerRecord>) -> AttributionRecord {
    let constants = Constants::PUBLISHED;
    let units = vec![1_000_000];
    let evidence: Vec<(ContentHash, Evidence)> =
        owners.iter().map(|owner| (owner.content_hash, owner.evidence())).collect();
    let named: Vec<_> = evidence.iter().map(|(hash, evidence)| (*hash, evidence)).collect();
    let found = attribute(&units, &named, &constants);
    for (owner, support) in owners.iter_mut().zip(found.support) {
        owner.support = support;
    }
    AttributionRecord {
        algorithm: ALGORITHM.into(),
        estimator: Estimator::Words,
        constants,
        units,
        owners,
        shares: found.shares_ppm,
        total: found.total_ppm,
    }
}

fn cite(n: u32, owner: &OwnerRecord) -> Citation {
    Citation {
        n,
        datanet: DatanetId([7; 32]),
        version: 1,
        content_hash: owner.content_hash,
        start: 0,
        end: 9,
        quote_hash: Digest::of(&[b"quote"]),
        sentence: 0,
    }
}

/// A hold that was never made.
pub(crate) fn no_hold() -> Hold {
    Hold {
        id: TransferId([9; 32]),
        answer: answer_id(0),
        amount: nano(PRICE),
        payer: Account::Payer(PAYER),
        funding: Funding::Balance,
    }
}
