//! A place that is open for reading.

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::BoxStream;

use super::error::ReplicateError;
use super::objects::ObjectFolder;
use super::place::Place;
use super::web::WebFolder;

/// A place that is open for reading.
pub(super) struct Remote {
    pub place: String,
    files: RemoteFiles,
}

enum RemoteFiles {
    Objects(ObjectFolder),
    Web(WebFolder),
}

impl Remote {
    /// Opens `place`. A server may send nothing for `timeout`. Sends no request.
    pub fn open(place: &Place, timeout: Duration) -> Result<Remote, ReplicateError> {
        let files = match place {
            Place::Web { address, login } => {
                RemoteFiles::Web(WebFolder::new(address, login.as_ref(), timeout)?)
            }
            place => RemoteFiles::Objects(objects(place, timeout)?),
        };
        Ok(Remote { place: place.to_string(), files })
    }

    /// The content of the file `path`, as it arrives.
    pub async fn get(
        &self,
        path: &str,
    ) -> Result<BoxStream<'static, Result<Bytes, ReplicateError>>, ReplicateError> {
        match &self.files {
            RemoteFiles::Objects(objects) => objects.get(path).await,
            RemoteFiles::Web(web) => web.get(path).await,
        }
    }
}

/// Opens the folder or the bucket `place`. `Err` if it is a web server.
pub(super) fn objects(place: &Place, timeout: Duration) -> Result<ObjectFolder, ReplicateError> {
    match place {
        Place::Folder(folder) => ObjectFolder::local(folder),
        Place::Bucket { bucket, prefix } => {
            ObjectFolder::bucket(bucket, prefix, timeout, place.to_string())
        }
        Place::Web { .. } => Err(ReplicateError::Unusable {
            place: place.to_string(),
            cause: super::place::PlaceError::ReadOnly.to_string(),
        }),
    }
}
