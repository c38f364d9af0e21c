//! Can the books be opened, and do they have the tables of this program? Looks without changing
//! anything: for an operator who asks before the start.

use crate::database::Place;
use crate::entity::identity;
use crate::{LedgerError, LedgerSettings};
use footnote_migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, Statement};

/// The table in which migrations are noted.
const NOTED: &str = "seaql_migrations";

/// What an inspection found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inspection {
    /// The database is there and empty, or will be made by the first start.
    Empty,
    /// The books of this settlement, with all tables of this program.
    Current {
        /// How many steps made the tables.
        steps: usize,
    },
    /// Books of an earlier version: the next start brings them up to date.
    Older {
        /// Steps that are missing.
        missing: Vec<String>,
    },
    /// Books of a later version, which this program must not touch.
    Newer {
        /// Steps that this program does not know.
        unknown: Vec<String>,
    },
}

/// Looks at the books that these settings name.
///
/// # Errors
/// [`LedgerError::Engine`], [`LedgerError::WithoutPostgres`] or [`LedgerError::Database`] when they
/// cannot be reached, [`LedgerError::OtherSettlement`] when they belong to another deployment.
pub async fn inspect(settings: &LedgerSettings) -> Result<Inspection, LedgerError> {
    let place = Place::parse(&settings.database_url)?;
    if let Place::File(file) = &place
        && !file.exists()
    {
        return Ok(Inspection::Empty);
    }
    let connection = place.readers().await?;
    let found = look(&connection, settings).await;
    connection.close().await?;
    found
}

async fn look(
    connection: &DatabaseConnection,
    settings: &LedgerSettings,
) -> Result<Inspection, LedgerError> {
    let noted = noted(connection).await?;
    if noted.is_empty() {
        return Ok(Inspection::Empty);
    }
    let known: Vec<String> =
        Migrator::migrations().iter().map(|step| step.name().to_owned()).collect();
    let without = |all: &[String], some: &[String]| -> Vec<String> {
        all.iter().filter(|step| !some.contains(step)).cloned().collect()
    };
    let (unknown, missing) = (without(&noted, &known), without(&known, &noted));
    if !unknown.is_empty() {
        return Ok(Inspection::Newer { unknown });
    }
    if let Some(row) = identity::Entity::find().one(connection).await? {
        row.check(settings)?;
    }
    if missing.is_empty() {
        return Ok(Inspection::Current { steps: known.len() });
    }
    Ok(Inspection::Older { missing })
}

/// The steps that made these tables, in their order.
async fn noted(connection: &DatabaseConnection) -> Result<Vec<String>, LedgerError> {
    let backend = connection.get_database_backend();
    let tables = match backend {
        DbBackend::Postgres => format!("SELECT 1 FROM pg_tables WHERE tablename = '{NOTED}'"),
        _ => format!("SELECT 1 FROM sqlite_master WHERE name = '{NOTED}'"),
    };
    if connection.query_one_raw(Statement::from_string(backend, tables)).await?.is_none() {
        return Ok(Vec::new());
    }
    let steps = format!("SELECT version FROM {NOTED} ORDER BY version");
    let rows = connection.query_all_raw(Statement::from_string(backend, steps)).await?;
    Ok(rows.iter().map(|row| row.try_get("", "version")).collect::<Result<_, _>>()?)
}
