//! Which passages are nearest, among many? qdrant-edge, embedded.
//!
//! What its users must know: it is synchronous; nothing is durable before `flush`, which panics on
//! an input/output error, also when a shard is dropped (contained here); it keeps a log and a
//! settings file beside the data and locks them for one process. A sealed shard is therefore never
//! opened in place: each reader opens a *view*, a folder of hard links to the sealed files with a
//! log of its own, so that any number of readers, in any process, leave the sealed bytes as they are.

use super::flat::check_length;
use super::{Neighbour, Point, VectorIndex, rank};
use crate::error::RetrieverError;
use crate::filter::{Facets, Filter};
use crate::generation::seal;
use crate::search::EXACT_BELOW;
use qdrant_edge::{
    Condition, CreateIndex, DEFAULT_VECTOR_NAME, Distance, EdgeConfig, EdgeShard, EdgeVectorParams,
    FieldCondition, FieldIndexOperations, Filter as EdgeFilter, IntegerIndexParams, JsonPath,
    KeywordIndexParams, Match, NamedQuery, OperationError, PayloadFieldSchema, PayloadSchemaParams,
    PointId, PointInsertOperations, PointOperations, PointStruct, QueryEnum, Range, SearchParams,
    SearchRequest, UpdateOperation, WalOptions,
};
use std::fs::{self, File};
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The payload keys: what filters look at, and nothing else.
const DATANET_KEY: &str = "datanet";
const CONTRIBUTOR_KEY: &str = "contributor";
const LANGUAGE_KEY: &str = "language";
const WRITTEN_KEY: &str = "written";
/// The engine's own log, of no use once a shard is flushed.
const LOG_FOLDER: &str = "wal";
const VIEWS_FOLDER: &str = "views";
const VIEW_LOCK: &str = "in-use";
/// Log segments: as small as one batch of points needs, for the log of a view stays empty.
const LOG_BYTES: usize = 4 << 20;
/// Points sent at a time: a batch must fit into one log segment.
const BATCH: usize = 256;

/// A shard of qdrant-edge.
pub struct EdgeIndex {
    folder: PathBuf,
    dimensions: usize,
    shard: ManuallyDrop<EdgeShard>,
    /// `flush` expects to be alone.
    flushing: Mutex<()>,
    view: Option<View>,
}

/// A folder of links, held by a lock so that no sweep takes it while it is read.
struct View {
    folder: PathBuf,
    _lock: File,
}

impl EdgeIndex {
    /// Begins an index in a folder that does not exist yet.
    pub fn create(folder: &Path, dimensions: usize) -> Result<Self, RetrieverError> {
        seal::make_folder(folder)?;
        let vector = EdgeVectorParams::builder(dimensions, Distance::Dot).build();
        let log = WalOptions { segment_capacity: LOG_BYTES, ..WalOptions::default() };
        let config =
            EdgeConfig::builder().vector(DEFAULT_VECTOR_NAME, vector).wal_options(log).build();
        let shard = contain(folder, || EdgeShard::new(folder, config))?;
        let index = Self::new(folder, dimensions, shard, None);
        let keyword = |is_tenant| {
            PayloadSchemaParams::Keyword(KeywordIndexParams {
                is_tenant: Some(is_tenant),
                ..KeywordIndexParams::default()
            })
        };
        let number = PayloadSchemaParams::Integer(IntegerIndexParams {
            lookup: Some(false),
            range: Some(true),
            ..IntegerIndexParams::default()
        });
        index.index_field(DATANET_KEY, keyword(true))?;
        index.index_field(CONTRIBUTOR_KEY, keyword(false))?;
        index.index_field(LANGUAGE_KEY, keyword(false))?;
        index.index_field(WRITTEN_KEY, number)?;
        Ok(index)
    }

    /// Ends the writing: flushed, closed, and without the log, which nobody needs any more.
    pub fn seal(self) -> Result<(), RetrieverError> {
        self.commit()?;
        let folder = self.folder.clone();
        drop(self);
        let log = folder.join(LOG_FOLDER);
        fs::remove_dir_all(&log).map_err(RetrieverError::io("delete", &log))
    }

    /// Opens a sealed index through a view below `root`, which must be on the same file system.
    pub fn open_sealed(folder: &Path, root: &Path) -> Result<Self, RetrieverError> {
        let view = View::make(folder, &root.join(VIEWS_FOLDER))?;
        let shard = contain(folder, || EdgeShard::load(&view.folder, None))?;
        let dimensions = shard.config().vectors.get(DEFAULT_VECTOR_NAME).map(|vector| vector.size);
        let Some(dimensions) = dimensions else {
            return Err(RetrieverError::corrupt(folder, "its settings name no vector"));
        };
        Ok(Self::new(folder, dimensions, shard, Some(view)))
    }

    fn new(folder: &Path, dimensions: usize, shard: EdgeShard, view: Option<View>) -> Self {
        let shard = ManuallyDrop::new(shard);
        Self { folder: folder.to_owned(), dimensions, shard, flushing: Mutex::new(()), view }
    }

    fn index_field(&self, key: &str, params: PayloadSchemaParams) -> Result<(), RetrieverError> {
        self.update(UpdateOperation::FieldIndexOperation(FieldIndexOperations::CreateIndex(
            CreateIndex {
                field_name: path(key),
                field_schema: Some(PayloadFieldSchema::FieldParams(params)),
            },
        )))
    }

    fn update(&self, operation: UpdateOperation) -> Result<(), RetrieverError> {
        contain(&self.folder, || self.shard.update(operation))
    }
}

impl Drop for EdgeIndex {
    fn drop(&mut self) {
        // SAFETY: the shard is not touched again; this is the only place that takes it.
        let shard = unsafe { ManuallyDrop::take(&mut self.shard) };
        if catch_unwind(AssertUnwindSafe(|| drop(shard))).is_err() {
            tracing::error!(folder = %self.folder.display(), "the vector index could not be flushed on closing");
        }
    }
}

impl VectorIndex for EdgeIndex {
    fn upsert(&self, points: &[Point]) -> Result<(), RetrieverError> {
        if self.view.is_some() {
            return Err(failed(&self.folder, "it is sealed"));
        }
        for batch in points.chunks(BATCH) {
            let mut structs = Vec::with_capacity(batch.len());
            for point in batch {
                check_length(&self.folder, point.vector.len(), self.dimensions)?;
                let payload = payload(&point.facets);
                let id = PointId::NumId(u64::from(point.passage));
                structs.push(PointStruct::new(id, point.vector.clone(), payload).into());
            }
            let insert = PointInsertOperations::PointsList(structs);
            self.update(UpdateOperation::PointOperation(PointOperations::UpsertPoints(insert)))?;
        }
        Ok(())
    }

    fn search(
        &self,
        vector: &[f32],
        k: usize,
        filter: &Filter,
        exact: bool,
    ) -> Result<Vec<Neighbour>, RetrieverError> {
        check_length(&self.folder, vector.len(), self.dimensions)?;
        if k == 0 {
            return Ok(Vec::new());
        }
        let request = SearchRequest {
            query: QueryEnum::Nearest(NamedQuery::default_dense(vector.to_vec())),
            filter: edge_filter(filter),
            params: Some(SearchParams { exact, ..SearchParams::default() }),
            limit: k,
            offset: 0,
            with_payload: None,
            with_vector: None,
            score_threshold: None,
        };
        let scored = contain(&self.folder, || self.shard.search(request))?;
        let mut found = Vec::with_capacity(scored.len());
        for point in scored {
            let PointId::NumId(id) = point.id else {
                return Err(failed(&self.folder, "a point is not numbered"));
            };
            let passage = u32::try_from(id).map_err(|error| failed(&self.folder, error))?;
            found.push(Neighbour { passage, cosine: point.score });
        }
        rank(&mut found);
        Ok(found)
    }

    /// Flushes; from 20 000 points on a graph is built first.
    fn commit(&self) -> Result<(), RetrieverError> {
        let _alone = self.flushing.lock().unwrap_or_else(PoisonError::into_inner);
        if self.shard.info().points_count as u64 >= EXACT_BELOW {
            contain(&self.folder, || self.shard.optimize())?;
        }
        contain(&self.folder, || {
            self.shard.flush();
            Ok(())
        })
    }
}

impl View {
    fn make(sealed: &Path, views: &Path) -> Result<Self, RetrieverError> {
        seal::make_folder(views)?;
        let (folder, lock) = claim(views)?;
        seal::link_folder(sealed, &folder)?;
        Ok(Self { folder, _lock: lock })
    }
}

impl Drop for View {
    fn drop(&mut self) {
        // What cannot be deleted now is swept with the old generations.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A new folder below `views` and the lock that keeps it.
fn claim(views: &Path) -> Result<(PathBuf, File), RetrieverError> {
    let process = std::process::id();
    for number in 0u32.. {
        let folder = views.join(format!("{process}-{number}"));
        match fs::create_dir(&folder) {
            Ok(()) => {
                let aside = folder.join("claiming");
                let lock = File::create(&aside).map_err(RetrieverError::io("create", &aside))?;
                lock.lock().map_err(RetrieverError::io("lock", &aside))?;
                // Named only once it is held: a sweep never sees the name without the lock.
                let path = folder.join(VIEW_LOCK);
                fs::rename(&aside, &path).map_err(RetrieverError::io("rename", &aside))?;
                return Ok((folder, lock));
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(RetrieverError::io("create", &folder)(error)),
        }
    }
    unreachable!("a process does not hold 2³² views")
}

/// Deletes the views below `root` that no living reader holds.
pub(crate) fn sweep_views(root: &Path) -> Result<(), RetrieverError> {
    let views = root.join(VIEWS_FOLDER);
    if !views.exists() {
        return Ok(());
    }
    for folder in seal::entries(&views)? {
        let free = match File::open(folder.join(VIEW_LOCK)) {
            Ok(lock) => lock.try_lock().is_ok(),
            // Being claimed this instant, or left by a crash in between: the next sweep knows.
            Err(_) => false,
        };
        if free {
            fs::remove_dir_all(&folder).map_err(RetrieverError::io("delete", &folder))?;
        }
    }
    Ok(())
}

fn path(key: &str) -> JsonPath {
    key.parse().expect("a plain word is a JSON path")
}

fn payload(facets: &Facets) -> serde_json::Value {
    let contributors: Vec<String> = facets.contributors.iter().map(ToString::to_string).collect();
    let mut payload = serde_json::json!({
        DATANET_KEY: facets.datanet.to_string(),
        CONTRIBUTOR_KEY: contributors,
        LANGUAGE_KEY: facets.language.code(),
    });
    if let Some(day) = facets.written {
        payload[WRITTEN_KEY] = day.number().into();
    }
    payload
}

fn edge_filter(filter: &Filter) -> Option<EdgeFilter> {
    let any = |key: &str, values: Vec<String>| {
        let wanted = !values.is_empty();
        wanted.then(|| Condition::Field(FieldCondition::new_match(path(key), Match::from(values))))
    };
    let bound = |day: Option<crate::filter::Day>| day.map(|day| f64::from(day.number()).into());
    let (gte, lte) = (bound(filter.written_from), bound(filter.written_to));
    let range = Range { gte, lte, gt: None, lt: None };
    let dated = gte.is_some() || lte.is_some();
    let conditions = [
        any(DATANET_KEY, filter.datanets.iter().map(ToString::to_string).collect()),
        any(CONTRIBUTOR_KEY, filter.contributors.iter().map(ToString::to_string).collect()),
        any(LANGUAGE_KEY, filter.languages.iter().map(|it| it.code().to_owned()).collect()),
        dated.then(|| Condition::Field(FieldCondition::new_range(path(WRITTEN_KEY), range))),
    ];
    let must: Vec<Condition> = conditions.into_iter().flatten().collect();
    (!must.is_empty()).then_some(EdgeFilter {
        must: Some(must),
        should: None,
        min_should: None,
        must_not: None,
    })
}

fn failed(folder: &Path, reason: impl std::fmt::Display) -> RetrieverError {
    RetrieverError::Vector { path: folder.to_owned(), reason: reason.to_string() }
}

/// Runs the engine and turns its errors, and its panics, into ours.
fn contain<T>(
    folder: &Path,
    work: impl FnOnce() -> Result<T, OperationError>,
) -> Result<T, RetrieverError> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result.map_err(|error| failed(folder, error)),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            Err(failed(folder, text.unwrap_or("it panicked")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vector::conformance;

    #[test]
    fn conforms_open_and_sealed() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let folder = root.path().join("edge");
        let index = EdgeIndex::create(&folder, conformance::DIMENSIONS).expect("an empty folder");
        conformance::check(&index);
        index.seal().expect("it is sealed");
        let before = seal::seal_folder(&folder).expect("digests");
        let first = EdgeIndex::open_sealed(&folder, root.path()).expect("a view");
        let second =
            EdgeIndex::open_sealed(&folder, root.path()).expect("another at the same time");
        conformance::check_filled(&first);
        conformance::check_filled(&second);
        assert!(first.upsert(&[]).is_err(), "sealed");
        sweep_views(root.path()).expect("a sweep");
        conformance::check_filled(&second);
        drop((first, second));
        assert_eq!(
            seal::seal_folder(&folder).expect("digests"),
            before,
            "no reader changes a byte"
        );
        assert_eq!(
            seal::entries(&root.path().join(VIEWS_FOLDER)).expect("views"),
            [] as [PathBuf; 0]
        );
    }

    #[test]
    fn a_view_left_by_a_crash_is_swept() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let wreck = root.path().join(VIEWS_FOLDER).join("1-0");
        seal::make_folder(&wreck).expect("a folder");
        seal::write_file(&wreck.join(VIEW_LOCK), b"").expect("a lock that nobody holds");
        sweep_views(root.path()).expect("a sweep");
        assert!(!wreck.exists());
    }

    #[test]
    fn a_panicking_engine_is_an_error() {
        let error = contain::<()>(Path::new("x"), || panic!("WAL flushed: {}", 28));
        assert!(error.expect_err("it panicked").to_string().contains("WAL flushed: 28"));
    }
}
