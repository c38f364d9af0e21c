//! Where does an epoch stand, and how does a payee prove its part of it?

use crate::LedgerError;
use crate::chain::EpochProposal;
use crate::clock::seconds;
use crate::entity::epoch;
use crate::merkle::balances_tree;
use crate::operation::claim::parse_units;
use crate::operation::close::leaves_of;
use footnote_domain::id::{Digest, PayeeId};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

/// Where an epoch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EpochStage {
    /// Takes receipts.
    Open,
    /// Its balances are frozen.
    Closed,
    /// It has roots, and its bundle is written.
    Sealed,
    /// It waits on chain for the end of the challenge window.
    Proposed,
    /// It can be claimed.
    Accepted,
}

impl EpochStage {
    pub(crate) fn parse(name: &str) -> Result<Self, LedgerError> {
        match name {
            "open" => Ok(Self::Open),
            "closed" => Ok(Self::Closed),
            "sealed" => Ok(Self::Sealed),
            "proposed" => Ok(Self::Proposed),
            "accepted" => Ok(Self::Accepted),
            other => Err(LedgerError::Corrupt(format!("`{other}` is no state of an epoch"))),
        }
    }
}

/// An epoch as the books have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EpochRecord {
    /// Number, from 1.
    pub number: u64,
    /// Where it stands.
    pub stage: EpochStage,
    /// Seconds since 1970 at which it closed.
    pub closed_at: Option<u64>,
    /// Receipts in it, once it is closed.
    pub receipt_count: Option<u64>,
    /// What goes on chain, once it is sealed.
    pub proposal: Option<EpochProposal>,
    /// From when it can be accepted, once it is proposed.
    pub valid_at: Option<u64>,
    /// When it was accepted.
    pub accepted_at: Option<u64>,
    /// How often it came back: vetoed, or lost by the chain.
    pub returned: u64,
}

/// What a payee shows to the settlement contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimProof {
    /// The accepted epoch.
    pub epoch: u64,
    /// Who claims.
    pub payee: PayeeId,
    /// All that it has earned, in token units.
    pub cumulative_units: u128,
    /// From the leaf to the root.
    pub proof: Vec<Digest>,
}

/// All epochs, the oldest first.
pub(crate) async fn all<C: ConnectionTrait>(
    connection: &C,
) -> Result<Vec<EpochRecord>, LedgerError> {
    let rows = epoch::Entity::find().order_by_asc(epoch::Column::Number).all(connection).await?;
    rows.iter().map(record).collect()
}

/// The row of an epoch.
pub(crate) async fn row<C: ConnectionTrait>(
    connection: &C,
    number: u64,
) -> Result<epoch::Model, LedgerError> {
    let row = epoch::Entity::find_by_id(seconds(number)).one(connection).await?;
    row.ok_or(LedgerError::EpochState { epoch: number, needed: "known" })
}

/// The epoch that takes receipts now.
pub(crate) async fn open<C: ConnectionTrait>(connection: &C) -> Result<u64, LedgerError> {
    let row = epoch::Entity::find().filter(epoch::Column::State.eq("open")).one(connection).await?;
    let row = row.ok_or_else(|| LedgerError::Corrupt("no epoch is open".to_owned()))?;
    Ok(row.number.unsigned_abs())
}

/// The last epoch that was accepted, 0 for none.
pub(crate) async fn last_accepted<C: ConnectionTrait>(connection: &C) -> Result<u64, LedgerError> {
    let row = epoch::Entity::find()
        .filter(epoch::Column::State.eq("accepted"))
        .order_by_desc(epoch::Column::Number)
        .one(connection)
        .await?;
    Ok(row.map_or(0, |row| row.number.unsigned_abs()))
}

/// The proof of a payee's leaf in an epoch, `None` when it has none.
pub(crate) async fn proof<C: ConnectionTrait>(
    connection: &C,
    number: u64,
    payee: PayeeId,
) -> Result<Option<ClaimProof>, LedgerError> {
    let leaves = leaves_of(connection, number, "balances").await?;
    let Some(at) = leaves.iter().position(|(whose, _)| *whose == payee) else { return Ok(None) };
    let cumulative_units = leaves[at].1;
    let proof =
        tokio::task::spawn_blocking(move || balances_tree(&leaves).map(|tree| tree.proof(at)))
            .await
            .map_err(|error| {
                LedgerError::Corrupt(format!("the tree of epoch {number}: {error}"))
            })?;
    Ok(proof.map(|proof| ClaimProof { epoch: number, payee, cumulative_units, proof }))
}

pub(crate) fn record(row: &epoch::Model) -> Result<EpochRecord, LedgerError> {
    Ok(EpochRecord {
        number: row.number.unsigned_abs(),
        stage: EpochStage::parse(&row.state)?,
        closed_at: row.closed_at.map(i64::unsigned_abs),
        receipt_count: row.receipt_count.map(i64::unsigned_abs),
        proposal: proposal(row)?,
        valid_at: row.valid_at.map(i64::unsigned_abs),
        accepted_at: row.accepted_at.map(i64::unsigned_abs),
        returned: row.returned.unsigned_abs(),
    })
}

fn proposal(row: &epoch::Model) -> Result<Option<EpochProposal>, LedgerError> {
    let roots =
        (row.previous_hash, row.receipts_root, row.balances_root, row.payers_root, row.bundle_hash);
    let (Some(previous), Some(receipts), Some(balances), Some(payers), Some(bundle)) = roots else {
        return Ok(None);
    };
    Ok(Some(EpochProposal {
        number: row.number.unsigned_abs(),
        previous_hash: previous.into(),
        receipts_root: receipts.into(),
        balances_root: balances.into(),
        payers_root: payers.into(),
        bundle_hash: bundle.into(),
        total_cumulative: parse_units(row.total_cumulative.as_deref().unwrap_or_default())?,
        receipt_count: row.receipt_count.unwrap_or_default().unsigned_abs(),
    }))
}
