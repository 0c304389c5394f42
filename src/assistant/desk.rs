//! Where questions of an assistant are answered: in this process at once, or through the queue of a server.

use std::future::Future;
use std::pin::Pin;

use crate::library::Library;
use crate::search::{Budget, SearchError};

/// A question to the library, which keeps its answer itself.
pub type DeskQuestion = Box<dyn FnOnce(&Library, &Budget) + Send>;

/// The future of [`LibraryDesk::ask`].
pub type DeskFuture<'a> = Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>>;

/// Where questions of an assistant are answered.
pub trait LibraryDesk: Send + Sync + 'static {
    /// Asks `question` of the newest library, under the limits of this desk. `Err` says why that is not possible, in
    /// words for the assistant. If the question panics, it has no answer; this is no error of the desk.
    fn ask(&self, question: DeskQuestion) -> DeskFuture<'_>;

    /// The error message for the assistant if a search fails with `error`.
    fn explain(&self, error: SearchError) -> String;
}
