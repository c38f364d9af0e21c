//! What has a payee earned, by which documents, and how far on its way to the purse is it?

use super::epoch::EpochStage;
use crate::LedgerError;
use crate::bytes::{Bytes, Bytes32};
use crate::entity::claim;
use crate::operation::capture::role_of;
use footnote_domain::id::{AnswerId, ContentHash, DatanetId, Digest, PayeeId};
use footnote_domain::money::{Nano, Role};
use sea_orm::{ConnectionTrait, EntityTrait, FromQueryResult, Statement, Value};
use std::collections::BTreeMap;

/// Documents shown for one payee.
const DOCUMENTS_MOST: i64 = 500;
/// Lines shown for one payee.
const LINES_MOST: i64 = 100;

/// How far a payee's money has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earnings {
    /// Whose.
    pub payee: PayeeId,
    /// In the open epoch: can still be corrected.
    pub estimated: Nano,
    /// In a closed epoch that is not accepted yet.
    pub final_: Nano,
    /// In an accepted epoch, not claimed yet.
    pub payable: Nano,
    /// Claimed on chain.
    pub paid: Nano,
    /// Everything, for a payee without an address: held until its escrow is assigned. The four
    /// above are zero then.
    pub held: Nano,
    /// By document, the best first.
    pub by_document: Vec<DocumentEarnings>,
    /// The newest lines.
    pub lines: Vec<EarnedLine>,
}

impl Earnings {
    /// All of it.
    pub fn total(&self) -> Nano {
        let parts = [self.estimated, self.final_, self.payable, self.paid, self.held];
        let sum = parts.iter().map(|part| part.wide()).sum();
        Nano::new(sum).expect("the parts were divided from one amount")
    }
}

/// What one document earned for a payee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentEarnings {
    /// The document; none for lines of other roles than data.
    pub owner: Option<ContentHash>,
    /// Its Datanet.
    pub datanet: Option<DatanetId>,
    /// All it earned for this payee.
    pub amount: Nano,
    /// The part that guests' questions paid, out of the operator's promotion.
    pub by_promotion: Nano,
    /// Answers that it was paid for.
    pub answers: u64,
}

/// One line of a receipt, as its payee sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarnedLine {
    /// The receipt's number.
    pub sequence: u64,
    /// The receipt.
    pub receipt: Digest,
    /// The answer.
    pub answer: AnswerId,
    /// In which role.
    pub role: Role,
    /// How much.
    pub amount: Nano,
    /// By which document.
    pub owner: Option<ContentHash>,
    /// In which Datanet.
    pub datanet: Option<DatanetId>,
    /// Whether a guest asked.
    pub by_promotion: bool,
    /// Seconds since 1970.
    pub at: u64,
    /// Where its epoch stands.
    pub stage: EpochStage,
}

/// A payee and its totals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PayeeTotals {
    /// Who.
    pub payee: PayeeId,
    /// Whether it has no address.
    pub escrow: bool,
    /// All it earned.
    pub earned: Nano,
    /// The part that guests' questions paid; rankings leave it out.
    pub by_promotion: Nano,
    /// Claimed on chain.
    pub paid: Nano,
}

#[derive(FromQueryResult)]
struct StageRow {
    state: String,
    amount: i64,
}

#[derive(FromQueryResult)]
struct DocumentRow {
    owner: Option<Bytes32>,
    datanet: Option<Bytes32>,
    amount: i64,
    by_promotion: i64,
    answers: i64,
}

#[derive(FromQueryResult)]
struct LineRow {
    sequence: i64,
    hash: Bytes32,
    answer: Bytes<16>,
    role: String,
    amount: i64,
    owner: Option<Bytes32>,
    datanet: Option<Bytes32>,
    payer: String,
    created_at: i64,
    state: String,
}

#[derive(FromQueryResult)]
struct TotalRow {
    payee: Bytes32,
    amount: i64,
    by_promotion: i64,
}

const BY_STAGE: &str = "SELECT e.state AS state, CAST(SUM(l.amount) AS bigint) AS amount \
    FROM receipt_lines l JOIN receipts r ON r.sequence = l.sequence \
    JOIN epochs e ON e.number = r.epoch WHERE l.payee = $1 GROUP BY e.state";

const BY_DOCUMENT: &str = "SELECT l.owner AS owner, l.datanet AS datanet, \
    CAST(SUM(l.amount) AS bigint) AS amount, \
    CAST(SUM(CASE WHEN r.payer = 'promotion' THEN l.amount ELSE 0 END) AS bigint) AS by_promotion, \
    COUNT(DISTINCT l.sequence) AS answers \
    FROM receipt_lines l JOIN receipts r ON r.sequence = l.sequence WHERE l.payee = $1 \
    GROUP BY l.owner, l.datanet ORDER BY 3 DESC, 1 LIMIT $2";

const NEWEST_LINES: &str = "SELECT r.sequence AS sequence, r.hash AS hash, r.answer AS answer, \
    l.role AS role, l.amount AS amount, l.owner AS owner, l.datanet AS datanet, r.payer AS payer, \
    r.created_at AS created_at, e.state AS state \
    FROM receipt_lines l JOIN receipts r ON r.sequence = l.sequence \
    JOIN epochs e ON e.number = r.epoch WHERE l.payee = $1 \
    ORDER BY l.sequence DESC, l.number LIMIT $2";

const BY_PAYEE: &str = "SELECT l.payee AS payee, CAST(SUM(l.amount) AS bigint) AS amount, \
    CAST(SUM(CASE WHEN r.payer = 'promotion' THEN l.amount ELSE 0 END) AS bigint) AS by_promotion \
    FROM receipt_lines l JOIN receipts r ON r.sequence = l.sequence \
    GROUP BY l.payee ORDER BY 2 DESC, 1";

/// A payee's earnings.
pub(crate) async fn earnings<C: ConnectionTrait>(
    connection: &C,
    payee: PayeeId,
) -> Result<Earnings, LedgerError> {
    let key: Value = Bytes32::from(payee).into();
    let mut by_stage: BTreeMap<EpochStage, i128> = BTreeMap::new();
    for row in select::<StageRow, C>(connection, BY_STAGE, vec![key.clone()]).await? {
        by_stage.insert(EpochStage::parse(&row.state)?, i128::from(row.amount));
    }
    let of = |stages: &[EpochStage]| -> i128 {
        stages.iter().filter_map(|stage| by_stage.get(stage)).sum()
    };
    let all: i128 = by_stage.values().sum();
    let escrow = payee.address().is_none();
    let visible = |amount: i128| if escrow { Ok(Nano::ZERO) } else { Nano::new(amount) };
    let paid = paid(connection).await?.get(&payee).copied().unwrap_or_default();
    let accepted = of(&[EpochStage::Accepted]);
    Ok(Earnings {
        payee,
        estimated: visible(of(&[EpochStage::Open]))?,
        final_: visible(of(&[EpochStage::Closed, EpochStage::Sealed, EpochStage::Proposed]))?,
        payable: visible((accepted - paid.wide()).max(0))?,
        paid,
        held: Nano::new(if escrow { all } else { 0 })?,
        by_document: documents(connection, key.clone()).await?,
        lines: newest(connection, key).await?,
    })
}

/// Everybody who ever earned, the most first.
pub(crate) async fn payees<C: ConnectionTrait>(
    connection: &C,
) -> Result<Vec<PayeeTotals>, LedgerError> {
    let paid = paid(connection).await?;
    let rows = select::<TotalRow, C>(connection, BY_PAYEE, vec![]).await?;
    let totals = rows.into_iter().map(|row| {
        let payee = PayeeId::from(row.payee);
        Ok(PayeeTotals {
            payee,
            escrow: payee.address().is_none(),
            earned: Nano::new(i128::from(row.amount))?,
            by_promotion: Nano::new(i128::from(row.by_promotion))?,
            paid: paid.get(&payee).copied().unwrap_or_default(),
        })
    });
    totals.collect()
}

async fn paid<C: ConnectionTrait>(connection: &C) -> Result<BTreeMap<PayeeId, Nano>, LedgerError> {
    let rows = claim::Entity::find().all(connection).await?;
    let read = |row: claim::Model| Ok((row.payee.into(), Nano::new(i128::from(row.paid_nano))?));
    rows.into_iter().map(read).collect()
}

async fn documents<C: ConnectionTrait>(
    connection: &C,
    payee: Value,
) -> Result<Vec<DocumentEarnings>, LedgerError> {
    let values = vec![payee, DOCUMENTS_MOST.into()];
    let rows = select::<DocumentRow, C>(connection, BY_DOCUMENT, values).await?;
    let documents = rows.into_iter().map(|row| {
        Ok(DocumentEarnings {
            owner: row.owner.map(Into::into),
            datanet: row.datanet.map(Into::into),
            amount: Nano::new(i128::from(row.amount))?,
            by_promotion: Nano::new(i128::from(row.by_promotion))?,
            answers: row.answers.unsigned_abs(),
        })
    });
    documents.collect()
}

async fn newest<C: ConnectionTrait>(
    connection: &C,
    payee: Value,
) -> Result<Vec<EarnedLine>, LedgerError> {
    let rows =
        select::<LineRow, C>(connection, NEWEST_LINES, vec![payee, LINES_MOST.into()]).await?;
    let lines = rows.into_iter().map(|row| {
        Ok(EarnedLine {
            sequence: row.sequence.unsigned_abs(),
            receipt: row.hash.into(),
            answer: row.answer.into(),
            role: role_of(&row.role)?,
            amount: Nano::new(i128::from(row.amount))?,
            owner: row.owner.map(Into::into),
            datanet: row.datanet.map(Into::into),
            by_promotion: row.payer == "promotion",
            at: row.created_at.unsigned_abs(),
            stage: EpochStage::parse(&row.state)?,
        })
    });
    lines.collect()
}

async fn select<T: FromQueryResult, C: ConnectionTrait>(
    connection: &C,
    sql: &str,
    values: Vec<Value>,
) -> Result<Vec<T>, LedgerError> {
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    Ok(T::find_by_statement(statement).all(connection).await?)
}
