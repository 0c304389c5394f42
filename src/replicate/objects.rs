//! Reads and writes folders and S3-compatible storage, through object_store.

use std::path::Path as FilePath;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{
    BackoffConfig, Error, MultipartUpload, ObjectStore, ObjectStoreExt, PutMode, RetryConfig,
};

use super::connector::StorageConnector;
use super::error::ReplicateError;
use super::web::chain;

/// How often object_store repeats a request to S3 that failed for a passing reason.
const RETRIES: usize = 4;
/// No request is repeated later than this after it was first sent.
const RETRY_TIMEOUT: Duration = Duration::from_secs(60);

/// A folder with files, on this machine or in S3-compatible storage.
pub(super) struct ObjectFolder {
    store: Arc<dyn ObjectStore>,
    /// The place, for messages.
    place: String,
}

impl ObjectFolder {
    /// The folder `path` of this machine. `Err` if it does not exist.
    pub fn local(path: &FilePath) -> Result<ObjectFolder, ReplicateError> {
        let place = path.display().to_string();
        if !path.is_dir() {
            return Err(ReplicateError::Missing { place, path: "current".to_owned() });
        }
        let store = LocalFileSystem::new_with_prefix(path)
            .map_err(|error| ReplicateError::Unusable {
                place: place.clone(),
                cause: chain(&error),
            })?
            .with_fsync(true);
        Ok(ObjectFolder { store: Arc::new(store), place })
    }

    /// The objects of `bucket` below `prefix`. The environment (`AWS_…`) names the server, the region and the account. A
    /// server may send nothing for `timeout`. Sends no request. `Err` if the environment is not sufficient. `place` is
    /// the name in messages.
    pub fn bucket(
        bucket: &str,
        prefix: &str,
        timeout: Duration,
        place: String,
    ) -> Result<ObjectFolder, ReplicateError> {
        let retry = RetryConfig {
            backoff: BackoffConfig::default(),
            max_retries: RETRIES,
            retry_timeout: RETRY_TIMEOUT,
        };
        let store = AmazonS3Builder::from_env()
            .with_bucket_name(bucket)
            .with_http_connector(StorageConnector { timeout })
            .with_retry(retry)
            .build()
            .map_err(|error| ReplicateError::Unusable {
                place: place.clone(),
                cause: chain(&error),
            })?;
        Ok(ObjectFolder { store: Arc::new(PrefixStore::new(store, prefix)), place })
    }

    /// The content of the file `path`, as it arrives.
    pub async fn get(
        &self,
        path: &str,
    ) -> Result<BoxStream<'static, Result<Bytes, ReplicateError>>, ReplicateError> {
        let found = self.store.get(&Path::from(path)).await;
        let stream = found.map_err(|error| self.error(path, error))?.into_stream();
        let (place, path) = (self.place.clone(), path.to_owned());
        Ok(stream.map_err(move |error| explain(&place, &path, error)).boxed())
    }

    /// Writes the file `path`; a reader sees the old content or the new one.
    pub async fn put(&self, path: &str, content: Bytes) -> Result<(), ReplicateError> {
        let put = self.store.put(&Path::from(path), content.into()).await;
        put.map(drop).map_err(|error| self.error(path, error))
    }

    /// Creates the file `path`. False if it already exists: of several programs that create it, one gets true.
    pub async fn create(&self, path: &str, content: Bytes) -> Result<bool, ReplicateError> {
        let location = Path::from(path);
        let mode = PutMode::Create.into();
        match self.store.put_opts(&location, content.into(), mode).await {
            Ok(_) => Ok(true),
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => Ok(false),
            Err(error) => Err(self.error(path, error)),
        }
    }

    /// Begins to write the file `path` in parts.
    pub async fn begin(&self, path: &str) -> Result<Box<dyn MultipartUpload>, ReplicateError> {
        let begun = self.store.put_multipart(&Path::from(path)).await;
        begun.map_err(|error| self.error(path, error))
    }

    /// Copies a file within the place, without sending it. In a folder, the copy is a hard link.
    pub async fn copy(&self, from: &str, to: &str) -> Result<(), ReplicateError> {
        let copied = self.store.copy(&Path::from(from), &Path::from(to)).await;
        copied.map_err(|error| self.error(from, error))
    }

    /// The names of the folders in `folder`.
    pub async fn folders(&self, folder: &str) -> Result<Vec<String>, ReplicateError> {
        let listed = self.store.list_with_delimiter(Some(&Path::from(folder))).await;
        let listed = listed.map_err(|error| self.error(folder, error))?;
        let names = listed.common_prefixes.iter();
        Ok(names.filter_map(|path| path.filename().map(str::to_owned)).collect())
    }

    /// Removes every file below `folder`.
    pub async fn remove(&self, folder: &str) -> Result<(), ReplicateError> {
        let found = self.store.list(Some(&Path::from(folder)));
        let found = found.map_ok(|object| object.location).boxed();
        let removed = self.store.delete_stream(found).try_for_each(|_| std::future::ready(Ok(())));
        match removed.await {
            // Another program, or an earlier attempt, removed it.
            Err(Error::NotFound { .. }) | Ok(()) => Ok(()),
            Err(error) => Err(self.error(folder, error)),
        }
    }

    /// What `error` means, which happened to the file `path`.
    pub fn error(&self, path: &str, error: Error) -> ReplicateError {
        explain(&self.place, path, error)
    }
}

fn explain(place: &str, path: &str, error: Error) -> ReplicateError {
    let (place, path) = (place.to_owned(), path.to_owned());
    match error {
        Error::NotFound { .. } => ReplicateError::Missing { place, path },
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => {
            ReplicateError::Denied { place, path, cause: chain(&error) }
        }
        // object_store has repeated requests already. Only a body that ends early is worth another attempt.
        error => ReplicateError::Transfer { place, path, cause: chain(&error), passing: true },
    }
}
