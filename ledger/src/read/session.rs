//! Who is signed in, and where?

use crate::LedgerError;
use crate::access::Session;
use crate::bytes::{Bytes, Bytes32};
use crate::clock::seconds;
use crate::entity::session;
use footnote_domain::id::{Address, Digest};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

/// The session behind a hash, while it lasts.
pub(crate) async fn session<C: ConnectionTrait>(
    connection: &C,
    id: Digest,
    now: u64,
) -> Result<Option<Session>, LedgerError> {
    let row = session::Entity::find_by_id(Bytes32::from(id))
        .filter(session::Column::ExpiresAt.gt(seconds(now)))
        .one(connection)
        .await?;
    Ok(row.map(read))
}

/// All sessions of an address that last, the newest first.
pub(crate) async fn of<C: ConnectionTrait>(
    connection: &C,
    address: Address,
    now: u64,
) -> Result<Vec<Session>, LedgerError> {
    let rows = session::Entity::find()
        .filter(session::Column::Address.eq(Bytes::from(address)))
        .filter(session::Column::ExpiresAt.gt(seconds(now)))
        .order_by_desc(session::Column::CreatedAt)
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(read).collect())
}

fn read(row: session::Model) -> Session {
    Session {
        id: row.id.into(),
        address: row.address.into(),
        agent: row.agent,
        created_at: row.created_at.unsigned_abs(),
        expires_at: row.expires_at.unsigned_abs(),
        seen_at: row.seen_at.unsigned_abs(),
    }
}
