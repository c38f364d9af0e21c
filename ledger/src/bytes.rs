//! How do ids and hashes stand in a column? As a blob of exactly their length, checked on reading.

use footnote_domain::id::{
    Address, AnswerId, BlockHash, ContentHash, DatanetId, Digest, KeyId, PayeeId, TransferId,
};
use sea_orm::sea_query::{ArrayType, ColumnType, Nullable, Value, ValueType, ValueTypeErr};
use sea_orm::{ColIdx, DbErr, QueryResult, TryFromU64, TryGetError, TryGetable};

/// A blob of `N` bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Bytes<const N: usize>(pub(crate) [u8; N]);

/// A 32-byte id or hash.
pub(crate) type Bytes32 = Bytes<32>;

impl<const N: usize> From<Bytes<N>> for Value {
    fn from(bytes: Bytes<N>) -> Self {
        Self::Bytes(Some(bytes.0.to_vec()))
    }
}

impl<const N: usize> Nullable for Bytes<N> {
    fn null() -> Value {
        Value::Bytes(None)
    }
}

impl<const N: usize> ValueType for Bytes<N> {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        match value {
            Value::Bytes(Some(bytes)) => bytes.try_into().map(Self).map_err(|_| ValueTypeErr),
            _ => Err(ValueTypeErr),
        }
    }

    fn type_name() -> String {
        format!("Bytes<{N}>")
    }

    fn array_type() -> ArrayType {
        ArrayType::Bytes
    }

    fn column_type() -> ColumnType {
        ColumnType::Blob
    }
}

impl<const N: usize> TryGetable for Bytes<N> {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        let bytes = Vec::<u8>::try_get_by(row, index)?;
        let length = bytes.len();
        bytes.try_into().map(Self).map_err(|_| {
            TryGetError::DbErr(DbErr::Type(format!("{index:?} has {length} bytes, not {N}")))
        })
    }
}

impl<const N: usize> TryFromU64 for Bytes<N> {
    fn try_from_u64(_: u64) -> Result<Self, DbErr> {
        Err(DbErr::ConvertFromU64("an id is given by the caller, never by the database"))
    }
}

macro_rules! stands_as {
    ($bytes:literal: $($id:ident),+) => {$(
        impl From<$id> for Bytes<$bytes> {
            fn from(id: $id) -> Self {
                Self(id.0)
            }
        }

        impl From<Bytes<$bytes>> for $id {
            fn from(bytes: Bytes<$bytes>) -> Self {
                Self(bytes.0)
            }
        }
    )+};
}

stands_as!(32: BlockHash, ContentHash, DatanetId, Digest, PayeeId, TransferId);
stands_as!(20: Address);
stands_as!(16: AnswerId, KeyId);
