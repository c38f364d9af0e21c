//! PostgreSQL: every writing transaction takes one advisory lock, so that numbers and hashes follow
//! those before them whoever writes; a service's writing connection holds another one as its lease.

/// Advisory locks are numbered per database: `note` in hexadecimal, and what is locked.
#[cfg(feature = "postgres")]
const LEASE: i64 = 121_424_973_201_409;

/// Held until the transaction ends.
pub(super) const WRITE_ALONE: &str = "SELECT pg_advisory_xact_lock(121424973201410)";
/// Held by the connection while it makes tables.
pub(super) const MAKE_ALONE: &str = "SELECT pg_advisory_lock(121424973201411)";
/// And given back.
pub(super) const MAKE_TOGETHER: &str = "SELECT pg_advisory_unlock(121424973201411)";

#[cfg(feature = "postgres")]
pub(super) use server::{lease, readers, writer};

#[cfg(feature = "postgres")]
mod server {
    use super::LEASE;
    use crate::database::{Lease, redact};
    use crate::{LedgerError, Opening};
    use sea_orm::sqlx::pool::PoolOptions;
    use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection, Postgres};
    use sea_orm::sqlx::{Connection, Error, query_scalar};
    use sea_orm::{DatabaseConnection, DbErr, RuntimeErr, SqlxPostgresConnector};
    use std::str::FromStr;
    use std::time::Duration;
    use tokio::time::{Instant, sleep};

    /// A server needs a moment to see that a killed service's connection is gone.
    const LEASE_WAIT: Duration = Duration::from_secs(5);
    const LEASE_POLL: Duration = Duration::from_millis(50);
    /// How long a connection may take: a batch whose database is gone is answered within this time.
    const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
    /// A dead host is noticed within half a minute, so that its lease comes free.
    const KEEPALIVE: [(&str, &str); 3] = [
        ("tcp_keepalives_idle", "10"),
        ("tcp_keepalives_interval", "5"),
        ("tcp_keepalives_count", "4"),
    ];

    /// Waits for the lease, and lets it go again for the writing connection to take.
    pub(in crate::database) async fn lease(url: &str) -> Result<Lease, LedgerError> {
        let mut probe = PgConnection::connect_with(&options(url)?).await.map_err(failed)?;
        let deadline = Instant::now() + LEASE_WAIT;
        while !take(&mut probe).await.map_err(failed)? {
            if Instant::now() > deadline {
                return Err(LedgerError::InUse { database: redact(url) });
            }
            sleep(LEASE_POLL).await;
        }
        probe.close().await.map_err(failed)?;
        Ok(Lease::Connection)
    }

    pub(in crate::database) async fn writer(
        url: &str,
        opening: Opening,
    ) -> Result<DatabaseConnection, LedgerError> {
        let pool = pool(1).after_connect(move |connection, _| {
            Box::pin(async move {
                if opening == Opening::Beside || take(connection).await? {
                    return Ok(());
                }
                Err(Error::Protocol("another service holds the lease of these books".to_owned()))
            })
        });
        // Its statements find rows by their keys and are planned once, perhaps while a table is still
        // empty: a plan that reads the whole table would stay when there are millions of rows.
        let options = options(url)?.options([("enable_seqscan", "off")]);
        let pool = pool.connect_with(options).await.map_err(failed)?;
        Ok(SqlxPostgresConnector::from_sqlx_postgres_pool(pool))
    }

    pub(in crate::database) async fn readers(
        url: &str,
        connections: u32,
    ) -> Result<DatabaseConnection, LedgerError> {
        let options = options(url)?.options([("default_transaction_read_only", "on")]);
        let pool = pool(connections).connect_with(options).await.map_err(failed)?;
        Ok(SqlxPostgresConnector::from_sqlx_postgres_pool(pool))
    }

    /// Connections live until they fail: a lease must not end with its connection's age.
    fn pool(connections: u32) -> PoolOptions<Postgres> {
        PoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(CONNECT_TIMEOUT)
            .idle_timeout(None)
            .max_lifetime(None)
    }

    fn options(url: &str) -> Result<PgConnectOptions, LedgerError> {
        let options = PgConnectOptions::from_str(url).map_err(failed)?;
        Ok(options.application_name("footnote").options(KEEPALIVE))
    }

    async fn take(connection: &mut PgConnection) -> Result<bool, Error> {
        query_scalar("SELECT pg_try_advisory_lock($1)").bind(LEASE).fetch_one(connection).await
    }

    fn failed(error: Error) -> LedgerError {
        LedgerError::Database(DbErr::Conn(RuntimeErr::SqlxError(error.into())))
    }
}

#[cfg(not(feature = "postgres"))]
mod absent {
    use crate::database::Lease;
    use crate::{LedgerError, Opening};
    use sea_orm::DatabaseConnection;

    pub(in crate::database) async fn lease(_: &str) -> Result<Lease, LedgerError> {
        Err(LedgerError::WithoutPostgres)
    }

    pub(in crate::database) async fn writer(
        _: &str,
        _: Opening,
    ) -> Result<DatabaseConnection, LedgerError> {
        Err(LedgerError::WithoutPostgres)
    }

    pub(in crate::database) async fn readers(
        _: &str,
        _: u32,
    ) -> Result<DatabaseConnection, LedgerError> {
        Err(LedgerError::WithoutPostgres)
    }
}

#[cfg(not(feature = "postgres"))]
pub(super) use absent::{lease, readers, writer};
