//! The tables as they are, read with plain SQL.

use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Statement};

type Blob = Vec<u8>;

#[derive(Debug, FromQueryResult)]
pub(super) struct AccountRow {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) debits_posted: i64,
    pub(super) credits_posted: i64,
    pub(super) debits_pending: i64,
    pub(super) credits_pending: i64,
}

#[derive(Debug, FromQueryResult)]
pub(super) struct TransferRow {
    pub(super) sequence: i64,
    pub(super) id: Blob,
    pub(super) debit: String,
    pub(super) credit: String,
    pub(super) amount: i64,
    pub(super) kind: String,
    pub(super) pending_id: Option<Blob>,
    pub(super) group_id: Blob,
    pub(super) answer: Option<Blob>,
    pub(super) created_at: i64,
    pub(super) row_hash: Blob,
}

#[derive(Debug, FromQueryResult)]
pub(super) struct HoldRow {
    pub(super) id: Blob,
    pub(super) account: String,
    pub(super) amount: i64,
    pub(super) answer: Blob,
}

#[derive(Debug, FromQueryResult)]
pub(super) struct ResolutionRow {
    pub(super) pending_id: Blob,
    pub(super) outcome: String,
    pub(super) posted: i64,
    pub(super) released: i64,
}

#[derive(Debug, FromQueryResult)]
pub(super) struct AnswerRow {
    pub(super) id: Blob,
    pub(super) hold: Blob,
    pub(super) state: String,
    pub(super) stored: i64,
}

#[derive(Debug, FromQueryResult)]
pub(super) struct KeyRow {
    pub(super) scope: String,
    pub(super) key: String,
    pub(super) answer: Blob,
    pub(super) attempt: i64,
}

#[derive(Debug, FromQueryResult)]
pub(super) struct ReceiptRow {
    pub(super) sequence: i64,
    pub(super) hash: Blob,
    pub(super) previous_hash: Blob,
    pub(super) epoch: i64,
    pub(super) answer: Blob,
    pub(super) hold: Blob,
    pub(super) payer: String,
    pub(super) charged: i64,
    pub(super) body: Blob,
    pub(super) signer: Option<Blob>,
    pub(super) signature: Option<Blob>,
}

#[derive(Debug, FromQueryResult)]
pub(super) struct LineRow {
    pub(super) sequence: i64,
    pub(super) payee: Blob,
    pub(super) role: String,
    pub(super) account: String,
    pub(super) amount: i64,
}

#[derive(Debug, FromQueryResult)]
pub(super) struct EpochRow {
    pub(super) number: i64,
    pub(super) state: String,
    pub(super) first_sequence: i64,
    pub(super) last_sequence: Option<i64>,
    pub(super) first_transfer: i64,
    pub(super) last_transfer: Option<i64>,
    pub(super) receipt_count: Option<i64>,
    pub(super) token_decimals: Option<i64>,
    pub(super) total_cumulative: Option<String>,
    pub(super) previous_hash: Option<Blob>,
    pub(super) receipts_root: Option<Blob>,
    pub(super) balances_root: Option<Blob>,
    pub(super) payers_root: Option<Blob>,
    pub(super) bundle_hash: Option<Blob>,
    pub(super) epoch_hash: Option<Blob>,
}

#[derive(Debug, FromQueryResult)]
pub(super) struct BalanceRow {
    pub(super) epoch: i64,
    pub(super) payee: Blob,
    pub(super) escrow: bool,
    pub(super) cumulative_nano: i64,
    pub(super) cumulative_units: String,
}

#[derive(Debug, FromQueryResult)]
pub(super) struct LeafRow {
    pub(super) epoch: i64,
    pub(super) tree: String,
    pub(super) account: Blob,
    pub(super) units: String,
}

#[derive(Debug, FromQueryResult)]
pub(super) struct DepositRow {
    pub(super) amount: i64,
}

#[derive(Debug, FromQueryResult)]
pub(super) struct ClaimRow {
    pub(super) payee: Blob,
    pub(super) paid_nano: i64,
    pub(super) paid_units: String,
}

/// Every table.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) accounts: Vec<AccountRow>,
    pub(super) transfers: Vec<TransferRow>,
    pub(super) holds: Vec<HoldRow>,
    pub(super) resolutions: Vec<ResolutionRow>,
    pub(super) answers: Vec<AnswerRow>,
    pub(super) keys: Vec<KeyRow>,
    pub(super) receipts: Vec<ReceiptRow>,
    pub(super) lines: Vec<LineRow>,
    pub(super) epochs: Vec<EpochRow>,
    pub(super) balances: Vec<BalanceRow>,
    pub(super) leaves: Vec<LeafRow>,
    pub(super) deposits: Vec<DepositRow>,
    pub(super) claims: Vec<ClaimRow>,
}

impl Rows {
    /// Reads everything; `db` is one snapshot.
    pub(super) async fn read<C: ConnectionTrait>(db: &C) -> Result<Self, DbErr> {
        Ok(Self {
            accounts: all(db, "SELECT * FROM accounts").await?,
            transfers: all(db, "SELECT * FROM transfers ORDER BY sequence").await?,
            holds: all(db, "SELECT id, account, amount, answer FROM holds").await?,
            resolutions: all(db, "SELECT * FROM hold_resolutions").await?,
            answers: all(
                db,
                "SELECT id, hold, state, \
                 CAST(CASE WHEN body IS NULL THEN 0 ELSE 1 END AS bigint) AS stored \
                 FROM answers",
            )
            .await?,
            keys: all(db, "SELECT scope, key, answer, attempt FROM idempotency").await?,
            receipts: all(db, "SELECT * FROM receipts ORDER BY sequence").await?,
            lines: all(db, "SELECT * FROM receipt_lines ORDER BY sequence, number").await?,
            epochs: all(db, "SELECT * FROM epochs ORDER BY number").await?,
            balances: all(db, "SELECT * FROM epoch_balances").await?,
            leaves: all(db, "SELECT * FROM epoch_leaves").await?,
            deposits: all(db, "SELECT amount FROM deposits WHERE orphaned_at IS NULL").await?,
            claims: all(db, "SELECT payee, paid_nano, paid_units FROM claims").await?,
        })
    }
}

async fn all<T: FromQueryResult, C: ConnectionTrait>(db: &C, sql: &str) -> Result<Vec<T>, DbErr> {
    T::find_by_statement(Statement::from_string(db.get_database_backend(), sql)).all(db).await
}

/// Bytes as people read them.
pub(super) fn shown(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}
